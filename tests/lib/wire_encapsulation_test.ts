/** The ways through what can lie in front of IP, and into tunnels. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  decodePacket,
  encodeIpv4,
  encodeIpv6,
  encodeLink,
  encodePacket,
  LINK_TYPES,
  type Packet,
} from "../../lib/wire/mod.ts";
import { concat } from "../../lib/wire/mod.ts";
import { forAll } from "./wire_fixture.ts";

const IPV4 = {
  version: 4,
  source: "10.0.0.1",
  destination: "10.0.0.2",
} as const;
const IPV6 = { version: 6, source: "::1", destination: "::2" } as const;
const TCP = { sourcePort: 5000, destinationPort: 7, sequence: 99 };
/** The packets to be found, as hexadecimal digits. */
const INNER = {
  4: encodePacket({ ip: IPV4, tcp: TCP }),
  6: encodePacket({ ip: IPV6, tcp: TCP }),
};

function hex(digits: string): Uint8Array {
  return Uint8Array.fromHex(digits.replaceAll(" ", ""));
}

function assertFound(packet: Packet, version: 4 | 6, what: string): void {
  const { ip, tcp, checksum, problem } = packet;
  assertEquals([ip?.version, ip?.source], [
    version,
    version === 4 ? IPV4.source : IPV6.source,
  ], what);
  assertEquals([tcp?.destinationPort, tcp?.sequence], [7, 99], what);
  assertEquals([checksum, problem], ["good", null], what);
}

const MACS = "00".repeat(12);

/** A link type, and what stands in front of IPv4 or IPv6 there. */
const WAYS: Record<string, [linkType: number, version: 4 | 6, digits: string]> =
  {
    "802.3 with LLC and SNAP": [1, 4, `${MACS} 0040 aaaa03 000000 0800`],
    "802.3 with LLC, IP by its address": [1, 4, `${MACS} 0040 060603`],
    "one label of MPLS": [1, 4, `${MACS} 8847 00010140`],
    "two labels of MPLS": [1, 6, `${MACS} 8848 00010040 00020140`],
    "PPP over Ethernet": [1, 4, `${MACS} 8864 1100 0001 002a 0021`],
    "PPP over Ethernet, in two VLANs": [
      1,
      6,
      `${MACS} 88a8 0064 8100 0007 8864 1100 0001 003e 0057`,
    ],
    "a VLAN in a cooked capture": [
      113,
      4,
      "0000 0001 0006 0000000000000000 8100 0007 0800",
    ],
    "PPP": [9, 4, "0021"],
    "PPP with address and control": [9, 6, "ff03 0057"],
    "PPP with a short protocol": [50, 4, "21"],
    "PPP with MPLS": [9, 4, "ff03 0281 00010140"],
    "Cisco HDLC": [104, 4, "0f00 0800"],
    "frame relay": [107, 4, "1841 03 cc"],
    "frame relay as Cisco has it": [107, 6, "1841 86dd"],
    "FDDI": [10, 4, `50 ${MACS} aaaa03 000000 0800`],
    "ARCNET": [129, 4, "01 02 0000 d4 00 0000"],
    "IPNET": [226, 6, "01 1a 0000 00000000 0000000000000000 0000000000000000"],
    "NFLOG": [239, 4, "02 00 0000 0800 0100 08000000 3000 0900"],
    "IP over InfiniBand": [242, 4, `${"00".repeat(40)} 0800 0000`],
    "a loopback header with a type of Ethernet": [0, 4, "0f00 0800"],
  };

for (const [what, [linkType, version, digits]] of Object.entries(WAYS)) {
  Deno.test(`decodePacket() finds IPv${version} behind ${what}`, () => {
    const head = hex(digits);
    const packet = decodePacket(concat([head, INNER[version]]), linkType);
    assertFound(packet, version, what);
    assertEquals(packet.ipStart, head.length);
    // Cut anywhere, it ends in a packet all the same.
    for (let size = 0; size < head.length; size++) {
      const cut = decodePacket(head.subarray(0, size), linkType);
      assertEquals(cut.ip, null, `${size} bytes`);
    }
  });
}

Deno.test("encodeLink() says which headers are decoded only", () => {
  const { link } = decodePacket(hex("0021 45"), 9);
  assert(link?.kind === "other");
  assertThrows(
    () => encodeLink(link),
    TypeError,
    "Cannot encode a header of PPP",
  );
});

