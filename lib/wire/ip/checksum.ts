/**
 * The Internet checksum, which IPv4, TCP, and UDP share (RFC 1071).
 *
 * It adds the bytes as 16-bit numbers, and adds each carry out of the top bit
 * back at the bottom (one's complement sum). The checksum is that sum with all
 * bits inverted, so a receiver that adds everything, including the checksum,
 * gets all ones.
 *
 * @module
 */

/** From so many bytes on, making a view of them pays. */
const LONG = 64;

/**
 * Adds bytes up as 16-bit numbers, without folding the carries yet, so that
 * sums can be added to one another.
 *
 * A last odd byte counts as the upper half of a number whose lower half is 0.
 *
 * @param bytes What to add.
 * @param start The index of the first byte to add.
 * @param end The index after the last one; mustn't lie past the end of `bytes`.
 * @returns The sum, an integer >= 0.
 *
 * @example Two numbers and an odd byte
 * ```ts
 * import { sumWords } from "./checksum.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = new Uint8Array([0x00, 0x01, 0xff, 0xff, 0x10]);
 * assertEquals(sumWords(bytes), 0x0001 + 0xffff + 0x1000);
 * ```
 */
export function sumWords(
  bytes: Uint8Array,
  start = 0,
  end: number = bytes.length,
): number {
  let sum = 0;
  let at = start;
  if (end - start >= LONG) {
    // Four numbers a turn: with data, this is most of what a decoder does.
    const view = new DataView(bytes.buffer, bytes.byteOffset, end);
    for (const last = end - 7; at < last; at += 8) {
      const two = view.getInt32(at);
      const more = view.getInt32(at + 4);
      sum += (two >>> 16) + (two & 0xffff) + (more >>> 16) + (more & 0xffff);
    }
  }
  for (const last = end - 1; at < last; at += 2) {
    sum += bytes[at] << 8 | bytes[at + 1];
  }
  if (at < end) sum += bytes[at] << 8;
  return sum;
}

/**
 * Adds what was carried out of the lowest 16 bits in again, until nothing is.
 *
 * @param sum What {@linkcode sumWords} gave, or several of those added.
 * @returns An integer from 0 to 65535.
 *
 * @example A carry comes round
 * ```ts
 * import { fold } from "./checksum.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(fold(0x1_0000), 0x0001);
 * assertEquals(fold(0x1_ffff), 0x0001); // 0xffff + 1 carries once more
 * ```
 */
export function fold(sum: number): number {
  while (sum > 0xffff) sum = (sum % 0x1_0000) + Math.floor(sum / 0x1_0000);
  return sum;
}

/**
 * Computes the Internet checksum of bytes (RFC 1071, section 1). For a header,
 * its checksum field must hold 0 meanwhile.
 *
 * @param bytes What to protect.
 * @param sum What to add besides, such as {@linkcode pseudoHeaderSum} gives.
 * @returns An integer from 0 to 65535.
 *
 * @example The example of RFC 1071, section 3
 * ```ts
 * import { checksum } from "./checksum.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = [0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7];
 * assertEquals(checksum(new Uint8Array(bytes)), 0xffff - 0xddf2);
 * ```
 */
export function checksum(bytes: Uint8Array, sum = 0): number {
  return 0xffff - fold(sum + sumWords(bytes));
}

/**
 * Adds up the pseudo-header, which TCP and UDP protect besides their own bytes,
 * so that the checksum fails if a packet is delivered to the wrong host.
 *
 * It is never sent. For IPv4 it is 12 bytes (RFC 9293, section 3.1): source,
 * destination, a zero, the protocol, the length. For IPv6 it is 40 bytes (RFC
 * 8200, section 8.1), with the same sum for the same values, since zeros add
 * nothing.
 *
 * @param source Address of the sender, 4 or 16 bytes.
 * @param destination Address of the receiver, as many bytes.
 * @param protocol 6 for TCP, 17 for UDP.
 * @param length Bytes of the TCP or UDP header and what follows it.
 * @returns The sum, not folded.
 *
 * @example From 127.0.0.1 to itself, 20 bytes of TCP
 * ```ts
 * import { pseudoHeaderSum } from "./checksum.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const loopback = new Uint8Array([127, 0, 0, 1]);
 * assertEquals(
 *   pseudoHeaderSum(loopback, loopback, 6, 20),
 *   0x7f00 + 0x0001 + 0x7f00 + 0x0001 + 6 + 20,
 * );
 * ```
 */
export function pseudoHeaderSum(
  source: Uint8Array,
  destination: Uint8Array,
  protocol: number,
  length: number,
): number {
  return sumWords(source) + sumWords(destination) + protocol +
    // IPv6 gives the length 32 bits: the upper half is a number of its own.
    (length >>> 16) + (length & 0xffff);
}
