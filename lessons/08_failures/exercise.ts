/**
 * Check your answers to lesson 8: `deno task check 8`, or `deno task watch`.
 *
 * Replace each `todo(…)` below with your code. Keep the numbered headings,
 * because `deno task reset 8.1` needs them. The types are in types.ts.
 */
import { todo } from "../../lib/workbook/kit/mod.ts";
import type { ConnectWithin, Retry, TimedReaderClass } from "./types.ts";

// ---- 8.1 connectWithin ------------------------------------------------------

/**
 *     export async function connectWithin(
 *       port: number,
 *       ms: number,
 *     ): Promise<Deno.Conn> {
 *     }
 *
 * Connects to `port` on 127.0.0.1, in one attempt, and returns the connection.
 * Gives up if there's no answer within `ms` milliseconds.
 *
 * - When you give up, throw `Deno.errors.TimedOut`, or a `DOMException` named
 *   `TimeoutError`, whichever is easier for you.
 * - If connecting fails for another reason, throw that error at once, unchanged.
 * - Leave nothing behind: no running timer, and no connection that's established
 *   later and stays open.
 */
export const connectWithin: ConnectWithin = todo("8.1 connectWithin");

// ---- 8.2 TimedReader --------------------------------------------------------

/**
 *     export class TimedReader {
 *       constructor(conn: Deno.Conn) {
 *       }
 *
 *       async read(ms: number): Promise<Uint8Array | null | "timeout"> {
 *       }
 *     }
 *
 * Reads from a connection, with a timeout for each read. `read` returns the bytes
 * that have arrived (at least one), `null` if the stream has ended, or "timeout"
 * if nothing arrives within `ms` milliseconds.
 *
 * - Don't lose any bytes. If some arrive after a timeout, a later `read` returns
 *   them.
 * - Later reads don't change an array that you've returned.
 * - If the connection fails, throw its error unchanged, even if it failed between
 *   two calls.
 * - Don't start a second read on `conn` while one is pending. (Your caller awaits
 *   each `read` before the next.)
 * - Leave no timer running, and never close `conn`.
 */
export const TimedReader: TimedReaderClass = todo("8.2 TimedReader");

// ---- 8.3 retry --------------------------------------------------------------

/**
 *     export async function retry<T>(
 *       attempt: () => Promise<T>,
 *       options: { attempts: number; firstDelayMs: number },
 *     ): Promise<T> {
 *     }
 *
 * Calls `attempt` until it succeeds, at most `attempts` times, and returns its
 * result, whatever that is. Waits `firstDelayMs` milliseconds (0 or more) before
 * the second attempt, and doubles the wait before each later one, with no upper
 * limit.
 *
 * - Retry only after `Deno.errors.ConnectionRefused`. Throw any other error at
 *   once, unchanged.
 * - `attempt` can also throw before it returns a promise. Treat that the same way.
 * - If every attempt is refused, throw the last error unchanged, and don't wait
 *   after the last attempt.
 * - Let other tasks run while you wait, leave no timer running, and don't change
 *   `options`.
 */
export const retry: Retry = todo("8.3 retry");
