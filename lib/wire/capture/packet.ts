/**
 * A whole packet: each layer taken out of the one around it.
 *
 * ```text
 * | link header | IP header | TCP or UDP header | payload | padding |
 * ```
 *
 * @module
 */

import { sumWords } from "../ip/checksum.ts";
import { requireBytes, WireError } from "../error.ts";
import { ETHER_TYPE_IPV4, ETHER_TYPE_IPV6 } from "./ethernet.ts";
import { decodeIpv4, type Ipv4Header } from "../ip/ipv4.ts";
import { decodeIpv6, type Ipv6Header } from "../ip/ipv6.ts";
import { decodeLink, type LinkHeader } from "./link.ts";
import { decodeTcp, PROTOCOL_TCP, type TcpHeader } from "../tcp/header.ts";
import type { Timestamp } from "./timestamp.ts";
import { decodeUdp, PROTOCOL_UDP, type UdpHeader } from "../ip/udp.ts";
import {
  type ChecksumVerdict,
  judgeHeader,
  judgeSegment,
} from "../ip/verdict.ts";

/** A packet, layer by layer. What it does not have is `null`. */
export interface Packet {
  /** Its place in the capture, from 1; 0 where it is from none. */
  number: number;
  /** When it was captured. */
  time: Timestamp | null;
  /** All its bytes, as captured. */
  bytes: Uint8Array;
  /** Bytes that it had on the wire; more than `bytes` has if it was cut. */
  originalLength: number;
  /** The header below IP. */
  link: LinkHeader | null;
  /** The IP header, told apart by `version`. */
  ip: Ipv4Header | Ipv6Header | null;
  /** The TCP header; not in a fragment other than the first. */
  tcp: TcpHeader | null;
  /** The UDP header; not in a fragment other than the first. */
  udp: UdpHeader | null;
  /** What the innermost header that could be decoded carries; a view. */
  payload: Uint8Array;
  /** Bytes of payload on the wire; more than `payload` has if it was cut. */
  payloadBytes: number;
  /** The verdict on the checksum of TCP or UDP; `none` for other packets. */
  checksum: ChecksumVerdict;
  /** The verdict on the checksum of the IPv4 header; IPv6 has `none`. */
  ipChecksum: ChecksumVerdict;
  /** Why the rest could not be decoded; `null` if all could. */
  problem: WireError | null;
}

/** What is known of a packet besides its bytes; a captured packet will do. */
export interface DecodePacketOptions {
  /**
   * Its place in the capture, from 1.
   *
   * @default {0}
   */
  number?: number;
  /**
   * When it was captured.
   *
   * @default {null}
   */
  time?: Timestamp | null;
  /**
   * Bytes that it had on the wire.
   *
   * @default {bytes.length}
   */
  originalLength?: number;
}

/**
 * Decodes a packet, as far as it can be.
 *
 * It never throws: what is wrong with a packet is its `problem`, beside the
 * layers that were right.
 *
 * @param bytes The packet as captured, from the first byte of the link header.
 * @param linkType What the capture says that it is, see `LINK_TYPES`.
 * @param options Number, time and length; pass the captured packet itself.
 * @returns All layers, and the verdicts on the checksums.
 *
 * @example A UDP message in IPv4
 * ```ts
 * import { LINK_TYPES } from "./link.ts";
 * import { encodePacket } from "./encode_packet.ts";
 * import { decodePacket } from "./packet.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = encodePacket({
 *   link: { kind: "ethernet" },
 *   ip: { version: 4, source: "127.0.0.1", destination: "127.0.0.1" },
 *   udp: { sourcePort: 7000, destinationPort: 7001 },
 *   payload: new TextEncoder().encode("hello"),
 * });
 * const packet = decodePacket(bytes, LINK_TYPES.ETHERNET);
 * assertEquals(packet.ip?.source, "127.0.0.1");
 * assertEquals(packet.udp?.destinationPort, 7001);
 * assertEquals(new TextDecoder().decode(packet.payload), "hello");
 * assertEquals(packet.checksum, "good");
 * ```
 */
