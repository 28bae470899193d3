/**
 * Rare link headers, found mostly in collections of captures. This module only
 * skips them.
 *
 * @module
 */

import { readUint16 } from "../bytes.ts";
import { requireBytes } from "../error.ts";
import { type Place, throughLlc, throughPpp } from "./encapsulation.ts";
import { ETHER_TYPE_IPV4, ETHER_TYPE_IPV6 } from "./ethernet.ts";

/**
 * A link header that is skipped: its length, and the type of the next header.
 */
export interface OtherHeader {
  /** The kind of header. */
  kind: "other";
  /** Its name from tcpdump.org. */
  name: string;
  /** Length of the header in bytes. */
  headerBytes: number;
  /** The EtherType of its payload; `null` if that's unknown. */
  etherType: number | null;
}

/**
 * A link type: its name, the size of its shortest header, and a function that
 * skips it.
 */
interface OtherLink {
  name: string;
  size: number;
  end(bytes: Uint8Array): Place;
}

const PPP = { size: 2, end: (bytes: Uint8Array) => throughPpp(bytes, 0) };

const OTHER_LINKS: Readonly<Record<number, OtherLink>> = {
  9: { name: "PPP", ...PPP },
  50: { name: "PPP_HDLC", ...PPP },
  // Frame control 1, two addresses of 6, then LLC.
  10: { name: "FDDI", size: 16, end: (bytes) => throughLlc(bytes, 13) },
  // Address 1, control 1, type 2.
  104: { name: "C_HDLC", size: 4, end: (bytes) => typeAt(bytes, 2) },
  107: { name: "FRELAY", size: 4, end: throughFrameRelay },
  // Three addresses of 1, then RFC 1051's or RFC 1201's protocol number.
  129: { name: "ARCNET_LINUX", size: 8, end: throughArcnet },
  // A header of Solaris, with the IP version in its second byte.
  226: {
    name: "IPNET",
    size: 24,
    end: (bytes) => ({
      start: 24,
      etherType: { 2: ETHER_TYPE_IPV4, 26: ETHER_TYPE_IPV6 }[bytes[1]] ?? null,
    }),
  },
  239: { name: "NFLOG", size: 4, end: throughNflog },
  // A global routing header of 40, then type 2 and 2 reserved.
  242: {
    name: "IPOIB",
    size: 44,
    end: (bytes) => ({ start: 44, etherType: readUint16(bytes, 40) }),
  },
};

/**
 * Decodes a link header of one of the less common kinds.
 *
 * @param bytes The packet from its first byte.
 * @param linkType The link type from the capture file.
 * @returns The header; `null` if this module doesn't know the link type.
 * @throws {WireError} If the header is truncated.
 *
 * @example PPP
 * ```ts
 * import { decodeOtherLink } from "./other_links.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = new Uint8Array([0xff, 0x03, 0x00, 0x21, 0x45]);
 * assertEquals(decodeOtherLink(bytes, 9), {
 *   kind: "other",
 *   name: "PPP",
 *   headerBytes: 4,
 *   etherType: 0x0800,
 * });
 * ```
 */
export function decodeOtherLink(
  bytes: Uint8Array,
  linkType: number,
): OtherHeader | null {
  const link = OTHER_LINKS[linkType];
  if (link === undefined) return null;
  const { name, size } = link;
  requireBytes(`a header of ${name}`, size, 0, bytes.length);
  const { start, etherType } = link.end(bytes);
  const headerBytes = Math.min(start, bytes.length);
  return { kind: "other", name, headerBytes, etherType };
}

function typeAt(bytes: Uint8Array, at: number): Place {
  return { start: at + 2, etherType: readUint16(bytes, at) };
}

/**
 * Address 2, then control 1 and a protocol number (RFC 2427), or, in Cisco's
 * format, an EtherType.
 */
function throughFrameRelay(bytes: Uint8Array): Place {
  if (bytes[2] !== 0x03) return typeAt(bytes, 2);
  const types: Record<number, number> = {
    0xcc: ETHER_TYPE_IPV4,
    0x8e: ETHER_TYPE_IPV6,
  };
  return { start: 4, etherType: types[bytes[3]] ?? null };
}

/** Source 1, destination 1, offset 2, type 1; RFC 1201 adds 3 bytes. */
function throughArcnet(bytes: Uint8Array): Place {
  const type = bytes[4];
  if (type === 240) return { start: 5, etherType: ETHER_TYPE_IPV4 };
  return { start: 8, etherType: type === 212 ? ETHER_TYPE_IPV4 : null };
}

/**
 * Family 1, version 1, resource 2, then attributes: length 2 and type 2 in the
 * machine's byte order, which is usually little-endian, and padding to 4. The
 * packet is the attribute with number 9.
 */
function throughNflog(bytes: Uint8Array): Place {
  const family = bytes[0];
  for (let at = 4; at + 4 <= bytes.length;) {
    const length = bytes[at] | bytes[at + 1] << 8;
    const type = bytes[at + 2] | bytes[at + 3] << 8;
    if (type === 9) {
      const etherType = { 2: ETHER_TYPE_IPV4, 10: ETHER_TYPE_IPV6 }[family];
      return { start: at + 4, etherType: etherType ?? null };
    }
    at += Math.max(4, Math.ceil(length / 4) * 4);
  }
  return { start: bytes.length, etherType: null };
}
