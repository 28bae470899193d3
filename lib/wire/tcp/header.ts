/**
 * The TCP header: the 20 to 60 bytes before each segment's data (RFC 9293,
 * section 3.1).
 *
 * ```text
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-------------------------------+-------------------------------+
 * |          source port          |       destination port        |
 * +-------------------------------+-------------------------------+
 * |                        sequence number                        |
 * +---------------------------------------------------------------+
 * |                     acknowledgment number                     |
 * +-------+-------+-+-+-+-+-+-+-+-+-------------------------------+
 * | data  | reser-|C|E|U|A|P|R|S|F|                               |
 * | offset| ved   |W|C|R|C|S|S|Y|I|            window             |
 * |       |       |R|E|G|K|H|T|N|N|                               |
 * +-------+-------+-+-+-+-+-+-+-+-+-------------------------------+
 * |           checksum            |        urgent pointer         |
 * +-------------------------------+-------------------------------+
 * |               options, padded to whole words ...              |
 * ```
 *
 * @module
 */

import { parseIp } from "../ip/address.ts";
import { readUint16, readUint32, requireBits } from "../bytes.ts";
import { writeUint16, writeUint32 } from "../bytes.ts";
import { checksum, pseudoHeaderSum } from "../ip/checksum.ts";
import { requireBytes, requireWhole, WireError } from "../error.ts";
import type { Decoded } from "../error.ts";
import { decodeTcpFlags, encodeTcpFlags, type TcpFlags } from "./flags.ts";
import { decodeTcpOptionsLeniently, encodeTcpOptions } from "./options.ts";
import type { TcpOption } from "./options.ts";

/** The protocol number of TCP in an IP header. */
export const PROTOCOL_TCP = 6;

/** All fields of a TCP header. */
export interface TcpHeader {
  /** Port of the sender, from 0 to 65535. */
  sourcePort: number;
  /** Port of the receiver, from 0 to 65535. */
  destinationPort: number;
  /**
   * The sequence number of the first byte of data, or of the SYN, modulo 2^32.
   */
  sequence: number;
  /**
   * The acknowledgment number: the sequence number of the next byte that the
   * sender expects, modulo 2^32.
   */
  acknowledgment: number;
  /**
   * Length of the header in bytes, from 20 to 60. (The data offset counts
   * four-byte words.)
   */
  headerBytes: number;
  /** The four reserved bits. */
  reserved: number;
  /** The eight control bits. */
  flags: TcpFlags;
  /**
   * The receive window, before scaling: the number of bytes that the sender has
   * room for.
   */
  window: number;
  /** The checksum as it was sent, from 0 to 65535. */
  checksum: number;
  /**
   * The urgent pointer: the end of the urgent data, counted from `sequence`;
   * valid if the flag `urg` is set.
   */
  urgentPointer: number;
  /** The options, in order. */
  options: TcpOption[];
}

/** The fields of a TCP header to encode. All but the ports have defaults. */
export interface TcpFields
  extends Partial<Omit<TcpHeader, "sourcePort" | "destinationPort" | "flags">> {
  /** Port of the sender. */
  sourcePort: number;
  /** Port of the receiver. */
  destinationPort: number;
  /**
   * The flags that are set.
   *
   * @default {{}}
   */
  flags?: Partial<TcpFlags>;
}

/** Options for encoding a TCP segment or a UDP datagram. */
export interface SegmentOptions {
  /**
   * The data after the header.
   *
   * @default {new Uint8Array(0)}
   */
  payload?: Uint8Array;
  /**
   * The two addresses, which the checksum covers, too. Without them, a missing
   * checksum is 0.
   *
   * @default {undefined}
   */
  addresses?: { source: string; destination: string };
}

/**
 * Decodes a TCP header.
 *
 * @param bytes The bytes that contain the header.
 * @param start The index of its first byte.
 * @param end The index after the last byte of the segment.
 * @returns All fields; the payload starts at `start + headerBytes`.
 * @throws {WireError} If the header is truncated, its data offset is below 5,
 * or its options are invalid.
 *
 * @example A SYN without options
 * ```ts
 * import { decodeTcp, encodeTcp } from "./header.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = encodeTcp({
 *   sourcePort: 50000,
 *   destinationPort: 7,
 *   sequence: 4294967295,
 *   flags: { syn: true },
 * });
 * const header = decodeTcp(bytes);
 * assertEquals(header.sequence, 4294967295);
 * assertEquals(header.headerBytes, 20);
 * assertEquals(header.flags.syn, true);
 * assertEquals(header.flags.ack, false);
 * ```
 */
export function decodeTcp(
  bytes: Uint8Array,
  start = 0,
  end: number = bytes.length,
): TcpHeader {
  return requireWhole(decodeTcpLeniently(bytes, start, end));
}

