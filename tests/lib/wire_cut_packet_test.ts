/** What is decoded of a packet that is cut, damaged, or unusual below TCP. */
import { assert, assertEquals } from "@std/assert";
import {
  decodePacket,
  encodeIpv6,
  encodePacket,
  type Ipv6Extension,
  isIcmpError,
  LINK_TYPES,
  type Packet,
  parseIp,
} from "../../lib/wire/mod.ts";
import { icmpMeaning } from "../../lib/wire/mod.ts";

/** Decodes hexadecimal digits, with or without spaces. */
function decode(
  digits: string,
  linkType: number = LINK_TYPES.RAW,
  originalLength?: number,
): Packet {
  const bytes = Uint8Array.fromHex(digits.replaceAll(/\s/g, ""));
  return decodePacket(bytes, linkType, { originalLength });
}

const LOOPBACK = { version: 4, source: "127.0.0.1", destination: "127.0.0.1" };
const IPV4 = LOOPBACK as typeof LOOPBACK & { version: 4 };
const IPV6 = { version: 6, source: "::1", destination: "::1" } as const;
const PORTS = { sourcePort: 5000, destinationPort: 7 };

/** The IPv4 and the TCP header of a SYN, the latter with 20 bytes of options. */
const SYN = `4500003c 00010000 40060000 7f000001 7f000001
  13880007 00000001 00000000 a002ffff 00000000`;

Deno.test("decodePacket() decodes the fixed TCP header if the snapshot length truncates the options", () => {
  const digits = `${SYN} 0204ffd7 0402080a 0000`;
  const packet = decode(digits, LINK_TYPES.RAW, 60);
  const { tcp, ip, ports, payloadBytes, problem } = packet;
  assertEquals([ip?.source, ip?.destination], ["127.0.0.1", "127.0.0.1"]);
  assertEquals(ports, { source: 5000, destination: 7 });
  assertEquals([tcp?.sourcePort, tcp?.destinationPort], [5000, 7]);
  assertEquals([tcp?.sequence, tcp?.acknowledgment], [1, 0]);
  assertEquals([tcp?.flags.syn, tcp?.flags.ack], [true, false]);
  assertEquals([tcp?.window, tcp?.headerBytes], [65535, 40]);
  assertEquals(payloadBytes, 0);
  // The options before the cut are there, too.
  assertEquals(tcp?.options, [
    { kind: "mss", size: 65495 },
    { kind: "sackPermitted" },
  ]);
  assertEquals(
    problem?.message,
    "Cannot decode the TCP options at byte 40: expected 20 bytes, found 10",
  );
});

Deno.test("decodePacket() decodes the fixed TCP header before a bad option, and with any total length", () => {
  const cases: [what: string, digits: string, problem: string][] = [
    [
      "an option of length 0",
      `${SYN} 0200ffd7 0402080a 00000000 00000000 00000000`,
      "Cannot decode a TCP option at byte 40: expected a length from 2 to 20, found 0",
    ],
    [
      "an option longer than the header",
      `${SYN} 0204ffd7 0430080a 00000000 00000000 00000000`,
      "Cannot decode a TCP option at byte 44: expected a length from 2 to 16, found 48",
    ],
    [
      "a total length past the end of the frame",
      `45000064${SYN.slice(8)} 0204ffd7 0402080a 00000000 00000000 01030307`,
      "Cannot decode an IP packet at byte 0: expected 100 bytes, found 60",
    ],
    [
      "a data offset that leaves no room for the header",
      `${SYN.replace("a002", "4002")} ${"01".repeat(20)}`,
      "Cannot decode a TCP header at byte 32: expected a data offset from 5 to 15 words, found 4",
    ],
  ];
  for (const [what, digits, message] of cases) {
    const { tcp, problem } = decode(digits);
    assertEquals(
      [tcp?.sourcePort, tcp?.destinationPort, tcp?.sequence, tcp?.window],
      [5000, 7, 1, 65535],
      what,
    );
    assertEquals(tcp?.flags.syn, true, what);
    assertEquals(problem?.message, message);
  }
});

