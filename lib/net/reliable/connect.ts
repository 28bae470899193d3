/**
 * Opens a reliable connection.
 *
 * @module
 */

import { addContext } from "../add_context.ts";
import { formatAddress } from "../endpoint.ts";
import { ReliableConn } from "./conn.ts";
import { type ReliableOptions, settingsOf } from "./options.ts";
import { SharedUdpSocket } from "./shared_udp_socket.ts";

/** Options for {@linkcode connectReliable}. */
export interface ConnectReliableOptions extends ReliableOptions {
  /** Gives up when aborted. Once connected, it has no effect. */
  signal?: AbortSignal;
}

/**
 * Connects to a {@linkcode ReliableListener}, by a three-way handshake: SYN,
 * SYN,ACK, ACK (RFC 9293, section 3.5).
 *
 * @param to The listener's address, or the address of a link to it.
 * @param options The sizes, the times, and the signal.
 * @returns The connection, which you must close.
 * @throws {RangeError} If an option is out of range.
 * @throws {Deno.errors.ConnectionRefused} If that socket isn't listening any more.
 * @throws {Deno.errors.TimedOut} If there is no answer within `userTimeoutMs`:
 * with UDP, you get no error if no socket has that port.
 * @throws The signal's reason, if it is aborted first.
 *
 * @example A question and an answer
 * ```ts
 * import { connectReliable, listenReliable } from "./mod.ts";
 * import { readToEnd } from "../read.ts";
 * import { assertEquals } from "@std/assert";
 *
 * await using listener = listenReliable();
 * const answered = listener.accept().then(async (conn) => {
 *   await conn.write((await readToEnd(conn)).toReversed());
 *   conn.close();
 * });
 *
 * await using conn = await connectReliable(listener.addr, { timeWaitMs: 10 });
 * await conn.write(new Uint8Array([1, 2, 3]));
 * await conn.closeWrite();
 * assertEquals(await readToEnd(conn), new Uint8Array([3, 2, 1]));
 * await answered;
 * ```
 */
export async function connectReliable(
  to: Deno.NetAddr,
  options: ConnectReliableOptions = {},
): Promise<ReliableConn> {
  const { signal, ...rest } = options;
  const settings = settingsOf(rest);
  signal?.throwIfAborted();
  const hostname = to.hostname.includes(":") ? "::1" : "127.0.0.1";
  const socket = new SharedUdpSocket({ hostname, port: 0, isListening: false });
  const conn = new ReliableConn("client", settings, { socket, remoteAddr: to });
  function onAbort() {
    conn.reset();
  }
  signal?.addEventListener("abort", onAbort);
  try {
    await conn.opened();
    return conn;
  } catch (error) {
    signal?.throwIfAborted();
    throw addContext(error, `Cannot connect to ${formatAddress(to)}`);
  } finally {
    signal?.removeEventListener("abort", onAbort);
    // When this rejects, the socket is closed.
    if (conn.stats.state === "CLOSED") await socket.closed;
  }
}
