import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { bindUdp } from "../../lib/net/udp.ts";
import { closeGracefully } from "../../lib/net/close_gracefully.ts";
import { readLines, writeLine } from "../../lib/net/lines.ts";
import { LossyLink } from "../../lib/net/lossy_link.ts";
import { TimedReader } from "../../lib/net/timed_reader.ts";
import { readExact, readToEnd } from "../../lib/net/read.ts";
import {
  connectReliable,
  listenReliable,
  type ReliableConn,
  type ReliableListener,
  type ReliableOptions,
} from "../../lib/net/reliable/mod.ts";
import { serve } from "../../lib/net/serve.ts";
import { writeAll } from "../../lib/net/write.ts";
import { pattern } from "./net_fixture.ts";

/** Times that suit a loopback interface and a test. */
const QUICK: ReliableOptions = {
  initialRtoMs: 50,
  minRtoMs: 10,
  maxRtoMs: 200,
  ackDelayMs: 0,
  timeWaitMs: 20,
};

interface Pair extends AsyncDisposable {
  client: ReliableConn;
  server: ReliableConn;
  listener: ReliableListener;
}

/** Two ends of one stream; at the end both are closed, and all is over. */
async function pair(options: ReliableOptions = {}): Promise<Pair> {
  const all = { ...QUICK, ...options };
  const listener = listenReliable(0, all);
  const [client, server] = await Promise.all([
    connectReliable(listener.addr, all),
    listener.accept(),
  ]);
  return {
    client,
    server,
    listener,
    async [Symbol.asyncDispose]() {
      client[Symbol.dispose]();
      server[Symbol.dispose]();
      listener[Symbol.dispose]();
      await Promise.all([client.done, server.done, listener.done]);
    },
  };
}

Deno.test("connectReliable() and accept() make two ends that know each other's addresses", async () => {
  await using both = await pair();
  const { client, server, listener } = both;
  assertEquals(client.remoteAddr.port, listener.addr.port);
  assertEquals(server.localAddr.port, listener.addr.port);
  assertEquals(server.remoteAddr.port, client.localAddr.port);
  assertEquals(client.localAddr.transport, "udp");
});

Deno.test("ReliableConn is a Deno.Conn to everything in lib/net", async () => {
  await using both = await pair();
  const { client, server } = both;
  const conns: Deno.Conn[] = [client, server];
  assertEquals(conns.length, 2);

  await writeLine(client, "hello");
  for await (const line of readLines(server)) {
    assertEquals(line, "hello");
    break;
  }
  await writeAll(server, pattern(100_000));
  assertEquals(await readExact(client, 100_000), pattern(100_000));

  const reader = new TimedReader(server);
  await assertRejects(() => reader.read(1), Deno.errors.TimedOut);
  await client.write(new Uint8Array([7]));
  assertEquals(await reader.read(5000), new Uint8Array([7]));

  const ended = reader.read(5000);
  await client.closeWrite();
  assertEquals(await ended, null);
  await Promise.all([closeGracefully(server), closeGracefully(client)]);
});

Deno.test("ReliableListener is a Deno.Listener to serve()", async () => {
  const listener = listenReliable(0, QUICK);
  const served = serve(listener, async (conn) => {
    await writeAll(conn, (await readToEnd(conn)).toReversed());
    await conn.closeWrite();
  });
  await Promise.all(Array.from({ length: 20 }, async (_, n) => {
    await using conn = await connectReliable(listener.addr, QUICK);
    await writeAll(conn, pattern(n * 300));
    await conn.closeWrite();
    assertEquals(await readToEnd(conn), pattern(n * 300).toReversed());
  }));
  listener.close();
  await served;
  await listener.done;
});

Deno.test("ReliableListener yields streams in a loop that ends when it's closed", async () => {
  const listener = listenReliable(0, QUICK);
  const first = await connectReliable(listener.addr, QUICK);
  for await (const conn of listener) {
    conn.reset();
    listener.close();
  }
  await first.read(new Uint8Array(1)).catch(() => {});
  await Promise.all([first.done, listener.done]);
});

Deno.test("ReliableConn has a readable and a writable that end with its two sides", async () => {
  await using both = await pair();
  const { client, server } = both;
  const echoed = server.readable.pipeTo(server.writable);
  const data = pattern(200_000);
  const writer = client.writable.getWriter();
  const written = writer.write(data).then(() => writer.close());
  const chunks = await Array.fromAsync(client.readable);
  await Promise.all([echoed, written]);
  assertEquals(await new Blob(chunks).bytes(), data);
});

