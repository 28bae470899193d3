import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertThrows,
} from "@std/assert";
import {
  checksum,
  decodeCooked,
  decodeEthernet,
  decodeIpv4,
  decodeIpv6,
  decodeLoopback,
  decodePacket,
  decodeTcp,
  decodeTcpFlags,
  decodeUdp,
  encodeCooked,
  encodeEthernet,
  encodeIpv4,
  encodeIpv6,
  encodeLoopback,
  encodePacket,
  encodeTcp,
  encodeTcpFlags,
  encodeUdp,
  fold,
  formatIpv6,
  formatMac,
  LINK_TYPES,
  parseIp,
  parseMac,
  pseudoHeaderSum,
  sumWords,
  type TcpOption,
  WireError,
} from "../../lib/wire/mod.ts";
import {
  forAll,
  randomExtensions,
  randomIpv4Address,
  randomIpv6Address,
  randomMac,
  randomPacket,
  randomTcp,
  randomUdp,
} from "./wire_fixture.ts";

const LOOPBACK = { source: "127.0.0.1", destination: "127.0.0.1" } as const;

Deno.test("decodeTcp() undoes encodeTcp()", () => {
  forAll(5000, (random) => {
    const header = randomTcp(random);
    const payload = random.bytes(random.below(20));
    const bytes = encodeTcp(header, { payload });
    assertEquals(decodeTcp(bytes), header);
    assertEquals(bytes.subarray(header.headerBytes), payload);
  });
});

Deno.test("decodeUdp() undoes encodeUdp()", () => {
  forAll(2000, (random) => {
    const header = randomUdp(random);
    assertEquals(decodeUdp(encodeUdp(header)), header);
  });
});

Deno.test("decodeIpv4() undoes encodeIpv4()", () => {
  forAll(2000, (random) => {
    const options = random.bytes(4 * random.below(11));
    const header = {
      version: 4,
      headerBytes: 20 + options.length,
      dscp: random.bits(6),
      ecn: random.bits(2),
      totalBytes: 60 + random.below(65476),
      identification: random.bits(16),
      reservedBit: random.bool(),
      dontFragment: random.bool(),
      moreFragments: random.bool(),
      fragmentOffset: 8 * random.bits(13),
      timeToLive: random.bits(8),
      protocol: random.bits(8),
      checksum: random.bits(16),
      source: randomIpv4Address(random),
      destination: randomIpv4Address(random),
      options,
    } as const;
    assertEquals(decodeIpv4(encodeIpv4(header, random.bytes(9))), header);
  });
});

Deno.test("decodeIpv6() undoes encodeIpv6(), extension headers included", () => {
  forAll(2000, (random) => {
    const fragment = random.bool()
      ? { offset: 8 * random.below(100), more: random.bool() }
      : null;
    const extensions = randomExtensions(random, fragment);
    const protocol = random.pick([6, 17, 58, 59]);
    const next = [...extensions.map(({ number }) => number), protocol];
    extensions.forEach(({ bytes }, i) => bytes[0] = next[i + 1]);
    const size = extensions.reduce((sum, { bytes }) => sum + bytes.length, 0);
    const identification = extensions.find(({ number }) =>
      number === 44
    )?.bytes.subarray(4) ?? null;
    const header = {
      version: 6,
      headerBytes: 40 + size,
      dscp: random.bits(6),
      ecn: random.bits(2),
      flowLabel: random.bits(20),
      payloadBytes: size + 5,
      nextHeader: next[0],
      hopLimit: random.bits(8),
      source: formatIpv6(parseIp(randomIpv6Address(random))),
      destination: formatIpv6(parseIp(randomIpv6Address(random))),
      extensions,
      protocol,
      moreFragments: fragment?.more ?? false,
      fragmentOffset: fragment?.offset ?? 0,
      identification: identification &&
        new DataView(identification.slice().buffer).getUint32(0),
    } as const;
    assertEquals(decodeIpv6(encodeIpv6(header, random.bytes(5))), header);
  });
});

