/**
 * The end of a conversation, said so that the peer hears all of it.
 *
 * @module
 */

import { closeQuietly } from "./close.ts";
import { readSome } from "./read.ts";
import { assertTimer } from "./timer.ts";

/** Options for {@linkcode closeGracefully}. */
export interface CloseGracefullyOptions {
  /**
   * How long the peer has to end its side as well, in milliseconds, from 0
   * (close at once) to 2147483647, the longest that a timer can run.
   *
   * @default 1000
   */
  graceMs?: number;
}

/** What reading and ending throw when the other side, or this one, is gone. */
const GONE = [
  Deno.errors.ConnectionReset,
  Deno.errors.ConnectionAborted,
  Deno.errors.BrokenPipe,
  Deno.errors.NotConnected,
  Deno.errors.TimedOut,
  // The socket was closed here, at the end of the grace or by somebody else.
  Deno.errors.Interrupted,
  Deno.errors.BadResource,
];

/**
 * Ends a connection without losing what is still on its way: ends this side,
 * reads until the peer has ended its own, and closes.
 *
 * A stream can end in two ways (RFC 9293, section 3.6). A FIN says "no more
 * from me", comes after the last byte, and leaves the other direction open. An
 * RST says "this connection is no more": what the peer has not yet read may be
 * thrown away with it. `close()` alone sends an RST when there is input that
 * nobody read, or when some comes later (RFC 1122, section 4.2.2.13), and so
 * can destroy an answer that was written in good order just before (RFC 2525,
 * section 2.17).
 *
 * A peer that does not end its side is cut off when the grace is over, with
 * all that this means. A peer that is gone already is no failure. Whatever
 * happens, the connection is closed when this is done.
 *
 * @param conn The connection; nobody else should read from it any more. All
 * that comes is thrown away.
 * @param options How long to wait.
 * @throws {RangeError} If `graceMs` is out of range; the connection is closed
 * all the same.
 *
 * @example An answer survives a question that nobody read
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
 * const hungUp = closeGracefully(server);
 * const answer = await readToEnd(client);
 * assertEquals(new TextDecoder().decode(answer), "busy");
 * client.close();
 * await hungUp;
 * ```
 */
export async function closeGracefully(
  conn: Deno.Conn,
  options: CloseGracefullyOptions = {},
): Promise<void> {
  const { graceMs = 1000 } = options;
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    assertTimer(graceMs, "Cannot hang up: graceMs");
    // Nothing cancels a read but a close. It also releases a closeWrite that
    // waits behind a write.
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
