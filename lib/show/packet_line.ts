/**
 * Describes a packet on one line.
 *
 * @module
 */

import { cyan, green, red, yellow } from "@std/fmt/colors";
import { applicationWords } from "./application_words.ts";
import type { TrackedSegment } from "../wire/capture/conversation.ts";
import type { Packet } from "../wire/capture/packet.ts";
import { icmpMeaning } from "../wire/ip/icmp.ts";
import { formatTcpFlags } from "../wire/tcp/flags.ts";
import { counted } from "./counted.ts";
import { protocolName } from "./protocol_names.ts";
import { printable } from "./text.ts";

/** The minimum width for data, in columns, even if there's less room. */
const MIN_PREVIEW = 16;

/** The most nested tunnels to show. */
const MAX_TUNNELS = 2;

/** IP's protocol number of GRE, which can carry any protocol. */
const PROTOCOL_GRE = 47;

/** Options for describing a packet. */
export interface PacketWordsOptions {
  /**
   * The packet as part of its conversation, for relative numbers.
   *
   * @default {null}
   */
  segment?: TrackedSegment | null;
  /**
   * Whether to show sequence numbers as on the wire.
   *
   * @default {false}
   */
  raw?: boolean;
  /**
   * The total width, in columns. The first bytes of the data get the room
   * that's left, at least 16 columns. The other parts are never shortened.
   *
   * @default {0}
   */
  width?: number;
}

/**
 * Returns the name of a packet's protocol, from its innermost header that has
 * one.
 *
 * @param packet The packet.
 * @returns Text such as `TCP`, `ICMP`, `ARP`, `IP protocol 253`, or
 * `type 0x88cc`; `null` if it's unknown.
 *
 * @example A packet without a transport protocol
 * ```ts
 * import { decodePacket, encodePacket, LINK_TYPES } from "../wire/mod.ts";
 * import { protocolOf } from "./packet_line.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const ip = {
 *   version: 4,
 *   protocol: 1,
 *   source: "127.0.0.1",
 *   destination: "127.0.0.1",
 * } as const;
 * const packet = decodePacket(encodePacket({ ip }), LINK_TYPES.RAW);
 * assertEquals(protocolOf(packet), "ICMP");
 * ```
 */
export function protocolOf({ ip, link }: Packet): string | null {
  if (ip !== null) {
    return protocolName(ip.protocol) ?? `IP protocol ${ip.protocol}`;
  }
  const etherType = link?.etherType ?? null;
  if (etherType === null) return null;
  if (etherType === 0x0806) return "ARP";
  return `type 0x${etherType.toString(16).padStart(4, "0")}`;
}

/**
 * Returns the virtual networks (VLANs) that a packet is in.
 *
 * @param packet The packet.
 * @returns The VLAN IDs, the outermost first; empty for most packets.
 */
export function vlansOf({ link }: Packet): number[] {
  return link?.kind === "ethernet" ? link.tags.map(({ id }) => id) : [];
}

/**
 * Returns the two ends of a packet.
 *
 * @param packet The packet.
 * @returns Text such as `127.0.0.1:50000 → 127.0.0.1:7`, without ports if there
 * are none, and empty if there are no addresses.
 *
 * @example The two ends of a UDP datagram
 * ```ts
 * import { decodePacket, encodePacket, LINK_TYPES } from "../wire/mod.ts";
 * import { packetWay } from "./packet_line.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = encodePacket({
 *   ip: { version: 6, source: "::1", destination: "::1" },
 *   udp: { sourcePort: 50000, destinationPort: 53 },
 * });
 * const packet = decodePacket(bytes, LINK_TYPES.RAW);
 * assertEquals(packetWay(packet), "[::1]:50000 → [::1]:53");
 * ```
 */
export function packetWay({ link, ip, ports }: Packet): string {
  if (ip !== null) {
    const { source, destination } = ip;
    return ports === null
      ? `${source} → ${destination}`
      : `${formatEnd(source, ports.source)} → ` +
        formatEnd(destination, ports.destination);
  }
  return link?.kind === "ethernet"
    ? `${link.source} → ${link.destination}`
    : "";
}

/**
 * Formats an address and a port.
 *
 * @param address An IP address.
 * @param port A port.
 * @returns Text such as `127.0.0.1:7` or `[::1]:7`.
 *
 * @example Both families
 * ```ts
 * import { formatEnd } from "./packet_line.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(formatEnd("127.0.0.1", 7), "127.0.0.1:7");
 * assertEquals(formatEnd("::1", 7), "[::1]:7");
 * ```
 */
export function formatEnd(address: string, port: number): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

