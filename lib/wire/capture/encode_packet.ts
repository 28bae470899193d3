/**
 * Encodes a whole packet, from the innermost layer outward.
 *
 * @module
 */

import { type CookedFields } from "./cooked.ts";
import { ETHER_TYPE_IPV4, ETHER_TYPE_IPV6 } from "./ethernet.ts";
import type { EthernetFields } from "./ethernet.ts";
import { encodeIpv4, type Ipv4Fields } from "../ip/ipv4.ts";
import { encodeIpv6, type Ipv6Fields } from "../ip/ipv6.ts";
import { encodeLink, type LinkFields } from "./link.ts";
import { encodeTcp, PROTOCOL_TCP, type TcpFields } from "../tcp/header.ts";
import { encodeUdp, PROTOCOL_UDP, type UdpFields } from "../ip/udp.ts";

/** IP fields whose `protocol` is derived from the payload if it's missing. */
export type IpFields =
  | Omit<Ipv4Fields, "protocol"> & { protocol?: number }
  | Omit<Ipv6Fields, "protocol"> & { protocol?: number };

/** The layers of a packet to encode. A decoded packet fits, too. */
export interface PacketFields {
  /**
   * The header below IP; a missing type is derived from `ip`.
   *
   * @default {{ kind: "raw" }}
   */
  link?: LinkFields | null;
  /** The IP header; a missing protocol is derived from `tcp` and `udp`. */
  ip?: IpFields | null;
  /** The TCP header. Pass this, or `udp`, or neither. */
  tcp?: TcpFields | null;
  /** The UDP header. */
  udp?: UdpFields | null;
  /**
   * The bytes after the innermost header.
   *
   * @default {new Uint8Array(0)}
   */
  payload?: Uint8Array;
}

/**
 * Encodes a packet. Missing lengths and checksums are computed, so a few fields
 * make a valid packet. The others stay as they are, so a decoded packet encodes
 * to the same bytes, and you can make an invalid packet.
 *
 * @param fields The packet's layers.
 * @returns A new buffer.
 * @throws {RangeError} If a value doesn't fit in its field.
 * @throws {TypeError} If an address isn't valid.
 *
 * @example A SYN
 * ```ts
 * import { encodePacket } from "./encode_packet.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = encodePacket({
 *   link: { kind: "ethernet" },
 *   ip: { version: 6, source: "::1", destination: "::1" },
 *   tcp: { sourcePort: 50000, destinationPort: 7, flags: { syn: true } },
 * });
 * assertEquals(bytes.length, 14 + 40 + 20);
 * ```
 */
export function encodePacket(fields: PacketFields): Uint8Array {
  const { link, ip, tcp, udp, payload = new Uint8Array(0) } = fields;
  const addresses = ip ?? undefined;
  const segment = tcp
    ? encodeTcp(tcp, { payload, addresses })
    : udp
    ? encodeUdp(udp, { payload, addresses })
    : payload;
  const datagram = ip ? encodeIp(ip, protocolOf(fields), segment) : segment;
  const header = encodeLink(withType(link ?? { kind: "raw" }, ip ?? null));
  const bytes = new Uint8Array(header.length + datagram.length);
  bytes.set(header, 0);
  bytes.set(datagram, header.length);
  return bytes;
}

function protocolOf({ ip, tcp, udp }: PacketFields): number {
  const protocol = ip?.protocol ??
    (tcp ? PROTOCOL_TCP : udp ? PROTOCOL_UDP : undefined);
  if (protocol !== undefined) return protocol;
  throw new TypeError("Cannot encode a packet: it has no protocol");
}

function encodeIp(
  ip: IpFields,
  protocol: number,
  payload: Uint8Array,
): Uint8Array {
  return ip.version === 4
    ? encodeIpv4({ ...ip, protocol }, payload)
    : encodeIpv6({ ...ip, protocol }, payload);
}

/** Adds a missing type to a link header that has a field for it. */
function withType(link: LinkFields, ip: IpFields | null): LinkFields {
  const hasNone = link.kind === "raw" || link.kind === "loopback" ||
    link.kind === "other";
  if (ip === null || hasNone) return link;
  const etherType = ip.version === 4 ? ETHER_TYPE_IPV4 : ETHER_TYPE_IPV6;
  const typed: EthernetFields | CookedFields = { etherType, ...link };
  return typed;
}
