import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { join } from "node:path";
import {
  bindUnixDatagram,
  type UnixDatagramSocket,
} from "../../lib/net/mod.ts";
import { pattern, temporaryFolder } from "./net_fixture.ts";
import {
  exists,
  leaveStale,
  testPathOfProcess,
  testUnix,
} from "./unix_fixture.ts";

const { AddrInUse } = Deno.errors;

function pathOf(socket: UnixDatagramSocket): string {
  return socket.addr.path!;
}

testUnix(
  "bindUnixDatagram() gives a socket a path of its own, and takes it away again",
  async () => {
    const socket = await bindUnixDatagram();
    const path = pathOf(socket);
    const folder = join(path, "..");
    assertEquals(Deno.lstatSync(folder).mode! & 0o777, 0o700);
    assertEquals(Deno.lstatSync(path).mode! & 0o777, 0o600);
    socket.close();
    assert(!exists(folder));
  },
);

testUnix(
  "bindUnixDatagram() makes a file with the mode that it is told",
  async () => {
    using folder = temporaryFolder();
    using socket = await bindUnixDatagram(`${folder.path}/s`, { mode: 0o622 });
    assertEquals(Deno.lstatSync(pathOf(socket)).mode! & 0o777, 0o622);
  },
);

testUnix(
  "two bindUnixDatagram() exchange whole messages, also empty ones",
  async () => {
    using a = await bindUnixDatagram();
    using b = await bindUnixDatagram();
    for (const size of [0, 1, 5000, 65_507, 200_000]) {
      const message = pattern(size);
      await a.send(message, b.addr);
      const { bytes, from } = await b.receive();
      assertEquals(bytes, message);
      assertEquals(from, a.addr);
    }
  },
);

testUnix(
  "UnixDatagramSocket.receive() has a timeout, and can accept one sender only",
  async () => {
    using a = await bindUnixDatagram();
    using b = await bindUnixDatagram();
    using stranger = await bindUnixDatagram();
    await stranger.send(new Uint8Array([1]), b.addr);
    await assertRejects(
      () => b.receive({ timeoutMs: 20, from: a.addr }),
      Deno.errors.TimedOut,
      `nothing from unix:${pathOf(a)} arrived within 20 ms`,
    );
    await a.send(new Uint8Array([2]), b.addr);
    assertEquals((await b.receive({ from: a.addr })).bytes[0], 2);
    assertEquals(b.strangers, 1);
  },
);

testUnix(
  "bindUnixDatagram() removes its path when the block throws",
  async () => {
    let path = "";
    await assertRejects(async () => {
      using socket = await bindUnixDatagram();
      path = pathOf(socket);
      throw new Error("from the block");
    }, "from the block");
    assert(path !== "" && !exists(path));
  },
);

testUnix(
  "bindUnixDatagram() refuses a path where a socket is open, of either kind",
  async () => {
    using folder = temporaryFolder();
    using datagram = await bindUnixDatagram(`${folder.path}/d`);
    using stream = Deno.listen({ transport: "unix", path: `${folder.path}/s` });
    for (const path of [pathOf(datagram), stream.addr.path!]) {
      await assertRejects(
        () => bindUnixDatagram(path),
        AddrInUse,
        `Cannot bind unix:${path}: `,
      );
      assert(exists(path));
    }
    // The knock put no message into its queue.
    await datagram.send(new Uint8Array([7]), datagram.addr);
    assertEquals((await datagram.receive()).bytes, new Uint8Array([7]));
  },
);

testUnix(
  "bindUnixDatagram() replaces a path that nobody is behind, of either kind",
  async () => {
    using folder = temporaryFolder();
    const path = `${folder.path}/s`;
    leaveStale(path);
    (await bindUnixDatagram(path)).close();
    assert(!exists(path));
    Deno.listenDatagram({ transport: "unixpacket", path }).close();
    assert(exists(path));
    using socket = await bindUnixDatagram(path);
    await socket.send(new Uint8Array([7]), socket.addr);
    assertEquals((await socket.receive()).bytes, new Uint8Array([7]));
  },
);

testPathOfProcess("datagram", bindUnixDatagram);

testUnix(
  "bindUnixDatagram() refuses what is no socket, and leaves it",
  async () => {
    using folder = temporaryFolder();
    const path = `${folder.path}/file`;
    Deno.writeTextFileSync(path, "mine");
    await assertRejects(
      () => bindUnixDatagram(path),
      AddrInUse,
      "a plain file",
    );
    assertEquals(Deno.readTextFileSync(path), "mine");
  },
);

testUnix(
  "close() leaves another file at the path, and can be called twice",
  async () => {
    using folder = temporaryFolder();
    const path = `${folder.path}/s`;
    const socket = await bindUnixDatagram(path);
    Deno.removeSync(path);
    Deno.writeTextFileSync(path, "mine");
    socket.close();
    socket.close();
    socket[Symbol.dispose]();
    assertEquals(Deno.readTextFileSync(path), "mine");
  },
);

testUnix(
  "bindUnixDatagram() closes the socket when the signal is aborted",
  async () => {
    const stop = new AbortController();
    const socket = await bindUnixDatagram(undefined, { signal: stop.signal });
    const received = assertRejects(() => socket.receive());
    stop.abort();
    await received;
    assert(!exists(pathOf(socket)));
  },
);

testUnix(
  "bindUnixDatagram() throws the signal's reason if it is aborted already",
  async () => {
    const reason = new Error("too late");
    const thrown = await assertRejects(() =>
      bindUnixDatagram(undefined, { signal: AbortSignal.abort(reason) })
    );
    assertStrictEquals(thrown, reason);
  },
);
