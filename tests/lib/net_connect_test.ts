import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { connect, connectTcp, connectUnix } from "../../lib/net/connect.ts";
import {
  noUnixSockets,
  temporaryFolder,
  testIpv6,
  testWithFiles,
  watchedSignal,
} from "./net_fixture.ts";

/** Longer than any loopback connection takes, even on a busy machine. */
const AMPLE_MS = 60_000;

/**
 * A port where nobody listens, nor is given it while this is held: a connection
 * has it whose listener is closed. A port that was merely free a moment ago would
 * not do, since the tests beside this one take free ports too; nor a client's own
 * port, which the next client may be given, and then is connected to itself.
 */
async function deadPort() {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  const client = await Deno.connect({ port });
  const server = await listener.accept();
  return {
    port,
    [Symbol.dispose]() {
      client.close();
      server.close();
    },
  };
}

/** A listener whose queue is full, so that the next client waits for ever. */
async function fullListener() {
  const listener = Deno.listen({
    hostname: "127.0.0.1",
    port: 0,
    tcpBacklog: 1,
  });
  const waiting = [
    await Deno.connect({ port: listener.addr.port }),
    await Deno.connect({ port: listener.addr.port }),
  ];
  return {
    listener,
    port: listener.addr.port,
    [Symbol.dispose]() {
      waiting.forEach((conn) => conn.close());
      listener.close();
    },
  };
}

// Only Linux is known to let the client wait; others refuse.
const noFullQueue = Deno.build.os !== "linux";

Deno.test("connectTcp() connects to a port of this machine", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  using conn = await connectTcp(listener.addr.port);
  using server = await listener.accept();
  assertEquals(conn.remoteAddr, listener.addr);
  assertEquals(conn.localAddr.port, server.remoteAddr.port);
});

testIpv6(
  "connectTcp() with a deadline and a signal leaves no timer and no listener",
  async () => {
    using listener = Deno.listen({ hostname: "::1", port: 0 });
    const stop = new AbortController();
    using conn = await connectTcp(listener.addr.port, {
      hostname: "::1",
      timeoutMs: AMPLE_MS,
      signal: stop.signal,
    });
    using server = await listener.accept();

    // The abort comes too late to matter: the connection stays good.
    stop.abort();
    await conn.write(new Uint8Array([1]));
    assertEquals(await server.read(new Uint8Array(1)), 1);
  },
);

testIpv6("connect() takes a TCP endpoint, as a value or as text", async () => {
  using listener = Deno.listen({ hostname: "::1", port: 0 });
  const { port } = listener.addr;
  using first = await connect(`tcp://[::1]:${port}`);
  using second = await connect({ protocol: "tcp", hostname: "::1", port });
  assertEquals(first.remoteAddr, listener.addr);
  assertEquals(second.remoteAddr, listener.addr);
});

Deno.test({
  name: "connect() and connectUnix() take a Unix path with spaces",
  ignore: noUnixSockets,
  async fn() {
    using folder = temporaryFolder();
    const path = `${folder.path}/a b.sock`;
    using listener = Deno.listen({ transport: "unix", path });
    for (
      const conn of [
        await connect(`unix:${path}`, { timeoutMs: AMPLE_MS }),
        await connectUnix(path),
      ]
    ) {
      using client = conn;
      using server = await listener.accept();
      await client.write(new Uint8Array([1]));
      assertEquals(await server.read(new Uint8Array(1)), 1);
    }
  },
});

Deno.test("connect() rejects with TypeError for a UDP endpoint, and names the call to use", async () => {
  await assertRejects(
    () => connect("udp://127.0.0.1:53"),
    TypeError,
    "use bindUdp()",
  );
});

Deno.test("connect() rejects with TypeError for text that isn't an endpoint", async () => {
  await assertRejects(
    () => connect("localhost"),
    TypeError,
    "Cannot parse endpoint",
  );
});

Deno.test("connectTcp() rejects with the system's ConnectionRefused, and names the endpoint", async () => {
  using dead = await deadPort();
  const { port } = dead;
  const error = await assertRejects(
    () => connectTcp(port),
    Deno.errors.ConnectionRefused,
    `Cannot connect to tcp://127.0.0.1:${port}: `,
  );
  assertEquals((error as Error & { code?: string }).code, "ECONNREFUSED");
});

Deno.test("connectTcp() reports a refusal as a refusal, even after the deadline", async () => {
  using dead = await deadPort();
  const { port } = dead;
  await assertRejects(
    () => connectTcp(port, { timeoutMs: AMPLE_MS }),
    Deno.errors.ConnectionRefused,
  );
});

Deno.test({
  name:
    "connect() rejects with NotFound or ConnectionRefused for a Unix path without a listener",
  ignore: noUnixSockets,
  async fn() {
    using folder = temporaryFolder();
    const path = `${folder.path}/a.sock`;
    const error = await assertRejects(
      () => connect(`unix:${path}`),
      Deno.errors.NotFound,
      `Cannot connect to unix:${path}: `,
    );
    assertEquals((error as Error & { code?: string }).code, "ENOENT");

    // A listener that is killed leaves its file; so does a datagram socket.
    Deno.listenDatagram({ transport: "unixpacket", path }).close();
    assert(Deno.statSync(path).isSocket);
    await assertRejects(
      () => connect(`unix:${path}`, { timeoutMs: AMPLE_MS }),
      Error,
      `Cannot connect to unix:${path}: `,
    );
  },
});

