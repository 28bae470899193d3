import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { readLines } from "../../lib/net/lines.ts";
import { Outbox } from "../../lib/net/outbox.ts";
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
  Deno.test(`Outbox keeps order and never mixes for writes of ${writeSize} bytes`, async () => {
    const conn = new FakeConn({ writeSize });
    const outbox = new Outbox(conn);
    let expected = "";
    for (let i = 0; i < 100; i++) {
      assert(outbox.send(line(i)));
      expected += `${i}\n`;
      // Now and then the queue runs empty.
      if (i % 30 === 0) assert(await outbox.flush());
    }
    assert(await outbox.flush());
    assertEquals(textOf(conn), expected);
    assertEquals(outbox.unsentBytes, 0);
    assert(!conn.overlappedWrites);
    outbox.drop();
  });
}

Deno.test("Outbox sends 1 MiB at once over TCP", async () => {
  using pair = await tcpPair();
  const outbox = new Outbox(pair.server);
  const data = pattern(1024 * 1024);
  assert(outbox.send(data));
  assertEquals(outbox.unsentBytes, data.length);
  const received = await readExact(pair.client, data.length);
  assertEquals(received.findIndex((byte, i) => byte !== data[i]), -1);
  assert(await outbox.flush());
  outbox.drop();
});

Deno.test("Outbox takes all of a message or nothing, up to maxBytes", async () => {
  const conn = new FakeConn({ room: 3 });
  const outbox = new Outbox(conn, { maxBytes: 10 });
  assert(outbox.send(pattern(6)));
  assert(!outbox.send(pattern(5)));
  assertEquals(outbox.unsentBytes, 6);
  assert(outbox.send(pattern(4)));
  assert(!outbox.send(pattern(1)));
  await conn.until(() => conn.bytesWritten === 3 && conn.pendingWrites === 1);
  // What the system has taken makes room here.
  assertEquals(outbox.unsentBytes, 7);
  assert(outbox.send(pattern(3)));
  assert(!outbox.send(pattern(1)));
  conn.peerTakes(Infinity);
  assert(await outbox.flush());
  assertEquals(
    conn.written,
    new Uint8Array([...pattern(6), ...pattern(4), ...pattern(3)]),
  );
  assert(!outbox.send(pattern(11)));
  outbox.drop();
});

Deno.test("Outbox takes 1 MiB unless told otherwise, in bytes as small as they like", async () => {
  const conn = new FakeConn({ room: 0 });
  const outbox = new Outbox(conn);
  const byte = new Uint8Array(1);
  let taken = 0;
  while (outbox.send(byte)) taken++;
  assertEquals(taken, 1024 * 1024);
  conn.peerTakes(Infinity);
  assert(await outbox.flush());
  assertEquals(conn.bytesWritten, taken);
  // They were written together.
  assertEquals(conn.writes, 2);
  outbox.drop();
});

Deno.test("Outbox takes messages of no bytes, and does not keep them", async () => {
  const conn = new FakeConn();
  const outbox = new Outbox(conn, { maxBytes: 0 });
  for (let i = 0; i < 10; i++) assert(outbox.send(new Uint8Array()));
  assert(!outbox.send(pattern(1)));
  assert(await outbox.flush());
  assertEquals(conn.writes, 0);
  outbox.drop();
});

Deno.test("Outbox copies, so that a buffer can be used again", async () => {
  const conn = new FakeConn({ writeSize: 1 });
  const outbox = new Outbox(conn);
  const buffer = line("a");
  for (const letter of "abc") {
    buffer[0] = letter.charCodeAt(0);
    outbox.send(buffer);
  }
  buffer.fill(0);
  await outbox.flush();
  assertEquals(textOf(conn), "a\nb\nc\n");
  outbox.drop();
});

Deno.test("Outbox flush() waits for what was sent before it, not after it", async () => {
  const conn = new FakeConn({ room: 0 });
  const outbox = new Outbox(conn);
  assert(await outbox.flush());
  outbox.send(pattern(3));
  const first = outbox.flush();
  outbox.send(pattern(100));
  const second = outbox.flush();
  conn.peerTakes(3);
  assert(await first);
  assertEquals(outbox.unsentBytes, 100);
  conn.peerTakes(100);
  assert(await second);
  outbox.drop();
});

Deno.test("Outbox tells of a broken pipe once, and rejects nowhere", async () => {
  const conn = new FakeConn({ breakAt: 4, writeSize: 3 });
  const outbox = new Outbox(conn);
  assert(outbox.send(pattern(10)));
  const flushed = [outbox.flush(), outbox.flush()];
  const error = await outbox.ended;
  assert(error instanceof Deno.errors.BrokenPipe);
  assertEquals(await Promise.all(flushed), [false, false]);
  assertEquals(await outbox.flush(), false);
  assert(!outbox.send(pattern(1)));
  assertEquals(outbox.unsentBytes, 0);
  // Somebody may still be reading.
  assert(!conn.closed);
  await outbox.close({ graceMs: LONG_MS });
  assert(conn.closed);
  assertStrictEquals(await outbox.ended, error);
});

Deno.test("Outbox lets nothing escape when nobody asks how it ended", async () => {
  const conn = new FakeConn({ then: "reset" });
  const outbox = new Outbox(conn);
  outbox.send(pattern(1));
  assert(!await outbox.flush());
  outbox.drop();
});

