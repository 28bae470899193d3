/**
 * Your answers to lesson 7. Commands: `deno task check 7`, `deno task watch`.
 *
 * Replace each `export const … = todo(…);` with your code. Keep the numbered
 * lines: `deno task reset 7.1` looks for them.
 */
import { todo } from "../../lib/workbook/kit/mod.ts";

// ---- 7.1 askAndHear ---------------------------------------------------------

/**
 * Sends all of `question`, and closes its own side of the connection: only then
 * does the server answer. Returns all bytes of the answer, which goes on until
 * the server closes its side.
 *
 *     export async function askAndHear(
 *       conn: Deno.Conn,
 *       question: Uint8Array,
 *     ): Promise<Uint8Array> {
 *     }
 *
 * - Both the question and the answer may be empty, and both may be large.
 * - If the connection fails before the answer has ended, throw.
 * - Leave `conn` open: your caller closes it.
 */
export const askAndHear: (
  conn: Deno.Conn,
  question: Uint8Array,
) => Promise<Uint8Array> = todo("7.1 askAndHear");

// ---- 7.2 closeGracefully ----------------------------------------------------

/**
 * Closes `conn` so that the peer gets everything that was written before:
 * closes its own side, reads and discards whatever still comes, and closes
 * `conn` as soon as the peer has closed its side, too.
 *
 *     export async function closeGracefully(
 *       conn: Deno.Conn,
 *       options: { graceMs?: number } = {},
 *     ): Promise<void> {
 *     }
 *
 * - `graceMs` milliseconds after the call, close `conn` in any case, whether the
 *   peer is silent, still sending, or not even reading. The default is 1000; 0
 *   is allowed.
 * - Never throw: if the peer is gone, or the time is up, that's no failure.
 * - When you return, `conn` is closed and no timer is left running.
 */
export const closeGracefully: (
  conn: Deno.Conn,
  options?: { graceMs?: number },
) => Promise<void> = todo("7.2 closeGracefully");
