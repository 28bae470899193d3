/**
 * Close codes, and the payload of a Close frame (RFC 6455, sections 5.5.1 and
 * 7.4).
 *
 * @module
 */

import { concat, readUint16, writeUint16 } from "../bytes.ts";
import { WebSocketError } from "./error.ts";
import { MAX_CONTROL_BYTES } from "./frame.ts";

/** The names of the close codes that IANA has registered. */
export const CLOSE_CODE_NAMES: Readonly<Record<number, string>> = {
  1000: "Normal Closure",
  1001: "Going Away",
  1002: "Protocol Error",
  1003: "Unsupported Data",
  1005: "No Status Received",
  1006: "Abnormal Closure",
  1007: "Invalid Payload Data",
  1008: "Policy Violation",
  1009: "Message Too Big",
  1010: "Mandatory Extension",
  1011: "Internal Error",
  1012: "Service Restart",
  1013: "Try Again Later",
  1014: "Bad Gateway",
  1015: "TLS Handshake",
};

/** Codes that are reported to a program, but never sent. */
const NEVER_SENT = new Set([1005, 1006, 1015]);

/** The reason why a WebSocket was closed. */
export interface CloseReason {
  /** The close code; 1005 if the Close frame has none. */
  code: number;
  /** The reason as text for people; often empty. */
  reason: string;
}

/**
 * Returns whether a Close frame may contain a code.
 *
 * @param code The close code.
 * @returns Whether the code is registered and may be sent, or is from 3000 to
 * 4999, the range for libraries and applications.
 *
 * @example A code that is never sent
 * ```ts
 * import { maySendCloseCode } from "./close.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals([1000, 4000].map(maySendCloseCode), [true, true]);
 * assertEquals([1004, 1006, 2999].map(maySendCloseCode), [false, false, false]);
 * ```
 */
export function maySendCloseCode(code: number): boolean {
  if (Number.isInteger(code) && code >= 3000 && code <= 4999) return true;
  return CLOSE_CODE_NAMES[code] !== undefined && !NEVER_SENT.has(code);
}

/**
 * Encodes the payload of a Close frame.
 *
 * @param code The close code.
 * @param reason The reason, at most 123 bytes in UTF-8.
 * @returns The code in two bytes, and the reason.
 * @throws {RangeError} If the code may not be sent, or the reason is too long.
 *
 * @example A code and a reason
 * ```ts
 * import { encodeClosePayload } from "./close.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(encodeClosePayload(1000, "bye").toHex(), "03e8627965");
 * ```
 */
export function encodeClosePayload(
  code: number,
  reason = "",
): Uint8Array<ArrayBuffer> {
  if (!maySendCloseCode(code)) {
    throw new RangeError(`Cannot encode a Close frame: no code ${code}`);
  }
  const head = new Uint8Array(2);
  writeUint16(head, 0, code);
  const payload = concat([head, new TextEncoder().encode(reason)]);
  if (payload.length <= MAX_CONTROL_BYTES) return payload;
  throw new RangeError(
    `Cannot encode a Close frame: the reason has ${
      payload.length - 2
    } bytes, ` +
      `and ${MAX_CONTROL_BYTES - 2} are allowed`,
  );
}

/**
 * Decodes the payload of a Close frame.
 *
 * @param payload The payload, unmasked.
 * @param offset The index of the payload's first byte in the stream, for
 * errors.
 * @returns The code and the reason.
 * @throws {WebSocketError} If the payload is a single byte or the code may not
 * be sent (1002), or if the reason isn't valid UTF-8 (1007).
 *
 * @example A Close frame without a code
 * ```ts
 * import { decodeClosePayload } from "./close.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(decodeClosePayload(new Uint8Array(0)), { code: 1005, reason: "" });
 * ```
 */
export function decodeClosePayload(
  payload: Uint8Array,
  offset = 0,
): CloseReason {
  if (payload.length === 0) return { code: 1005, reason: "" };
  if (payload.length === 1) {
    throw new WebSocketError("a Close frame", offset, "a code, found 1 byte");
  }
  const code = readUint16(payload, 0);
  if (!maySendCloseCode(code)) {
    const expected = `a code that may be sent, found ${code}`;
    throw new WebSocketError("a Close frame", offset, expected);
  }
  try {
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    return { code, reason: decoder.decode(payload.subarray(2)) };
  } catch {
    const expected = "a reason in UTF-8";
    throw new WebSocketError("a Close frame", offset + 2, expected, 1007);
  }
}
