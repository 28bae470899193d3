const TODO = Symbol("todo");

/**
 * Creates a placeholder of any type, for an answer that isn't written yet.
 *
 * It takes the place of a function or a class. Calling it throws. A mark lets
 * {@linkcode isTodo} recognize an exercise that hasn't been started without
 * running it.
 *
 * @param what The missing part, for the error message.
 * @returns A function that throws, with the type that is expected in its place.
 *
 * @example A placeholder is recognized, and only throws
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
 * Returns whether a value is a placeholder made by {@linkcode todo}.
 *
 * @param value Any value.
 * @returns `true` for a placeholder.
 */
export function isTodo(value: unknown): boolean {
  return typeof value === "function" && TODO in value;
}
