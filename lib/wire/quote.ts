/**
 * Quotes for error messages. Only the other files in this folder use this
 * module.
 *
 * @module
 */

/**
 * Quotes text for an error message, as one line of ASCII, so that printing the
 * error can't print a peer's control characters.
 *
 * @param text The text to quote.
 * @param max The most characters to quote.
 * @returns The text in quotes; if it was shortened, with `…` after the quotes.
 *
 * @example Escape and C1 control characters are escaped
 * ```ts
 * import { quote } from "./quote.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(quote("a\x1b[2J\x9b\r\n"), '"a\\u001b[2J\\u009b\\r\\n"');
 * assertEquals(quote("abcdef", 3), '"abc"…');
 * ```
 */
export function quote(text: string, max = 40): string {
  const quoted = JSON.stringify(text.slice(0, max)).replace(
    /[^\x20-\x7e]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return text.length > max ? `${quoted}…` : quoted;
}
