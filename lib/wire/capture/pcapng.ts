/**
 * Wireshark's capture file: a series of blocks, some of which are packets
 * (draft-ietf-opsawg-pcapng).
 *
 * ```text
 * | type 4 | length 4 | body, padded to words of 4 | length 4 again |
 * ```
 *
 * A section header block starts a section and gives its byte order. Interface
 * blocks give the link type and the unit of time of each interface, and each
 * packet block names its interface. All other blocks are skipped.
 *
 * @module
 */

import type { CapturedPacket, CaptureFormat } from "./capture_format.ts";
import { MAX_PACKET_BYTES } from "./capture_format.ts";
import { WireError } from "../error.ts";
import type { Timestamp } from "./timestamp.ts";

/** The same in both byte orders, so that any reader recognizes the file. */
const SECTION_HEADER = 0x0a0d0d0a;
const INTERFACE = 1;
/** The obsolete packet block, from before 2010, which is rare. */
const OLD_PACKET = 2;
const SIMPLE_PACKET = 3;
const ENHANCED_PACKET = 6;

const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
/** The largest block to accept, as in Wireshark. */
const MAX_BLOCK_BYTES = 16 * 1024 * 1024;
/** The most interfaces in a section; only a malicious file would have more. */
const MAX_INTERFACES = 4096;

/** The options of an interface that matter here. */
const OPTION_END = 0;
const OPTION_TIME_RESOLUTION = 9;
const OPTION_TIME_OFFSET = 14;

/** One interface of a section. */
interface Interface {
  linkType: number;
  /**
   * The most bytes of each packet that were kept (snapshot length); 0 for no
   * limit.
   */
  snapLength: number;
  /** Units of time in a second, 1000000 unless the file says otherwise. */
  unitsPerSecond: bigint;
  /** The seconds to add to each time. */
  offsetSeconds: bigint;
}

/**
 * Recognizes a pcapng file.
 *
 * @param magic The first four bytes of the file, read big-endian.
 * @returns The functions that read its blocks; `null` if it isn't a pcapng
 * file.
 *
 * @example The type of the first block shows the format
 * ```ts
 * import { pcapngFormat } from "./pcapng.ts";
 * import { assert, assertEquals } from "@std/assert";
 *
 * assert(pcapngFormat(0x0a0d0d0a) !== null);
 * assertEquals(pcapngFormat(0xa1b2c3d4), null);
 * ```
 */
export function pcapngFormat(magic: number): CaptureFormat | null {
  if (magic !== SECTION_HEADER) return null;
  let littleEndian = false;
  let interfaces: Interface[] = [];
  let number = 0;

  function recordSize(view: DataView, at: number, offset: number): number {
    if (view.byteLength - at < 12) return 0;
    if (view.getUint32(at) === SECTION_HEADER) {
      littleEndian = readByteOrder(view, at, offset);
    }
    const size = view.getUint32(at + 4, littleEndian);
    if (size < 12 || size > MAX_BLOCK_BYTES || size % 4 !== 0) {
      throw new WireError(
        "a pcapng block",
        offset + 4,
        `a multiple of 4 from 12 to ${MAX_BLOCK_BYTES}, found ${size}`,
      );
    }
    return size;
  }

  function decodeRecord(
    view: DataView,
    at: number,
    size: number,
    offset: number,
  ): CapturedPacket | null {
    const again = view.getUint32(at + size - 4, littleEndian);
    if (again !== size) {
      throw new WireError(
        "a pcapng block",
        offset + size - 4,
        `its length ${size} again, found ${again}`,
      );
    }
    const block: Block = { view, littleEndian, at: at + 8, offset: offset + 8 };
    const end = at + size - 4;
    switch (view.getUint32(at, littleEndian)) {
      case SECTION_HEADER:
        interfaces = [];
        return null;
      case INTERFACE:
        if (interfaces.length === MAX_INTERFACES) {
          const limit = `at most ${MAX_INTERFACES} interfaces`;
          throw new WireError("a pcapng block", offset, limit);
        }
        interfaces.push(decodeInterface(block, end));
        return null;
      case ENHANCED_PACKET:
      case OLD_PACKET:
        return decodePacketBlock(block, end, interfaces, ++number);
      case SIMPLE_PACKET:
        return decodeSimplePacket(block, end, interfaces, ++number);
      default:
        return null;
    }
  }

  return { recordName: "a pcapng block", recordSize, decodeRecord };
}

/** The body of a block: where it starts, and how to read it. */
interface Block {
  view: DataView;
  littleEndian: boolean;
  /** The index of its first byte. */
  at: number;
  /** The offset of that byte in the file, for error messages. */
  offset: number;
}

function readByteOrder(view: DataView, at: number, offset: number): boolean {
  if (view.getUint32(at + 8, true) === BYTE_ORDER_MAGIC) return true;
  if (view.getUint32(at + 8, false) === BYTE_ORDER_MAGIC) return false;
  throw new WireError(
    "a pcapng section",
    offset + 8,
    "the byte-order magic 1a2b3c4d",
  );
}

