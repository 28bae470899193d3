import type { ShowEvent } from "../show/mod.ts";
import type { SystemCall } from "./strace.ts";

/**
 * An event that a lesson reported, with its position in the lesson's output.
 */
export interface ToldEvent {
  /** The event. */
  event: ShowEvent;
  /**
   * The number of bytes that the lesson had written when the event was
   * complete.
   */
  writtenBytes: number;
}

const STDOUT = 1;

/**
 * Finds the time at which a lesson reported each event: the time when it wrote
 * the line.
 *
 * So the story's times have the same source as those of the system calls, and
 * the order of both is certain, because the same thread did both.
 *
 * @example Two lines in one write
 * ```ts
 * import { StoryClock } from "./story_clock.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const clock = new StoryClock();
 * const write = { thread: 7, name: "write", args: ["1", '"…"', "18"] };
 * clock.add({ ...write, atMs: 5, endMs: 6, result: "18" });
 * assertEquals([9, 18, 27].map((bytes) => clock.timeOf(bytes)), [
 *   ...[5, 5, undefined],
 * ]);
 * ```
 */
export class StoryClock {
  /** The writes that may still have events, oldest first. */
  #writes: { total: number; atMs: number }[] = [];
  #first = 0;
  #total = 0;

  /**
   * Adds the next system call of the lesson's main thread.
   *
   * @param call The call; only writes to standard output count.
   */
  add(call: SystemCall): void {
    const isOutput = call.name === "write" && call.error === undefined &&
      Number.parseInt(call.args[0], 10) === STDOUT;
    if (!isOutput) return;
    this.#total += Number(call.result);
    this.#writes.push({ total: this.#total, atMs: call.atMs });
  }

  /**
   * Returns when an event was written. Pass the events in order.
   *
   * @param writtenBytes The number of bytes that the lesson had written when
   * the event was complete.
   * @returns The time, in milliseconds since 1970, or `undefined` if the write
   * hasn't been observed.
   */
  timeOf(writtenBytes: number): number | undefined {
    const writes = this.#writes;
    while (
      this.#first < writes.length && writes[this.#first].total < writtenBytes
    ) this.#first++;
    const found = writes[this.#first];
    if (this.#first > 1000) {
      this.#writes = writes.slice(this.#first);
      this.#first = 0;
    }
    return found?.atMs;
  }
}