Deno.test("decodePacket() returns the ports even if the capture has nothing after them", () => {
  for (const protocol of ["06", "11"]) {
    const { ports, tcp, udp, problem } = decode(
      `4500003c 00010000 40${protocol}0000 7f000001 7f000001 13880007`,
      LINK_TYPES.RAW,
      60,
    );
    assertEquals(ports, { source: 5000, destination: 7 });
    assertEquals([tcp, udp], [null, null]);
    assert(problem !== null);
  }
});

Deno.test("decodePacket() decodes a UDP header whatever its length says", () => {
  for (
    const [length, found] of [["0007", "length"], ["0064", "UDP datagram"]]
  ) {
    const { udp, problem } = decode(
      `45000020 00010000 40110000 7f000001 7f000001 13880007 ${length}0000 61626364`,
    );
    assertEquals([udp?.sourcePort, udp?.destinationPort], [5000, 7]);
    assert(problem?.message.includes(found), problem?.message);
  }
});

Deno.test("decodePacket() returns the IPv4 addresses before options that were cut", () => {
  const { ip, tcp, ipChecksum, problem } = decode(
    "46000028 00010000 40060000 7f000001 7f000002",
    LINK_TYPES.RAW,
    40,
  );
  assertEquals([ip?.source, ip?.destination], ["127.0.0.1", "127.0.0.2"]);
  assertEquals([tcp, ipChecksum], [null, "unknown"]);
  assertEquals(
    problem?.message,
    "Cannot decode an IPv4 header at byte 0: expected 24 bytes, found 20",
  );
});

/** `::1` to `::1`. */
const ADDRESSES = `${"00".repeat(15)}01 ${"00".repeat(15)}01`;

Deno.test("decodePacket() returns the IPv6 addresses before an extension header that was cut", () => {
  const { ip, tcp, problem } = decode(
    `60000000 0018 00 40 ${ADDRESSES} 06000104`,
    LINK_TYPES.RAW,
    64,
  );
  assertEquals([ip?.source, ip?.destination], ["::1", "::1"]);
  // The extension says what comes next in its first byte.
  assertEquals([ip?.protocol, tcp], [6, null]);
  assertEquals(
    problem?.message,
    "Cannot decode an IPv6 extension header at byte 40: expected 8 bytes, found 4",
  );
});

Deno.test("decodePacket() returns the IPv6 addresses before a header that it doesn't know", () => {
  const { ip, problem } = decode(
    `60000000 0008 fd 40 ${ADDRESSES} 0600010400000000`,
  );
  assertEquals([ip?.source, ip?.destination], ["::1", "::1"]);
  assertEquals([ip?.protocol, problem], [253, null]);
});

Deno.test("decodePacket() finds TCP after an authentication header", () => {
  const bytes = new Uint8Array(24);
  bytes[1] = 4;
  const packet = decodePacket(
    encodePacket({
      ip: { ...IPV6, extensions: [{ number: 51, bytes }] },
      tcp: PORTS,
    }),
    LINK_TYPES.RAW,
  );
  assertEquals([packet.tcp?.sourcePort, packet.checksum], [5000, "good"]);
});

Deno.test('decodePacket() reads an IPv6 payload length of 0 as "all bytes", because the card fills it in', () => {
  const bytes = encodePacket({
    ip: { ...IPV6, payloadBytes: 0 },
    tcp: PORTS,
    payload: new Uint8Array(70_000),
  });
  const { tcp, payloadBytes, problem } = decodePacket(bytes, LINK_TYPES.RAW);
  assertEquals([tcp?.destinationPort, payloadBytes, problem], [
    7,
    70_000,
    null,
  ]);
  // "Nothing follows" means it, whatever pads the frame.
  const empty = encodeIpv6({ ...IPV6, protocol: 59 }, new Uint8Array(6));
  empty[5] = 0;
  assertEquals(decodePacket(empty, LINK_TYPES.RAW).payloadBytes, 0);
});

