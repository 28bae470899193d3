/**
 * Lesson 5: check your answers with `deno task check 5` or `deno task watch`.
 *
 * Replace each `todo(…)` with your code. Keep the lines with the exercise
 * numbers: `deno task reset 5.1` looks for them.
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
 * Reads lines of UTF-8 until the peer ends its side, and yields each one,
 * without its `\n` or `\r\n`, as soon as it's complete. It leaves `conn` open.
 *
 * - A last line with no `\n` counts, and so does an empty line.
 * - Everything else in a line stays as it is: spaces, a `\r` that isn't in front
 *   of the `\n`, a byte order mark.
 * - A line of more than `maxBytes` bytes (65536 if not given) throws RangeError
 *   as soon as you can know that. The `\n` or `\r\n` at its end doesn't count.
 * - A line that isn't UTF-8 throws TypeError.
 * - Lines before a bad one are yielded first, and what `conn.read` throws passes
 *   on to the caller.
 */
export const readLines: ReadMessages = todo("5.1 readLines");

// ---- 5.2 encodeFrame --------------------------------------------------------

/**
 *     export function encodeFrame(text: string): Uint8Array {
 *     }
 *
 * Makes a frame of a text, however long it is: four bytes that say how many
 * bytes follow, the most significant first, and then the text in UTF-8. Each call
 * returns a new array, exactly as long as the frame.
 *
 * - The text stays as it is. Only half a surrogate pair, which UTF-8 can't hold,
 *   becomes U+FFFD, as `TextEncoder` does it.
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
 * Reads the frames of 5.2 until the peer ends its side, and yields the text of
 * each as soon as it's complete. It leaves `conn` open.
 *
 * - An empty frame is an empty text.
 * - A length over `maxBytes` (1048576 if not given) throws RangeError, before you
 *   read any byte of the text or wait for one.
 * - An end anywhere but between two frames throws `Deno.errors.UnexpectedEof`.
 * - A text that isn't UTF-8 throws TypeError. A byte order mark stays.
 * - Frames before a bad one are yielded first, and what `conn.read` throws passes
 *   on to the caller.
 */
export const readFrames: ReadMessages = todo("5.3 readFrames");
