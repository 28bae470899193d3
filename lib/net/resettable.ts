/**
 * A client that can reset its connection.
 *
 * @module
 */

/** A TCP client that can reset its connection. */
export interface ResettableClient extends Disposable {
  /** The client's own port. */
  readonly port: number;
  /** Sends an RST, and closes the socket. */
  reset(): void;
  /** Closes the socket as usual, if it's still open. */
  close(): void;
}

/**
 * Connects a client that resets its connection when you tell it to.
 *
 * `Deno.Conn.close()` sends a FIN, and an RST only if input is still unread. Use
 * this when a test or a demonstration needs an RST every time: of all that Deno
 * offers, only `resetAndDestroy()` of `node:net` is sure to send one.
 *
 * @param port The server's port on 127.0.0.1.
 * @returns The client; you reset or close it.
 * @throws {Error} If the connection fails; `code` is `ECONNREFUSED`, for example.
 *
 * @example The server's read fails
 * ```ts
 * import { connectResettable } from "./resettable.ts";
 * import { listenTcp } from "./listen.ts";
 * import { assertRejects } from "@std/assert";
 *
 * using listener = listenTcp();
 * using client = await connectResettable(listener.addr.port);
 * using server = await listener.accept();
 * client.reset();
 * await assertRejects(
 *   () => server.read(new Uint8Array(1)),
 *   Deno.errors.ConnectionReset,
 * );
 * ```
 */
export async function connectResettable(
  port: number,
): Promise<ResettableClient> {
  // Not imported above: it takes a moment to load, and few programs reset.
  const { connect } = await import("node:net");
  const socket = connect(port, "127.0.0.1");
  const connected = Promise.withResolvers<void>();
  socket.once("connect", connected.resolve);
  // It stays: an error event without a listener would end the program, and
  // whatever the server does to the connection later is fine.
  socket.on("error", connected.reject);
  await connected.promise;
  return {
    port: socket.localPort!,
    reset: () => void socket.resetAndDestroy(),
    close: () => void socket.destroy(),
    [Symbol.dispose]: () => void socket.destroy(),
  };
}
