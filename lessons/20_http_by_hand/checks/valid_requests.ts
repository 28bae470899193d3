/** Requests that a RequestReader must accept. */
import { concat } from "../../../lib/wire/bytes.ts";
import {
  type StreamCase,
  type StreamResult,
  toBytes,
} from "../../../lib/workbook/kit/mod.ts";
import {
  CHUNKED,
  chunkedDue,
  CHUNKS,
  due,
  GET_NEXT,
  HEAD_END,
  LENGTH,
  LINES,
  NEXT,
  NEXT_DUE,
} from "./requests.ts";

/** The diagnosis for names that are still in capitals. */
export const LOWER =
  "Field names are case-insensitive: convert them to lowercase.";

const FIRST: StreamCase[] = [
  {
    step:
      "a client sends GET /hello, waits for the response, and sends two more",
    sends: [
      "GET /hello HTTP/1.1\r\nHost: b:7000\r\nAccept: */*\r\n\r\n",
      "POST /first HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nzwölf",
      GET_NEXT,
    ],
    early: true,
    values: [
      due("GET /hello", { host: "b:7000", accept: "*/*" }),
      due("POST /first", { "content-length": "6" }, "zwölf"),
      NEXT_DUE,
    ],
    likely: ({ values, then }) =>
      then === "waiting"
        ? {
          likely: "A request without a body ends with the blank line. Return " +
            "it at once: the client sends nothing more until it has its response.",
          read: HEAD_END,
        }
        : then === "end"
        ? {
          likely:
            "The stream hasn't ended: the client waits for its response, " +
            "and has more to send. If you read from conn.readable with " +
            "`for await`, leaving the loop closes the connection: use " +
            "conn.read().",
          read: NEXT,
        }
        : values.length < 2
        ? {
          likely:
            "Split the first line at its spaces, and each other line at " +
            "its first colon: there may be more of them in the value.",
          read: LINES,
        }
        : COUNTED,
  },
  {
    step: 'in one piece it sends POST with "zwölf", and GET /next, and ends',
    sends: "POST /first HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nzwölf" +
      GET_NEXT,
    values: [due("POST /first", { "content-length": "6" }, "zwölf"), NEXT_DUE],
    likely: ({ values, then }) =>
      values.length < 2 && then !== "end" ? COUNTED : then === "error"
        ? {
          likely:
            "The client closed its write side between two requests, and " +
            "that's not an error: when read() returns null and you have no " +
            "bytes left over, return null.",
          read: HEAD_END,
        }
        : {
          likely:
            "The next request arrived in the same read as the end of this " +
            "one. Keep the bytes that a call doesn't need in a field of the " +
            "object, and use them up before you read again.",
          read: NEXT,
        },
  },
];

const COUNTED = {
  likely:
    "Content-Length counts bytes: six for the five characters of zwölf. " +
    "Take exactly that many bytes, decode nothing, and leave the rest for the " +
    "next request.",
  read: LENGTH,
};

