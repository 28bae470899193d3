/**
 * The loopback header of BSD and macOS: four bytes with the address family of
 * the packet (LINKTYPE_NULL and LINKTYPE_LOOP of tcpdump.org).
 *
 * It never leaves the machine, so it's in the machine's byte order, and each
 * system has a different number for IPv6.
 *
 * @module
 */

import { readUint32, requireBits, writeUint32 } from "../bytes.ts";
import { requireBytes } from "../error.ts";
import { ETHER_TYPE_IPV4, ETHER_TYPE_IPV6 } from "./ethernet.ts";

/** IPv4 is 2 everywhere; IPv6 is 10, 24, 28, or 30, depending on the system. */
const FAMILIES: Readonly<Record<number, number>> = {
  2: ETHER_TYPE_IPV4,
  10: ETHER_TYPE_IPV6, // Linux
  24: ETHER_TYPE_IPV6, // NetBSD, OpenBSD
  28: ETHER_TYPE_IPV6, // FreeBSD
  30: ETHER_TYPE_IPV6, // macOS
};

/** All fields of a loopback header. */
export interface LoopbackHeader {
  /** The kind of header. */
  kind: "loopback";
  /** Always 4. */
  headerBytes: number;
  /** The number of the address family: 2 for IPv4. */
  family: number;
  /** Whether the least significant byte comes first. */
  littleEndian: boolean;
  /** The family's EtherType; `null` for families without one. */
  etherType: number | null;
}

/** The fields of a loopback header to encode. */
export interface LoopbackFields extends Partial<LoopbackHeader> {
  /** The kind of header. */
  kind: "loopback";
  /** The number of the address family: 2 for IPv4. */
  family: number;
}

/**
 * Decodes a loopback header.
 *
 * Families are small numbers, so a number that doesn't fit in 16 bits was
 * written in the other byte order.
 *
 * @param bytes The bytes that contain the header.
 * @param start The index of its first byte.
 * @param end The index after the last available byte.
 * @returns All fields; the payload starts at `start + 4`.
 * @throws {WireError} If the header is truncated.
 *
 * @example IPv6 on macOS
 * ```ts
 * import { decodeLoopback } from "./loopback.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(decodeLoopback(new Uint8Array([30, 0, 0, 0])), {
 *   kind: "loopback",
 *   headerBytes: 4,
 *   family: 30,
 *   littleEndian: true,
 *   etherType: 0x86dd,
 * });
 * ```
 */
export function decodeLoopback(
  bytes: Uint8Array,
  start = 0,
  end: number = bytes.length,
): LoopbackHeader {
  requireBytes("a loopback header", 4, start, end);
  const asIs = readUint32(bytes, start);
  const littleEndian = asIs > 0xffff;
  const family = littleEndian ? swap(asIs) : asIs;
  const etherType = FAMILIES[family] ?? etherTypeIn(readUint32(bytes, start));
  return { kind: "loopback", headerBytes: 4, family, littleEndian, etherType };
}

/**
 * Encodes a loopback header.
 *
 * @param fields The family, and the byte order, which is big-endian by default.
 * @returns A new buffer of 4 bytes.
 * @throws {RangeError} If the family doesn't fit in 32 bits.
 *
 * @example IPv4 on a little-endian machine
 * ```ts
 * import { encodeLoopback } from "./loopback.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = encodeLoopback({
 *   kind: "loopback",
 *   family: 2,
 *   littleEndian: true,
 * });
 * assertEquals(bytes, new Uint8Array([2, 0, 0, 0]));
 * ```
 */
export function encodeLoopback(fields: LoopbackFields): Uint8Array {
  const family = requireBits("a family", fields.family, 32);
  const bytes = new Uint8Array(4);
  writeUint32(bytes, 0, fields.littleEndian ? swap(family) : family);
  return bytes;
}

/** Some drivers write an EtherType into the last two bytes. */
function etherTypeIn(header: number): number | null {
  const type = header & 0xffff;
  return type === ETHER_TYPE_IPV4 || type === ETHER_TYPE_IPV6 ? type : null;
}

/** Reverses the order of the four bytes. */
function swap(value: number): number {
  return (value << 24 | (value & 0xff00) << 8 | value >>> 8 & 0xff00 |
    value >>> 24) >>> 0;
}
