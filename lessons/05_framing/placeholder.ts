/**
 * Check your answers to lesson 5: `deno task check 5`, or `deno task watch`.
 *
 * Replace each `todo(…)` below with your code. Keep the numbered headings,
 * because `deno task reset 5.1` needs them. The types are in types.ts.
 */
import { todo } from "../../lib/workbook/kit/mod.ts";
import type { EncodeFrame, ReadMessages } from "./types.ts";

// ---- 5.1 readLines ----------------------------------------------------------

/**
 *     export async function* readLines(
 *       conn: Deno.Conn,
 *       options: { maxBytes?: number } = {},
 *     ): AsyncGenerator<string> {
 *     }
 *
 * Reads lines of UTF-8 until the stream ends. Yields each line, without its
 * `\n` or `\r\n`, as soon as it's complete. Leaves `conn` open.
 *
 * - An empty line counts, and so does a last line without a `\n`.
 * - Nothing else in a line changes: not its spaces, not a byte order mark, not a
 *   `\r` that isn't right before the `\n`.
 * - If a line has more than `maxBytes` bytes (default: 65536), throw a RangeError
 *   as soon as you can tell. The line ending (`\n` or `\r\n`) doesn't count.
 * - If a line isn't UTF-8, throw a TypeError.
 * - Yield the lines before a bad one first. If `conn.read` throws, let its error
 *   reach the caller.
 */
export const readLines: ReadMessages = todo("5.1 readLines");

// ---- 5.2 encodeFrame --------------------------------------------------------

/**
 *     export function encodeFrame(text: string): Uint8Array {
 *     }
 *
 * Returns a text of any length as a frame: its length in UTF-8 bytes, as a
 * big-endian number in four bytes, and then those bytes. Each call returns a new
 * array, exactly as long as the frame.
 *
 * - Don't change the text. The one exception is half a surrogate pair, which
 *   UTF-8 can't represent: `TextEncoder` turns it into U+FFFD, and that's fine.
 */
export const encodeFrame: EncodeFrame = todo("5.2 encodeFrame");

// ---- 5.3 readFrames ---------------------------------------------------------

/**
 *     export async function* readFrames(
 *       conn: Deno.Conn,
 *       options: { maxBytes?: number } = {},
 *     ): AsyncGenerator<string> {
 *     }
 *
 * Reads the frames that 5.2 makes until the stream ends. Yields the text of each
 * frame as soon as it's complete. Leaves `conn` open.
 *
 * - A frame with the length 0 is an empty text.
 * - If a length is over `maxBytes` (default: 1048576), throw a RangeError before
 *   you read any of the text or wait for it.
 * - If the stream ends inside a frame, throw `Deno.errors.UnexpectedEof`.
 * - If a text isn't UTF-8, throw a TypeError. Keep a byte order mark.
 * - Yield the texts before a bad frame first. If `conn.read` throws, let its
 *   error reach the caller.
 */
export const readFrames: ReadMessages = todo("5.3 readFrames");
