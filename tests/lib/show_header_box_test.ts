import { assert, assertEquals, assertMatch } from "@std/assert";
import { stripAnsiCode } from "@std/fmt/colors";
import {
  drawHeaders,
  drawIpv4Header,
  drawIpv6Header,
  drawTcpHeader,
  drawUdpHeader,
  headerContext,
  Narrator,
  Printer,
  type ShowEvent,
  visibleWidth,
} from "../../lib/show/mod.ts";
import {
  Conversations,
  decodeIpv4,
  decodeIpv6,
  decodePacket,
  decodeTcp,
  encodeIpv4,
  encodeIpv6,
  encodeTcp,
  type Packet,
  parseCapture,
  TCP_FLAG_NAMES,
  type TcpFields,
  type TrackedSegment,
} from "../../lib/wire/mod.ts";
import {
  CAPTURE_NAMES,
  forAll,
  Random,
  randomTcp,
  readFixture,
} from "./wire_fixture.ts";
import { sampleOf } from "../sample.ts";

const WIDTHS = sampleOf([57, 60, 69, 70, 80, 100]);

/** A capture's packets, each with what its conversation makes of it. */
function packetsOf(
  name: string,
): { packet: Packet; segment: TrackedSegment | null }[] {
  const conversations = new Conversations();
  return parseCapture(readFixture(name)).map((captured) => {
    const packet = decodePacket(captured.bytes, captured.linkType, captured);
    return { packet, segment: conversations.add(packet) };
  });
}

function plain(lines: string[]): string[] {
  return lines.map(stripAnsiCode);
}

/** A header with each gap as one blank, borders left out. */
function words(lines: string[]): string {
  return plain(lines).join(" ").replace(/[|+\s-]+/g, " ");
}

function tcpBox(fields: Partial<TcpFields>, width = 80): string[] {
  const bytes = encodeTcp({ sourcePort: 1, destinationPort: 2, ...fields });
  return drawTcpHeader(decodeTcp(bytes), { width });
}

/** What stands in the columns of a box's borders must be borders. */
function assertIsBox(lines: string[], width: number): void {
  const box = plain(lines).filter((line) => /^[ \d]{5}[|+]/.test(line));
  assert(box.length > 0);
  for (const line of lines) assert(visibleWidth(line) <= width, line);
  for (const line of box) {
    assertEquals(visibleWidth(line), visibleWidth(box[0]), line);
    assertMatch(line, /[|+]$/);
  }
}

for (const width of WIDTHS) {
  Deno.test(`drawHeaders() draws every captured header within ${width} columns, every line as wide as the next`, () => {
    for (const name of CAPTURE_NAMES) {
      for (const { packet, segment } of packetsOf(name)) {
        const context = segment === null ? {} : headerContext(segment);
        const lines = drawHeaders(packet, { width, ...context });
        assertIsBox(lines, width);
      }
    }
  });

  Deno.test(`drawTcpHeader() has all values of random headers at ${width} columns`, () => {
    forAll(200, (random) => {
      const header = randomTcp(random);
      const lines = drawTcpHeader(header, { width });
      assertIsBox(lines, width);
      const text = words(lines);
      for (
        const part of [
          `source port ${header.sourcePort} `,
          `destination port ${header.destinationPort} `,
          `sequence number ${header.sequence} `,
          `acknowledgment number ${header.acknowledgment}`,
          `${header.headerBytes / 4}×4`,
          `window ${header.window} `,
          `urgent pointer ${header.urgentPointer}`,
          `0x${header.checksum.toString(16).padStart(4, "0")}`,
        ]
      ) assert(text.includes(part), `${part} in ${text}`);
      const flags = TCP_FLAG_NAMES.map((name) => header.flags[name] ? 1 : 0);
      const digits = plain(lines)
        .map((line) => line.replace(/[^01|]/g, "").replaceAll("|", ""))
        .filter((line) => line.length >= 8);
      assert(digits.some((line) => line.includes(flags.join(""))), text);
      for (const option of header.options) {
        if (option.kind === "mss") {
          assert(text.includes(`maximum segment size ${option.size}`), text);
        }
        if (option.kind === "timestamps") {
          assert(
            text.includes(`timestamps ${option.value}, echo ${option.echo}`),
            text,
          );
        }
      }
    }, new Random());
  });
}

