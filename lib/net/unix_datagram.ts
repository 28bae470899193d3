/**
 * Datagram sockets at a path, for this machine.
 *
 * @module
 */

import { addContext } from "./add_context.ts";
import { closeOnAbort } from "./close.ts";
import { DatagramSocket } from "./datagram.ts";
import { type Claimed, claimPath, type UnixPathOptions } from "./unix_path.ts";

/**
 * The longest message that {@linkcode UnixDatagramSocket} receives whole, in
 * bytes. By default, Linux lets a socket send less (212992 bytes, including the
 * kernel's overhead).
 */
export const MAX_UNIX_DATAGRAM_BYTES = 262_144;

/**
 * Opens a Unix datagram socket at a path, and removes the file when the socket
 * closes.
 *
 * A client that wants an answer needs a path, too: it's the return address.
 * Deno itself doesn't remove the file. `bindUnixDatagram` removes it when you
 * close the socket, at the end of the `using` block, and when the process exits
 * normally or by `Deno.exit()`. After an uncaught error or a signal that kills
 * the process, the file stays; the next socket opened at that path removes it.
 *
 * Deno's `unixpacket` is a SOCK_DGRAM socket (unix(7)): messages arrive whole,
 * in order, and without loss. If the receiver's queue is full (11 messages by
 * default on Linux), `send()` waits. A waiting `send()` keeps waiting even
 * after `close()`.
 *
 * @param path The socket's own path, at most 107 bytes of UTF-8 (103 on systems
 * other than Linux). Without it, the socket gets a path in a new folder that no
 * other user can enter; closing the socket removes the folder, too.
 * @param options The mode and the signal.
 * @returns The socket, which you must close.
 * @throws As `listenUnix`.
 *
 * @example A question, and an answer to the return address
 * ```ts
 * import { bindUnixDatagram } from "./unix_datagram.ts";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * if (Deno.build.os !== "windows") {
 *   const server = await bindUnixDatagram();
 *   {
 *     using client = await bindUnixDatagram();
 *     await client.send(new Uint8Array([1, 2, 3]), server.addr);
 *     const { bytes, from } = await server.receive();
 *     assertEquals(from, client.addr);
 *     await server.send(bytes.toReversed(), from);
 *     const answer = await client.receive({ from: server.addr });
 *     assertEquals(answer.bytes, new Uint8Array([3, 2, 1]));
 *   }
 *   server.close();
 *   const { path } = server.addr;
 *   assertThrows(() => Deno.lstatSync(path!), Deno.errors.NotFound);
 * }
 * ```
 */
export async function bindUnixDatagram(
  path?: string,
  options: UnixPathOptions = {},
): Promise<UnixDatagramSocket> {
  const { signal } = options;
  try {
    const claimed = await claimPath(
      path,
      (path) => Deno.listenDatagram({ transport: "unixpacket", path }),
      options,
    );
    const socket = new UnixDatagramSocket(claimed);
    closeOnAbort(socket, signal);
    return socket;
  } catch (error) {
    if (signal?.aborted && error === signal.reason) throw error;
    throw addContext(error, `Cannot bind unix:${path ?? ""}`);
  }
}

/** A Unix datagram socket; {@linkcode bindUnixDatagram} opens it. */
export class UnixDatagramSocket extends DatagramSocket<Deno.UnixAddr> {
  readonly #claimed: Claimed<Deno.DatagramConn>;

  /**
   * Takes over a socket and its file.
   *
   * @param claimed The socket, as `claimPath` opens it.
   */
  constructor(claimed: Claimed<Deno.DatagramConn>) {
    super(claimed.socket, MAX_UNIX_DATAGRAM_BYTES);
    this.#claimed = claimed;
  }

  /**
   * Closes the socket and removes its file, unless another file has taken the
   * path. You can close it twice.
   */
  override close(): void {
    const { path, isOwn, release } = this.#claimed;
    // Remove the file first, so that no client finds the file of a closed
    // socket.
    if (isOwn()) Deno.removeSync(path);
    super.close();
    release();
  }
}