Deno.test("connectTcp() rejects with RangeError for a port out of range", async () => {
  for (const port of [0, 65536]) {
    await assertRejects(
      () => connectTcp(port),
      RangeError,
      `Cannot connect to tcp://127.0.0.1:${port}: `,
    );
  }
});

Deno.test("connectTcp() rejects with RangeError for a deadline out of range", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  for (const timeoutMs of [-1, NaN, Infinity, 2 ** 31]) {
    await assertRejects(
      () => connectTcp(listener.addr.port, { timeoutMs }),
      RangeError,
      `timeoutMs ${timeoutMs} is not in 0 to 2147483647`,
    );
  }
});

Deno.test({
  name:
    "connectTcp() rejects with TimedOut when the queue is full, and leaks nothing",
  ignore: noFullQueue,
  async fn() {
    using full = await fullListener();
    const started = performance.now();
    const error = await assertRejects(
      () => connectTcp(full.port, { timeoutMs: 100 }),
      Deno.errors.TimedOut,
    );
    assertEquals(
      error.message,
      `Cannot connect to tcp://127.0.0.1:${full.port}: no answer within 100 ms`,
    );
    assert(performance.now() - started >= 99);
  },
});

Deno.test({
  name: "connect() rejects with TimedOut when the queue is full",
  ignore: noFullQueue,
  async fn() {
    using full = await fullListener();
    await assertRejects(
      () => connect(`tcp://127.0.0.1:${full.port}`, { timeoutMs: 20 }),
      Deno.errors.TimedOut,
      "no answer within 20 ms",
    );
  },
});

Deno.test("connectTcp() with a deadline of 0 rejects with TimedOut, and doesn't try", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  await assertRejects(
    () => connectTcp(port, { timeoutMs: 0 }),
    Deno.errors.TimedOut,
    "no answer within 0 ms",
  );
  using _conn = await connectTcp(port);
  using server = await listener.accept();
  assertEquals(server.remoteAddr.port, _conn.localAddr.port);
});

Deno.test({
  name:
    "connectTcp() rejects with the signal's reason when aborted while it waits",
  ignore: noFullQueue,
  async fn() {
    using full = await fullListener();
    for (const reason of [new Error("changed my mind"), "a string", null]) {
      const stop = new AbortController();
      const connecting = connectTcp(full.port, {
        timeoutMs: AMPLE_MS,
        signal: stop.signal,
      });
      stop.abort(reason);
      const thrown = await connecting.catch((error) => error);
      assertStrictEquals(thrown, reason);
    }
  },
});

Deno.test("connectTcp() rejects with the signal's reason if it's already aborted", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const reason = new Error("too late");
  const thrown = await assertRejects(() =>
    connectTcp(listener.addr.port, { signal: AbortSignal.abort(reason) })
  );
  assertStrictEquals(thrown, reason);
});

Deno.test({
  name: "connect() closes a Unix connection that arrives after the abort",
  ignore: noUnixSockets,
  async fn() {
    using folder = temporaryFolder();
    const path = `${folder.path}/a.sock`;
    using listener = Deno.listen({ transport: "unix", path });
    const stop = new AbortController();
    const connecting = connect(`unix:${path}`, { signal: stop.signal });
    stop.abort(new Error("changed my mind"));
    await assertRejects(() => connecting, Error, "changed my mind");

    // It did arrive, and the server sees it end.
    using server = await listener.accept();
    assertEquals(await server.read(new Uint8Array(1)), null);
  },
});

testWithFiles(
  5000,
  "connect() rejects with WouldBlock when the queue of a Unix listener is full",
  async () => {
    using folder = temporaryFolder();
    const path = `${folder.path}/a.sock`;
    using _listener = Deno.listen({ transport: "unix", path });
    using clients = new DisposableStack();
    const error = await assertRejects(async () => {
      while (true) {
        clients.use(await connect(`unix:${path}`, { timeoutMs: AMPLE_MS }));
      }
    }, Deno.errors.WouldBlock);
    assert(error.message.startsWith(`Cannot connect to unix:${path}: `));
  },
  { ignore: Deno.build.os !== "linux" },
);

Deno.test("many connectTcp() calls leave no timers, sockets, or listeners", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  const watched = watchedSignal();
  const options = { timeoutMs: AMPLE_MS, signal: watched.signal };
  for (let round = 0; round < 10; round++) {
    using pairs = new DisposableStack();
    const clients = await Promise.all(
      Array.from({ length: 20 }, () => connectTcp(port, options)),
    );
    for (const client of clients) {
      pairs.use(client);
      pairs.use(await listener.accept());
    }
  }
  assertEquals(watched.listeners, 0);
});
