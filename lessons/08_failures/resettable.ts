import { createServer, type Socket } from "node:net";
import { connectTcp } from "../../lib/net/mod.ts";

/** A connection whose other end can be torn off. */
export interface Resettable extends Disposable {
  /** This end. */
  conn: Deno.TcpConn;
  /** Resets the connection from the other end. */
  reset(): void;
}

/**
 * Connects to a server that resets the connection when it is told to.
 *
 * A close sends a FIN, and what follows depends on what was left unread. Only
 * `node:net` can send an RST for certain.
 */
export async function connectResettable(): Promise<Resettable> {
  const accepted = Promise.withResolvers<Socket>();
  const server = createServer(accepted.resolve);
  const { promise: listening, resolve } = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", resolve);
  await listening;
  const address = server.address();
  if (address === null || typeof address === "string") {
    throw new TypeError(`Cannot connect to ${address}: it has no port`);
  }
  const conn = await connectTcp(address.port);
  const socket = await accepted.promise;
  server.close();
  return {
    conn,
    reset: () => void socket.resetAndDestroy(),
    [Symbol.dispose]() {
      conn[Symbol.dispose]();
      socket.destroy();
    },
  };
}
