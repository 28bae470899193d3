/**
 * The header of the reliable stream: 16 bytes in front of each segment, which
 * travels in one datagram.
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
 * It is TCP's header (RFC 9293, section 3.1) without what UDP does already (the
 * ports, the length) and with a window of 32 bits, which needs no scaling. The
 * flags lie where TCP has them: A(CK), R(ST), S(YN), F(IN). The mark tells it
 * from messages that are meant for somebody else, and the checksum (RFC 1071)
 * covers header and data.
 *
 * @module
 */

import { readUint16, readUint32, writeUint32 } from "../../wire/bytes.ts";
import { checksum, fold, sumWords } from "../../wire/ip/checksum.ts";
import { WireError } from "../../wire/error.ts";

/** Bytes of the header. */
export const HEADER_BYTES = 16;

/** The most data that one segment holds: what one datagram does, less the header. */
export const MAX_SEGMENT_BYTES = 65_507 - HEADER_BYTES;

/** The last segment of this direction: no more data follows. */
export const FIN = 0x01;
/** The first segment of this direction: its number is the initial one. */
export const SYN = 0x02;
/** The connection is no more. */
export const RST = 0x04;
/** The acknowledgment number means something. */
export const ACK = 0x10;

/** First byte of every segment: a W, for workbook. */
const MARK = 0x57;

/** What one segment says. */
export interface Segment {
  /** A sum of {@linkcode FIN}, {@linkcode SYN}, {@linkcode RST}, {@linkcode ACK}. */
  flags: number;
  /** Number of the first byte of the data, from 0 to 4294967295. */
  seq: number;
  /** Number of the byte that the sender waits for, if it has `ACK`. */
  ack: number;
  /** How many bytes from `ack` on the sender has room for. */
  window: number;
  /** The data, which may be none. */
  data: Uint8Array;
}

/**
 * Writes the header in front of data that is in its place already, so that the
 * data need not be copied for it.
 *
 * @param datagram 16 bytes for the header, and then the data.
 * @param header What it shall say.
 *
 * @example See {@linkcode encodeSegment}
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
 * Makes a datagram of a segment.
 *
 * @param segment What it shall say.
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
 * Reads a segment.
 *
 * @param datagram All that came in one datagram.
 * @returns What it says. The data is a view of the datagram: who keeps it
 * copies it.
 * @throws {WireError} If it is no segment of this kind, or was damaged.
 *
 * @example A bit has flipped on the way
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
  if (datagram.length < HEADER_BYTES) {
    throw bad(datagram.length, `${HEADER_BYTES} bytes or more`);
  }
  if (datagram[0] !== MARK) throw bad(0, `the mark 0x57`);
  if ((datagram[1] & ~(FIN | SYN | RST | ACK)) !== 0) {
    throw bad(1, "no other flags than ACK, RST, SYN, FIN");
  }
  // A sum over everything, checksum included, is all ones.
  if (fold(sumWords(datagram)) !== 0xffff) {
    throw bad(2, `another checksum than ${readUint16(datagram, 2)}`);
  }
  return {
    flags: datagram[1],
    seq: readUint32(datagram, 4),
    ack: readUint32(datagram, 8),
    window: readUint32(datagram, 12),
    data: datagram.subarray(HEADER_BYTES),
  };
}

/**
 * Writes flags for a person to read.
 *
 * @param flags As in {@linkcode Segment}.
 * @returns For example `SYN,ACK`.
 *
 * @example The answer to a SYN
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
