/**
 * Decodes a whole packet, layer by layer.
 *
 * ```text
 * | link header | IP header | TCP or UDP header | payload | padding |
 * ```
 *
 * @module
 */

import { readUint16 } from "../bytes.ts";
import { WireError } from "../error.ts";
import { enterTunnel, type Place, unwrap } from "./encapsulation.ts";
import { ETHER_TYPE_IPV4, ETHER_TYPE_IPV6 } from "./ethernet.ts";
import { type IcmpHeader, isIcmpError } from "../ip/icmp.ts";
import { decodeIpv4Leniently, type Ipv4Header } from "../ip/ipv4.ts";
import { decodeIpv6Leniently, type Ipv6Header } from "../ip/ipv6.ts";
import { NO_NEXT_HEADER } from "../ip/ipv6.ts";
import { jumboPayloadBytes } from "../ip/ipv6_options.ts";
import { decodeLink, LINK_TYPES, type LinkHeader } from "./link.ts";
import type { TcpHeader } from "../tcp/header.ts";
import type { Timestamp } from "./timestamp.ts";
import { decodeTransport, type Layer } from "./transport.ts";
import type { UdpHeader } from "../ip/udp.ts";
import { type ChecksumVerdict, judgeHeader } from "../ip/verdict.ts";

/** The ports in the first four bytes of TCP and UDP. */
export interface Ports {
  /** Port of the sender. */
  source: number;
  /** Port of the receiver. */
  destination: number;
}

/** A packet's layers. Layers that it doesn't have are `null`. */
export interface Packet {
  /** Its number in the capture, from 1; 0 if it isn't from a capture. */
  number: number;
  /** The time when it was captured. */
  time: Timestamp | null;
  /** All its bytes, as captured. */
  bytes: Uint8Array;
  /**
   * Its size on the wire, in bytes; larger than `bytes` if it was truncated.
   */
  originalLength: number;
  /** The header below IP. */
  link: LinkHeader | null;
  /**
   * The IP header (IPv4 or IPv6, see its `version`); in a tunnel, the innermost
   * one.
   */
  ip: Ipv4Header | Ipv6Header | null;
  /** The index of the IP header's first byte; 0 if there is no IP header. */
  ipStart: number;
  /** The IP headers of the tunnels around it, the outermost first. */
  outer: (Ipv4Header | Ipv6Header)[];
  /** The TCP header; `null` in all fragments but the first. */
  tcp: TcpHeader | null;
  /** The UDP header; `null` in all fragments but the first. */
  udp: UdpHeader | null;
  /** The ports of TCP or UDP, even if the rest of the header was truncated. */
  ports: Ports | null;
  /** The ICMP or ICMPv6 header. */
  icmp: IcmpHeader | null;
  /** The packet that an ICMP error quotes, usually only its start. */
  quoted: Packet | null;
  /** The bytes after the innermost header that could be decoded, as a view. */
  payload: Uint8Array;
  /**
   * The payload's size on the wire, in bytes; larger than `payload` if it was
   * truncated.
   */
  payloadBytes: number;
  /**
   * The verdict on the checksum of TCP, UDP, or ICMP; `none` for other
   * protocols.
   */
  checksum: ChecksumVerdict;
  /** The verdict on the checksum of the IPv4 header; IPv6 has `none`. */
  ipChecksum: ChecksumVerdict;
  /** The first error in the packet; `null` if there are no errors. */
  problem: WireError | null;
}

/**
 * Facts about a packet that its bytes don't contain. A captured packet fits,
 * too.
 */
export interface DecodePacketOptions {
  /**
   * Its number in the capture, from 1.
   *
   * @default {0}
   */
  number?: number;
  /**
   * The time when it was captured.
   *
   * @default {null}
   */
  time?: Timestamp | null;
  /**
   * Its size on the wire, in bytes.
   *
   * @default {bytes.length}
   */
  originalLength?: number;
}

