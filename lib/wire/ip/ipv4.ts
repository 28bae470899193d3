/**
 * The IPv4 header: 20 to 60 bytes in front of what a host sends (RFC 791,
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
  /** Bytes of header, from 20 to 60: the field counts words of four. */
  headerBytes: number;
  /** How to treat it on the way, 6 bits (RFC 2474). */
  dscp: number;
  /** Congestion, as the way has marked it, 2 bits (RFC 3168). */
  ecn: number;
  /**
   * Bytes of header and payload together. A capture on the sending host may
   * have 0, where cutting the data up is left to the network card.
   */
  totalBytes: number;
  /** The same number in all fragments of one datagram, from 0 to 65535. */
  identification: number;
  /** The first of the three flags, which has to be 0. */
  reservedBit: boolean;
  /** Don't fragment (DF). */
  dontFragment: boolean;
  /** More fragments (MF): it's a fragment, but not the last one. */
  moreFragments: boolean;
  /** Where the fragment's payload belongs, in bytes; a multiple of 8. */
  fragmentOffset: number;
  /**
   * The time to live (TTL): how many more routers it may pass, from 0 to 255.
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
  /** The options as they are, from 0 to 40 bytes, a multiple of 4. */
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

/** Most packets have none, so they can share this one. */
const NO_OPTIONS = new Uint8Array(0);

/**
 * Decodes an IPv4 header.
 *
 * @param bytes The bytes that contain it.
 * @param start The index of its first byte.
 * @param end The index after the last available byte, which may be before the
 * end of the payload, if the capture cut it.
 * @returns All fields; the payload starts at `start + headerBytes`, and ends at
 * `start + totalBytes`.
 * @throws {WireError} If the header doesn't fit, isn't of version 4, or has
 * impossible lengths.
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
 * Decodes an IPv4 header whatever is wrong with its options and lengths: the
 * addresses are in the first 20 bytes.
 *
 * @param bytes The bytes that contain it.
 * @param start The index of its first byte.
 * @param end The index after the last available byte.
 * @returns All fields, with the options as far as they are there, and what is
 * wrong.
 * @throws {WireError} If fewer than 20 bytes are there, or it isn't of version
 * 4.
 *
 * @example A capture that kept 20 bytes of a header of 24
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
 * Encodes an IPv4 datagram: header and payload.
 *
 * @param fields The header; lengths and checksum are computed where missing,
 * the time to live is 64, the rest 0.
 * @param payload What it carries, such as a TCP segment.
 * @returns A new buffer.
 * @throws {RangeError} If a value doesn't fit in its field.
 * @throws {TypeError} If an address is no IPv4 address.
 *
 * @example What is decoded encodes to the same bytes
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
  // It protects the header only, and goes in last.
  const sum = fields.checksum ?? checksum(bytes.subarray(0, headerBytes));
  put16(10, "a checksum", sum);
  return bytes;
}

function ipv4Bytes(address: string): Uint8Array {
  const bytes = parseIp(address);
  if (bytes.length === 4) return bytes;
  throw new TypeError(`Cannot write ${address}: it is no IPv4 address`);
}
