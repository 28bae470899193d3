/**
 * Says how many there are of something.
 *
 * @param number How many.
 * @param noun What, in the singular; its plural ends in `s`.
 * @returns Both, with the noun in the plural unless it is one.
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
