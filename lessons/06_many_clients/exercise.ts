/**
 * Your answers to lesson 6.
 *
 * Put your code in the place of each line with `todo(…)`, save, and run
 *
 *     deno task check 6
 *
 * Keep the lines with the numbers: `deno task reset 6.1` goes by them.
 */
import { todo } from "../../lib/workbook/kit/mod.ts";

// ---- 6.1 serve --------------------------------------------------------------

/**
 * Accepts clients until the listener is closed, and starts `handler` for each,
 * all at once. A handler may fail, also by throwing at once: that ends its own
 * client only. When a handler is done, however it ends, `serve` closes its
 * connection; the handler may have closed it before. When the listener is
 * closed, `serve` returns, at once or when the last conversation is done, as you
 * like; conversations under way go on to their end. A client may reset its
 * connection before it is accepted: accept() throws NotConnected then, and the
 * next client is served all the same. Any other error of accept(), such as "Too
 * many open files", is to reach whoever awaits `serve`; or `serve` accepts again
 * after a short pause.
 *
 *     export async function serve(
 *       listener: Deno.Listener,
 *       handler: (conn: Deno.Conn) => Promise<void>,
 *     ): Promise<void> {
 *     }
 */
export const serve: (
  listener: Deno.Listener,
  handler: (conn: Deno.Conn) => Promise<void>,
) => Promise<void> = todo("6.1 serve");

// ---- 6.2 serveAtMost --------------------------------------------------------

/**
 * Like `serve`, with no more than `limit` handlers at once (1 or more), and
 * never fewer while clients wait: when one ends, the next begins. Who comes
 * meanwhile waits, and is not turned away. Who resets before being accepted
 * takes no place, and ends nothing. It waits for a conversation to end, not for
 * time to pass: no timers for that. It accepts nobody for whom there is no place,
 * but for one that may wait in its hand. Any other error of accept() is as in
 * `serve`: it reaches whoever awaits `serveAtMost`, or the next accept() comes
 * after a short pause.
 *
 *     export async function serveAtMost(
 *       listener: Deno.Listener,
 *       handler: (conn: Deno.Conn) => Promise<void>,
 *       limit: number,
 *     ): Promise<void> {
 *     }
 */
export const serveAtMost: (
  listener: Deno.Listener,
  handler: (conn: Deno.Conn) => Promise<void>,
  limit: number,
) => Promise<void> = todo("6.2 serveAtMost");
