import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { connectTcp } from "../../lib/net/mod.ts";

/** A connection that the other end can reset. */
export interface Resettable extends Disposable {
  /** This end. */
  conn: Deno.TcpConn;
  /** Resets the connection from the other end. */
  reset(): void;
}

/**
 * Connects to a server that resets the connection when it's told to.
 *
 * `close()` sends a FIN, and an RST only if bytes were left unread. For a
 * certain RST, it takes `node:net`.
 */
export async function connectResettable(): Promise<Resettable> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const [conn, [socket]] = await Promise.all([
    connectTcp((server.address() as AddressInfo).port),
    once(server, "connection") as Promise<[Socket]>,
  ]);
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
