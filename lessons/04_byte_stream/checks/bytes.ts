/** The bytes that the checks send, and what can be seen from those received. */

export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/**
 * Random bytes without 0, which new arrays are full of, and without EF, the
 * first byte of TextDecoder's replacement character. Only the first byte is FF,
 * so a piece in the wrong place never looks like the first one by chance.
 */
export function randomBytes(size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at += 65_536) {
    crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  }
  const unfit = new Set([0, 0xef, 0xff]);
  return bytes.map((byte, i) => i === 0 ? 0xff : unfit.has(byte) ? 1 : byte);
}

/** Whether a TextDecoder has replaced some of the bytes. */
export function wentThroughText(
  received: Uint8Array,
  expected: Uint8Array,
): boolean {
  return hasReplacement(received) && !hasReplacement(expected);
}

/** Whether the bytes contain U+FFFD, the replacement character. */
function hasReplacement(bytes: Uint8Array): boolean {
  return bytes.some((byte, i) =>
    byte === 0xef && bytes[i + 1] === 0xbf && bytes[i + 2] === 0xbd
  );
}
