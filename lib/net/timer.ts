/**
 * The range of a timer. Only the other files in this folder use it.
 *
 * @module
 */

/**
 * Throws for a time that `setTimeout` can't wait: for anything over 2147483647
 * ms, and for Infinity, it fires at once.
 *
 * @param ms The time, in milliseconds.
 * @param failure The failed operation and the option's name, such as
 * `Cannot receive: timeoutMs`.
 * @throws {RangeError} If `ms` isn't in 0 to 2147483647.
 *
 * @example A timer can't wait forever
 * ```ts
 * import { assertTimer } from "./timer.ts";
 * import { assertThrows } from "@std/assert";
 *
 * assertTimer(1000, "Cannot receive: timeoutMs");
 * assertThrows(
 *   () => assertTimer(Infinity, "Cannot receive: timeoutMs"),
 *   RangeError,
 *   "Cannot receive: timeoutMs Infinity is not in 0 to 2147483647",
 * );
 * ```
 */
export function assertTimer(ms: number, failure: string): void {
  if (!(ms >= 0 && ms < 2 ** 31)) {
    throw new RangeError(`${failure} ${ms} is not in 0 to 2147483647`);
  }
}