/** Body: link type 2, reserved 2, snap length 4, options. */
function decodeInterface(block: Block, end: number): Interface {
  const { view, littleEndian, at } = block;
  requireRoom(block, end, 8);
  const found: Interface = {
    linkType: view.getUint16(at, littleEndian),
    snapLength: view.getUint32(at + 4, littleEndian),
    unitsPerSecond: 1_000_000n,
    offsetSeconds: 0n,
  };
  // Each option: code 2, length 2, value, padding to 4 bytes.
  let optionAt = at + 8;
  while (optionAt + 4 <= end) {
    const code = view.getUint16(optionAt, littleEndian);
    const length = view.getUint16(optionAt + 2, littleEndian);
    if (code === OPTION_END || optionAt + 4 + length > end) break;
    if (code === OPTION_TIME_RESOLUTION && length === 1) {
      found.unitsPerSecond = unitsPerSecond(view.getUint8(optionAt + 4));
    }
    if (code === OPTION_TIME_OFFSET && length === 8) {
      found.offsetSeconds = view.getBigInt64(optionAt + 4, littleEndian);
    }
    optionAt += 4 + Math.ceil(length / 4) * 4;
  }
  return found;
}

/**
 * Body: interface 4 (in obsolete packet blocks 2, then drop count 2), time 4 +
 * 4, captured length 4, length on the wire 4, the packet, options.
 */
function decodePacketBlock(
  block: Block,
  end: number,
  interfaces: Interface[],
  number: number,
): CapturedPacket {
  const { view, littleEndian, at, offset } = block;
  requireRoom(block, end, 20);
  const isOld = view.getUint32(at - 8, littleEndian) === OLD_PACKET;
  const id = isOld
    ? view.getUint16(at, littleEndian)
    : view.getUint32(at, littleEndian);
  const from = interfaceOf(interfaces, id, offset);
  const length = view.getUint32(at + 12, littleEndian);
  return {
    number,
    time: timestamp(
      view.getUint32(at + 4, littleEndian),
      view.getUint32(at + 8, littleEndian),
      from,
    ),
    linkType: from.linkType,
    originalLength: view.getUint32(at + 16, littleEndian),
    bytes: packetBytes(block, end, { lengthAt: 12, dataAt: 20, length }),
  };
}

/**
 * Body: length on the wire 4, the packet; everything else is as in interface 0.
 */
function decodeSimplePacket(
  block: Block,
  end: number,
  interfaces: Interface[],
  number: number,
): CapturedPacket {
  const { view, littleEndian, at, offset } = block;
  requireRoom(block, end, 4);
  const { linkType, snapLength } = interfaceOf(interfaces, 0, offset);
  const originalLength = view.getUint32(at, littleEndian);
  const length = Math.min(originalLength, snapLength || Infinity);
  const bytes = packetBytes(block, end, { lengthAt: 0, dataAt: 4, length });
  return { number, time: null, linkType, originalLength, bytes };
}

function requireRoom(block: Block, end: number, size: number): void {
  const found = end - block.at;
  if (found >= size) return;
  throw new WireError(
    "a pcapng block",
    block.offset,
    `a body of ${size} bytes or more, found ${found}`,
  );
}

function interfaceOf(
  interfaces: Interface[],
  id: number,
  offset: number,
): Interface {
  if (id < interfaces.length) return interfaces[id];
  throw new WireError(
    "a pcapng packet",
    offset,
    `one of ${interfaces.length} interfaces, found number ${id}`,
  );
}

/** Both indexes count from the start of the block's body. */
function packetBytes(
  block: Block,
  end: number,
  { lengthAt, dataAt, length }: Record<
    "lengthAt" | "dataAt" | "length",
    number
  >,
): Uint8Array {
  const max = Math.min(end - block.at - dataAt, MAX_PACKET_BYTES);
  if (length > max) {
    throw new WireError(
      "a pcapng packet",
      block.offset + lengthAt,
      `at most ${max} bytes, found ${length}`,
    );
  }
  const { buffer, byteOffset } = block.view;
  return new Uint8Array(buffer, byteOffset + block.at + dataAt, length);
}

/** The highest bit selects powers of 2 or of 10. */
function unitsPerSecond(resolution: number): bigint {
  const power = BigInt(resolution & 0x7f);
  return (resolution & 0x80) !== 0 ? 2n ** power : 10n ** power;
}

function timestamp(high: number, low: number, from: Interface): Timestamp {
  if (from.unitsPerSecond === 1_000_000n && from.offsetSeconds === 0n) {
    // Nearly all files; exact until the year 2255, and fast.
    const micros = high * 2 ** 32 + low;
    if (Number.isSafeInteger(micros)) {
      const seconds = Math.floor(micros / 1e6);
      return { seconds, nanoseconds: (micros - seconds * 1e6) * 1000 };
    }
  }
  const units = BigInt(high) << 32n | BigInt(low);
  const fraction = units % from.unitsPerSecond;
  return {
    seconds: Number(units / from.unitsPerSecond + from.offsetSeconds),
    nanoseconds: Number(fraction * 1_000_000_000n / from.unitsPerSecond),
  };
}
