/**
 * Check your answers to lesson 6: `deno task check 6`, or `deno task watch`.
 *
 * Replace each `todo(…)` below with your code. Keep the numbered headings,
 * because `deno task reset 6.1` needs them. The types are in types.ts.
 */
import { todo } from "../../lib/workbook/kit/mod.ts";

// ---- 6.1 serve --------------------------------------------------------------

/**
 * Accepts clients until the listener is closed, and starts `handler` for each
 * one, so that it serves all of them at once. Closes each connection when its
 * handler is done.
 *
 *     export async function serve(
 *       listener: Deno.Listener,
 *       handler: (conn: Deno.Conn) => Promise<void>,
 *     ): Promise<void> {
 *     }
 *
 * - A handler can reject, or throw before it returns a promise. That ends only
 *   its own client's connection.
 * - A handler can close its connection itself.
 * - If a client resets its connection before you accept it, accept() throws
 *   NotConnected. Keep accepting.
 * - When your caller closes the listener, accept() throws BadResource. Return
 *   then, either at once or when the last handler is done. Don't stop handlers
 *   that are still running.
 * - If accept() throws anything else, such as "Too many open files", let the
 *   error reach your caller, or accept again after a short pause.
 */
export const serve: (
  listener: Deno.Listener,
  handler: (conn: Deno.Conn) => Promise<void>,
) => Promise<void> = todo("6.1 serve");

// ---- 6.2 serveAtMost --------------------------------------------------------

/**
 * Does what `serve` does, with all its edge cases, but never runs more than
 * `limit` handlers at once. As soon as one of them is done, even if it failed,
 * the next waiting client gets its place.
 *
 *     export async function serveAtMost(
 *       listener: Deno.Listener,
 *       handler: (conn: Deno.Conn) => Promise<void>,
 *       limit: number,
 *     ): Promise<void> {
 *     }
 *
 * - `limit` is 1 or more.
 * - Clients without a place wait in the backlog: accept one of them at most, and
 *   don't close their connections.
 * - A client that resets its connection before you accept it doesn't take a
 *   place.
 * - Don't use a timer to wait for a place. You may use one to pause after an error
 *   such as "Too many open files".
 */
export const serveAtMost: (
  listener: Deno.Listener,
  handler: (conn: Deno.Conn) => Promise<void>,
  limit: number,
) => Promise<void> = todo("6.2 serveAtMost");
