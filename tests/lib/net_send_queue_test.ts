import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { readLines } from "../../lib/net/lines.ts";
import { SendQueue } from "../../lib/net/send_queue.ts";
import { readExact, readToEnd } from "../../lib/net/read.ts";
import { writeAll } from "../../lib/net/write.ts";
import { FakeConn } from "../../lib/workbook/kit/fake_conn.ts";
import { pattern, tcpPair } from "./net_fixture.ts";

/** Long enough that a test which relies on it fails first. */
const LONG_MS = 100_000;

function line(text: string | number): Uint8Array {
  return new TextEncoder().encode(`${text}\n`);
}

function textOf(conn: FakeConn): string {
  return new TextDecoder().decode(conn.written);
}

for (const writeSize of [1, 5, 4096]) {
  Deno.test(`SendQueue keeps order and never mixes for writes of ${writeSize} bytes`, async () => {
    const conn = new FakeConn({ writeSize });
    const queue = new SendQueue(conn);
    let expected = "";
    for (let i = 0; i < 100; i++) {
      assert(queue.send(line(i)));
      expected += `${i}\n`;
      // Now and then the queue runs empty.
      if (i % 30 === 0) assert(await queue.flush());
    }
    assert(await queue.flush());
    assertEquals(textOf(conn), expected);
    assertEquals(queue.unsentBytes, 0);
    assert(!conn.overlappedWrites);
    queue.drop();
  });
}

Deno.test("SendQueue sends 1 MiB at once over TCP", async () => {
  using pair = await tcpPair();
  const queue = new SendQueue(pair.server);
  const data = pattern(1024 * 1024);
  assert(queue.send(data));
  assertEquals(queue.unsentBytes, data.length);
  const received = await readExact(pair.client, data.length);
  assertEquals(received.findIndex((byte, i) => byte !== data[i]), -1);
  assert(await queue.flush());
  queue.drop();
});

Deno.test("SendQueue takes all of a message or nothing, up to maxBytes", async () => {
  const conn = new FakeConn({ room: 3 });
  const queue = new SendQueue(conn, { maxBytes: 10 });
  assert(queue.send(pattern(6)));
  assert(!queue.send(pattern(5)));
  assertEquals(queue.unsentBytes, 6);
  assert(queue.send(pattern(4)));
  assert(!queue.send(pattern(1)));
  await conn.until(() => conn.bytesWritten === 3 && conn.pendingWrites === 1);
  // What the system has taken makes room here.
  assertEquals(queue.unsentBytes, 7);
  assert(queue.send(pattern(3)));
  assert(!queue.send(pattern(1)));
  conn.peerTakes(Infinity);
  assert(await queue.flush());
  assertEquals(
    conn.written,
    new Uint8Array([...pattern(6), ...pattern(4), ...pattern(3)]),
  );
  assert(!queue.send(pattern(11)));
  queue.drop();
});

Deno.test("SendQueue takes 1 MiB by default, even in messages of one byte", async () => {
  const conn = new FakeConn({ room: 0 });
  const queue = new SendQueue(conn);
  const byte = new Uint8Array(1);
  let taken = 0;
  while (queue.send(byte)) taken++;
  assertEquals(taken, 1024 * 1024);
  conn.peerTakes(Infinity);
  assert(await queue.flush());
  assertEquals(conn.bytesWritten, taken);
  // They were written together.
  assertEquals(conn.writes, 2);
  queue.drop();
});

Deno.test("SendQueue takes messages of no bytes, and doesn't keep them", async () => {
  const conn = new FakeConn();
  const queue = new SendQueue(conn, { maxBytes: 0 });
  for (let i = 0; i < 10; i++) assert(queue.send(new Uint8Array()));
  assert(!queue.send(pattern(1)));
  assert(await queue.flush());
  assertEquals(conn.writes, 0);
  queue.drop();
});

