import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  encodeFrame,
  readFrameBatches,
  readFrames,
  type ReadFramesOptions,
  writeFrame,
} from "../../lib/net/frames.ts";
import { writeAll } from "../../lib/net/write.ts";
import {
  FakeConn,
  type FakeConnOptions,
} from "../../lib/workbook/kit/fake_conn.ts";
import { pattern, tcpPair } from "./net_fixture.ts";

/** The frames of a scripted connection, and the error at their end, if any. */
async function read(script: FakeConnOptions, options?: ReadFramesOptions) {
  const conn = new FakeConn(script);
  const frames: Uint8Array[] = [];
  try {
    for await (const frame of readFrames(conn, options)) frames.push(frame);
  } catch (error) {
    return { frames, error: error as Error, conn };
  }
  return { frames, error: undefined, conn };
}

function concat(...parts: Uint8Array[]): Uint8Array {
  return new Uint8Array(parts.flatMap((part) => [...part]));
}

/** Empty ones, short ones, and some that are longer than one read. */
const PAYLOADS = [0, 1, 5, 0, 0, 300, 65531, 65536, 65537, 3, 200_000, 7]
  .map(pattern);
const STREAM = concat(...PAYLOADS.map(encodeFrame));

Deno.test("encodeFrame() puts the length before the payload, big-endian", () => {
  assertEquals(encodeFrame(pattern(0)), new Uint8Array(4));
  assertEquals(
    encodeFrame(pattern(0x010203)).subarray(0, 4),
    new Uint8Array([0, 1, 2, 3]),
  );
});

Deno.test("encodeFrame() copies part of a larger buffer", () => {
  const data = pattern(10);
  const frame = encodeFrame(data.subarray(3, 5));
  data.fill(0);
  assertEquals(
    frame,
    concat(new Uint8Array([0, 0, 0, 2]), pattern(5).subarray(3)),
  );
});

Deno.test("encodeFrame() throws RangeError if the length doesn't fit", () => {
  const huge = { length: 2 ** 32 } as Uint8Array;
  const error = assertThrows(() => encodeFrame(huge), RangeError);
  assertEquals(
    error.message,
    "Cannot encode a frame of 4294967296 bytes: the limit is 4294967295",
  );
});

for (const size of [5, 4096, Infinity]) {
  Deno.test(`readFrames() returns each frame for reads of ${size} bytes`, async () => {
    const { frames, error } = await read({ incoming: STREAM, readSize: size });
    assertEquals(error, undefined);
    assertSame(frames, PAYLOADS);
  });

  Deno.test(`readFrames() and writeFrame() talk over TCP by ${size} bytes`, async () => {
    using pair = await tcpPair();
    const received = Array.fromAsync(readFrames({
      read: (buffer) => pair.server.read(buffer.subarray(0, size)),
    }));
    const target = {
      write: (data: Uint8Array) => pair.client.write(data.subarray(0, size)),
    };
    for (const payload of PAYLOADS) await writeFrame(target, payload);
    await pair.client.closeWrite();
    assertSame(await received, PAYLOADS);
  });
}

Deno.test("readFrames() yields each frame wherever the reads split it", async () => {
  const payloads = [3, 0, 5, 1].map(pattern);
  const incoming = concat(...payloads.map(encodeFrame));
  for (let at = 1; at < incoming.length; at++) {
    assertEquals(
      (await read({ incoming, readSize: [at, Infinity] })).frames,
      payloads,
    );
  }
  assertEquals((await read({ incoming, readSize: 1 })).frames, payloads);
});

Deno.test("readFrames() reads a length of four different bytes in parts", async () => {
  // The second length is 00 01 02 03. It parts with a read, or with the end of
  // the 64 KiB that one read can bring.
  for (const first of [3, 65536 - 4 - 1, 65536 - 4 - 2, 65536 - 4 - 3]) {
    const payloads = [first, 0x010203, 1].map(pattern);
    const incoming = concat(...payloads.map(encodeFrame));
    for (let had = 0; had <= 4; had++) {
      const readSize = [4 + first + had, Infinity];
      const { frames, error } = await read({ incoming, readSize });
      assertEquals(error, undefined);
      assertSame(frames, payloads);
    }
  }
});

Deno.test("readFrames() yields many frames from one read", async () => {
  const incoming = concat(...Array(1000).fill(encodeFrame(pattern(8))));
  const { frames, conn } = await read({ incoming });
  assertEquals(frames.length, 1000);
  assertEquals(conn.reads, 2);
});

Deno.test("readFrames() yields a frame as soon as it's complete", async () => {
  using pair = await tcpPair();
  const frames = readFrames(pair.server);
  await writeAll(pair.client, concat(encodeFrame(pattern(3)), pattern(2)));
  assertEquals((await frames.next()).value, pattern(3));
  await frames.return(undefined);
  // Leaving early leaves the connection open.
  await writeFrame(pair.server, pattern(1));
});

for (const readSize of [1, 5, 4096]) {
  Deno.test(`readFrames() returns each frame its own buffer, by ${readSize}`, async () => {
    const incoming = concat(...Array(9).fill(encodeFrame(pattern(3))));
    const { frames } = await read({ incoming, readSize });
    for (const [i, frame] of frames.entries()) {
      assertEquals(frame, pattern(3));
      frame.fill(i);
    }
    for (const [i, frame] of frames.entries()) {
      assertEquals(frame, new Uint8Array(3).fill(i));
      // Whoever keeps one does not keep more than what came in all.
      assert(frame.buffer.byteLength <= incoming.length);
    }
  });
}

