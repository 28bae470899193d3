import { assertEquals } from "@std/assert";
import {
  connectTcp,
  Heartbeat,
  listenTcp,
  writeAll,
} from "../../lib/net/mod.ts";
import { testWith } from "../clients/programs.ts";

const PING = new Uint8Array([1]);

Deno.test("Heartbeat closes a connection whose peer is silent", async () => {
  using listener = listenTcp();
  using conn = await connectTcp(listener.addr.port);
  using _silent = await listener.accept();
  using _heartbeat = new Heartbeat({
    intervalMs: 1,
    timeoutMs: 20,
    beat: () => writeAll(conn, PING),
    onSilence: () => conn.close(),
  });
  // The read ends only because the heartbeat closes the connection.
  const ended = await conn.read(new Uint8Array(1)).catch((error) => error.name);
  assertEquals(ended, "Interrupted");
});

Deno.test("Heartbeat doesn't close a connection whose peer answers", async () => {
  using listener = listenTcp();
  using conn = await connectTcp(listener.addr.port);
  using peer = await listener.accept();
  const echoing = peer.readable.pipeTo(peer.writable).catch(() => {});
  let silences = 0;
  const heartbeat = new Heartbeat({
    intervalMs: 1,
    timeoutMs: 60_000,
    beat: () => writeAll(conn, PING),
    onSilence: () => silences++,
  });
  for (let answers = 0; answers < 5; answers++) {
    await conn.read(new Uint8Array(1));
    heartbeat.heard();
  }
  heartbeat[Symbol.dispose]();
  await conn.closeWrite();
  await echoing;
  assertEquals(silences, 0);
});

Deno.test("Heartbeat is silent once it's disposed of", async () => {
  const called: string[] = [];
  const heartbeat = new Heartbeat({
    intervalMs: 1,
    timeoutMs: 1,
    beat: () => called.push("beat"),
    onSilence: () => called.push("silence"),
  });
  heartbeat[Symbol.dispose]();
  await new Promise((resolve) => setTimeout(resolve, 20));
  assertEquals(called, []);
});

testWith("ss", "connectTcp() turns keep-alive on if asked to", async () => {
  using listener = listenTcp();
  const { port } = listener.addr;
  for (const keepAlive of [false, true]) {
    using _conn = await connectTcp(port, { keepAlive });
    using _peer = await listener.accept();
    const { stdout } = await new Deno.Command("ss", {
      args: ["-tnoH", "state", "established", `( dport = :${port} )`],
    }).output();
    const timers = new TextDecoder().decode(stdout);
    assertEquals(timers.includes("timer:(keepalive,"), keepAlive, timers);
  }
});
