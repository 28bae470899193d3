/**
 * The progress of one direction of a TCP connection, as seen by an observer on
 * the network: which bytes are new, and which were seen before.
 *
 * @module
 */

import { Gaps } from "./gaps.ts";
import { seqAdd, seqDiff } from "./sequence.ts";

/** The bytes that a segment added to its direction, new or repeated. */
export interface Progress {
  /** Sequence numbers that were seen for the first time. */
  fresh: number;
  /** Sequence numbers that had been seen before. */
  repeated: number;
}

/**
 * Follows one direction of a connection.
 *
 * @example A repeated segment, and a late one
 * ```ts
 * import { StreamProgress } from "./stream_progress.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const progress = new StreamProgress();
 * progress.add(100, 10);
 * assertEquals(progress.add(100, 10), { fresh: 0, repeated: 10 });
 * progress.add(120, 10); // skips 110 to 119
 * assertEquals(progress.add(110, 10), { fresh: 10, repeated: 0 });
 * assertEquals(progress.next, 130);
 * ```
 */
export class StreamProgress {
  /** The number after the highest one seen; `null` before the first segment. */
  next: number | null = null;
  readonly #gaps = new Gaps();
  /** `next` without wrapping around. */
  #end = 0;
  /** The lowest number seen, without wrapping around. */
  #start = 0;

  /** Whether everything from the lowest number up to `next` has been seen. */
  get isWhole(): boolean {
    return this.#gaps.count === 0;
  }

  /**
   * Records a segment.
   *
   * @param sequence Its sequence number.
   * @param length The number of sequence numbers that it uses: one for each
   * byte of data, and one each for SYN and FIN.
   * @returns The number of new and of repeated ones.
   */
  add(sequence: number, length: number): Progress {
    this.next ??= sequence;
    if (length === 0) return { fresh: 0, repeated: 0 };
    const start = this.#end + seqDiff(sequence, this.next);
    const end = start + length;
    // All gaps are below the highest number.
    let fresh = start < this.#end ? this.#gaps.fill(start, end) : 0;
    if (start < this.#start) {
      fresh += Math.min(end, this.#start) - start;
      if (end < this.#start) {
        this.#gaps.unshift({ start: end, end: this.#start });
      }
      this.#start = start;
    }
    if (start > this.#end) this.#gaps.push({ start: this.#end, end: start });
    if (end > this.#end) {
      fresh += end - Math.max(start, this.#end);
      this.#end = end;
      this.next = seqAdd(sequence, length);
    }
    return { fresh, repeated: length - fresh };
  }
}