Deno.test("link headers are the same after encoding and decoding", () => {
  forAll(2000, (random) => {
    const tags = Array.from({ length: random.below(4) }, () => ({
      type: random.pick([0x8100, 0x88a8, 0x9100]),
      priority: random.bits(3),
      dropEligible: random.bool(),
      id: random.bits(12),
    }));
    const ethernet = {
      kind: "ethernet",
      headerBytes: 14 + 4 * tags.length,
      source: randomMac(random),
      destination: randomMac(random),
      tags,
      etherType: random.below(0x8000),
    } as const;
    assertEquals(decodeEthernet(encodeEthernet(ethernet)), ethernet);

    const addressLength = random.below(12);
    const cooked = {
      kind: "cooked",
      version: random.pick([1, 2] as const),
      packetType: random.below(5),
      hardware: random.bits(16),
      addressLength,
      source: addressLength === 0
        ? ""
        : randomMac(random, Math.min(8, addressLength)),
      etherType: random.bits(16),
    } as const;
    const cookedHeader = {
      ...cooked,
      headerBytes: cooked.version === 1 ? 16 : 20,
      interfaceIndex: cooked.version === 1 ? null : random.bits(32),
    };
    assertEquals(
      decodeCooked(cooked.version, encodeCooked(cookedHeader)),
      cookedHeader,
    );

    const family = random.pick([2, 10, 24, 28, 30, 7]);
    const loopback = {
      kind: "loopback",
      headerBytes: 4,
      family,
      littleEndian: random.bool(),
      etherType: family === 2 ? 0x0800 : family === 7 ? null : 0x86dd,
    } as const;
    assertEquals(decodeLoopback(encodeLoopback(loopback)), loopback);
  });
});

Deno.test("encodePacket() encodes each decoded packet to the same bytes", () => {
  for (const linkType of Object.values(LINK_TYPES)) {
    forAll(300, (random) => {
      const { bytes, originalLength } = randomPacket(random, linkType);
      if (bytes.length !== originalLength) return;
      const packet = decodePacket(bytes, linkType);
      assertEquals(packet.problem, null);
      const again = encodePacket(packet);
      // Behind the packet there may be padding.
      assertEquals(again, bytes.subarray(0, again.length));
      assert(bytes.subarray(again.length).every((byte) => byte === 0));
    });
  }
});

Deno.test("formatIpv6() returns the shortest form, and parseIp() parses all forms", () => {
  const forms = {
    "::": ["0:0:0:0:0:0:0:0", "::0", "0::"],
    "::1": ["0:0:0:0:0:0:0:1", "0::1"],
    "1::": ["1:0:0:0:0:0:0:0"],
    "2001:db8::1:0:0:1": ["2001:db8:0:0:1:0:0:1", "2001:DB8:0:0:1::1"],
    "2001:db8:0:1:1:1:1:1": ["2001:db8::1:1:1:1:1"],
    "::ffff:127.0.0.1": ["::ffff:7f00:1", "0:0:0:0:0:ffff:127.0.0.1"],
  };
  for (const [shortest, others] of Object.entries(forms)) {
    for (const form of [shortest, ...others]) {
      assertEquals(formatIpv6(parseIp(form)), shortest);
    }
  }
});

Deno.test("parseIp() and parseMac() reject invalid addresses", () => {
  const wrong = [
    ...[
      "",
      "1.2.3",
      "1.2.3.256",
      "1.2.3.4.5",
      "1.2.3.-4",
      "1.2.3.a",
      " 1.2.3.4",
    ],
    ...["1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", ":::", "12345::"],
    ...["1:2:3:4:5:6:7::8", "::1.2.3", "1.2.3.4::", "[::1]", "::g"],
  ];
  for (const text of wrong) {
    assertThrows(() => parseIp(text), TypeError, `Cannot parse "${text}"`);
  }
  for (const text of ["1", "01:", "01:2", "01-02", "gg:00"]) {
    assertThrows(() => parseMac(text), TypeError, `Cannot parse "${text}"`);
  }
  assertEquals(formatMac(parseMac(""), 0, 0), "");
});

