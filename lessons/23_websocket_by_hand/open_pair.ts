/** A WebSocket client that knows nothing of this workbook, and our end of it. */
import { listenTcp, writeAll } from "../../lib/net/mod.ts";
import { encodeResponseHead, type RequestHead } from "../../lib/wire/mod.ts";
import { HeadReader } from "./request.ts";
import { acceptUpgrade } from "./solution.ts";

/** Both ends of a WebSocket, and how it began. */
export interface OpenPair extends Disposable {
  /** The runtime's own client. */
  client: WebSocket;
  /** The server's end of the TCP connection. */
  conn: Deno.TcpConn;
  /** What the client asked. */
  head: RequestHead;
  /** The same, byte for byte. */
  request: Uint8Array;
  /** What it was answered. */
  answer: Uint8Array;
}

/** Connects `new WebSocket()` to a plain listener, and accepts the upgrade. */
export async function openPair(): Promise<OpenPair> {
  using listener = listenTcp();
  const client = new WebSocket(`ws://127.0.0.1:${listener.addr.port}/chat`);
  client.binaryType = "arraybuffer";
  const opened = eventOf(client, "open");
  const conn = await listener.accept();
  const reader = new HeadReader(conn);
  const head = await reader.readHead();
  if (head === null) throw new Error("the client sent no request");
  const { status, headers } = await acceptUpgrade({
    method: head.method,
    headers: head.fields.map(({ name, value }) => [name, value]),
  });
  const fields = Object.entries(headers).map(([name, value]) => ({
    name,
    value,
  }));
  const answer = encodeResponseHead({ status, fields });
  await writeAll(conn, answer);
  await opened;
  return {
    client,
    conn,
    head,
    request: reader.bytes,
    answer,
    [Symbol.dispose]: () => conn[Symbol.dispose](),
  };
}

/** Waits for an event of a WebSocket. */
export function eventOf<K extends keyof WebSocketEventMap>(
  socket: WebSocket,
  name: K,
): Promise<WebSocketEventMap[K]> {
  return new Promise((resolve) =>
    socket.addEventListener(name, resolve, { once: true })
  );
}
