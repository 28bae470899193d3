/**
 * Sequence numbers: 32 bits that count bytes, and start again at 0 after
 * 4294967295 (RFC 9293, section 3.4; RFC 1982).
 *
 * Because they wrap around, "less" means that the shorter way from one to the
 * other goes forward. That's right as long as the two are less than half the
 * range apart, and a TCP window is always smaller than that.
 *
 * @module
 */

/**
 * Adds to a sequence number.
 *
 * @param sequence The sequence number, an integer from 0 to 4294967295.
 * @param count The number of bytes to add, an integer; negative to go back.
 * @returns An integer from 0 to 4294967295.
 *
 * @example Wrapping around
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
 * @param a The number to measure to, an integer from 0 to 4294967295.
 * @param b The number to measure from, an integer from 0 to 4294967295.
 * @returns `a - b` in bytes, from -2147483648 to 2147483647; negative if `a`
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
 * If the two are exactly half the range apart, neither comes before the other
 * (RFC 1982, section 3.2, leaves this undefined, and no window is that large).
 *
 * @param a An integer from 0 to 4294967295.
 * @param b An integer from 0 to 4294967295.
 * @returns Whether `a` comes before `b`.
 *
 * @example A large number can come before a small one
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
 * Returns whether one sequence number comes before another or equals it.
 *
 * @param a An integer from 0 to 4294967295.
 * @param b An integer from 0 to 4294967295.
 * @returns Whether `a` comes before `b` or equals it.
 *
 * @example An acknowledgment covers all numbers before it
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
 * Returns whether a sequence number is in a window of `size` bytes that begins
 * at `start`.
 *
 * @param sequence The sequence number, an integer from 0 to 4294967295.
 * @param start The first number in the window, an integer from 0 to 4294967295.
 * @param size The window's size in bytes, an integer from 0 to 4294967295.
 * @returns Whether the number is in the window.
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
