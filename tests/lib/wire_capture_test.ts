import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  type CapturedPacket,
  CaptureParser,
  encodePcap,
  encodePcapHeader,
  encodePcapPacket,
  parseCapture,
  readCapture,
  type Timestamp,
  WireError,
} from "../../lib/wire/mod.ts";
import { CAPTURE_NAMES, forAll, readFixture } from "./wire_fixture.ts";

/** Builds pcapng files block by block, in either byte order. */
function blocks(littleEndian: boolean) {
  const word = (value: number) => {
    const view = new DataView(new ArrayBuffer(4));
    view.setUint32(0, value, littleEndian);
    return [...new Uint8Array(view.buffer)];
  };
  const half = (value: number) => word(value * 0x1_0001).slice(0, 2);
  const block = (type: number, body: number[]) => {
    const padded = [...body, ...Array(-body.length & 3).fill(0)];
    const size = word(12 + padded.length);
    return [...word(type), ...size, ...padded, ...size];
  };
  const option = (code: number, value: number[]) => [
    ...[...half(code), ...half(value.length), ...value],
    ...Array(-value.length & 3).fill(0),
  ];
  return {
    word,
    option,
    other: block,
    section: () =>
      block(0x0a0d0d0a, [
        ...[...word(0x1a2b3c4d), ...half(1), ...half(0)],
        ...word(0xffffffff),
        ...word(0xffffffff),
      ]),
    interface: (linkType: number, options: number[] = [], snapLength = 0) =>
      block(1, [...half(linkType), 0, 0, ...word(snapLength), ...options]),
    enhanced: (
      id: number,
      [high, low]: [number, number],
      bytes: number[],
      length = bytes.length,
    ) =>
      block(6, [
        ...[...word(id), ...word(high), ...word(low)],
        ...[...word(bytes.length), ...word(length), ...bytes],
        ...Array(-bytes.length & 3).fill(0),
        ...option(1, [0x68, 0x69]), // a comment
        ...option(0, []),
      ]),
    old: (id: number, [high, low]: [number, number], bytes: number[]) =>
      block(2, [
        ...[...half(id), ...half(3), ...word(high), ...word(low)],
        ...[...word(bytes.length), ...word(bytes.length), ...bytes],
      ]),
    simple: (length: number, bytes: number[]) =>
      block(3, [...word(length), ...bytes]),
  };
}

function times(file: number[]): (Timestamp | null)[] {
  return parseCapture(new Uint8Array(file)).map(({ time }) => time);
}

async function collect(
  stream: ReadableStream<Uint8Array>,
): Promise<CapturedPacket[]> {
  return await Array.fromAsync(readCapture(stream));
}

Deno.test("parseCapture() undoes encodePcap(), in both byte orders and both units", () => {
  forAll(300, (random) => {
    const nanoseconds = random.bool();
    const linkType = random.bits(16);
    const packets = Array.from({ length: random.below(5) }, (_, i) => {
      const bytes = random.bytes(random.below(100));
      const unit = nanoseconds ? 1 : 1000;
      return {
        number: i + 1,
        time: {
          seconds: random.bits(32),
          nanoseconds: random.below(1e9 / unit) * unit,
        },
        linkType,
        originalLength: bytes.length + random.below(1000),
        bytes,
      };
    });
    const options = { linkType, nanoseconds, littleEndian: random.bool() };
    assertEquals(parseCapture(encodePcap(packets, options)), packets);
  });
});

Deno.test("readCapture() yields the same packets however the stream is split", async () => {
  for (const name of CAPTURE_NAMES) {
    const file = readFixture(name);
    const expected = parseCapture(file);
    assert(expected.length > 0);
    for (const size of [1, 7, 100, file.length]) {
      const chunks: Uint8Array[] = [];
      for (let at = 0; at < file.length; at += size) {
        // An empty chunk is no end.
        chunks.push(file.slice(at, at + size), new Uint8Array(0));
      }
      assertEquals(await collect(ReadableStream.from(chunks)), expected, name);
    }
  }
});