Deno.test("encodeTcpFlags() undoes decodeTcpFlags() for all 256 bytes", () => {
  for (let byte = 0; byte < 256; byte++) {
    assertEquals(encodeTcpFlags(decodeTcpFlags(byte)), byte);
  }
});

Deno.test("a checksum added to the bytes it protects is all ones", () => {
  forAll(1000, (random) => {
    const bytes = random.bytes(2 * random.below(40));
    const sum = checksum(bytes);
    const whole = new Uint8Array([...bytes, sum >>> 8, sum & 0xff]);
    assertEquals(checksum(whole), 0);
  });
});

Deno.test("a checksum detects any change of one bit", () => {
  forAll(1000, (random) => {
    const bytes = random.bytes(1 + random.below(40));
    const before = checksum(bytes);
    bytes[random.below(bytes.length)] ^= 1 << random.below(8);
    assert(checksum(bytes) !== before);
  });
});

Deno.test("sumWords() adds up any range of any length", () => {
  forAll(500, (random) => {
    // A view that does not begin where its buffer does.
    const bytes = random.bytes(300).subarray(random.below(9));
    const start = random.below(100);
    const end = start + random.below(190);
    let sum = 0;
    for (let at = start; at < end; at++) {
      sum += (at - start) % 2 === 0 ? bytes[at] * 256 : bytes[at];
    }
    assertEquals(sumWords(bytes, start, end), sum);
  });
});

Deno.test("checksum() of 65535 bytes of ones doesn't overflow", () => {
  assertEquals(checksum(new Uint8Array(65535).fill(0xff)), 0x00ff);
  assertEquals(fold(0xffff * 0x1_0000_0000), 0xffff);
});

Deno.test("a TCP checksum is good, bad, offloaded, or unknown", () => {
  const ip = { version: 4, ...LOOPBACK } as const;
  const payload = new TextEncoder().encode("odd");
  const address = parseIp("127.0.0.1");
  const verdict = (field?: number, cut = 0) => {
    const bytes = encodePacket({
      ip,
      tcp: { sourcePort: 1, destinationPort: 2, checksum: field },
      payload,
    });
    const kept = bytes.subarray(0, bytes.length - cut);
    return decodePacket(kept, LINK_TYPES.RAW, { originalLength: bytes.length })
      .checksum;
  };
  const pseudo = fold(pseudoHeaderSum(address, address, 6, 23));
  assertEquals(verdict(), "good");
  assertEquals(verdict(1), "bad");
  assertEquals(verdict(pseudo), "offloaded");
  // Turned over, it is not what Linux leaves there.
  assertEquals(verdict(0xffff - pseudo), "bad");
  assertEquals(verdict(undefined, 1), "unknown");
  assertEquals(verdict(1, 1), "unknown");
});

Deno.test("a UDP checksum of 0 means no checksum over IPv4, and is bad over IPv6", () => {
  const udp = { sourcePort: 1, destinationPort: 2, checksum: 0 };
  const over4 = encodePacket({ ip: { version: 4, ...LOOPBACK }, udp });
  assertEquals(decodePacket(over4, LINK_TYPES.RAW).checksum, "none");
  const ip = { version: 6, source: "::1", destination: "::1" } as const;
  const over6 = encodePacket({ ip, udp });
  assertEquals(decodePacket(over6, LINK_TYPES.RAW).checksum, "bad");
});

Deno.test("encodeUdp() never sends a checksum of 0, which would mean none", () => {
  // The two bytes of payload are what makes the sum come out as all ones.
  const fields = { sourcePort: 0, destinationPort: 0 };
  const bytes = encodeUdp(fields, {
    payload: new Uint8Array(2),
    addresses: LOOPBACK,
  });
  const sum = decodeUdp(bytes).checksum;
  const payload = new Uint8Array([sum >>> 8, sum & 0xff]);
  const again = encodeUdp(fields, { payload, addresses: LOOPBACK });
  assertEquals(decodeUdp(again).checksum, 0xffff);
  const packet = encodePacket({
    ip: { version: 4, ...LOOPBACK },
    udp: fields,
    payload,
  });
  assertEquals(decodePacket(packet, LINK_TYPES.RAW).checksum, "good");
});

