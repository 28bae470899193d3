/**
 * Lesson 3: `deno task check 3` checks this file; `deno task watch`, each save.
 *
 * Replace each `todo(…)` with your code. Keep the lines with the numbers:
 * `deno task reset 3.1` needs them.
 */
import { todo } from "../../lib/workbook/kit/mod.ts";

// ---- 3.1 echo ---------------------------------------------------------------

/**
 *     export async function echo(conn: Deno.Conn): Promise<void> {
 *     }
 *
 * Sends back every byte that the client sends, as soon as it arrives. When the
 * client has ended its side of the connection, echo returns.
 *
 * - The client may send anything, not only text, and as often as it likes.
 * - A read may give any number of bytes, and a write may take only part of them.
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
 * Sends all of `data` to an echo server, and returns what comes back: as many
 * bytes as it sent, whatever they are.
 *
 * - `data` may be empty, or as large as 64 MiB.
 * - The server and the network hold at least 64 KiB that you haven't read, but
 *   perhaps no more. When they're full, the server stops reading.
 * - Leave the connection open for the next exchange, in both directions.
 * - If the server ends the stream or resets the connection before everything is
 *   back, throw an error.
 */
export const exchange: (
  conn: Deno.Conn,
  data: Uint8Array,
) => Promise<Uint8Array> = todo("3.2 exchange");