Deno.test("readCapture() yields a packet as soon as its last byte has arrived", async () => {
  const header = encodePcapHeader();
  const packet = encodePcapPacket({ bytes: new Uint8Array([1, 2, 3]) });
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const packets = readCapture(readable);
  const first = packets.next();
  await writer.write(header);
  await writer.write(packet.subarray(0, 18));
  await writer.write(packet.subarray(18));
  assertEquals((await first).value?.bytes, new Uint8Array([1, 2, 3]));
  const rest = packets.next();
  await writer.close();
  assertEquals((await rest).done, true);
});

Deno.test("readCapture() cancels the stream when you leave the loop", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const file = encodePcap([{ bytes: new Uint8Array(1) }]);
  const endless = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(file),
    cancel: () => resolve(),
  });
  for await (const packet of readCapture(endless)) {
    assertEquals(packet.number, 1);
    break;
  }
  await promise;
});

Deno.test("readCapture() yields the packets before a truncation, and then rejects with WireError", async () => {
  for (const name of CAPTURE_NAMES) {
    const file = readFixture(name);
    const all = parseCapture(file).length;
    for (let size = 0; size < file.length; size++) {
      const parser = new CaptureParser();
      const packets = [...parser.push(file.subarray(0, size))];
      // Behind the last packet there may be statistics.
      assert(packets.length <= all);
      // In between two records nobody can tell that more was to come.
      try {
        parser.end();
      } catch (error) {
        assert(error instanceof WireError);
        assert(error.offset <= size);
        assert(error.message.includes("found only"), error.message);
      }
    }
  }
  const cut = readFixture("echo.pcap").subarray(0, 800);
  let packets = 0;
  const error = await assertRejects(async () => {
    for await (const _ of readCapture(ReadableStream.from([cut]))) packets++;
  }, WireError);
  assertEquals(packets, 9);
  assertEquals(
    error.message,
    "Cannot decode a pcap packet at byte 790: expected all of it, found only 10 bytes",
  );
});

Deno.test("parseCapture() rejects anything that isn't a capture", () => {
  const cases: [Uint8Array, string][] = [
    [new Uint8Array(0), "a capture at byte 0: expected all of it"],
    [new Uint8Array(3), "a capture at byte 0: expected all of it"],
    [new TextEncoder().encode("GET / HTTP/1.1"), "found 47455420"],
    [encodePcapHeader().subarray(0, 23), "all of it, found only 23"],
  ];
  for (const [bytes, message] of cases) {
    assertThrows(() => parseCapture(bytes), WireError, message);
  }
});

Deno.test("parseCapture() rejects an implausible size before it collects that much", () => {
  const packet = encodePcapPacket({ bytes: new Uint8Array(0) });
  new DataView(packet.buffer).setUint32(8, 0xffffffff, true);
  assertThrows(
    () => parseCapture(new Uint8Array([...encodePcapHeader(), ...packet])),
    WireError,
    "at byte 32: expected at most 262144 bytes, found 4294967295",
  );
  for (const littleEndian of [true, false]) {
    const { section, word } = blocks(littleEndian);
    for (const size of [0, 8, 13, 0x7ffffffc, 0xfffffffc]) {
      const file = [...section(), ...word(6), ...word(size), 0, 0, 0, 0];
      assertThrows(
        () => parseCapture(new Uint8Array(file)),
        WireError,
        `at byte 32: expected a multiple of 4 from 12 to 16777216, found ${size}`,
      );
    }
  }
});

Deno.test("parseCapture() reads pcapng in both byte orders, even in one file", () => {
  const file = [true, false].flatMap((littleEndian) => {
    const { section, interface: iface, enhanced, other } = blocks(littleEndian);
    return [
      ...[
        ...section(),
        ...iface(1),
        ...other(0x0bad, [1, 2, 3]),
        ...iface(101),
      ],
      ...enhanced(1, [0x00055555, 7], [1, 2, 3], 1000),
      ...other(5, [0, 0, 0, 0]), // statistics
      ...enhanced(0, [0x00055555, 8], [4]),
    ];
  });
  const packets = parseCapture(new Uint8Array(file));
  assertEquals(packets.map(({ number }) => number), [1, 2, 3, 4]);
  assertEquals(packets.map(({ linkType }) => linkType), [101, 1, 101, 1]);
  assertEquals(packets.map(({ bytes }) => [...bytes]), [
    [1, 2, 3],
    [4],
    [1, 2, 3],
    [4],
  ]);
  assertEquals(packets.map(({ originalLength }) => originalLength), [
    1000,
    1,
    1000,
    1,
  ]);
});

