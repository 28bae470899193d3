import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { readExact, readToEnd, writeAll } from "../../lib/net/mod.ts";
import { FakeConn } from "../../lib/workbook/kit/fake_conn.ts";
import { pattern, tcpPair } from "../lib/net_fixture.ts";

const {
  BadResource,
  BrokenPipe,
  ConnectionReset,
  Interrupted,
  UnexpectedEof,
  WriteZero,
} = Deno.errors;

for (const size of [1, 5, 4096]) {
  Deno.test(`FakeConn reads and writes ${size} bytes at a time`, async () => {
    const data = pattern(9001);
    const conn = new FakeConn({
      incoming: data,
      readSize: size,
      writeSize: size,
    });
    assertEquals(await readToEnd(conn), data);
    await writeAll(conn, data);
    assertEquals(conn.written, data);
    assertEquals(conn.bytesWritten, data.length);
    assertEquals(conn.writes, Math.ceil(data.length / size));
    assertEquals(conn.reads, Math.ceil(data.length / size) + 1);
    assert(!conn.overlappedReads && !conn.overlappedWrites);
  });
}

Deno.test("FakeConn takes sizes from a list, and the last one holds", async () => {
  const conn = new FakeConn({
    incoming: "abcdefgh",
    readSize: [1, 0, 3, 2],
    writeSize: [3, 1],
  });
  const buffer = new Uint8Array(100);
  const counts = [];
  for (let i = 0; i < 6; i++) counts.push(await conn.read(buffer));
  assertEquals(counts, [1, 0, 3, 2, 2, null]);
  assertEquals(await conn.write(buffer), 3);
  assertEquals(await conn.write(buffer), 1);
  assertEquals(await conn.write(buffer), 1);
});

Deno.test("FakeConn keeps what doesn't fit into the buffer", async () => {
  const conn = new FakeConn({ incoming: "abc" });
  const buffer = new Uint8Array(2);
  assertEquals(await conn.read(buffer), 2);
  assertEquals(conn.unread, 1);
  assertEquals(conn.sawEnd, false);
  assertEquals(await conn.read(buffer), 1);
  assertEquals(await conn.read(buffer), null);
  assertEquals(conn.sawEnd, true);
});

Deno.test("FakeConn can end, reset or fall silent at each byte", async () => {
  const data = pattern(6);
  for (let at = 0; at < data.length; at++) {
    const incoming = data.subarray(0, at);
    const ended = new FakeConn({ incoming });
    await assertRejects(() => readExact(ended, 6), UnexpectedEof);

    const reset = new FakeConn({ incoming, then: "reset", readSize: 1 });
    await assertRejects(() => readExact(reset, 6), ConnectionReset);
    assertEquals(reset.reads, at + 1);
    assert(!reset.sawEnd);

    const silent = new FakeConn({ incoming, then: "silence" });
    const reading = readExact(silent, 6);
    await silent.until(() => silent.unread === 0 && silent.pendingReads === 1);
    silent.peerSends(data.subarray(at));
    assertEquals(await reading, data);
  }
});

Deno.test("FakeConn tells a reset once, and then gives null and BrokenPipe", async () => {
  const conn = new FakeConn({ incoming: "ab", then: "silence" });
  const buffer = new Uint8Array(2);
  conn.peerResets();
  assertEquals(await conn.read(buffer), 2);
  await assertRejects(() => conn.read(buffer), ConnectionReset);
  assertEquals(await conn.read(buffer), null);
  await assertRejects(() => conn.write(buffer), BrokenPipe);

  const other = new FakeConn({ incoming: "ab", then: "silence" });
  other.peerResets();
  await assertRejects(() => other.write(buffer), ConnectionReset);
  assertEquals(await other.read(buffer), 2);
  assertEquals(await other.read(buffer), null);
});

Deno.test("FakeConn breaks the pipe after so many bytes", async () => {
  const conn = new FakeConn({ breakAt: 5 });
  await assertRejects(() => writeAll(conn, pattern(9)), BrokenPipe);
  assertEquals(conn.written, pattern(9).subarray(0, 5));
  // The other direction is not concerned.
  assertEquals(await conn.read(new Uint8Array(1)), null);
});