const HEADS: StreamCase[] = [
  {
    step: "a head has names in capitals",
    sends: "GET / HTTP/1.1\r\nHOST: a\r\ncOnTeNt-TyPe: B\r\n\r\n",
    values: [due("GET /", { "content-type": "B" })],
    likely: LOWER,
  },
  {
    step: "the version is HTTP/1.0",
    sends: "GET / HTTP/1.0\r\nHost: a\r\n\r\n",
    values: [due("GET /")],
    likely:
      "The third part of the first line is the version. The task doesn't " +
      "say which ones to accept, so accept any.",
  },
  {
    // HTTP/1.1 requires Host (RFC 9112, section 3.2), which the task leaves open.
    step: "the version is HTTP/1.0, and the head has no fields",
    sends: `GET / HTTP/1.0\r\n\r\n${GET_NEXT}`,
    values: [["GET /", "", new Uint8Array()], NEXT_DUE],
    likely:
      "The blank line may follow the first line. Then `headers` is empty.",
  },
  {
    step: "a head has values with spaces and tabs around them, and without",
    sends: "GET / HTTP/1.1\r\nHost:a\r\nX-One: \t b c \t \r\nX-Two:\r\n\r\n",
    values: [due("GET /", { "x-one": "b c", "x-two": "" })],
    likely: "Spaces and tabs around a value aren't part of it. There may be " +
      "none, or many, or nothing else after the colon.",
  },
  {
    step: "a head has three fields with the same name",
    sends: "GET / HTTP/1.1\r\nVia: a\r\nHost: a\r\nvia: c\r\nVIA: b\r\n\r\n",
    values: [due("GET /", { via: "a, c, b" })],
    likely: "Repeated header fields are combined into one, with their values " +
      'separated by ", ".',
  },
  {
    step: "a head has names that every object has",
    sends:
      "GET / HTTP/1.1\r\nHost: a\r\nconstructor: a\r\n__proto__: b\r\n\r\n",
    values: [due("GET /", { constructor: "a", ["__proto__"]: "b" })],
    likely: "An object already has names such as constructor, even if it's " +
      "empty. A Map has only the names you put in it.",
  },
  {
    step: "the first line is gEt /a/../b?c=%64&d=http://e/ HTTP/1.1",
    sends: "gEt /a/../b?c=%64&d=http://e/ HTTP/1.1\r\nHost: a\r\n\r\n",
    values: [due("gEt /a/../b?c=%64&d=http://e/")],
    likely: "The method is the first of the three parts, and the target the " +
      "second. Return both exactly as they arrived: don't convert, split, " +
      "resolve, or decode them.",
  },
  {
    step: 'a head contains "X: zwölf ö €", and a body of 5 bytes follows',
    sends:
      "PUT / HTTP/1.1\r\nHost: a\r\nX: zwölf ö €\r\nContent-Length: 5\r\n" +
      `\r\nhello${GET_NEXT}`,
    values: [
      due("PUT /", { x: "zwölf ö €", "content-length": "5" }, "hello"),
      NEXT_DUE,
    ],
    likely: "In UTF-8, ö is one character but two bytes. If you look for the " +
      "end of the head in decoded text, and then cut off as many bytes as that " +
      "text has characters, you cut too early. Make one character of each " +
      "byte with String.fromCharCode(), or search the bytes themselves.",
  },
].map((one) => ({ ...one, read: LINES }));

const METHODS = ["HEAD", "DELETE", "OPTIONS", "FLY"];

const OTHER_BODIES: StreamCase[] = [
  {
    step: "a length of 0, and a request after it",
    sends:
      `POST /b HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n${GET_NEXT}`,
    values: [due("POST /b", { "content-length": "0" }), NEXT_DUE],
    likely: "A body of 0 bytes is complete already: don't wait for anything.",
    read: LENGTH,
  },
  {
    step: "GET with a body of 5 bytes, POST without any, and GET again",
    sends: "GET /a HTTP/1.1\r\nHost: a\r\nContent-Length: 0005\r\n\r\nhello" +
      `POST /b HTTP/1.1\r\nHost: a\r\n\r\n${GET_NEXT}`,
    values: [
      due("GET /a", { "content-length": "0005" }, "hello"),
      due("POST /b"),
      NEXT_DUE,
    ],
    likely: "Only the head says whether a body follows, and how long it is. " +
      "The method doesn't matter: GET may have a body, and POST may have none.",
    read: LENGTH,
  },
  {
    step: "HEAD, DELETE, OPTIONS, and a made-up method with bodies",
    sends: METHODS.map((method) =>
      `${method} /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello`
    ).join(""),
    values: METHODS.map((method) =>
      due(`${method} /a`, { "content-length": "5" }, "hello")
    ),
    likely: "A request with a Content-Length has a body, whatever its method " +
      "is. HEAD matters only to the response.",
    read: LENGTH,
  },
];

