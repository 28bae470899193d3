/** What a handler answers, and how it goes over the wire. */
import {
  concat,
  encodeChunk,
  encodeLastChunk,
  encodeResponseHead,
  type HttpField,
  keepsAlive,
  reasonOf,
  type RequestHead,
} from "../../lib/wire/mod.ts";

/** What a handler answers. */
export interface Answer {
  /** How it went, from 200 to 599. */
  status: number;
  /** Fields besides those that the server adds. */
  fields?: HttpField[];
  /** The body: text goes as UTF-8, a stream goes in chunks. */
  body?: string | Uint8Array | AsyncIterable<Uint8Array>;
  /** Why the client doesn't get what it asked for: for the server's log. */
  why?: string;
}

/** An answer that says no more than its status, and to the log, why. */
export function plainAnswer(
  status: number,
  why: string,
  fields: HttpField[] = [],
): Answer {
  const body = `${status} ${reasonOf(status)}\n`;
  return { status, fields: [...fields, TEXT], body, why };
}

/** What text is, for a browser: never a page that it should run. */
export const TEXT: HttpField = {
  name: "Content-Type",
  value: "text/plain; charset=utf-8",
};

/** What is sent for one answer: all of it at once, or a head and a stream. */
export interface Encoded {
  bytes: Uint8Array;
  stream: AsyncIterable<Uint8Array> | null;
  /** Whether only the end of the connection tells the end of this body. */
  mustClose: boolean;
}

/**
 * Encodes an answer to a request.
 *
 * @param answer What the handler said.
 * @param head The request; `null` if it could not be read.
 * @param closes Whether the connection ends behind it.
 */
export function encodeAnswer(
  answer: Answer,
  head: RequestHead | null,
  closes: boolean,
): Encoded {
  const { status, fields = [], body = "" } = answer;
  const all = [{ name: "Date", value: httpDate() }, ...fields];
  // Nobody is told how long nothing is (RFC 9110, section 8.6).
  const hasBody = status !== 204 && status !== 304;
  const isHead = head?.method === "HEAD";
  let data: Uint8Array = NONE;
  let stream: AsyncIterable<Uint8Array> | null = null;
  let mustClose = false;
  if (hasBody && (typeof body === "string" || body instanceof Uint8Array)) {
    data = typeof body === "string" ? new TextEncoder().encode(body) : body;
    all.push({ name: "Content-Length", value: String(data.length) });
  } else if (hasBody) {
    stream = body as AsyncIterable<Uint8Array>;
    // Version 1.0 knows no chunks.
    if (head?.version === "1.0") mustClose = true;
    else all.push({ name: "Transfer-Encoding", value: "chunked" });
  }
  if (closes || mustClose) all.push({ name: "Connection", value: "close" });
  else if (head?.version === "1.0" && keepsAlive(head)) {
    all.push({ name: "Connection", value: "keep-alive" });
  }
  const headBytes = encodeResponseHead({ status, fields: all });
  // The answer to HEAD says what GET would get, and leaves the body out.
  if (isHead) return { bytes: headBytes, stream: null, mustClose };
  return { bytes: concat([headBytes, data]), stream, mustClose };
}

/** The pieces of a stream as they go out: as chunks, and as they are in 1.0. */
export async function* encodeStream(
  stream: AsyncIterable<Uint8Array>,
  head: RequestHead,
): AsyncGenerator<Uint8Array> {
  for await (const data of stream) {
    if (data.length === 0) continue;
    yield head.version === "1.0" ? data : encodeChunk(data);
  }
  if (head.version !== "1.0") yield encodeLastChunk();
}

const NONE = new Uint8Array(0);
let dateSecond = 0;
let dateText = "";

/** The time of an answer (RFC 9110, section 6.6.1); it lasts for a second. */
function httpDate(): string {
  const second = Math.floor(Date.now() / 1000);
  if (second !== dateSecond) {
    dateSecond = second;
    dateText = new Date(second * 1000).toUTCString();
  }
  return dateText;
}