Deno.test("decodePacket() reads the length of a jumbogram from its option", () => {
  const payload = new Uint8Array(70_000);
  const option = new Uint8Array(8);
  // Next header, length, then the option: type 0xc2, 4 bytes, the length.
  option.set([0, 0, 0xc2, 4]);
  new DataView(option.buffer).setUint32(4, 8 + 20 + payload.length);
  const bytes = encodePacket({
    ip: {
      ...IPV6,
      payloadBytes: 0,
      extensions: [{ number: 0, bytes: option }],
    },
    tcp: PORTS,
    payload,
  });
  const padded = new Uint8Array(bytes.length + 100);
  padded.set(bytes);
  const packet = decodePacket(padded, LINK_TYPES.RAW);
  assertEquals(packet.payloadBytes, 70_000);
  assertEquals([packet.checksum, packet.problem], ["good", null]);
});

Deno.test('decodePacket() reads a UDP length of 0 in a jumbogram as "all bytes"', () => {
  const bytes = encodePacket({
    ip: { ...IPV6, payloadBytes: 0 },
    udp: { ...PORTS, length: 0 },
    payload: new Uint8Array(66_000),
  });
  const { payloadBytes, problem } = decodePacket(bytes, LINK_TYPES.RAW);
  assertEquals([payloadBytes, problem], [66_000, null]);
});

/** Destination options with a home address, as Mobile IPv6 has it. */
function homeOption(address: Uint8Array): Ipv6Extension {
  const bytes = new Uint8Array(24);
  bytes.set([0, 2, 1, 2, 0, 0, 0xc9, address.length]);
  bytes.set(address, 8);
  return { number: 60, bytes };
}

Deno.test("a checksum covers the home address of a mobile sender, and is unknown if that's damaged", () => {
  const home = "2001:db8::1";
  const segment = encodePacket({
    ip: { ...IPV6, source: home },
    udp: PORTS,
    payload: new Uint8Array([1, 2, 3]),
  }).subarray(40);
  const verdict = (option: Ipv6Extension) =>
    decodePacket(
      encodeIpv6({ ...IPV6, protocol: 17, extensions: [option] }, segment),
      LINK_TYPES.RAW,
    ).checksum;
  assertEquals(verdict(homeOption(parseIp(home))), "good");
  assertEquals(verdict(homeOption(parseIp("2001:db8::2"))), "bad");
  const damaged = homeOption(parseIp(home));
  damaged.bytes[7] = 1; // an address of one byte
  assertEquals(verdict(damaged), "unknown");
});

Deno.test("a checksum on a source route that hasn't ended is unknown", () => {
  const verdict = (pointer: number) =>
    decodePacket(
      encodePacket({
        ip: {
          ...IPV4,
          options: new Uint8Array([1, 131, 7, pointer, 10, 0, 0, 1]),
        },
        tcp: PORTS,
      }),
      LINK_TYPES.RAW,
    ).checksum;
  assertEquals([verdict(4), verdict(8)], ["unknown", "good"]);
});

Deno.test("decodePacket() finds IP after QinQ tags, whatever their EtherType is", () => {
  const tag = { priority: 0, dropEligible: false };
  const tags = [0x9100, 0x88a8, 0x8100].map((type, i) => ({
    ...tag,
    type,
    id: 100 + i,
  }));
  const { link, tcp } = decodePacket(
    encodePacket({ link: { kind: "ethernet", tags }, ip: IPV4, tcp: PORTS }),
    LINK_TYPES.ETHERNET,
  );
  assertEquals(link?.kind === "ethernet" && link.tags, tags);
  assertEquals(tcp?.destinationPort, 7);
});

for (const linkType of [12, 14, 101]) {
  Deno.test(`decodePacket() takes link type ${linkType} for IP with nothing in front`, () => {
    for (const ip of [IPV4, IPV6]) {
      const packet = decodePacket(encodePacket({ ip, tcp: PORTS }), linkType);
      assertEquals([packet.link?.kind, packet.tcp?.destinationPort], [
        "raw",
        7,
      ]);
    }
  });
}

