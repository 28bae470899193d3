/**
 * Lesson 22's server, without the log that `--serve` prints, and the least that a
 * Deno program can do for the same client.
 *
 * @module
 */
import { serveRedis } from "../../../lessons/22_redis_by_hand/server.ts";
import { Store } from "../../../lessons/22_redis_by_hand/solution.ts";
import { listenTcp } from "../../../lib/net/mod.ts";
import { play } from "./play.mjs";

const OK = new TextEncoder().encode("+OK\r\n".repeat(1024));
const STAR = 0x2a;

/** Reads, counts the commands, and writes as many replies. Nothing else. */
async function onlyReadAndWrite(conn: Deno.TcpConn): Promise<void> {
  conn.setNoDelay();
  const buffer = new Uint8Array(16 * 1024);
  for (let count; (count = await conn.read(buffer)) !== null;) {
    let commands = 0;
    for (let at = 0; at < count; at++) if (buffer[at] === STAR) commands++;
    await conn.write(OK.subarray(0, 5 * commands));
  }
  conn.close();
}

play({
  lesson22() {
    const listener = listenTcp();
    serveRedis(listener, new Store());
    return listener.addr.port;
  },
  readAndWrite() {
    const listener = listenTcp();
    (async () => {
      for await (const conn of listener) onlyReadAndWrite(conn);
    })();
    return listener.addr.port;
  },
});
