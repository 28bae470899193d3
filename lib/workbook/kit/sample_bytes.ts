/**
 * Makes bytes that find mistakes.
 *
 * There is no 0 in them, which new arrays are full of, and no EF, the first byte
 * of the replacement character. Only the first byte is FF, so a piece in the
 * wrong place never looks like the first one; and it isn't UTF-8.
 *
 * @param size How many bytes.
 * @returns The same bytes each time.
 */
export function sampleBytes(size: number): Uint8Array {
  return Uint8Array.from(
    { length: size },
    (_, i) => i === 0 ? 0xff : 1 + (i * i + (i >> 8)) % 230,
  );
}

/**
 * Tells whether bytes went through a TextDecoder, which puts EF BF BD in place
 * of what isn't UTF-8.
 *
 * @param received What the answer gave.
 * @param expected What's right, such as {@linkcode sampleBytes}.
 * @returns Whether EF is in the one, and not in the other.
 */
export function wentThroughText(
  received: Uint8Array,
  expected: Uint8Array,
): boolean {
  return received.includes(0xef) && !expected.includes(0xef);
}
