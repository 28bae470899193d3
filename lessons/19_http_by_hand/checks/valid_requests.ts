/** Requests that a RequestReader must accept. */
import { concat } from "../../../lib/wire/bytes.ts";
import {
  bytesOf,
  CHUNKS,
  type Due,
  HEAD_END,
  LENGTH,
  LINES,
  LOWER,
  type RequestCase,
} from "./run_requests.ts";

/** The head of a request whose body comes in chunks. */
export const CHUNKED =
  "POST /chunks HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
const CHUNKED_DUE = {
  method: "POST",
  target: "/chunks",
  headers: { "transfer-encoding": "chunked" },
};

/** One more request, to see that the one before it ended in the right place. */
const GET_NEXT = "GET /next HTTP/1.1\r\nHost: a\r\n\r\n";

const HEADS: RequestCase[] = [
  {
    step: "a head has names in capitals",
    sent: "GET / HTTP/1.1\r\nHOST: a\r\ncOnTeNt-LeNgTh: 0\r\n\r\n",
    due: [{ target: "/", headers: { "content-length": "0" } }],
    likely: LOWER,
    read: LINES,
  },
  {
    step: "a head has values with spaces and tabs around them, and without",
    sent: "GET / HTTP/1.1\r\nHost:a\r\nX-One: \t b c \t \r\nX-Two:\r\n\r\n",
    due: [{ target: "/", headers: { "x-one": "b c", "x-two": "" } }],
    likely: "Spaces and tabs around a value aren't part of it. There may be " +
      "none, or many, or nothing else after the colon.",
    read: LINES,
  },
  {
    step: "a head has two fields with the same name",
    sent: "GET / HTTP/1.1\r\nVia: a\r\nHost: a\r\nvia: c\r\n\r\n",
    due: [{ target: "/", headers: { via: "a, c" } }],
    likely: "Repeated header fields are combined into one, with their values " +
      'separated by ", ".',
    read: LINES,
  },
  {
    step: "a head has names that every object has",
    sent: "GET / HTTP/1.1\r\nHost: a\r\nconstructor: a\r\n__proto__: b\r\n\r\n",
    due: [{ target: "/", headers: { constructor: "a", ["__proto__"]: "b" } }],
    likely: "A Map has only the names you put in it. An object already has " +
      "names such as constructor.",
    read: LINES,
  },
  {
    step: "the target is /a/../b?c=%64&d=http://e/",
    sent: "GET /a/../b?c=%64&d=http://e/ HTTP/1.1\r\nHost: a\r\n\r\n",
    due: [{ target: "/a/../b?c=%64&d=http://e/" }],
    likely:
      "The target is the second of the three parts. Return it exactly as " +
      "it arrived: don't split, resolve, or decode it.",
    read: LINES,
  },
  {
    // How this value is decoded is left open. Where the body begins isn't.
    step: 'a head contains "X: zwölf ö €", and a body of 5 bytes follows',
    sent: "PUT / HTTP/1.1\r\nHost: a\r\nX: zwölf ö €\r\nContent-Length: 5\r\n" +
      `\r\nhello${GET_NEXT}`,
    due: [
      { method: "PUT", target: "/", headers: null, body: "hello" },
      { target: "/next" },
    ],
    likely: "In UTF-8, ö is one character but two bytes. If you look for the " +
      "end of the head in decoded text, and then cut off as many bytes as that " +
      "text has characters, you cut too early. Make one character of each " +
      "byte with String.fromCharCode(), or search the bytes themselves.",
    read: LINES,
  },
];

