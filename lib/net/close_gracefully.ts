/**
 * Closes a connection so that the peer receives everything.
 *
 * @module
 */

import { closeQuietly } from "./close.ts";
import { readSome } from "./read.ts";
import { assertTimer } from "./timer.ts";

/** Options for {@linkcode closeGracefully}. */
export interface CloseGracefullyOptions {
  /**
   * How long the peer has to end its side, too, in milliseconds, from 0 (close
   * at once) to 2147483647, the longest time a timer can run.
   *
   * @default 1000
   */
  graceMs?: number;
}

/** The errors of a connection that either side has already closed or reset. */
const GONE = [
  Deno.errors.ConnectionReset,
  Deno.errors.ConnectionAborted,
  Deno.errors.BrokenPipe,
  Deno.errors.NotConnected,
  Deno.errors.TimedOut,
  // This side closed the socket: at the end of the grace period, or elsewhere.
  Deno.errors.Interrupted,
  Deno.errors.BadResource,
];

/**
 * Closes a connection without losing bytes that are still in flight: ends this
 * side, reads until the peer ends its side, and then closes.
 *
 * A connection can end in two ways (RFC 9293, section 3.6). A FIN follows the
 * last byte and leaves the other direction open (half-close). An RST ends the
 * whole connection, and the peer may lose bytes that it hasn't read yet.
 * `close()` alone sends an RST if there is unread input, or if more arrives
 * later (RFC 1122, section 4.2.2.13), so the peer can lose a response that you
 * have just written (RFC 2525, section 2.17).
 *
 * If the peer doesn't end its side within the grace period, closes the
 * connection anyway. A peer that is already gone isn't an error. When the
 * promise settles, the connection is closed.
 *
 * @param conn The connection. Nothing else should read from it; all its input is
 * dropped.
 * @param options The grace period.
 * @throws {RangeError} If `graceMs` is out of range; the connection is still
 * closed.
 *
 * @example The response arrives in spite of unread input
 * ```ts
 * import { closeGracefully } from "./close_gracefully.ts";
 * import { readToEnd } from "./read.ts";
 * import { writeAll } from "./write.ts";
 * import { listenTcp } from "./listen.ts";
 * import { assertEquals } from "@std/assert";
 *
 * using listener = listenTcp();
 * using client = await Deno.connect({ port: listener.addr.port });
 * const server = await listener.accept();
 *
 * await writeAll(client, new Uint8Array(100));
 * await writeAll(server, new TextEncoder().encode("busy"));
 * const closed = closeGracefully(server);
 * const answer = await readToEnd(client);
 * assertEquals(new TextDecoder().decode(answer), "busy");
 * client.close();
 * await closed;
 * ```
 */
export async function closeGracefully(
  conn: Deno.Conn,
  options: CloseGracefullyOptions = {},
): Promise<void> {
  const { graceMs = 1000 } = options;
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    assertTimer(graceMs, "Cannot close gracefully: graceMs");
    // Only close() cancels a read. It also cancels a closeWrite() that is
    // waiting for a write.
    timer = setTimeout(() => closeQuietly(conn), graceMs);
    await conn.closeWrite();
    const buffer = new Uint8Array(16 * 1024);
    while (await readSome(conn, buffer) !== null);
  } catch (error) {
    if (!GONE.some((Gone) => error instanceof Gone)) throw error;
  } finally {
    clearTimeout(timer);
    closeQuietly(conn);
  }
}
