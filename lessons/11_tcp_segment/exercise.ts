/**
 * Your answers to lesson 11.
 *
 * Put your code in the place of each line with `todo(…)`, save, and run
 *
 *     deno task check 11
 *
 * Keep the lines with the numbers: `deno task reset 11.1` goes by them.
 */
import { todo } from "../../lib/workbook/kit/mod.ts";
import type { Segment } from "./types.ts";

// ---- 11.1 decodeSegment -----------------------------------------------------

/**
 * Takes a TCP segment apart. `types.ts` says which fields a Segment has. It
 * throws a RangeError if there are fewer than 20 bytes, if the data offset is
 * below 5, or if it says that the header is longer than the bytes there are.
 *
 *     export function decodeSegment(bytes: Uint8Array): Segment {
 *     }
 */
export const decodeSegment: (bytes: Uint8Array) => Segment = todo(
  "11.1 decodeSegment",
);

// ---- 11.2 checksum ----------------------------------------------------------

/**
 * Computes the Internet checksum (RFC 1071) of up to 65,535 bytes: the sum of
 * the bytes, taken in pairs as numbers of 16 bits, with each carry added in
 * again at the bottom, and all bits turned over. A last byte without a partner
 * is the upper half of a number whose lower half is 0.
 *
 *     export function checksum(bytes: Uint8Array): number {
 *     }
 */
export const checksum: (bytes: Uint8Array) => number = todo("11.2 checksum");

// ---- 11.3 seqLess -----------------------------------------------------------

/**
 * Says whether sequence number `a` comes before `b`, both from 0 to 4294967295:
 * whether the shorter way round from `a` to `b` leads forward. Exactly half the
 * circle apart, neither comes before the other.
 *
 *     export function seqLess(a: number, b: number): boolean {
 *     }
 */
export const seqLess: (a: number, b: number) => boolean = todo("11.3 seqLess");