Deno.test("drawTcpHeader() spells the eight flags from the highest bit to the lowest", () => {
  const box = plain(tcpBox({ flags: { syn: true, ack: true, cwr: true } }));
  const flags = box.slice(10, 14).map((line) => line.slice(21, 38));
  assertEquals(flags, [
    "|C|E|U|A|P|R|S|F|",
    "|W|C|R|C|S|S|Y|I|",
    "|R|E|G|K|H|T|N|N|",
    "|1|0|0|1|0|0|1|0|",
  ]);
});

Deno.test("drawTcpHeader() draws a row for each option and for the padding, with the offset of its first byte", () => {
  const lines = plain(tcpBox({
    headerBytes: 32,
    options: [
      { kind: "mss", size: 1460 },
      { kind: "windowScale", shift: 7 },
      { kind: "end" },
    ],
  }));
  const rows = lines.slice(-5, -1).map((line) => line.replace(/ +\|$/, ""));
  assertEquals(rows, [
    "  20 | kind 2, 4 bytes: maximum segment size 1460",
    "  24 | kind 3, 3 bytes: window scale 7, windows count 128 bytes",
    "  27 | kind 0, 1 byte: end of options",
    "  28 | padding, 4 bytes",
  ]);
});

Deno.test("drawTcpHeader() scales the window, but never that of a SYN", () => {
  const options = { width: 80, windowShift: 10 };
  const header = (flags: TcpFields["flags"]) =>
    decodeTcp(
      encodeTcp({ sourcePort: 1, destinationPort: 2, window: 64, flags }),
    );
  const scaled = words(drawTcpHeader(header({ ack: true }), options));
  assert(scaled.includes("× 1024 = 65536 bytes"), scaled);
  const syn = words(drawTcpHeader(header({ syn: true }), options));
  assert(!syn.includes("×1024") && !syn.includes("× 1024"), syn);
  const none = { ...options, windowShift: 0 };
  const unscaled = words(drawTcpHeader(header({ ack: true }), none));
  assert(unscaled.includes("window 64 "), unscaled);
  assert(unscaled.includes("not scaled"), unscaled);
});

Deno.test("drawTcpHeader() marks a number whose flag isn't set", () => {
  const text = words(tcpBox({ acknowledgment: 5, urgentPointer: 6 }));
  assert(text.includes("acknowledgment number 5, without ACK"), text);
  assert(text.includes("urgent pointer 6, without URG"), text);
});

Deno.test("headerContext() counts from the SYN, and uses the sender's window scale", () => {
  const conversations = new Conversations();
  const [syn, synAck, ack] = parseCapture(readFixture("echo.pcap"))
    .map(({ bytes, linkType }) =>
      headerContext(conversations.add(decodePacket(bytes, linkType))!)
    );
  // After the first SYN alone nobody knows whether windows will be scaled.
  assertEquals(syn, { relativeSequence: 0 });
  assertEquals(synAck.relativeAcknowledgment, 1);
  assertEquals(ack, {
    relativeSequence: 1,
    relativeAcknowledgment: 1,
    windowShift: 10,
  });
});

Deno.test("drawHeaders() draws the checksums' verdicts, and only the layers asked for", () => {
  const [{ packet, segment }] = packetsOf("echo.pcap");
  const context = headerContext(segment!);
  const all = words(drawHeaders(packet, { width: 80, ...context }));
  assertMatch(all, /IPv4 header.*checksum 0x\w{4}, good.*TCP header/);
  assertMatch(all, /TCP header.*checksum 0x\w{4}, offloaded/);
  const layers = ["tcp"] as const;
  const tcp = drawHeaders(packet, { width: 80, layers: [...layers] });
  assertEquals(stripAnsiCode(tcp[0]), "TCP header, 40 bytes");
  const [, , , six] = packetsOf("udp.pcap");
  const udp = words(drawHeaders(six.packet, { width: 80 }));
  assertMatch(udp, /^IPv6 header, 40 bytes .*UDP header, 8 bytes /);
  assertMatch(udp, /length 18 checksum 0x\w{4}, offloaded/);
});

