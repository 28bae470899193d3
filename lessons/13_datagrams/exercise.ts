/**
 * Your answers to lesson 13.
 *
 * Put your code in the place of each line with `todo(…)`, save, and run
 *
 *     deno task check 13
 *
 * Keep the lines with the numbers: `deno task reset 13.1` goes by them.
 */
import { todo } from "../../lib/workbook/kit/mod.ts";

// ---- 13.1 ask ---------------------------------------------------------------

/**
 * Sends `question` to `server`, once and from `socket`, and returns the first
 * message that comes from that server, whole: it may have 65,507 bytes, and it
 * may have none. "From that server" is from its host and its port. What comes
 * from anybody else is thrown away. It waits as long as it takes, and leaves
 * the socket open for the next question. If the socket fails to send, it throws
 * what the socket threw.
 *
 *     export async function ask(
 *       socket: Deno.DatagramConn,
 *       question: Uint8Array,
 *       server: Deno.NetAddr,
 *     ): Promise<Uint8Array> {
 *     }
 */
export const ask: (
  socket: Deno.DatagramConn,
  question: Uint8Array,
  server: Deno.NetAddr,
) => Promise<Uint8Array> = todo("13.1 ask");

// ---- 13.2 sendMessage -------------------------------------------------------

/**
 * Sends `message` as one datagram, also an empty one. One of more than 65,507
 * bytes is not sent at all: then it throws a RangeError whose message names
 * both sizes, that of the message and the limit. If the socket fails to send,
 * it throws what the socket threw.
 *
 *     export async function sendMessage(
 *       socket: Deno.DatagramConn,
 *       message: Uint8Array,
 *       to: Deno.NetAddr,
 *     ): Promise<void> {
 *     }
 */
export const sendMessage: (
  socket: Deno.DatagramConn,
  message: Uint8Array,
  to: Deno.NetAddr,
) => Promise<void> = todo("13.2 sendMessage");
