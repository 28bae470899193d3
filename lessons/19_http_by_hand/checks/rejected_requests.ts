/** Requests that break off, and some that two programs read in two ways. */
import { printable } from "../../../lib/show/text.ts";
import {
  type Advice,
  bytesOf,
  CHUNKS,
  HEAD_END,
  LENGTH,
  LINES,
  type RequestCase,
  SMUGGLED,
} from "./run_requests.ts";
import { CHUNKED } from "./valid_requests.ts";

/** Requests that end too early. */
export const INCOMPLETE_REQUESTS: RequestCase[] = [
  "GET / HT",
  "GET / HTTP/1.1\r\nHost: a\r\n",
  "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhel",
  `${CHUNKED}5`,
  `${CHUNKED}5\r\nhel`,
  `${CHUNKED}5\r\nhello\r\n`,
  `${CHUNKED}5\r\nhello\r\n0\r\n`,
].map((sent) => ({
  step: `a client sends ${shown(sent)}, and ends`,
  sent,
  due: [Deno.errors.UnexpectedEof],
  likely:
    "Between two requests, the end of the stream is normal. Inside one, " +
    "it means that something was lost, so throw UnexpectedEof: the caller " +
    "can't use null or an incomplete request.",
  read: HEAD_END,
}));

/** Requests that are wrong in the same way, and what accepting them means. */
interface Malformed extends Advice {
  /** Whole heads. */
  heads?: string[];
  /** Fields of a head whose other lines are right. */
  fields?: string[];
  /** Bodies that come in chunks. */
  chunks?: string[];
}

const MALFORMED: Malformed[] = [
  {
    fields: ["+5", "-5", "5x", "0x5", "5.0", "", "5 5"].map((length) =>
      `Content-Length: ${length}`
    ),
    likely: "Only digits make a valid length. parseInt() stops at the first " +
      'other character, and Number() also accepts "", "+5", "0x5", and "5.0": ' +
      "test the characters first.",
    read: LENGTH,
  },
  {
    fields: [
      "Content-Length: 5\r\nTransfer-Encoding: chunked",
      "Content-Length: 5\r\nContent-Length: 6",
    ],
    likely:
      "This request has two lengths. If another program on the way goes " +
      "by the other one, what it takes for the body looks like the next " +
      "request to you. Reject it, whichever length seems right.",
    read: SMUGGLED,
  },
  {
    fields: ["Content-Length: 5\r\nContent-Length: 5"],
    likely:
      'Repeated header fields are combined, and "5, 5" isn\'t a length. ' +
      "RFC 9112 would let you read it as 5, but the task doesn't: a client " +
      "that sends two lengths may also send two different ones.",
    read: SMUGGLED,
  },
  {
    fields: ["gzip", "gzip, chunked", "chunked, gzip", "xchunked"].map((
      coding,
    ) => `Transfer-Encoding: ${coding}`),
    likely: "`chunked` alone is the only coding you can decode. If you treat " +
      'others as "no body," you\'ll take the body for the next request.',
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
    ],
    likely: "The first line has three parts (a method, a target, and a " +
      "version), none of them empty, with one space between them.",
    read: LINES,
  },
  {
    fields: ["Content-Length : 5", "X: a\r\n b: c", "Accept", ": a"],
    likely:
      "Everything before the colon is the name: at least one character, " +
      "and no space or tab, not even before the colon or at the start of the " +
      "line. Don't trim it.",
    read: SMUGGLED,
  },
  {
    chunks: ["5x", "+5", "-5", "0x5", "five", ""].map((size) =>
      `${size}\r\nhello\r\n0\r\n\r\n`
    ),
    likely:
      "Only hexadecimal digits make a valid size. parseInt() stops at the " +
      "first other character: test the characters first.",
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
      "reader that skips any two bytes sees another body than one that checks.",
    read: CHUNKS,
  },
];

/** Requests to reject with TypeError. */
export const MALFORMED_REQUESTS: RequestCase[] = MALFORMED.flatMap(
  ({ heads = [], fields = [], chunks = [], ...advice }) =>
    [
      ...heads.map((head) => [shown(head), head]),
      ...fields.map((lines) => [
        `a head with ${shown(lines)}`,
        `POST / HTTP/1.1\r\nHost: a\r\n${lines}\r\n\r\n0\r\n\r\n`,
      ]),
      ...chunks.map((body) => [`the chunks ${shown(body)}`, CHUNKED + body]),
    ].map(([what, sent]) => ({
      step: `a client sends ${what}`,
      sent,
      due: [TypeError],
      ...advice,
    })),
);

function shown(text: string): string {
  // The start of CHUNKED is the same each time.
  return printable(bytesOf(text.replace(CHUNKED, "…")), { max: 60 });
}
