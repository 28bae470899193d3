/**
 * Draws headers as boxes with rows of 32 bits, with a real packet's values in
 * the fields.
 *
 * @module
 */

import { bold } from "@std/fmt/colors";
import type { TrackedSegment } from "../wire/capture/conversation.ts";
import { type IcmpHeader, icmpMeaning } from "../wire/ip/icmp.ts";
import { EXTENSION_NAMES, type Ipv6Header } from "../wire/ip/ipv6.ts";
import type { Ipv4Header } from "../wire/ip/ipv4.ts";
import type { Packet } from "../wire/capture/packet.ts";
import type { TcpHeader } from "../wire/tcp/header.ts";
import { TCP_FLAG_NAMES } from "../wire/tcp/flags.ts";
import { encodeTcpOptions, type TcpOption } from "../wire/tcp/options.ts";
import type { UdpHeader } from "../wire/ip/udp.ts";
import type { ChecksumVerdict } from "../wire/ip/verdict.ts";
import { type BitCell, type BitLine, type BitRow } from "./bit_box.ts";
import { drawBitBox, field, flagFields, isWide } from "./bit_box.ts";
import { protocolName } from "./protocol_names.ts";
import { wrapText } from "./text.ts";

/** A header that can be drawn. */
export type HeaderLayer = "ip" | "tcp" | "udp" | "icmp";

/** The facts about a TCP header that follow from the rest of the connection. */
export interface HeaderContext {
  /** The sequence number, counted from the sender's SYN. */
  relativeSequence?: number;
  /** The acknowledgment number, counted from the receiver's SYN. */
  relativeAcknowledgment?: number;
  /**
   * The window scale: the window's unit is 2 to this power, in bytes. It's 0 if
   * the two ends didn't agree on scaling, and missing if the handshake wasn't
   * captured.
   */
  windowShift?: number;
}

/** Options for drawing a header. */
export interface HeaderBoxOptions extends HeaderContext {
  /** The width, in columns, at least 54; columns beyond 70 aren't used. */
  width: number;
  /** The verdict on its checksum, to be shown. */
  checksum?: ChecksumVerdict;
}

/** Options for drawing a packet's headers. */
export interface PacketBoxesOptions extends HeaderContext {
  /** The width, in columns, at least 54; columns beyond 70 aren't used. */
  width: number;
  /**
   * The headers to draw, if the packet has them.
   *
   * @default {["ip", "tcp", "udp", "icmp"]}
   */
  layers?: HeaderLayer[];
}

/**
 * Returns the facts about a segment's header that follow from its conversation.
 *
 * @param segment The segment as part of its conversation.
 * @returns Options for {@linkcode drawTcpHeader} and {@linkcode drawHeaders}.
 */
export function headerContext(segment: TrackedSegment): HeaderContext {
  const context: HeaderContext = { relativeSequence: segment.relativeSequence };
  if (segment.relativeAcknowledgment !== null) {
    context.relativeAcknowledgment = segment.relativeAcknowledgment;
  }
  if (segment.windowShift !== null) context.windowShift = segment.windowShift;
  return context;
}

/**
 * Draws the headers of a packet, one box for each.
 *
 * @param packet The decoded packet.
 * @param options The width, and the context from {@linkcode headerContext}.
 * @returns The lines; empty if the packet has no such header. The headers of a
 * packet that an ICMP error quotes come last.
 *
 * @example Both headers of a UDP datagram
 * ```ts
 * import { decodePacket, encodePacket, LINK_TYPES } from "../wire/mod.ts";
 * import { drawHeaders } from "./header_box.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const packet = decodePacket(
 *   encodePacket({
 *     ip: { version: 4, source: "127.0.0.1", destination: "127.0.0.1" },
 *     udp: { sourcePort: 50000, destinationPort: 53 },
 *   }),
 *   LINK_TYPES.RAW,
 * );
 * const titles = drawHeaders(packet, { width: 80 })
 *   .filter((line) => line.includes("header, "));
 * assertEquals(titles.length, 2);
 * ```
 */
export function drawHeaders(
  packet: Packet,
  options: PacketBoxesOptions,
): string[] {
  const boxes = boxesOf(packet, options, packet);
  const { quoted } = packet;
  if (quoted !== null && (options.layers ?? ["icmp"]).includes("icmp")) {
    // A quoted packet is truncated by design, so there's no verdict on its
    // checksums.
    const [first, ...others] = boxesOf(quoted, { width: options.width }, {});
    if (first !== undefined) {
      boxes.push(["It quotes this packet:", "", ...first], ...others);
    }
  }
  return boxes.flatMap((lines, i) => i === 0 ? lines : ["", ...lines]);
}

