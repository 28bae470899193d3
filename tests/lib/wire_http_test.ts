import {
  assert,
  assertEquals,
  assertMatch,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  BodyBuffer,
  ChunkedDecoder,
  decodeRequestHead,
  decodeResponseHead,
  encodeChunk,
  encodeLastChunk,
  encodeRequestHead,
  encodeResponseHead,
  expectsContinue,
  HttpError,
  type HttpEvent,
  type HttpLimits,
  type HttpParser,
  keepsAlive,
  type RequestHead,
  RequestParser,
  ResponseParser,
  WireError,
} from "../../lib/wire/mod.ts";
import { concat } from "../../lib/wire/bytes.ts";
import { bytesOf, textOf } from "../../lib/wire/http/text.ts";
import { Random } from "./wire_fixture.ts";
import { fuzzTurns } from "../sample.ts";

const HOST = "Host: x\r\n";

/** A message as a test likes to look at it. */
interface Message<Head> {
  head: Head;
  body: string;
  trailers: string[];
}

/** What every piece is read into. */
const BUFFER = new Uint8Array(1024 * 1024);

/** Puts the parts of messages together, up to an error if there is one. */
function collect<Head>(
  parser: HttpParser<Head>,
  pieces: Iterable<Uint8Array>,
  { ends = true } = {},
): { messages: Message<Head>[]; error: HttpError | null } {
  const messages: Message<Head>[] = [];
  let current: Message<Head> | null = null;
  function take(event: HttpEvent<Head>) {
    switch (event.kind) {
      case "head":
        current = { head: event.head, body: "", trailers: [] };
        break;
      case "data":
        current!.body += text(event.data);
        break;
      case "end":
        current!.trailers = event.trailers.map((f) => `${f.name}: ${f.value}`);
        messages.push(current!);
        current = null;
    }
  }
  try {
    for (const piece of pieces) {
      // The same buffer each time, as a server has: nothing may rely on it.
      const shared = BUFFER.subarray(0, piece.length);
      shared.set(piece);
      parser.push(shared);
      for (let event = parser.next(); event !== null; event = parser.next()) {
        take(event);
      }
      shared.fill(0xee);
    }
    if (ends) {
      const event = parser.end();
      if (event !== null) take(event);
    }
    return { messages, error: null };
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    return { messages, error };
  }
}

function requests(
  input: string | Uint8Array,
  limits: HttpLimits = {},
): { messages: Message<RequestHead>[]; error: HttpError | null } {
  return collect(new RequestParser(limits), [bytes(input)]);
}

function bytes(input: string | Uint8Array): Uint8Array {
  return input instanceof Uint8Array ? input : bytesOf(input);
}

function text(input: Uint8Array): string {
  return textOf(input, 0, input.length);
}

function* cut(input: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < input.length; at += size) {
    yield input.subarray(at, at + size);
  }
}

const GOOD = [
  `GET / HTTP/1.1\r\n${HOST}\r\n`,
  "GET /old HTTP/1.0\r\n\r\n",
  `HEAD /a?b=%20&c HTTP/1.1\r\nhost: [::1]:80\r\nAccept:*/*\r\nX:\r\n\r\n`,
  `POST /l HTTP/1.1\r\n${HOST}Content-Length: 5\r\n\r\nhello`,
  `POST /z HTTP/1.1\r\n${HOST}Content-Length: 000\r\n\r\n`,
  `POST /c HTTP/1.1\r\n${HOST}Transfer-Encoding: Chunked\r\n\r\n` +
  '3\r\nhel\r\n002;a=b ; c="d\\""\r\nlo\r\n0\r\nX-Sum: 7\r\n\r\n',
  `OPTIONS * HTTP/1.1\r\n${HOST}\r\n`,
  `CONNECT x:443 HTTP/1.1\r\nHost: x:443\r\n\r\n`,
  `GET http://x/y HTTP/1.9\r\nHost:\t x \t\r\nX-Latin: \xe4\xff\r\n\r\n`,
].join("");

