/**
 * Gaps in a stream: ranges of sequence numbers that were skipped, and may still
 * arrive.
 *
 * A damaged or malicious capture can have hundreds of thousands of gaps, so
 * they're kept sorted and in chunks: a binary search finds a gap, and filling
 * one moves the items of one chunk at most.
 *
 * @module
 */

/**
 * A range of numbers that haven't been seen, from `start` up to, but not
 * including, `end`.
 */
export interface Gap {
  /** The first number that is missing. */
  start: number;
  /** The first number after the gap. */
  end: number;
}

/** A chunk that grows to this many gaps is split. */
const MAX_CHUNK = 64;

/** If there are more gaps than this, the lowest are dropped, to save memory. */
const MAX_GAPS = 2 ** 18;

/**
 * The gaps of one stream, in order.
 *
 * @example Two gaps, one of which is partly filled
 * ```ts
 * import { Gaps } from "./gaps.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const gaps = new Gaps();
 * gaps.push({ start: 10, end: 20 });
 * gaps.push({ start: 30, end: 40 });
 * assertEquals(gaps.fill(15, 25), 5);
 * assertEquals(gaps.fill(10, 40), 15);
 * assertEquals(gaps.count, 0);
 * ```
 */
export class Gaps {
  /** The chunks: never empty, with all gaps in ascending order. */
  readonly #chunks: Gap[][] = [];
  #count = 0;

  /** The number of gaps. */
  get count(): number {
    return this.#count;
  }

  /**
   * Adds a gap above all others.
   *
   * @param gap The gap; it must start at or after the end of the highest one.
   */
  push(gap: Gap): void {
    const last = this.#chunks.at(-1);
    if (last !== undefined && last.length < MAX_CHUNK) last.push(gap);
    else this.#chunks.push([gap]);
    this.#count++;
    this.#forget();
  }

  /**
   * Adds a gap below all others.
   *
   * @param gap The gap; it must end at or before the start of the lowest one.
   */
  unshift(gap: Gap): void {
    const [first] = this.#chunks;
    if (first !== undefined && first.length < MAX_CHUNK) first.unshift(gap);
    else this.#chunks.unshift([gap]);
    this.#count++;
    this.#forget();
  }

  /**
   * Removes a range of numbers from the gaps.
   *
   * @param start The first number of the range.
   * @param end The first number after it.
   * @returns The number of its numbers that were in a gap.
   */
  fill(start: number, end: number): number {
    let filled = 0;
    let index = firstEndingAfter(this.#chunks, start, (chunk) => chunk.at(-1)!);
    while (index < this.#chunks.length && this.#chunks[index][0].start < end) {
      const chunk = this.#chunks[index];
      const first = firstEndingAfter(chunk, start, (gap) => gap);
      let after = first;
      const rests: Gap[] = [];
      for (; after < chunk.length && chunk[after].start < end; after++) {
        const gap = chunk[after];
        filled += Math.min(end, gap.end) - Math.max(start, gap.start);
        if (gap.start < start) rests.push({ start: gap.start, end: start });
        if (gap.end > end) rests.push({ start: end, end: gap.end });
      }
      chunk.splice(first, after - first, ...rests);
      this.#count += rests.length - (after - first);
      if (chunk.length === 0) {
        this.#chunks.splice(index, 1);
        continue;
      }
      if (chunk.length > MAX_CHUNK) {
        this.#chunks.splice(index + 1, 0, chunk.splice(MAX_CHUNK / 2));
      }
      index++;
    }
    return filled;
  }

  #forget(): void {
    if (this.#count <= MAX_GAPS) return;
    this.#count -= this.#chunks[0].length;
    this.#chunks.shift();
  }
}

/** The index of the first item whose gap ends after `start`. */
function firstEndingAfter<Item>(
  items: Item[],
  start: number,
  gapOf: (item: Item) => Gap,
): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (gapOf(items[middle]).end > start) high = middle;
    else low = middle + 1;
  }
  return low;
}
