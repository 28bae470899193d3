import { listenTcp } from "../../../lib/net/mod.ts";
import type { Proof } from "./proof.ts";
import { bytes, freePort, readOnce, text } from "./sockets.ts";

export const websocket: Record<string, Proof> = {
  "websocket-failed": async () => [
    (await open(`ws://127.0.0.1:${freePort()}`)).error!,
    (await serve(() => bytes("HTTP/1.1 404 Not Found\r\n\r\n"))).error!,
  ],

  async "websocket-1006"() {
    const { error, code, wasClean } = await serve(upgradeAndSend());
    const clean = wasClean ? "clean" : "not clean";
    return `error event "${error?.message}", close event ${code}, ${clean}`;
  },

  async "websocket-closed"() {
    const codes = [];
    for (const frame of [[0x88, 2, 3, 0xe8], [0x88, 2, 3, 0xe9], [0x88, 0]]) {
      const { code, wasClean } = await serve(upgradeAndSend(...frame));
      codes.push(wasClean ? code : "not clean");
    }
    return `close events ${codes.join(", ")}`;
  },

  "websocket-protocol": async () => [
    (await serve(upgradeAndSend(0x81, 1, 0xff))).error!,
    (await serve(upgradeAndSend(0xf1, 1, 0x41))).error!,
  ],

  async "websocket-rejected"() {
    const codes = [];
    for (const code of [1008, 1009, 1011]) {
      const frame = [0x88, 2, code >> 8, code & 0xff];
      codes.push((await serve(upgradeAndSend(...frame))).code);
    }
    return `close events ${codes.join(", ")}`;
  },
};

/** How a WebSocket ended. */
interface Ending {
  error?: Error;
  code: number;
  wasClean: boolean;
}

/** Opens a WebSocket, and waits for its end. */
async function open(url: string): Promise<Ending> {
  const socket = new WebSocket(url);
  const closed = Promise.withResolvers<Ending>();
  let error: Error | undefined;
  socket.onerror = (event) => {
    error = new Error((event as ErrorEvent).message);
  };
  socket.onclose = ({ code, wasClean }) =>
    closed.resolve({ error, code, wasClean });
  return await closed.promise;
}

/** Serves one WebSocket by hand: its answer to the request is the whole story. */
async function serve(
  answer: (request: string) => Uint8Array<ArrayBuffer> | Promise<Uint8Array>,
): Promise<Ending> {
  using listener = listenTcp();
  const serving = listener.accept().then(async (conn) => {
    using _conn = conn;
    const request = text((await readOnce(conn, 4096))!);
    await conn.write(await answer(request));
    await conn.closeWrite();
    while (await readOnce(conn) !== null);
  }).catch(() => {});
  const ending = await open(`ws://127.0.0.1:${listener.addr.port}`);
  await serving;
  return ending;
}

/** Accepts the upgrade, and sends the bytes of frames. */
function upgradeAndSend(...frames: number[]) {
  return async (request: string) => {
    const [, key] = /^sec-websocket-key: (.*)\r$/im.exec(request)!;
    const hash = await crypto.subtle.digest(
      "SHA-1",
      bytes(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`),
    );
    const accept = btoa(String.fromCharCode(...new Uint8Array(hash)));
    const head = bytes(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n" +
        `Connection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    return new Uint8Array([...head, ...frames]);
  };
}
