/**
 * Verifies checksums in captured packets.
 *
 * A capture on the sending machine shows packets before the network card has
 * finished them. Linux leaves TCP and UDP checksums to the card (checksum
 * offload), and on loopback computes none at all, because the bytes never leave
 * memory. The field then holds the sum of the pseudo-header, folded but not
 * inverted: the card only has to add the rest. So if a wrong checksum is
 * exactly that sum, it's `offloaded`, not damaged.
 *
 * @module
 */

import { fold, sumWords } from "./checksum.ts";

/**
 * The verdict on a checksum:
 *
 * - `good`: the checksum matches the bytes.
 * - `bad`: it doesn't match, so the bytes were damaged, or it was never
 *   computed.
 * - `offloaded`: the network card would have finished it.
 * - `none`: there is no checksum (IPv6 has no header checksum; UDP over IPv4
 *   can leave it out).
 * - `unknown`: some bytes that it covers are missing or unknown (a truncated
 *   packet, a fragment, a source route).
 */
export type ChecksumVerdict =
  | "good"
  | "bad"
  | "offloaded"
  | "none"
  | "unknown";

/**
 * Verifies the checksum of an IPv4 header.
 *
 * @param bytes The bytes that contain the header.
 * @param start The index of its first byte.
 * @param end The index after its last one, including options.
 * @returns `good` or `bad`.
 *
 * @example A damaged bit
 * ```ts
 * import { encodeIpv4 } from "./ipv4.ts";
 * import { judgeHeader } from "./verdict.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const address = "127.0.0.1";
 * const bytes = encodeIpv4({
 *   version: 4,
 *   protocol: 6,
 *   source: address,
 *   destination: address,
 * }, new Uint8Array(0));
 * assertEquals(judgeHeader(bytes, 0, 20), "good");
 * bytes[15] ^= 1;
 * assertEquals(judgeHeader(bytes, 0, 20), "bad");
 * ```
 */
export function judgeHeader(
  bytes: Uint8Array,
  start: number,
  end: number,
): ChecksumVerdict {
  return fold(sumWords(bytes, start, end)) === 0xffff ? "good" : "bad";
}

/**
 * Verifies the checksum of a TCP segment or a UDP datagram.
 *
 * @param bytes The bytes that contain the segment or datagram.
 * @param start The index of its first byte.
 * @param end The index after its last one; no byte may be missing.
 * @param field The checksum, as it was sent.
 * @param pseudoSum The sum of its pseudo-header, from `pseudoHeaderSum`.
 * @returns `good`, `bad` or `offloaded`.
 *
 * @example A field that contains only the sum of the pseudo-header
 * ```ts
 * import { parseIp } from "./address.ts";
 * import { fold, pseudoHeaderSum } from "./checksum.ts";
 * import { encodeTcp } from "../tcp/header.ts";
 * import { judgeSegment } from "./verdict.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const address = parseIp("127.0.0.1");
 * const pseudo = pseudoHeaderSum(address, address, 6, 20);
 * const checksum = fold(pseudo);
 * const bytes = encodeTcp({ sourcePort: 1, destinationPort: 2, checksum });
 * assertEquals(judgeSegment(bytes, 0, 20, checksum, pseudo), "offloaded");
 * ```
 */
export function judgeSegment(
  bytes: Uint8Array,
  start: number,
  end: number,
  field: number,
  pseudoSum: number,
): ChecksumVerdict {
  // If the sum includes the checksum itself, the result must be all ones.
  const sum = fold(pseudoSum + sumWords(bytes, start, end));
  if (sum === 0xffff) return "good";
  return field === fold(pseudoSum) ? "offloaded" : "bad";
}