function boxesOf(
  { ip, outer, tcp, udp, icmp }: Packet,
  { layers = ["ip", "tcp", "udp", "icmp"], ...rest }: PacketBoxesOptions,
  { checksum, ipChecksum }: Partial<Pick<Packet, "checksum" | "ipChecksum">>,
): string[][] {
  const boxes: string[][] = [];
  if (ip !== null && layers.includes("ip")) {
    for (const header of [...outer, ip]) {
      const verdict = header === ip ? ipChecksum : undefined;
      boxes.push(
        header.version === 4
          ? drawIpv4Header(header, { ...rest, checksum: verdict })
          : drawIpv6Header(header, rest),
      );
    }
  }
  if (tcp !== null && layers.includes("tcp")) {
    boxes.push(drawTcpHeader(tcp, { ...rest, checksum }));
  }
  if (udp !== null && layers.includes("udp")) {
    boxes.push(drawUdpHeader(udp, { ...rest, checksum }));
  }
  if (icmp !== null && layers.includes("icmp")) {
    boxes.push(drawIcmpHeader(icmp, { ...rest, checksum }));
  }
  return boxes;
}

/**
 * Draws a TCP header (RFC 9293, section 3.1).
 *
 * @param header The header.
 * @param options The width, the verdict on the checksum, and the context from
 * the rest of the connection.
 * @returns The title, and the box below it.
 *
 * @example A SYN
 * ```ts
 * import { decodeTcp, encodeTcp } from "../wire/mod.ts";
 * import { drawTcpHeader } from "./header_box.ts";
 * import { stripAnsiCode } from "@std/fmt/colors";
 * import { assertEquals } from "@std/assert";
 *
 * const header = decodeTcp(encodeTcp({
 *   sourcePort: 50000,
 *   destinationPort: 7,
 *   sequence: 4294967295,
 *   window: 65495,
 *   flags: { syn: true },
 * }));
 * const lines = drawTcpHeader(header, { width: 80 }).map(stripAnsiCode);
 * assertEquals(lines.slice(-8), [
 *   "     +-------+-------+-+-+-+-+-+-+-+-+-------------------------------+",
 *   "  12 | data  |       |C|E|U|A|P|R|S|F|                               |",
 *   "     |offset | rsrvd |W|C|R|C|S|S|Y|I|         window 65495          |",
 *   "     |  5×4  |   0   |R|E|G|K|H|T|N|N|                               |",
 *   "     |       |       |0|0|0|0|0|0|1|0|                               |",
 *   "     +-------+-------+-+-+-+-+-+-+-+-+-------------------------------+",
 *   "  16 |        checksum 0x0000        |       urgent pointer 0        |",
 *   "     +-------------------------------+-------------------------------+",
 * ]);
 * ```
 */
export function drawTcpHeader(
  header: TcpHeader,
  options: HeaderBoxOptions,
): string[] {
  const { width, relativeSequence, relativeAcknowledgment } = options;
  const { flags, headerBytes } = header;
  const bits = TCP_FLAG_NAMES.map((
    name,
  ): [string, boolean] => [name.toUpperCase(), flags[name]]);
  const rows: BitRow[] = [
    row(
      0,
      field(16, "source port", header.sourcePort),
      field(16, "destination port", header.destinationPort),
    ),
    row(
      4,
      field(
        32,
        "sequence number",
        withRelative(header.sequence, relativeSequence),
      ),
    ),
    row(
      8,
      field(
        32,
        "acknowledgment number",
        flags.ack
          ? withRelative(header.acknowledgment, relativeAcknowledgment)
          : `${header.acknowledgment}, without ACK`,
      ),
    ),
    row(
      12,
      field(
        4,
        isWide(width) ? "data offset" : "data offs.",
        `${headerBytes / 4}×4`,
      ),
      field(4, "rsrvd", header.reserved),
      ...flagFields(bits, width),
      field(16, "window", header.window, ...windowNotes(header, options)),
    ),
    row(
      16,
      field(16, "checksum", checksumText(header.checksum, options)),
      field(16, "urgent pointer", urgentText(header)),
    ),
  ];
  if (headerBytes > 20) rows.push(row(20, optionsCell(header)));
  return withTitle("TCP", headerBytes, drawBitBox(rows, width));
}

