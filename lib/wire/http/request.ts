/**
 * The head of a request: its method, target, and fields (RFC 9112, section 3).
 *
 * @module
 */

import { HttpError } from "./error.ts";
import { encodeFields, type HttpField } from "./fields.ts";
import { decodeVersion, type HttpVersion, splitHead } from "./head.ts";
import type { HttpLimits } from "./limits.ts";
import { bytesOf, isToken } from "./text.ts";
import { quote } from "../quote.ts";

/** The head of a request. */
export interface RequestHead {
  /** The method, such as `GET`, which is case-sensitive. */
  method: string;
  /** The request target: `/a?b`, `http://host/a?b`, `host:443`, or `*`. */
  target: string;
  /** The client's version of HTTP. */
  version: HttpVersion;
  /** The fields, in order. */
  fields: HttpField[];
}

/**
 * Decodes the head of a request.
 *
 * It's strict: the first line must have single spaces between its three parts
 * and a target that fits the method, and version 1.1 needs exactly one `Host`
 * (RFC 9112, section 3.2).
 *
 * @param bytes The head, up to and including its empty line.
 * @param limits The limits on the head.
 * @returns The method, the target, the version, and the fields.
 * @throws {HttpError} If the bytes aren't a valid request head, or are over a
 * limit.
 *
 * @example The smallest request
 * ```ts
 * import { decodeRequestHead } from "./request.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const text = "GET /a?b HTTP/1.1\r\nHost: localhost\r\n\r\n";
 * assertEquals(decodeRequestHead(new TextEncoder().encode(text)), {
 *   method: "GET",
 *   target: "/a?b",
 *   version: "1.1",
 *   fields: [{ name: "host", value: "localhost" }],
 * });
 * ```
 */
export function decodeRequestHead(
  bytes: Uint8Array,
  limits: HttpLimits = {},
): RequestHead {
  const { startLine, fields } = splitHead(bytes, limits);
  const first = startLine.indexOf(" ");
  const second = startLine.indexOf(" ", first + 1);
  const method = startLine.slice(0, Math.max(0, first));
  if (!isToken(method) || second === -1) {
    throw new HttpError(
      "a request line",
      0,
      `a method, a target, and a version, found ${quote(startLine)}`,
    );
  }
  const version = decodeVersion(startLine.slice(second + 1), second + 1);
  const target = startLine.slice(first + 1, second);
  if (!isTarget(target, method)) {
    throw new HttpError(
      "a request line",
      first + 1,
      `a target for ${quote(method)}, found ${quote(target)}`,
    );
  }
  requireHost(fields, version, startLine.length + 2);
  return { method, target, version, fields };
}

/**
 * Encodes the head of an HTTP/1.1 request.
 *
 * @param head The method, the target, and the fields, including `Host`.
 * @returns The head's bytes, including the empty line.
 * @throws {TypeError} If a part contains invalid characters, or if there isn't
 * exactly one `Host` field.
 *
 * @example A GET request
 * ```ts
 * import { encodeRequestHead } from "./request.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const fields = [{ name: "Host", value: "localhost:7000" }];
 * const bytes = encodeRequestHead({ method: "GET", target: "/", fields });
 * assertEquals(
 *   new TextDecoder().decode(bytes),
 *   "GET / HTTP/1.1\r\nHost: localhost:7000\r\n\r\n",
 * );
 * ```
 */
export function encodeRequestHead(
  head: Omit<RequestHead, "version">,
): Uint8Array<ArrayBuffer> {
  const { method, target, fields } = head;
  if (!isToken(method) || !isTarget(target, method)) {
    throw new TypeError(
      `Cannot write a request: method ${quote(method)} with target ${
        quote(target)
      } is not valid`,
    );
  }
  const hosts = fields.filter(({ name }) => name.toLowerCase() === "host");
  if (hosts.length !== 1) {
    throw new TypeError(
      `Cannot write a request: it has ${hosts.length} Host fields, not one`,
    );
  }
  return bytesOf(
    `${method} ${target} HTTP/1.1\r\n${encodeFields(fields)}\r\n`,
  );
}

/** Visible characters without `#`: a client doesn't send the URL's fragment. */
const TARGET = /^[\x21\x22\x24-\x7e]+$/;
const AUTHORITY = /^(?:\[[0-9A-Fa-f:.]+\]|[\w.~!$&'()*+;=%-]+):[0-9]+$/;
const ABSOLUTE = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/[^/?]/;
const HOST = /^(?:\[[0-9A-Fa-f:.]+\]|[\w.~!$&'()*+;=%-]*)(?::[0-9]*)?$/;

/**
 * Returns whether a target has one of the four forms of RFC 9112, section 3.2.
 */
function isTarget(target: string, method: string): boolean {
  if (!TARGET.test(target)) return false;
  if (method === "CONNECT") return AUTHORITY.test(target);
  if (target === "*") return method === "OPTIONS";
  return target.startsWith("/") || ABSOLUTE.test(target);
}

function requireHost(
  fields: HttpField[],
  version: HttpVersion,
  offset: number,
): void {
  let hosts = 0;
  let value = "";
  for (const field of fields) {
    if (field.name !== "host") continue;
    hosts++;
    value = field.value;
  }
  if (hosts === 0 && version === "1.0") return;
  if (hosts === 1 && HOST.test(value)) return;
  throw new HttpError(
    "a request",
    offset,
    hosts === 1
      ? `a host, found ${quote(value)}`
      : `one Host field, found ${hosts}`,
  );
}