Deno.test("a checksum after a routing header is unknown", () => {
  const bytes = new Uint8Array(24);
  bytes.set([0, 2, 0, 1]); // type 0, one more stop to go
  const packet = decodePacket(
    encodePacket({
      ip: {
        version: 6,
        source: "::1",
        destination: "::2",
        extensions: [{ number: 43, bytes }],
      },
      tcp: { sourcePort: 1, destinationPort: 2 },
    }),
    LINK_TYPES.RAW,
  );
  assertEquals(packet.tcp?.destinationPort, 2);
  assertEquals(packet.checksum, "unknown");
});

Deno.test("decodePacket() doesn't count padding after the datagram as payload", () => {
  const bytes = new Uint8Array(60);
  bytes.set(encodePacket({
    link: { kind: "ethernet" },
    ip: { version: 4, ...LOOPBACK },
    udp: { sourcePort: 1, destinationPort: 2 },
  }));
  const packet = decodePacket(bytes, LINK_TYPES.ETHERNET);
  assertEquals(packet.payload, new Uint8Array(0));
  assertEquals(packet.checksum, "good");
});

Deno.test("decodePacket() finds ports only in the first fragment", () => {
  const ip = { version: 4, ...LOOPBACK, protocol: 17 } as const;
  const udp = { sourcePort: 1, destinationPort: 2, length: 3000 };
  const payload = new Uint8Array(16);
  const first = encodePacket({
    ip: { ...ip, moreFragments: true },
    udp,
    payload,
  });
  const second = encodePacket({ ip: { ...ip, fragmentOffset: 24 }, payload });
  const decoded = [first, second].map((b) => decodePacket(b, LINK_TYPES.RAW));
  assertEquals(decoded.map(({ udp }) => udp?.length), [3000, undefined]);
  assertEquals(decoded.map(({ checksum }) => checksum), ["unknown", "unknown"]);
  assertEquals(decoded.map(({ payloadBytes }) => payloadBytes), [16, 16]);
  assertEquals(decoded.map(({ problem }) => problem), [null, null]);
});

Deno.test('decodePacket() reads a total length of 0 as "all bytes"', () => {
  const bytes = encodePacket({
    ip: { version: 4, ...LOOPBACK, totalBytes: 0 },
    tcp: { sourcePort: 1, destinationPort: 2 },
    payload: new Uint8Array(100),
  });
  assertEquals(decodePacket(bytes, LINK_TYPES.RAW).payloadBytes, 100);
});

Deno.test("decodePacket() keeps the valid layers and reports the problem", () => {
  const good = encodePacket({
    link: { kind: "ethernet" },
    ip: { version: 4, ...LOOPBACK },
    tcp: { sourcePort: 1, destinationPort: 2 },
  });
  const cases: [
    what: string,
    damage: (bytes: Uint8Array) => Uint8Array | void,
    offset: number,
    message: string,
    kept: string,
  ][] = [
    [
      "an Ethernet header",
      (b) => b.subarray(0, 13),
      0,
      "14 bytes, found 13",
      "",
    ],
    [
      "an IPv4 header",
      (b) => b.subarray(0, 20),
      14,
      "20 bytes, found 6",
      "link",
    ],
    [
      "an IPv4 header",
      (b) => void (b[14] = 0x55),
      14,
      "version 4, found 5",
      "link",
    ],
    [
      "an IPv4 header",
      (b) => void (b[14] = 0x44),
      14,
      "5 to 15 words, found 4",
      "link ip",
    ],
    [
      "an IPv4 header",
      (b) => void (b[17] = 19),
      16,
      "20 bytes or more, found 19",
      "link ip",
    ],
    [
      "an IP packet",
      (b) => void (b[17] = 41),
      14,
      "41 bytes, found 40",
      "link ip tcp",
    ],
    [
      "a TCP header",
      (b) => b.subarray(0, 40),
      34,
      "20 bytes, found 6",
      "link ip",
    ],
    [
      "a TCP header",
      (b) => void (b[46] = 0x40),
      46,
      "5 to 15 words, found 4",
      "link ip tcp",
    ],
    [
      "the TCP options",
      (b) => void (b[46] = 0x60),
      54,
      "4 bytes, found 0",
      "link ip tcp",
    ],
  ];
  for (const [what, damage, offset, message, kept] of cases) {
    const bytes = good.slice();
    const damaged = damage(bytes) ?? bytes;
    const packet = decodePacket(
      damaged,
      LINK_TYPES.ETHERNET,
      { originalLength: good.length },
    );
    const { problem } = packet;
    assertInstanceOf(problem, WireError);
    assertEquals([problem.what, problem.offset], [what, offset], message);
    assert(problem.message.includes(message), problem.message);
    const layers = ["link", "ip", "tcp"] as const;
    const found = layers.filter((layer) => packet[layer] !== null);
    assertEquals(found.join(" "), kept, message);
  }
});