Deno.test("parseCapture() reads pcapng times in each resolution", () => {
  const { section, interface: iface, enhanced, option } = blocks(true);
  const stamp = (units: bigint): [number, number] => [
    Number(units >> 32n),
    Number(units & 0xffffffffn),
  ];
  const time = (resolution: number[], units: bigint, offset: number[] = []) =>
    times([
      ...section(),
      ...iface(1, [
        ...(resolution.length ? option(9, resolution) : []),
        ...(offset.length ? option(14, offset) : []),
        ...option(0, []),
      ]),
      ...enhanced(0, stamp(units), [1]),
    ])[0];
  assertEquals(time([], 1_700_000_000_123_456n), {
    seconds: 1_700_000_000,
    nanoseconds: 123_456_000,
  });
  assertEquals(time([6], 1_700_000_000_123_456n), {
    seconds: 1_700_000_000,
    nanoseconds: 123_456_000,
  });
  assertEquals(time([9], 1_700_000_000_123_456_789n), {
    seconds: 1_700_000_000,
    nanoseconds: 123_456_789,
  });
  assertEquals(time([0], 1_700_000_000n), {
    seconds: 1_700_000_000,
    nanoseconds: 0,
  });
  // Two to the power of -10: 512 of 1024 units are half a second.
  assertEquals(time([0x8a], 1_700_000_000n * 1024n + 512n), {
    seconds: 1_700_000_000,
    nanoseconds: 500_000_000,
  });
  // More digits than there are nanoseconds.
  assertEquals(time([12], 1_700_000_123_456_789_999n), {
    seconds: 1_700_000,
    nanoseconds: 123_456_789,
  });
  assertEquals(time([6], 5_000_000n, [10, 0, 0, 0, 0, 0, 0, 0])?.seconds, 15);
  assertEquals(
    time([6], 15_000_000n, [0xf6, ...Array(7).fill(0xff)])?.seconds,
    5,
  );
  assertEquals(time([], 2n ** 64n - 1n), {
    seconds: 18446744073709,
    nanoseconds: 551_615_000,
  });
});

Deno.test("parseCapture() reads simple and old packet blocks", () => {
  for (const littleEndian of [true, false]) {
    const { section, interface: iface, simple, old } = blocks(littleEndian);
    const packets = parseCapture(
      new Uint8Array([
        ...[...section(), ...iface(1, [], 4)],
        ...simple(100, [1, 2, 3, 4]),
        ...simple(2, [1, 2]),
        ...old(0, [0, 2_000_001], [9]),
      ]),
    );
    assertEquals(packets.map(({ bytes }) => bytes.length), [4, 2, 1]);
    assertEquals(packets.map(({ originalLength }) => originalLength), [
      100,
      2,
      1,
    ]);
    assertEquals(packets.map(({ time }) => time), [null, null, {
      seconds: 2,
      nanoseconds: 1000,
    }]);
  }
});

Deno.test("parseCapture() rejects pcapng blocks that contradict themselves", () => {
  const { section, interface: iface, enhanced, simple, other, word } = blocks(
    true,
  );
  const start = [...section(), ...iface(1)];
  const lie = enhanced(0, [0, 0], [1, 2, 3]);
  lie.splice(20, 4, ...word(1000)); // more bytes than the block has
  const twice = enhanced(0, [0, 0], [1]);
  twice.splice(-4, 4, ...word(16)); // another length at the end
  const cases: [number[], string][] = [
    [[...start, ...lie], "at byte 68: expected at most 16 bytes, found 1000"],
    [[...start, ...twice], "expected its length 48 again, found 16"],
    [
      [...start, ...enhanced(1, [0, 0], [1])],
      "one of 1 interfaces, found number 1",
    ],
    [[...section(), ...simple(1, [1])], "one of 0 interfaces, found number 0"],
    [[...start, ...other(6, [1, 2, 3, 4])], "20 bytes or more, found 4"],
    [[...section(), ...other(1, [1, 2, 3, 4])], "8 bytes or more, found 4"],
    [[...section().slice(0, 8), 1, 2, 3, 4], "the byte-order magic 1a2b3c4d"],
    [
      [...section(), ...Array(4097).fill(iface(1)).flat()],
      "at most 4096 interfaces",
    ],
  ];
  for (const [file, message] of cases) {
    assertThrows(() => parseCapture(new Uint8Array(file)), WireError, message);
  }
});

