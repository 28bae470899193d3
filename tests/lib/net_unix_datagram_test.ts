import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { join } from "node:path";
import { bindUnixDatagram } from "../../lib/net/mod.ts";
import { pattern, temporaryFolder } from "./net_fixture.ts";
import {
  exists,
  leaveStale,
  testPathOfProcess,
  testUnix,
} from "./unix_fixture.ts";

const { AddrInUse } = Deno.errors;

function pathOf(socket: Deno.DatagramConn): string {
  return (socket.addr as Deno.UnixAddr).path!;
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
    for (const size of [0, 1, 5000, 65_507]) {
      const message = pattern(size);
      await a.send(message, b.addr);
      const [received, from] = await b.receive();
      assertEquals(received, message);
      assertEquals(from, a.addr);
    }
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
        `Cannot open unixpacket:${path}: `,
      );
      assert(exists(path));
    }
    // The knock put no message into its queue.
    await datagram.send(new Uint8Array([7]), datagram.addr);
    assertEquals((await datagram.receive())[0], new Uint8Array([7]));
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
    assertEquals((await socket.receive())[0], new Uint8Array([7]));
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
  "close() removes nobody else's file, and throws BadResource the second time",
  async () => {
    using folder = temporaryFolder();
    const path = `${folder.path}/s`;
    const socket = await bindUnixDatagram(path);
    Deno.removeSync(path);
    Deno.writeTextFileSync(path, "mine");
    socket.close();
    assertThrows(() => socket.close(), Deno.errors.BadResource);
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
