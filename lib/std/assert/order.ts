import { AssertionError } from "./assertion_error.ts";
import { format } from "./format.ts";

/**
 * Asserts that one value is greater than another.
 *
 * @param actual The value to look at.
 * @param expected What it must exceed.
 * @param msg The whole message of the error.
 * @throws {AssertionError} If `actual > expected` is false.
 */
export function assertGreater<T>(actual: T, expected: T, msg?: string): void {
  if (!(actual > expected)) refuse(actual, ">", expected, msg);
}

/**
 * Asserts that one value is greater than another or equal to it.
 *
 * @param actual The value to look at.
 * @param expected The least that it may be.
 * @param msg The whole message of the error.
 * @throws {AssertionError} If `actual >= expected` is false.
 */
export function assertGreaterOrEqual<T>(
  actual: T,
  expected: T,
  msg?: string,
): void {
  if (!(actual >= expected)) refuse(actual, ">=", expected, msg);
}

/**
 * Asserts that one value is less than another.
 *
 * @param actual The value to look at.
 * @param expected What it must stay below.
 * @param msg The whole message of the error.
 * @throws {AssertionError} If `actual < expected` is false.
 */
export function assertLess<T>(actual: T, expected: T, msg?: string): void {
  if (!(actual < expected)) refuse(actual, "<", expected, msg);
}

/**
 * Asserts that one value is less than another or equal to it.
 *
 * @param actual The value to look at.
 * @param expected The most that it may be.
 * @param msg The whole message of the error.
 * @throws {AssertionError} If `actual <= expected` is false.
 */
export function assertLessOrEqual<T>(
  actual: T,
  expected: T,
  msg?: string,
): void {
  if (!(actual <= expected)) refuse(actual, "<=", expected, msg);
}

/** Throws the message that the four assertions share. */
function refuse(
  actual: unknown,
  operator: string,
  expected: unknown,
  msg?: string,
): never {
  throw new AssertionError(
    msg ?? `Expect ${format(actual)} ${operator} ${format(expected)}`,
  );
}
