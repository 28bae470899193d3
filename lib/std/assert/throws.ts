import { stripVTControlCharacters } from "node:util";
import { AssertionError, ending } from "./assertion_error.ts";

// deno-lint-ignore no-explicit-any -- A class may take arguments of any type.
type ErrorClass<E extends Error> = abstract new (...args: any[]) => E;

/**
 * Asserts that a function throws.
 *
 * @param fn The function to call.
 * @param msg A text to add to the error's message.
 * @returns The value that was thrown.
 * @throws {AssertionError} If it returns.
 */
export function assertThrows(fn: () => unknown, msg?: string): unknown;
/**
 * Asserts that a function throws an error of a class.
 *
 * @param fn The function to call.
 * @param ErrorClass The expected class.
 * @param msgIncludes The text that the error's message must contain.
 * @param msg A text to add to the error's message.
 * @returns The value that was thrown.
 * @throws {AssertionError} If it returns, or throws something else.
 */
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  ErrorClass: ErrorClass<E>,
  msgIncludes?: string,
  msg?: string,
): E;
export function assertThrows(
  fn: () => unknown,
  classOrMsg?: ErrorClass<Error> | string,
  msgIncludes?: string,
  msg?: string,
): unknown {
  const onlyMsg = typeof classOrMsg === "string";
  const end = ending(onlyMsg ? classOrMsg : msg);
  try {
    fn();
  } catch (error) {
    if (classOrMsg && !onlyMsg) {
      judge(error, classOrMsg, { verb: "thrown", msgIncludes, end });
    }
    return error;
  }
  throw new AssertionError(`Expected function to throw${end}`);
}

/**
 * Asserts that a function returns a promise that rejects.
 *
 * @param fn The function to call.
 * @param msg A text to add to the error's message.
 * @returns The reason for the rejection.
 * @throws {AssertionError} If the promise resolves, or the function throws or
 * returns no promise.
 */
export function assertRejects(
  fn: () => PromiseLike<unknown>,
  msg?: string,
): Promise<unknown>;
/**
 * Asserts that a function returns a promise that rejects with an error of a
 * class.
 *
 * @param fn The function to call.
 * @param ErrorClass The expected class.
 * @param msgIncludes The text that the error's message must contain.
 * @param msg A text to add to the error's message.
 * @returns The reason for the rejection.
 * @throws {AssertionError} If the promise resolves or rejects with something
 * else, or the function throws or returns no promise.
 */
export function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  ErrorClass: ErrorClass<E>,
  msgIncludes?: string,
  msg?: string,
): Promise<E>;
export async function assertRejects(
  fn: () => PromiseLike<unknown>,
  classOrMsg?: ErrorClass<Error> | string,
  msgIncludes?: string,
  msg?: string,
): Promise<unknown> {
  const onlyMsg = typeof classOrMsg === "string";
  const end = ending(onlyMsg ? classOrMsg : msg);
  let promise: PromiseLike<unknown> | undefined;
  try {
    promise = fn();
  } catch {
    // A function that throws returns no promise, so the next lines reject it.
  }
  if (typeof promise?.then !== "function") {
    throw new AssertionError(
      `Function throws when expected to reject${end}`,
    );
  }
  try {
    await promise;
  } catch (error) {
    if (classOrMsg && !onlyMsg) {
      judge(error, classOrMsg, { verb: "rejected", msgIncludes, end });
    }
    return error;
  }
  throw new AssertionError(`Expected function to reject${end}`);
}

/** Throws unless the error has the expected class and message. */
function judge(
  error: unknown,
  expected: ErrorClass<Error>,
  { verb, msgIncludes = "", end }: {
    verb: string;
    msgIncludes?: string;
    end: string;
  },
): void {
  if (!(error instanceof Error)) {
    throw new AssertionError(`A non-Error object was ${verb}${end}`);
  }
  const came = error.constructor?.name;
  if (!(error instanceof expected)) {
    throw new AssertionError(
      `Expected error to be instance of "${expected.name}", but was "${came}"${end}`,
    );
  }
  // Ignore colors: the message may be for a terminal.
  if (
    !stripVTControlCharacters(error.message).includes(
      stripVTControlCharacters(msgIncludes),
    )
  ) {
    throw new AssertionError(
      `Expected error message to include ${
        JSON.stringify(msgIncludes)
      }, but got ${JSON.stringify(error.message)}${end}`,
    );
  }
}