Deno.test("FakeConn makes writes wait while there is no room", async () => {
  const conn = new FakeConn({ room: 4 });
  const writing = writeAll(conn, pattern(10));
  await conn.until(() => conn.bytesWritten === 4 && conn.pendingWrites === 1);
  conn.peerTakes(3);
  await conn.until(() => conn.bytesWritten === 7 && conn.pendingWrites === 1);
  // closeWrite() waits behind the write.
  const ending = conn.closeWrite().then(() => conn.bytesWritten);
  assertEquals(conn.writeEnded, false);
  conn.peerTakes(Infinity);
  await writing;
  assertEquals(await ending, 10);
  assertEquals(conn.writeEnded, true);
});

Deno.test("FakeConn serves overlapping reads in turn, and remembers them", async () => {
  const conn = new FakeConn({ then: "silence" });
  const [a, b] = [new Uint8Array(2), new Uint8Array(2)];
  const both = Promise.all([conn.read(a), conn.read(b)]);
  await conn.until(() => conn.pendingReads === 2);
  conn.peerSends("x");
  await conn.until(() => conn.pendingReads === 1);
  assert(conn.overlappedReads);
  conn.peerSends("y");
  assertEquals(await both, [1, 1]);
  assertEquals([a[0], b[0]], [120, 121]);
});

Deno.test("FakeConn remembers overlapping writes, whose parts mix", async () => {
  const conn = new FakeConn({ writeSize: 1 });
  const encoder = new TextEncoder();
  await Promise.all([
    writeAll(conn, encoder.encode("ab")),
    writeAll(conn, encoder.encode("yz")),
  ]);
  assert(conn.overlappedWrites);
  assertEquals(new TextDecoder().decode(conn.written), "aybz");
});

Deno.test("FakeConn keeps its script and what was written to itself", async () => {
  const incoming = pattern(3);
  const conn = new FakeConn({ incoming });
  incoming.fill(0);
  assertEquals(await readToEnd(conn), pattern(3));
  const data = pattern(4);
  await conn.write(data);
  data.fill(0);
  conn.written.fill(0);
  assertEquals(conn.written, pattern(4));
});

Deno.test("FakeConn leaves timers running while somebody reads without end", async () => {
  const conn = new FakeConn();
  const timer = new Promise((resolve) => setTimeout(resolve, 1));
  const spinning = assertRejects(async () => {
    while (true) await conn.read(new Uint8Array(1));
  }, Interrupted);
  await timer;
  conn.close();
  await spinning;
});

Deno.test("FakeConn tells that bytes move", async () => {
  let moves = 0;
  const conn = new FakeConn({ incoming: "ab", onMove: () => moves++ });
  await readToEnd(conn);
  assertEquals(moves, 1);
  await conn.write(new Uint8Array(2));
  assertEquals(moves, 2);
});

Deno.test("FakeConn doesn't let the peer send after its end", () => {
  assertThrows(() => new FakeConn().peerSends("a"), TypeError);
});

Deno.test("FakeConn can take nothing", async () => {
  const conn = new FakeConn({ writeSize: 0 });
  await assertRejects(() => writeAll(conn, new Uint8Array(1)), WriteZero);
});

/**
 * What lessons rely on must be the same on both. Each gets a connection on
 * which 5 bytes arrive, and nothing more.
 */
const KINDS: Record<
  string,
  (use: (conn: Deno.Conn) => Promise<void>) => unknown
> = {
  async "Deno's connection"(use) {
    using pair = await tcpPair();
    await pair.client.write(pattern(5));
    await use(pair.server);
  },
  async "FakeConn"(use) {
    await use(new FakeConn({ incoming: pattern(5), then: "silence" }));
  },
};

function sameOnBoth(name: string, use: (conn: Deno.Conn) => Promise<void>) {
  for (const [kind, make] of Object.entries(KINDS)) {
    Deno.test(`${kind} ${name}`, async () => void await make(use));
  }
}

