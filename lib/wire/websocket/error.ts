/**
 * The error for invalid bytes from a WebSocket.
 *
 * @module
 */

import { WireError } from "../error.ts";

/**
 * Thrown for bytes that aren't valid frames, and for messages that are larger
 * than allowed.
 *
 * After this error, trust nothing from the peer: send a Close frame with
 * `code`, and close the connection (RFC 6455, section 7.1.7).
 *
 * @example The close code for the peer
 * ```ts
 * import { WebSocketError } from "./error.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const error = new WebSocketError("a frame", 0, "a mask, found none");
 * assertEquals(error.code, 1002);
 * assertEquals(
 *   error.message,
 *   "Cannot decode a frame at byte 0: expected a mask, found none",
 * );
 * ```
 */
export class WebSocketError extends WireError {
  /** Always `WebSocketError`. */
  override name = "WebSocketError";
  /**
   * The close code: 1002 (protocol error), 1007 (invalid UTF-8), or 1009
   * (message too big). If the stream ends too early, it's 1006, which is never
   * sent.
   */
  readonly code: number;

  /**
   * Creates an error with the offset of the invalid bytes and a close code.
   *
   * @param what What was being decoded, such as `a frame`.
   * @param offset The index of the invalid byte in the stream.
   * @param expected What was expected at that byte, and what was found instead.
   * @param code The close code.
   */
  constructor(what: string, offset: number, expected: string, code = 1002) {
    super(what, offset, expected);
    this.code = code;
  }
}
