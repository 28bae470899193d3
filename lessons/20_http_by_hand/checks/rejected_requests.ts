/** Requests that end too early, and requests that can be read in two ways. */
import { printable } from "../../../lib/show/text.ts";
import { type StreamCase, toBytes } from "../../../lib/workbook/kit/mod.ts";
import {
  CHUNKED,
  CHUNKS,
  GET_NEXT,
  HEAD_END,
  LENGTH,
  LINES,
  NEXT_DUE,
  SMUGGLED,
} from "./requests.ts";

const BROKEN_OFF =
  "Between two requests, the end of the stream is normal. Inside one, it means " +
  "that something was lost, so throw UnexpectedEof: the caller can't use null " +
  "or an incomplete request.";

/** Requests that end too early. */
export const INCOMPLETE_REQUESTS: StreamCase[] = [
  "G",
  "GET / HT",
  "GET / HTTP/1.1\r\nHost: a\r\n",
  "GET / HTTP/1.1\r\nHost: a\r\n\r",
  "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n",
  "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhell",
  CHUNKED,
  `${CHUNKED}5`,
  `${CHUNKED}5\r\n`,
  `${CHUNKED}5\r\nhel`,
  `${CHUNKED}5\r\nhello\r\n`,
  `${CHUNKED}5\r\nhello\r\n0\r\n`,
  `${CHUNKED}5\r\nhello\r\n0\r\n\r`,
].map((sends): StreamCase => ({
  step: `a client sends GET /next and ${shown(sends)}, and ends`,
  sends: GET_NEXT + sends,
  values: [NEXT_DUE],
  ends: Deno.errors.UnexpectedEof,
  likely: BROKEN_OFF,
  read: HEAD_END,
})).concat({
  step: "a client sends GET /next and half a head, and the connection fails",
  sends: `${GET_NEXT}GET / HT`,
  then: "reset",
  values: [NEXT_DUE],
  likely: () =>
    "The connection failed. Don't catch the error of read(): it's neither the " +
    "end of the stream nor a mistake in the request.",
  read: HEAD_END,
});

/** Requests that are wrong in the same way, and the diagnosis. */
interface Malformed {
  /** Whole heads. */
  heads?: string[];
  /** Fields of a head whose other lines are right. */
  fields?: string[];
  /** Bodies that come in chunks. */
  chunks?: string[];
  likely: string;
  read: string;
}

