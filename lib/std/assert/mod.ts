/**
 * The offline edition of `@std/assert`: the assertions that the workbook uses,
 * with the published names, signatures and messages. It knowingly differs in
 * three ways:
 *
 * - The lines after `[Diff]` come from `node:util`, so they may be grouped
 *   otherwise, and nothing marks the words that differ within a line. Of a value
 *   that takes more than 200 lines, they show the part that differs first.
 * - 0 and -0 differ inside a Float32Array or Float64Array.
 * - Comparing two WeakMaps or WeakSets does not throw.
 *
 * @module
 */
export { AssertionError } from "./assertion_error.ts";
export {
  assert,
  assertExists,
  assertInstanceOf,
  assertMatch,
  assertStringIncludes,
  fail,
} from "./conditions.ts";
export { assertEquals, assertNotEquals, assertStrictEquals } from "./equals.ts";
export {
  assertGreater,
  assertGreaterOrEqual,
  assertLess,
  assertLessOrEqual,
} from "./order.ts";
export { assertRejects, assertThrows } from "./throws.ts";
