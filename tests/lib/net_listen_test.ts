import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { connectTcp } from "../../lib/net/connect.ts";
import { listen, listenTcp } from "../../lib/net/listen.ts";
import { noUnixSockets, temporaryFolder, testIpv6 } from "./net_fixture.ts";

/** One client in, one byte through, both ends closed: the listener works. */
async function assertServes(listener: Deno.Listener): Promise<void> {
  const { addr } = listener;
  using client = addr.transport === "unix"
    ? await Deno.connect({ transport: "unix", path: addr.path! })
    : await Deno.connect(addr as Deno.NetAddr & { transport: "tcp" });
  using server = await listener.accept();
  await client.write(new Uint8Array([42]));
  const buffer = new Uint8Array(1);
  assertEquals(await server.read(buffer), 1);
  assertEquals(buffer, new Uint8Array([42]));
}

Deno.test("listenTcp() uses a free loopback port", async () => {
  using first = listenTcp();
  using second = listenTcp();
  assertEquals(first.addr.hostname, "127.0.0.1");
  assert(first.addr.port > 0);
  assert(first.addr.port !== second.addr.port);
  await assertServes(first);
  await assertServes(second);
});

Deno.test({
  name: "listenTcp() uses the requested port and address",
  // Elsewhere all of 127.0.0.0/8 is this machine; macOS has 127.0.0.1 only.
  ignore: Deno.build.os === "darwin",
  fn() {
    using first = listenTcp();
    const { port } = first.addr;
    using second = listenTcp(port, { hostname: "127.0.0.2" });
    assertEquals(second.addr.port, port);
    assertEquals(second.addr.hostname, "127.0.0.2");
  },
});

testIpv6("listenTcp() listens on IPv6", async () => {
  using listener = listenTcp(0, { hostname: "::1" });
  assertEquals(listener.addr.hostname, "::1");
  await assertServes(listener);
});

Deno.test("listenTcp() throws the system's AddrInUse, and names the endpoint", () => {
  using listener = listenTcp();
  const { port } = listener.addr;
  const error = assertThrows(
    () => listenTcp(port),
    Deno.errors.AddrInUse,
    `Cannot listen on tcp://127.0.0.1:${port}: `,
  );
  assertEquals((error as Error & { code?: string }).code, "EADDRINUSE");
});

Deno.test("listenTcp() throws AddrNotAvailable for an address of another machine", () => {
  // 192.0.2.0/24 is for documentation (RFC 5737): nobody has it.
  assertThrows(
    () => listenTcp(0, { hostname: "192.0.2.1" }),
    Deno.errors.AddrNotAvailable,
    "Cannot listen on tcp://192.0.2.1:0: ",
  );
});

Deno.test("listenTcp() throws RangeError for a port over 65535", () => {
  assertThrows(
    () => listenTcp(65536),
    RangeError,
    "Cannot listen on tcp://127.0.0.1:65536: ",
  );
});

for (const backlog of [-1, 1.5, NaN, Infinity]) {
  Deno.test(`listenTcp() throws RangeError for a backlog of ${backlog}`, () => {
    assertThrows(
      () => listenTcp(0, { backlog }),
      RangeError,
      `Cannot listen with a backlog of ${backlog}: it must be an integer >= 0`,
    );
  });
}

Deno.test({
  name:
    "listenTcp() with a backlog of 0 lets one client connect, and the next waits",
  // The one more than asked for is how Linux counts.
  ignore: Deno.build.os !== "linux",
  async fn() {
    using listener = listenTcp(0, { backlog: 0 });
    const { port } = listener.addr;
    using first = await Deno.connect({ port });
    await assertRejects(
      () => connectTcp(port, { timeoutMs: 50 }),
      Deno.errors.TimedOut,
    );
    using accepted = await listener.accept();
    assertEquals(accepted.remoteAddr.port, first.localAddr.port);
  },
});

testIpv6("listen() takes a TCP endpoint, as a value or as text", async () => {
  using fromText = await listen("tcp://127.0.0.1:0", { backlog: 1 });
  await assertServes(fromText);
  using fromValue = await listen({ protocol: "tcp", hostname: "::1", port: 0 });
  await assertServes(fromValue);
  assertEquals((fromValue.addr as Deno.NetAddr).hostname, "::1");
});

Deno.test("listen() rejects with TypeError for a UDP endpoint, and names the call to use", async () => {
  await assertRejects(
    () => listen("udp://127.0.0.1:0"),
    TypeError,
    "use bindUdp()",
  );
});

Deno.test("listen() rejects with TypeError for text that isn't an endpoint", async () => {
  await assertRejects(
    () => listen("127.0.0.1:0"),
    TypeError,
    "Cannot parse endpoint",
  );
});

Deno.test({
  name: "listen() listens at a Unix path as listenUnix() does",
  ignore: noUnixSockets,
  async fn() {
    using folder = temporaryFolder();
    const path = `${folder.path}/a b c.sock`;
    // A closed datagram socket leaves its file.
    Deno.listenDatagram({ transport: "unixpacket", path }).close();
    const listener = await listen(`unix:${path}`);
    await assertServes(listener);
    const { isSocket, mode } = Deno.statSync(path);
    assertEquals([isSocket, mode! & 0o777], [true, 0o600]);
    await assertRejects(
      () => listen({ protocol: "unix", path }),
      Deno.errors.AddrInUse,
      `Cannot listen on unix:${path}: another listener has that path`,
    );
    listener.close();
    assertThrows(() => Deno.statSync(path), Deno.errors.NotFound);
  },
});

Deno.test({
  name:
    "listen() rejects with AddrInUse for a plain file, and with TypeError for a long path",
  ignore: noUnixSockets,
  async fn() {
    using folder = temporaryFolder();
    const path = `${folder.path}/a.sock`;
    Deno.writeTextFileSync(path, "mine");
    await assertRejects(
      () => listen({ protocol: "unix", path }),
      Deno.errors.AddrInUse,
      `Cannot listen on unix:${path}: `,
    );
    assertEquals(Deno.readTextFileSync(path), "mine");
    await assertRejects(
      () => listen(`unix:/tmp/${"x".repeat(200)}`),
      TypeError,
      "Cannot listen on unix:/tmp/xxx",
    );
  },
});

Deno.test("listen() rejects with TypeError for a backlog on a Unix path", async () => {
  await assertRejects(
    () => listen("unix:/tmp/never made.sock", { backlog: 1 }),
    TypeError,
    "Cannot listen with a backlog on a Unix path",
  );
});

Deno.test("listen() closes the listener when the signal is aborted", async () => {
  const stop = new AbortController();
  const listener = await listen("tcp://127.0.0.1:0", { signal: stop.signal });
  await assertServes(listener);
  const accepted = assertRejects(
    () => listener.accept(),
    Deno.errors.BadResource,
  );
  stop.abort();
  await accepted;
});

Deno.test("listenTcp() survives an abort after the listener has been closed", () => {
  const stop = new AbortController();
  listenTcp(0, { signal: stop.signal }).close();
  stop.abort();
});

Deno.test("listen() rejects with the signal's reason, and opens nothing, if it is already aborted", async () => {
  const reason = new Error("too late");
  const thrown = await assertRejects(() =>
    listen("tcp://127.0.0.1:0", { signal: AbortSignal.abort(reason) })
  );
  assertStrictEquals(thrown, reason);
});
