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
 * nothing after it. Answer with `status`, and close the connection (RFC 9112,
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
  /** The status to answer with: 400, 413, 414, 431, 501, or 505. */
  readonly status: number;

  /**
   * Makes an error that names the place, and the answer.
   *
   * @param what What was being decoded, such as `a field`.
   * @param offset The index of the byte where it went wrong.
   * @param expected What should have been there, and what was.
   * @param status What a server answers.
   */
  constructor(what: string, offset: number, expected: string, status = 400) {
    super(what, offset, expected);
    this.status = status;
  }

  /**
   * The same error, of a part that didn't begin at byte 0.
   *
   * @param bytes Bytes in front of that part.
   * @returns An error whose offset counts from further ahead.
   */
  after(bytes: number): HttpError {
    if (bytes === 0) return this;
    const { what, offset, expected, status } = this;
    return new HttpError(what, offset + bytes, expected, status);
  }
}
