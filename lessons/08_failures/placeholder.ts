/**
 * Your answers to lesson 8.
 *
 * Put your code in the place of each line with `todo(…)`, save, and run
 *
 *     deno task check 8
 *
 * Keep the lines with the numbers: `deno task reset 8.1` goes by them.
 */
import { todo } from "../../lib/workbook/kit/mod.ts";
import type { ConnectWithin, Retry, TimedReaderClass } from "./types.ts";

// ---- 8.1 connectWithin ------------------------------------------------------

/**
 * Connects to a port of 127.0.0.1, if that works within `ms` milliseconds. If
 * there is no answer by then, it rejects with Deno.errors.TimedOut or with a
 * DOMException named TimeoutError, whichever you find easier. Any other failure
 * is thrown as it is, and at once. Afterwards nothing is left behind: no timer,
 * and no connection that comes late and stays open.
 *
 *     export async function connectWithin(
 *       port: number,
 *       ms: number,
 *     ): Promise<Deno.Conn> {
 *     }
 */
export const connectWithin: ConnectWithin = todo("8.1 connectWithin");

// ---- 8.2 TimedReader ------------------------------------------------------

/**
 * Reads from a connection, with a deadline for each read. `read` gives the
 * bytes that came, one or more, in an array of their own; `null` when the peer
 * has ended its side; and "timeout" when nothing came within `ms`. No byte is
 * lost: what comes after a time-out is given by a later `read`. A failure of
 * the connection is thrown, also if it came between two calls.
 *
 * There is never more than one read under way on `conn`, no timer is left
 * behind, and `conn` stays open. The caller awaits each `read` before the next.
 *
 *     export class TimedReader {
 *       constructor(conn: Deno.Conn) {
 *       }
 *
 *       async read(ms: number): Promise<Uint8Array | null | "timeout"> {
 *       }
 *     }
 */
export const TimedReader: TimedReaderClass = todo("8.2 TimedReader");

// ---- 8.3 retry --------------------------------------------------------------

/**
 * Runs `attempt` until it works, at most `attempts` times, and returns what it
 * gave. Before the second attempt it waits `firstDelayMs` milliseconds, before
 * the third twice as long, and so on, always twice the wait before.
 *
 * It tries again only after ConnectionRefused, which `attempt` may also throw
 * before it has returned a promise. Any other error, and the error of the last
 * attempt, is thrown at once and as it is.
 *
 *     export async function retry<T>(
 *       attempt: () => Promise<T>,
 *       options: { attempts: number; firstDelayMs: number },
 *     ): Promise<T> {
 *     }
 */
export const retry: Retry = todo("8.3 retry");