Deno.test("ReliableConn.write() waits while the peer doesn't read, and continues when it does", async () => {
  await using both = await pair({ sendBytes: 10_000, receiveBytes: 10_000 });
  const { client, server } = both;
  let isWritten = false;
  const data = pattern(100_000);
  const writing = writeAll(client, data).then(() => isWritten = true);
  while (client.stats.sendWindow > 0) await turn();
  assertEquals(isWritten, false);
  assertEquals(await readExact(server, data.length), data);
  await writing;

  function turn(): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, 1));
  }
});

Deno.test("ReliableConn rejects a waiting read and write when it's closed", async () => {
  await using both = await pair({ sendBytes: 100, receiveBytes: 100 });
  const { client } = both;
  const reading = client.read(new Uint8Array(1));
  // One hundred bytes fill the other end's room, the next hundred this one's.
  for (let n = 0; n < 2; n++) await writeAll(client, pattern(100));
  const writing = client.write(pattern(1));
  client.close();
  await assertRejects(
    () => reading,
    Deno.errors.Interrupted,
    "Cannot read: the connection was closed meanwhile",
  );
  await assertRejects(() => writing, Deno.errors.Interrupted);
  both.server.reset();
});

Deno.test("ReliableConn throws BadResource after its close", async () => {
  await using both = await pair();
  const { client } = both;
  client.close();
  await assertRejects(
    () => client.read(new Uint8Array(1)),
    Deno.errors.BadResource,
    "Cannot read: the connection is closed",
  );
  await assertRejects(
    () => client.write(new Uint8Array(1)),
    Deno.errors.BadResource,
  );
  await assertRejects(() => client.closeWrite(), Deno.errors.BadResource);
  assertThrows(() => client.close(), Deno.errors.BadResource);
  client[Symbol.dispose]();
});

Deno.test("ReliableConn throws BrokenPipe for a write after closeWrite()", async () => {
  await using both = await pair();
  await both.client.closeWrite();
  await both.client.closeWrite();
  await assertRejects(
    () => both.client.write(new Uint8Array(1)),
    Deno.errors.BrokenPipe,
  );
});

Deno.test("ReliableConn throws ConnectionReset with the peer's address after its reset", async () => {
  await using both = await pair();
  const { client, server } = both;
  await client.write(pattern(3));
  assertEquals(await readExact(server, 3), pattern(3));
  const reading = server.read(new Uint8Array(1));
  client.reset();
  await assertRejects(
    () => reading,
    Deno.errors.ConnectionReset,
    `Cannot read (peer udp://127.0.0.1:${client.localAddr.port}): ` +
      "the peer has reset the connection",
  );
  await assertRejects(
    () => server.write(new Uint8Array(1)),
    Deno.errors.ConnectionReset,
  );
});

Deno.test("ReliableConn throws TimedOut if the peer has vanished", async () => {
  const options = { ...QUICK, userTimeoutMs: 2000 };
  const listener = listenReliable(0, options);
  const link = new LossyLink(listener.addr);
  const client = await connectReliable(link.addr, options);
  const server = await listener.accept();
  link.close();
  await client.write(pattern(10));
  await assertRejects(
    () => client.read(new Uint8Array(1)),
    Deno.errors.TimedOut,
    "the peer hasn't answered for 2000 ms",
  );
  await client.done;
  client.close();
  server.reset();
  listener.close();
  await listener.done;
});

Deno.test("ReliableConn survives a pause of the machine that is longer than its timeout", async () => {
  await using both = await pair({ userTimeoutMs: 300 });
  const { client, server } = both;
  for (let round = 0; round < 3; round++) {
    await client.write(pattern(10));
    // What has been sent waits in the sockets, and so does each answer.
    const until = performance.now() + 450;
    while (performance.now() < until);
    assertEquals(await server.read(new Uint8Array(10)), 10);
  }
});

Deno.test("connectReliable() throws TimedOut if no socket has that port, because UDP gives no error", async () => {
  // No system gives this port to whoever asks for a free one.
  const addr = { transport: "udp", hostname: "127.0.0.1", port: 1 } as const;
  await assertRejects(
    () => connectReliable(addr, { ...QUICK, userTimeoutMs: 100 }),
    Deno.errors.TimedOut,
    `Cannot connect to udp://127.0.0.1:${addr.port}: ` +
      "no answer within 100 ms",
  );
});