Deno.test("SendQueue copies the bytes, so that the caller can reuse its buffer", async () => {
  const conn = new FakeConn({ writeSize: 1 });
  const queue = new SendQueue(conn);
  const buffer = line("a");
  for (const letter of "abc") {
    buffer[0] = letter.charCodeAt(0);
    queue.send(buffer);
  }
  buffer.fill(0);
  await queue.flush();
  assertEquals(textOf(conn), "a\nb\nc\n");
  queue.drop();
});

Deno.test("SendQueue flush() waits for what was sent before it, not after it", async () => {
  const conn = new FakeConn({ room: 0 });
  const queue = new SendQueue(conn);
  assert(await queue.flush());
  queue.send(pattern(3));
  const first = queue.flush();
  queue.send(pattern(100));
  const second = queue.flush();
  conn.peerTakes(3);
  assert(await first);
  assertEquals(queue.unsentBytes, 100);
  conn.peerTakes(100);
  assert(await second);
  queue.drop();
});

Deno.test("SendQueue reports a broken pipe once, and never rejects", async () => {
  const conn = new FakeConn({ breakAt: 4, writeSize: 3 });
  const queue = new SendQueue(conn);
  assert(queue.send(pattern(10)));
  const flushed = [queue.flush(), queue.flush()];
  const error = await queue.ended;
  assert(error instanceof Deno.errors.BrokenPipe);
  assertEquals(await Promise.all(flushed), [false, false]);
  assertEquals(await queue.flush(), false);
  assert(!queue.send(pattern(1)));
  assertEquals(queue.unsentBytes, 0);
  // Somebody may still be reading.
  assert(!conn.closed);
  await queue.close({ graceMs: LONG_MS });
  assert(conn.closed);
  assertStrictEquals(await queue.ended, error);
});

Deno.test("SendQueue causes no unhandled rejection if nothing awaits ended", async () => {
  const conn = new FakeConn({ then: "reset" });
  const queue = new SendQueue(conn);
  queue.send(pattern(1));
  assert(!await queue.flush());
  queue.drop();
});

Deno.test("SendQueue ends with an error when the target takes nothing", async () => {
  const queue = new SendQueue(new FakeConn({ writeSize: 0 }));
  queue.send(pattern(1));
  assert(await queue.ended instanceof Deno.errors.WriteZero);
  queue.drop();
});

Deno.test("SendQueue reports a peer that closed without reading", async () => {
  using pair = await tcpPair();
  const queue = new SendQueue(pair.server);
  queue.send(pattern(1000));
  await pair.client.read(new Uint8Array(1));
  pair.client.close();
  // The kernel learns of it with the first or the second write.
  while (queue.send(pattern(1))) await queue.flush();
  const error = await queue.ended;
  assert(
    error instanceof Deno.errors.BrokenPipe ||
      error instanceof Deno.errors.ConnectionReset,
    String(error),
  );
  queue.drop();
});

Deno.test("SendQueue drop() ends a waiting write, and the owner's read", async () => {
  using pair = await tcpPair();
  const queue = new SendQueue(pair.server, { maxBytes: 64 << 20 });
  const reading = assertRejects(
    () => pair.server.read(new Uint8Array(1)),
    Deno.errors.Interrupted,
  );
  // More than the system's buffers hold, and nobody reads.
  assert(queue.send(new Uint8Array(64 << 20)));
  const flushed = queue.flush();
  await pair.client.read(new Uint8Array(1));
  queue.drop();
  assert(!queue.send(pattern(1)));
  assertEquals(queue.unsentBytes, 0);
  assertEquals(await flushed, false);
  assertEquals(await queue.ended, undefined);
  await reading;
});

Deno.test("SendQueue has ended only when no write is in progress", async () => {
  const conn = new FakeConn({ room: 0 });
  const queue = new SendQueue(conn);
  queue.send(pattern(1));
  await conn.until(() => conn.pendingWrites === 1);
  queue.drop();
  await queue.ended;
  assertEquals(conn.pendingWrites, 0);
});

