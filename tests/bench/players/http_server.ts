/**
 * Servers that all answer the same six bytes.
 *
 * @module
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { serveHttp } from "../../../lessons/20_http_by_hand/server.ts";
import { site } from "../../../lessons/20_http_by_hand/site.ts";
import { listenTcp } from "../../../lib/net/mod.ts";
import { play } from "./play.mjs";

/** What lesson 20's own site answers. */
const TEXT = "text/plain; charset=utf-8";
const BODY = "hello\n";

/** Many times the whole answer of lesson 20. */
const ANSWERS = new TextEncoder().encode(
  (`HTTP/1.1 200 OK\r\nDate: ${new Date().toUTCString()}\r\n` +
    `Content-Type: ${TEXT}\r\nContent-Length: 6\r\n\r\n${BODY}`).repeat(256),
);
const ANSWER_SIZE = ANSWERS.length / 256;
const LF = 0x0a;

/** Reads, counts blank lines, and writes as many answers. Nothing else. */
async function onlyReadAndWrite(conn: Deno.TcpConn): Promise<void> {
  conn.setNoDelay();
  const buffer = new Uint8Array(8 * 1024);
  for (let count; (count = await conn.read(buffer)) !== null;) {
    let requests = 0;
    for (let at = 2; at < count; at++) {
      if (buffer[at] === LF && buffer[at - 2] === LF) requests++;
    }
    await conn.write(ANSWERS.subarray(0, requests * ANSWER_SIZE));
  }
  conn.close();
}

play({
  readAndWrite() {
    const listener = listenTcp();
    (async () => {
      for await (const conn of listener) onlyReadAndWrite(conn);
    })();
    return listener.addr.port;
  },
  lesson20() {
    const listener = listenTcp();
    serveHttp(listener, site);
    return listener.addr.port;
  },
  denoServe() {
    const { addr } = Deno.serve({
      hostname: "127.0.0.1",
      port: 0,
      onListen() {},
    }, () => new Response(BODY, { headers: { "content-type": TEXT } }));
    return addr.port;
  },
  async nodeHttp() {
    const server = createServer((_, response) => {
      response.writeHead(200, {
        "content-type": TEXT,
        "content-length": BODY.length,
      });
      response.end(BODY);
    });
    await new Promise<void>((resolve) =>
      server.listen(0, "127.0.0.1", resolve)
    );
    return (server.address() as AddressInfo).port;
  },
});