Deno.test("connectReliable() throws ConnectionRefused if the socket isn't listening anymore", async () => {
  await using both = await pair();
  both.listener.close();
  await assertRejects(
    () => connectReliable(both.listener.addr, QUICK),
    Deno.errors.ConnectionRefused,
    `Cannot connect to udp://127.0.0.1:${both.listener.addr.port}: `,
  );
});

Deno.test("connectReliable() gives up when its signal is aborted", async () => {
  using silent = bindUdp();
  const controller = new AbortController();
  const { signal } = controller;
  const connecting = connectReliable(silent.addr, { ...QUICK, signal });
  await silent.receive();
  controller.abort(new Error("enough"));
  await assertRejects(() => connecting, Error, "enough");
  await assertRejects(
    () => connectReliable(silent.addr, { signal }),
    Error,
    "enough",
  );
});

Deno.test("ReliableListener counts and drops datagrams that belong to no connection", async () => {
  await using both = await pair();
  const { client, server, listener } = both;
  using stranger = bindUdp();
  for (const size of [0, 1, 15, 16, 100, 65_507]) {
    await stranger.send(pattern(size), listener.addr);
  }
  // It is a segment, but of no stream: a reset answers it.
  const segment = new Uint8Array([
    ...[0x57, 0x10, 0xa8, 0xe3, 0, 0, 0, 1, 0, 0, 0, 2],
    ...[0, 0, 0, 9],
  ]);
  await stranger.send(segment, listener.addr);
  const { bytes } = await stranger.receive({ timeoutMs: 5000 });
  assertEquals(bytes[1], 0x04);
  assertEquals({ ...listener.dropped }, { malformed: 6, foreign: 1 });
  // The stream has not noticed.
  await client.write(pattern(5));
  assertEquals(await readExact(server, 5), pattern(5));
});

Deno.test("ReliableListener resets waiting clients when it's closed", async () => {
  const listener = listenReliable(0, QUICK);
  const client = await connectReliable(listener.addr, QUICK);
  const accepting = [listener.accept(), listener.accept()];
  (await accepting[0]).reset();
  const another = await connectReliable(listener.addr, QUICK);
  // `another` has been taken by the second accept; a third one waits in line.
  (await accepting[1]).close();
  const waiting = await connectReliable(listener.addr, QUICK);
  listener.close();
  await assertRejects(
    () => waiting.read(new Uint8Array(1)),
    Deno.errors.ConnectionReset,
  );
  await assertRejects(() => listener.accept(), Deno.errors.BadResource);
  assertThrows(() => listener.close(), Deno.errors.BadResource);
  for (const conn of [client, another, waiting]) conn.close();
  await Promise.all([client.done, another.done, waiting.done, listener.done]);
});

Deno.test("ReliableListener rejects a waiting accept when it's closed", async () => {
  const listener = listenReliable();
  const accepting = listener.accept();
  listener.close();
  await assertRejects(() => accepting, Deno.errors.BadResource);
  await listener.done;
});

Deno.test("ReliableListener limits the waiting clients to its backlog, and accepts the others later", async () => {
  const listener = listenReliable(0, { ...QUICK, backlog: 2 });
  const clients = Array.from(
    { length: 5 },
    () => connectReliable(listener.addr, QUICK),
  );
  for (const _ of clients) (await listener.accept()).close();
  for (const client of await Promise.all(clients)) {
    assertEquals(await client.read(new Uint8Array(1)), null);
    client.close();
    await client.done;
  }
  listener.close();
  await listener.done;
});

Deno.test("listenReliable() says where it can't listen", () => {
  using socket = bindUdp();
  assertThrows(
    () => listenReliable(socket.addr.port),
    Deno.errors.AddrInUse,
    `Cannot listen on udp://127.0.0.1:${socket.addr.port}: `,
  );
  assertThrows(() => listenReliable(0, { backlog: 0 }), RangeError);
  assertThrows(() => listenReliable(0, { segmentBytes: 0 }), RangeError);
});

