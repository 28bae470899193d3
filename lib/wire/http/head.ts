/**
 * The parts that the heads of requests and responses have in common: lines that
 * end with CR LF, and then an empty line (RFC 9112, section 2.1).
 *
 * @module
 */

import { HttpError } from "./error.ts";
import { decodeField, type HttpField } from "./fields.ts";
import { type HttpLimits, withDefaults } from "./limits.ts";
import { quote } from "../quote.ts";
import { textOf } from "./text.ts";

/** The versions of HTTP with this message format. */
export type HttpVersion = "1.0" | "1.1";

/**
 * Finds the end of a head or a trailer section in the bytes received so far.
 *
 * Each line must end with CR LF. RFC 9112, section 2.2, allows a receiver to
 * accept a single LF, but a receiver on the path that doesn't would see
 * different lines.
 *
 * @param bytes The bytes received so far.
 * @param start The index of the first byte of the first line.
 * @param searched The index up to which an earlier call has searched. With it,
 * each byte is searched only once, even if the bytes arrive one by one.
 * @returns The index after the empty line, or -1 if that line hasn't arrived.
 * @throws {HttpError} If a line ends with LF alone.
 *
 * @example An incomplete head, and a complete one
 * ```ts
 * import { findHeadEnd } from "./head.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = new TextEncoder().encode("GET / HTTP/1.1\r\nHost: a\r\n\r\n…");
 * assertEquals(findHeadEnd(bytes.subarray(0, 26)), -1);
 * assertEquals(findHeadEnd(bytes), 27);
 * ```
 */
export function findHeadEnd(
  bytes: Uint8Array,
  start = 0,
  searched: number = start,
): number {
  for (
    let lf = bytes.indexOf(LF, searched);
    lf !== -1;
    lf = bytes.indexOf(LF, lf + 1)
  ) {
    const line = lf - 1;
    if (line < start || bytes[line] !== CR) {
      throw new HttpError("the end of a line", lf, "CR LF, found LF alone");
    }
    if (line === start || bytes[line - 1] === LF) return lf + 1;
  }
  return -1;
}

/** A head, split into its lines. */
export interface HeadParts {
  /** The first line, without its CR LF. */
  startLine: string;
  /** The fields after the first line. */
  fields: HttpField[];
}

/**
 * Splits a head into its first line and its fields.
 *
 * @param bytes The head, up to and including its empty line.
 * @param limits The limits on the head.
 * @returns The parts, as text with one character for each byte.
 * @throws {HttpError} If the head is over a limit, or a line isn't valid.
 *
 * @example Two lines
 * ```ts
 * import { splitHead } from "./head.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = new TextEncoder().encode("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
 * assertEquals(splitHead(bytes), {
 *   startLine: "GET / HTTP/1.1",
 *   fields: [{ name: "host", value: "a" }],
 * });
 * ```
 */
export function splitHead(
  bytes: Uint8Array,
  limits: HttpLimits = {},
): HeadParts {
  const { maxLineBytes, maxHeadBytes, maxFields } = withDefaults(limits);
  const end = findHeadEnd(bytes);
  if (end !== bytes.length) {
    throw new HttpError(
      "a head",
      end === -1 ? bytes.length : end,
      end === -1 ? "an empty line, found the end" : "nothing after it",
    );
  }
  const startEnd = bytes.indexOf(LF) - 1;
  if (startEnd > maxLineBytes) throw lineTooLong(maxLineBytes);
  if (end > maxHeadBytes) throw headTooLong(maxHeadBytes);
  return {
    startLine: textOf(bytes, 0, startEnd),
    fields: decodeLines(bytes, startEnd + 2, end, maxFields),
  };
}

/**
 * Decodes the fields of a head or a trailer section.
 *
 * @param bytes The bytes that contain the fields.
 * @param start The index of the first byte of the first field.
 * @param end The index after the empty line that ends them.
 * @param maxFields The maximum number of fields.
 * @returns The fields.
 * @throws {HttpError} If there are too many, or a line isn't a valid field.
 */
export function decodeLines(
  bytes: Uint8Array,
  start: number,
  end: number,
  maxFields: number,
): HttpField[] {
  const fields: HttpField[] = [];
  const text = textOf(bytes, start, end - 2);
  for (let at = 0; at < text.length;) {
    if (fields.length >= maxFields) {
      throw new HttpError(
        "a head",
        start + at,
        `at most ${maxFields} fields, found more`,
        431,
      );
    }
    // The caller has checked that a CR comes before every LF.
    const lineEnd = text.indexOf("\n", at) - 1;
    fields.push(decodeField(text.slice(at, lineEnd), start + at));
    at = lineEnd + 2;
  }
  return fields;
}

/** Creates the error for a first line over the limit. */
export function lineTooLong(maxLineBytes: number): HttpError {
  const expected = `at most ${maxLineBytes} bytes, found more`;
  return new HttpError("a first line", maxLineBytes, expected, 414);
}

/** Creates the error for a head over the limit. */
export function headTooLong(maxHeadBytes: number): HttpError {
  const expected = `at most ${maxHeadBytes} bytes, found more`;
  return new HttpError("a head", maxHeadBytes, expected, 431);
}

/**
 * Decodes the HTTP version in a first line.
 *
 * @param text The version, such as `HTTP/1.1`.
 * @param offset The index of its first byte, for the error.
 * @returns The version to treat it as: a later 1.x counts as 1.1.
 * @throws {HttpError} With status 505 for another major version, and with 400
 * for text that isn't a version.
 */
export function decodeVersion(text: string, offset: number): HttpVersion {
  if (text === "HTTP/1.1") return "1.1";
  if (text === "HTTP/1.0") return "1.0";
  const major = /^HTTP\/([0-9])\.[0-9]$/.exec(text)?.[1];
  if (major === "1") return "1.1";
  throw new HttpError(
    "an HTTP version",
    offset,
    `HTTP/1.1, found ${quote(text, 20)}`,
    major === undefined ? 400 : 505,
  );
}

const CR = 0x0d;
const LF = 0x0a;
