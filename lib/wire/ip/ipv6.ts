/**
 * The IPv6 header: 40 bytes, and any extension headers between it and the
 * payload (RFC 8200, sections 3 and 4).
 *
 * ```text
 * +-------+---------------+---------------------------------------+
 * |version| traffic class |              flow label               |
 * +-------+---------------+-------+---------------+---------------+
 * |        payload length         |  next header  |   hop limit   |
 * +-------------------------------+---------------+---------------+
 * |                  source address, 16 bytes                     |
 * +---------------------------------------------------------------+
 * |                destination address, 16 bytes                  |
 * +---------------------------------------------------------------+
 * ```
 *
 * Each header contains the type of the next one, so the extensions form a
 * chain, which ends at a number that isn't an extension's.
 *
 * @module
 */

import { formatIpv6, parseIp } from "./address.ts";
import { readUint16, readUint32, requireBits } from "../bytes.ts";
import { writeUint16, writeUint32 } from "../bytes.ts";
import { requireBytes, requireWhole, WireError } from "../error.ts";
import type { Decoded } from "../error.ts";

/** The next header number for "no next header": nothing follows. */
export const NO_NEXT_HEADER = 59;

/** The extension headers that can be skipped, by their number. */
export const EXTENSION_NAMES: Readonly<Record<number, string>> = {
  0: "hop-by-hop options",
  43: "routing",
  44: "fragment",
  51: "authentication",
  60: "destination options",
};

/** One extension header. */
export interface Ipv6Extension {
  /** Its type, a key of {@linkcode EXTENSION_NAMES}. */
  number: number;
  /**
   * The header's bytes, as far as they were captured; normally a multiple of 8.
   * The first byte is the next header's number.
   */
  bytes: Uint8Array;
}

/** All fields of an IPv6 header and its extensions. */
export interface Ipv6Header {
  /** Always 6. */
  version: 6;
  /** Length of the header and all its extensions, in bytes; at least 40. */
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
  /** The flow label, 20 bits: the same in all packets of one flow. */
  flowLabel: number;
  /**
   * Length of everything after the first 40 bytes, including extensions. It's 0
   * in a jumbogram (see {@linkcode jumboPayloadBytes}), or if the network card
   * fills it in later (segmentation offload).
   */
  payloadBytes: number;
  /**
   * The type of the first extension; if there are no extensions, the same as
   * `protocol`.
   */
  nextHeader: number;
  /** The hop limit: the number of routers it may still pass, from 0 to 255. */
  hopLimit: number;
  /** Address of the sender. */
  source: string;
  /** Address of the receiver. */
  destination: string;
  /** The extension headers, in order. */
  extensions: Ipv6Extension[];
  /** The payload's protocol: 6 is TCP, 17 is UDP, 59 means no payload. */
  protocol: number;
  /** Whether it's a fragment, but not the last one. */
  moreFragments: boolean;
  /**
   * The fragment offset: the position of the fragment's payload in the
   * packet's, in bytes; a multiple of 8.
   */
  fragmentOffset: number;
  /**
   * The same number in all fragments of one packet; `null` if it isn't a
   * fragment.
   */
  identification: number | null;
}

/** The fields of an IPv6 header to encode; most have defaults. */
export interface Ipv6Fields extends Partial<Ipv6Header> {
  /** The kind of header. */
  version: 6;
  /** The payload's protocol: 6 is TCP, 17 is UDP. */
  protocol: number;
  /** Address of the sender. */
  source: string;
  /** Address of the receiver. */
  destination: string;
}

/**
 * Decodes an IPv6 header and its extension headers.
 *
 * In a fragment that isn't the first of its packet, the chain ends at the
 * fragment header: a piece from the middle of the packet follows.
 *
 * @param bytes The bytes that contain the header.
 * @param start The index of its first byte.
 * @param end The index after the last available byte. It's before the end of
 * the payload if the capture truncated the packet.
 * @returns All fields; the payload starts at `start + headerBytes`, and ends at
 * `start + 40 + payloadBytes`.
 * @throws {WireError} If a header is truncated, or the version isn't 6.
 *
 * @example A header without extensions
 * ```ts
 * import { decodeIpv6, encodeIpv6 } from "./ipv6.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = encodeIpv6({
 *   version: 6,
 *   protocol: 17,
 *   source: "::1",
 *   destination: "::1",
 * }, new Uint8Array(8));
 * const header = decodeIpv6(bytes);
 * assertEquals(header.headerBytes, 40);
 * assertEquals(header.payloadBytes, 8);
 * assertEquals(header.source, "::1");
 * assertEquals(header.hopLimit, 64);
 * ```
 */
