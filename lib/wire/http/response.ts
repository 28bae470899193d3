/**
 * The head of a response: its status and fields (RFC 9112, section 4).
 *
 * @module
 */

import { HttpError } from "./error.ts";
import { encodeFields, type HttpField } from "./fields.ts";
import { decodeVersion, type HttpVersion, splitHead } from "./head.ts";
import type { HttpLimits } from "./limits.ts";
import { reasonOf } from "./status.ts";
import { bytesOf, isFieldValue } from "./text.ts";
import { quote } from "../quote.ts";

/** The head of a response. */
export interface ResponseHead {
  /** The status code, from 100 to 999, such as 200 (OK) or 404 (Not Found). */
  status: number;
  /** The reason phrase, for people; it may be empty. */
  reason: string;
  /** The server's version of HTTP. */
  version: HttpVersion;
  /** The fields, in order. */
  fields: HttpField[];
}

/** The parts of a response's head, for {@linkcode encodeResponseHead}. */
export interface ResponseFields {
  /** The status code, an integer from 100 to 999. */
  status: number;
  /**
   * The reason phrase.
   *
   * @default the phrase of RFC 9110 for that status code
   */
  reason?: string;
  /** The fields, in order. */
  fields: readonly HttpField[];
}

/**
 * Decodes the head of a response.
 *
 * @param bytes The head, up to and including its empty line.
 * @param limits The limits on the head.
 * @returns The status, the reason, the version, and the fields.
 * @throws {HttpError} If the bytes aren't a valid response head, or are over a
 * limit.
 *
 * @example The reason phrase may be empty
 * ```ts
 * import { decodeResponseHead } from "./response.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const decode = (text: string) =>
 *   decodeResponseHead(new TextEncoder().encode(text));
 * assertEquals(decode("HTTP/1.1 404 Not Found\r\n\r\n").status, 404);
 * assertEquals(decode("HTTP/1.1 404 \r\n\r\n").reason, "");
 * ```
 */
export function decodeResponseHead(
  bytes: Uint8Array,
  limits: HttpLimits = {},
): ResponseHead {
  const { startLine, fields } = splitHead(bytes, limits);
  const version = decodeVersion(startLine.slice(0, 8), 0);
  const match = /^ ([1-9][0-9]{2}) (.*)$/s.exec(startLine.slice(8));
  if (match === null || !isFieldValue(match[2])) {
    throw new HttpError(
      "a status line",
      8,
      `a space, three digits, a space, and a reason phrase, found ${
        quote(startLine.slice(8))
      }`,
    );
  }
  return { status: Number(match[1]), reason: match[2], version, fields };
}

/**
 * Encodes the head of an HTTP/1.1 response.
 *
 * @param head The status, the reason, and the fields.
 * @returns The head's bytes, including the empty line.
 * @throws {RangeError} If the status isn't an integer from 100 to 999.
 * @throws {TypeError} If the reason or a field contains invalid characters.
 *
 * @example A response without a body
 * ```ts
 * import { encodeResponseHead } from "./response.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const fields = [{ name: "Content-Length", value: "0" }];
 * assertEquals(
 *   new TextDecoder().decode(encodeResponseHead({ status: 404, fields })),
 *   "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
 * );
 * ```
 */
export function encodeResponseHead(
  head: ResponseFields,
): Uint8Array<ArrayBuffer> {
  return bytesOf(formatResponseHead(head));
}

/**
 * Like {@linkcode encodeResponseHead}, but returns text with one character for
 * each byte, to be encoded together with other text.
 *
 * @param head The status, the reason, and the fields.
 * @returns The text, including the empty line.
 * @throws {RangeError} If the status isn't an integer from 100 to 999.
 * @throws {TypeError} If the reason or a field contains invalid characters.
 */
export function formatResponseHead(head: ResponseFields): string {
  const { status, reason = reasonOf(status), fields } = head;
  if (!(Number.isInteger(status) && status >= 100 && status <= 999)) {
    throw new RangeError(
      `Cannot write a response: status ${status} is not from 100 to 999`,
    );
  }
  if (!isFieldValue(reason)) {
    throw new TypeError(
      `Cannot write a response: ${quote(reason)} is not a valid reason phrase`,
    );
  }
  return `HTTP/1.1 ${status} ${reason}\r\n${encodeFields(fields)}\r\n`;
}
