/** Encodes the answers that handlers return. */
import {
  encodeChunk,
  encodeLastChunk,
  formatResponseHead,
  type HttpField,
  keepsAlive,
  reasonOf,
  type RequestHead,
} from "../../lib/wire/mod.ts";

/** The answer that a handler returns. */
export interface Answer {
  /** The status, from 200 to 599. */
  status: number;
  /** Header fields, besides those that the server adds. */
  fields?: HttpField[];
  /** The body. Text is sent as UTF-8, and a stream in chunks. */
  body?: string | Uint8Array | AsyncIterable<Uint8Array>;
  /** Why the client doesn't get what it asked for; the server logs it. */
  why?: string;
}

/** Makes an answer whose body is only its status; `why` goes to the log. */
export function plainAnswer(
  status: number,
  why: string,
  fields: HttpField[] = [],
): Answer {
  const body = `${status} ${reasonOf(status)}\n`;
  return { status, fields: [...fields, TEXT], body, why };
}

/** Tells a browser that the body is plain text, so it doesn't run any of it. */
export const TEXT: HttpField = {
  name: "Content-Type",
  value: "text/plain; charset=utf-8",
};

/** An encoded answer: all its bytes, or its head and a stream for the body. */
export interface Encoded {
  /** The head, as text with one character for each byte. */
  headText: string;
  /** The body if it isn't a stream. */
  body: Uint8Array;
  stream: AsyncIterable<Uint8Array> | null;
  /** Whether only the end of the connection ends the body. */
  mustClose: boolean;
}

/**
 * Encodes an answer to a request.
 *
 * @param answer The answer that the handler returned.
 * @param head The head of the request; `null` if it couldn't be read.
 * @param closes Whether the server closes the connection after this answer.
 */
export function encodeAnswer(
  answer: Answer,
  head: RequestHead | null,
  closes: boolean,
): Encoded {
  const { status, fields = [], body = "" } = answer;
  const all = [{ name: "Date", value: httpDate() }, ...fields];
  // Without a body, there's no Content-Length either (RFC 9110, section 8.6).
  const hasBody = status !== 204 && status !== 304;
  const isHead = head?.method === "HEAD";
  let data: Uint8Array = NONE;
  let stream: AsyncIterable<Uint8Array> | null = null;
  let mustClose = false;
  if (hasBody && (typeof body === "string" || body instanceof Uint8Array)) {
    data = typeof body === "string" ? encoder.encode(body) : body;
    all.push({ name: "Content-Length", value: String(data.length) });
  } else if (hasBody) {
    stream = body as AsyncIterable<Uint8Array>;
    // HTTP/1.0 doesn't have chunks.
    if (head?.version === "1.0") mustClose = true;
    else all.push({ name: "Transfer-Encoding", value: "chunked" });
  }
  if (closes || mustClose) all.push({ name: "Connection", value: "close" });
  else if (head?.version === "1.0" && keepsAlive(head)) {
    all.push({ name: "Connection", value: "keep-alive" });
  }
  const headText = formatResponseHead({ status, fields: all });
  // The answer to HEAD has the same head as the answer to GET, and no body.
  if (isHead) return { headText, body: NONE, stream: null, mustClose };
  return { headText, body: data, stream, mustClose };
}

/** Encodes a stream as chunks. For HTTP/1.0, leaves its bytes as they are. */
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

const encoder = new TextEncoder();
const NONE = new Uint8Array(0);
let dateSecond = 0;
let dateText = "";

/**
 * Returns the value of `Date`; formats it once a second (RFC 9110, section
 * 6.6.1).
 */
function httpDate(): string {
  const second = Math.floor(Date.now() / 1000);
  if (second !== dateSecond) {
    dateSecond = second;
    dateText = new Date(second * 1000).toUTCString();
  }
  return dateText;
}
