import { AssertionError, ending } from "./assertion_error.ts";
import { format } from "./format.ts";

// deno-lint-ignore no-explicit-any -- A class may take and make anything.
type AnyClass = abstract new (...args: any[]) => any;

/**
 * Asserts that a value is truthy.
 *
 * @param expr The value to check.
 * @param msg The whole message of the error.
 * @throws {AssertionError} If the value is falsy.
 */
export function assert(expr: unknown, msg = ""): asserts expr {
  if (!expr) throw new AssertionError(msg);
}

/**
 * Asserts that a value is neither `null` nor `undefined`.
 *
 * @param actual The value to check.
 * @param msg A text to add to the error's message.
 * @throws {AssertionError} If the value is `null` or `undefined`.
 */
export function assertExists<T>(
  actual: T,
  msg?: string,
): asserts actual is NonNullable<T> {
  if (actual !== undefined && actual !== null) return;
  throw new AssertionError(
    `Expected actual: "${actual}" to not be null or undefined${ending(msg)}`,
  );
}

/**
 * Asserts that a value is an instance of a class.
 *
 * @param actual The value to check.
 * @param expectedType The class.
 * @param msg A text to add to the error's message.
 * @throws {AssertionError} If `actual instanceof expectedType` is false.
 */
export function assertInstanceOf<
  T extends AnyClass,
>(
  actual: unknown,
  expectedType: T,
  msg = "",
): asserts actual is InstanceType<T> {
  if (actual instanceof expectedType) return;
  const expected = expectedType.name;
  const came = kindOf(actual);
  // Two classes can have the same name, and a function is usually a class that
  // wasn't constructed.
  const butWas = came === expected
    ? ""
    : came === "function"
    ? " but was not an instanced object"
    : ` but was "${came}"`;
  throw new AssertionError(
    `Expected object to be an instance of "${expected}"${butWas}${ending(msg)}`,
  );
}

/** Returns the name of a value's class, or its primitive type. */
function kindOf(value: unknown): string {
  if (value === null) return "null";
  return typeof value === "object"
    ? value.constructor?.name ?? "Object"
    : typeof value;
}

/**
 * Asserts that a text matches a pattern.
 *
 * @param actual The text.
 * @param expected The pattern.
 * @param msg A text to add to the error's message.
 * @throws {AssertionError} If the pattern does not match.
 */
export function assertMatch(
  actual: string,
  expected: RegExp,
  msg?: string,
): void {
  if (expected.test(actual)) return;
  throw new AssertionError(
    `Expected actual: "${actual}" to match: "${expected}"${ending(msg)}`,
  );
}

/**
 * Asserts that a text contains another.
 *
 * @param actual The text to search.
 * @param expected The text that it must contain.
 * @param msg A text to add to the error's message.
 * @throws {AssertionError} If `expected` is not in `actual`.
 */
export function assertStringIncludes(
  actual: string,
  expected: string,
  msg?: string,
): void {
  if (actual.includes(expected)) return;
  throw new AssertionError(
    `Expected actual: "${actual}" to contain: "${expected}"${ending(msg)}`,
  );
}

/**
 * Asserts that one value is less than another.
 *
 * @param actual The value to check.
 * @param expected The value that it must be less than.
 * @param msg The whole message of the error.
 * @throws {AssertionError} If `actual < expected` is false.
 */
export function assertLess<T>(actual: T, expected: T, msg?: string): void {
  if (actual < expected) return;
  throw new AssertionError(
    msg ?? `Expect ${format(actual)} < ${format(expected)}`,
  );
}
