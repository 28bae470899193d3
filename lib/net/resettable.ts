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
 * `Deno.Conn.close()` sends a FIN, or an RST only if there is unread input. Use
 * this function if a test or a demonstration needs an RST every time: in Deno,
 * only `resetAndDestroy()` from `node:net` always sends one.
 *
 * @param port The server's port on 127.0.0.1.
 * @returns The client, which you must reset or close.
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
  // Imported here, because it takes a moment to load and few programs need it.
  const { connect } = await import("node:net");
  const socket = connect(port, "127.0.0.1");
  const connected = Promise.withResolvers<void>();
  socket.once("connect", connected.resolve);
  // Keep this listener: an error event without one would end the program, and
  // it doesn't matter what the server does to the connection later.
  socket.on("error", connected.reject);
  await connected.promise;
  return {
    port: socket.localPort!,
    reset: () => void socket.resetAndDestroy(),
    close: () => void socket.destroy(),
    [Symbol.dispose]: () => void socket.destroy(),
  };
}
