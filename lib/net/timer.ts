/**
 * What a timer can wait for. Only the other files of this folder use it.
 *
 * @module
 */

/**
 * Turns away a time that `setTimeout` would not keep: for anything over
 * 2147483647 ms, and for Infinity, it fires at once.
 *
 * @param ms The time, in milliseconds.
 * @param failure What cannot be done, and the name of the option, such as
 * `Cannot hang up: graceMs`.
 * @throws {RangeError} If `ms` is not in 0 to 2147483647.
 *
 * @example Infinity is no time for a timer
 * ```ts
 * import { assertTimer } from "./timer.ts";
 * import { assertThrows } from "@std/assert";
 *
 * assertTimer(1000, "Cannot hang up: graceMs");
 * assertThrows(
 *   () => assertTimer(Infinity, "Cannot hang up: graceMs"),
 *   RangeError,
 *   "Cannot hang up: graceMs Infinity is not in 0 to 2147483647",
 * );
 * ```
 */
export function assertTimer(ms: number, failure: string): void {
  if (!(ms >= 0 && ms < 2 ** 31)) {
    throw new RangeError(`${failure} ${ms} is not in 0 to 2147483647`);
  }
}
