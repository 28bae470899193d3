import { connect as connectNode } from "node:net";

/** A client that can reset its connection. */
export interface ResettingClient {
  /** Its own port. */
  port: number;
  /** Resets the connection at once. */
  reset(): void;
  /** Closes the connection, if it's still open. */
  close(): void;
}

/**
 * Connects a client that resets its connection when you tell it to.
 *
 * Deno's own `close()` sends a FIN first; only `node:net` can reset for certain.
 *
 * @param port The server's port on 127.0.0.1.
 * @returns The client; the caller must close it or reset it.
 */
export async function connectToReset(port: number): Promise<ResettingClient> {
  const socket = connectNode(port, "127.0.0.1");
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("error", reject);
  });
  // Whatever the server does to the connection later is fine.
  socket.on("error", () => {});
  return {
    port: socket.localPort!,
    reset: () => void socket.resetAndDestroy(),
    close: () => void socket.destroy(),
  };
}
