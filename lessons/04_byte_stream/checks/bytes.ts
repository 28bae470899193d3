/** The bytes that the checks send, and what can be seen in those received. */

export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/**
 * Makes bytes without 0, which new arrays are full of, and without EF, the
 * first byte of TextDecoder's replacement character. Only the first byte is FF,
 * so a piece in the wrong place never looks like the first one.
 */
export function manyBytes(size: number): Uint8Array {
  return Uint8Array.from(
    { length: size },
    (_, i) => i === 0 ? 0xff : 1 + (i * i + (i >> 8)) % 230,
  );
}

/** Whether a TextDecoder has replaced some of the bytes. */
export function wentThroughText(
  received: Uint8Array,
  expected: Uint8Array,
): boolean {
  return received.includes(0xef) && !expected.includes(0xef);
}
