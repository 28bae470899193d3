import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { PacketDetails } from "../../../lib/web/draw/mod.ts";
import { HexPane } from "../../../lib/web/draw/hex_pane.tsx";
import { packetView } from "../../../lib/web/draw/packet/packet_view.ts";
import {
  decodePacket,
  encodePacket,
  LINK_TYPES,
} from "../../../lib/wire/mod.ts";
import { wirePacketOf } from "../../../lib/xray/wire_packet.ts";
import { render, textsOf } from "./draw_fixture.ts";

const LOOPBACK = { source: "127.0.0.1", destination: "127.0.0.1" };

const SYN = decodePacket(
  encodePacket({
    ip: { version: 4, ...LOOPBACK },
    tcp: {
      sourcePort: 40000,
      destinationPort: 7000,
      sequence: 700,
      window: 65495,
      flags: { syn: true },
      options: [
        { kind: "mss", size: 65495 },
        { kind: "sackPermitted" },
        { kind: "nop" },
        { kind: "windowScale", shift: 10 },
      ],
    },
  }),
  LINK_TYPES.RAW,
);

const HELLO = decodePacket(
  encodePacket({
    ip: { version: 4, ...LOOPBACK },
    udp: { sourcePort: 50000, destinationPort: 53 },
    payload: new TextEncoder().encode("hello"),
  }),
  LINK_TYPES.RAW,
);

const OVER_IPV6 = decodePacket(
  encodePacket({
    ip: { version: 6, source: "::1", destination: "::1" },
    udp: { sourcePort: 50000, destinationPort: 53 },
  }),
  LINK_TYPES.RAW,
);

for (const [name, packet] of Object.entries({ SYN, HELLO, OVER_IPV6 })) {
  Deno.test(`the fields of ${name} cover each byte of its headers once`, () => {
    const { grids, bytes } = packetView(packet)!;
    const covered = new Map<number, number>();
    for (const { rows } of grids) {
      for (const row of rows) {
        assertEquals(row.reduce((sum, { bits }) => sum + bits, 0), 32);
        for (const { bytes: [from, to], bits } of row) {
          // A byte that fields share counts as one.
          const share = bits < 8 ? bits / 8 : 1;
          for (let at = from; at < to; at++) {
            covered.set(at, (covered.get(at) ?? 0) + share);
          }
        }
      }
    }
    const headers = bytes.length - packet.payload.length;
    for (let at = 0; at < headers; at++) assert(covered.has(at), `byte ${at}`);
    assertEquals(Math.max(...covered.keys()), headers - 1);
  });
}

Deno.test("each field has a name, a value, and a meaning", () => {
  const { grids } = packetView(SYN)!;
  const [, tcp] = grids;
  const fields = tcp.rows.flat().map(({ name, value }) => `${name} ${value}`);
  assertEquals(fields.slice(0, 3), [
    "source port 40000",
    "destination port 7000",
    "sequence number 700",
  ]);
  assert(fields.includes("SYN 1"));
  assert(fields.includes("maximum segment size 65495"));
  assert(fields.includes("shift 10"));
  assert(tcp.rows.flat().every(({ meaning }) => meaning.endsWith(".")));
});

Deno.test("a scaled window says how many bytes it is", () => {
  const ack = decodePacket(
    encodePacket({
      ip: { version: 4, ...LOOPBACK },
      tcp: {
        sourcePort: 1,
        destinationPort: 2,
        window: 64,
        flags: { ack: true },
      },
    }),
    LINK_TYPES.RAW,
  );
  const { grids } = packetView(ack, { windowShift: 10 })!;
  const window = grids[1].rows.flat().find(({ name }) => name === "window");
  assertEquals(window?.value, "64 × 1024 = 65536");
});

Deno.test("a packet of a timeline brings its headers with it", () => {
  const wire = wirePacketOf(HELLO)!;
  const view = packetView(wire)!;
  assertEquals(view.bytes, HELLO.bytes);
  assertEquals(view.total, HELLO.bytes.length);
  assertEquals(view.grids.map(({ title }) => title), [
    "IPv4 header, 20 bytes",
    "UDP header, 8 bytes",
  ]);
});

Deno.test("of a recording without headers, the known fields are drawn", () => {
  const wire = { ...wirePacketOf(SYN)!, headers: undefined };
  const { grids, isPartial } = packetView(wire)!;
  const values = grids.flatMap(({ rows }) => rows.flat())
    .map(({ name, value }) => `${name} ${value}`);
  assertEquals(isPartial, true);
  assert(values.includes("sequence number 700"));
  assert(values.includes("SYN 1") && values.includes("ACK 0"));
  assert(values.includes("checksum ?"));
});

Deno.test("PacketDetails draws a button for each field, and the bytes", () => {
  const html = render(PacketDetails, { packet: HELLO, width: 700 });
  assertEquals(
    html.match(/<button/g)?.length,
    packetView(HELLO)!.grids.flatMap(({ rows }) => rows.flat()).length,
  );
  assertEquals(textsOf(html, "lit"), ["68 65 6c 6c", "hell", "6f", "o"]);
});

Deno.test("PacketDetails says so if nothing is known of the headers", () => {
  const wire = {
    ...wirePacketOf(HELLO)!,
    protocol: "icmp",
    headers: undefined,
  } as const;
  assertStringIncludes(
    render(PacketDetails, { packet: wire, width: 700 }),
    "weren't recorded",
  );
});

Deno.test("HexPane highlights a range across its lines", () => {
  const bytes = Uint8Array.from({ length: 20 }, (_, i) => i);
  const html = render(HexPane, { bytes, lit: [14, 18], width: 700 });
  assertEquals(textsOf(html, "lit"), ["0e 0f", "··", "10 11", "··"]);
});

Deno.test("HexPane says how many bytes it leaves out", () => {
  const bytes = new Uint8Array(32);
  const html = render(HexPane, { bytes, total: 1000, width: 360 });
  assertEquals(textsOf(html, "more"), ["968 more bytes"]);
  assertEquals(textsOf(html, "line").length, 4);
});
