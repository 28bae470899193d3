/**
 * A mistake in a command's arguments.
 *
 * The message is one line that says what's wrong and what to do. The command
 * line prints it and exits with status 2.
 */
export class UsageError extends Error {
  override name = "UsageError";
}

/**
 * A request for help, which isn't a mistake: the command line prints the
 * message and exits with status 0.
 */
export class HelpRequest extends Error {
  override name = "HelpRequest";
}

/**
 * Quotes an argument for a one-line message.
 *
 * @param text The argument, which may be empty or contain line breaks.
 * @returns The text, in quotes and with escapes unless it's a plain word.
 *
 * @example A plain word, and other text
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
