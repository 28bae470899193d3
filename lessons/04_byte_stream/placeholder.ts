/**
 * Check your answers to lesson 4: `deno task check 4`, or `deno task watch`.
 *
 * Replace each `todo(…)` below with your code. Keep the numbered headings,
 * because `deno task reset 4.1` needs them. The types are in types.ts.
 */
import { todo } from "../../lib/workbook/kit/mod.ts";

// ---- 4.1 readExact ----------------------------------------------------------

/**
 * Reads exactly `size` bytes from `conn`, however many reads that takes, and
 * returns them in an array of that length.
 *
 *     export async function readExact(
 *       conn: Deno.Conn,
 *       size: number,
 *     ): Promise<Uint8Array> {
 *     }
 *
 * - Take no more than `size` bytes from `conn`: the caller reads the rest later.
 * - For `size` 0, return at once without waiting for anything.
 * - Later calls must not change an array that you have returned.
 * - If the peer closes its side first, throw `Deno.errors.UnexpectedEof`.
 * - If `read` throws, let the error reach the caller.
 * - Leave `conn` open, even when you throw.
 */
export const readExact: (
  conn: Deno.Conn,
  size: number,
) => Promise<Uint8Array> = todo("4.1 readExact");

// ---- 4.2 writeAll -----------------------------------------------------------

/**
 * Writes all of `data` to `conn`, in order, however few bytes each `write`
 * takes. Returns when the last byte has been taken.
 *
 *     export async function writeAll(
 *       conn: Deno.Conn,
 *       data: Uint8Array,
 *     ): Promise<void> {
 *     }
 *
 * - Start a `write` only when the one before it is done.
 * - If `write` throws, let the error reach the caller.
 * - Don't change `data`, and leave `conn` open, even when you throw.
 */
export const writeAll: (
  conn: Deno.Conn,
  data: Uint8Array,
) => Promise<void> = todo("4.2 writeAll");
