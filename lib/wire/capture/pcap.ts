/**
 * The pcap capture file format: a header of 24 bytes, then the packets, each
 * with a header of 16 bytes (draft-ietf-opsawg-pcap).
 *
 * ```text
 * file:    magic 4 | version 2 + 2 | reserved 8 | snaplen 4 | link type 4
 * packet:  seconds 4 | fraction 4 | bytes here 4 | bytes on the wire 4
 * ```
 *
 * The numbers are in the byte order of the machine that wrote the file; the
 * magic number shows which. Another magic number means that times are in
 * nanoseconds, not microseconds.
 *
 * @module
 */

import { concat } from "../bytes.ts";
import type { CapturedPacket, CaptureFormat } from "./capture_format.ts";
import { MAX_PACKET_BYTES } from "./capture_format.ts";
import { WireError } from "../error.ts";
import type { Timestamp } from "./timestamp.ts";

/** The magic number of files with microseconds. */
const MAGIC_MICRO = 0xa1b2c3d4;
/** The magic number of files with nanoseconds. */
const MAGIC_NANO = 0xa1b23c4d;
/**
 * The magic number of a modified libpcap for Linux of 1999, which has 8 more
 * bytes before each packet: the interface, the protocol, and the packet type.
 */
const MAGIC_MODIFIED = 0xa1b2cd34;
const FILE_HEADER_BYTES = 24;
const PACKET_HEADER_BYTES = 16;

/**
 * Recognizes a pcap file.
 *
 * @param magic The first four bytes of the file, read big-endian.
 * @returns The functions that read its records (the file header is the first
 * record); `null` if it isn't a pcap file.
 *
 * @example The magic number shows the format
 * ```ts
 * import { pcapFormat } from "./pcap.ts";
 * import { assert, assertEquals } from "@std/assert";
 *
 * assert(pcapFormat(0xd4c3b2a1) !== null); // little-endian, as on most machines
 * assertEquals(pcapFormat(0x7f454c46), null); // a program
 * ```
 */
export function pcapFormat(magic: number): CaptureFormat | null {
  const swapped = new DataView(new ArrayBuffer(4));
  swapped.setUint32(0, magic, true);
  for (const littleEndian of [false, true]) {
    const value = littleEndian ? swapped.getUint32(0) : magic;
    if (value === MAGIC_MICRO) return pcapRecords(littleEndian);
    if (value === MAGIC_NANO) {
      return pcapRecords(littleEndian, { nanosecondsPerUnit: 1 });
    }
    if (value === MAGIC_MODIFIED) {
      return pcapRecords(littleEndian, {
        headerBytes: PACKET_HEADER_BYTES + 8,
      });
    }
  }
  return null;
}

/** Options for {@linkcode encodePcap}. */
export interface PcapOptions {
  /**
   * The link type, the kind of header that the packets begin with; see
   * `LINK_TYPES`.
   *
   * @default {1}
   */
  linkType?: number;
  /**
   * The most bytes of each packet that were kept (snapshot length), for the
   * file header.
   *
   * @default {262144}
   */
  snapLength?: number;
  /**
   * Whether times are written in nanoseconds. Otherwise, they're cut to
   * microseconds.
   *
   * @default {false}
   */
  nanoseconds?: boolean;
  /**
   * Whether the least significant byte comes first.
   *
   * @default {true}
   */
  littleEndian?: boolean;
}

/**
 * The parts of a packet that are written to the file. A captured packet fits,
 * too.
 */
export interface PcapPacket {
  /** The packet's bytes, including the link header. */
  bytes: Uint8Array;
  /**
   * The time when it was captured.
   *
   * @default {{ seconds: 0, nanoseconds: 0 }}
   */
  time?: Timestamp | null;
  /**
   * Its size on the wire, in bytes.
   *
   * @default {bytes.length}
   */
  originalLength?: number;
}

/**
 * Encodes the header of a capture file.
 *
 * @param options The link type, the byte order, and the unit of time.
 * @returns A new buffer of 24 bytes.
 *
 * @example The start of a file
 * ```ts
 * import { encodePcapHeader } from "./pcap.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = encodePcapHeader();
 * assertEquals(bytes.length, 24);
 * assertEquals(bytes.subarray(0, 2), new Uint8Array([0xd4, 0xc3]));
 * ```
 */