const CHUNKED_BODIES: RequestCase[] = [
  {
    step: 'a body in chunks: the head says "Transfer-Encoding: Chunked"',
    sent: `${CHUNKED.replace("chunked\r\n", "Chunked\r\n")}0\r\n\r\n`,
    due: [{ ...CHUNKED_DUE, headers: { "transfer-encoding": "Chunked" } }],
    likely:
      "The name of a transfer coding is case-insensitive: compare it in " +
      "lowercase, but leave the value in `headers` as it is.",
    read: CHUNKS,
  },
  chunked({
    what: '"hello" in two chunks, and a request after it',
    chunks: "3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n",
    body: "hello",
    likely:
      "Read a line with a size, take that many bytes and the \\r\\n after " +
      "them, and repeat until the size is 0; then comes a blank line. Only the " +
      "data belongs to the body.",
  }),
  chunked({
    what: "one chunk of 26 bytes, whose size is 1a",
    chunks: "1a\r\nabcdefghijklmnopqrstuvwxyz\r\n0\r\n\r\n",
    body: "abcdefghijklmnopqrstuvwxyz",
    likely: "Chunk sizes are hexadecimal: 1a is 26, and 10 is 16.",
  }),
  chunked({
    what: "a chunk whose size is 010, and one whose size is A",
    chunks: "010\r\n0123456789abcdef\r\nA\r\n0123456789\r\n0\r\n\r\n",
    body: "0123456789abcdef0123456789",
    likely: "Chunk sizes are hexadecimal: 010 is 16, and A is 10.",
  }),
  chunked({
    what: "a chunk that contains \\r\\n0\\r\\n\\r\\n",
    chunks: "7\r\n\r\n0\r\n\r\n\r\n0\r\n\r\n",
    body: "\r\n0\r\n\r\n",
    likely: "Chunk data may contain anything, even what looks like the last " +
      "chunk. Its size says how many bytes are data: count them, and don't " +
      "search for the end.",
  }),
  chunked({
    what: "no bytes at all",
    chunks: "0\r\n\r\n",
    body: "",
    likely: "The first chunk is also the last one.",
  }),
];

/** A body in chunks, and one more request after it. */
function chunked(
  { what, chunks, body, likely }: {
    what: string;
    chunks: string;
    body: string;
    likely: string;
  },
): RequestCase {
  return {
    step: `a body in chunks: ${what}`,
    sent: `${CHUNKED}${chunks}${GET_NEXT}`,
    due: [{ ...CHUNKED_DUE, body }, {
      target: "/next",
      likely:
        "After the last chunk, whose size is 0, comes a blank line. The " +
        "next request begins right after it.",
    }],
    likely,
    read: CHUNKS,
  };
}

/** Every byte there is, and what looks like the end of a head or a body. */
const ANY_BYTES = Uint8Array.from(
  { length: 300 },
  (_, i) => i < 256 ? i : "\r\n\r\n0\r\n\r\n".charCodeAt(i % 9),
);

// The long head is more than one wide read returns. With narrow reads it's
// short: many answers search the whole head again after each read.
const PIECES = [[1, 100], [5, 100], [4096, 7000]].map(
  ([readSize, fill]): RequestCase => ({
    step: `four requests; each read returns at most ${readSize} bytes`,
    ...fourRequests("x".repeat(fill)),
    readSize,
    likely: "A read may end anywhere: in a line, between \\r and \\n, in a " +
      "body, in the size of a chunk. Keep reading until the blank line has " +
      "arrived, and then until you have as many bytes as the head promised.",
    read: HEAD_END,
  }),
);

/** No body, one by its length, one in chunks, and no body again. */
function fourRequests(
  long: string,
): { sent: Uint8Array; due: (Due | null)[] } {
  const sent = concat([
    bytesOf(`GET /a HTTP/1.1\r\nHost: a\r\nX-Long: ${long}\r\n\r\n`),
    bytesOf("PUT /b HTTP/1.1\r\nHost: a\r\nContent-Length: 300\r\n\r\n"),
    ANY_BYTES,
    bytesOf(`${CHUNKED}100\r\n`),
    ANY_BYTES.subarray(0, 256),
    bytesOf("\r\n2c\r\n"),
    ANY_BYTES.subarray(256),
    bytesOf(`\r\n0\r\n\r\n${GET_NEXT}`),
  ]);
  const headers = { "content-length": "300" };
  const due = [
    { target: "/a", headers: { "x-long": long } },
    { method: "PUT", target: "/b", headers, body: ANY_BYTES },
    { ...CHUNKED_DUE, body: ANY_BYTES },
    { target: "/next" },
    null,
  ];
  return { sent, due };
}

const LARGE_BODY = new Uint8Array(1_000_000).fill(7);
for (let i = 0; i < LARGE_BODY.length; i += 65_537) LARGE_BODY[i] = i / 65_537;

/** Requests to accept, in the order in which they're tried. */
export const VALID_REQUESTS: RequestCase[] = [
  ...HEADS,
  ...CHUNKED_BODIES,
  ...PIECES,
  {
    step: "a body of 1000000 bytes, and a request after it",
    sent: concat([
      bytesOf("PUT /l HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n"),
      LARGE_BODY,
      bytesOf(GET_NEXT),
    ]),
    due: [{
      method: "PUT",
      target: "/l",
      headers: { "content-length": "1000000" },
      body: LARGE_BODY,
    }, { target: "/next" }],
    likely:
      "A large body takes many reads: keep reading until you have all of " +
      "it.",
    read: LENGTH,
  },
];
