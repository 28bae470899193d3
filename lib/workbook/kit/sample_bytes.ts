import { seededRandom } from "../../net/random.ts";
import { counted } from "../../show/counted.ts";

/**
 * Returns bytes that expose mistakes.
 *
 * They contain no 0, which new arrays are full of, and no EF, the first byte of
 * the replacement character. Only the first byte is FF, which isn't UTF-8, so a
 * piece in the wrong place never looks like the first one.
 *
 * @param size The number of bytes.
 * @returns The same bytes each time.
 */
export function sampleBytes(size: number): Uint8Array {
  return Uint8Array.from(
    { length: size },
    (_, i) => i === 0 ? 0xff : 1 + (i * i + (i >> 8)) % 230,
  );
}

/** The letters of {@linkcode sampleLetters}. */
const LETTERS = "abcdefghijklmnopqrstuvwxyz";

/**
 * Makes bytes that are easy to read in a report: the alphabet, followed by a
 * number that says how many times it has been there.
 *
 * @param size The number of bytes.
 * @returns The same bytes each time, all of them ASCII.
 *
 * @example The number tells one alphabet from the next
 * ```ts
 * import { sampleLetters } from "./sample_bytes.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(
 *   new TextDecoder().decode(sampleLetters(31)),
 *   "abcdefghijklmnopqrstuvwxyz1abcd",
 * );
 * ```
 */
export function sampleLetters(size: number): Uint8Array {
  const count = Math.ceil(size / LETTERS.length);
  const text = Array.from({ length: count }, (_, i) => `${LETTERS}${i + 1}`);
  return new TextEncoder().encode(text.join("").slice(0, size));
}

/** Makes a number of bytes, such as {@linkcode sampleLetters}. */
export type Sample = (size: number) => Uint8Array;

/**
 * Makes bytes of any value, in no order.
 *
 * @param seed The same seed makes the same bytes.
 * @returns Makes other bytes in each call.
 */
export function randomSample(seed: number): Sample {
  const random = seededRandom(seed);
  return (size) => Uint8Array.from({ length: size }, () => 256 * random());
}

/**
 * Makes the same case twice: with letters, and with bytes of any value.
 *
 * A mistake that both expose is reported with the letters, which are easier to
 * compare.
 *
 * @param make Makes the case from a function that makes its bytes.
 * @param other Makes the bytes of the second case.
 * @returns The two cases, the one with letters first.
 */
export function lettersFirst<C>(
  make: (sample: Sample) => C,
  other: Sample = sampleBytes,
): [letters: C, bytes: C] {
  return [make(sampleLetters), make(other)];
}

/**
 * Says how many bytes there are, and if they're {@linkcode sampleLetters}, that
 * they're letters.
 *
 * @param bytes The bytes.
 * @returns Such as `3 letters` or `5 bytes`.
 */
export function countedSample(bytes: Uint8Array): string {
  const letters = sampleLetters(Math.min(bytes.length, LETTERS.length));
  const isLetters = bytes.length >= 3 &&
    letters.every((byte, i) => byte === bytes[i]);
  return counted(bytes.length, isLetters ? "letter" : "byte");
}

/**
 * Returns whether bytes went through a TextDecoder, which replaces invalid
 * UTF-8 with EF BF BD.
 *
 * @param received The answer's bytes.
 * @param expected The expected bytes, such as {@linkcode sampleBytes}.
 * @returns Whether EF is in the received bytes but not in the expected ones.
 */
export function wentThroughText(
  received: Uint8Array,
  expected: Uint8Array,
): boolean {
  return received.includes(0xef) && !expected.includes(0xef);
}