/**
 * Decodes a TCP header even if its options are invalid or truncated: the first
 * 20 bytes have the same meaning without them.
 *
 * @param bytes The bytes that contain the header.
 * @param start The index of its first byte.
 * @param end The index after the last byte of the segment.
 * @returns All fields, with the options before the first invalid one, and the
 * error, if any.
 * @throws {WireError} If there are fewer than 20 bytes.
 *
 * @example A header of 24 bytes, of which only 22 were captured
 * ```ts
 * import { decodeTcpLeniently, encodeTcp } from "./header.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = encodeTcp({
 *   sourcePort: 50000,
 *   destinationPort: 7,
 *   options: [{ kind: "mss", size: 1460 }],
 * });
 * const { value: header, problem } = decodeTcpLeniently(bytes.subarray(0, 22));
 * assertEquals(header.destinationPort, 7);
 * assertEquals(header.options, []);
 * assertEquals(
 *   problem?.message,
 *   "Cannot decode the TCP options at byte 20: expected 4 bytes, found 2",
 * );
 * ```
 */
export function decodeTcpLeniently(
  bytes: Uint8Array,
  start = 0,
  end: number = bytes.length,
): Decoded<TcpHeader> {
  requireBytes("a TCP header", 20, start, end);
  const headerBytes = (bytes[start + 12] >>> 4) * 4;
  const { options, problem } = decodeTcpOptionsLeniently(
    bytes,
    start + 20,
    Math.min(end, start + headerBytes),
  );
  const header: TcpHeader = {
    sourcePort: readUint16(bytes, start),
    destinationPort: readUint16(bytes, start + 2),
    sequence: readUint32(bytes, start + 4),
    acknowledgment: readUint32(bytes, start + 8),
    headerBytes,
    reserved: bytes[start + 12] & 0x0f,
    flags: decodeTcpFlags(bytes[start + 13]),
    window: readUint16(bytes, start + 14),
    checksum: readUint16(bytes, start + 16),
    urgentPointer: readUint16(bytes, start + 18),
    options,
  };
  return {
    value: header,
    problem: lengthProblem(headerBytes, start, end) ?? problem,
  };
}

function lengthProblem(
  headerBytes: number,
  start: number,
  end: number,
): WireError | null {
  if (headerBytes < 20) {
    return new WireError(
      "a TCP header",
      start + 12,
      `a data offset from 5 to 15 words, found ${headerBytes / 4}`,
    );
  }
  if (start + headerBytes <= end) return null;
  return new WireError(
    "the TCP options",
    start + 20,
    `${headerBytes - 20} bytes, found ${end - start - 20}`,
  );
}

/**
 * Encodes a TCP segment: header and payload.
 *
 * @param fields The header. A missing header length or checksum is computed;
 * all other missing fields are 0.
 * @param options The payload and the addresses.
 * @returns A new buffer.
 * @throws {RangeError} If a value doesn't fit in its field.
 * @throws {TypeError} If an address isn't valid.
 *
 * @example A decoded header encodes to the same bytes
 * ```ts
 * import { decodeTcp, encodeTcp } from "./header.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = encodeTcp({ sourcePort: 50000, destinationPort: 7 }, {
 *   addresses: { source: "::1", destination: "::1" },
 * });
 * assertEquals(encodeTcp(decodeTcp(bytes)), bytes);
 * ```
 */
export function encodeTcp(
  fields: TcpFields,
  options: SegmentOptions = {},
): Uint8Array {
  const { payload = new Uint8Array(0), addresses } = options;
  const tcpOptions = encodeTcpOptions(fields.options ?? []);
  const headerBytes = fields.headerBytes ?? 20 + tcpOptions.length;
  if (headerBytes % 4 !== 0 || headerBytes < 20 + tcpOptions.length) {
    throw new RangeError(
      `Cannot write a TCP header of ${headerBytes} bytes: it needs ${
        20 + tcpOptions.length
      }, in whole words of 4`,
    );
  }
  const bytes = new Uint8Array(headerBytes + payload.length);
  const put16 = (at: number, name: string, value = 0) =>
    writeUint16(bytes, at, requireBits(name, value, 16));
  const put32 = (at: number, name: string, value = 0) =>
    writeUint32(bytes, at, requireBits(name, value, 32));

  put16(0, "a port", fields.sourcePort);
  put16(2, "a port", fields.destinationPort);
  put32(4, "a sequence number", fields.sequence);
  put32(8, "an acknowledgment number", fields.acknowledgment);
  bytes[12] = requireBits("a data offset", headerBytes / 4, 4) << 4 |
    requireBits("reserved bits", fields.reserved ?? 0, 4);
  bytes[13] = encodeTcpFlags(fields.flags ?? {});
  put16(14, "a window", fields.window);
  put16(18, "an urgent pointer", fields.urgentPointer);
  bytes.set(tcpOptions, 20);
  bytes.set(payload, headerBytes);
  // The checksum covers everything else, so it's computed last.
  put16(16, "a checksum", fields.checksum ?? segmentChecksum(bytes, addresses));
  return bytes;
}

function segmentChecksum(
  bytes: Uint8Array,
  addresses: SegmentOptions["addresses"],
): number {
  if (addresses === undefined) return 0;
  const source = parseIp(addresses.source);
  const destination = parseIp(addresses.destination);
  return checksum(
    bytes,
    pseudoHeaderSum(source, destination, PROTOCOL_TCP, bytes.length),
  );
}