/**
 * Describes a packet in a few words.
 *
 * @param packet The packet.
 * @param options The packet's conversation, and the width.
 * @returns Text such as `PSH,ACK seq 1 ack 1 win 65536 6 bytes "hello\n"`.
 *
 * @example A UDP datagram
 * ```ts
 * import { decodePacket, encodePacket, LINK_TYPES } from "../wire/mod.ts";
 * import { packetWords } from "./packet_line.ts";
 * import { stripAnsiCode } from "@std/fmt/colors";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = encodePacket({
 *   ip: { version: 4, source: "127.0.0.1", destination: "127.0.0.1" },
 *   udp: { sourcePort: 50000, destinationPort: 7 },
 *   payload: new TextEncoder().encode("hello\n"),
 * });
 * const packet = decodePacket(bytes, LINK_TYPES.RAW);
 * assertEquals(stripAnsiCode(packetWords(packet)), 'UDP 6 bytes "hello\\n"');
 * ```
 */
export function packetWords(
  packet: Packet,
  options: PacketWordsOptions = {},
): string {
  const { segment = null, width = 0 } = options;
  const { tcp, udp, payload, problem } = packet;
  const words = [
    ...vlansOf(packet).map((id) => `VLAN ${id}`),
    ...packet.outer.slice(0, MAX_TUNNELS).map((ip) =>
      `in ${tunnelName(ip)} ${ip.source} → ${ip.destination}:`
    ),
  ];
  words.push(
    ...(tcp === null ? messageWords(packet) : tcpWords(packet, options)),
  );
  // Add colors last: they would count as columns below.
  const marks: [string, (text: string) => string][] = [];
  for (const note of notesOf(segment)) marks.push([note, yellow]);
  if (packet.checksum === "bad") marks.push(["bad checksum", red]);
  if (packet.ipChecksum === "bad") marks.push(["bad IP checksum", red]);
  if (problem !== null) marks.push([problem.message, red]);
  const application = applicationWords(packet);
  if (application !== null) marks.push([application, cyan]);
  const plain = [...words, ...marks.map(([text]) => text)].join(" ");
  const painted = [...words, ...marks.map(([text, paint]) => paint(text))];
  const hasData = (tcp !== null || udp !== null) && payload.length > 0;
  if (hasData && application === null) {
    const max = Math.max(MIN_PREVIEW, width - plain.length - 1);
    painted.push(green(printable(payload, { max })));
  }
  return painted.join(" ");
}

/** Returns the name of a tunnel. IP in IP is named after its outer header. */
function tunnelName({ version, protocol }: NonNullable<Packet["ip"]>): string {
  return protocol === PROTOCOL_GRE ? "GRE" : `IPv${version}`;
}

/** Returns notes about a segment, with Wireshark's names. */
function notesOf(segment: TrackedSegment | null): string[] {
  if (segment === null) return [];
  return segment.notes.map((note) =>
    note === "duplicate ACK" ? `${note} #${segment.duplicateAcks}` : note
  );
}

function tcpWords(
  { ip, tcp, payloadBytes }: Packet,
  { segment = null, raw = false }: PacketWordsOptions,
): string[] {
  const { flags, sequence, acknowledgment, window } = tcp!;
  const words = [
    formatTcpFlags(flags) || "no flags",
    `seq ${raw ? sequence : segment?.relativeSequence ?? sequence}`,
  ];
  if (flags.ack) {
    const relative = segment?.relativeAcknowledgment ?? acknowledgment;
    words.push(`ack ${raw ? acknowledgment : relative}`);
  }
  // 0 is 0 at any scale.
  const scaled = segment?.scaledWindow ?? (window === 0 ? 0 : null);
  words.push(scaled === null ? `win ${window} unscaled` : `win ${scaled}`);
  if (ip!.moreFragments) words.push("first fragment");
  if (payloadBytes > 0) words.push(counted(payloadBytes, "byte"));
  return words;
}

/** Describes a packet of any protocol but TCP. */
function messageWords(packet: Packet): string[] {
  const { ip, icmp, quoted, payloadBytes } = packet;
  const words = [protocolOf(packet) ?? "a packet"];
  if (ip !== null && ip.fragmentOffset > 0) {
    words.push(`fragment from byte ${ip.fragmentOffset}`);
  } else if (ip?.moreFragments) words.push("first fragment");
  if (icmp !== null) words.push(icmpMeaning(icmp));
  if (quoted === null || quoted.ip === null) {
    return [...words, counted(payloadBytes, "byte")];
  }
  const inner = `quotes ${protocolOf(quoted)} ${packetWay(quoted)}`;
  return [...words.slice(0, -1), `${words.at(-1)},`, inner];
}
