/**
 * Sequence numbers: 32 bits that count bytes, and start again at 0 after
 * 4294967295 (RFC 9293, section 3.4; RFC 1982).
 *
 * Because they wrap around, "less" can only mean that the shorter way around
 * goes forward. That's exact as long as the two are less than half the range
 * apart, and a TCP window is far smaller than that.
 *
 * @module
 */

/**
 * Adds to a sequence number.
 *
 * @param sequence Where to start, an integer from 0 to 4294967295.
 * @param count How many bytes to go, an integer; below 0 to go back.
 * @returns An integer from 0 to 4294967295.
 *
 * @example Across the end of the circle
 * ```ts
 * import { seqAdd } from "./sequence.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(seqAdd(4294967295, 1), 0);
 * assertEquals(seqAdd(0, -1), 4294967295);
 * ```
 */
export function seqAdd(sequence: number, count: number): number {
  return (sequence + count) >>> 0;
}

/**
 * Returns the distance from one sequence number to another, the shorter way
 * around.
 *
 * @param a Where to end, an integer from 0 to 4294967295.
 * @param b Where to start, an integer from 0 to 4294967295.
 * @returns `a - b` in bytes, from -2147483648 to 2147483647; below 0 when `a`
 * comes before `b`.
 *
 * @example Three bytes, one of them after the wrap
 * ```ts
 * import { seqDiff } from "./sequence.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(seqDiff(1, 4294967294), 3);
 * assertEquals(seqDiff(4294967294, 1), -3);
 * ```
 */
export function seqDiff(a: number, b: number): number {
  return (a - b) | 0;
}

/**
 * Returns whether one sequence number comes before another.
 *
 * Exactly half the circle apart neither comes before the other (RFC 1982,
 * section 3.2, leaves it undefined, and no window is ever so large).
 *
 * @param a An integer from 0 to 4294967295.
 * @param b An integer from 0 to 4294967295.
 * @returns Whether `a` comes before `b`.
 *
 * @example Large can be before small
 * ```ts
 * import { seqLess } from "./sequence.ts";
 * import { assert } from "@std/assert";
 *
 * assert(seqLess(1, 2));
 * assert(seqLess(4294967295, 0));
 * assert(!seqLess(0, 4294967295));
 * assert(!seqLess(7, 7));
 * ```
 */
export function seqLess(a: number, b: number): boolean {
  const ahead = (b - a) >>> 0;
  return ahead > 0 && ahead < 2 ** 31;
}

/**
 * Returns whether one sequence number comes before another, or is the same.
 *
 * @param a An integer from 0 to 4294967295.
 * @param b An integer from 0 to 4294967295.
 * @returns Whether `a` comes before `b` or equals it.
 *
 * @example An acknowledgment covers what lies before it
 * ```ts
 * import { seqLessOrEqual } from "./sequence.ts";
 * import { assert } from "@std/assert";
 *
 * assert(seqLessOrEqual(5, 5));
 * assert(seqLessOrEqual(4294967295, 5));
 * assert(!seqLessOrEqual(5, 4294967295));
 * ```
 */
export function seqLessOrEqual(a: number, b: number): boolean {
  return a === b || seqLess(a, b);
}

/**
 * Returns whether a sequence number lies in a window: from `start` on, for
 * `size` bytes.
 *
 * @param sequence The number in question, an integer from 0 to 4294967295.
 * @param start The first number in the window, an integer from 0 to 4294967295.
 * @param size Bytes in the window, an integer from 0 to 4294967295.
 * @returns Whether it lies in there.
 *
 * @example A window of four bytes, across the wrap
 * ```ts
 * import { seqInWindow } from "./sequence.ts";
 * import { assert } from "@std/assert";
 *
 * assert(seqInWindow(4294967294, 4294967294, 4));
 * assert(seqInWindow(1, 4294967294, 4));
 * assert(!seqInWindow(2, 4294967294, 4));
 * ```
 */
export function seqInWindow(
  sequence: number,
  start: number,
  size: number,
): boolean {
  return ((sequence - start) >>> 0) < size;
}