Deno.test("RequestParser reads pipelined requests, however the stream is split", () => {
  const whole = requests(GOOD);
  assertEquals(whole.error, null);
  const { messages } = whole;
  assertEquals(messages.map(({ head }) => head.method), [
    ...["GET", "GET", "HEAD", "POST", "POST", "POST", "OPTIONS", "CONNECT"],
    "GET",
  ]);
  assertEquals(messages.map(({ body }) => body).filter((body) => body !== ""), [
    "hello",
    "hello",
  ]);
  assertEquals(messages[5].trailers, ["x-sum: 7"]);
  assertEquals(messages[1].head.version, "1.0");
  assertEquals(messages[8].head, {
    method: "GET",
    target: "http://x/y",
    version: "1.1",
    fields: [
      { name: "host", value: "x" },
      { name: "x-latin", value: "\xe4\xff" },
    ],
  });
  for (let size = 1; size < 70; size++) {
    const parts = cut(bytes(GOOD), size);
    assertEquals(collect(new RequestParser(), parts), whole, `${size} bytes`);
  }
});

Deno.test("ResponseParser finds the end of each response, however the stream is split", () => {
  const input = bytes(
    [
      "HTTP/1.1 100 Continue\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
      "HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\n",
      "HTTP/1.1 304 Not Modified\r\nContent-Length: 2\r\n\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n",
      "HTTP/1.0 404 \xe4\r\n\r\nto the end",
    ].join(""),
  );
  for (let size = 1; size < 70; size++) {
    const parser = new ResponseParser();
    for (const method of ["POST", "HEAD", "GET", "GET", "GET"]) {
      parser.expect(method);
    }
    const { messages, error } = collect(parser, cut(input, size));
    assertEquals(error, null);
    assertEquals(messages.map(({ head, body }) => [head.status, body]), [
      [100, ""],
      [200, "ok"],
      [200, ""],
      [304, ""],
      [200, "x"],
      [404, "to the end"],
    ]);
    parser.push(bytes("HTTP/1.1 200 OK\r\n\r\n"));
    assertThrows(() => parser.next(), HttpError, "no request was sent");
  }
});

