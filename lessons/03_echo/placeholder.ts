/**
 * Your answers to lesson 3.
 *
 * Put your code in the place of each line with `todo(…)`, save, and run
 *
 *     deno task check 3
 *
 * Keep the lines with the numbers: `deno task reset 3.1` goes by them.
 */
import { todo } from "../../lib/workbook/kit/mod.ts";

// ---- 3.1 echo ---------------------------------------------------------------

/**
 * Sends back every byte that comes, as it comes, until the peer ends its side.
 * Then it returns. It leaves `conn` open: whoever called it closes it.
 *
 *     export async function echo(conn: Deno.Conn): Promise<void> {
 *     }
 */
export const echo: (conn: Deno.Conn) => Promise<void> = todo("3.1 echo");

// ---- 3.2 exchange -----------------------------------------------------------

/**
 * Sends `data` to an echo server, and returns the bytes that come back: as many
 * as it sent, be it none or 64 MiB. The connection stays open for the next
 * exchange. If the server ends the stream too early, it throws.
 *
 *     export async function exchange(
 *       conn: Deno.Conn,
 *       data: Uint8Array,
 *     ): Promise<Uint8Array> {
 *     }
 */
export const exchange: (
  conn: Deno.Conn,
  data: Uint8Array,
) => Promise<Uint8Array> = todo("3.2 exchange");
