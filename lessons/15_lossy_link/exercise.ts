/**
 * Check your answers to lesson 15: `deno task check 15`, or `deno task watch`.
 *
 * Replace each `todo(…)` below with your code. Keep the numbered headings,
 * because `deno task reset 15.1` needs them. The types are in types.ts.
 */
import { todo } from "../../lib/workbook/kit/mod.ts";
import type { Call, OnceOnlyClass } from "./types.ts";

// ---- 15.1 call --------------------------------------------------------------

/**
 *     export async function call(
 *       socket: Deno.DatagramConn,
 *       server: Deno.NetAddr,
 *       request: Uint8Array,
 *       options: { timeoutMs: number; attempts: number },
 *     ): Promise<Uint8Array> {
 *     }
 *
 * Sends a question to `server`, several times if necessary, and returns the data
 * of the answer. The question is one datagram: a number in 4 bytes, big-endian,
 * followed by `request`. The answer is one datagram from the server: the same 4
 * bytes, followed by the data.
 *
 * - Each call uses a number that no earlier call used. All attempts of one call
 *   use the same number.
 * - Send the question, wait `timeoutMs` milliseconds, send it again, and so on,
 *   `attempts` times in all. If no answer comes within `timeoutMs` of the last
 *   attempt, reject with `Deno.errors.TimedOut`.
 * - Ignore every datagram that isn't the answer: one with another number, with
 *   fewer than 4 bytes, or from another sender (hostname or port). It doesn't
 *   start a new attempt, and doesn't make the current wait any longer.
 * - `request` and the data may be empty.
 * - The caller uses the socket again, so leave it open. Don't leave a `receive()`
 *   waiting: it would take the next datagram. (After TimedOut, you may leave one,
 *   because the caller then closes the socket.)
 */
export const call: Call = todo("15.1 call");

// ---- 15.2 OnceOnly ----------------------------------------------------------

/**
 *     export class OnceOnly {
 *       constructor(
 *         perform: (request: Uint8Array) => Uint8Array,
 *         options: { maxRemembered?: number } = {},
 *       ) {
 *       }
 *
 *       handle(request: Uint8Array, from: Deno.NetAddr): Uint8Array {
 *       }
 *     }
 *
 * Answers the questions of 15.1, and never performs a request twice. `handle`
 * gets a question, which is a number in 4 bytes followed by the request, and
 * returns the answer: the same 4 bytes, followed by what `perform(request)`
 * returned.
 *
 * - A repeat has the same number and the same sender (hostname and port). It
 *   gets the same answer again, without another call of `perform`.
 * - Every question has at least 4 bytes. Its array may be a view of a larger
 *   one, and the caller reuses it for the next question.
 * - Remember `maxRemembered` answers for all senders together: 100 by default,
 *   none if it's 0. If there are more, forget the answer whose request was
 *   performed longest ago, even if it has been repeated since. A repeat of that
 *   request is then performed again, like a new one.
 * - If `perform` throws, `handle` throws the same error, and nothing is
 *   remembered or forgotten.
 */
export const OnceOnly: OnceOnlyClass = todo("15.2 OnceOnly");