Deno.test("Outbox ends with an error when the target takes nothing", async () => {
  const outbox = new Outbox(new FakeConn({ writeSize: 0 }));
  outbox.send(pattern(1));
  assert(await outbox.ended instanceof Deno.errors.WriteZero);
  outbox.drop();
});

Deno.test("Outbox tells of a peer that closed without reading", async () => {
  using pair = await tcpPair();
  const outbox = new Outbox(pair.server);
  outbox.send(pattern(1000));
  await pair.client.read(new Uint8Array(1));
  pair.client.close();
  // The kernel learns of it with the first or the second write.
  while (outbox.send(pattern(1))) await outbox.flush();
  const error = await outbox.ended;
  assert(
    error instanceof Deno.errors.BrokenPipe ||
      error instanceof Deno.errors.ConnectionReset,
    String(error),
  );
  outbox.drop();
});

Deno.test("Outbox drop() ends a write that waits, and the owner's read", async () => {
  using pair = await tcpPair();
  const outbox = new Outbox(pair.server, { maxBytes: 64 << 20 });
  const reading = assertRejects(
    () => pair.server.read(new Uint8Array(1)),
    Deno.errors.Interrupted,
  );
  // More than the system's buffers hold, and nobody reads.
  assert(outbox.send(new Uint8Array(64 << 20)));
  const flushed = outbox.flush();
  await pair.client.read(new Uint8Array(1));
  outbox.drop();
  assert(!outbox.send(pattern(1)));
  assertEquals(outbox.unsentBytes, 0);
  assertEquals(await flushed, false);
  assertEquals(await outbox.ended, undefined);
  await reading;
});

Deno.test("Outbox has ended only when no write is under way", async () => {
  const conn = new FakeConn({ room: 0 });
  const outbox = new Outbox(conn);
  outbox.send(pattern(1));
  await conn.until(() => conn.pendingWrites === 1);
  outbox.drop();
  await outbox.ended;
  assertEquals(conn.pendingWrites, 0);
});

Deno.test("Outbox can be dropped and closed as often as one likes", async () => {
  const conn = new FakeConn();
  const outbox = new Outbox(conn);
  outbox.drop();
  outbox.drop();
  assertEquals(await outbox.ended, undefined);
  await outbox.close();
  await Promise.all([outbox.close(), outbox.close()]);
  outbox.drop();
  assert(conn.closed);
});

Deno.test("Outbox close() sends what is in the queue, and hangs up", async () => {
  using pair = await tcpPair();
  const outbox = new Outbox(pair.server);
  // A question that nobody reads would make close() alone reset.
  await writeAll(pair.client, pattern(1000));
  const data = pattern(1_000_000);
  assert(outbox.send(data));
  const closed = outbox.close({ graceMs: LONG_MS });
  assert(!outbox.send(pattern(1)));
  const received = await readToEnd(pair.client);
  assertEquals(received.length, data.length);
  pair.client.close();
  await closed;
  assertEquals(await outbox.ended, undefined);
  await assertRejects(() => pair.server.closeWrite(), Deno.errors.BadResource);
});

Deno.test("Outbox close() ends its side only when the queue is empty", async () => {
  const conn = new FakeConn({ room: 0, then: "silence" });
  const outbox = new Outbox(conn);
  outbox.send(pattern(5));
  const closed = outbox.close({ graceMs: LONG_MS });
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
  Deno.test(`Outbox close() is done in time when the peer ${room ? "does not end its side" : "does not read"}`, async () => {
    const conn = new FakeConn({ room, then: "silence" });
    const outbox = new Outbox(conn);
    outbox.send(pattern(5));
    await outbox.close({ graceMs: 20 });
    assert(conn.closed);
    assertEquals(await outbox.ended, undefined);
  });
}

for (const graceMs of [-1, NaN, Infinity]) {
  Deno.test(`Outbox close() closes, and rejects with RangeError for graceMs ${graceMs}`, async () => {
    const conn = new FakeConn();
    await assertRejects(
      () => new Outbox(conn).close({ graceMs }),
      RangeError,
      `Cannot close the outbox: graceMs ${graceMs} is not in 0 to 2147483647`,
    );
    assert(conn.closed);
  });
}

for (const maxBytes of [-1, NaN]) {
  Deno.test(`Outbox throws RangeError for maxBytes ${maxBytes}`, () => {
    assertThrows(
      () => new Outbox(new FakeConn(), { maxBytes }),
      RangeError,
      `Cannot make an outbox: maxBytes ${maxBytes} is not a number >= 0`,
    );
  });
}

Deno.test("Outboxes let one silent member hold up nobody", async () => {
  const members = await Promise.all(Array.from({ length: 20 }, async () => {
    const pair = await tcpPair();
    return { pair, outbox: new Outbox(pair.server) };
  }));
  const [silent, ...others] = members;
  const filler = "x".repeat(10_000);
  let lines = 0;
  const heard = others.map(({ pair }) => readLines(pair.client));
  // It takes the system's buffers and 1 MiB to be too slow.
  while (silent.outbox.send(line(`${lines} ${filler}`))) {
    for (const { outbox } of others) {
      assert(outbox.send(line(`${lines} ${filler}`)));
    }
    for (const member of heard) {
      assertEquals((await member.next()).value, `${lines} ${filler}`);
    }
    lines++;
  }
  assert(lines > 100);
  silent.outbox.drop();
  for (const { pair, outbox } of members) {
    outbox.drop();
    await outbox.ended;
    pair[Symbol.dispose]();
  }
});
