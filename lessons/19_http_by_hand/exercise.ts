/**
 * Your answers to lesson 19.
 *
 * Put your code in the place of each line with `todo(…)`, save, and run
 *
 *     deno task check 19
 *
 * Keep the lines with the numbers: `deno task reset 19.1` goes by them. The
 * types `HttpRequest`, `RequestLimits` and `ResponseOptions` are in types.ts.
 */
import { todo } from "../../lib/workbook/kit/mod.ts";
import type { EncodeResponse, RequestReaderClass } from "./types.ts";

// ---- 19.1 RequestReader -----------------------------------------------------

/**
 * Reads requests from a connection, one a call. There can be several on one
 * connection, and one read may bring the end of one and the beginning of the
 * next: what is read too much stays in the object, for the next call. The
 * caller awaits each call before the next.
 *
 * `readRequest` gives a request as soon as it is whole, or `null` when the peer
 * ends its side between two of them. `method` and `target` are as they came. In
 * `headers` names are in lower case, and values have no blanks or tabs around
 * them; several fields of one name are one, joined by ", ". The body has as many
 * bytes as `content-length` says; or it comes in chunks, if `transfer-encoding`
 * is `chunked`; or it has none. Each request has an array of its own for it.
 *
 * It throws TypeError for
 *  - a line of the head that has a `\r` or `\n` in it, or that does not end with
 *    `\r\n`;
 *  - a first line that is not three parts with one blank between them;
 *  - a field with no colon, with no name, or with a blank or tab in its name;
 *  - a `content-length` that is anything but digits, as two of them are that
 *    have been joined, even if they say the same;
 *  - a `transfer-encoding` that is anything but `chunked`, in large or small
 *    letters; and one together with a `content-length`;
 *  - a chunk whose size is anything but hexadecimal digits, or that has no
 *    `\r\n` behind its data. (An extension behind the size, as in `5;a=b`, may
 *    be refused or left out. Nobody sends fields behind the last chunk.)
 *
 * It throws RangeError for a head of more than `maxHeadBytes` (8192 if not
 * given, with its blank line) or a body of more than `maxBodyBytes` (1048576),
 * as soon as that is known; either of the two for a line with the size of a
 * chunk that has grown as long as a head may be (a lower limit will do); and
 * Deno.errors.UnexpectedEof if the peer ends in the middle of a request. It
 * leaves `conn` open.
 *
 *     export class RequestReader {
 *       constructor(conn: Deno.Conn, limits: RequestLimits = {}) {
 *       }
 *
 *       async readRequest(): Promise<HttpRequest | null> {
 *       }
 *     }
 */
export const RequestReader: RequestReaderClass = todo("19.1 RequestReader");

// ---- 19.2 encodeResponse ----------------------------------------------------

/**
 * Makes the bytes of an answer: `HTTP/1.1 200 OK`, fields, a blank line, and
 * `body` in UTF-8. Every line of the head ends with `\r\n`. The reason behind
 * the number may be any, or none, but the blank before it stays. There is one
 * `Content-Length`, which says how many bytes the body has. The status is never
 * one of those that have no body, such as 204.
 *
 * `options.headers` are more fields. A name that is not made of letters, digits
 * and !#$%&'*+-.^_`|~ throws TypeError, as does a value with a control character
 * in it that is no tab, such as CR, LF, NUL or DEL, and a `Content-Length` or
 * `Transfer-Encoding` of the caller's, in large or small letters.
 *
 * With `options.head` it is the answer to `HEAD`: the same head as otherwise,
 * and no body. Each call returns an array of its own, as long as the answer.
 *
 *     export function encodeResponse(
 *       status: number,
 *       body: string,
 *       options: ResponseOptions = {},
 *     ): Uint8Array {
 *     }
 */
export const encodeResponse: EncodeResponse = todo("19.2 encodeResponse");
