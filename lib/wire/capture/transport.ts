/**
 * Decodes the protocol above IP: TCP, UDP, or ICMP.
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
  /** The index after its last byte, according to the header around it. */
  end: number;
  /** The same, but not past the end of the frame. */
  wireEnd: number;
}

/**
 * Decodes as much as possible of a packet's IP payload.
 *
 * @param packet The packet, whose IP header is decoded. This function adds the
 * ports, headers, the verdict on the checksum, and the error, if any.
 * @param layer The place of the IP payload; afterward, the place of the
 * innermost payload.
 * @throws {WireError} If the header was truncated.
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
  // A later fragment has no header: only the first one does.
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
  // If the header's length isn't possible, you can't tell where the data
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
  // In a jumbogram, the length is 0, and IP's length applies (RFC 2675, section
  // 4). Both lengths are 0 if the network card fills them in later.
  const isLeftOut = ip.version === 6 || ip.totalBytes === 0;
  if (isLeftOut && header.length === 0) return;
  packet.problem ??= problem;
  if (problem !== null) layer.start = wireEnd;
  // In a fragmented datagram, the length is that of all fragments together.
  if (problem !== null || ip.moreFragments) return;
  // UDP's length may be less than IP's, but not more.
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
  // Over IPv6, UDP may not leave out its checksum (RFC 8200, section 8.1).
  if (udp?.checksum === 0) return "bad";
  const field = (tcp ?? udp ?? icmp)!.checksum;
  const length = end - start;
  const pseudoSum = sumAddresses(bytes, ip!, start) + ip!.protocol +
    (length >>> 16) + (length & 0xffff);
  return judgeSegment(bytes, start, end, field, pseudoSum);
}

/**
 * Sums the pseudo-header. The addresses are read from the packet, just before
 * the options or extensions, without copying them.
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
 * Returns whether the addresses that the checksum covers can't be found. With a
 * route, the checksum covers the route's last address (RFC 8200, section 8.1),
 * whose position depends on the kind of route. It covers a home address, too,
 * which may be damaged.
 */
function hasOtherAddresses(ip: Ipv4Header | Ipv6Header): boolean {
  if (ip.version === 4) return isSourceRouted(ip.options);
  const isRouted = ip.extensions
    .some(({ number, bytes }) => number === 43 && bytes[3] > 0);
  const home = homeAddress(ip);
  return isRouted || (home !== null && home.length !== 16);
}

/**
 * Returns whether a loose or strict source route has addresses left (RFC 791).
 */
function isSourceRouted(options: Uint8Array): boolean {
  // Each option: type 1, length 1, pointer to the next address 1, addresses.
  for (let at = 0; at + 2 < options.length && options[at] !== 0;) {
    const [type, length, pointer] = options.subarray(at, at + 3);
    if ((type === 131 || type === 137) && pointer <= length) return true;
    at += type === 1 ? 1 : Math.max(2, length);
  }
  return false;
}
