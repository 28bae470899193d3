import { connect as connectNode } from "node:net";

/** A client that leaves without a goodbye. */
export interface Leaver {
  /** Its own port. */
  port: number;
  /** Ends the connection by a reset, at once. */
  reset(): void;
  /** Closes, if it is still there. */
  close(): void;
}

/**
 * Connects a client that resets its connection when it is told to.
 *
 * Deno's own `close()` sends a FIN first; only `node:net` resets for certain.
 *
 * @param port The server's port on 127.0.0.1.
 * @returns The client. Whoever calls this must close it, or let it reset.
 */
export async function connectLeaver(port: number): Promise<Leaver> {
  const socket = connectNode(port, "127.0.0.1");
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("error", reject);
  });
  // What the server does to it later is no concern of a client that leaves.
  socket.on("error", () => {});
  return {
    port: socket.localPort!,
    reset: () => void socket.resetAndDestroy(),
    close: () => void socket.destroy(),
  };
}
