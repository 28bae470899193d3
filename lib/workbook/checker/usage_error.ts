/**
 * A mistake in how the workbook was called.
 *
 * The message is one line that says what is wrong and what would be right. The
 * command line prints it and ends with status 2.
 */
export class UsageError extends Error {
  override name = "UsageError";
}

/**
 * A person asked how a command is called, which is no mistake: the command line
 * prints the message and ends with status 0.
 */
export class HelpRequest extends Error {
  override name = "HelpRequest";
}

/**
 * Repeats what a person typed, for a message of one line.
 *
 * @param text What was typed, perhaps nothing, or with a line break in it.
 * @returns The text; in quotes, with escapes, where it is not plain to see.
 *
 * @example A plain word, and what is not one
 * ```ts
 * import { repeated } from "./usage_error.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(repeated("3.1"), "3.1");
 * assertEquals(repeated(""), '""');
 * assertEquals(repeated("a\nb"), '"a\\nb"');
 * ```
 */
export function repeated(text: string): string {
  return /^[\x21-\x7e]+$/.test(text) ? text : JSON.stringify(text);
}
