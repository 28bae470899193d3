/**
 * Check your answers to lesson 13: `deno task check 13`, or `deno task watch`.
 *
 * Replace each `todo(…)` below with your code. Keep the numbered headings,
 * because `deno task reset 13.1` needs them. The types are in types.ts.
 */
import { todo } from "../../lib/workbook/kit/mod.ts";

// ---- 13.1 ask ---------------------------------------------------------------

/**
 *     export async function ask(
 *       socket: Deno.DatagramConn,
 *       question: Uint8Array,
 *       server: Deno.NetAddr,
 *     ): Promise<Uint8Array> {
 *     }
 *
 * Sends `question` from `socket` to `server`, once, and returns the first
 * message that comes from that server.
 *
 * - A message is from the server if its sender's hostname and port are both the
 *   server's. Ignore all other messages, however many there are.
 * - The question and the answer can be empty. The answer can have up to 65,507
 *   bytes, and they don't have to be text. Later messages must not change it.
 * - Wait as long as it takes, and leave the socket open.
 * - If the socket can't send, throw what it threw.
 * - Whether you return or throw, don't leave a `receive()` waiting: it would
 *   take the caller's next message.
 */
export const ask: (
  socket: Deno.DatagramConn,
  question: Uint8Array,
  server: Deno.NetAddr,
) => Promise<Uint8Array> = todo("13.1 ask");

// ---- 13.2 sendMessage -------------------------------------------------------

/**
 *     export async function sendMessage(
 *       socket: Deno.DatagramConn,
 *       message: Uint8Array,
 *       to: Deno.NetAddr,
 *     ): Promise<void> {
 *     }
 *
 * Sends `message` as one datagram, unless it's too long for one.
 *
 * - An empty message is sent, too. `message` may be part of a larger array.
 * - If it has more than 65,507 bytes, send nothing and throw a RangeError. Its
 *   message contains both the size and the limit, in digits.
 * - If the socket can't send, throw what it threw.
 */
export const sendMessage: (
  socket: Deno.DatagramConn,
  message: Uint8Array,
  to: Deno.NetAddr,
) => Promise<void> = todo("13.2 sendMessage");
