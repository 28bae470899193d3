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
