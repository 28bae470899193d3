/**
 * Check your answers to lesson 11: `deno task check 11`, or `deno task watch`.
 *
 * Replace each `todo(…)` below with your code. Keep the numbered headings,
 * because `deno task reset 11.1` needs them. The types are in types.ts.
 */
import { todo } from "../../lib/workbook/kit/mod.ts";
import type { Segment } from "./types.ts";

// ---- 11.1 decodeSegment -----------------------------------------------------

/**
 *     export function decodeSegment(bytes: Uint8Array): Segment {
 *     }
 *
 * Decodes a TCP segment: every field of its header, and its data. `types.ts` has
 * the fields of a `Segment`.
 *
 * - All numbers are unsigned and big-endian.
 * - `headerBytes` is the length of the header in bytes, from 20 to 60.
 * - `flags` has a boolean for each of the eight flags.
 * - `options` are the bytes from 20 to the end of the header, and `payload` the
 *   bytes after it. Both may be empty.
 * - The four reserved bits may have any value; ignore them.
 * - `bytes` may be a view into a larger buffer.
 * - Throw a RangeError if there are fewer than 20 bytes, if the data offset is
 *   below 5, or if the header would be longer than `bytes`.
 */
export const decodeSegment: (bytes: Uint8Array) => Segment = todo(
  "11.1 decodeSegment",
);

// ---- 11.2 checksum ----------------------------------------------------------

/**
 *     export function checksum(bytes: Uint8Array): number {
 *     }
 *
 * Computes the Internet checksum (RFC 1071): the sum of all bytes, taken in
 * pairs as big-endian 16-bit numbers, with all 16 bits inverted. The result is
 * a number from 0 to 65535.
 *
 * - Add each carry out of the 16 bits back in at the bottom.
 * - An odd last byte is the upper half of a number whose lower half is 0.
 * - There may be from 0 to 65,535 bytes.
 * - `bytes` may be a view into a larger buffer.
 */
export const checksum: (bytes: Uint8Array) => number = todo("11.2 checksum");

// ---- 11.3 seqLess -----------------------------------------------------------

/**
 *     export function seqLess(a: number, b: number): boolean {
 *     }
 *
 * Tells whether sequence number `a` comes before `b`. It does if the way forward
 * from `a` to `b` is shorter than half the sequence space (2^32 numbers).
 *
 * - Both are whole numbers from 0 to 4294967295, and after 4294967295 comes 0.
 * - A number doesn't come before itself.
 * - If they're exactly half the sequence space (2^31) apart, neither comes
 *   before the other.
 */
export const seqLess: (a: number, b: number) => boolean = todo("11.3 seqLess");
