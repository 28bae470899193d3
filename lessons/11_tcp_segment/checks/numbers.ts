/** Two ways to turn bytes into numbers, one of them wrong. */

/** Reads an unsigned big-endian number. */
export function unsigned(bytes: Uint8Array): number {
  return bytes.reduce((sum, byte) => sum * 256 + byte, 0);
}

/** Reads a number from hexadecimal digits that were joined without zeros. */
export function unpadded(bytes: Uint8Array): number {
  return parseInt(Array.from(bytes, (byte) => byte.toString(16)).join(""), 16);
}

/** The diagnosis for a number that `unpadded` returns. */
export const UNPADDED =
  "You write each byte in hexadecimal and join the digits, but 0x02 has only " +
  'one digit, so <01 02> becomes "12". Use padStart(2, "0"), or compute ' +
  "256 * first + second.";
