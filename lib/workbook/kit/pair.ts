import { connectTcp, listenTcp } from "../../net/mod.ts";
import { ShortConn, type ShortConnOptions } from "./short_conn.ts";
import type { Trial } from "./trial.ts";

/** The two ends of one TCP connection, closed together. */
export interface BothEnds extends Disposable {
  /** The end that connected. */
  client: Deno.TcpConn;
  /** The end that was accepted. */
  server: Deno.TcpConn;
}

/**
 * Connects two sockets over loopback.
 *
 * @returns Both ends; disposing of them closes those still open.
 */
export async function connectBoth(): Promise<BothEnds> {
  using listener = listenTcp();
  const [client, server] = await Promise.all([
    connectTcp(listener.addr.port),
    listener.accept(),
  ]);
  return {
    client,
    server,
    // Unlike close(), this doesn't throw if the socket is already closed.
    [Symbol.dispose]() {
      client[Symbol.dispose]();
      server[Symbol.dispose]();
    },
  };
}

/** The two ends of one real TCP connection, in a check. */
export interface Pair {
  /** The end that the check uses. */
  peer: Deno.TcpConn;
  /** The end that the answer gets. */
  conn: ShortConn;
}

/**
 * Connects two sockets over loopback for the duration of a check.
 *
 * @param trial The run of the check, which closes both ends at the end.
 * @param options The most bytes that the answer's end moves in one call.
 * @returns Both ends.
 */
export async function connectPair(
  trial: Trial,
  options: ShortConnOptions = {},
): Promise<Pair> {
  const { client: peer, server: conn } = await connectBoth();
  trial.use(peer);
  trial.use(conn);
  // Turn off Nagle's algorithm: an answer that writes and reads alternately
  // shouldn't wait for a delayed ACK, 40 ms each time.
  peer.setNoDelay();
  conn.setNoDelay();
  // As long as bytes move, a slow answer isn't stalled.
  const onMove = () => trial.progress();
  return { peer, conn: new ShortConn(conn, { onMove, ...options }) };
}
