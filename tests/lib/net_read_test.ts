import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  type Reader,
  readExact,
  readSome,
  readToEnd,
} from "../../lib/net/read.ts";
import { writeAll } from "../../lib/net/write.ts";
import { pattern, tcpPair } from "./net_fixture.ts";

/** Gives at most `most` bytes of `source` with each read, and counts the reads. */
function slowly(source: Reader, most: number) {
  return {
    reads: 0,
    read(buffer: Uint8Array) {
      this.reads++;
      return source.read(buffer.subarray(0, most));
    },
  };
}

/** Gives 0 bytes `count` times, and then what `source` gives. */
function emptyAtFirst(source: Reader, count: number): Reader {
  let left = count;
  return {
    read: (buffer) => left-- > 0 ? Promise.resolve(0) : source.read(buffer),
  };
}

/** Gives nothing, for ever, without an end. */
const NOTHING: Reader = { read: () => Promise.resolve(0) };

Deno.test("readExact() combines the bytes of several writes", async () => {
  using pair = await tcpPair();
  const reading = readExact(pair.server, 5);
  await pair.client.write(new Uint8Array([1, 2]));
  await pair.client.write(new Uint8Array([3, 4, 5]));
  assertEquals(await reading, new Uint8Array([1, 2, 3, 4, 5]));
});

Deno.test("readExact() leaves the following bytes for the next read", async () => {
  using pair = await tcpPair();
  await pair.client.write(new Uint8Array([1, 2, 3, 4, 5]));
  assertEquals(await readExact(pair.server, 2), new Uint8Array([1, 2]));
  assertEquals(await readExact(pair.server, 3), new Uint8Array([3, 4, 5]));
});

for (const most of [1, 5, 4096]) {
  Deno.test(`readExact() and readToEnd() hold for reads of ${most} bytes`, async () => {
    using pair = await tcpPair();
    const data = pattern(9000);
    await writeAll(pair.client, data);
    await pair.client.closeWrite();
    const source = slowly(pair.server, most);
    assertEquals(await readExact(source, 1000), data.subarray(0, 1000));
    assertEquals(await readToEnd(source), data.subarray(1000));
    assert(source.reads > 9000 / most);
  });
}

Deno.test("readExact() returns a new buffer from each call", async () => {
  using pair = await tcpPair();
  await pair.client.write(new Uint8Array([1, 2]));
  const first = await readExact(pair.server, 1);
  const second = await readExact(pair.server, 1);
  assert(first.buffer !== second.buffer);
  assertEquals(first, new Uint8Array([1]));
});

Deno.test("readExact() of 0 bytes doesn't read", async () => {
  using pair = await tcpPair();
  // Nothing has been sent, so a read would wait for ever.
  assertEquals(await readExact(pair.server, 0), new Uint8Array(0));
  // Nor does it mind the end of the stream, or that the connection is closed.
  pair.server.close();
  assertEquals(await readExact(pair.server, 0), new Uint8Array(0));
});

Deno.test("readExact() returns the last bytes before the end", async () => {
  using pair = await tcpPair();
  await pair.client.write(new Uint8Array([1, 2]));
  await pair.client.closeWrite();
  assertEquals(await readExact(pair.server, 2), new Uint8Array([1, 2]));
});

Deno.test("readExact() rejects with UnexpectedEof when the peer closes early", async () => {
  using pair = await tcpPair();
  await pair.client.write(new Uint8Array([1, 2]));
  pair.client.close();
  const error = await assertRejects(
    () => readExact(pair.server, 4),
    Deno.errors.UnexpectedEof,
  );
  assertEquals(error.message, "Cannot read 4 bytes: the peer closed after 2");
});

Deno.test("readExact() rejects with UnexpectedEof when the peer closes without a byte", async () => {
  using pair = await tcpPair();
  pair.client.close();
  const error = await assertRejects(
    () => readExact(pair.server, 1),
    Deno.errors.UnexpectedEof,
  );
  assertEquals(error.message, "Cannot read 1 byte: the peer closed after 0");
});

for (const size of [-1, 0.5, NaN, Infinity]) {
  Deno.test(`readExact() rejects with RangeError for a size of ${size}`, async () => {
    const error = await assertRejects(
      () => readExact(NOTHING, size),
      RangeError,
    );
    assertEquals(
      error.message,
      `Cannot read ${size} bytes: the size must be an integer >= 0`,
    );
  });
}

Deno.test("readExact() rejects with Interrupted when its own side closes", async () => {
  using pair = await tcpPair();
  const reading = assertRejects(
    () => readExact(pair.server, 4),
    Deno.errors.Interrupted,
  );
  pair.server.close();
  await reading;
});

