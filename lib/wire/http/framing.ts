/**
 * The length of a message's body (RFC 9112, section 6.3).
 *
 * Request smuggling starts here: if two programs on the path disagree about the
 * length, one of them mistakes the end of a body for the next request. So an
 * ambiguous message is rejected, even where the RFC lets a receiver choose.
 *
 * @module
 */

import { HttpError } from "./error.ts";
import { fieldList, fieldValue, type HttpField } from "./fields.ts";
import type { HttpVersion } from "./head.ts";
import type { RequestHead } from "./request.ts";
import type { ResponseHead } from "./response.ts";
import { quote } from "../quote.ts";

/** The way to find the end of a body. */
export type BodyFraming =
  /** There is no body. */
  | { kind: "none" }
  /** The body has `size` bytes. */
  | { kind: "length"; size: number }
  /**
   * The body uses the chunked transfer coding; a chunk of size 0 is the last.
   */
  | { kind: "chunked" }
  /**
   * The body ends when the server closes the connection; for responses only.
   */
  | { kind: "close" };

/**
 * Determines how the body of a request ends.
 *
 * @param head The request's head.
 * @returns The way to find the body's end; never `close`.
 * @throws {HttpError} With status 400 if the length is ambiguous: two lengths,
 * a length and chunked, a length that isn't a number, or chunked in HTTP/1.0.
 * With 501 if the body has another transfer coding as well.
 *
 * @example A length and chunked together are ambiguous
 * ```ts
 * import { requestFraming } from "./framing.ts";
 * import { HttpError } from "./error.ts";
 * import type { RequestHead } from "./request.ts";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * const length = { name: "content-length", value: "5" };
 * const chunked = { name: "transfer-encoding", value: "chunked" };
 * const head: RequestHead = {
 *   method: "POST",
 *   target: "/",
 *   version: "1.1",
 *   fields: [length],
 * };
 * assertEquals(requestFraming(head), { kind: "length", size: 5 });
 * head.fields.push(chunked);
 * assertThrows(() => requestFraming(head), HttpError, "two");
 * ```
 */
export function requestFraming(head: RequestHead): BodyFraming {
  const framing = framingOf(head.fields, head.version);
  if (framing?.kind === "close") {
    throw new HttpError(
      "a request's body",
      0,
      "chunked as the last transfer coding: without it, the body has no end",
    );
  }
  return framing ?? { kind: "none" };
}

/**
 * Determines how the body of a response ends.
 *
 * @param head The response's head.
 * @param method The method of its request: a response to `HEAD` has no body,
 * whatever its fields say.
 * @returns The way to find the body's end.
 * @throws {HttpError} As {@linkcode requestFraming}.
 *
 * @example A response without a length ends with the connection
 * ```ts
 * import { responseFraming } from "./framing.ts";
 * import type { ResponseHead } from "./response.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const head: ResponseHead = {
 *   status: 200,
 *   reason: "OK",
 *   version: "1.1",
 *   fields: [],
 * };
 * assertEquals(responseFraming(head, "GET"), { kind: "close" });
 * assertEquals(responseFraming(head, "HEAD"), { kind: "none" });
 * ```
 */
export function responseFraming(
  head: ResponseHead,
  method: string,
): BodyFraming {
  const { status } = head;
  const framing = framingOf(head.fields, head.version);
  if (method === "HEAD" || status < 200 || status === 204 || status === 304) {
    return { kind: "none" };
  }
  // After this, the connection is a tunnel, without any more messages.
  if (method === "CONNECT" && status < 300) return { kind: "none" };
  return framing ?? { kind: "close" };
}

function framingOf(
  fields: readonly HttpField[],
  version: HttpVersion,
): BodyFraming | null {
  const length = fieldValue(fields, "content-length");
  const coding = fieldValue(fields, "transfer-encoding");
  if (coding === null) return length === null ? null : lengthOf(length);
  if (length !== null) {
    throw new HttpError(
      "a body",
      0,
      "one length, found two: Content-Length and Transfer-Encoding",
    );
  }
  if (version === "1.0") {
    throw new HttpError("a body", 0, "no Transfer-Encoding in HTTP/1.0");
  }
  return codingOf(fieldList(fields, "transfer-encoding"), coding);
}

/** Digits only: no sign, no space, and no list, not even of equal numbers. */
function lengthOf(value: string): BodyFraming {
  if (!/^[0-9]+$/.test(value)) {
    throw new HttpError(
      "Content-Length",
      0,
      `one number of bytes, digits only, found ${quote(value)}`,
    );
  }
  const size = Number(value);
  if (!Number.isSafeInteger(size)) {
    throw new HttpError("Content-Length", 0, "a number less than 2^53", 413);
  }
  return { kind: "length", size };
}

function codingOf(codings: string[], value: string): BodyFraming {
  const last = codings.at(-1);
  const chunked = codings.filter((coding) => coding === "chunked").length;
  if (
    last === undefined || chunked > 1 || chunked === 1 && last !== "chunked"
  ) {
    throw new HttpError(
      "Transfer-Encoding",
      0,
      `chunked, once and at the end, found ${quote(value)}`,
    );
  }
  if (chunked === 0) return { kind: "close" };
  if (codings.length > 1) {
    throw new HttpError(
      "Transfer-Encoding",
      0,
      `chunked alone, found ${quote(value)}`,
      501,
    );
  }
  return { kind: "chunked" };
}