Deno.test("ReliableConn.done resolves when all written data has arrived, however long after the close", async () => {
  const listener = listenReliable(0, QUICK);
  using link = new LossyLink(listener.addr, { seed: 4, loss: 0.3 });
  const [client, server] = await Promise.all([
    connectReliable(link.addr, QUICK),
    listener.accept(),
  ]);
  const data = pattern(50_000);
  await writeAll(client, data);
  client.close();
  assertEquals(await readToEnd(server), data);
  server.close();
  listener.close();
  await Promise.all([client.done, listener.done]);
});

/** The orders in which two ends can come to an end, with data at the last moment. */
const ORDERS: Record<string, (a: ReliableConn, b: ReliableConn) => unknown> = {
  async "one first"(a, b) {
    await writeAll(a, pattern(30_000));
    a.close();
    assertEquals(await readToEnd(b), pattern(30_000));
    b.close();
  },
  "both at once"(a, b) {
    a.close();
    b.close();
  },
  async "both at once, after both have said all"(a, b) {
    await Promise.all([a, b].map(async (end) => {
      await writeAll(end, pattern(30_000));
      await end.closeWrite();
      assertEquals(await readToEnd(end), pattern(30_000));
      end.close();
    }));
  },
  async "half, while data still comes"(a, b) {
    await a.closeWrite();
    assertEquals(await b.read(new Uint8Array(1)), null);
    await writeAll(b, pattern(60_000));
    b.close();
    assertEquals(await readToEnd(a), pattern(60_000));
    a.close();
  },
};

for (const [name, end] of Object.entries(ORDERS)) {
  for (const role of ["client", "server"] as const) {
    Deno.test(`ReliableConn ends cleanly, ${name}, begun by the ${role}`, async () => {
      await using both = await pair();
      const { client, server, listener } = both;
      await (role === "client" ? end(client, server) : end(server, client));
      listener.close();
      await Promise.all([client.done, server.done, listener.done]);
      assertEquals([client.stats.state, server.stats.state], [
        "CLOSED",
        "CLOSED",
      ]);
    });
  }
}

Deno.test("connectReliable() connects to a server that still has the last connection from the same address", async () => {
  const options = { ...QUICK, timeWaitMs: 60_000 };
  const listener = listenReliable(0, options);
  // To the server all of them come from one address: the link's.
  using link = new LossyLink(listener.addr);
  for (let n = 0; n < 3; n++) {
    const client = await connectReliable(link.addr, QUICK);
    const server = await listener.accept();
    await client.write(new Uint8Array([n]));
    assertEquals(await readExact(server, 1), new Uint8Array([n]));
    // The server ends first, and waits in TIME-WAIT; the last one by a reset.
    if (n === 2) server.reset();
    else server.close();
    await client.read(new Uint8Array(1)).catch(() => {});
    client.close();
    await client.done;
    if (n === 2) client.reset();
  }
  // Nobody needs to wait for a minute: a fourth one takes the place of the third.
  const last = await connectReliable(link.addr, QUICK);
  const server = await listener.accept();
  last.reset();
  await server.read(new Uint8Array(1)).catch(() => {});
  server.close();
  listener.close();
  await Promise.all([last.done, server.done, listener.done]);
});

Deno.test("ReliableConn reports its segments and its window to onEvent", async () => {
  const kinds = new Set<string>();
  await using both = await pair({
    onEvent: ({ kind, stats }) => {
      kinds.add(kind);
      assert(stats.cwnd > 0 && stats.inFlight >= 0);
    },
  });
  const { client, server } = both;
  await writeAll(client, pattern(20_000));
  await readExact(server, 20_000);
  assert(kinds.isSupersetOf(new Set(["state", "sent", "received"])));
  const { bytesSent, retransmissions, srttMs } = client.stats;
  assertEquals(bytesSent, 20_000);
  assert(retransmissions >= 0 && srttMs! >= 0);
  assertEquals(server.stats.bytesReceived, 20_000);
});

Deno.test("a program ends while an unreferenced stream waits", async () => {
  const program = `
    const { connectReliable, listenReliable } = await import(
      ${JSON.stringify(import.meta.resolve("../../lib/net/reliable/mod.ts"))}
    );
    const listener = listenReliable();
    const client = await connectReliable(listener.addr);
    const server = await listener.accept();
    for (const it of [listener, client, server]) it.unref();
    server.read(new Uint8Array(1)).then(() => console.log("never"));
    console.log("waiting");
  `;
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-check", "--unstable-net", program],
    env: { NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder().decode(stdout);
  assertEquals(text, "waiting\n", new TextDecoder().decode(stderr));
  assertEquals(code, 0);
});