Deno.test("decodePacket() names the supported link types for an unknown one", () => {
  const { problem } = decodePacket(new Uint8Array(60), 147);
  assertEquals(
    problem?.message,
    "Cannot decode a packet at byte 0: expected link type 0, 1, 12, 14, 101, 108, 113, 228, 229, 276, found 147",
  );
});

Deno.test("decodeTcp() keeps unknown options, and known options with the wrong length", () => {
  const options: TcpOption[] = [
    { kind: "unknown", number: 254, data: new Uint8Array([1, 2, 3]) },
    { kind: "unknown", number: 2, data: new Uint8Array(1) },
    { kind: "unknown", number: 5, data: new Uint8Array(0) },
    { kind: "nop" },
    { kind: "nop" },
  ];
  const bytes = encodeTcp({ sourcePort: 1, destinationPort: 2, options });
  assertEquals(decodeTcp(bytes).options, options);
});

Deno.test("decodeTcp() rejects options whose end can't be found", () => {
  for (
    const option of [[2, 0, 0, 0], [2, 1, 0, 0], [2, 5, 0, 0], [1, 1, 1, 2]]
  ) {
    const bytes = encodeTcp({
      sourcePort: 1,
      destinationPort: 2,
      headerBytes: 24,
    });
    bytes.set(option, 20);
    const error = assertThrows(() => decodeTcp(bytes), WireError);
    assertEquals(error.offset, option[0] === 1 ? 23 : 20);
  }
});

Deno.test("the encoders reject values that don't fit in a field", () => {
  const ports = { sourcePort: 1, destinationPort: 2 };
  const ip = { version: 4, protocol: 6, ...LOOPBACK } as const;
  const none = new Uint8Array(0);
  const wrong: [() => unknown, string][] = [
    [() => encodeTcp({ ...ports, sourcePort: 65536 }), "a port: 65536"],
    [() => encodeTcp({ ...ports, sequence: 2 ** 32 }), "a sequence number"],
    [() => encodeTcp({ ...ports, sequence: -1 }), "a sequence number: -1"],
    [() => encodeTcp({ ...ports, window: 1.5 }), "a window: 1.5"],
    [() => encodeTcp({ ...ports, headerBytes: 21 }), "header of 21 bytes"],
    [() => encodeTcp({ ...ports, headerBytes: 64 }), "a data offset: 16"],
    [() => encodeUdp(ports, { payload: new Uint8Array(65528) }), "UDP length"],
    [() => encodeIpv4({ ...ip, fragmentOffset: 7 }, none), "fragment offset"],
    [() => encodeIpv4(ip, new Uint8Array(65516)), "total length: 65536"],
    [() => encodeIpv4({ ...ip, options: new Uint8Array(44) }, none), "header"],
  ];
  for (const [encode, message] of wrong) {
    assertThrows(encode, RangeError, message);
  }
  const tooLong = Array.from({ length: 5 }, () => ({
    kind: "timestamps",
    value: 1,
    echo: 2,
  } as const));
  assertThrows(
    () => encodeTcp({ ...ports, options: tooLong }),
    RangeError,
    "50",
  );
});