export function decodeIpv6(
  bytes: Uint8Array,
  start = 0,
  end: number = bytes.length,
): Ipv6Header {
  return requireWhole(decodeIpv6Leniently(bytes, start, end));
}

/**
 * Decodes an IPv6 header even if its extension headers are invalid: the
 * addresses are in the first 40 bytes.
 *
 * @param bytes The bytes that contain the header.
 * @param start The index of its first byte.
 * @param end The index after the last available byte.
 * @returns All fields, with the extensions as far as they were captured, and
 * the error, if any. A truncated extension still contains the next header's
 * type.
 * @throws {WireError} If there are fewer than 40 bytes, or the version isn't 6.
 *
 * @example Hop-by-hop options of which only 4 bytes were captured
 * ```ts
 * import { decodeIpv6Leniently } from "./ipv6.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = new Uint8Array(44);
 * bytes.set([0x60, 0, 0, 0, 0, 24, 0, 64]);
 * bytes.set([6, 0, 1, 4], 40);
 * const { value: header, problem } = decodeIpv6Leniently(bytes);
 * assertEquals(header.destination, "::");
 * assertEquals(header.protocol, 6);
 * assertEquals(problem?.expected, "8 bytes, found 4");
 * ```
 */
export function decodeIpv6Leniently(
  bytes: Uint8Array,
  start = 0,
  end: number = bytes.length,
): Decoded<Ipv6Header> {
  requireBytes("an IPv6 header", 40, start, end);
  const first = readUint32(bytes, start);
  const version = first >>> 28;
  if (version !== 6) {
    throw new WireError("an IPv6 header", start, `version 6, found ${version}`);
  }
  const payloadBytes = readUint16(bytes, start + 4);
  const nextHeader = bytes[start + 6];
  // The extensions are part of the payload, so they must end before it does.
  const chain = walkExtensions(
    bytes,
    start + 40,
    payloadBytes === 0 ? end : Math.min(end, start + 40 + payloadBytes),
    nextHeader,
  );
  const header: Ipv6Header = {
    version: 6,
    headerBytes: chain.at - start,
    dscp: first >>> 22 & 0x3f,
    ecn: first >>> 20 & 3,
    flowLabel: first & 0xf_ffff,
    payloadBytes,
    nextHeader,
    hopLimit: bytes[start + 7],
    source: formatIpv6(bytes, start + 8),
    destination: formatIpv6(bytes, start + 24),
    extensions: chain.extensions,
    protocol: chain.protocol,
    moreFragments: chain.moreFragments,
    fragmentOffset: chain.fragmentOffset,
    identification: chain.identification,
  };
  return { value: header, problem: chain.problem };
}

/**
 * Encodes an IPv6 packet: header, extensions, and payload.
 *
 * @param fields The header. Missing lengths are computed; the default hop limit
 * is 64, and all other fields default to 0. Each next header number is computed
 * from the headers themselves. To encode a fragment, pass its extension header;
 * the fields derived from it are ignored.
 * @param payload The payload, such as a TCP segment.
 * @returns A new buffer.
 * @throws {RangeError} If a value doesn't fit in its field, or an extension
 * isn't a multiple of 8 bytes.
 * @throws {TypeError} If an address isn't an IPv6 address.
 *
 * @example With an options header that contains only padding
 * ```ts
 * import { decodeIpv6, encodeIpv6 } from "./ipv6.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = encodeIpv6({
 *   version: 6,
 *   protocol: 17,
 *   source: "::1",
 *   destination: "::1",
 *   extensions: [{
 *     number: 60,
 *     bytes: new Uint8Array([0, 0, 1, 4, 0, 0, 0, 0]),
 *   }],
 * }, new Uint8Array(8));
 * const header = decodeIpv6(bytes);
 * assertEquals(header.nextHeader, 60);
 * assertEquals(header.protocol, 17);
 * assertEquals(header.headerBytes, 48);
 * ```
 */