/** What is wrong, the request, and the status that it gets. */
const BAD: [name: string, input: string, status: number][] = [
  [
    "a length and chunks",
    post("Content-Length: 6\r\nTransfer-Encoding: chunked"),
    400,
  ],
  [
    "chunks and a length",
    post("Transfer-Encoding: chunked\r\nContent-Length: 6"),
    400,
  ],
  [
    "two different lengths",
    post("Content-Length: 5\r\nContent-Length: 6"),
    400,
  ],
  [
    "the same length twice",
    post("Content-Length: 5\r\nContent-Length: 5"),
    400,
  ],
  ["a list of lengths", post("Content-Length: 5, 5"), 400],
  ["a length with a sign", post("Content-Length: +5"), 400],
  ["a length below zero", post("Content-Length: -5"), 400],
  ["a length in hexadecimal", post("Content-Length: 0x5"), 400],
  ["a length with a point", post("Content-Length: 5.0"), 400],
  ["a length with an exponent", post("Content-Length: 1e1"), 400],
  ["an empty length", post("Content-Length:"), 400],
  ["a length with a space in it", post("Content-Length: 1 2"), 400],
  ["a length over 2^53", post("Content-Length: 99999999999999999999"), 413],
  ["a length over the limit", post("Content-Length: 1048577"), 413],
  [
    "chunked, but not at the end",
    post("Transfer-Encoding: chunked, gzip"),
    400,
  ],
  ["chunked twice", post("Transfer-Encoding: chunked, chunked"), 400],
  [
    "chunked on two lines",
    post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"),
    400,
  ],
  ["a coding other than chunked", post("Transfer-Encoding: gzip"), 400],
  ["an identity coding", post("Transfer-Encoding: identity"), 400],
  ["a coding that is almost chunked", post("Transfer-Encoding: xchunked"), 400],
  ["chunked, with a tab in it", post("Transfer-Encoding: chun\tked"), 400],
  ["chunked, with a vertical tab", post("Transfer-Encoding: \x0bchunked"), 400],
  ["chunked, with a parameter", post("Transfer-Encoding: chunked;q=1"), 400],
  ["an empty coding", post("Transfer-Encoding:"), 400],
  ["a coding before chunked", post("Transfer-Encoding: gzip, chunked"), 501],
  [
    "chunks in version 1.0",
    "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    400,
  ],
  ["a folded line", `GET / HTTP/1.1\r\n${HOST}X: a\r\n b\r\n\r\n`, 400],
  ["a folded length", post("Content-Length:\r\n 5"), 400],
  ["a folded first field", `GET / HTTP/1.1\r\n ${HOST}\r\n`, 400],
  ["LF alone after the first line", `GET / HTTP/1.1\n${HOST}\r\n`, 400],
  ["LF alone after a field", `GET / HTTP/1.1\r\nHost: x\n\r\n`, 400],
  ["LF alone as the empty line", `GET / HTTP/1.1\r\n${HOST}\n`, 400],
  ["LF alone at the start", `\nGET / HTTP/1.1\r\n${HOST}\r\n`, 400],
  [
    "CR alone in a field",
    `GET / HTTP/1.1\r\n${HOST}X: a\rContent-Length: 5\r\n\r\n`,
    400,
  ],
  ["CR CR LF", `GET / HTTP/1.1\r\r\n${HOST}\r\n`, 400],
  ["NUL in a field", `GET / HTTP/1.1\r\n${HOST}X: a\0b\r\n\r\n`, 400],
  ["a space before the colon", post("Content-Length : 5"), 400],
  ["a tab before the colon", post("Transfer-Encoding\t: chunked"), 400],
  ["a field without a colon", `GET / HTTP/1.1\r\n${HOST}X\r\n\r\n`, 400],
  ["a field without a name", `GET / HTTP/1.1\r\n${HOST}: a\r\n\r\n`, 400],
  ["a name that isn't a token", `GET / HTTP/1.1\r\n${HOST}Ä: a\r\n\r\n`, 400],
  ["no host", "GET / HTTP/1.1\r\n\r\n", 400],
  ["two hosts", `GET / HTTP/1.1\r\n${HOST}Host: y\r\n\r\n`, 400],
  ["two hosts in 1.0", `GET / HTTP/1.0\r\n${HOST}${HOST}\r\n`, 400],
  ["an invalid host", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400],
  ["a host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400],
  ["two spaces in the first line", `GET  / HTTP/1.1\r\n${HOST}\r\n`, 400],
  ["a space in the target", `GET /a b HTTP/1.1\r\n${HOST}\r\n`, 400],
  ["a space after the version", `GET / HTTP/1.1 \r\n${HOST}\r\n`, 400],
  ["a tab in the first line", `GET\t/\tHTTP/1.1\r\n${HOST}\r\n`, 400],
  ["a relative target", `GET a HTTP/1.1\r\n${HOST}\r\n`, 400],
  ["a target with a fragment", `GET /#a HTTP/1.1\r\n${HOST}\r\n`, 400],
  [
    "a target with a byte that isn't ASCII",
    `GET /\xe4 HTTP/1.1\r\n${HOST}\r\n`,
    400,
  ],
  ["an asterisk target for GET", `GET * HTTP/1.1\r\n${HOST}\r\n`, 400],
  ["CONNECT without an authority", `CONNECT / HTTP/1.1\r\n${HOST}\r\n`, 400],
  ["HTTP/0.9, without a version", "GET /\r\n\r\n", 400],
  ["an invalid version", `GET / http/1.1\r\n${HOST}\r\n`, 400],
  ["HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505],
  [
    "two empty lines before the request",
    `\r\n\r\nGET / HTTP/1.1\r\n${HOST}\r\n`,
    400,
  ],
  ["TLS", "\x16\x03\x01", 400],
  ["a long first line", `GET /${"a".repeat(8192)}`, 414],
  [
    "a long head",
    `GET / HTTP/1.1\r\n${`X: ${"a".repeat(100)}\r\n`.repeat(200)}`,
    431,
  ],
  ["many fields", `GET / HTTP/1.1\r\n${HOST}${"X:\r\n".repeat(100)}\r\n`, 431],
  ["a chunk with an invalid size", chunked("x\r\n"), 400],
  ["a chunk whose size has a sign", chunked("+5\r\nhello\r\n0\r\n\r\n"), 400],
  [
    "a chunk whose size has a prefix",
    chunked("0x5\r\nhello\r\n0\r\n\r\n"),
    400,
  ],
  ["a chunk whose size has a space", chunked("5 \r\nhello\r\n0\r\n\r\n"), 400],
  ["a chunk whose size is empty", chunked("\r\nhello\r\n0\r\n\r\n"), 400],
  [
    "a chunk of 2^32 + 5 bytes",
    chunked("100000005\r\nhello\r\n0\r\n\r\n"),
    413,
  ],
  [
    "a chunk of 2^64 + 5 bytes",
    chunked("10000000000000005\r\nhello\r\n0\r\n\r\n"),
    413,
  ],
  ["a chunk whose size has 200 digits", chunked(`${"f".repeat(200)}\r\n`), 413],
  ["an endless chunk line", chunked("0".repeat(300)), 400],
  ["a chunk line with LF alone", chunked("5\nhello\r\n0\r\n\r\n"), 400],
  ["an extension with CR in it", chunked("5;a=\rb\r\nhello\r\n0\r\n\r\n"), 400],
  ["a chunk longer than its size", chunked("5\r\nhello!\r\n0\r\n\r\n"), 400],
  ["a chunk that ends with LF", chunked("5\r\nhello\n0\r\n\r\n"), 400],
  [
    "chunks over the limit together",
    chunked("80000\r\n" + "x".repeat(0x80000) + "\r\n80001\r\n"),
    413,
  ],
  [
    "a Content-Length after the body",
    chunked("0\r\nContent-Length: 5\r\n\r\n"),
    400,
  ],
  ["a folded trailer", chunked("0\r\nX: a\r\n b\r\n\r\n"), 400],
  [
    "an endless trailer section",
    chunked("0\r\n" + "X: a\r\n".repeat(4000)),
    431,
  ],
];

function post(fields: string): string {
  return `POST / HTTP/1.1\r\n${HOST}${fields}\r\n\r\n0\r\n\r\nG`;
}

function chunked(body: string): string {
  return `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n${body}`;
}

Deno.test("RequestParser rejects ambiguous and oversized requests", async (t) => {
  for (const [name, input, status] of BAD) {
    await t.step(name, () => {
      const before = `GET /first HTTP/1.1\r\n${HOST}\r\n`;
      for (const size of [Infinity, 1, 7]) {
        const all = bytes(before + input);
        const pieces = size === Infinity ? [all] : cut(all, size);
        const parser = new RequestParser();
        // It must be seen without waiting for more.
        const { messages, error } = collect(parser, pieces, { ends: false });
        assertEquals(error?.status, status);
        // The one before is good, and of this one no end is ever told.
        assertEquals(messages.map(({ head }) => head.target), ["/first"]);
        assert(error!.offset >= before.length && error!.offset <= all.length);
        assert(error instanceof WireError);
        // From then on there is nothing else.
        parser.push(bytes(before));
        assertStrictEquals(assertThrows(() => parser.next()), error);
        assertStrictEquals(assertThrows(() => parser.end()), error);
      }
    });
  }
});

Deno.test("RequestParser.end() throws only in the middle of a request", () => {
  for (let end = 0; end <= GOOD.length; end++) {
    const { messages, error } = requests(GOOD.slice(0, end));
    const rest = requests(GOOD.slice(end));
    if (error !== null) {
      assertMatch(error.message, /found the end of the stream/);
      assertEquals(error.offset, end);
    } else {
      // Cut between two, both halves are whole.
      assertEquals(rest.error, null);
      assertEquals(messages.length + rest.messages.length, 9);
    }
  }
});

Deno.test("RequestParser enforces its limits to the byte", () => {
  const head = `GET / HTTP/1.1\r\n${HOST}\r\n`;
  assertEquals(requests(head, { maxHeadBytes: head.length }).error, null);
  const short = requests(head, { maxHeadBytes: head.length - 1 });
  assertEquals(short.error?.status, 431);
  assertEquals(requests(head, { maxLineBytes: 14 }).error, null);
  assertEquals(requests(head, { maxLineBytes: 13 }).error?.status, 414);
  assertEquals(requests(head, { maxFields: 1 }).error, null);
  assertEquals(requests(head, { maxFields: 0 }).error?.status, 431);
  for (
    const body of [
      post("Content-Length: 5").slice(0, -1),
      chunked("5\r\nhello\r\n0\r\n\r\n"),
    ]
  ) {
    assertEquals(requests(body, { maxBodyBytes: 5 }).error, null);
    assertEquals(requests(body, { maxBodyBytes: 4 }).error?.status, 413);
  }
  assertThrows(() => new RequestParser({ maxFields: NaN }), RangeError);
});

Deno.test("RequestParser returns the head before it rejects an oversized body", () => {
  const parser = new RequestParser({ maxBodyBytes: 4 });
  parser.push(bytes(post("Content-Length: 5")));
  assertEquals(parser.next()?.kind, "head");
  assertThrows(() => parser.next(), HttpError, "at most 4 bytes, found 5");
});

Deno.test("RequestParser keeps a head but no body, however large the body is", () => {
  const parser = new RequestParser({ maxBodyBytes: Infinity });
  parser.push(
    bytes(`POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n`),
  );
  const chunk = encodeChunk(new Uint8Array(1000));
  let received = 0;
  for (let i = 0; i < 20_000; i++) {
    parser.push(chunk.subarray(0, 500));
    parser.push(chunk.subarray(500));
    for (let part = parser.next(); part !== null; part = parser.next()) {
      if (part.kind === "data") received += part.data.length;
    }
    assert(parser.unusedBytes < 2000);
  }
  assertEquals(received, 20_000_000);
});

Deno.test("BodyBuffer's capacity is at most twice the bytes received", () => {
  const body = new BodyBuffer();
  const piece = new Uint8Array(1);
  for (let i = 0; i < 1000; i++) {
    piece[0] = i;
    body.add(piece);
    assert(body.capacity <= 2 * body.size);
  }
  assertEquals(body.take(), Uint8Array.from({ length: 1000 }, (_, i) => i));
  assertEquals(body.size, 0);
});

Deno.test("ChunkedDecoder decodes chunks from encodeChunk", () => {
  const random = new Random();
  for (let turn = 0; turn < 300; turn++) {
    const chunks = Array.from(
      { length: random.below(5) },
      () => random.bytes(1 + random.below(600)),
    );
    const trailers = [{ name: "x-sum", value: "7" }].slice(random.below(2));
    const encoded = [...chunks.map(encodeChunk), encodeLastChunk(trailers)]
      .map(text).join("");
    const decoder = new ChunkedDecoder();
    let data = "";
    for (const piece of cut(bytes(encoded + "GET"), 1 + random.below(50))) {
      decoder.push(piece);
      for (let part = decoder.next(); part !== null; part = decoder.next()) {
        data += text(part);
      }
    }
    assertEquals(data, chunks.map(text).join(""));
    assertEquals(decoder.trailers, trailers);
    assertEquals(decoder.unusedBytes, 3);
  }
  assertThrows(() => encodeChunk(new Uint8Array()), RangeError, "end the body");
  const length = { name: "Content-Length", value: "1" };
  assertThrows(() => encodeLastChunk([length]), TypeError, "Content-Length");
});

Deno.test("heads are the same after encoding and decoding", () => {
  const fields = [{ name: "host", value: "a" }, { name: "x", value: "\xff\t" }]
    .map(({ name, value }) => ({ name, value: value.trim() }));
  const request = { method: "M-SEARCH", target: "/", fields };
  const { version, ...decoded } = decodeRequestHead(encodeRequestHead(request));
  assertEquals([decoded, version], [request, "1.1"]);
  for (const reason of ["", "Not Found", "Nö"]) {
    const head = { status: 404, reason, fields };
    const { version, ...decoded } = decodeResponseHead(
      encodeResponseHead(head),
    );
    assertEquals([decoded, version], [head, "1.1"]);
  }
});

Deno.test("encoders prevent header injection", () => {
  const evil = ["a\r\nSet-Cookie: b", "a\nb", "a\rb", "a\0b", "a\u0100b"];
  for (const value of evil) {
    const fields = [{ name: "Host", value }];
    const name = [{ name: value, value: "a" }];
    const host = [{ name: "Host", value: "a" }];
    for (
      const attempt of [
        () => encodeResponseHead({ status: 200, fields }),
        () => encodeResponseHead({ status: 200, fields: name }),
        () => encodeResponseHead({ status: 200, reason: value, fields: host }),
        () => encodeRequestHead({ method: "GET", target: "/", fields }),
        () => encodeRequestHead({ method: "GET", target: value, fields: host }),
        () => encodeRequestHead({ method: value, target: "/", fields: host }),
        () => encodeLastChunk(fields),
      ]
    ) assertThrows(attempt, TypeError, "Cannot write");
  }
  const fields = [{ name: "X", value: "a" }];
  const head = { method: "GET", target: "/", fields };
  assertThrows(() => encodeRequestHead(head), TypeError, "0 Host fields");
  for (const status of [99, 1000, 200.5, NaN]) {
    assertThrows(() => encodeResponseHead({ status, fields }), RangeError);
  }
});

Deno.test("decodeResponseHead is as strict as decodeRequestHead", () => {
  for (
    const line of [
      ...[
        "HTTP/1.1 200",
        "HTTP/1.1  200 OK",
        "HTTP/1.1 20 OK",
        "HTTP/2.0 200 ",
      ],
      ...["HTTP/1.1 2000 OK", "HTTP/1.1 099 ", "http/1.1 200 OK", "200 OK"],
      ...["HTTP/1.1 200 a\rb", "HTTP/1.1\t200 OK"],
    ]
  ) {
    assertThrows(() => decodeResponseHead(bytes(`${line}\r\n\r\n`)), HttpError);
  }
  assertThrows(() => decodeResponseHead(bytes("HTTP/1.1 200 \r\n")), HttpError);
  const two = bytes("HTTP/1.1 200 \r\n\r\n\r\n");
  assertThrows(() => decodeResponseHead(two), HttpError, "nothing after it");
});

Deno.test("a connection stays open by the rules of each version", () => {
  const cases: [version: "1.0" | "1.1", connection: string, lasts: boolean][] =
    [
      ["1.1", "", true],
      ["1.1", "Close", false],
      ["1.1", "keep-alive, close", false],
      ["1.1", "closed", true],
      ["1.0", "", false],
      ["1.0", "Keep-Alive", true],
      ["1.0", "close, keep-alive", false],
    ];
  for (const [version, value, lasts] of cases) {
    const fields = [{ name: "connection", value }];
    assertEquals(keepsAlive({ version, fields }), lasts, `${version} ${value}`);
  }
  const fields = [{ name: "expect", value: "100-Continue" }];
  assert(expectsContinue({ version: "1.1", fields }));
  assert(!expectsContinue({ version: "1.0", fields }));
  assert(!expectsContinue({ version: "1.1", fields: [] }));
});

/** Pieces that mean something, put where they mean something else. */
const MEANT = [
  ...["\r\n", "\n", "\r", "\r\n\r\n", " ", "\t", ":", ",", ";", "\0", "0", "f"],
  ...["Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n", "Host: y\r\n"],
  ...["HTTP/1.1", "ffffffffffffffff", "9007199254740993", "-1", "\xff", " b"],
].map(bytes);

function mutate(random: Random, original: Uint8Array): Uint8Array {
  let result = original;
  for (let i = random.below(4); i >= 0; i--) {
    const at = random.below(result.length + 1);
    const changed = result.slice();
    switch (random.below(6)) {
      case 0:
        if (at < result.length) changed[at] ^= 1 << random.below(8);
        result = changed;
        break;
      case 1:
        result = changed.copyWithin(at, random.below(result.length + 1));
        break;
      case 2: {
        const size = 1 + random.below(12);
        result = concat([result.subarray(0, at), result.subarray(at + size)]);
        break;
      }
      case 3:
        result = result.slice(0, at);
        break;
      default:
        result = concat([
          result.subarray(0, at),
          random.pick(MEANT),
          result.subarray(at),
        ]);
    }
  }
  return result;
}

Deno.test("mutated streams are parsed or throw HttpError, the same however they're split", () => {
  const random = new Random();
  const originals = GOOD.split(/(?<=\r\n\r\n)(?=[A-Z])/).map(bytes);
  const limits = { maxHeadBytes: 200, maxBodyBytes: 50, maxLineBytes: 60 };
  const seen = { whole: 0, failed: 0 };
  for (let turn = 0; turn < fuzzTurns(50_000); turn++) {
    const stream = concat([
      mutate(random, random.pick(originals)),
      random.pick(originals),
    ]);
    const where = `WIRE_SEED=${random.seed}, turn ${turn}: ${stream.toHex()}`;
    try {
      const parser = new RequestParser(limits);
      const { messages, error } = collect(parser, [stream]);
      const again = collect(
        new RequestParser(limits),
        cut(stream, 1 + random.below(20)),
      );
      assertEquals(again.messages, messages);
      assertEquals(again.error?.message, error?.message);
      assert(parser.unusedBytes <= stream.length);
      if (error === null) seen.whole++;
      else seen.failed++;
      for (const { body } of messages) assert(body.length <= 50);
      assert((error?.offset ?? 0) <= stream.length);
    } catch (cause) {
      throw new Error(where, { cause });
    }
  }
  // Mutations that all did the same would test nothing.
  for (const count of Object.values(seen)) {
    assert(count > fuzzTurns(2000), `${count}`);
  }
});

Deno.test("mutated responses are parsed or throw HttpError", () => {
  const random = new Random();
  const originals = [
    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n",
    "HTTP/1.0 404 Not Found\r\n\r\nto the end",
  ].map(bytes);
  const seen = { whole: 0, failed: 0 };
  for (let turn = 0; turn < fuzzTurns(50_000); turn++) {
    const stream = mutate(random, random.pick(originals));
    const where = `WIRE_SEED=${random.seed}, turn ${turn}: ${stream.toHex()}`;
    const parser = new ResponseParser({ maxBodyBytes: 50 });
    parser.expect(random.pick(["GET", "HEAD"]));
    try {
      const { messages, error } = collect(parser, [stream]);
      for (const { body } of messages) assert(body.length <= 50);
      assert((error?.offset ?? 0) <= stream.length);
      seen[error === null ? "whole" : "failed"]++;
    } catch (cause) {
      throw new Error(where, { cause });
    }
  }
  for (const count of Object.values(seen)) {
    assert(count > fuzzTurns(2000), `${count}`);
  }
});