sameOnBoth("releases a pending read with Interrupted", async (conn) => {
  await readExact(conn, 5);
  const reading = conn.read(new Uint8Array(1));
  const failing = assertRejects(() => reading, Interrupted);
  conn.close();
  await failing;
});

sameOnBoth(
  "lets close() overtake what was begun in the same turn",
  async (conn) => {
    const reading = assertRejects(
      () => conn.read(new Uint8Array(1)),
      Interrupted,
    );
    const writing = assertRejects(() => conn.write(pattern(5)), Interrupted);
    conn.close();
    await reading;
    await writing;
  },
);

sameOnBoth("rejects any use after close() with BadResource", async (conn) => {
  conn.close();
  await assertRejects(() => conn.read(new Uint8Array(1)), BadResource);
  await assertRejects(() => conn.write(new Uint8Array(1)), BadResource);
  await assertRejects(() => conn.write(new Uint8Array(0)), BadResource);
  await assertRejects(() => conn.closeWrite(), BadResource);
  assertThrows(() => conn.close(), BadResource);
  await assertRejects(() => conn.readable.getReader().read(), BadResource);
  assertEquals(await conn.read(new Uint8Array(0)), 0);
  conn[Symbol.dispose]();
});

sameOnBoth(
  "rejects writes after closeWrite() with BrokenPipe",
  async (conn) => {
    await conn.closeWrite();
    await assertRejects(() => conn.write(new Uint8Array(1)), BrokenPipe);
    await assertRejects(() => conn.write(new Uint8Array(0)), BrokenPipe);
    await conn.closeWrite();
    assertEquals(await readExact(conn, 5), pattern(5));
  },
);

sameOnBoth(
  "gives 0 for an empty read, even while another waits",
  async (conn) => {
    await readExact(conn, 5);
    const reading = assertRejects(
      () => conn.read(new Uint8Array(1)),
      Interrupted,
    );
    assertEquals(await conn.read(new Uint8Array(0)), 0);
    conn.close();
    await reading;
  },
);

sameOnBoth(
  "lets an unawaited closeWrite() be overtaken by close()",
  async (conn) => {
    const ending = conn.closeWrite();
    conn.close();
    await ending;
  },
);

sameOnBoth("closes when its writable side is closed", async (conn) => {
  assertStrictEquals(conn.writable, conn.writable);
  const writer = conn.writable.getWriter();
  await writer.write(pattern(5));
  await writer.close();
  assertThrows(() => conn.close(), BadResource);
});

sameOnBoth("closes when its writable side is aborted", async (conn) => {
  await conn.writable.abort();
  assertThrows(() => conn.close(), BadResource);
});

sameOnBoth("closes when its readable side is cancelled", async (conn) => {
  assertStrictEquals(conn.readable, conn.readable);
  const reader = conn.readable.getReader();
  assertEquals((await reader.read()).value, pattern(5));
  await reader.cancel();
  assertThrows(() => conn.close(), BadResource);
});

sameOnBoth(
  "fails a waiting stream with Interrupted when it is closed",
  async (conn) => {
    const reader = conn.readable.getReader();
    await reader.read();
    const reading = assertRejects(() => reader.read(), Interrupted);
    // The stream begins its read a little later than it is asked to.
    await new Promise((resolve) => setImmediate(resolve));
    conn.close();
    await reading;
  },
);

Deno.test("FakeConn closes when its readable side ends or fails", async () => {
  const ended = new FakeConn({ incoming: "ab" });
  assertEquals(await new Response(ended.readable).text(), "ab");
  assert(ended.closed);
  const reset = new FakeConn({ then: "reset" });
  await assertRejects(
    () => reset.readable.getReader().read(),
    ConnectionReset,
  );
  assert(reset.closed);
});

Deno.test("FakeConn writes all of a stream in parts, and closes when that fails", async () => {
  const conn = new FakeConn({ writeSize: 2, breakAt: 7 });
  const writer = conn.writable.getWriter();
  await writer.write(pattern(6));
  assertEquals(conn.written, pattern(6));
  await assertRejects(() => writer.write(pattern(6)), BrokenPipe);
  assert(conn.closed);
  await assertRejects(() => writer.closed, BrokenPipe);
});