const MALFORMED: Malformed[] = [
  {
    fields: ["+5", "-5", "5x", "0x5", "5.0", "5e0", "", "5 5", "5, 5"].map(
      (length) => `Content-Length: ${length}`,
    ),
    likely: "Only digits make a valid length. parseInt() stops at the first " +
      'other character, and Number() also accepts "", "+5", "0x5", and "5.0": ' +
      "test the characters first, all of them: /^[0-9]+$/.",
    read: LENGTH,
  },
  {
    fields: [
      "Content-Length: 5\r\nTransfer-Encoding: chunked",
      "Transfer-Encoding: chunked\r\nX: y\r\nContent-Length: 5",
      "Content-Length: 5\r\nContent-Length: 6",
    ],
    likely:
      "This request has two lengths. If another program on the way goes " +
      "by the other one, what it takes for the body looks like the next " +
      "request to you. Reject it, whichever length seems right.",
    read: SMUGGLED,
  },
  {
    fields: [
      "Content-Length: 5\r\nContent-Length: 5",
      "Content-Length:\r\nContent-Length: 5",
    ],
    likely:
      'Repeated header fields are combined, and neither "5, 5" nor ", 5" is a ' +
      "length. RFC 9112 would let you read the first as 5, but the task " +
      "doesn't: a client that sends two lengths may also send two different " +
      "ones. An empty value is a value: look for undefined, not for a falsy one.",
    read: SMUGGLED,
  },
  {
    fields: [
      "gzip",
      "gzip, chunked",
      "chunked, gzip",
      "xchunked",
      "chunked, chunked",
      "",
    ].map((coding) => `Transfer-Encoding: ${coding}`),
    likely: "`chunked` alone is the only coding you can decode: compare the " +
      'whole value. If you treat others as "no body," even an empty one, ' +
      "you'll take the body for the next request.",
    read: SMUGGLED,
  },
  {
    fields: ["Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked"],
    likely: "Repeated header fields are combined: this is " +
      '"gzip, chunked", which isn\'t `chunked`, even with a line for each.',
    read: SMUGGLED,
  },
  {
    heads: [
      "GET / HTTP/1.1\nHost: a\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: a\r\nX: a\nY: b\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: a\r\nX: a\rY: b\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: a\r\nX: a\r\r\n\r\n",
    ],
    likely: "Lines end with \\r\\n, and neither character may appear alone. " +
      "Programs that disagree about this see different fields: after you split " +
      "at \\r\\n, check that no line still contains \\r or \\n.",
    read: LINES,
  },
  {
    fields: ["Content-Length: 5\v"],
    likely: "\\v is neither a space nor a tab, so it's part of the value. " +
      "trim() removes it anyway, and another program on the way doesn't: the " +
      "two of you see different lengths. Name the characters to remove: " +
      "/^[ \\t]+|[ \\t]+$/g.",
    read: LINES,
  },
  {
    heads: [
      "GET /\r\nHost: a\r\n\r\n",
      "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET  / HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET / HTTP/1.1 \r\nHost: a\r\n\r\n",
      " / HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n",
    ],
    likely: "The first line has three parts (a method, a target, and a " +
      "version), none of them empty, with one space between them and nothing " +
      'around them. A tab isn\'t a space: split at " ", and not at \\s.',
    read: LINES,
  },
  {
    fields: [
      "Content-Length : 5",
      "Content-Length\t: 5",
      "Content Length: 5",
      "X: a\r\n b: c",
      "Accept",
      ": a",
    ],
    likely:
      "Everything before the colon is the name: at least one character, " +
      "and no space or tab, not even before the colon or at the start of the " +
      "line. Don't trim it.",
    read: SMUGGLED,
  },
  {
    chunks: ["5x", "+5", "-5", "0x5", "5 ", "five", "", "-0"].map((size) =>
      `${size}\r\nhello\r\n0\r\n\r\n`
    ),
    likely:
      "Only hexadecimal digits make a valid size. parseInt() stops at the " +
      "first other character: test the characters first, all of them.",
    read: CHUNKS,
  },
  {
    chunks: ["5\nhello\r\n0\r\n\r\n"],
    likely: "The line with a size ends with \\r\\n. A reader that accepts " +
      "\\n alone sees a different body than one that doesn't.",
    read: CHUNKS,
  },
  {
    chunks: ["5\r\nhello!\r\n0\r\n\r\n"],
    likely:
      "\\r\\n must follow the data of a chunk. If anything else is there, " +
      "the size was wrong, and you can't trust what comes after it.",
    read: CHUNKS,
  },
  {
    chunks: ["XX", "\rX", "X\n"].map((end) => `5\r\nhello${end}0\r\n\r\n`),
    likely:
      "Two bytes follow the data of a chunk, \\r and \\n. Check both: a " +
      "reader that skips any two bytes sees a different body than one that checks.",
    read: CHUNKS,
  },
];

/** Requests to reject with TypeError. */
export const MALFORMED_REQUESTS: StreamCase[] = MALFORMED.flatMap(
  ({ heads = [], fields = [], chunks = [], ...advice }) =>
    [
      ...heads.map((head) => [shown(head), head]),
      ...fields.map((lines) => [
        `a head with ${shown(lines)}`,
        `POST / HTTP/1.1\r\nHost: a\r\n${lines}\r\n\r\n0\r\n\r\n`,
      ]),
      ...chunks.map((body) => [`the chunks ${shown(body)}`, CHUNKED + body]),
    ].map(([what, sends]) => ({
      step: `a client sends ${what}`,
      sends,
      ends: TypeError,
      ...advice,
    })),
);

function shown(text: string): string {
  // The start of CHUNKED is the same each time.
  return printable(toBytes(text.replace(CHUNKED, "…")), { max: 60 });
}
