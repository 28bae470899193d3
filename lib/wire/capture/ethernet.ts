/**
 * Ethernet frames (IEEE 802.3), with VLAN tags (802.1Q).
 *
 * ```text
 * +-----------------+-----------------+----------+------+ - - - - -
 * | destination (6) |   source (6)    | tags (4) | type | payload
 * +-----------------+-----------------+----------+------+ - - - - -
 * ```
 *
 * @module
 */

import { formatMac, parseMac } from "../ip/address.ts";
import { readUint16, requireBits, writeUint16 } from "../bytes.ts";
import { requireBytes } from "../error.ts";

/** The EtherType of IPv4. */
export const ETHER_TYPE_IPV4 = 0x0800;

/** The EtherType of IPv6. */
export const ETHER_TYPE_IPV6 = 0x86dd;

/**
 * The EtherTypes of a VLAN tag: 802.1Q, 802.1ad, and QinQ before 802.1ad was
 * standardized.
 */
const TAG_TYPES = [0x8100, 0x88a8, 0x9100];

/** A VLAN tag. */
export interface VlanTag {
  /** The EtherType that announced it: 0x8100, 0x88a8, or 0x9100. */
  type: number;
  /** The priority, 3 bits. */
  priority: number;
  /** Whether the frame may be dropped first under congestion. */
  dropEligible: boolean;
  /** The VLAN ID, 12 bits. */
  id: number;
}

/** All fields of an Ethernet header. */
export interface EthernetHeader {
  /** The kind of header. */
  kind: "ethernet";
  /** Length of the header in bytes: 14, and 4 for each tag. */
  headerBytes: number;
  /** MAC address of the sender, such as `02:00:00:00:00:01`. */
  source: string;
  /** MAC address of the receiver. */
  destination: string;
  /** The VLAN tags, the outermost first. */
  tags: VlanTag[];
  /** The EtherType of its payload; below 1536, it's a length instead. */
  etherType: number;
}

/** The fields of an Ethernet header to encode; most have defaults. */
export interface EthernetFields extends Partial<EthernetHeader> {
  /** The kind of header. */
  kind: "ethernet";
}

/**
 * Decodes an Ethernet header.
 *
 * @param bytes The bytes that contain the header.
 * @param start The index of its first byte.
 * @param end The index after the last available byte.
 * @returns All fields; the payload starts at `start + headerBytes`, and may
 * have padding after it, because a frame has at least 60 bytes.
 * @throws {WireError} If the header or a tag is truncated.
 *
 * @example A frame on loopback, with all-zero addresses
 * ```ts
 * import { decodeEthernet } from "./ethernet.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = new Uint8Array(14);
 * bytes.set([0x08, 0x00], 12);
 * const header = decodeEthernet(bytes);
 * assertEquals(header.source, "00:00:00:00:00:00");
 * assertEquals(header.etherType, 0x0800);
 * ```
 */
export function decodeEthernet(
  bytes: Uint8Array,
  start = 0,
  end: number = bytes.length,
): EthernetHeader {
  requireBytes("an Ethernet header", 14, start, end);
  const tags: VlanTag[] = [];
  let at = start + 12;
  let etherType = readUint16(bytes, at);
  while (TAG_TYPES.includes(etherType)) {
    requireBytes("a VLAN tag", 4, at + 2, end);
    const tag = readUint16(bytes, at + 2);
    tags.push({
      type: etherType,
      priority: tag >>> 13,
      dropEligible: (tag & 0x1000) !== 0,
      id: tag & 0x0fff,
    });
    at += 4;
    etherType = readUint16(bytes, at);
  }
  return {
    kind: "ethernet",
    headerBytes: at + 2 - start,
    source: formatMac(bytes, start + 6),
    destination: formatMac(bytes, start),
    tags,
    etherType,
  };
}

/**
 * Encodes an Ethernet header.
 *
 * @param fields The header. By default, the addresses are all zeros and the
 * type is IPv4.
 * @returns A new buffer of 14 bytes, and 4 for each tag.
 * @throws {RangeError} If a value doesn't fit in its field.
 * @throws {TypeError} If an address isn't valid.
 *
 * @example The encoded bytes decode to the same fields
 * ```ts
 * import { decodeEthernet, encodeEthernet } from "./ethernet.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const tag = { type: 0x8100, priority: 5, dropEligible: false, id: 42 };
 * const bytes = encodeEthernet({ kind: "ethernet", tags: [tag] });
 * assertEquals(bytes.length, 18);
 * assertEquals(decodeEthernet(bytes).tags, [tag]);
 * ```
 */
export function encodeEthernet(fields: EthernetFields): Uint8Array {
  const { tags = [], etherType = ETHER_TYPE_IPV4 } = fields;
  const { source = "00:00:00:00:00:00", destination = "00:00:00:00:00:00" } =
    fields;
  const bytes = new Uint8Array(14 + 4 * tags.length);
  bytes.set(macBytes(destination), 0);
  bytes.set(macBytes(source), 6);
  tags.forEach((tag, i) => {
    const field = requireBits("a priority", tag.priority, 3) << 13 |
      (tag.dropEligible ? 0x1000 : 0) | requireBits("a VLAN", tag.id, 12);
    writeUint16(bytes, 12 + 4 * i, tag.type);
    writeUint16(bytes, 14 + 4 * i, field);
  });
  writeUint16(bytes, bytes.length - 2, requireBits("a type", etherType, 16));
  return bytes;
}

function macBytes(address: string): Uint8Array {
  const bytes = parseMac(address);
  if (bytes.length === 6) return bytes;
  throw new TypeError(`Cannot write ${address}: it is not an Ethernet address`);
}
