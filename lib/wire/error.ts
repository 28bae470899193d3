/**
 * The error for invalid bytes from the network or a file.
 *
 * @module
 */

/**
 * Thrown for invalid bytes, such as a truncated header, an impossible length,
 * or a file in an unknown format.
 *
 * Decoders throw only this error (or a subclass) for bytes from the network or
 * a file, so a program that reads untrusted bytes has one class to catch.
 *
 * @example The message says what, where, and why
 * ```ts
 * import { WireError } from "./error.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const error = new WireError("a TCP header", 34, "20 bytes, found 3");
 * assertEquals(
 *   error.message,
 *   "Cannot decode a TCP header at byte 34: expected 20 bytes, found 3",
 * );
 * assertEquals(error.offset, 34);
 * ```
 */
export class WireError extends Error {
  /** Always `WireError`. */
  override name = "WireError";
  /** The thing that was being decoded, such as `a TCP header`. */
  readonly what: string;
  /** The index of the invalid byte in the decoder's input. */
  readonly offset: number;
  /** The text that says what was expected there, and what was found instead. */
  readonly expected: string;

  /**
   * Creates an error whose message has all three parts.
   *
   * @param what The thing that was being decoded, such as `a TCP header`.
   * @param offset The index of the invalid byte.
   * @param expected What was expected at that byte, and what was found instead.
   */
  constructor(what: string, offset: number, expected: string) {
    super(`Cannot decode ${what} at byte ${offset}: expected ${expected}`);
    this.what = what;
    this.offset = offset;
    this.expected = expected;
  }
}

/**
 * Throws if there aren't enough bytes to read.
 *
 * @param what What is about to be decoded, for the error message.
 * @param size The number of bytes needed.
 * @param start The index of the first byte needed.
 * @param end The index after the last available byte.
 * @throws {WireError} If there are fewer than `size` bytes from `start` to
 * `end`.
 *
 * @example Three bytes aren't a TCP header
 * ```ts
 * import { requireBytes, WireError } from "./error.ts";
 * import { assertThrows } from "@std/assert";
 *
 * requireBytes("a TCP header", 20, 34, 54);
 * assertThrows(
 *   () => requireBytes("a TCP header", 20, 34, 37),
 *   WireError,
 *   "expected 20 bytes, found 3",
 * );
 * ```
 */
export function requireBytes(
  what: string,
  size: number,
  start: number,
  end: number,
): void {
  if (end - start >= size) return;
  const found = Math.max(0, end - start);
  throw new WireError(what, start, `${size} bytes, found ${found}`);
}

/** A partially decoded value. */
export interface Decoded<Value> {
  /** The part that could be decoded. */
  value: Value;
  /** The error in the rest; `null` if there's none. */
  problem: WireError | null;
}

/**
 * Returns a decoded value if it has no error.
 *
 * @param decoded A value, and the error in it, if any.
 * @returns The value.
 * @throws {WireError} The error, if there is one.
 *
 * @example A value without an error
 * ```ts
 * import { requireWhole } from "./error.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(requireWhole({ value: "IPv4", problem: null }), "IPv4");
 * ```
 */
export function requireWhole<Value>(
  { value, problem }: Decoded<Value>,
): Value {
  if (problem !== null) throw problem;
  return value;
}
