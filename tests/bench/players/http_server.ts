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

play({
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
