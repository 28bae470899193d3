/**
 * Functions for multi-byte numbers and byte arrays. On the wire, the most
 * significant byte of a number comes first (big-endian, also called network
 * byte order), whatever byte order the machine uses.
 *
 * The read functions don't check that the bytes exist: a decoder checks a
 * header's length once, at the start.
 *
 * @module
 */

/**
 * Reads 16 bits, most significant byte first.
 *
 * @param bytes The bytes to read from.
 * @param at The index of the first of the two bytes.
 * @returns An integer from 0 to 65535.
 *
 * @example Port 80
 * ```ts
 * import { readUint16 } from "./bytes.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(readUint16(new Uint8Array([0x00, 0x50]), 0), 80);
 * ```
 */
export function readUint16(bytes: Uint8Array, at: number): number {
  return bytes[at] << 8 | bytes[at + 1];
}

/**
 * Reads 32 bits, most significant byte first.
 *
 * @param bytes The bytes to read from.
 * @param at The index of the first of the four bytes.
 * @returns An integer from 0 to 4294967295.
 *
 * @example The highest bit isn't a sign
 * ```ts
 * import { readUint32 } from "./bytes.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(readUint32(new Uint8Array([0x80, 0, 0, 1]), 0), 2147483649);
 * ```
 */
export function readUint32(bytes: Uint8Array, at: number): number {
  // Shifts work on signed 32-bit numbers; `>>> 0` makes the result unsigned.
  return (bytes[at] << 24 | bytes[at + 1] << 16 | bytes[at + 2] << 8 |
    bytes[at + 3]) >>> 0;
}

/**
 * Writes 16 bits, most significant byte first.
 *
 * @param bytes The bytes to write to.
 * @param at The index of the first of the two bytes.
 * @param value An integer; only its lowest 16 bits are written.
 *
 * @example Port 80
 * ```ts
 * import { writeUint16 } from "./bytes.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = new Uint8Array(2);
 * writeUint16(bytes, 0, 80);
 * assertEquals(bytes, new Uint8Array([0x00, 0x50]));
 * ```
 */
export function writeUint16(
  bytes: Uint8Array,
  at: number,
  value: number,
): void {
  bytes[at] = value >>> 8;
  bytes[at + 1] = value;
}

/**
 * Writes 32 bits, most significant byte first.
 *
 * @param bytes The bytes to write to.
 * @param at The index of the first of the four bytes.
 * @param value An integer; only its lowest 32 bits are written.
 *
 * @example A sequence number
 * ```ts
 * import { writeUint32 } from "./bytes.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = new Uint8Array(4);
 * writeUint32(bytes, 0, 2147483649);
 * assertEquals(bytes, new Uint8Array([0x80, 0, 0, 1]));
 * ```
 */
export function writeUint32(
  bytes: Uint8Array,
  at: number,
  value: number,
): void {
  writeUint16(bytes, at, value >>> 16);
  writeUint16(bytes, at + 2, value);
}

/**
 * Throws if a value doesn't fit in its field, which would truncate it silently.
 *
 * @param name The field, for the error message.
 * @param value The value to write.
 * @param bits The width of the field in bits, from 1 to 32.
 * @returns `value`.
 * @throws {RangeError} If `value` isn't an integer of that many bits.
 *
 * @example A port has 16 bits
 * ```ts
 * import { requireBits } from "./bytes.ts";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * assertEquals(requireBits("a port", 80, 16), 80);
 * assertThrows(
 *   () => requireBits("a port", 70_000, 16),
 *   RangeError,
 *   "Cannot write a port: 70000 is not an integer from 0 to 65535",
 * );
 * ```
 */
export function requireBits(name: string, value: number, bits: number): number {
  const max = 2 ** bits - 1;
  if (Number.isInteger(value) && value >= 0 && value <= max) return value;
  throw new RangeError(
    `Cannot write ${name}: ${value} is not an integer from 0 to ${max}`,
  );
}

/**
 * Concatenates byte arrays.
 *
 * @param pieces The byte arrays, in order.
 * @returns All bytes, in a new array.
 *
 * @example A head and a body
 * ```ts
 * import { concat } from "./bytes.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const [head, body] = [new Uint8Array([1, 2]), new Uint8Array([3])];
 * assertEquals(concat([head, body]), new Uint8Array([1, 2, 3]));
 * ```
 */
export function concat(
  pieces: readonly Uint8Array[],
): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(
    pieces.reduce((sum, { length }) => sum + length, 0),
  );
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