Deno.test("drawIpv4Header() draws flags, fragment offset, and options", () => {
  const bytes = encodeIpv4({
    version: 4,
    protocol: 17,
    source: "127.0.0.1",
    destination: "127.255.255.254",
    dscp: 46,
    ecn: 3,
    identification: 65535,
    moreFragments: true,
    fragmentOffset: 65528,
    timeToLive: 255,
    options: new Uint8Array([148, 4, 0, 0]),
  }, new Uint8Array(8));
  for (const width of WIDTHS) {
    const lines = drawIpv4Header(decodeIpv4(bytes), { width, checksum: "bad" });
    assertIsBox(lines, width);
    const text = words(lines);
    for (
      const part of ["DSCP", "46", "ECN", "identification 65535", "8191×8"]
    ) assert(text.includes(part), text);
    assert(text.includes("options 94 04 00 00"), text);
    assert(text.includes("destination address 127.255.255.254"), text);
    assert(plain(lines).some((line) => /0\|?0\|?1/.test(line)));
    assert(text.includes(", bad"), text);
  }
});

Deno.test("drawIpv6Header() draws a row for each extension header", () => {
  const address = "2001:db8:1111:2222:3333:4444:5555:6666";
  const bytes = encodeIpv6({
    version: 6,
    protocol: 17,
    source: address,
    destination: address,
    flowLabel: 0xfffff,
    extensions: [
      { number: 0, bytes: new Uint8Array([0, 0, 1, 4, 0, 0, 0, 0]) },
      { number: 44, bytes: new Uint8Array(8) },
    ],
  }, new Uint8Array(8));
  for (const width of WIDTHS) {
    const lines = drawIpv6Header(decodeIpv6(bytes), { width });
    assertIsBox(lines, width);
    const text = words(lines);
    assert(text.includes(`source address ${address}`), text);
    assert(text.includes("flow label 1048575"), text);
    assertMatch(text, /40 hop.by.hop options, 8 bytes: next header 44 fragm/);
    assertMatch(text, /48 fragment, 8 bytes: next header 17 UDP/);
  }
});

Deno.test("drawHeaders() draws an ICMP error, what it means, and the headers that it quotes", () => {
  const { packet } = packetsOf("udp.pcap")[5];
  for (const width of [54, 80]) {
    const lines = plain(drawHeaders(packet, { width }));
    const titles = lines.filter((line) => /^\S.*(header|quotes)/.test(line));
    assertEquals(titles.map((line) => line.split(":")[0]), [
      "IPv4 header, 20 bytes",
      "ICMP header, 8 bytes",
      "It quotes this packet",
      "IPv4 header, 20 bytes",
      "UDP header, 8 bytes",
    ]);
    const all = words(lines);
    assertMatch(all, /destination unreachable: port unreachable/);
    assertMatch(all, /type 3 .*code 3 .*checksum 0x\w{4}, good/);
    // The quote's checksums can't be judged, and nothing is said of them.
    assertEquals(all.split("It quotes")[1].match(/good|bad|unknown/), null);
    for (const line of lines) assert(line.length <= width, line);
  }
  const ip = plain(drawHeaders(packet, { width: 80, layers: ["ip"] }));
  assertEquals(ip.filter((line) => line.includes("header,")).length, 1);
});

Deno.test("drawUdpHeader() has two rows", () => {
  const header = {
    sourcePort: 65535,
    destinationPort: 53,
    length: 65535,
    checksum: 0,
  };
  const lines = plain(drawUdpHeader(header, { width: 80, checksum: "none" }));
  assertIsBox(lines, 80);
  assertEquals(lines.filter((line) => line.includes("|")).length, 2);
  assert(lines.at(-2)!.includes("checksum 0x0000, none"));
});

Deno.test("Narrator.headers() and Printer draw what drawHeaders() draws, payload or not", () => {
  for (const name of CAPTURE_NAMES) {
    for (const { packet, segment } of packetsOf(name)) {
      const events: ShowEvent[] = [];
      new Narrator((event) => events.push(JSON.parse(JSON.stringify(event))))
        .headers("a packet", packet, { segment });
      let out = "";
      const printer = new Printer((text) => out += text, { width: 80 });
      printer.show(events[0]);
      const context = segment === null ? {} : headerContext(segment);
      const box = drawHeaders(packet, { width: 77, ...context });
      const expected = ["", "   a packet", ...box.map((line) => `   ${line}`)]
        .map((line) => line.trimEnd()).join("\n");
      assertEquals(stripAnsiCode(out).trim(), stripAnsiCode(expected).trim());
    }
  }
});
