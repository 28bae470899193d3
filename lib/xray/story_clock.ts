import type { ShowEvent } from "../show/mod.ts";
import type { SystemCall } from "./strace.ts";

/** What a lesson told, with its place in what it wrote. */
export interface ToldEvent {
  /** The event. */
  event: ShowEvent;
  /** Bytes that the lesson had written when it was complete. */
  writtenBytes: number;
}

const STDOUT = 1;

/**
 * Finds out when a lesson told each event: when it wrote the line.
 *
 * Thereby the story has its times from the same source as the system calls, and
 * its place among them is certain: one thread does one thing after another.
 *
 * @param events What it told, in order.
 * @param calls The system calls of its process, in order.
 * @returns For each event a time in milliseconds since 1970, as far as its write
 * was seen.
 *
 * @example Two lines in one write
 * ```ts
 * import { whenTold } from "./story_clock.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const event = { kind: "note", text: "", atMs: 0 } as const;
 * const events = [{ event, writtenBytes: 9 }, { event, writtenBytes: 18 }];
 * const write = { thread: 7, name: "write", args: ["1", '"…"', "18"] };
 * const calls = [{ ...write, atMs: 5, endMs: 6, result: "18" }];
 * assertEquals(whenTold(events, calls), [5, 5]);
 * ```
 */
export function whenTold(
  events: ToldEvent[],
  calls: SystemCall[],
): (number | undefined)[] {
  const thread = calls[0]?.thread;
  let total = 0;
  const writes = calls.flatMap((call) => {
    const isOutput = call.thread === thread && call.name === "write" &&
      Number.parseInt(call.args[0], 10) === STDOUT && call.error === undefined;
    if (!isOutput) return [];
    total += Number(call.result);
    return [{ total, atMs: call.atMs }];
  });
  let next = 0;
  return events.map(({ writtenBytes }) => {
    while (next < writes.length && writes[next].total < writtenBytes) next++;
    return writes[next]?.atMs;
  });
}
