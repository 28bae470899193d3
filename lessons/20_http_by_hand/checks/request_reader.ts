/** Checks an answer to 20.1. */
import {
  type Advice,
  checkStream,
  type StreamCase,
  type StreamResult,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";
import type {
  HttpRequest,
  RequestLimits,
  RequestReaderClass,
} from "../types.ts";
import {
  INCOMPLETE_REQUESTS,
  MALFORMED_REQUESTS,
} from "./rejected_requests.ts";
import { REQUEST_LIMITS } from "./request_limits.ts";
import { type Due, HEAD_END, LINES, NEXT, seen } from "./requests.ts";
import { LOWER, VALID_REQUESTS } from "./valid_requests.ts";

/** Checks an answer to 20.1. */
export async function checkRequestReader(
  RequestReader: RequestReaderClass,
  trial: Trial,
): Promise<void> {
  await checkStream(trial, {
    name: "readRequest",
    open(conn, ...limits: RequestLimits[]) {
      const reader = new RequestReader(conn, ...limits);
      return () => reader.readRequest();
    },
    what: "request",
    see: seen,
    explain,
    cut: () => ({
      likely: "A read may end anywhere: in a line, between \\r and \\n, in a " +
        "body, in the size of a chunk. Keep reading until the blank line has " +
        "arrived, and then until you have as many bytes as the head promised.",
      read: HEAD_END,
    }),
  }, [
    ...VALID_REQUESTS,
    ...REQUEST_LIMITS,
    ...INCOMPLETE_REQUESTS,
    ...MALFORMED_REQUESTS,
  ]);
}

const SHAPE =
  "A request is { method, target, headers, body }. `headers` must be a Map, " +
  "and `body` a Uint8Array (an empty one if there's no body).";
const VIEWS =
  "A later read has overwritten bytes that you kept. You kept a view of the " +
  "buffer, and the next read() writes into the same memory. subarray() returns " +
  "a view; slice() returns a copy.";
const WINDOWS =
  'With the label "latin1", TextDecoder decodes windows-1252: byte 80 becomes ' +
  "€, and its code 20ac becomes ac when you cut it to a byte. " +
  "String.fromCharCode() makes one character from each byte.";

/** Recognizes mistakes by what they do to a request. */
function explain(
  { values, reads }: StreamResult,
  one: StreamCase,
): Partial<Advice> | undefined {
  const request = values.at(-1) as HttpRequest | undefined;
  if (values.length === 0) return undefined;
  if (
    !(request?.headers instanceof Map && request.body instanceof Uint8Array)
  ) {
    return { likely: SHAPE };
  }
  const names = [...request.headers.keys()];
  if (names.some((name) => name !== name.toLowerCase())) {
    return { likely: LOWER, read: LINES };
  }
  const all = (one.values as Due[] | undefined)?.[values.length - 1];
  const isCut = (reads?.().length ?? 0) > 1;
  if (isCut && all !== undefined && isOverwritten(request, all)) {
    return { likely: VIEWS, read: NEXT };
  }
  const [, , due] = all ?? [];
  if (due === undefined || due.length > 1000) return undefined;
  const received = request.body.toHex();
  if (
    received !== due.toHex() && received === throughWindows1252(due)
  ) {
    return { likely: WINDOWS, read: LINES };
  }
}

/** Whether the first line is as long as it should be, with other characters. */
function isOverwritten(request: HttpRequest, [due]: Due): boolean {
  const line = `${request.method} ${request.target}`;
  return line !== due && line.length === due.length;
}

/** Decodes bytes with the label latin1, and cuts the characters to bytes again. */
function throughWindows1252(bytes: Uint8Array): string {
  const text = new TextDecoder("latin1").decode(bytes);
  return Uint8Array.from(text, (char) => char.charCodeAt(0)).toHex();
}
