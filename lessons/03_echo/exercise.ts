/**
 * Check your answers to lesson 3: `deno task check 3`, or `deno task watch`.
 *
 * Replace each `todo(…)` below with your code. Keep the numbered headings,
 * because `deno task reset 3.1` needs them. The types are in types.ts.
 */
import { todo } from "../../lib/workbook/kit/mod.ts";

// ---- 3.1 echo ---------------------------------------------------------------

/**
 *     export async function echo(conn: Deno.Conn): Promise<void> {
 *     }
 *
 * Sends back every byte that the client sends, as soon as it arrives. Returns
 * when the client has closed its write side.
 *
 * - The client may send anything, not only text, and as often as it likes.
 * - A read may return any number of bytes, and a write may take only some of
 *   them.
 * - Leave `conn` open in both directions: the caller closes it.
 */
export const echo: (conn: Deno.Conn) => Promise<void> = todo("3.1 echo");

// ---- 3.2 exchange -----------------------------------------------------------

/**
 *     export async function exchange(
 *       conn: Deno.Conn,
 *       data: Uint8Array,
 *     ): Promise<Uint8Array> {
 *     }
 *
 * Sends all of `data` to an echo server and returns what comes back: as many
 * bytes as it sent, even if they differ from `data`.
 *
 * - `data` may be empty, or as large as 64 MiB.
 * - The server and the network can hold 64 KiB that you haven't read yet, but
 *   maybe no more. When they're full, the server stops reading.
 * - Leave the connection open for the next exchange, in both directions.
 * - If the server ends the stream or resets the connection before everything is
 *   back, throw an error, even if a write is still waiting.
 */
export const exchange: (
  conn: Deno.Conn,
  data: Uint8Array,
) => Promise<Uint8Array> = todo("3.2 exchange");
