/**
 * X-ray: one run of a lesson, observed in three ways on one timeline.
 *
 * The lesson's story explains why something happens. The system calls, traced
 * by `strace`, show what the program asked the kernel to do. The packets,
 * captured by `tcpdump` on the loopback interface, show what the kernel sent.
 *
 * | file               | what it does                                         |
 * | ------------------ | ---------------------------------------------------- |
 * | `strace.ts`        | reads the log of `strace`, line by line              |
 * | `socket_calls.ts`  | follows each socket until its close                  |
 * | `story_clock.ts`   | finds when the lesson reported each event            |
 * | `capture.ts`       | captures packets with `tcpdump`                      |
 * | `tools.ts`         | says which tool is missing, and how to get it        |
 * | `wire_packet.ts`   | a packet on the timeline                             |
 * | `ownership.ts`     | recognizes the lesson's packets                      |
 * | `causes.ts`        | finds the packet that caused a call's result         |
 * | `says.ts`          | describes data: HTTP, WebSocket, DNS, RESP, …        |
 * | `timeline.ts`      | merges all of it in the order of cause and effect    |
 * | `observer.ts`      | collects what's observed while it happens            |
 * | `live.ts`          | shows a run while it happens                         |
 * | `traced_lesson.ts` | a lesson in a child process, under `strace`          |
 * | `guard.ts`         | ends the children if this process is killed          |
 * | `run.ts`           | runs a lesson and observes it                        |
 * | `names.ts`         | replaces addresses by the lesson's names for them    |
 * | `data_words.ts`    | shows data as text or in hexadecimal                 |
 * | `describe.ts`      | describes one item in words                          |
 * | `fold.ts`          | leaves out the middle of long repetitions            |
 * | `terms.ts`         | explains terms that the lesson hasn't explained yet  |
 * | `rows.ts`          | turns items into rows                                |
 * | `layout.ts`        | puts rows into columns or lines                      |
 * | `draw.ts`          | draws the timeline                                   |
 * | `closing.ts`       | finds what each `shutdown` and `close` sent          |
 * | `summary.ts`       | adds up the calls and bytes of each step             |
 * | `recording.ts`     | saves a run, and loads it again                      |
 * | `item_decoder.ts`  | reads the lines of a recording                       |
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
// The types that the exports below use.
export type * from "../show/mod.ts";
export type * from "../wire/mod.ts";
export * from "./capture.ts";
export * from "./closing.ts";
export * from "./data_words.ts";
export * from "./describe.ts";
export * from "./draw.ts";
export * from "./fold.ts";
export * from "./item_decoder.ts";
export * from "./layout.ts";
export * from "./names.ts";
export * from "./recording.ts";
export * from "./run.ts";
export * from "./says.ts";
export * from "./socket_calls.ts";
export * from "./story_clock.ts";
export * from "./strace.ts";
export * from "./summary.ts";
export * from "./timeline.ts";
export * from "./tools.ts";
export * from "./wire_packet.ts";