const CHUNKED_BODIES: StreamCase[] = [
  chunked(
    '"hello" in two chunks',
    "3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n",
    "hello",
    "Read a line with a size, take that many bytes and the \\r\\n after them, " +
      "and repeat until the size is 0; then comes a blank line. Only the data " +
      "belongs to the body.",
  ),
  chunked(
    "four chunks, and a last one whose size is 000",
    "1\r\na\r\n2\r\nbc\r\n1\r\nd\r\n3\r\nefg\r\n000\r\n\r\n",
    "abcdefg",
    "There may be any number of chunks. The last one has the size 0, however " +
      "many digits that takes: compare the number, not the text.",
  ),
  chunked(
    "one chunk of 26 bytes, whose size is 1a",
    "1a\r\nabcdefghijklmnopqrstuvwxyz\r\n0\r\n\r\n",
    "abcdefghijklmnopqrstuvwxyz",
    "Chunk sizes are hexadecimal: 1a is 26, and 10 is 16.",
  ),
  chunked(
    "a chunk whose size is 010, and one whose size is A",
    "010\r\n0123456789abcdef\r\nA\r\n0123456789\r\n0\r\n\r\n",
    "0123456789abcdef0123456789",
    "Chunk sizes are hexadecimal: 010 is 16, and A is 10.",
  ),
  chunked(
    "a chunk that contains \\r\\n0\\r\\n\\r\\n",
    "7\r\n\r\n0\r\n\r\n\r\n0\r\n\r\n",
    "\r\n0\r\n\r\n",
    "Chunk data may contain anything, even what looks like the last chunk. " +
      "Its size says how many bytes are data: count them, and don't search " +
      "for the end.",
  ),
  chunked(
    "five chunks of 3000 bytes",
    `bb8\r\n${"x".repeat(3000)}\r\n`.repeat(5) + "0\r\n\r\n",
    "x".repeat(15_000),
    "A body in chunks may be as long as one with a length.",
    [4096],
  ),
  chunked("no bytes", "0\r\n\r\n", "", "The first chunk is also the last one."),
  {
    step: 'a head says "Transfer-Encoding: Chunked"',
    sends: `${CHUNKED.replace("chunked\r\n", "Chunked\r\n")}0\r\n\r\n`,
    values: [due("POST /chunks", { "transfer-encoding": "Chunked" })],
    likely:
      "The name of a transfer coding is case-insensitive: compare it in " +
      "lowercase, but leave the value in `headers` as it is.",
    read: CHUNKS,
  },
];

const LAST_LINE =
  "After the last chunk, whose size is 0, comes a blank line. The next request " +
  "begins right after it.";
const LAST_LINE_LATER =
  `${LAST_LINE} If it hasn't arrived yet, keep reading until it has.`;

/** Whether the body was right, but not the request after it. */
function isLeftOver({ values, error }: StreamResult): boolean {
  return values.length > 1 || values.length === 1 && error !== undefined;
}

/** Makes a body in chunks, and one more request after it. */
function chunked(
  what: string,
  chunks: string,
  body: string,
  likely: string,
  readSizes?: number[],
): StreamCase {
  return {
    step: `a body in chunks: ${what}; and a request after it`,
    sends: `${CHUNKED}${chunks}${GET_NEXT}`,
    values: [chunkedDue(body), NEXT_DUE],
    readSizes,
    likely: (result) => isLeftOver(result) ? LAST_LINE : likely,
    cut: (result) =>
      isLeftOver(result)
        ? { likely: LAST_LINE_LATER, read: CHUNKS }
        : undefined,
    read: CHUNKS,
  };
}

/** Every possible byte, and what looks like the end of a head or a body. */
const ANY_BYTES = Uint8Array.from(
  { length: 300 },
  (_, i) => i < 256 ? i : "\r\n\r\n0\r\n\r\n".charCodeAt(i % 9),
);

// The long head takes more than one read of 4096 bytes.
const MIXED: StreamCase[] = [100, 7000].map((fill) => ({
  step: `four requests with bodies of all kinds, a head of ${fill + 30} bytes`,
  sends: concat([
    toBytes(`GET /a HTTP/1.1\r\nHost: a\r\nX: ${"x".repeat(fill)}\r\n\r\n`),
    toBytes("PUT /b HTTP/1.1\r\nHost: a\r\nContent-Length: 300\r\n\r\n"),
    ANY_BYTES,
    toBytes(`${CHUNKED}100\r\n`),
    ANY_BYTES.subarray(0, 256),
    toBytes("\r\n2c\r\n"),
    ANY_BYTES.subarray(256),
    toBytes(`\r\n0\r\n\r\n${GET_NEXT}`),
  ]),
  values: [
    due("GET /a", { x: "x".repeat(fill) }),
    due("PUT /b", { "content-length": "300" }, ANY_BYTES),
    chunkedDue(ANY_BYTES),
    NEXT_DUE,
  ],
  // Many answers search the whole head again after each read.
  readSizes: fill > 1000 ? [4096] : undefined,
  likely:
    "A body can contain any bytes, even what looks like the end of a head or " +
    "a body.",
  read: LENGTH,
}));

/** Requests to accept, in the order in which they're tried. */
export const VALID_REQUESTS: StreamCase[] = [
  ...FIRST,
  ...HEADS,
  ...CHUNKED_BODIES,
  ...OTHER_BODIES,
  ...MIXED,
];
