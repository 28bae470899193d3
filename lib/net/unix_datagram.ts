/**
 * A datagram socket at a path, for this machine alone.
 *
 * @module
 */

import { closeQuietly } from "./close.ts";
import { restate } from "./restate.ts";
import { type Claimed, claimPath } from "./unix_path.ts";

/** Options for {@linkcode bindUnixDatagram}. */
export interface UnixDatagramOptions {
  /**
   * The permissions of the file. Who may write to it may send (on Linux,
   * unix(7)). A server must be allowed to write to its client's too, or it
   * cannot answer.
   *
   * @default 0o600
   */
  mode?: number;
  /**
   * Closes the socket when aborted. If it is aborted already, nothing is
   * opened.
   */
  signal?: AbortSignal;
}

/** A datagram socket that can be held by `using`. */
export type UnixDatagramConn = Deno.DatagramConn & Disposable;

/**
 * Opens a Unix datagram socket with a path of its own, that goes with it.
 *
 * Whoever wants an answer needs a path: it is the return address. Deno never
 * removes it. This does, on `close()`, at the end of the block that holds the
 * socket by `using`, and when the process ends in good order, also by
 * `Deno.exit()`. An error that nothing catches leaves the file, and so does a
 * signal that kills; the next one to open that path then removes it.
 *
 * What Deno calls `unixpacket` is SOCK_DGRAM (unix(7)): messages stay whole and
 * in order, none is lost, and when the receiver's queue is full (on Linux 11
 * messages by default) `send()` waits. A `send()` that waits goes on waiting
 * after `close()`. `receive()` without a buffer of your own cuts what is longer
 * than 65507 bytes.
 *
 * @param path The socket's own path, at most 107 bytes of UTF-8 (103 elsewhere
 * than on Linux). Without it, the path is in a fresh folder that nobody else can
 * enter, and that goes with the socket.
 * @param options The mode and the signal.
 * @returns The socket; its owner closes it.
 * @throws As `listenUnix` does.
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
 *     const [question, from] = await server.receive();
 *     assertEquals(from, client.addr);
 *     await server.send(question.toReversed(), from);
 *     const [answer] = await client.receive();
 *     assertEquals(answer, new Uint8Array([3, 2, 1]));
 *   }
 *   server.close();
 *   const { path } = server.addr as Deno.UnixAddr;
 *   assertThrows(() => Deno.lstatSync(path!), Deno.errors.NotFound);
 * }
 * ```
 */
export async function bindUnixDatagram(
  path?: string,
  options: UnixDatagramOptions = {},
): Promise<UnixDatagramConn> {
  const { mode = 0o600, signal } = options;
  try {
    const claimed = await claimPath(
      path,
      (path) => Deno.listenDatagram({ transport: "unixpacket", path }),
      { mode, signal },
    );
    const socket = withRemoval(claimed);
    signal?.addEventListener("abort", () => closeQuietly(socket), {
      once: true,
    });
    return socket;
  } catch (error) {
    if (signal?.aborted && error === signal.reason) throw error;
    throw restate(error, `Cannot open unixpacket:${path ?? ""}`);
  }
}

/** Makes `close` remove the file too, if it is still the one that was made. */
function withRemoval(
  { socket, path, isOwn, release }: Claimed<Deno.DatagramConn>,
): UnixDatagramConn {
  const closeOnly = socket.close.bind(socket);
  function close() {
    // In this order nobody finds a file with no socket behind it.
    if (isOwn()) Deno.removeSync(path);
    closeOnly();
    release();
  }
  return Object.assign(socket, {
    close,
    [Symbol.dispose]: () => closeQuietly({ close }),
  });
}
