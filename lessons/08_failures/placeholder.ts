/**
 * Your answers to lesson 8: run `deno task check 8` or `deno task watch`.
 *
 * Replace each `todo(…)` with your code. Keep the lines with the numbers:
 * `deno task reset 8.1` needs them to find the exercise.
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
 * Connects to a port of 127.0.0.1, in one attempt, and returns the connection,
 * or gives up when no answer comes within `ms` milliseconds.
 *
 * - When it gives up, it throws `Deno.errors.TimedOut`, or a `DOMException`
 *   named `TimeoutError`, whichever you find easier.
 * - Any other failure is thrown at once and unchanged.
 * - However it ends, it leaves nothing behind: no timer, and no connection that
 *   is established later and stays open.
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
 * Reads from a connection, with a deadline for each read. `read` returns the
 * bytes that arrived (one or more), `null` once the peer has ended its side, or
 * "timeout" if nothing arrives within `ms` milliseconds.
 *
 * - No byte is lost: what arrives after a timeout is returned by a later `read`.
 * - The returned array is the caller's: later reads don't change it.
 * - If the connection fails, `read` throws that error unchanged, even if it
 *   failed between two calls.
 * - There is never more than one read pending on `conn`. (The caller awaits each
 *   `read` before the next.)
 * - It leaves no timer behind, and never closes `conn`.
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
 * Calls `attempt` until it works, at most `attempts` times, and returns what it
 * gave, whatever that is. It waits `firstDelayMs` milliseconds, 0 or more, before
 * the second attempt, and before each later one twice as long as before the
 * last, however long that gets.
 *
 * - It tries again only after `Deno.errors.ConnectionRefused`. Any other error
 *   is thrown at once and unchanged.
 * - `attempt` may also throw before it returns a promise, with the same effect.
 * - If every attempt is refused, it throws the last error unchanged, without
 *   waiting any longer.
 * - It lets other tasks run while it waits, leaves no timer behind, and doesn't
 *   change `options`.
 */
export const retry: Retry = todo("8.3 retry");