Deno.test("readExact() reads 8 MiB", async () => {
  using pair = await tcpPair();
  const data = pattern(8 * 1024 * 1024);
  const [received] = await Promise.all([
    readExact(pair.server, data.length),
    writeAll(pair.client, data),
  ]);
  assertSameBytes(received, data);
});

Deno.test("readExact() tolerates some empty reads", async () => {
  using pair = await tcpPair();
  await pair.client.write(new Uint8Array([1, 2]));
  const source = emptyAtFirst(pair.server, 99);
  assertEquals(await readExact(source, 2), new Uint8Array([1, 2]));
});

Deno.test("readExact() rejects a source that returns 0 bytes forever", async () => {
  const error = await assertRejects(() => readExact(NOTHING, 4), Error);
  assertEquals(
    error.message,
    "Cannot read: 100 reads in a row returned 0 bytes",
  );
});

Deno.test("readToEnd() returns no bytes if none arrived", async () => {
  using pair = await tcpPair();
  await pair.client.closeWrite();
  assertEquals(await readToEnd(pair.server), new Uint8Array(0));
});

Deno.test("readToEnd() returns everything before the end, at every size near a chunk", async () => {
  for (const size of [1, 65535, 65536, 65537, 131072, 200_000]) {
    using pair = await tcpPair();
    const data = pattern(size);
    const [received] = await Promise.all([
      readToEnd(pair.server),
      writeAll(pair.client, data).then(() => pair.client.closeWrite()),
    ]);
    assertSameBytes(received, data);
  }
});

Deno.test("readToEnd() reads 8 MiB", async () => {
  using pair = await tcpPair();
  const data = pattern(8 * 1024 * 1024);
  const [received] = await Promise.all([
    readToEnd(pair.server),
    writeAll(pair.client, data).then(() => pair.client.closeWrite()),
  ]);
  assertSameBytes(received, data);
});

Deno.test("readToEnd() accepts exactly maxBytes", async () => {
  using pair = await tcpPair();
  await pair.client.write(pattern(1000));
  await pair.client.closeWrite();
  assertEquals(
    await readToEnd(pair.server, { maxBytes: 1000 }),
    pattern(1000),
  );
});

Deno.test("readToEnd() rejects with RangeError as soon as more than maxBytes arrive", async () => {
  using pair = await tcpPair();
  // The peer does not end its side: the limit alone stops the reading.
  await pair.client.write(pattern(1000));
  const error = await assertRejects(
    () => readToEnd(pair.server, { maxBytes: 999 }),
    RangeError,
  );
  assertEquals(
    error.message,
    "Cannot read to the end: the peer sent more than 999 bytes",
  );
});

Deno.test("readToEnd() with maxBytes 0 accepts only the end", async () => {
  using empty = await tcpPair();
  await empty.client.closeWrite();
  assertEquals(
    await readToEnd(empty.server, { maxBytes: 0 }),
    new Uint8Array(),
  );

  using full = await tcpPair();
  await full.client.write(new Uint8Array(1));
  await assertRejects(
    () => readToEnd(full.server, { maxBytes: 0 }),
    RangeError,
    "more than 0 bytes",
  );
});

for (const maxBytes of [-1, NaN]) {
  Deno.test(`readToEnd() rejects with RangeError for maxBytes ${maxBytes}`, async () => {
    await assertRejects(
      () => readToEnd(NOTHING, { maxBytes }),
      RangeError,
      `maxBytes ${maxBytes} is not a number >= 0`,
    );
  });
}

Deno.test("readToEnd() rejects a source that returns 0 bytes forever", async () => {
  await assertRejects(
    () => readToEnd(NOTHING),
    Error,
    "Cannot read: 100 reads in a row returned 0 bytes",
  );
});

/** As assertEquals, but quick for megabytes. */
function assertSameBytes(actual: Uint8Array, expected: Uint8Array): void {
  assertEquals(actual.length, expected.length);
  const at = actual.findIndex((byte, index) => byte !== expected[index]);
  assertEquals(at, -1, `the first different byte is at ${at}`);
}

Deno.test("readSome() returns the result of one read, and null at the end", async () => {
  using pair = await tcpPair();
  await pair.client.write(pattern(3));
  await pair.client.closeWrite();
  const buffer = new Uint8Array(2);
  assertEquals(await readSome(pair.server, buffer), 2);
  assertEquals(buffer, pattern(2));
  assertEquals(await readSome(pair.server, buffer), 1);
  assertEquals(await readSome(pair.server, buffer), null);
});

Deno.test("readSome() tolerates some empty reads, but not forever", async () => {
  using pair = await tcpPair();
  await pair.client.write(pattern(3));
  const buffer = new Uint8Array(3);
  assertEquals(await readSome(emptyAtFirst(pair.server, 99), buffer), 3);
  await assertRejects(
    () => readSome(NOTHING, buffer),
    Error,
    "Cannot read: 100 reads in a row returned 0 bytes",
  );
});
