/**
 * Your answers to lesson 4.
 *
 * Put your code in the place of each line with `todo(…)`, save, and run
 *
 *     deno task check 4
 *
 * Keep the lines with the numbers: `deno task reset 4.1` goes by them.
 */
import { todo } from "../../lib/workbook/kit/mod.ts";

// ---- 4.1 readExact ----------------------------------------------------------

/**
 * Reads exactly `size` bytes from `conn` and returns them in an array of that
 * length, which later calls do not change. The bytes after them stay in `conn`
 * for the next call; `size` 0 needs no read at all. If the peer ends its side
 * first, it throws `Deno.errors.UnexpectedEof`. It leaves `conn` open.
 *
 *     export async function readExact(
 *       conn: Deno.Conn,
 *       size: number,
 *     ): Promise<Uint8Array> {
 *     }
 */
export const readExact: (
  conn: Deno.Conn,
  size: number,
) => Promise<Uint8Array> = todo("4.1 readExact");

// ---- 4.2 writeAll -----------------------------------------------------------

/**
 * Writes all of `data`, in order, with one `write` at a time, and returns when
 * the last byte has been taken. What `write` throws goes on to the caller. It
 * leaves `conn` open for the next call.
 *
 *     export async function writeAll(
 *       conn: Deno.Conn,
 *       data: Uint8Array,
 *     ): Promise<void> {
 *     }
 */
export const writeAll: (
  conn: Deno.Conn,
  data: Uint8Array,
) => Promise<void> = todo("4.2 writeAll");
