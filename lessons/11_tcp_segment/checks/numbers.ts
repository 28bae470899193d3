/** From bytes to numbers: the right way, and a wrong one. */

/** Reads an unsigned big-endian number. */
export function unsigned(bytes: Uint8Array): number {
  return bytes.reduce((sum, byte) => sum * 256 + byte, 0);
}

/** Reads a number from hexadecimal digits that were joined without zeros. */
export function unpadded(bytes: Uint8Array): number {
  return parseInt(Array.from(bytes, (byte) => byte.toString(16)).join(""), 16);
}

/** What to say about a number that `unpadded` gives. */
export const UNPADDED =
  "You write each byte in hexadecimal and join the digits, but 0x02 gives only " +
  'one digit, so <01 02> becomes "12": use padStart(2, "0"), or compute ' +
  "256 * first + second.";