export function encodePcapHeader(options: PcapOptions = {}): Uint8Array {
  const { linkType = 1, snapLength = MAX_PACKET_BYTES } = options;
  const { nanoseconds = false, littleEndian = true } = options;
  const view = new DataView(new ArrayBuffer(FILE_HEADER_BYTES));
  view.setUint32(0, nanoseconds ? MAGIC_NANO : MAGIC_MICRO, littleEndian);
  view.setUint16(4, 2, littleEndian);
  view.setUint16(6, 4, littleEndian);
  view.setUint32(16, snapLength, littleEndian);
  view.setUint32(20, linkType, littleEndian);
  return new Uint8Array(view.buffer);
}

/**
 * Encodes a packet for a capture file. Pass the options that you passed for the
 * file's header.
 *
 * @param packet The packet.
 * @param options The byte order and the unit of time.
 * @returns A new buffer: 16 bytes of header, then the packet.
 *
 * @example A packet of one byte
 * ```ts
 * import { encodePcapPacket } from "./pcap.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(encodePcapPacket({ bytes: new Uint8Array(1) }).length, 17);
 * ```
 */
export function encodePcapPacket(
  packet: PcapPacket,
  options: PcapOptions = {},
): Uint8Array {
  const { bytes, originalLength = bytes.length } = packet;
  const { nanoseconds = false, littleEndian = true } = options;
  const time = packet.time ?? { seconds: 0, nanoseconds: 0 };
  const record = new Uint8Array(PACKET_HEADER_BYTES + bytes.length);
  const view = new DataView(record.buffer);
  const fraction = time.nanoseconds / (nanoseconds ? 1 : 1000);
  view.setUint32(0, time.seconds, littleEndian);
  view.setUint32(4, fraction, littleEndian);
  view.setUint32(8, bytes.length, littleEndian);
  view.setUint32(12, originalLength, littleEndian);
  record.set(bytes, PACKET_HEADER_BYTES);
  return record;
}

/**
 * Encodes a whole capture file, which tcpdump and Wireshark can read.
 *
 * @param packets The packets, in order.
 * @param options The link type, the byte order, and the unit of time.
 * @returns A new buffer.
 *
 * @example The encoded file can be parsed
 * ```ts
 * import { parseCapture } from "./read_capture.ts";
 * import { encodePcap } from "./pcap.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = new Uint8Array([1, 2, 3]);
 * const [packet] = parseCapture(encodePcap([{ bytes }], { linkType: 101 }));
 * assertEquals(packet.bytes, bytes);
 * assertEquals(packet.linkType, 101);
 * ```
 */
export function encodePcap(
  packets: Iterable<PcapPacket>,
  options: PcapOptions = {},
): Uint8Array {
  const parts = [encodePcapHeader(options)];
  for (const packet of packets) parts.push(encodePcapPacket(packet, options));
  return concat(parts);
}

function pcapRecords(
  littleEndian: boolean,
  { nanosecondsPerUnit = 1000, headerBytes = PACKET_HEADER_BYTES } = {},
): CaptureFormat {
  let linkType: number | null = null;
  let number = 0;

  function recordSize(view: DataView, at: number, offset: number): number {
    if (linkType === null) return FILE_HEADER_BYTES;
    if (view.byteLength - at < headerBytes) return 0;
    const size = view.getUint32(at + 8, littleEndian);
    if (size > MAX_PACKET_BYTES) {
      throw new WireError(
        "a pcap packet",
        offset + 8,
        `at most ${MAX_PACKET_BYTES} bytes, found ${size}`,
      );
    }
    return headerBytes + size;
  }

  function decodeRecord(
    view: DataView,
    at: number,
    size: number,
  ): CapturedPacket | null {
    if (linkType === null) {
      // The upper bits say whether frames end with a frame check sequence.
      linkType = view.getUint32(at + 20, littleEndian) & 0x03ff_ffff;
      return null;
    }
    const fraction = view.getUint32(at + 4, littleEndian) * nanosecondsPerUnit;
    return {
      number: ++number,
      time: {
        // A fraction of a second or more isn't valid, but is harmless.
        seconds: view.getUint32(at, littleEndian) + Math.floor(fraction / 1e9),
        nanoseconds: fraction % 1e9,
      },
      linkType,
      originalLength: view.getUint32(at + 12, littleEndian),
      bytes: new Uint8Array(
        view.buffer,
        view.byteOffset + at + headerBytes,
        size - headerBytes,
      ),
    };
  }

  return { recordName: "a pcap packet", recordSize, decodeRecord };
}
