/** Requests for the cases of 20.1, and the result of reading each. */
import { toBytes } from "../../../lib/workbook/kit/mod.ts";
import type { HttpRequest } from "../types.ts";

/** The headings in the README. */
export const LINES = "A request is lines of text";
export const HEAD_END = "Where the head ends";
export const NEXT = "One read isn't one request";
export const LENGTH = "A body with a length";
export const CHUNKS = "A body in chunks";
export const SMUGGLED = "Two lengths are one too many";
export const LIMITS = "Everything needs a limit";

/** The head of a request whose body comes in chunks. */
export const CHUNKED =
  "POST /chunks HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";

/** One more request, to see that the one before it ended in the right place. */
export const GET_NEXT = "GET /next HTTP/1.1\r\nHost: a\r\n\r\n";

/**
 * The parts of a request that are compared: method and target, headers, body.
 */
export type Due = [line: string, headers: string, body: Uint8Array];

/**
 * Describes a request that readRequest() must return.
 *
 * @param line Method and target.
 * @param headers The headers besides `host: a`, by name.
 * @param body The body.
 * @returns The parts to compare.
 */
export function due(
  line: string,
  headers: Record<string, string> = {},
  body: Uint8Array | string = "",
): Due {
  const all = Object.entries({ host: "a", ...headers });
  return [line, textOf(all), toBytes(body)];
}

/** Returns the parts of a request that are compared. */
export function seen({ method, target, headers, body }: HttpRequest): Due {
  return [`${method} ${target}`, textOf([...headers.entries()]), body];
}

/** Sorts headers, and ignores how an answer decodes bytes that aren't ASCII. */
function textOf(headers: [string, string][]): string {
  return headers.map(([name, value]) => `${name}: ${value}`).sort()
    .join("; ").replace(/[^\x20-\x7e]+/g, "…");
}

/** The result of reading {@linkcode GET_NEXT}. */
export const NEXT_DUE = due("GET /next");

/** The result of reading {@linkcode CHUNKED} and a body. */
export function chunkedDue(body: Uint8Array | string): Due {
  return due("POST /chunks", { "transfer-encoding": "chunked" }, body);
}

/** Makes a request with a body of this many bytes. */
export function postOf(size: number, body = "x".repeat(size)): string {
  const head = `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${size}`;
  return `${head}\r\n\r\n${body}`;
}

/** The result of reading a request made by {@linkcode postOf}. */
export function postDue(size: number): Due {
  const headers = { "content-length": `${size}` };
  return due("POST /", headers, "x".repeat(size));
}
