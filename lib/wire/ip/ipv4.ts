/**
 * The IPv4 header: the 20 to 60 bytes before each packet's payload (RFC 791,
 * section 3.1).
 *
 * ```text
 * +-------+-------+-----------+---+-------------------------------+
 * |version| words |   DSCP    |ECN|         total length          |
 * +-------+-------+-----------+---+-----+-------------------------+
 * |        identification         |0 D M|    fragment offset      |
 * +---------------+---------------+-----+-------------------------+
 * | time to live  |   protocol    |        header checksum        |
 * +---------------+---------------+-------------------------------+
 * |                        source address                         |
 * +---------------------------------------------------------------+
 * |                      destination address                      |
 * +---------------------------------------------------------------+
 * |               options, padded to whole words ...              |
 * ```
 *
 * @module
 */

import { formatIpv4, parseIp } from "./address.ts";
import { readUint16, requireBits, writeUint16 } from "../bytes.ts";
import { checksum } from "./checksum.ts";
import { requireBytes, requireWhole, WireError } from "../error.ts";
import type { Decoded } from "../error.ts";

/** All fields of an IPv4 header. */
export interface Ipv4Header {
  /** Always 4. */
  version: 4;
  /**
   * Length of the header in bytes, from 20 to 60. (The field counts four-byte
   * words.)
   */
  headerBytes: number;
  /**
   * The differentiated services code point (DSCP), 6 bits (RFC 2474): how
   * routers should treat the packet.
   */
  dscp: number;
  /**
   * Explicit congestion notification (ECN), 2 bits (RFC 3168): a router can
   * mark congestion here.
   */
  ecn: number;
  /**
   * Length of the header and the payload, in bytes. In a capture on the sending
   * host it may be 0 if the network card splits the data into packets
   * (segmentation offload).
   */
  totalBytes: number;
  /** The same number in all fragments of one datagram, from 0 to 65535. */
  identification: number;
  /** The first of the three flags, which is reserved and must be 0. */
  reservedBit: boolean;
  /** Don't fragment (DF). */
  dontFragment: boolean;
  /** More fragments (MF): it's a fragment, but not the last one. */
  moreFragments: boolean;
  /**
   * The fragment offset: the position of the fragment's payload in the
   * datagram's, in bytes; a multiple of 8.
   */
  fragmentOffset: number;
  /**
   * The time to live (TTL): the number of routers it may still pass, from 0 to
   * 255.
   */
  timeToLive: number;
  /** The payload's protocol: 6 is TCP, 17 is UDP. */
  protocol: number;
  /** The checksum of the header as it was sent. */
  checksum: number;
  /** Address of the sender. */
  source: string;
  /** Address of the receiver. */
  destination: string;
  /** The undecoded options, from 0 to 40 bytes, a multiple of 4. */
  options: Uint8Array;
}

/** The fields of an IPv4 header to encode; most have defaults. */
export interface Ipv4Fields extends Partial<Ipv4Header> {
  /** The kind of header. */
  version: 4;
  /** The payload's protocol: 6 is TCP, 17 is UDP. */
  protocol: number;
  /** Address of the sender. */
  source: string;
  /** Address of the receiver. */
  destination: string;
}

/** Most packets have no options, so they share this empty array. */
const NO_OPTIONS = new Uint8Array(0);

/**
 * Decodes an IPv4 header.
 *
 * @param bytes The bytes that contain the header.
 * @param start The index of its first byte.
 * @param end The index after the last available byte. It's before the end of
 * the payload if the capture truncated the packet.
 * @returns All fields; the payload starts at `start + headerBytes`, and ends at
 * `start + totalBytes`.
 * @throws {WireError} If the header is truncated, its version isn't 4, or its
 * lengths are impossible.
 *
 * @example A header without options
 * ```ts
 * import { decodeIpv4, encodeIpv4 } from "./ipv4.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = encodeIpv4({
 *   version: 4,
 *   protocol: 17,
 *   source: "127.0.0.1",
 *   destination: "127.0.0.2",
 * }, new Uint8Array(8));
 * const header = decodeIpv4(bytes);
 * assertEquals(header.headerBytes, 20);
 * assertEquals(header.totalBytes, 28);
 * assertEquals(header.destination, "127.0.0.2");
 * assertEquals(header.timeToLive, 64);
 * ```
 */
export function decodeIpv4(
  bytes: Uint8Array,
  start = 0,
  end: number = bytes.length,
): Ipv4Header {
  return requireWhole(decodeIpv4Leniently(bytes, start, end));
}

/**
 * Decodes an IPv4 header even if its options or lengths are invalid: the
 * addresses are in the first 20 bytes.
 *
 * @param bytes The bytes that contain the header.
 * @param start The index of its first byte.
 * @param end The index after the last available byte.
 * @returns All fields, with the options as far as they were captured, and the
 * error, if any.
 * @throws {WireError} If there are fewer than 20 bytes, or the version isn't 4.
 *
 * @example A header of 24 bytes, of which only 20 were captured
 * ```ts
 * import { decodeIpv4Leniently, encodeIpv4 } from "./ipv4.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = encodeIpv4({
 *   version: 4,
 *   protocol: 17,
 *   source: "127.0.0.1",
 *   destination: "127.0.0.2",
 *   options: new Uint8Array([148, 4, 0, 0]),
 * }, new Uint8Array(8));
 * const { value: header, problem } = decodeIpv4Leniently(bytes.subarray(0, 20));
 * assertEquals(header.destination, "127.0.0.2");
 * assertEquals(problem?.expected, "24 bytes, found 20");
 * ```
 */
