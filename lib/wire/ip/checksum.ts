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

/** The fewest bytes for which creating a `DataView` makes the sum faster. */
const LONG = 64;

/**
 * Adds up bytes as 16-bit numbers, without folding the carries, so that several
 * sums can be added up before folding.
 *
 * If the number of bytes is odd, a zero byte is added at the end.
 *
 * @param bytes The buffer that contains the bytes.
 * @param start The index of the first byte to add.
 * @param end The index after the last one, at most `bytes.length`.
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
    // Four numbers per round: for packets with data, a decoder spends most of
    // its time here.
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
 * Folds a sum to 16 bits: adds the carries back in until there are none.
 *
 * @param sum A sum returned by {@linkcode sumWords}, or several added up.
 * @returns An integer from 0 to 65535.
 *
 * @example Carries are added back in
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
 * Computes the Internet checksum of bytes (RFC 1071, section 1). When you
 * compute a header's checksum, its checksum field must be 0.
 *
 * @param bytes The bytes to protect.
 * @param sum A sum to add, such as that of {@linkcode pseudoHeaderSum}.
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
 * Adds up the pseudo-header. The checksums of TCP and UDP cover it as well as
 * their own bytes, so a checksum fails if a packet is delivered to the wrong
 * host.
 *
 * The pseudo-header is never sent. For IPv4, it's 12 bytes (RFC 9293, section
 * 3.1): source, destination, a zero byte, protocol, and length. For IPv6, it's
 * 40 bytes (RFC 8200, section 8.1), but its extra bytes are zeros, which don't
 * change the sum.
 *
 * @param source Address of the sender, 4 or 16 bytes.
 * @param destination Address of the receiver, of the same length.
 * @param protocol 6 for TCP, 17 for UDP.
 * @param length The length of the TCP or UDP header and its payload, in bytes.
 * @returns The sum, before folding.
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
    // In IPv6, the length has 32 bits, so its upper half is another 16-bit
    // number.
    (length >>> 16) + (length & 0xffff);
}