Deno.test("parseCapture() reads an interface whose options are broken", () => {
  const { section, interface: iface, enhanced } = blocks(true);
  for (const options of [[9, 0, 255, 255], [9, 0], [9, 0, 2, 0, 1, 1, 0, 0]]) {
    assertEquals(
      times([
        ...section(),
        ...iface(1, options),
        ...enhanced(0, [0, 1_000_000], [1]),
      ]),
      [{ seconds: 1, nanoseconds: 0 }],
    );
  }
});

/** A capture of packets of 1000 bytes, made up as it is read. */
function longCapture(totalBytes: number) {
  const record = encodePcapPacket({ bytes: new Uint8Array(1000) });
  const made = { bytes: 0 };
  let phase = 0;
  const stream = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(encodePcapHeader()),
    pull(controller) {
      const chunk = new Uint8Array(64 * 1024);
      for (let at = 0; at < chunk.length;) {
        const piece = record.subarray(phase, phase + chunk.length - at);
        chunk.set(piece, at);
        at += piece.length;
        phase = (phase + piece.length) % record.length;
      }
      controller.enqueue(chunk);
      made.bytes += chunk.length;
      if (made.bytes >= totalBytes && phase === 0) controller.close();
    },
  });
  return { stream, made, recordBytes: record.length };
}

Deno.test("readCapture() reads 100 MiB without running ahead of its caller", async () => {
  const total = 100 * 1024 * 1024;
  const { stream, made, recordBytes } = longCapture(total);
  let used = 0;
  let mostAhead = 0;
  for await (const packet of readCapture(stream)) {
    used += 16 + packet.bytes.length;
    mostAhead = Math.max(mostAhead, made.bytes - used);
  }
  assertEquals(used, made.bytes);
  assertEquals(used % recordBytes, 0);
  assert(used >= total);
  // The chunk in use, the next one in the stream's queue, and what overlaps.
  assert(mostAhead <= 4 * 64 * 1024, `it was ${mostAhead} bytes ahead`);
});

Deno.test("CaptureParser keeps one record at most, however long the capture is", async () => {
  const { stream, recordBytes } = longCapture(16 * 1024 * 1024);
  const parser = new CaptureParser();
  let most = 0;
  for await (const chunk of stream) {
    // Using the packets is what moves it on.
    for (const packet of parser.push(chunk)) {
      assertEquals(packet.bytes.length, 1000);
    }
    most = Math.max(most, parser.bufferedBytes);
  }
  parser.end();
  assert(most > 0 && most <= recordBytes, `${most} bytes were held`);
});

Deno.test("CaptureParser allocates little for a record that only claims to be large", () => {
  const { section, word } = blocks(true);
  const parser = new CaptureParser();
  const claim = [...word(0x0bad), ...word(16 * 1024 * 1024)];
  for (const byte of [...section(), ...claim, ...Array(1000).fill(0)]) {
    assertEquals([...parser.push(new Uint8Array([byte]))], []);
  }
  assert(parser.bufferedBytes < 4096);
});

Deno.test("parseCapture() reads the modified pcap format of 1999, which has 8 more bytes per packet", () => {
  // The magic number 34cdb2a1, then a usual header with link type 101.
  const header = "34cdb2a1 0200 0400 00000000 00000000 ffff0000 65000000";
  const record = "01000000 02000000 01000000 3c000000" + // as in any pcap
    "07000000 0800 04 00" + "45"; // interface 7, IPv4, outgoing, the packet
  const digits = (header + record + record).replaceAll(" ", "");
  const packets = parseCapture(Uint8Array.fromHex(digits));
  const expected = {
    time: { seconds: 1, nanoseconds: 2000 },
    linkType: 101,
    originalLength: 60,
    bytes: new Uint8Array([0x45]),
  };
  assertEquals(packets, [
    { number: 1, ...expected },
    { number: 2, ...expected },
  ]);
});
