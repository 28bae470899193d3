/**
 * The error for an invalid HTTP message.
 *
 * @module
 */

import { WireError } from "../error.ts";

/**
 * Thrown for a message that isn't HTTP/1.1, is ambiguous, or is too large.
 *
 * After this error, you can't tell where the next message starts, so trust
 * nothing after it. Respond with `status`, and close the connection (RFC 9112,
 * section 6.3).
 *
 * @example What to answer
 * ```ts
 * import { HttpError } from "./error.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const error = new HttpError("a field", 20, "a name and a colon");
 * assertEquals(error.status, 400);
 * assertEquals(
 *   error.message,
 *   "Cannot decode a field at byte 20: expected a name and a colon",
 * );
 * ```
 */
export class HttpError extends WireError {
  /** Always `HttpError`. */
  override name = "HttpError";
  /** The status code for the response: 400, 413, 414, 431, 501, or 505. */
  readonly status: number;

  /**
   * Creates an error with the offset of the invalid bytes and a status code for
   * the response.
   *
   * @param what What was being decoded, such as `a field`.
   * @param offset The index of the byte where it went wrong.
   * @param expected What was expected at that byte, and what was found instead.
   * @param status The status code for the response.
   */
  constructor(what: string, offset: number, expected: string, status = 400) {
    super(what, offset, expected);
    this.status = status;
  }

  /**
   * Returns the same error for a part that didn't start at byte 0.
   *
   * @param bytes The number of bytes before that part.
   * @returns An error whose offset includes those bytes.
   */
  after(bytes: number): HttpError {
    if (bytes === 0) return this;
    const { what, offset, expected, status } = this;
    return new HttpError(what, offset + bytes, expected, status);
  }
}