/** An ICMP message, its checksum left at 0. */
function icmpMessage(
  version: 4 | 6,
  type: number,
  code: number,
  body: Uint8Array,
): Packet {
  const payload = new Uint8Array(8 + body.length);
  payload.set([type, code]);
  payload.set(body, 8);
  const ip = version === 4
    ? { ...IPV4, protocol: 1 }
    : { ...IPV6, protocol: 58 };
  return decodePacket(encodePacket({ ip, payload }), LINK_TYPES.RAW);
}

Deno.test("decodePacket() decodes an ICMP error and the packet that it quotes", () => {
  for (const [version, type, code] of [[4, 3, 3], [6, 1, 4]] as const) {
    const ip = version === 4 ? IPV4 : IPV6;
    const inner = encodePacket({
      ip,
      udp: PORTS,
      payload: new Uint8Array(100),
    });
    const { icmp, quoted, payloadBytes } = icmpMessage(
      version,
      type,
      code,
      inner,
    );
    assertEquals(
      icmp && icmpMeaning(icmp),
      "destination unreachable: port unreachable",
    );
    assertEquals(quoted?.ports, { source: 5000, destination: 7 });
    assertEquals(quoted?.payloadBytes, 100);
    assertEquals(payloadBytes, inner.length);
  }
});

Deno.test("decodePacket() finds the ports in the 8 bytes of TCP that an ICMP error must quote", () => {
  const inner = encodePacket({ ip: IPV4, tcp: PORTS }).subarray(0, 28);
  const { quoted, problem } = icmpMessage(4, 11, 0, inner);
  assertEquals(quoted?.ip?.protocol, 6);
  assertEquals([quoted?.tcp, quoted?.ports?.destination], [null, 7]);
  // A quote is cut off by design: that's nothing wrong with the error.
  assertEquals(problem, null);
});

Deno.test("decodePacket() verifies the checksums of ICMP, with a pseudo-header only over IPv6", () => {
  // An echo request to ::1, and one to 127.0.0.1, as ping sends them.
  const six = decode(
    `60000000 000c 3a 40 ${ADDRESSES} 8000 baee 0001 0001 61626364`,
  );
  const four = decode(
    "45000020 00000000 40010000 7f000001 7f000001 0800 3337 0001 0001 61626364",
  );
  const sums = [six, four].map(({ checksum }) => checksum);
  const meanings = [six, four].map(({ icmp }) => icmp && icmpMeaning(icmp));
  assertEquals(meanings, Array(2).fill("echo request, id 1 seq 1"));
  assertEquals(sums, ["good", "good"]);
});

Deno.test("icmpMeaning() names types and codes, and the details of an error", () => {
  const cases: [version: 4 | 6, type: number, code: number, string][] = [
    [4, 0, 0, "echo reply, id 0 seq 1280"],
    [4, 3, 4, "destination unreachable: fragmentation needed, MTU 1280"],
    [4, 5, 1, "redirect: for the host through 0.0.5.0"],
    [4, 11, 0, "time exceeded: TTL exceeded in transit"],
    [4, 3, 99, "destination unreachable: code 99"],
    [4, 200, 1, "type 200 code 1"],
    [6, 2, 0, "packet too big, MTU 1280"],
    [6, 3, 0, "time exceeded: hop limit exceeded in transit"],
    [6, 129, 0, "echo reply, id 0 seq 1280"],
    [6, 135, 0, "neighbor solicitation"],
    [6, 200, 1, "type 200 code 1"],
  ];
  for (const [version, type, code, meaning] of cases) {
    const header = { version, type, code, checksum: 0, rest: 1280 };
    assertEquals(icmpMeaning(header), meaning);
  }
});

Deno.test("isIcmpError() recognizes messages that quote a packet", () => {
  const errors = (version: 4 | 6) =>
    Array.from({ length: 256 }, (_, type) => type)
      .filter((type) =>
        isIcmpError({ version, type, code: 0, checksum: 0, rest: 0 })
      );
  assertEquals(errors(4), [3, 4, 5, 11, 12]);
  assertEquals(errors(6), [1, 2, 3, 4]);
});