/**
 * Draws a UDP header (RFC 768).
 *
 * @param header The header.
 * @param options The width, and the verdict on the checksum.
 * @returns The title, and the box below it.
 */
export function drawUdpHeader(
  header: UdpHeader,
  options: HeaderBoxOptions,
): string[] {
  const rows = [
    row(
      0,
      field(16, "source port", header.sourcePort),
      field(16, "destination port", header.destinationPort),
    ),
    row(
      4,
      field(16, "length", header.length),
      field(16, "checksum", checksumText(header.checksum, options)),
    ),
  ];
  return withTitle("UDP", 8, drawBitBox(rows, options.width));
}

/**
 * Draws an ICMP or ICMPv6 header (RFC 792, RFC 4443).
 *
 * @param header The header.
 * @param options The width, and the verdict on the checksum.
 * @returns The title, with the message's meaning, and the box below it.
 */
export function drawIcmpHeader(
  header: IcmpHeader,
  options: HeaderBoxOptions,
): string[] {
  const { version, type, code, rest } = header;
  const rows = [
    row(
      0,
      field(8, "type", type),
      field(8, "code", code),
      field(16, "checksum", checksumText(header.checksum, options)),
    ),
    row(4, field(32, "rest of the header", hex32(rest))),
  ];
  const name = version === 4 ? "ICMP" : "ICMPv6";
  return [
    ...wrapText(bold(`${name} header, 8 bytes: ${icmpMeaning(header)}`), {
      width: options.width,
    }),
    ...drawBitBox(rows, options.width),
  ];
}

/**
 * Draws an IPv4 header (RFC 791, section 3.1).
 *
 * @param header The header.
 * @param options The width, and the verdict on the checksum.
 * @returns The title, and the box below it.
 */
export function drawIpv4Header(
  header: Ipv4Header,
  options: HeaderBoxOptions,
): string[] {
  const { width } = options;
  const { headerBytes } = header;
  const rows = [
    row(
      0,
      field(4, isWide(width) ? "version" : "ver.", 4),
      field(4, "IHL", `${headerBytes / 4}×4`),
      ...trafficFields(header, width),
      field(16, "total length", header.totalBytes),
    ),
    row(
      4,
      field(16, "identification", header.identification),
      ...flagFields([
        [" 0", header.reservedBit],
        ["DF", header.dontFragment],
        ["MF", header.moreFragments],
      ], width),
      field(13, "fragment offset", `${header.fragmentOffset / 8}×8`),
    ),
    row(
      8,
      field(8, "time to live", header.timeToLive),
      field(8, "protocol", protocolText(header.protocol)),
      field(16, "checksum", checksumText(header.checksum, options)),
    ),
    row(12, field(32, "source address", header.source)),
    row(16, field(32, "destination address", header.destination)),
  ];
  if (headerBytes > 20) {
    const bytes = hex(header.options);
    rows.push(row(20, listCell([[20, `options ${bold(bytes)}`]])));
  }
  return withTitle("IPv4", headerBytes, drawBitBox(rows, width));
}

/**
 * Draws an IPv6 header, with a row for each extension header (RFC 8200,
 * sections 3 and 4).
 *
 * @param header The header.
 * @param options The width.
 * @returns The title, and the box below it.
 */
export function drawIpv6Header(
  header: Ipv6Header,
  options: HeaderBoxOptions,
): string[] {
  const { width } = options;
  const rows = [
    row(
      0,
      field(4, isWide(width) ? "version" : "ver.", 6),
      ...trafficFields(header, width),
      field(20, "flow label", header.flowLabel),
    ),
    row(
      4,
      field(16, "payload length", header.payloadBytes),
      field(8, "next header", kindText(header.nextHeader)),
      field(8, "hop limit", header.hopLimit),
    ),
    row(8, field(32, "source address", header.source, "(16 bytes)")),
    row(24, field(32, "destination address", header.destination, "(16 bytes)")),
  ];
  let offset = 40;
  const extensions = header.extensions.map((extension) => {
    const { number, bytes } = extension;
    const line = [
      offset,
      `${EXTENSION_NAMES[number]}, ${bytes.length} bytes: ` +
      `next header ${bold(kindText(bytes[0]))}`,
    ] as [number, string];
    offset += bytes.length;
    return line;
  });
  if (extensions.length > 0) rows.push(row(40, listCell(extensions)));
  return withTitle("IPv6", header.headerBytes, drawBitBox(rows, width));
}

function row(offset: number, ...cells: BitCell[]): BitRow {
  return { offset, cells };
}

