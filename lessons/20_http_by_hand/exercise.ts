/**
 * Check your answers to lesson 20: `deno task check 20`, or `deno task watch`.
 *
 * Replace each `todo(…)` below with your code. Keep the numbered headings,
 * because `deno task reset 20.1` needs them. The types are in types.ts.
 */
import { todo } from "../../lib/workbook/kit/mod.ts";
import type { HttpRequest, RequestLimits, ResponseOptions } from "./types.ts";

// ---- 20.1 RequestReader -----------------------------------------------------

/**
 *     export class RequestReader {
 *       constructor(conn: Deno.Conn, limits: RequestLimits = {}) {
 *       }
 *
 *       async readRequest(): Promise<HttpRequest | null> {
 *       }
 *     }
 *
 * Reads the requests on a connection, one per call. Each call resolves as soon
 * as its request is complete, or with `null` if the client closes its write side
 * between two requests. One read may bring the end of a request and the start
 * of the next, so keep what you don't need yet.
 *
 * - `method` and `target` are exactly as they arrived.
 * - `headers` has names in lowercase, and values without spaces or tabs around
 *   them. Repeated fields are combined into one, separated by `", "`.
 * - `body` is a new array each time. It has as many bytes as `content-length`
 *   says, or comes in chunks if `transfer-encoding` is `chunked` (in upper or
 *   lower case), or else is empty.
 * - Only a blank line follows the last chunk. You may ignore or reject fields
 *   before it, and an extension after a chunk size, as in `5;a=b`.
 * - The caller awaits each call before it makes the next. Leave `conn` open.
 *
 * Throw `TypeError` for
 *
 * - a line of the head that doesn't end with `\r\n`, or contains another `\r` or
 *   `\n`
 * - a first line that isn't three parts with one space between them
 * - a field without a colon, without a name, or with a space or tab in its name
 * - a `content-length` that isn't just digits (two of them, combined, aren't)
 * - a `transfer-encoding` other than `chunked`, or together with a
 *   `content-length`
 * - a chunk whose size isn't just hexadecimal digits, or whose data isn't
 *   followed by `\r\n`
 *
 * Throw `RangeError`, as soon as you can tell, for
 *
 * - a head of more than `maxHeadBytes` (default 8192), with its blank line
 * - a body of more than `maxBodyBytes` (default 1048576)
 * - a chunk size whose line reaches `maxHeadBytes` (a lower limit is fine, and
 *   so is `TypeError`)
 *
 * Throw `Deno.errors.UnexpectedEof` if the stream ends inside a request.
 */
export const RequestReader: new (
  conn: Deno.Conn,
  limits?: RequestLimits,
) => { readRequest(): Promise<HttpRequest | null> } = todo(
  "20.1 RequestReader",
);

// ---- 20.2 encodeResponse ----------------------------------------------------

/**
 *     export function encodeResponse(
 *       status: number,
 *       body: string,
 *       options: ResponseOptions = {},
 *     ): Uint8Array {
 *     }
 *
 * Returns the bytes of a response: a first line such as `HTTP/1.1 200 OK`, the
 * fields, a blank line, and `body` in UTF-8, as `TextEncoder` makes it (half a
 * surrogate pair becomes U+FFFD). Each line of the head ends with `\r\n`.
 *
 * - Any reason may follow the status, or none, but the space before it stays.
 * - Exactly one `Content-Length` says how many bytes the body has. You're
 *   never called with a status that allows no body, such as 204.
 * - `options.headers` are more fields.
 * - With `options.head`, it's a response to `HEAD`: the same head, with the same
 *   length, but without the body.
 * - Each call returns a new array, exactly as long as the response.
 *
 * Throw `TypeError` for
 *
 * - a name that isn't made of letters, digits, and ``!#$%&'*+-.^_`|~``
 * - a value with one of ASCII's control characters, 00 to 1f and 7f, other than
 *   tab. You may throw for characters beyond U+00FF, too; all others are allowed.
 * - a `Content-Length` or `Transfer-Encoding` in `options.headers`, in upper or
 *   lower case
 */
export const encodeResponse: (
  status: number,
  body: string,
  options?: ResponseOptions,
) => Uint8Array = todo("20.2 encodeResponse");
