/** Requests as the table of 19.1 writes them, and what must come of each. */
import { toBytes } from "../../../lib/workbook/kit/mod.ts";
import type { HttpRequest } from "../types.ts";

/** The headings in the README. */
export const LINES = "A request is lines of text";
export const HEAD_END = "Where a head ends";
export const NEXT = "One read is not one request";
export const LENGTH = "A body by its length";
export const CHUNKS = "A body in chunks";
export const SMUGGLED = "Two lengths are one too many";
export const LIMITS = "Everything needs a limit";

/** The head of a request whose body comes in chunks. */
export const CHUNKED =
  "POST /chunks HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";

/** One more request, to see that the one before it ended in the right place. */
export const GET_NEXT = "GET /next HTTP/1.1\r\nHost: a\r\n\r\n";

/** A request that must come; see {@linkcode fieldsOf}. */
export interface Due {
  method: string;
  target: string;
  headers?: [string, string][];
  body: Uint8Array;
}

/**
 * A request that must come.
 *
 * @param line Method and target.
 * @param headers The headers besides `host: a`, by name; `null` if they aren't
 * compared.
 * @param body The body.
 * @returns What it's compared with.
 */
export function due(
  line: string,
  headers: Record<string, string> | null = {},
  body: Uint8Array | string = "",
): Due {
  const [method, target] = line.split(" ");
  const entries = Object.entries({ host: "a", ...headers }).sort();
  return {
    ...{ method, target, body: toBytes(body) },
    ...headers && { headers: entries },
  };
}

/** What {@linkcode GET_NEXT} must become. */
export const NEXT_DUE = due("GET /next");

/** What a body after {@linkcode CHUNKED} must become. */
export function chunkedDue(body: Uint8Array | string): Due {
  return due("POST /chunks", { "transfer-encoding": "chunked" }, body);
}

/** What of a request is compared: the order of its headers doesn't matter. */
export function fieldsOf(
  { method, target, headers, body }: HttpRequest,
): Due {
  return { method, target, headers: [...headers].sort(), body };
}

/** A request with a body of this many bytes. */
export function postOf(size: number, body = "x".repeat(size)): string {
  const head = `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${size}`;
  return `${head}\r\n\r\n${body}`;
}

/** What {@linkcode postOf} must become. */
export function postDue(size: number): Due {
  const headers = { "content-length": `${size}` };
  return due("POST /", headers, "x".repeat(size));
}