function withTitle(name: string, size: number, lines: string[]): string[] {
  return [bold(`${name} header, ${size} bytes`), ...lines];
}

function withRelative(number: number, relative: number | undefined): string {
  return relative === undefined
    ? `${number}`
    : `${number}, relative ${relative}`;
}

function hex32(value: number): string {
  return `0x${value.toString(16).padStart(8, "0")}`;
}

function checksumText(
  value: number,
  { checksum }: HeaderBoxOptions,
): string {
  const text = `0x${value.toString(16).padStart(4, "0")}`;
  return checksum === undefined ? text : `${text}, ${checksum}`;
}

/** The windows in SYN segments are never scaled (RFC 7323, section 2.2). */
function windowNotes(
  { flags, window }: TcpHeader,
  { windowShift }: HeaderBoxOptions,
): string[] {
  if (flags.syn || windowShift === undefined) return [];
  if (windowShift === 0) return ["not scaled"];
  return [`× ${2 ** windowShift} = ${window * 2 ** windowShift} bytes`];
}

function urgentText({ flags, urgentPointer }: TcpHeader): string {
  return flags.urg || urgentPointer === 0
    ? `${urgentPointer}`
    : `${urgentPointer}, without URG`;
}

function protocolText(number: number): string {
  const name = protocolName(number);
  return name === undefined ? `${number}` : `${number} ${name}`;
}

/**
 * Formats IPv6's next header number, with the name of the extension header or
 * of the payload's protocol.
 */
function kindText(number: number): string {
  const name = EXTENSION_NAMES[number];
  return name === undefined ? protocolText(number) : `${number} ${name}`;
}

/**
 * Makes two fields for one byte, or one shared field if there's no room for
 * both.
 */
function trafficFields(
  { dscp, ecn }: { dscp: number; ecn: number },
  width: number,
): BitCell[] {
  if (isWide(width)) return [field(6, "DSCP", dscp), field(2, "ECN", ecn)];
  return [field(8, "DSCP", dscp, `ECN ${bold(`${ecn}`)}`)];
}

/** Lists the options of a TCP header, one per line, and the padding. */
function optionsCell({ options, headerBytes }: TcpHeader): BitCell {
  let offset = 20;
  const lines = options.map((option): [number, string] => {
    const [size, text] = describeOption(option);
    offset += size;
    return [offset - size, text];
  });
  const padding = headerBytes - offset;
  if (padding > 0) {
    lines.push([offset, `padding, ${padding} ${plural(padding)}`]);
  }
  return listCell(lines);
}

/** Makes left-aligned lines, each with its own offset at the side. */
function listCell(items: [offset: number, text: string][]): BitCell {
  return {
    bits: 32,
    lines: (inner) =>
      items.flatMap(([offset, text]) =>
        wrapText(text, { width: inner - 2, indent: "  ", firstIndent: "" })
          .map((text, i): BitLine =>
            i === 0 ? { text, left: true, offset } : { text, left: true }
          )
      ),
  };
}

/** Returns the size of an option, and its text. */
function describeOption(option: TcpOption): [size: number, text: string] {
  switch (option.kind) {
    case "end":
      return [1, "kind 0, 1 byte: end of options"];
    case "nop":
      return [1, "kind 1, 1 byte: no operation"];
  }
  // Every other option starts with a byte for its kind and a byte for its size.
  const [number, size] = encodeTcpOptions([option]);
  return [size, `kind ${number}, ${size} bytes: ${optionText(option)}`];
}

function optionText(option: Exclude<TcpOption, { kind: "end" | "nop" }>) {
  switch (option.kind) {
    case "mss":
      return `maximum segment size ${bold(`${option.size}`)}`;
    case "windowScale":
      return `window scale ${bold(`${option.shift}`)}, ` +
        `windows count ${2 ** option.shift} bytes`;
    case "sackPermitted":
      return "SACK permitted";
    case "sack": {
      const blocks = option.blocks.map(({ left, right }) => `${left}-${right}`);
      return `SACK ${bold(blocks.join(", "))}`;
    }
    case "timestamps":
      return `timestamps ${bold(`${option.value}`)}, ` +
        `echo ${bold(`${option.echo}`)}`;
    case "unknown":
      return `unknown ${bold(hex(option.data))}`;
  }
}

function hex(bytes: Uint8Array): string {
  return (bytes.toHex().match(/../g) ?? []).join(" ");
}

function plural(count: number): string {
  return count === 1 ? "byte" : "bytes";
}