/** What stands between the outer IPv4 header and the inner packet. */
const TUNNELS: Record<
  string,
  [protocol: number, version: 4 | 6, digits: string]
> = {
  "IPv4 in IPv4": [4, 4, ""],
  "IPv6 in IPv4": [41, 6, ""],
  "GRE": [47, 4, "0000 0800"],
  "GRE with a checksum, a key and a sequence number": [
    47,
    6,
    "b000 86dd 00000000 00000001 00000002",
  ],
  "Ethernet in GRE": [47, 4, `0000 6558 ${MACS} 0800`],
  "a copy of Ethernet in GRE": [
    47,
    4,
    `1000 88be 00000001 0000000000000000 ${MACS} 0800`,
  ],
  "PPP in GRE": [47, 4, "3081 880b 00000001 00000002 00000003 ff03 0021"],
};

for (const [what, [protocol, version, digits]] of Object.entries(TUNNELS)) {
  Deno.test(`decodePacket() finds the packet in a tunnel: ${what}`, () => {
    const outer = { ...IPV4, source: "192.0.2.1", protocol };
    const head = hex(digits);
    const bytes = encodeIpv4(outer, concat([head, INNER[version]]));
    const packet = decodePacket(bytes, LINK_TYPES.RAW);
    assertFound(packet, version, what);
    assertEquals(packet.outer.map(({ source }) => source), ["192.0.2.1"]);
    // Where the inner header was cut off, the outer one is the packet's.
    const cut = decodePacket(bytes.subarray(0, 20 + head.length + 10), 101);
    assertEquals([cut.ip?.source, cut.ip?.protocol, cut.outer], [
      "192.0.2.1",
      protocol,
      [],
    ]);
  });
}

Deno.test("decodePacket() follows nested tunnels, but doesn't look into a later fragment", () => {
  const once = encodeIpv6({ ...IPV6, protocol: 4 }, INNER[4]);
  const twice = encodeIpv4({ ...IPV4, protocol: 41 }, once);
  const packet = decodePacket(twice, LINK_TYPES.RAW);
  assertFound(packet, 4, "twice");
  assertEquals(packet.outer.map(({ version }) => version), [4, 6]);
  const later = encodeIpv4(
    { ...IPV4, protocol: 4, fragmentOffset: 8 },
    INNER[4],
  );
  assertEquals(decodePacket(later, LINK_TYPES.RAW).outer, []);
});

Deno.test("decodePacket() finishes in time on nested quotes and nested tunnels", () => {
  let tookMs = 0;
  for (
    const [protocol, header] of [[1, "0b00 0000 00000000"], [4, ""]] as const
  ) {
    let bytes: Uint8Array = new Uint8Array(0);
    const message = hex(header);
    while (bytes.length < 65_000) {
      bytes = encodeIpv4({ ...IPV4, protocol }, concat([message, bytes]));
    }
    const start = performance.now();
    const { quoted, outer } = decodePacket(bytes, LINK_TYPES.RAW);
    tookMs += performance.now() - start;
    if (protocol === 1) assertEquals(quoted?.quoted, null);
    else assert(outer.length > 3000, `${outer.length}`);
  }
  assert(tookMs < 5000, `${tookMs} ms`);
});

Deno.test("decodePacket() finishes on any bytes of any link type, and stays within them", () => {
  const types = [0, 1, 9, 10, 50, 104, 107, 113, 129, 226, 239, 242, 276];
  forAll(20_000, (random) => {
    const linkType = random.pick(types);
    const [, , digits] = random.pick(Object.values(WAYS));
    const bytes = concat([hex(digits), INNER[4], random.bytes(20)]);
    for (let i = random.below(5); i > 0; i--) {
      bytes[random.below(bytes.length)] = random.below(256);
    }
    const cut = bytes.subarray(0, random.below(bytes.length + 1));
    const packet = decodePacket(cut, linkType);
    assertEquals(packet.payload.buffer, bytes.buffer);
    assert(packet.payload.length <= packet.payloadBytes);
    assert(packet.payloadBytes <= cut.length);
    assert(packet.ipStart <= cut.length);
  });
});
