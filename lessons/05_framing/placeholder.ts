/**
 * Your answers to lesson 5.
 *
 * Put your code in the place of each line with `todo(…)`, save, and run
 *
 *     deno task check 5
 *
 * Keep the lines with the numbers: `deno task reset 5.1` goes by them.
 */
import { todo } from "../../lib/workbook/kit/mod.ts";

// ---- 5.1 readLines ----------------------------------------------------------

/**
 * Reads lines of UTF-8 until the peer ends its side, and yields each, without
 * its `\n` or `\r\n`, as soon as it is whole. A last line without an end counts.
 * A line of more than `maxBytes` bytes (65536 if not given; its end does not
 * count) throws RangeError as soon as that is known, and is not kept whole. A
 * line that is not UTF-8 throws TypeError, after the lines in front of it have
 * been yielded. It leaves `conn` open.
 *
 *     export async function* readLines(
 *       conn: Deno.Conn,
 *       options: { maxBytes?: number } = {},
 *     ): AsyncGenerator<string> {
 *     }
 */
export const readLines: (
  conn: Deno.Conn,
  options?: { maxBytes?: number },
) => AsyncGenerator<string> = todo("5.1 readLines");

// ---- 5.2 encodeFrame --------------------------------------------------------

/**
 * Makes a frame of a text: four bytes that say how many bytes follow, the most
 * significant first, and then the text in UTF-8. Each call returns an array of
 * its own, exactly as long as the frame.
 *
 *     export function encodeFrame(text: string): Uint8Array {
 *     }
 */
export const encodeFrame: (text: string) => Uint8Array = todo(
  "5.2 encodeFrame",
);

// ---- 5.3 readFrames ---------------------------------------------------------

/**
 * Reads such frames until the peer ends its side, and yields the text of each
 * as soon as it is whole. A length over `maxBytes` (1048576 if not given)
 * throws RangeError before any byte of the text is read or waited for. An end
 * in mid-frame throws `Deno.errors.UnexpectedEof`, a text that is not UTF-8
 * TypeError. It leaves `conn` open.
 *
 *     export async function* readFrames(
 *       conn: Deno.Conn,
 *       options: { maxBytes?: number } = {},
 *     ): AsyncGenerator<string> {
 *     }
 */
export const readFrames: (
  conn: Deno.Conn,
  options?: { maxBytes?: number },
) => AsyncGenerator<string> = todo("5.3 readFrames");
