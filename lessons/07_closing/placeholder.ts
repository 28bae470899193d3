/**
 * Check your answers to lesson 7: `deno task check 7`, or `deno task watch`.
 *
 * Replace each `todo(…)` below with your code. Keep the numbered headings,
 * because `deno task reset 7.1` needs them. The types are in types.ts.
 */
import { todo } from "../../lib/workbook/kit/mod.ts";

// ---- 7.1 askAndHear ---------------------------------------------------------

/**
 * Sends all of `question` and then closes the write side of `conn`. The server
 * doesn't answer before that. Returns all bytes of the answer, up to the end of
 * the server's stream.
 *
 *     export async function askAndHear(
 *       conn: Deno.Conn,
 *       question: Uint8Array,
 *     ): Promise<Uint8Array> {
 *     }
 *
 * - The question or the answer can be empty, and both can be large.
 * - If the connection fails before the answer has ended, throw.
 * - Don't close `conn`. Your caller does that.
 */
export const askAndHear: (
  conn: Deno.Conn,
  question: Uint8Array,
) => Promise<Uint8Array> = todo("7.1 askAndHear");

// ---- 7.2 closeGracefully ----------------------------------------------------

/**
 * Closes `conn` so that the peer gets everything that was written before: closes
 * the write side, reads and discards the input, and closes `conn` as soon as the
 * peer's stream has ended, too.
 *
 *     export async function closeGracefully(
 *       conn: Deno.Conn,
 *       options: { graceMs?: number } = {},
 *     ): Promise<void> {
 *     }
 *
 * - `graceMs` milliseconds after the call, close `conn` even if the peer is
 *   silent, still sending, or not reading at all. The default is 1000, and 0 is
 *   allowed.
 * - Never throw, even if the peer is gone or the time is up.
 * - When you return, `conn` is closed, and your timer isn't running anymore.
 */
export const closeGracefully: (
  conn: Deno.Conn,
  options?: { graceMs?: number },
) => Promise<void> = todo("7.2 closeGracefully");
