/**
 * Messages that say what was being done when the system said no.
 *
 * @module
 */

/**
 * Makes an error of the same class whose message also says what could not be
 * done.
 *
 * The system says "Connection refused" but not by whom. The class stays,
 * because programs decide by it (`error instanceof
 * Deno.errors.ConnectionRefused`), and the original stays as `cause`.
 *
 * @param error What was caught.
 * @param failure What could not be done, such as `Cannot connect to
 * tcp://127.0.0.1:7000`.
 * @returns The new error, or `error` itself if it is not an `Error`.
 *
 * @example Name the endpoint that refused
 * ```ts
 * import { restate } from "./restate.ts";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const original = new Deno.errors.ConnectionRefused("os error 111");
 * const error = restate(original, "Cannot connect to tcp://127.0.0.1:7000");
 * assert(error instanceof Deno.errors.ConnectionRefused);
 * assertEquals(
 *   error.message,
 *   "Cannot connect to tcp://127.0.0.1:7000: os error 111",
 * );
 * assertEquals(error.cause, original);
 * ```
 */
export function restate(error: unknown, failure: string): unknown {
  if (!(error instanceof Error)) return error;
  // JavaScript's own error classes and all of Deno.errors take these two
  // arguments.
  const SameClass = error.constructor as ErrorConstructor;
  return new SameClass(`${failure}: ${error.message}`, { cause: error });
}
