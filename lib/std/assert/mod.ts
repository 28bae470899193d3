/**
 * The offline edition of `@std/assert`: the assertions that the workbook uses,
 * with the published names, signatures, and messages. It differs in three ways:
 *
 * - The lines after `[Diff]` come from `node:util`, so they may be grouped in
 *   another way, and the words that differ within a line aren't marked. For a
 *   value of more than 200 lines, they show the part that differs first.
 * - 0 and -0 differ inside a Float32Array or Float64Array.
 * - Comparing two WeakMaps or WeakSets does not throw.
 *
 * @module
 */
export {
  assert,
  assertExists,
  assertInstanceOf,
  assertLess,
  assertMatch,
  assertStringIncludes,
} from "./conditions.ts";
export { assertEquals, assertNotEquals, assertStrictEquals } from "./equals.ts";
export { assertRejects, assertThrows } from "./throws.ts";