export function decodeIpv4Leniently(
  bytes: Uint8Array,
  start = 0,
  end: number = bytes.length,
): Decoded<Ipv4Header> {
  requireBytes("an IPv4 header", 20, start, end);
  const version = bytes[start] >>> 4;
  if (version !== 4) {
    throw new WireError("an IPv4 header", start, `version 4, found ${version}`);
  }
  const headerBytes = (bytes[start] & 0x0f) * 4;
  const totalBytes = readUint16(bytes, start + 2);
  const fragment = readUint16(bytes, start + 6);
  const header: Ipv4Header = {
    version: 4,
    headerBytes,
    dscp: bytes[start + 1] >>> 2,
    ecn: bytes[start + 1] & 3,
    totalBytes,
    identification: readUint16(bytes, start + 4),
    reservedBit: (fragment & 0x8000) !== 0,
    dontFragment: (fragment & 0x4000) !== 0,
    moreFragments: (fragment & 0x2000) !== 0,
    fragmentOffset: (fragment & 0x1fff) * 8,
    timeToLive: bytes[start + 8],
    protocol: bytes[start + 9],
    checksum: readUint16(bytes, start + 10),
    source: formatIpv4(bytes, start + 12),
    destination: formatIpv4(bytes, start + 16),
    options: headerBytes <= 20
      ? NO_OPTIONS
      : bytes.subarray(start + 20, Math.min(end, start + headerBytes)),
  };
  return { value: header, problem: lengthProblem(header, start, end) };
}

function lengthProblem(
  { headerBytes, totalBytes }: Ipv4Header,
  start: number,
  end: number,
): WireError | null {
  const what = "an IPv4 header";
  if (headerBytes < 20) {
    const expected = `a header of 5 to 15 words, found ${headerBytes / 4}`;
    return new WireError(what, start, expected);
  }
  if (start + headerBytes > end) {
    const expected = `${headerBytes} bytes, found ${end - start}`;
    return new WireError(what, start, expected);
  }
  if (totalBytes < headerBytes && totalBytes !== 0) {
    const expected =
      `a total length of ${headerBytes} bytes or more, found ${totalBytes}`;
    return new WireError(what, start + 2, expected);
  }
  return null;
}

/**
 * Encodes an IPv4 packet: header and payload.
 *
 * @param fields The header. Missing lengths and a missing checksum are
 * computed; the default time to live is 64, and all other fields default to 0.
 * @param payload The payload, such as a TCP segment.
 * @returns A new buffer.
 * @throws {RangeError} If a value doesn't fit in its field.
 * @throws {TypeError} If an address isn't an IPv4 address.
 *
 * @example A decoded header encodes to the same bytes
 * ```ts
 * import { decodeIpv4, encodeIpv4 } from "./ipv4.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = encodeIpv4({
 *   version: 4,
 *   protocol: 253,
 *   source: "127.0.0.1",
 *   destination: "127.0.0.1",
 * }, new Uint8Array([1, 2, 3]));
 * assertEquals(encodeIpv4(decodeIpv4(bytes), bytes.subarray(20)), bytes);
 * ```
 */
export function encodeIpv4(
  fields: Ipv4Fields,
  payload: Uint8Array,
): Uint8Array {
  const { options = NO_OPTIONS, fragmentOffset = 0 } = fields;
  const headerBytes = 20 + Math.ceil(options.length / 4) * 4;
  const bytes = new Uint8Array(headerBytes + payload.length);
  const put8 = (at: number, name: string, value: number) =>
    bytes[at] = requireBits(name, value, 8);
  const put16 = (at: number, name: string, value: number) =>
    writeUint16(bytes, at, requireBits(name, value, 16));

  bytes[0] = 4 << 4 | requireBits("a header length", headerBytes / 4, 4);
  bytes[1] = requireBits("a DSCP", fields.dscp ?? 0, 6) << 2 |
    requireBits("an ECN field", fields.ecn ?? 0, 2);
  put16(2, "a total length", fields.totalBytes ?? bytes.length);
  put16(4, "an identification", fields.identification ?? 0);
  const flags = (fields.reservedBit ? 4 : 0) | (fields.dontFragment ? 2 : 0) |
    (fields.moreFragments ? 1 : 0);
  const offset = requireBits("a fragment offset", fragmentOffset / 8, 13);
  writeUint16(bytes, 6, flags << 13 | offset);
  put8(8, "a time to live", fields.timeToLive ?? 64);
  put8(9, "a protocol", fields.protocol);
  bytes.set(ipv4Bytes(fields.source), 12);
  bytes.set(ipv4Bytes(fields.destination), 16);
  bytes.set(options, 20);
  bytes.set(payload, headerBytes);
  // The checksum covers only the header, and is computed last.
  const sum = fields.checksum ?? checksum(bytes.subarray(0, headerBytes));
  put16(10, "a checksum", sum);
  return bytes;
}

function ipv4Bytes(address: string): Uint8Array {
  const bytes = parseIp(address);
  if (bytes.length === 4) return bytes;
  throw new TypeError(`Cannot write ${address}: it is not an IPv4 address`);
}
