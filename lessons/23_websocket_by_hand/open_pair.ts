/** Deno's own WebSocket client, and a server's end that answers by hand. */
import { listenTcp, readExact, writeAll } from "../../lib/net/mod.ts";
import { encodeResponseHead, type RequestHead } from "../../lib/wire/mod.ts";
import { type BothEnds, connectBoth } from "../../lib/workbook/kit/mod.ts";
import { HeadReader } from "./request.ts";
import { acceptUpgrade } from "./solution.ts";

/** Both ends of a WebSocket, and how it began. */
export interface OpenPair extends Disposable {
  /** Deno's own client. */
  client: WebSocket;
  /** The server's end of the TCP connection. */
  conn: Deno.TcpConn;
  /** The head of the client's request. */
  head: RequestHead;
  /** The bytes of the request. */
  request: Uint8Array;
  /** The bytes of the answer. */
  answer: Uint8Array;
}

/** Connects `new WebSocket()` to a plain listener, and accepts the upgrade. */
export async function openPair(): Promise<OpenPair> {
  using listener = listenTcp();
  const client = new WebSocket(`ws://127.0.0.1:${listener.addr.port}/chat`);
  client.binaryType = "arraybuffer";
  const opened = eventOf(client, "open");
  const conn = await listener.accept();
  const upgrade = await answerUpgrade(conn);
  await opened;
  return {
    client,
    conn,
    ...upgrade,
    [Symbol.dispose]: () => conn[Symbol.dispose](),
  };
}

/**
 * Connects a client that writes its frames by hand, and accepts the upgrade.
 */
export async function openByHand(): Promise<BothEnds> {
  const both = await connectBoth();
  // A small frame must not wait until the last one is acknowledged (lesson 22).
  both.client.setNoDelay();
  const { port } = both.server.localAddr as Deno.NetAddr;
  await writeAll(both.client, upgradeRequest(port));
  const { answer } = await answerUpgrade(both.server);
  await readExact(both.client, answer.length);
  return both;
}

/**
 * Makes a request for a WebSocket.
 *
 * @param port The server's port.
 * @param origin The site of the page, as a browser would send it.
 * @returns The bytes of the request.
 */
export function upgradeRequest(
  port: number,
  origin: string | null = null,
): Uint8Array {
  const lines = [
    "GET /chat HTTP/1.1",
    `Host: 127.0.0.1:${port}`,
    ...(origin === null ? [] : [`Origin: ${origin}`]),
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
  ];
  return new TextEncoder().encode(`${lines.join("\r\n")}\r\n\r\n`);
}

/** Reads a request on a new connection, and accepts the upgrade. */
async function answerUpgrade(
  conn: Deno.Conn,
): Promise<Pick<OpenPair, "head" | "request" | "answer">> {
  const reader = new HeadReader(conn);
  const head = await reader.readHead();
  if (head === null) throw new Error("the client sent no request");
  const { status, headers } = await acceptUpgrade({
    method: head.method,
    headers: head.fields.map(({ name, value }) => [name, value]),
  });
  const fields = Object.entries(headers)
    .map(([name, value]) => ({ name, value }));
  const answer = encodeResponseHead({ status, fields });
  await writeAll(conn, answer);
  return { head, request: reader.bytes, answer };
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
