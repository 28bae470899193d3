/**
 * Your answers to lesson 15.
 *
 * Put your code in the place of each line with `todo(…)`, save, and run
 *
 *     deno task check 15
 *
 * Keep the lines with the numbers: `deno task reset 15.1` goes by them.
 */
import { todo } from "../../lib/workbook/kit/mod.ts";
import type { Call, OnceOnlyClass } from "./types.ts";

// ---- 15.1 call --------------------------------------------------------------

/**
 * Asks `server`, again if need be, and returns the answer.
 *
 * The question is one datagram: a number in 4 bytes, big-endian, and behind it
 * `request`, which may be empty. The answer is one datagram from the server:
 * the same 4 bytes, and behind them the data, which may be empty and is all
 * that `call` returns. Each call has a number that no call before it had; all
 * tries of one call have the same.
 *
 * It sends the question, waits `timeoutMs` milliseconds, sends it again, and so
 * on, `attempts` times in all. After the last try it waits as long, and then
 * rejects with Deno.errors.TimedOut. What is not the answer to this question
 * (another number, fewer than 4 bytes, another sender) is thrown away, and
 * changes nothing: it starts no new try, and makes no try last longer.
 *
 * The next call uses the same socket, so leave it open, and leave no receive
 * under way when you have an answer. After TimedOut one may be left: then the
 * caller closes the socket.
 *
 *     export async function call(
 *       socket: Deno.DatagramConn,
 *       server: Deno.NetAddr,
 *       request: Uint8Array,
 *       options: { timeoutMs: number; attempts: number },
 *     ): Promise<Uint8Array> {
 *     }
 */
export const call: Call = todo("15.1 call");

// ---- 15.2 OnceOnly ----------------------------------------------------------

/**
 * Answers questions as 15.1 sends them, and does nothing twice.
 *
 * `handle` takes a question, a number in 4 bytes and data, and returns the
 * answer: the same 4 bytes, and what `perform(data)` gave. For a repeat, which
 * is the same number from the same sender, host and port, it returns the same
 * answer again and does not call `perform`. Every question has 4 bytes at
 * least. Its array may be part of a larger one, and the caller uses it again for
 * the next question.
 *
 * It remembers the last `maxRemembered` answers, of all senders together, 100
 * unless told otherwise. One more, and that of the question done longest ago is
 * forgotten, however often it was repeated since; a repeat of that one is done
 * again, like a new question. If `perform` throws, `handle` throws the same, and
 * nothing is remembered or forgotten.
 *
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
 */
export const OnceOnly: OnceOnlyClass = todo("15.2 OnceOnly");
