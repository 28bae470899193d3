/**
 * Decoding the protocol over IP: TCP, UDP, or ICMP.
 *
 * @module
 */

import { readUint16 } from "../bytes.ts";
import { sumWords } from "../ip/checksum.ts";
import { WireError } from "../error.ts";
import { decodeIcmp, PROTOCOL_ICMP, PROTOCOL_ICMPV6 } from "../ip/icmp.ts";
import type { Ipv4Header } from "../ip/ipv4.ts";
import type { Ipv6Header } from "../ip/ipv6.ts";
import { homeAddress } from "../ip/ipv6_options.ts";
import type { Packet } from "./packet.ts";
import { decodeTcpLeniently, PROTOCOL_TCP } from "../tcp/header.ts";
import { decodeUdpLeniently, PROTOCOL_UDP } from "../ip/udp.ts";
import { judgeHeader, judgeSegment } from "../ip/verdict.ts";
import type { ChecksumVerdict } from "../ip/verdict.ts";

/** The innermost layer that has been found so far. */
export interface Layer {
  /** The index of its first byte. */
  start: number;
  /** The index after its last byte, as the header around it says. */
  end: number;
  /** The same, but not past the end of the frame. */
  wireEnd: number;
}

/**
 * Decodes as much as possible of a packet's IP payload.
 *
 * @param packet The packet, of which the IP header is decoded. It gets ports,
 * headers, the verdict on the checksum, and what is wrong.
 * @param layer Where it lies; afterward, where the payload lies.
 * @throws {WireError} If the header was cut.
 */
export function decodeTransport(packet: Packet, layer: Layer): void {
  const { bytes } = packet;
  const ip = packet.ip!;
  const { start } = layer;
  const end = Math.min(layer.wireEnd, bytes.length);
  switch (ip.protocol) {
    case PROTOCOL_TCP:
    case PROTOCOL_UDP:
      break;
    case ip.version === 4 ? PROTOCOL_ICMP : PROTOCOL_ICMPV6:
      break;
    default:
      return;
  }
  packet.checksum = "unknown";
  // A later fragment begins in the middle of what the first one began.
  if (ip.fragmentOffset > 0) return;
  if (ip.protocol === PROTOCOL_TCP) decodeSegment(packet, layer, end);
  else if (ip.protocol === PROTOCOL_UDP) decodeDatagram(packet, layer, end);
  else decodeMessage(packet, layer, end);
  packet.checksum = judge(packet, start, layer.end);
}

function decodePorts(packet: Packet, start: number, end: number): void {
  if (end - start < 4) return;
  const { bytes } = packet;
  packet.ports = {
    source: readUint16(bytes, start),
    destination: readUint16(bytes, start + 2),
  };
}

function decodeSegment(packet: Packet, layer: Layer, end: number): void {
  const { start, wireEnd } = layer;
  decodePorts(packet, start, end);
  const { value: header, problem } = decodeTcpLeniently(
    packet.bytes,
    start,
    end,
  );
  packet.tcp = header;
  packet.problem ??= problem;
  // If the header's length isn't possible, there's no way to tell where data
  // starts.
  layer.start = header.headerBytes < 20
    ? wireEnd
    : Math.min(wireEnd, start + header.headerBytes);
}

function decodeDatagram(packet: Packet, layer: Layer, end: number): void {
  const { start, wireEnd } = layer;
  const ip = packet.ip!;
  decodePorts(packet, start, end);
  const { value: header, problem } = decodeUdpLeniently(
    packet.bytes,
    start,
    end,
  );
  packet.udp = header;
  layer.start = start + 8;
  // In a jumbogram the length is 0, and IP's counts (RFC 2675, section 4); nor
  // is there a length yet where both are left to the card.
  const isLeftOut = ip.version === 6 || ip.totalBytes === 0;
  if (isLeftOut && header.length === 0) return;
  packet.problem ??= problem;
  if (problem !== null) layer.start = wireEnd;
  // Of a fragmented datagram the length counts all fragments.
  if (problem !== null || ip.moreFragments) return;
  // Its own length may say less than IP does, but not more.
  layer.end = start + header.length;
  layer.wireEnd = Math.min(wireEnd, layer.end);
  if (layer.end <= wireEnd) return;
  const expected = `${header.length} bytes, found ${wireEnd - start}`;
  packet.problem ??= new WireError("a UDP datagram", start, expected);
}

function decodeMessage(packet: Packet, layer: Layer, end: number): void {
  const { version } = packet.ip!;
  packet.icmp = decodeIcmp(version, packet.bytes, layer.start, end);
  layer.start += 8;
}

function judge(
  { bytes, ip, tcp, udp, icmp }: Packet,
  start: number,
  end: number,
): ChecksumVerdict {
  if (ip!.version === 4 && udp?.checksum === 0) return "none";
  const isWhole = end <= bytes.length && !ip!.moreFragments;
  if (!isWhole) return "unknown";
  // The checksum of ICMP has no pseudo-header; that of ICMPv6 does.
  if (icmp?.version === 4) return judgeHeader(bytes, start, end);
  if (hasOtherAddresses(ip!)) return "unknown";
  // UDP has no checksum of 0 over IPv6 (RFC 8200, section 8.1).
  if (udp?.checksum === 0) return "bad";
  const field = (tcp ?? udp ?? icmp)!.checksum;
  const length = end - start;
  const pseudoSum = sumAddresses(bytes, ip!, start) + ip!.protocol +
    (length >>> 16) + (length & 0xffff);
  return judgeSegment(bytes, start, end, field, pseudoSum);
}

/**
 * The addresses are summed where they lie, just before the options or
 * extensions, instead of being copied into a pseudo-header first.
 */
function sumAddresses(
  bytes: Uint8Array,
  ip: Ipv4Header | Ipv6Header,
  start: number,
): number {
  const ipStart = start - ip.headerBytes;
  if (ip.version === 4) return sumWords(bytes, ipStart + 12, ipStart + 20);
  const source = homeAddress(ip);
  return source === null
    ? sumWords(bytes, ipStart + 8, ipStart + 40)
    : sumWords(source) + sumWords(bytes, ipStart + 24, ipStart + 40);
}

/**
 * On a route through other addresses the last of those counts for the checksum
 * (RFC 8200, section 8.1), and each kind of route keeps it somewhere else. A
 * home address counts too, and may be damaged.
 */
function hasOtherAddresses(ip: Ipv4Header | Ipv6Header): boolean {
  if (ip.version === 4) return isSourceRouted(ip.options);
  const isRouted = ip.extensions
    .some(({ number, bytes }) => number === 43 && bytes[3] > 0);
  const home = homeAddress(ip);
  return isRouted || (home !== null && home.length !== 16);
}

/** Whether a loose or strict source route hasn't come to its end (RFC 791). */
function isSourceRouted(options: Uint8Array): boolean {
  // Each option: type 1, length 1, pointer to the next address 1, addresses.
  for (let at = 0; at + 2 < options.length && options[at] !== 0;) {
    const [type, length, pointer] = options.subarray(at, at + 3);
    if ((type === 131 || type === 137) && pointer <= length) return true;
    at += type === 1 ? 1 : Math.max(2, length);
  }
  return false;
}
