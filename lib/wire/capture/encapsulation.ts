/**
 * The headers that can come between the link header and IP, or between two IP
 * headers: VLAN tags, LLC, MPLS, PPP over Ethernet, and GRE. The workbook only
 * needs to skip them.
 *
 * @module
 */

import { readUint16 } from "../bytes.ts";
import { ETHER_TYPE_IPV4, ETHER_TYPE_IPV6 } from "./ethernet.ts";

/** The place of a header, and its EtherType. */
export interface Place {
  /** The index of its first byte. */
  start: number;
  /** The EtherType of its protocol; `null` if that's unknown. */
  etherType: number | null;
}

/** PPP's numbers for IPv4, IPv6, and MPLS (RFC 1332, RFC 5072, RFC 3032). */
const PPP_PROTOCOLS: Readonly<Record<number, number>> = {
  0x0021: ETHER_TYPE_IPV4,
  0x0057: ETHER_TYPE_IPV6,
  0x0281: 0x8847,
};

/** Types below this are lengths; such a frame continues with LLC. */
const MIN_ETHER_TYPE = 0x0600;

/**
 * Functions that skip each kind of header: from its place to the next one's.
 */
const WAYS: Readonly<
  Record<number, (bytes: Uint8Array, start: number) => Place>
> = {
  // VLAN tags: 2 bytes, and the next type.
  0x8100: throughTag,
  0x88a8: throughTag,
  0x9100: throughTag,
  0x8847: throughMpls,
  0x8848: throughMpls,
  // PPP over Ethernet: 6 bytes, then PPP (RFC 2516).
  0x8864: (bytes, start) => throughPpp(bytes, start + 6),
  // PPP in GRE.
  0x880b: throughPpp,
  // Ethernet in GRE; for ERSPAN, an 8-byte header comes before it.
  0x6558: (bytes, start) => throughTag(bytes, start + 10),
  0x88be: (bytes, start) => throughTag(bytes, start + 18),
  // A packet redirected to a cache (WCCP), after a 4-byte header.
  0x883e: (_, start) => ({ start: start + 4, etherType: ETHER_TYPE_IPV4 }),
};

/**
 * Skips all headers before IP.
 *
 * @param bytes The packet.
 * @param place The place of the next header: where the link header ends.
 * @returns The place of the IP header, or of the first unknown header.
 *
 * @example An MPLS label
 * ```ts
 * import { unwrap } from "./encapsulation.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = new Uint8Array([0, 0x01, 0x01, 64, 0x45]);
 * assertEquals(unwrap(bytes, { start: 0, etherType: 0x8847 }), {
 *   start: 4,
 *   etherType: 0x0800,
 * });
 * ```
 */
export function unwrap(bytes: Uint8Array, place: Place): Place {
  // Each round consumes bytes, so the loop ends.
  while (place.etherType !== null && place.start < bytes.length) {
    const { start, etherType } = place;
    const way = etherType < MIN_ETHER_TYPE ? throughLlc : WAYS[etherType];
    if (way === undefined) break;
    const next = way(bytes, start);
    if (next.etherType === null || next.start > bytes.length) break;
    place = next;
  }
  return place;
}

/**
 * Finds the inner packet in a tunnel: an IP packet whose payload is another
 * packet.
 *
 * @param bytes The packet.
 * @param start The index of the first byte after the IP header.
 * @param protocol The protocol number in the IP header.
 * @returns The place of the inner IP header; `null` if there isn't one.
 */
export function enterTunnel(
  bytes: Uint8Array,
  start: number,
  protocol: number,
): Place | null {
  const first = protocol === 4
    ? { start, etherType: ETHER_TYPE_IPV4 }
    : protocol === 41
    ? { start, etherType: ETHER_TYPE_IPV6 }
    : protocol === 47
    ? throughGre(bytes, start)
    : null;
  if (first === null) return null;
  const place = unwrap(bytes, first);
  const [version, size] = place.etherType === ETHER_TYPE_IPV4
    ? [4, 20]
    : place.etherType === ETHER_TYPE_IPV6
    ? [6, 40]
    : [0, 0];
  const isIp = version !== 0 && place.start + size <= bytes.length &&
    bytes[place.start] >>> 4 === version;
  return isIp ? place : null;
}

function throughTag(bytes: Uint8Array, start: number): Place {
  return typeAt(bytes, start + 2);
}

/**
 * Skips MPLS labels of 4 bytes; the last one has the lowest bit of its third
 * byte set.
 */
function throughMpls(bytes: Uint8Array, start: number): Place {
  let at = start;
  while (at + 4 < bytes.length && (bytes[at + 2] & 1) === 0) at += 4;
  at += 4;
  // MPLS doesn't have a type field, but the first four bits of IP are its
  // version.
  const version = bytes[at] >>> 4;
  return {
    start: at,
    etherType: version === 4
      ? ETHER_TYPE_IPV4
      : version === 6
      ? ETHER_TYPE_IPV6
      : null,
  };
}

/**
 * Skips a PPP header: address and control (two bytes, optional), then the
 * protocol (RFC 1661, RFC 1662).
 *
 * @param bytes The packet.
 * @param start The index of its first byte.
 * @returns The place of the next header.
 */
export function throughPpp(bytes: Uint8Array, start: number): Place {
  const at = bytes[start] === 0xff && bytes[start + 1] === 0x03
    ? start + 2
    : start;
  // An odd first byte is a protocol number compressed to one byte.
  const isShort = (bytes[at] & 1) === 1;
  const protocol = isShort ? bytes[at] : readUint16(bytes, at);
  return {
    start: at + (isShort ? 1 : 2),
    etherType: PPP_PROTOCOLS[protocol] ?? null,
  };
}

/**
 * Skips an LLC header (IEEE 802.2): SNAP contains an EtherType, and the address
 * 6 means IPv4.
 *
 * @param bytes The packet.
 * @param start The index of its first byte.
 * @returns The place of the next header.
 */
export function throughLlc(bytes: Uint8Array, start: number): Place {
  if (bytes[start] === 0xaa && bytes[start + 1] === 0xaa) {
    return typeAt(bytes, start + 6);
  }
  const isIp = bytes[start] === 0x06 && bytes[start + 1] === 0x06;
  return { start: start + 3, etherType: isIp ? ETHER_TYPE_IPV4 : null };
}

/**
 * Skips a GRE header: flags 2, type 2, then the optional fields that the flags
 * announce (RFC 2784, RFC 2890, RFC 2637).
 */
function throughGre(bytes: Uint8Array, start: number): Place {
  const flags = readUint16(bytes, start);
  const { start: end, etherType } = typeAt(bytes, start + 2);
  const isRouted = (flags & 0x4000) !== 0;
  // Checksum, key, sequence number, and in version 1 an acknowledgment.
  const fields = [0x8000, 0x2000, 0x1000, 0x0080]
    .filter((flag) => (flags & flag) !== 0);
  return {
    start: end + 4 * fields.length,
    etherType: isRouted ? null : etherType,
  };
}

function typeAt(bytes: Uint8Array, at: number): Place {
  const etherType = at + 2 <= bytes.length ? readUint16(bytes, at) : null;
  return { start: at + 2, etherType };
}
