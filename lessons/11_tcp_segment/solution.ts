/** A good answer to each exercise of lesson 11. */
import type { Segment } from "./types.ts";

// ---- 11.1 decodeSegment -----------------------------------------------------

export function decodeSegment(bytes: Uint8Array): Segment {
  if (bytes.length < 20) {
    throw new RangeError(`a TCP header has 20 bytes, found ${bytes.length}`);
  }
  // The bytes may be anywhere in their buffer, so say where the view starts.
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  // The upper four bits count 4-byte words.
  const headerBytes = (view.getUint8(12) >> 4) * 4;
  if (headerBytes < 20 || headerBytes > bytes.length) {
    throw new RangeError(
      `${bytes.length} bytes can't have a header of ${headerBytes}`,
    );
  }
  const flags = view.getUint8(13);
  return {
    sourcePort: view.getUint16(0),
    destinationPort: view.getUint16(2),
    // Unsigned: half of all sequence numbers are above 2147483647.
    sequence: view.getUint32(4),
    acknowledgment: view.getUint32(8),
    headerBytes,
    flags: {
      cwr: (flags & 0b1000_0000) !== 0,
      ece: (flags & 0b0100_0000) !== 0,
      urg: (flags & 0b0010_0000) !== 0,
      ack: (flags & 0b0001_0000) !== 0,
      psh: (flags & 0b0000_1000) !== 0,
      rst: (flags & 0b0000_0100) !== 0,
      syn: (flags & 0b0000_0010) !== 0,
      fin: (flags & 0b0000_0001) !== 0,
    },
    window: view.getUint16(14),
    checksum: view.getUint16(16),
    urgentPointer: view.getUint16(18),
    options: bytes.subarray(20, headerBytes),
    payload: bytes.subarray(headerBytes),
  };
}

// ---- 11.2 checksum ----------------------------------------------------------

export function checksum(bytes: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) {
    // After an odd last byte there's undefined, which counts as 0.
    sum += (bytes[at] << 8) | (bytes[at + 1] ?? 0);
    // Add the carry back in at the bottom: subtract 0x10000, and add 1.
    if (sum > 0xffff) sum -= 0xffff;
  }
  return 0xffff - sum;
}

// ---- 11.3 seqLess -----------------------------------------------------------

export function seqLess(a: number, b: number): boolean {
  // The way forward from a to b. `>>> 0` takes it modulo 2^32.
  const ahead = (b - a) >>> 0;
  return ahead > 0 && ahead < 2 ** 31;
}
