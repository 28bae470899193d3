import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
} from "@std/assert";
import { TimedReader } from "../../lib/net/timed_reader.ts";
import { writeAll } from "../../lib/net/write.ts";
import { FakeConn } from "../../lib/workbook/kit/fake_conn.ts";
import { pattern, tcpPair } from "./net_fixture.ts";

const { TimedOut } = Deno.errors;

/** Long enough that a test which relies on it fails first. */
const LONG_MS = 100_000;

Deno.test("TimedReader returns the bytes that arrive, and null at the end", async () => {
  using pair = await tcpPair();
  const reader = new TimedReader(pair.server);
  await pair.client.write(pattern(3));
  assertEquals(await reader.read(LONG_MS), pattern(3));
  await pair.client.closeWrite();
  assertEquals(await reader.read(LONG_MS), null);
  assertEquals(await reader.read(LONG_MS), null);
});

Deno.test("TimedReader keeps a late read", async () => {
  const conn = new FakeConn({ then: "silence" });
  const reader = new TimedReader(conn);
  await assertRejects(
    () => reader.read(1),
    TimedOut,
    "Cannot read: nothing arrived within 1 ms",
  );
  await assertRejects(() => reader.read(0), TimedOut);
  conn.peerSends(pattern(4));
  assertEquals(await reader.read(LONG_MS), pattern(4));
  assertEquals(conn.reads, 1);
  assert(!conn.closed);
});

Deno.test("TimedReader returns at once the bytes that arrived between two calls", async () => {
  const conn = new FakeConn({ then: "silence" });
  const reader = new TimedReader(conn);
  await assertRejects(() => reader.read(0), TimedOut);
  conn.peerSends(pattern(4));
  await conn.until(() => conn.pendingReads === 0);
  assertEquals(await reader.read(0), pattern(4));
  await assertRejects(() => reader.read(0), TimedOut);
});

for (const size of [1, 5, 4096]) {
  Deno.test(`TimedReader loses nothing between ${size} bytes and many deadlines`, async () => {
    using pair = await tcpPair();
    const data = pattern(size * 20);
    const reader = new TimedReader({
      read: (buffer) => pair.server.read(buffer.subarray(0, size)),
    });
    const received: number[] = [];
    let sent = 0;
    let timeouts = 0;
    while (received.length < data.length) {
      // Each part is sent only when a deadline has passed without it. On a busy
      // machine another one may pass before it is there.
      try {
        const next = await reader.read(received.length % 3);
        assert(next !== null);
        received.push(...next);
      } catch (error) {
        assertInstanceOf(error, TimedOut);
        timeouts++;
        if (sent > received.length) continue;
        await writeAll(pair.client, data.subarray(sent, sent + size));
        sent += size;
      }
    }
    assertEquals(new Uint8Array(received), data);
    assert(timeouts >= 20);
  });
}

Deno.test("TimedReader returns a new buffer from each call", async () => {
  const reader = new TimedReader(
    new FakeConn({ incoming: pattern(6), readSize: 3 }),
  );
  const first = await reader.read(LONG_MS);
  await reader.read(LONG_MS);
  assertEquals(first, pattern(3));
});

Deno.test("TimedReader skips reads that return 0 bytes", async () => {
  const conn = new FakeConn({ incoming: pattern(1), readSize: [0, 0, 1] });
  assertEquals(await new TimedReader(conn).read(LONG_MS), pattern(1));
});

Deno.test("TimedReader rejects a second call with Busy, and the first continues", async () => {
  const conn = new FakeConn({ then: "silence" });
  const reader = new TimedReader(conn);
  const first = reader.read(LONG_MS);
  const error = await assertRejects(() => reader.read(1), Deno.errors.Busy);
  assertEquals(
    error.message,
    "Cannot read: another read is waiting; await that one first",
  );
  conn.peerSends(pattern(2));
  assertEquals(await first, pattern(2));
  conn.peerSends(pattern(3));
  assertEquals(await reader.read(LONG_MS), pattern(3));
  assert(!conn.overlappedReads);
});

Deno.test("TimedReader rejects with the read's error, and can be used again", async () => {
  const conn = new FakeConn({ incoming: pattern(1), then: "reset" });
  const reader = new TimedReader(conn);
  assertEquals(await reader.read(LONG_MS), pattern(1));
  await assertRejects(() => reader.read(LONG_MS), Deno.errors.ConnectionReset);
  assertEquals(await reader.read(LONG_MS), null);
});

Deno.test("TimedReader throws an error between two calls from the next call", async () => {
  using pair = await tcpPair();
  const reader = new TimedReader(pair.server);
  await assertRejects(() => reader.read(1), TimedOut);
  pair.server.close();
  await assertRejects(() => reader.read(LONG_MS), Deno.errors.Interrupted);
  await assertRejects(() => reader.read(LONG_MS), Deno.errors.BadResource);
});

Deno.test("TimedReader causes no unhandled rejection if nothing reads again", async () => {
  using pair = await tcpPair();
  await assertRejects(() => new TimedReader(pair.server).read(1), TimedOut);
  pair.server.close();
});

for (const timeoutMs of [-1, NaN, Infinity, 2 ** 31]) {
  Deno.test(`TimedReader rejects ${timeoutMs} ms with RangeError, and reads nothing`, async () => {
    const conn = new FakeConn({ incoming: pattern(1) });
    const reader = new TimedReader(conn);
    await assertRejects(
      () => reader.read(timeoutMs),
      RangeError,
      `Cannot read: timeoutMs ${timeoutMs} is not in 0 to 2147483647`,
    );
    assertEquals(conn.reads, 0);
    assertEquals(await reader.read(LONG_MS), pattern(1));
  });
}
