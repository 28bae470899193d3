import { connect as connectNode } from "node:net";

/**
 * Connects a client, and resets its connection at once.
 *
 * Deno's own `close()` sends a FIN first; only `node:net` can reset for certain.
 *
 * @param port The server's port on 127.0.0.1.
 */
export async function connectAndReset(port: number): Promise<void> {
  const socket = connectNode(port, "127.0.0.1");
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("error", reject);
  });
  socket.resetAndDestroy();
}