export function decodePacket(
  bytes: Uint8Array,
  linkType: number,
  options: DecodePacketOptions = {},
): Packet {
  const { number = 0, time = null, originalLength = bytes.length } = options;
  const packet: Packet = {
    number,
    time,
    bytes,
    originalLength: Math.max(originalLength, bytes.length),
    link: null,
    ip: null,
    tcp: null,
    udp: null,
    payload: bytes,
    payloadBytes: originalLength,
    checksum: "none",
    ipChecksum: "none",
    problem: null,
  };
  // Where the innermost layer lies: `wireEnd` is past the end of the bytes if
  // the capture cut them off.
  const layer: Layer = { start: 0, wireEnd: packet.originalLength };
  try {
    packet.link = decodeLink(bytes, linkType);
    layer.start = packet.link.headerBytes;
    decodeInternet(packet, layer, packet.link.etherType);
    if (packet.ip !== null) decodeTransport(packet, layer, packet.ip);
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    packet.problem = error;
  }
  packet.payload = bytes.subarray(layer.start, layer.wireEnd);
  packet.payloadBytes = Math.max(0, layer.wireEnd - layer.start);
  return packet;
}

/** The innermost layer found so far. */
interface Layer {
  /** Index of its first byte. */
  start: number;
  /** Index after its last byte, had all of it been captured. */
  wireEnd: number;
}

function decodeInternet(
  packet: Packet,
  layer: Layer,
  etherType: number | null,
): void {
  const { bytes } = packet;
  const { start } = layer;
  let end: number;
  if (etherType === ETHER_TYPE_IPV4) {
    const ip = decodeIpv4(bytes, start);
    packet.ip = ip;
    packet.ipChecksum = judgeHeader(bytes, start, start + ip.headerBytes);
    // A total of 0 means "all there is", left for the card to fill in.
    end = ip.totalBytes === 0 ? layer.wireEnd : start + ip.totalBytes;
    layer.start += ip.headerBytes;
  } else if (etherType === ETHER_TYPE_IPV6) {
    const ip = decodeIpv6(bytes, start);
    packet.ip = ip;
    end = start + 40 + ip.payloadBytes;
    layer.start += ip.headerBytes;
  } else {
    return;
  }
  const { wireEnd } = layer;
  // What lies behind the end is the frame's padding, and not part of it.
  layer.wireEnd = Math.min(wireEnd, end);
  requireBytes("an IP packet", end - start, start, wireEnd);
}

function decodeTransport(
  packet: Packet,
  layer: Layer,
  ip: Ipv4Header | Ipv6Header,
): void {
  const { bytes } = packet;
  const { start, wireEnd } = layer;
  const end = Math.min(wireEnd, bytes.length);
  const { protocol } = ip;
  if (protocol !== PROTOCOL_TCP && protocol !== PROTOCOL_UDP) return;
  packet.checksum = "unknown";
  // A later fragment begins in the middle of what the first one began.
  if (ip.fragmentOffset > 0) return;

  let segmentEnd = wireEnd;
  if (protocol === PROTOCOL_TCP) {
    packet.tcp = decodeTcp(bytes, start, end);
    layer.start += packet.tcp.headerBytes;
  } else {
    packet.udp = decodeUdp(bytes, start, end);
    layer.start += 8;
    if (!ip.moreFragments) {
      // Its own length may say less than IP does, but not more.
      segmentEnd = start + packet.udp.length;
      requireBytes("a UDP datagram", packet.udp.length, start, wireEnd);
      layer.wireEnd = segmentEnd;
    }
  }
  packet.checksum = judge(packet, ip, start, segmentEnd);
}

function judge(
  { bytes, tcp, udp }: Packet,
  ip: Ipv4Header | Ipv6Header,
  start: number,
  end: number,
): ChecksumVerdict {
  if (ip.version === 4 && udp?.checksum === 0) return "none";
  const isWhole = end <= bytes.length && !ip.moreFragments;
  if (!isWhole || isRouted(ip)) return "unknown";
  // UDP has no checksum of 0 over IPv6 (RFC 8200, section 8.1).
  if (udp?.checksum === 0) return "bad";
  const field = tcp?.checksum ?? udp?.checksum ?? 0;
  // The addresses are summed where they lie, just before the options or
  // extensions, instead of being copied into a pseudo-header first.
  const ipStart = start - ip.headerBytes;
  const addresses = ip.version === 4
    ? sumWords(bytes, ipStart + 12, ipStart + 20)
    : sumWords(bytes, ipStart + 8, ipStart + 40);
  const length = end - start;
  const pseudoSum = addresses + ip.protocol + (length >>> 16) +
    (length & 0xffff);
  return judgeSegment(bytes, start, end, field, pseudoSum);
}

/**
 * On a route through other addresses the last of those counts for the checksum
 * (RFC 8200, section 8.1), and each kind of route keeps it somewhere else.
 */
function isRouted(ip: Ipv4Header | Ipv6Header): boolean {
  return ip.version === 6 &&
    ip.extensions.some(({ number, bytes }) => number === 43 && bytes[3] > 0);
}
