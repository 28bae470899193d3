import { assert, assertEquals, assertRejects } from "@std/assert";
import { closeGracefully } from "../../lib/net/close_gracefully.ts";
import { readToEnd } from "../../lib/net/read.ts";
import { writeAll } from "../../lib/net/write.ts";
import {
  FakeConn,
  type FakeConnOptions,
} from "../../lib/workbook/kit/fake_conn.ts";
import { pattern, tcpPair } from "./net_fixture.ts";

/** Long enough that a test which relies on it fails first. */
const LONG_MS = 100_000;

async function assertClosed(conn: Deno.Conn): Promise<void> {
  await assertRejects(() => conn.closeWrite(), Deno.errors.BadResource);
}

for (const readSize of [1, 5, 4096]) {
  Deno.test(`closeGracefully() ends its side, reads to the end by ${readSize}, and closes`, async () => {
    const conn = new FakeConn({ incoming: pattern(10_000), readSize });
    await closeGracefully(conn, { graceMs: LONG_MS });
    assert(conn.writeEnded);
    assertEquals(conn.unread, 0);
    assert(conn.sawEnd);
    assert(conn.closed);
  });
}

Deno.test("closeGracefully() ends its side before it waits for the peer's end", async () => {
  const conn = new FakeConn({ then: "silence" });
  const closed = closeGracefully(conn, { graceMs: LONG_MS });
  await conn.until(() => conn.pendingReads === 1);
  assert(conn.writeEnded);
  assert(!conn.closed);
  conn.peerSends("more");
  await conn.until(() => conn.unread === 0 && conn.pendingReads === 1);
  conn.peerEnds();
  await closed;
  assert(conn.closed);
});

Deno.test("closeGracefully() delivers a response that close() would lose because of unread input", async () => {
  using pair = await tcpPair();
  const question = pattern(1_000_000);
  const answer = pattern(1000);
  // The client asks at length before it reads, and the server will not hear it.
  const asking = writeAll(pair.client, question)
    .then(() => readToEnd(pair.client))
    .finally(() => pair.client.close());
  await pair.server.read(new Uint8Array(1));
  await writeAll(pair.server, answer);
  await closeGracefully(pair.server, { graceMs: LONG_MS });
  const heard = await asking;
  assertEquals(heard.length, answer.length);
  assert(heard.every((byte, index) => byte === answer[index]));
  await assertClosed(pair.server);
});

Deno.test("closeGracefully() closes in time when the peer is silent", async () => {
  using pair = await tcpPair();
  await closeGracefully(pair.server, { graceMs: 20 });
  await assertClosed(pair.server);
  assertEquals(await pair.client.read(new Uint8Array(1)), null);
});

Deno.test("closeGracefully() closes in time when the peer never stops sending", async () => {
  using pair = await tcpPair();
  const sending = assertRejects(async () => {
    while (true) await pair.client.write(pattern(1000));
  });
  await closeGracefully(pair.server, { graceMs: 20 });
  await assertClosed(pair.server);
  await sending;
});

Deno.test("closeGracefully() closes in time when its FIN has to wait for a write", async () => {
  using pair = await tcpPair();
  // Nobody reads, so the first write fills the buffers, and the second waits.
  const data = new Uint8Array(64 << 20);
  await pair.server.write(data);
  const writing = assertRejects(
    () => pair.server.write(data),
    Deno.errors.Interrupted,
  );
  await closeGracefully(pair.server, { graceMs: 50 });
  await assertClosed(pair.server);
  await writing;
});

Deno.test("closeGracefully() with graceMs 0 closes at once", async () => {
  const conn = new FakeConn({ then: "silence" });
  await closeGracefully(conn, { graceMs: 0 });
  assert(conn.writeEnded);
  assert(conn.closed);
});

const GONE: Record<string, FakeConnOptions> = {
  "has reset the connection": { then: "reset" },
  "resets it after some bytes": {
    incoming: pattern(7),
    then: "reset",
    readSize: 5,
  },
  "broke the pipe": { breakAt: 0 },
};
for (const [name, script] of Object.entries(GONE)) {
  Deno.test(`closeGracefully() doesn't mind a peer that ${name}`, async () => {
    const conn = new FakeConn(script);
    await closeGracefully(conn, { graceMs: LONG_MS });
    assert(conn.closed);
  });
}

Deno.test("closeGracefully() accepts a peer that resets the connection while it waits", async () => {
  const conn = new FakeConn({ then: "silence" });
  const closed = closeGracefully(conn, { graceMs: LONG_MS });
  await conn.until(() => conn.pendingReads === 1);
  conn.peerResets();
  await closed;
  assert(conn.closed);
});

Deno.test("closeGracefully() accepts a peer that closed with unread input", async () => {
  using pair = await tcpPair();
  await writeAll(pair.server, pattern(100));
  await pair.client.read(new Uint8Array(1));
  pair.client.close();
  await closeGracefully(pair.server, { graceMs: LONG_MS });
  await assertClosed(pair.server);
});

Deno.test("closeGracefully() accepts a connection that is closed or being closed", async () => {
  using pair = await tcpPair();
  const closed = closeGracefully(pair.server, { graceMs: LONG_MS });
  pair.server.close();
  await closed;
  await closeGracefully(pair.server);
  await Promise.all([
    closeGracefully(pair.client),
    closeGracefully(pair.client),
  ]);
});

Deno.test("closeGracefully() also closes if it fails for another reason", async () => {
  const conn = new FakeConn();
  const failure = new TypeError("a bug");
  conn.read = () => Promise.reject(failure);
  const error = await assertRejects(() =>
    closeGracefully(conn, { graceMs: LONG_MS })
  );
  assertEquals(error, failure);
  assert(conn.closed);

  const empty = new FakeConn({ incoming: "a", readSize: 0 });
  await assertRejects(
    () => closeGracefully(empty, { graceMs: LONG_MS }),
    Error,
    "100 reads in a row returned 0 bytes",
  );
  assert(empty.closed);
});

for (const graceMs of [-1, NaN, Infinity, 2 ** 31]) {
  Deno.test(`closeGracefully() closes, and rejects with RangeError for graceMs ${graceMs}`, async () => {
    const conn = new FakeConn();
    await assertRejects(
      () => closeGracefully(conn, { graceMs }),
      RangeError,
      `Cannot close gracefully: graceMs ${graceMs} is not in 0 to 2147483647`,
    );
    assert(conn.closed);
  });
}
