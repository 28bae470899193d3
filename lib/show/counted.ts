/**
 * Formats a number with its noun.
 *
 * @param number The number.
 * @param noun The noun, in the singular; its plural must end in `s`.
 * @returns The number and the noun, in the plural unless the number is 1.
 *
 * @example One, and any other number
 * ```ts
 * import { counted } from "./counted.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(counted(1, "client"), "1 client");
 * assertEquals(counted(0, "client"), "0 clients");
 * ```
 */
export function counted(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
