/**
 * Adds context to error messages: what failed, and where.
 *
 * @module
 */

/**
 * Adds a prefix to an error's message that says what failed.
 *
 * The system says "Connection refused", but not which endpoint refused it. The
 * error stays the same object and keeps its class, `name`, `code`, `errors`,
 * and `cause`, because programs check these (`error instanceof
 * Deno.errors.ConnectionRefused`).
 *
 * @param error The caught value. Pass an error only if it belongs to this one
 * failure: all references to it see the new message.
 * @param failure The failure, such as `Cannot connect to tcp://127.0.0.1:7000`.
 * @returns `error`, so that you can throw it again.
 *
 * @example The message names the endpoint that refused the connection
 * ```ts
 * import { addContext } from "./add_context.ts";
 * import { assertEquals, assertStrictEquals } from "@std/assert";
 *
 * const error = new Deno.errors.ConnectionRefused("os error 111");
 * const failure = "Cannot connect to tcp://127.0.0.1:7000";
 * assertStrictEquals(addContext(error, failure), error);
 * assertEquals(
 *   error.message,
 *   "Cannot connect to tcp://127.0.0.1:7000: os error 111",
 * );
 * ```
 */
export function addContext(error: unknown, failure: string): unknown {
  if (error instanceof Error) {
    // An assignment would throw for a DOMException, whose message is a getter,
    // and for a frozen error.
    Reflect.defineProperty(error, "message", {
      value: `${failure}: ${error.message}`,
      configurable: true,
      writable: true,
    });
  }
  return error;
}
