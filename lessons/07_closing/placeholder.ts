/**
 * Your answers to lesson 7.
 *
 * Put your code in the place of each line with `todo(…)`, save, and run
 *
 *     deno task check 7
 *
 * Keep the lines with the numbers: `deno task reset 7.1` goes by them.
 */
import { todo } from "../../lib/workbook/kit/mod.ts";

// ---- 7.1 askAndHear ---------------------------------------------------------

/**
 * Sends all of `question`, and ends its own side of the stream; only then does
 * the server answer. Returns all bytes of the answer, which goes on until the
 * server ends its side. Both may be empty, and both may be large. If the
 * connection fails before the answer has ended, it throws. It leaves `conn`
 * open: whoever called it closes it.
 *
 *     export async function askAndHear(
 *       conn: Deno.Conn,
 *       question: Uint8Array,
 *     ): Promise<Uint8Array> {
 *     }
 */
export const askAndHear: (
  conn: Deno.Conn,
  question: Uint8Array,
) => Promise<Uint8Array> = todo("7.1 askAndHear");

// ---- 7.2 closeGracefully -------------------------------------------------------------

/**
 * Ends a conversation so that the peer hears all of it: ends its own side,
 * reads and throws away what still comes, and closes `conn` as soon as the peer
 * has ended its side too. `graceMs` milliseconds after the call (1000 unless
 * given) it closes in any case, whether the peer is silent or still sends. A
 * peer that is gone already is no failure: it never throws, always closes, and
 * leaves no timer running.
 *
 *     export async function closeGracefully(
 *       conn: Deno.Conn,
 *       options: { graceMs?: number } = {},
 *     ): Promise<void> {
 *     }
 */
export const closeGracefully: (
  conn: Deno.Conn,
  options?: { graceMs?: number },
) => Promise<void> = todo("7.2 closeGracefully");
