/**
 * Opening a reliable stream.
 *
 * @module
 */

import { formatAddress } from "../endpoint.ts";
import { restate } from "../restate.ts";
import { ReliableConn } from "./conn.ts";
import { type ReliableOptions, settingsOf } from "./options.ts";
import { Port } from "./port.ts";

/** Options for {@linkcode connectReliable}. */
export interface ConnectReliableOptions extends ReliableOptions {
  /** Gives the attempt up when aborted. */
  signal?: AbortSignal;
}

/**
 * Connects to a {@linkcode ReliableListener}, by three segments: SYN, SYN,ACK,
 * ACK (RFC 9293, section 3.5).
 *
 * @param to Where it listens, such as `listener.addr`, or the address of a link
 * that leads there.
 * @param options Sizes and times.
 * @returns The stream; its owner closes it.
 * @throws {RangeError} If an option is out of range.
 * @throws {Deno.errors.ConnectionRefused} If a socket is there that listens no
 * more.
 * @throws {Deno.errors.TimedOut} If nobody answers within `giveUpMs`: UDP does
 * not tell that nobody is there.
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
  const port = new Port({ hostname, port: 0, isListening: false });
  const conn = new ReliableConn("client", settings, { port, remoteAddr: to });
  function onAbort() {
    conn.reset();
  }
  signal?.addEventListener("abort", onAbort);
  try {
    await conn.opened();
    return conn;
  } catch (error) {
    signal?.throwIfAborted();
    throw restate(error, `Cannot connect to ${formatAddress(to)}`);
  } finally {
    signal?.removeEventListener("abort", onAbort);
    // Whoever is told of the end may rely on it.
    if (conn.stats.state === "CLOSED") await port.closed;
  }
}