export function encodeIpv6(
  fields: Ipv6Fields,
  payload: Uint8Array,
): Uint8Array {
  const { extensions = [], protocol } = fields;
  const size = extensions.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const bytes = new Uint8Array(40 + size + payload.length);
  const trafficClass = requireBits("a DSCP", fields.dscp ?? 0, 6) << 2 |
    requireBits("an ECN field", fields.ecn ?? 0, 2);
  const flowLabel = requireBits("a flow label", fields.flowLabel ?? 0, 20);
  writeUint32(bytes, 0, 6 << 28 | trafficClass << 20 | flowLabel);
  const payloadBytes = fields.payloadBytes ?? size + payload.length;
  writeUint16(bytes, 4, requireBits("a payload length", payloadBytes, 16));
  bytes[6] = requireBits(
    "a next header",
    extensions[0]?.number ?? protocol,
    8,
  );
  bytes[7] = requireBits("a hop limit", fields.hopLimit ?? 64, 8);
  bytes.set(ipv6Bytes(fields.source), 8);
  bytes.set(ipv6Bytes(fields.destination), 24);
  let at = 40;
  extensions.forEach((extension, i) => {
    const next = extensions[i + 1]?.number ?? protocol;
    bytes.set(encodeExtension(extension, next), at);
    at += extension.bytes.length;
  });
  bytes.set(payload, at);
  return bytes;
}

/**
 * Follows the chain of extensions. Each round uses at least 8 bytes, so it
 * ends.
 */
function walkExtensions(
  bytes: Uint8Array,
  start: number,
  end: number,
  nextHeader: number,
) {
  const extensions: Ipv6Extension[] = [];
  const chain = {
    extensions,
    at: start,
    protocol: nextHeader,
    moreFragments: false,
    fragmentOffset: 0,
    identification: null as number | null,
    problem: null as WireError | null,
  };
  while (EXTENSION_NAMES[chain.protocol] !== undefined) {
    const { at, protocol: number } = chain;
    // The first two bytes are the next header's type and this header's length.
    const size = at + 2 <= end ? extensionBytes(number, bytes[at + 1]) : 8;
    if (at + size > end) {
      const what = "an IPv6 extension header";
      const expected = `${size} bytes, found ${Math.max(0, end - at)}`;
      chain.problem = new WireError(what, Math.min(at, end), expected);
      if (at + 2 > end) break;
    }
    const extension = bytes.subarray(at, Math.min(end, at + size));
    extensions.push({ number, bytes: extension });
    chain.at = at + size;
    chain.protocol = bytes[at];
    if (chain.problem !== null) break;
    if (number !== 44) continue;
    const field = readUint16(bytes, at + 2);
    chain.fragmentOffset = field & 0xfff8;
    chain.moreFragments = (field & 1) === 1;
    chain.identification = readUint32(bytes, at + 4);
    if (chain.fragmentOffset > 0) break;
  }
  return chain;
}

/** Returns the length of an extension, from the number in its second byte. */
function extensionBytes(number: number, length: number): number {
  // In the fragment header, that byte is reserved.
  if (number === 44) return 8;
  // The authentication header is older: it counts 4-byte words, minus 2.
  return number === 51 ? (length + 2) * 4 : (length + 1) * 8;
}

function encodeExtension(
  extension: Ipv6Extension,
  nextHeader: number,
): Uint8Array {
  const { number } = extension;
  const bytes = extension.bytes.slice();
  const unit = number === 51 ? 4 : 8;
  if (bytes.length % unit !== 0 || bytes.length < 8) {
    throw new RangeError(
      `Cannot write an extension header of ${bytes.length} bytes: it must be a multiple of ${unit}`,
    );
  }
  bytes[0] = requireBits("a next header", nextHeader, 8);
  if (number !== 44) {
    const length = bytes.length / unit - (number === 51 ? 2 : 1);
    bytes[1] = requireBits("an extension's length", length, 8);
  }
  return bytes;
}

function ipv6Bytes(address: string): Uint8Array {
  const bytes = parseIp(address);
  if (bytes.length === 16) return bytes;
  throw new TypeError(`Cannot write ${address}: it is not an IPv6 address`);
}
