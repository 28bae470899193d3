/**
 * The header of a reliable connection's segments: 16 bytes before the data, in
 * one datagram.
 *
 * ```text
 *  0               1               2               3
 * +---------------+---------------+-------------------------------+
 * |   mark 0x57   | 0 0 0 A 0 R S F           checksum            |
 * +---------------+---------------+-------------------------------+
 * |                        sequence number                        |
 * +---------------------------------------------------------------+
 * |                     acknowledgment number                     |
 * +---------------------------------------------------------------+
 * |                        window in bytes                        |
 * +---------------------------------------------------------------+
 * |  data ...                                                     |
 * ```
 *
 * It is TCP's header (RFC 9293, section 3.1) without the fields that UDP already
 * has (ports, length), and with a window of 32 bits, which needs no scaling. The
 * flags have TCP's positions: A(CK), R(ST), S(YN), F(IN). The mark distinguishes
 * segments from other programs' messages, and the checksum (RFC 1071) covers the
 * header and the data.
 *
 * @module
 */

import { readUint16, readUint32, writeUint32 } from "../../wire/bytes.ts";
import { checksum, fold, sumWords } from "../../wire/ip/checksum.ts";
import { WireError } from "../../wire/error.ts";

/** The size of the header, in bytes. */
export const HEADER_BYTES = 16;

/**
 * The most data in one segment, in bytes: the longest datagram, minus the
 * header.
 */
export const MAX_SEGMENT_BYTES = 65_507 - HEADER_BYTES;

/** The sender has no more data. */
export const FIN = 0x01;
/** The sender opens the connection, with its initial sequence number. */
export const SYN = 0x02;
/** The sender has reset the connection. */
export const RST = 0x04;
/** The acknowledgment number is valid. */
export const ACK = 0x10;

/** The first byte of every segment: a W, for workbook. */
const MARK = 0x57;

/** A segment: its header's fields, and its data. */
export interface Segment {
  /** A sum of {@linkcode FIN}, {@linkcode SYN}, {@linkcode RST}, {@linkcode ACK}. */
  flags: number;
  /** The sequence number of the first byte of data, from 0 to 4294967295. */
  seq: number;
  /** The sequence number of the next byte that the sender expects, if `ACK` is set. */
  ack: number;
  /** The sender's window: how many bytes from `ack` on it has room for. */
  window: number;
  /** The data, which may be empty. */
  data: Uint8Array;
}

/**
 * Writes the header into a datagram that already has the data, so that the data
 * needn't be copied.
 *
 * @param datagram The datagram: 16 bytes for the header, and then the data.
 * @param header The fields of the header.
 *
 * @example Write the header before two bytes of data
 * ```ts
 * import { ACK, decodeSegment, writeHeader } from "./segment.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const datagram = new Uint8Array(18);
 * datagram.set([104, 105], 16);
 * writeHeader(datagram, { flags: ACK, seq: 1, ack: 2, window: 3 });
 * assertEquals(decodeSegment(datagram).data, new Uint8Array([104, 105]));
 * ```
 */
export function writeHeader(
  datagram: Uint8Array,
  header: Omit<Segment, "data">,
): void {
  datagram[0] = MARK;
  datagram[1] = header.flags;
  datagram[2] = datagram[3] = 0;
  writeUint32(datagram, 4, header.seq);
  writeUint32(datagram, 8, header.ack);
  writeUint32(datagram, 12, header.window);
  const sum = checksum(datagram);
  datagram[2] = sum >> 8;
  datagram[3] = sum;
}

/**
 * Encodes a segment as a datagram.
 *
 * @param segment The segment to encode.
 * @returns The header and the data.
 *
 * @example A segment with one byte
 * ```ts
 * import { ACK, decodeSegment, encodeSegment } from "./segment.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const data = new Uint8Array([42]);
 * const segment = { flags: ACK, seq: 7, ack: 4294967295, window: 65536, data };
 * const datagram = encodeSegment(segment);
 * assertEquals(datagram.length, 17);
 * assertEquals(decodeSegment(datagram), segment);
 * ```
 */
export function encodeSegment(segment: Segment): Uint8Array {
  const datagram = new Uint8Array(HEADER_BYTES + segment.data.length);
  datagram.set(segment.data, HEADER_BYTES);
  writeHeader(datagram, segment);
  return datagram;
}

/**
 * Decodes a segment from a datagram.
 *
 * @param datagram The datagram.
 * @returns The segment. Its data is a view of the datagram: to keep it, copy it.
 * @throws {WireError} If the datagram isn't a segment of this kind, or is damaged.
 *
 * @example A damaged datagram
 * ```ts
 * import { ACK, decodeSegment, encodeSegment } from "./segment.ts";
 * import { WireError } from "../../wire/mod.ts";
 * import { assertThrows } from "@std/assert";
 *
 * const data = new Uint8Array([42]);
 * const datagram = encodeSegment({ flags: ACK, seq: 7, ack: 9, window: 1, data });
 * datagram[16] ^= 0x20;
 * assertThrows(() => decodeSegment(datagram), WireError, "checksum");
 * ```
 */
export function decodeSegment(datagram: Uint8Array): Segment {
  const header = decodeHeader(datagram);
  // The sum over everything, including the checksum, is all ones.
  if (fold(sumWords(datagram)) !== 0xffff) {
    throw bad(2, `a checksum other than ${readUint16(datagram, 2)}`);
  }
  return { ...header, data: datagram.subarray(HEADER_BYTES) };
}

/**
 * Decodes the header of a segment that may be damaged, or cut off after it.
 *
 * @param datagram The datagram, or its first 16 bytes.
 * @returns The fields of the header.
 * @throws {WireError} If the datagram isn't a segment of this kind.
 */
export function decodeHeader(datagram: Uint8Array): Omit<Segment, "data"> {
  if (datagram.length < HEADER_BYTES) {
    throw bad(datagram.length, `${HEADER_BYTES} bytes or more`);
  }
  if (datagram[0] !== MARK) throw bad(0, `the mark 0x57`);
  if ((datagram[1] & ~(FIN | SYN | RST | ACK)) !== 0) {
    throw bad(1, "only the flags ACK, RST, SYN, and FIN");
  }
  return {
    flags: datagram[1],
    seq: readUint32(datagram, 4),
    ack: readUint32(datagram, 8),
    window: readUint32(datagram, 12),
  };
}

/**
 * Formats flags.
 *
 * @param flags The flags of a {@linkcode Segment}.
 * @returns Their names, such as `SYN,ACK`.
 *
 * @example The flags of a SYN-ACK
 * ```ts
 * import { ACK, formatFlags, SYN } from "./segment.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(formatFlags(SYN | ACK), "SYN,ACK");
 * ```
 */
export function formatFlags(flags: number): string {
  const names: [number, string][] = [
    [SYN, "SYN"],
    [FIN, "FIN"],
    [RST, "RST"],
    [ACK, "ACK"],
  ];
  return names.filter(([flag]) => flags & flag).map(([, name]) => name).join();
}

function bad(offset: number, expected: string): WireError {
  return new WireError("a reliable segment", offset, expected);
}
