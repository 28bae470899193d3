/**
 * Linux "cooked" captures: the format of `tcpdump -i any`, because a machine's
 * interfaces don't share one kind of header.
 *
 * A header written by the kernel replaces the Ethernet header, in one of two
 * layouts (LINKTYPE_LINUX_SLL and LINKTYPE_LINUX_SLL2 of tcpdump.org):
 *
 * ```text
 * 1:  packet type 2 | hardware 2 | address length 2 | address 8 | protocol 2
 * 2:  protocol 2 | reserved 2 | interface 4 | hardware 2 | packet type 1 |
 *     address length 1 | address 8
 * ```
 *
 * @module
 */

import { formatMac, parseMac } from "../ip/address.ts";
import { readUint16, readUint32, requireBits } from "../bytes.ts";
import { writeUint16, writeUint32 } from "../bytes.ts";
import { requireBytes } from "../error.ts";
import { ETHER_TYPE_IPV4 } from "./ethernet.ts";

/** All fields of a cooked header. */
export interface CookedHeader {
  /** The kind of header. */
  kind: "cooked";
  /** The layout, 1 or 2. */
  version: 1 | 2;
  /** Length of the header in bytes: 16 in layout 1, 20 in layout 2. */
  headerBytes: number;
  /**
   * The direction: 0 to this host, 1 broadcast, 2 multicast, 3 to another host,
   * 4 sent by this host.
   */
  packetType: number;
  /** The kind of device, such as 772 for loopback and 1 for Ethernet. */
  hardware: number;
  /**
   * Length of the sender's link address in bytes; the header has room for 8.
   */
  addressLength: number;
  /** Link address of the sender, such as `02:00:00:00:00:01`, or `""`. */
  source: string;
  /** The index of the interface; `null` in layout 1, which doesn't have it. */
  interfaceIndex: number | null;
  /** The protocol of its payload, mostly an EtherType. */
  etherType: number;
}

/** The fields of a cooked header to encode; most have defaults. */
export interface CookedFields extends Partial<CookedHeader> {
  /** The kind of header. */
  kind: "cooked";
  /** The layout, 1 or 2. */
  version: 1 | 2;
}

/**
 * Decodes a cooked header.
 *
 * @param version The layout, 1 or 2.
 * @param bytes The bytes that contain the header.
 * @param start The index of its first byte.
 * @param end The index after the last available byte.
 * @returns All fields; the payload starts at `start + headerBytes`.
 * @throws {WireError} If the header is truncated.
 *
 * @example A packet received over loopback
 * ```ts
 * import { decodeCooked } from "./cooked.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = new Uint8Array(16);
 * bytes.set([0, 0, 0x03, 0x04, 0, 6], 0);
 * bytes.set([0x08, 0x00], 14);
 * const header = decodeCooked(1, bytes);
 * assertEquals(header.hardware, 772);
 * assertEquals(header.source, "00:00:00:00:00:00");
 * assertEquals(header.etherType, 0x0800);
 * ```
 */
export function decodeCooked(
  version: 1 | 2,
  bytes: Uint8Array,
  start = 0,
  end: number = bytes.length,
): CookedHeader {
  const headerBytes = version === 1 ? 16 : 20;
  requireBytes("a cooked header", headerBytes, start, end);
  const addressLength = version === 1
    ? readUint16(bytes, start + 4)
    : bytes[start + 11];
  const addressAt = start + (version === 1 ? 6 : 12);
  return {
    kind: "cooked",
    version,
    headerBytes,
    packetType: version === 1 ? readUint16(bytes, start) : bytes[start + 10],
    hardware: readUint16(bytes, start + (version === 1 ? 2 : 8)),
    addressLength,
    source: formatMac(bytes, addressAt, Math.min(addressLength, 8)),
    interfaceIndex: version === 1 ? null : readUint32(bytes, start + 4),
    etherType: readUint16(bytes, start + (version === 1 ? 14 : 0)),
  };
}

/**
 * Encodes a cooked header.
 *
 * @param fields The header. The defaults are those of an IPv4 packet to this
 * host over loopback.
 * @returns A new buffer of 16 or 20 bytes.
 * @throws {RangeError} If a value doesn't fit in its field.
 * @throws {TypeError} If the address isn't valid.
 *
 * @example The encoded bytes decode to the same fields
 * ```ts
 * import { decodeCooked, encodeCooked } from "./cooked.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = encodeCooked({
 *   kind: "cooked",
 *   version: 2,
 *   interfaceIndex: 1,
 * });
 * assertEquals(bytes.length, 20);
 * assertEquals(decodeCooked(2, bytes).interfaceIndex, 1);
 * ```
 */
export function encodeCooked(fields: CookedFields): Uint8Array {
  const { version, packetType = 0, hardware = 772 } = fields;
  const { source = "00:00:00:00:00:00", etherType = ETHER_TYPE_IPV4 } = fields;
  const address = parseMac(source).subarray(0, 8);
  const addressLength = fields.addressLength ?? address.length;
  const bytes = new Uint8Array(version === 1 ? 16 : 20);
  requireBits("a packet type", packetType, version === 1 ? 16 : 8);
  requireBits("an address length", addressLength, version === 1 ? 16 : 8);
  requireBits("a hardware type", hardware, 16);
  requireBits("a type", etherType, 16);
  if (version === 1) {
    writeUint16(bytes, 0, packetType);
    writeUint16(bytes, 2, hardware);
    writeUint16(bytes, 4, addressLength);
    bytes.set(address, 6);
    writeUint16(bytes, 14, etherType);
  } else {
    const index = requireBits("an interface", fields.interfaceIndex ?? 0, 32);
    writeUint16(bytes, 0, etherType);
    writeUint32(bytes, 4, index);
    writeUint16(bytes, 8, hardware);
    bytes[10] = packetType;
    bytes[11] = addressLength;
    bytes.set(address, 12);
  }
  return bytes;
}
