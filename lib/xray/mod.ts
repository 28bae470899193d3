/**
 * X-ray: one run of a lesson, observed in three ways on one timeline.
 *
 * The lesson's story says why something happens. The system calls, traced by
 * `strace`, say what the program asked the kernel to do. The packets, captured by
 * `tcpdump` on the loopback interface, say what the kernel sent.
 *
 * | file              | what it does                                          |
 * | ----------------- | ----------------------------------------------------- |
 * | `strace.ts`       | reads the log of `strace`, line by line               |
 * | `socket_calls.ts` | follows each socket until its close                   |
 * | `story_clock.ts`  | finds when the lesson reported each event             |
 * | `capture.ts`      | captures packets with `tcpdump`                       |
 * | `tools.ts`        | says which tool is missing, and how to get it         |
 * | `wire_packet.ts`  | a packet, as the timeline shows it                    |
 * | `causes.ts`       | finds the packet that caused a call's result          |
 * | `timeline.ts`     | merges all of it in the order of cause and effect     |
 * | `run.ts`          | runs a lesson and observes it                         |
 * | `names.ts`        | replaces addresses by the lesson's names for them     |
 * | `describe.ts`     | describes one item in words                           |
 * | `fold.ts`         | leaves out the middle of long repetitions             |
 * | `draw.ts`         | draws the timeline, in columns or in lines            |
 * | `summary.ts`      | adds up the calls and bytes of each step              |
 * | `recording.ts`    | saves a run, and loads it again                       |
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
// The types that those below use.
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
export * from "./wire_packet.ts";