Deno.test("SendQueue can be dropped and closed any number of times", async () => {
  const conn = new FakeConn();
  const queue = new SendQueue(conn);
  queue.drop();
  queue.drop();
  assertEquals(await queue.ended, undefined);
  await queue.close();
  await Promise.all([queue.close(), queue.close()]);
  queue.drop();
  assert(conn.closed);
});

Deno.test("SendQueue close() sends the queue, and closes the connection", async () => {
  using pair = await tcpPair();
  const queue = new SendQueue(pair.server);
  // A question that nobody reads would make close() alone reset.
  await writeAll(pair.client, pattern(1000));
  const data = pattern(1_000_000);
  assert(queue.send(data));
  const closed = queue.close({ graceMs: LONG_MS });
  assert(!queue.send(pattern(1)));
  const received = await readToEnd(pair.client);
  assertEquals(received.length, data.length);
  pair.client.close();
  await closed;
  assertEquals(await queue.ended, undefined);
  await assertRejects(() => pair.server.closeWrite(), Deno.errors.BadResource);
});

Deno.test("SendQueue close() ends its side only when the queue is empty", async () => {
  const conn = new FakeConn({ room: 0, then: "silence" });
  const queue = new SendQueue(conn);
  queue.send(pattern(5));
  const closed = queue.close({ graceMs: LONG_MS });
  await conn.until(() => conn.pendingWrites === 1);
  assert(!conn.writeEnded);
  conn.peerTakes(5);
  await conn.until(() => conn.pendingReads === 1);
  assert(conn.writeEnded);
  assertEquals(conn.written, pattern(5));
  conn.peerEnds();
  await closed;
  assert(conn.closed);
});

for (const room of [0, Infinity]) {
  Deno.test(`SendQueue close() is done in time when the peer ${room ? "doesn't end its side" : "doesn't read"}`, async () => {
    const conn = new FakeConn({ room, then: "silence" });
    const queue = new SendQueue(conn);
    queue.send(pattern(5));
    await queue.close({ graceMs: 20 });
    assert(conn.closed);
    assertEquals(await queue.ended, undefined);
  });
}

for (const graceMs of [-1, NaN, Infinity]) {
  Deno.test(`SendQueue close() closes, and rejects with RangeError for graceMs ${graceMs}`, async () => {
    const conn = new FakeConn();
    await assertRejects(
      () => new SendQueue(conn).close({ graceMs }),
      RangeError,
      `Cannot close the send queue: graceMs ${graceMs} is not in 0 to 2147483647`,
    );
    assert(conn.closed);
  });
}

for (const maxBytes of [-1, NaN]) {
  Deno.test(`SendQueue throws RangeError for maxBytes ${maxBytes}`, () => {
    assertThrows(
      () => new SendQueue(new FakeConn(), { maxBytes }),
      RangeError,
      `Cannot make a send queue: maxBytes ${maxBytes} is not a number >= 0`,
    );
  });
}

Deno.test("Send queues keep one silent member from delaying the others", async () => {
  const members = await Promise.all(Array.from({ length: 20 }, async () => {
    const pair = await tcpPair();
    return { pair, queue: new SendQueue(pair.server) };
  }));
  const [silent, ...others] = members;
  const filler = "x".repeat(10_000);
  let lines = 0;
  const heard = others.map(({ pair }) => readLines(pair.client));
  // It takes the system's buffers and 1 MiB to be too slow.
  while (silent.queue.send(line(`${lines} ${filler}`))) {
    for (const { queue } of others) {
      assert(queue.send(line(`${lines} ${filler}`)));
    }
    for (const member of heard) {
      assertEquals((await member.next()).value, `${lines} ${filler}`);
    }
    lines++;
  }
  assert(lines > 100);
  silent.queue.drop();
  for (const { pair, queue } of members) {
    queue.drop();
    await queue.ended;
    pair[Symbol.dispose]();
  }
});
