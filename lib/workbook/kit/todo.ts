const TODO = Symbol("todo");

/**
 * A placeholder of any type, for an answer that is still to be written.
 *
 * It stands where a function or a class will stand. Calling it throws, and it
 * carries a mark, so that {@linkcode isTodo} knows an exercise that nobody has
 * begun without running anything.
 *
 * @param what What is still to be written, for the error message.
 * @returns A function that throws, typed as whatever is expected in its place.
 *
 * @example A placeholder is recognised, and does nothing but throw
 * ```ts
 * import { isTodo, todo } from "./todo.ts";
 * import { assert, assertThrows } from "@std/assert";
 *
 * const double: (n: number) => number = todo("double");
 * assert(isTodo(double));
 * assertThrows(() => double(2), Error, "Not written yet: double");
 * ```
 */
export function todo<T>(what: string): T {
  function placeholder(): never {
    throw new Error(`Not written yet: ${what}`);
  }
  return Object.assign(placeholder, { [TODO]: true }) as T;
}

/**
 * Says whether a value came from {@linkcode todo}.
 *
 * @param value Anything.
 * @returns `true` for a placeholder.
 */
export function isTodo(value: unknown): boolean {
  return typeof value === "function" && TODO in value;
}