/**
 * Decodes as much of a packet as possible.
 *
 * It never throws. If something is invalid, it returns the valid layers and a
 * `problem`.
 *
 * @param bytes The packet as captured, from the first byte of the link header.
 * @param linkType The link type from the capture file, one of `LINK_TYPES`.
 * @param options The number, time, and length; you can pass a captured packet.
 * @returns All layers, and the verdicts on the checksums.
 *
 * @example A UDP datagram in IPv4
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
  return decodeLayers(bytes, linkType, options, false);
}

/** A quoted packet may quote another one, which isn't decoded. */
function decodeLayers(
  bytes: Uint8Array,
  linkType: number,
  options: DecodePacketOptions,
  isQuote: boolean,
): Packet {
  const { number = 0, time = null, originalLength = bytes.length } = options;
  const packet: Packet = {
    number,
    time,
    bytes,
    originalLength: Math.max(originalLength, bytes.length),
    link: null,
    ip: null,
    ipStart: 0,
    outer: [],
    tcp: null,
    udp: null,
    ports: null,
    icmp: null,
    quoted: null,
    payload: bytes,
    payloadBytes: originalLength,
    checksum: "none",
    ipChecksum: "none",
    problem: null,
  };
  const { originalLength: end } = packet;
  const layer: Layer = { start: 0, end, wireEnd: end };
  try {
    packet.link = decodeLink(bytes, linkType);
    layer.start = packet.link.headerBytes;
    const { etherType } = packet.link;
    if (
      enterIp(packet, layer, unwrap(bytes, { start: layer.start, etherType }))
    ) {
      decodeTransport(packet, layer);
    }
    const isError = packet.icmp !== null && isIcmpError(packet.icmp);
    if (isError && !isQuote) packet.quoted = decodeQuoted(packet, layer);
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    packet.problem ??= error;
  }
  packet.payload = bytes.subarray(layer.start, layer.wireEnd);
  packet.payloadBytes = Math.max(0, layer.wireEnd - layer.start);
  return packet;
}

/**
 * Decodes the IP headers, including those in tunnels, and returns whether the
 * innermost payload was found.
 */
function enterIp(packet: Packet, layer: Layer, place: Place): boolean {
  const { bytes } = packet;
  for (let next: Place | null = place; next !== null;) {
    const { start, etherType } = next;
    const isIpv4 = etherType === ETHER_TYPE_IPV4;
    if (!isIpv4 && etherType !== ETHER_TYPE_IPV6) return false;
    if (packet.ip !== null) packet.outer.push(packet.ip);
    packet.ipStart = layer.start = start;
    const isOpen = isIpv4 ? enterIpv4(packet, layer) : enterIpv6(packet, layer);
    if (!isOpen) return false;
    const { protocol, fragmentOffset } = packet.ip!;
    next = fragmentOffset > 0
      ? null
      : enterTunnel(bytes, layer.start, protocol);
  }
  return true;
}

/** Decodes an IPv4 header, and returns whether its payload was found. */
function enterIpv4(packet: Packet, layer: Layer): boolean {
  const { bytes } = packet;
  const { start } = layer;
  const { value: header, problem } = decodeIpv4Leniently(bytes, start);
  packet.ip = header;
  packet.problem ??= problem;
  const { headerBytes, totalBytes } = header;
  layer.start = Math.min(layer.wireEnd, start + Math.max(20, headerBytes));
  packet.ipChecksum = layer.start > bytes.length
    ? "unknown"
    : judgeHeader(bytes, start, layer.start);
  // A total length of 0 means "all bytes": the network card fills it in later.
  if (totalBytes !== 0) endAt(start + totalBytes, packet, layer, start);
  return problem === null;
}

/** Decodes an IPv6 header, and returns whether its payload was found. */
function enterIpv6(packet: Packet, layer: Layer): boolean {
  const { start } = layer;
  const { value: header, problem } = decodeIpv6Leniently(packet.bytes, start);
  packet.ip = header;
  packet.ipChecksum = "none";
  packet.problem ??= problem;
  layer.start = Math.min(layer.wireEnd, start + header.headerBytes);
  const isEmpty = header.nextHeader === NO_NEXT_HEADER;
  const payloadBytes = header.payloadBytes || jumboPayloadBytes(header);
  // As in IPv4, a length of 0 means "all bytes", if there are any.
  if (payloadBytes !== null || isEmpty) {
    endAt(start + 40 + (payloadBytes ?? 0), packet, layer, start);
  }
  return problem === null;
}

/**
 * Sets the packet's end. Bytes after it are the frame's padding, not part of
 * the packet.
 */
function endAt(
  end: number,
  packet: Packet,
  layer: Layer,
  start: number,
): void {
  const { wireEnd } = layer;
  layer.end = end;
  layer.wireEnd = Math.max(layer.start, Math.min(wireEnd, end));
  if (end <= wireEnd) return;
  const expected = `${end - start} bytes, found ${wireEnd - start}`;
  packet.problem ??= new WireError("an IP packet", start, expected);
}

/**
 * An ICMP error quotes only the start of a packet, so its end is often missing.
 */
function decodeQuoted({ bytes }: Packet, { start, wireEnd }: Layer): Packet {
  const quoted = bytes.subarray(start, wireEnd);
  const sizeAt = quoted[0] >>> 4 === 6 ? 4 : 2;
  const size = quoted.length < sizeAt + 2
    ? 0
    : readUint16(quoted, sizeAt) + (sizeAt === 4 ? 40 : 0);
  const originalLength = Math.max(size, quoted.length);
  return decodeLayers(quoted, LINK_TYPES.RAW, { originalLength }, true);
}
