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

/** The versions that share this form of message. */
export type HttpVersion = "1.0" | "1.1";

/**
 * Finds the end of a head or a trailer section in the bytes so far.
 *
 * Each line must end with CR LF. RFC 9112, section 2.2, allows a reader to
 * accept a single LF, but then another reader on the path that doesn't would
 * see different lines.
 *
 * @param bytes What has come.
 * @param start The index of the first byte of the first line.
 * @param searched Index up to which an earlier call has looked, so that bytes
 * that come one by one are each looked at once.
 * @returns Index after the blank line, or -1 if that hasn't come.
 * @throws {HttpError} If a line ends with LF alone.
 *
 * @example Not yet, and now
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

/** A head, cut into its lines. */
export interface HeadParts {
  /** The first line, without its end. */
  startLine: string;
  /** The fields after it. */
  fields: HttpField[];
}

/**
 * Cuts a head into its first line and its fields.
 *
 * @param bytes The head, with its blank line, and nothing after it.
 * @param limits How large it may be.
 * @returns Its parts, each character one byte.
 * @throws {HttpError} If it is too large, or not made of such lines.
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
      end === -1 ? "a blank line, found the end" : "nothing behind it",
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
 * Decodes the fields of a head, or of a trailer section.
 *
 * @param bytes The bytes that contain them.
 * @param start The index of the first byte of the first field.
 * @param end The index after the blank line after them.
 * @param maxFields The most there may be.
 * @returns The fields.
 * @throws {HttpError} If there are too many, or one is none.
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
    // Every LF is known to have its CR.
    const lineEnd = text.indexOf("\n", at) - 1;
    fields.push(decodeField(text.slice(at, lineEnd), start + at));
    at = lineEnd + 2;
  }
  return fields;
}

/** The error for a first line over the limit. */
export function lineTooLong(maxLineBytes: number): HttpError {
  const expected = `at most ${maxLineBytes} bytes, found more`;
  return new HttpError("a first line", maxLineBytes, expected, 414);
}

/** The error for a head over the limit. */
export function headTooLong(maxHeadBytes: number): HttpError {
  const expected = `at most ${maxHeadBytes} bytes, found more`;
  return new HttpError("a head", maxHeadBytes, expected, 431);
}

/**
 * Reads the version in a first line.
 *
 * @param text `HTTP/1.1`, for example.
 * @param offset The index of its first byte, for the error.
 * @returns The version to treat it as: a later 1.x is a 1.1.
 * @throws {HttpError} With 505 for another major version, with 400 for what is
 * no version at all.
 */
export function decodeVersion(text: string, offset: number): HttpVersion {
  if (text === "HTTP/1.1") return "1.1";
  if (text === "HTTP/1.0") return "1.0";
  const major = /^HTTP\/([0-9])\.[0-9]$/.exec(text)?.[1];
  if (major === "1") return "1.1";
  throw new HttpError(
    "a version of HTTP",
    offset,
    `HTTP/1.1, found ${quote(text, 20)}`,
    major === undefined ? 400 : 505,
  );
}

const CR = 0x0d;
const LF = 0x0a;
