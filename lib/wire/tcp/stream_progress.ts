/**
 * How far one direction of a TCP connection has come, as somebody who listens
 * in between can tell: which bytes are new, and which were there before.
 *
 * @module
 */

import { seqAdd, seqDiff, seqLess, seqLessOrEqual } from "./sequence.ts";

/** What a segment added to its direction. */
export interface Progress {
  /** Sequence numbers that were seen for the first time. */
  fresh: number;
  /** Sequence numbers that had been seen before. */
  repeated: number;
}

/** A stretch of sequence numbers that was jumped over, and not seen yet. */
interface Gap {
  start: number;
  end: number;
}

/** More gaps than a capture of a working connection ever has open. */
const MAX_GAPS = 256;

/**
 * Follows one direction of a connection.
 *
 * @example A segment that comes twice, and one that comes late
 * ```ts
 * import { StreamProgress } from "./stream_progress.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const progress = new StreamProgress();
 * progress.add(100, 10);
 * assertEquals(progress.add(100, 10), { fresh: 0, repeated: 10 });
 * progress.add(120, 10); // jumps over 110 to 119
 * assertEquals(progress.add(110, 10), { fresh: 10, repeated: 0 });
 * assertEquals(progress.next, 130);
 * ```
 */
export class StreamProgress {
  /** The number after the highest one seen; `null` before any was. */
  next: number | null = null;
  #gaps: Gap[] = [];

  /** Whether everything up to `next` has been seen. */
  get isWhole(): boolean {
    return this.#gaps.length === 0;
  }

  /**
   * Takes note of a segment.
   *
   * @param sequence Its sequence number.
   * @param length How many numbers it takes: its bytes of data, and one each
   * for SYN and FIN.
   * @returns How many of those are new, and how many are not.
   */
  add(sequence: number, length: number): Progress {
    const end = seqAdd(sequence, length);
    this.next ??= sequence;
    let fresh = 0;
    if (length > 0) {
      fresh += this.#fillGaps(sequence, end);
      if (seqLess(this.next, sequence)) {
        this.#gaps.push({ start: this.next, end: sequence });
        if (this.#gaps.length > MAX_GAPS) this.#gaps.shift();
        this.next = sequence;
      }
      if (seqLess(this.next, end)) {
        fresh += seqDiff(end, this.next);
        this.next = end;
      }
    }
    return { fresh, repeated: length - fresh };
  }

  /** Takes what the segment has out of the gaps, and counts it. */
  #fillGaps(start: number, end: number): number {
    let filled = 0;
    this.#gaps = this.#gaps.flatMap((gap) => {
      const from = later(start, gap.start);
      const to = earlier(end, gap.end);
      if (seqLessOrEqual(to, from)) return [gap];
      filled += seqDiff(to, from);
      return [{ start: gap.start, end: from }, { start: to, end: gap.end }]
        .filter((rest) => seqLess(rest.start, rest.end));
    });
    return filled;
  }
}

function later(a: number, b: number): number {
  return seqLess(a, b) ? b : a;
}

function earlier(a: number, b: number): number {
  return seqLess(a, b) ? a : b;
}
