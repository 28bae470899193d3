/**
 * X-ray: one run of a lesson, seen from three sides on one timeline.
 *
 * What the lesson tells says why something happens; the system calls, followed
 * by `strace`, say what the program asked of the kernel; the packets, captured
 * by `tcpdump` on the loopback interface, say what went out because of it.
 *
 * | file              | what it does                                          |
 * | ----------------- | ----------------------------------------------------- |
 * | `strace.ts`       | reads the log of `strace`, line by line               |
 * | `socket_calls.ts` | follows each socket from its birth to its close       |
 * | `story_clock.ts`  | finds when the lesson told each part of its story     |
 * | `capture.ts`      | captures packets with `tcpdump`                       |
 * | `tools.ts`        | says what is missing, and what to do about it         |
 * | `causes.ts`       | finds the packet that a call waited for               |
 * | `timeline.ts`     | puts all in the order of cause and effect             |
 * | `run.ts`          | runs a lesson and looks at it                         |
 * | `names.ts`        | gives addresses the names that the lesson gives them  |
 * | `describe.ts`     | puts one thing that happened into words               |
 * | `fold.ts`         | leaves out the middle of long repetitions             |
 * | `draw.ts`         | draws the timeline, in columns or in lines            |
 * | `summary.ts`      | adds up what each step cost, and what each close did  |
 * | `recording.ts`    | writes a run down, and reads it again                 |
 *
 * @example A lesson's calls
 * ```ts ignore
 * import { drawTimeline, xray } from "./mod.ts";
 *
 * const folder = await Deno.makeTempDir();
 * const args = ["run", "--allow-net", "lessons/03_echo/lesson.ts", "--json"];
 * const { items } = await xray(args, { calls: true, packets: false, folder });
 * console.log(drawTimeline(items, { width: 80, views: ["call"] }).join("\n"));
 * ```
 *
 * @module
 */
// What the types below are made of.
export type * from "../show/mod.ts";
export type * from "../wire/mod.ts";
export * from "./capture.ts";
export * from "./describe.ts";
export * from "./draw.ts";
export * from "./fold.ts";
export * from "./names.ts";
export * from "./recording.ts";
export * from "./run.ts";
export * from "./socket_calls.ts";
export * from "./story_clock.ts";
export * from "./strace.ts";
export * from "./summary.ts";
export * from "./timeline.ts";
export * from "./tools.ts";
