/**
 * The UDP header: the eight bytes before each datagram's payload (RFC 768).
 *
 * ```text
 * +-------------------------------+-------------------------------+
 * |          source port          |       destination port        |
 * +-------------------------------+-------------------------------+
 * |            length             |           checksum            |
 * +-------------------------------+-------------------------------+
 * ```
 *
 * @module
 */

import { parseIp } from "./address.ts";
import { readUint16, requireBits, writeUint16 } from "../bytes.ts";
import { checksum, pseudoHeaderSum } from "./checksum.ts";
import { requireBytes, requireWhole, WireError } from "../error.ts";
import type { Decoded } from "../error.ts";
import type { SegmentOptions } from "../tcp/header.ts";

/** The protocol number of UDP in an IP header. */
export const PROTOCOL_UDP = 17;

/** All fields of a UDP header. */
export interface UdpHeader {
  /**
   * Port of the sender, from 0 to 65535; 0 if the sender doesn't expect an
   * answer.
   */
  sourcePort: number;
  /** Port of the receiver, from 0 to 65535. */
  destinationPort: number;
  /** Length of the header and the payload, in bytes, from 8 to 65535. */
  length: number;
  /** The checksum as it was sent; 0 means that there isn't one. */
  checksum: number;
}

/** The fields of a UDP header to encode. All but the ports have defaults. */
export interface UdpFields extends Partial<UdpHeader> {
  /** Port of the sender. */
  sourcePort: number;
  /** Port of the receiver. */
  destinationPort: number;
}

/**
 * Decodes a UDP header.
 *
 * @param bytes The bytes that contain the header.
 * @param start The index of its first byte.
 * @param end The index after the last byte of the datagram.
 * @returns All fields; the payload starts at `start + 8`.
 * @throws {WireError} If there are fewer than 8 bytes, or the length field is
 * below 8.
 *
 * @example An empty datagram
 * ```ts
 * import { decodeUdp } from "./udp.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(decodeUdp(new Uint8Array([0, 53, 0x80, 0, 0, 8, 0, 0])), {
 *   sourcePort: 53,
 *   destinationPort: 32768,
 *   length: 8,
 *   checksum: 0,
 * });
 * ```
 */
export function decodeUdp(
  bytes: Uint8Array,
  start = 0,
  end: number = bytes.length,
): UdpHeader {
  return requireWhole(decodeUdpLeniently(bytes, start, end));
}

/**
 * Decodes a UDP header even if its length field is invalid.
 *
 * @param bytes The bytes that contain the header.
 * @param start The index of its first byte.
 * @param end The index after the last byte of the datagram.
 * @returns All fields, and the error in the length field, if any.
 * @throws {WireError} If there are fewer than 8 bytes.
 *
 * @example An impossible length
 * ```ts
 * import { decodeUdpLeniently } from "./udp.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = new Uint8Array([0, 53, 0x80, 0, 0, 7, 0, 0]);
 * const { value: header, problem } = decodeUdpLeniently(bytes);
 * assertEquals(header.sourcePort, 53);
 * assertEquals(problem?.expected, "a length from 8 to 65535, found 7");
 * ```
 */
export function decodeUdpLeniently(
  bytes: Uint8Array,
  start = 0,
  end: number = bytes.length,
): Decoded<UdpHeader> {
  requireBytes("a UDP header", 8, start, end);
  const length = readUint16(bytes, start + 4);
  const header: UdpHeader = {
    sourcePort: readUint16(bytes, start),
    destinationPort: readUint16(bytes, start + 2),
    length,
    checksum: readUint16(bytes, start + 6),
  };
  const problem = length >= 8 ? null : new WireError(
    "a UDP header",
    start + 4,
    `a length from 8 to 65535, found ${length}`,
  );
  return { value: header, problem };
}

/**
 * Encodes a UDP datagram: header and payload.
 *
 * @param fields The header. A missing length or checksum is computed.
 * @param options The payload and the addresses.
 * @returns A new buffer.
 * @throws {RangeError} If a value doesn't fit in its field, or if the payload
 * is over 65527 bytes.
 * @throws {TypeError} If an address isn't valid.
 *
 * @example A payload of two bytes
 * ```ts
 * import { encodeUdp } from "./udp.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = encodeUdp({ sourcePort: 53, destinationPort: 32768 }, {
 *   payload: new TextEncoder().encode("hi"),
 * });
 * assertEquals(
 *   bytes,
 *   new Uint8Array([0, 53, 0x80, 0, 0, 10, 0, 0, 0x68, 0x69]),
 * );
 * ```
 */
export function encodeUdp(
  fields: UdpFields,
  options: SegmentOptions = {},
): Uint8Array {
  const { payload = new Uint8Array(0), addresses } = options;
  const length = fields.length ?? 8 + payload.length;
  const bytes = new Uint8Array(8 + payload.length);
  writeUint16(bytes, 0, requireBits("a port", fields.sourcePort, 16));
  writeUint16(bytes, 2, requireBits("a port", fields.destinationPort, 16));
  writeUint16(bytes, 4, requireBits("a UDP length", length, 16));
  bytes.set(payload, 8);
  const sum = fields.checksum ?? datagramChecksum(bytes, addresses);
  writeUint16(bytes, 6, requireBits("a checksum", sum, 16));
  return bytes;
}

function datagramChecksum(
  bytes: Uint8Array,
  addresses: SegmentOptions["addresses"],
): number {
  if (addresses === undefined) return 0;
  const source = parseIp(addresses.source);
  const destination = parseIp(addresses.destination);
  const sum = checksum(
    bytes,
    pseudoHeaderSum(source, destination, PROTOCOL_UDP, bytes.length),
  );
  // Zero would mean "no checksum". All ones is equivalent, so it's sent
  // instead.
  return sum === 0 ? 0xffff : sum;
}