for (const readSize of [1, 5, 4096]) {
  Deno.test(`readFrames() rejects an end in each place of a frame, by ${readSize}`, async () => {
    const whole = concat(encodeFrame(pattern(2)), encodeFrame(pattern(5)));
    for (let at = 7; at < whole.length; at++) {
      const incoming = whole.subarray(0, at);
      const { frames, error } = await read({ incoming, readSize });
      assertEquals(frames, [pattern(2)]);
      assert(error instanceof Deno.errors.UnexpectedEof);
      const had = at - 6;
      assertEquals(
        error.message,
        "Cannot read frame 2: the peer closed after " +
          (had < 4
            ? `${had} of 4 bytes of its length`
            : `${had - 4} of 5 bytes`),
      );
    }
  });
}

Deno.test("readFrames() ends without a frame if none arrived", async () => {
  assertEquals((await read({})).frames, []);
});

Deno.test("readFrames() rejects 0xFFFFFFFF before it allocates memory", async () => {
  const incoming = concat(encodeFrame(pattern(1)), new Uint8Array(4).fill(255));
  // Nothing follows: it must not wait for it either.
  const { frames, error, conn } = await read({
    incoming,
    then: "silence",
    readSize: 1,
  });
  assertEquals(frames, [pattern(1)]);
  assert(error instanceof RangeError);
  assertEquals(
    error.message,
    "Cannot read frame 2: it claims 4294967295 bytes, the limit is 1048576",
  );
  assertEquals(conn.pendingReads, 0);
});

Deno.test("readFrames() accepts exactly maxBytes, but not one more", async () => {
  const good = await read({ incoming: encodeFrame(pattern(9)) }, {
    maxBytes: 9,
  });
  assertEquals(good.frames, [pattern(9)]);
  const bad = await read({ incoming: encodeFrame(pattern(9)) }, {
    maxBytes: 8,
  });
  assert(bad.error instanceof RangeError);
  const empty = await read({ incoming: new Uint8Array(8) }, { maxBytes: 0 });
  assertEquals(empty.frames, [pattern(0), pattern(0)]);
});

Deno.test("readFrames() accepts 1 MiB by default", async () => {
  const size = 1024 * 1024;
  const { frames } = await read({
    incoming: encodeFrame(new Uint8Array(size)),
  });
  assertEquals(frames[0].length, size);
  const { error } = await read({
    incoming: encodeFrame(new Uint8Array(size + 1)),
  });
  assert(error instanceof RangeError);
});

Deno.test("readFrames() reports a reset after the frames before it", async () => {
  const incoming = concat(encodeFrame(pattern(2)), new Uint8Array(2));
  const { frames, error } = await read({ incoming, then: "reset" });
  assertEquals(frames, [pattern(2)]);
  assert(error instanceof Deno.errors.ConnectionReset);
});

Deno.test("readFrames() rejects a source that returns 0 bytes forever", async () => {
  const incoming = encodeFrame(pattern(3));
  // In the length, and in the payload.
  for (const first of [2, 5]) {
    const { error } = await read({ incoming, readSize: [first, 0] });
    assertEquals(
      error?.message,
      "Cannot read: 100 reads in a row returned 0 bytes",
    );
  }
});

Deno.test("readFrameBatches() yields the frames of each read together", async () => {
  const payloads = [2, 0, 3, 70_000, 1].map(pattern);
  const incoming = concat(...payloads.map(encodeFrame));
  const conn = new FakeConn({ incoming, readSize: [7, 4, 6, Infinity] });
  const sizes = [];
  for await (const batch of readFrameBatches(conn)) {
    sizes.push(batch.map(({ length }) => length));
  }
  assertEquals(sizes, [[2], [0], [3], [70_000], [1]]);
  const one = new FakeConn({ incoming: incoming.subarray(0, 17) });
  const { value } = await readFrameBatches(one).next();
  assertEquals(value, payloads.slice(0, 3));
});

Deno.test("readFrameBatches() doesn't read again before you ask for the next batch", async () => {
  const incoming = concat(...Array(3).fill(encodeFrame(pattern(1))));
  const conn = new FakeConn({ incoming, readSize: 5 });
  const batches = readFrameBatches(conn);
  assertEquals(conn.reads, 0);
  for (let reads = 1; reads <= 3; reads++) {
    await batches.next();
    await new Promise((resolve) => setTimeout(resolve));
    assertEquals(conn.reads, reads);
  }
});

Deno.test("readFrameBatches() yields the frames before one that is too long, and then rejects", async () => {
  const incoming = concat(...[1, 2, 9, 1].map(pattern).map(encodeFrame));
  const batches = readFrameBatches(new FakeConn({ incoming }), { maxBytes: 2 });
  assertEquals((await batches.next()).value, [1, 2].map(pattern));
  const error = await assertRejects(() => batches.next(), RangeError);
  assert(error.message.startsWith("Cannot read frame 3:"), error.message);
});

for (const maxBytes of [-1, NaN]) {
  Deno.test(`readFrames() rejects with RangeError for maxBytes ${maxBytes}`, async () => {
    const { error, conn } = await read({ incoming: STREAM }, { maxBytes });
    assert(error instanceof RangeError);
    assertEquals(conn.reads, 0);
  });
}

/** As assertEquals, but quick for long frames. */
function assertSame(actual: Uint8Array[], expected: Uint8Array[]): void {
  assertEquals(
    actual.map(({ length }) => length),
    expected.map(({ length }) => length),
  );
  actual.forEach((frame, index) => {
    const at = frame.findIndex((byte, i) => byte !== expected[index][i]);
    assertEquals(at, -1, `frame ${index} differs at byte ${at}`);
  });
}
