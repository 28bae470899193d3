/** How an answer to 19.1 is checked. */
import { writeAll } from "../../../lib/net/mod.ts";
import { concat } from "../../../lib/wire/bytes.ts";
import {
  connectPair,
  type Exercise,
  exercise,
  FakeConn,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";
import * as solution from "../solution.ts";
import type {
  HttpRequest,
  RequestLimits,
  RequestReaderClass,
  RequestReading,
} from "../types.ts";

const LINES = "A request is lines of text";
const HEAD_END = "Where a head ends";
const NEXT = "One read is not one request";
const LENGTH = "A body by its length";
const CHUNKS = "A body in chunks";
const SMUGGLED = "Two lengths are one too many";
const LIMITS = "Everything needs a limit";

/** How far past its limit an answer may read: several buffers of any size. */
const PATIENCE = 256 * 1024;

/** A request that is due. */
interface Due {
  method: string;
  target: string;
  /** The headers, besides `host: a`. */
  headers: Record<string, string>;
  body?: Uint8Array | string;
}

/** What it means when something else comes. */
interface Advice {
  likely: string;
  read: string;
}

/** One reader on one connection. */
interface Run {
  trial: Trial;
  reader: RequestReading;
  conn: { readonly closed: boolean };
}

/** Makes 19.1. */
export function makeRequestReader(): Exercise<unknown> {
  return exercise<RequestReaderClass>({
    id: "19.1",
    title: "Read requests",
    solution: solution.RequestReader,
    hints: [
      "One read gave the second half of a head, a body, and the first half of " +
      "the next head. What of that does this call use, and where is the rest " +
      "when the next call wants it?",
      "Keep a field with the bytes that have been read and are not used. Three " +
      "small methods do the rest: one reads once more and puts what comes " +
      "behind them; one cuts the head off, at \\r\\n\\r\\n; one cuts off so many " +
      "bytes. A body in chunks is lines and so many bytes by turns. Judge a " +
      "length before you wait for as much.",
      "Nearly the code:\n" +
      "    async #take(size) {\n" +
      "      while (this.#rest.length < size) await this.#readMore();\n" +
      "      const taken = this.#rest.slice(0, size);\n" +
      "      this.#rest = this.#rest.slice(size);\n" +
      "      return taken;\n" +
      "    }\n" +
      'The end of the head: text.indexOf("\\r\\n\\r\\n"), with text made by ' +
      "String.fromCharCode(...bytes), one character a byte. For chunks:\n" +
      "    while (true) {\n" +
      "      const size = parseInt(await this.#line(), 16); // digits only!\n" +
      "      body.push(await this.#take(size));\n" +
      '      if (await this.#line() !== "") throw new TypeError(…);\n' +
      "      if (size === 0) break;\n" +
      "    }",
    ],
    read: LINES,
    async check(RequestReader, trial) {
      const tools = { RequestReader, trial };
      await checkTalk(tools);
      await checkFields(tools);
      await checkChunks(tools);
      await checkCuts(tools);
      await checkHeadLimit(tools);
      await checkBodyLimit(tools);
      await checkEnds(tools);
      await checkRefusals(tools);
    },
  });
}

interface Tools {
  RequestReader: RequestReaderClass;
  trial: Trial;
}

/** A client that waits, then two requests at once, then the end. */
async function checkTalk({ RequestReader, trial }: Tools): Promise<void> {
  trial.step("a client sends GET /hello, and waits for the answer");
  const { peer, conn } = await connectPair(trial);
  const run = { trial, conn, reader: await make(RequestReader, conn, trial) };
  await writeAll(
    peer,
    bytesOf(
      "GET /hello HTTP/1.1\r\nHost: 127.0.0.1:7000\r\nAccept: */*\r\n\r\n",
    ),
  );
  await expectRequest(run, {
    method: "GET",
    target: "/hello",
    headers: { host: "127.0.0.1:7000", accept: "*/*" },
  }, {
    likely:
      "The blank line is the end of this request. Cut the first line at " +
      "its blanks, and each other line at its first colon: there may be more " +
      "of them in the value.",
    read: LINES,
  });

  trial.step('in one write it sends POST with "zwölf", and GET /next; it ends');
  await writeAll(
    peer,
    bytesOf(
      "POST /first HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nzwölf" +
        "GET /next HTTP/1.1\r\nHost: b\r\n\r\n",
    ),
  );
  await peer.closeWrite();
  const first = await expectRequest(run, {
    method: "POST",
    target: "/first",
    headers: { host: "a", "content-length": "6" },
    body: "zwölf",
  }, {
    likely: "Content-Length counts bytes, six for the five characters of " +
      "zwölf, and what comes behind them is the next request. Take so many " +
      "bytes off what has come, and decode nothing.",
    read: LENGTH,
  });
  await expectRequest(run, {
    method: "GET",
    target: "/next",
    headers: { host: "b" },
  }, {
    likely: "The next request came in the same read as the end of the one " +
      "before. What a call has read too much is for the next call: keep it in " +
      "the object, and look there before you read.",
    read: NEXT,
  });
  trial.step("readRequest() gives null at the end");
  await expectNull(run);
  trial.equalBytes(first, bytesOf("zwölf"), {
    problem: "The body of the first request has changed since.",
    likely: "It is a view of a buffer that was used again: give a copy.",
    read: LENGTH,
  });
  requireOpen(run);
}

const LOWER =
  "Case means nothing in the name of a field: put it in lower case.";

/** What a head may look like. */
async function checkFields({ RequestReader, trial }: Tools): Promise<void> {
  const forms: [name: string, lines: string, Due["headers"], likely: string][] =
    [
      [
        "names in capitals",
        "HOST: a\r\ncOnTeNt-LeNgTh: 0\r\n",
        { host: "a", "content-length": "0" },
        LOWER,
      ],
      [
        "values with blanks around them, and none",
        "Host:a\r\nX-One: \t b c \t \r\nX-Two:\r\n",
        { host: "a", "x-one": "b c", "x-two": "" },
        "Blanks and tabs around a value do not belong to it; there may be " +
        "none, many, or nothing else.",
      ],
      [
        "two fields of one name",
        "Via: a\r\nHost: b\r\nvia: c\r\n",
        { via: "a, c", host: "b" },
        'Several fields of one name are one whose values are joined by ", ".',
      ],
      [
        "a name that every object has",
        "Host: a\r\nconstructor: a\r\n__proto__: b\r\n",
        { constructor: "a", ["__proto__"]: "b" },
        "A Map has only what was put into it; an object has names of its own.",
      ],
    ];
  for (const [name, lines, headers, likely] of forms) {
    trial.step(`a head has ${name}`);
    const text = `GET / HTTP/1.1\r\n${lines}\r\n`;
    const run = await send({ RequestReader, trial }, bytesOf(text));
    const due = { method: "GET", target: "/", headers };
    await expectRequest(run, due, { likely, read: LINES });
  }

  const target = "/a/../b?c=%64&d=http://e/";
  trial.step(`the target is ${target}`);
  await expectRequest(
    await send(
      { RequestReader, trial },
      bytesOf(`GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`),
    ),
    { method: "GET", target, headers: {} },
    {
      likely: "The target is the second of three parts, as it came: leave it " +
        "to others to cut it, or to decode it.",
      read: LINES,
    },
  );
  await checkOtherLetters({ RequestReader, trial });
}

/**
 * A head that is not English. As what text it is read is not said, but where
 * the body begins is a matter of bytes.
 */
async function checkOtherLetters(tools: Tools): Promise<void> {
  const { trial } = tools;
  trial.step(
    'a head has "X: zwölf ö €" in it, and a body of 5 bytes behind it',
  );
  const run = await send(
    tools,
    bytesOf(
      "PUT / HTTP/1.1\r\nHost: a\r\nX: zwölf ö €\r\nContent-Length: 5\r\n" +
        "\r\nhelloGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
    ),
  );
  const likely = "In UTF-8 ö is one character of two bytes. Whoever " +
    "finds the end of a head in text of UTF-8, and cuts off as many bytes as it " +
    "has characters, cuts too early. Make a character of each byte, with " +
    "String.fromCharCode(), or look for the end in the bytes.";
  const advice = { likely, read: LINES };
  const request = await read(run, {
    waitingFor: "readRequest() to give PUT /",
    ...advice,
  });
  if (request === null || request === undefined) {
    return trial.fail({
      problem: `readRequest() gave ${request}, and a request has come.`,
      ...advice,
    });
  }
  requireShape(request, trial);
  trial.equalBytes(request.body, bytesOf("hello"), advice);
  const next = { method: "GET", target: "/next", headers: {} };
  await expectRequest(run, next, advice);
}

/** Every byte there is, and what looks like the ends of things. */
const ANY_BYTES = Uint8Array.from(
  { length: 300 },
  (_, i) => i < 256 ? i : "\r\n\r\n0\r\n\r\n".charCodeAt(i % 9),
);

const CHUNKED =
  `POST /chunks HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n`;
const CHUNKED_DUE = {
  method: "POST",
  target: "/chunks",
  headers: { "transfer-encoding": "chunked" },
};

async function checkChunks({ RequestReader, trial }: Tools): Promise<void> {
  trial.step('a body in chunks: the head says "Transfer-Encoding: Chunked"');
  const capital = CHUNKED.replace("chunked\r\n", "Chunked\r\n");
  await expectRequest(
    await send({ RequestReader, trial }, bytesOf(`${capital}0\r\n\r\n`)),
    { ...CHUNKED_DUE, headers: { "transfer-encoding": "Chunked" } },
    {
      likely:
        "Case means nothing in the name of a coding: compare it in lower " +
        "case, and leave the value in `headers` as it came.",
      read: CHUNKS,
    },
  );

  const cases: [name: string, chunks: string, body: string, likely: string][] =
    [
      [
        '"hello" in two chunks, and a request behind it',
        "3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n",
        "hello",
        "Read a line with a size, so many bytes, and the \\r\\n behind them, " +
        "until the size is 0; a blank line ends it. None of that but the data " +
        "belongs to the body.",
      ],
      [
        "one chunk of 26 bytes, whose size is 1a",
        "1a\r\nabcdefghijklmnopqrstuvwxyz\r\n0\r\n\r\n",
        "abcdefghijklmnopqrstuvwxyz",
        "Sizes are hexadecimal: 1a is 26, and 10 is 16.",
      ],
      [
        "a chunk whose size is 010, in capitals too",
        "010\r\n0123456789abcdef\r\nA\r\n0123456789\r\n0\r\n\r\n",
        "0123456789abcdef0123456789",
        "Sizes are hexadecimal: 010 is 16, and A is 10.",
      ],
      [
        "a chunk that contains \\r\\n0\\r\\n\\r\\n",
        "7\r\n\r\n0\r\n\r\n\r\n0\r\n\r\n",
        "\r\n0\r\n\r\n",
        "Data may contain anything, also what looks like the last chunk. The " +
        "size says how much of it is data: count, and look for nothing in it.",
      ],
      ["no bytes at all", "0\r\n\r\n", "", "The first chunk is the last one."],
    ];
  for (const [name, chunks, body, likely] of cases) {
    trial.step(`a body in chunks: ${name}`);
    const run = await send(
      { RequestReader, trial },
      bytesOf(`${CHUNKED}${chunks}GET /next HTTP/1.1\r\nHost: a\r\n\r\n`),
    );
    const advice = { likely, read: CHUNKS };
    await expectRequest(run, { ...CHUNKED_DUE, body }, advice);
    await expectRequest(run, { method: "GET", target: "/next", headers: {} }, {
      likely:
        "Behind the last chunk, whose size is 0, comes a blank line, and " +
        "behind that the next request.",
      read: CHUNKS,
    });
  }
}

/** The same requests, through narrow reads. */
async function checkCuts({ RequestReader, trial }: Tools): Promise<void> {
  // The long head is more than one wide read gives. Narrow ones are cut at
  // every place of a short head too, and many an answer looks through all of
  // its head after each read: of a long one that would take seconds.
  for (const [readSize, fill] of [[1, 100], [5, 100], [4096, 7000]]) {
    trial.step(`four requests; each read gives at most ${readSize} bytes`);
    const { bytes, due } = fourRequests("x".repeat(fill));
    const run = await send({ RequestReader, trial }, bytes, { readSize });
    for (const one of due) {
      await expectRequest(run, one, {
        likely:
          "A read may end anywhere: in a line, between \\r and \\n, in a " +
          "body, in the size of a chunk. Read on until the blank line has come, " +
          "and until as many bytes have come as were promised.",
        read: HEAD_END,
      });
    }
    await expectNull(run);
  }
  trial.step("a body of 1000000 bytes, and a request behind it");
  const large = new Uint8Array(1_000_000).fill(7);
  for (let i = 0; i < large.length; i += 65_537) large[i] = i / 65_537;
  const run = await send(
    { RequestReader, trial },
    concat([
      bytesOf("PUT /l HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n"),
      large,
      bytesOf("GET /c HTTP/1.1\r\nHost: a\r\n\r\n"),
    ]),
  );
  const advice = {
    likely: "A body needs many reads: go on until all of it has come.",
    read: LENGTH,
  };
  const headers = { "content-length": "1000000" };
  const put = { method: "PUT", target: "/l", headers, body: large };
  await expectRequest(run, put, advice);
  await expectRequest(run, {
    method: "GET",
    target: "/c",
    headers: {},
  }, advice);
}

/** No body, one by its length, one in chunks, and no body again. */
function fourRequests(long: string): { bytes: Uint8Array; due: Due[] } {
  const bytes = concat([
    bytesOf(`GET /a HTTP/1.1\r\nHost: a\r\nX-Long: ${long}\r\n\r\n`),
    bytesOf("PUT /b HTTP/1.1\r\nHost: a\r\nContent-Length: 300\r\n\r\n"),
    ANY_BYTES,
    bytesOf(`${CHUNKED}100\r\n`),
    ANY_BYTES.subarray(0, 256),
    bytesOf("\r\n2c\r\n"),
    ANY_BYTES.subarray(256),
    bytesOf("\r\n0\r\n\r\n"),
    bytesOf("GET /c HTTP/1.1\r\nHost: a\r\n\r\n"),
  ]);
  const due: Due[] = [
    { method: "GET", target: "/a", headers: { host: "a", "x-long": long } },
    {
      method: "PUT",
      target: "/b",
      headers: { "content-length": "300" },
      body: ANY_BYTES,
    },
    { ...CHUNKED_DUE, body: ANY_BYTES },
    { method: "GET", target: "/c", headers: {} },
  ];
  return { bytes, due };
}

async function checkHeadLimit({ RequestReader, trial }: Tools): Promise<void> {
  const tools = { RequestReader, trial };
  const head = (size: number) => {
    const start = "GET / HTTP/1.1\r\nHost: a\r\nX: ";
    return `${start}${"x".repeat(size - start.length - 4)}\r\n\r\n`;
  };
  for (
    const [size, limits] of [[100, { maxHeadBytes: 100 }], [8192]] as const
  ) {
    const what = limits === undefined ? "no limits" : `maxHeadBytes ${size}`;
    trial.step(`${what}: a head of ${size} bytes with a request behind it`);
    const all = bytesOf(head(size) + head(size));
    const run = await send(tools, all, { limits });
    const headers = { x: "x".repeat(size - 32) };
    for (let i = 0; i < 2; i++) {
      await expectRequest(run, { method: "GET", target: "/", headers }, {
        likely:
          "The limit is for one head, with its blank line; just as many " +
          "bytes are allowed. What has come behind it does not count.",
        read: LIMITS,
      });
    }
    trial.step(`${what}: a head of ${size + 1} bytes`);
    const over = await send(tools, bytesOf(head(size + 1)), { limits });
    await expectError(over, RangeError, {
      likely: "One byte over the limit is over it. The blank line counts.",
      read: LIMITS,
    });
  }
  for (
    const [what, more] of [
      ["one field without end", "x".repeat(1024 * 1024)],
      ["short fields without end", "\r\nX: y".repeat(200_000)],
    ]
  ) {
    trial.step(`no limits: ${what}`);
    await expectSoon(tools, {
      text: `GET / HTTP/1.1\r\nHost: a\r\nX: ${more}`,
      what: "head",
      due: RangeError,
      likely: "8192 bytes have come with no blank line: it is too long. Look " +
        "at how much is kept after each read, all lines together. " +
        "That a head is too long is known before its end has come, and its " +
        "end may never come: until then everything would be kept.",
    });
  }
}

/** What has no end: it must be refused before too much of it has been read. */
async function expectSoon(
  { RequestReader, trial }: Tools,
  { text, what, due, likely }: {
    text: string;
    what: string;
    due: ErrorClass | ErrorClass[];
    likely: string;
  },
): Promise<void> {
  const conn = trial.use(
    new FakeConn({
      incoming: text,
      then: "silence",
      readSize: 4096,
      onMove: () => trial.progress(),
    }),
  );
  const size = conn.unread;
  const run = { trial, conn, reader: await make(RequestReader, conn, trial) };
  const tooLate = conn.until(() => conn.unread < size - PATIENCE).then(() =>
    trial.fail({
      problem: `It has read ${PATIENCE} bytes of one ${what}, where 8192 are ` +
        "allowed, and reads on.",
      likely,
      read: LIMITS,
    })
  );
  tooLate.catch(() => {});
  const refused = expectError(run, due, {
    likely,
    read: LIMITS,
  });
  refused.catch(() => {});
  await Promise.race([refused, tooLate]);
}

async function checkBodyLimit({ RequestReader, trial }: Tools): Promise<void> {
  const tools = { RequestReader, trial };
  const limits = { maxBodyBytes: 10 };
  const post = (size: number) => ({
    bytes: bytesOf(
      `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${size}\r\n\r\n` +
        "x".repeat(size),
    ),
    due: {
      method: "POST",
      target: "/",
      headers: { "content-length": `${size}` },
      body: "x".repeat(size),
    },
  });
  const likely = "A length is what the peer claims. Judge it before anything " +
    "of that size is made or waited for: without a limit, whoever can connect " +
    "can fill the memory.";
  trial.step("maxBodyBytes 10: a body of 10 bytes, and then one of 11");
  const run = await send(tools, concat([post(10).bytes, post(11).bytes]), {
    limits,
  });
  await expectRequest(run, post(10).due, {
    likely: "Just as many bytes as the limit says are allowed.",
    read: LIMITS,
  });
  await expectError(run, RangeError, { likely, read: LIMITS });

  trial.step("maxBodyBytes 10: chunks of 5 and 6 bytes");
  const chunks = "5\r\nxxxxx\r\n6\r\nxxxxxx\r\n0\r\n\r\n";
  const many = await send(tools, bytesOf(CHUNKED + chunks), { limits });
  await expectError(many, RangeError, {
    likely: "The limit is for the body, which is all chunks together: each " +
      "may be small, and there may be no last one.",
    read: LIMITS,
  });

  trial.step("no limits: the size of a chunk is 000… without end");
  await expectSoon(tools, {
    text: CHUNKED + "0".repeat(1024 * 1024),
    what: "line",
    due: [RangeError, TypeError],
    likely: "8192 bytes have come with no end of the line: it is too long. A " +
      "line with the size of a chunk may have no end, as a head may: look at " +
      "how much of it is kept after each read.",
  });

  for (
    const [what, text] of [
      [
        "Content-Length: 1048577",
        "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 1048577\r\n\r\n",
      ],
      ["a chunk whose size is 100001", `${CHUNKED}100001\r\n`],
      [
        "a chunk whose size is 10000000000000005",
        `${CHUNKED}10000000000000005\r\n`,
      ],
    ]
  ) {
    trial.step(`no limits: ${what}, and the client waits`);
    const { peer, conn } = await connectPair(trial);
    await writeAll(peer, bytesOf(text));
    const reader = await make(RequestReader, conn, trial);
    await expectError({ trial, conn, reader }, RangeError, {
      likely,
      read: LIMITS,
    });
  }
}

async function checkEnds({ RequestReader, trial }: Tools): Promise<void> {
  const cases: [where: string, text: string][] = [
    ["in the first line", "GET / HT"],
    ["in front of the blank line", "GET / HTTP/1.1\r\nHost: a\r\n"],
    [
      "in a body by length",
      "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhel",
    ],
    ["in the size of a chunk", `${CHUNKED}5`],
    ["in a chunk", `${CHUNKED}5\r\nhel`],
    ["in front of the last chunk", `${CHUNKED}5\r\nhello\r\n`],
    ["in front of the last blank line", `${CHUNKED}5\r\nhello\r\n0\r\n`],
  ];
  for (const [where, text] of cases) {
    trial.step(`the client ends ${where}`);
    const run = await send({ RequestReader, trial }, bytesOf(text));
    await expectError(run, Deno.errors.UnexpectedEof, {
      likely: "Between two requests the end is no failure. Inside one it is: " +
        "what has come is not what the client meant to send, so neither null " +
        "nor half a request is right.",
      read: HEAD_END,
    });
  }
}

/** Heads that two programs could read in two ways. */
async function checkRefusals({ RequestReader, trial }: Tools): Promise<void> {
  const cases: [what: string, text: string, likely: string, read: string][] = [
    ...["+5", "-5", "5x", "0x5", "5.0", "", "5 5"].map((
      length,
    ): [string, string, string, string] => [
      `Content-Length: ${length}`,
      post(`Content-Length: ${length}`),
      "A length is digits and nothing else. parseInt() reads as far as it can, " +
      'and Number() takes "", "+5", "0x5" and "5.0" for numbers: look at the ' +
      "characters first.",
      LENGTH,
    ]),
    [
      "a length and chunks",
      post("Content-Length: 5\r\nTransfer-Encoding: chunked"),
      BOTH,
      SMUGGLED,
    ],
    [
      "two lengths",
      post("Content-Length: 5\r\nContent-Length: 6"),
      BOTH,
      SMUGGLED,
    ],
    [
      "two lengths that are the same",
      post("Content-Length: 5\r\nContent-Length: 5"),
      'Several fields of one name are one, and "5, 5" is no length. RFC 9112 ' +
      "would let you take it for 5; the task does not, since whoever sends two " +
      "may send two that differ.",
      SMUGGLED,
    ],
    ...["gzip", "gzip, chunked", "chunked, gzip", "xchunked"].map((
      coding,
    ): [string, string, string, string] => [
      `Transfer-Encoding: ${coding}`,
      post(`Transfer-Encoding: ${coding}`),
      "Only `chunked`, alone, is something that you can read. Whoever takes " +
      "the rest for no body at all takes the body for the next request.",
      SMUGGLED,
    ]),
    [
      "Transfer-Encoding: gzip, and a second one: chunked",
      post("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked"),
      'Several fields of one name are one: this is "gzip, chunked", which is ' +
      "not `chunked`, also where each has a line of its own.",
      SMUGGLED,
    ],
    [
      "\\n alone behind the first line",
      "GET / HTTP/1.1\nHost: a\r\n\r\n",
      LONE,
      LINES,
    ],
    [
      "\\n alone behind a field",
      "GET / HTTP/1.1\r\nHost: a\r\nX: a\nY: b\r\n\r\n",
      LONE,
      LINES,
    ],
    [
      "\\r alone in a field",
      "GET / HTTP/1.1\r\nHost: a\r\nX: a\rY: b\r\n\r\n",
      LONE,
      LINES,
    ],
    [
      "Content-Length: 5\\v",
      post("Content-Length: 5\v"),
      "\\v is no blank and no tab, and so a part of the value. trim() takes off " +
      "more than these two: another program on the way does not, and reads " +
      "another length. Say which characters: /^[ \\t]+|[ \\t]+$/g.",
      LINES,
    ],
    ["a first line of two parts", "GET /\r\nHost: a\r\n\r\n", FIRST, LINES],
    [
      "a first line of four parts",
      "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n",
      FIRST,
      LINES,
    ],
    [
      "two blanks in the first line",
      "GET  / HTTP/1.1\r\nHost: a\r\n\r\n",
      FIRST,
      LINES,
    ],
    ["a blank before the colon", post("Content-Length : 5"), FIELD, SMUGGLED],
    ["a line that begins with a blank", post("X: a\r\n b: c"), FIELD, SMUGGLED],
    ["a field with no colon", "GET / HTTP/1.1\r\nHost\r\n\r\n", FIELD, LINES],
    [
      "a field with no name",
      "GET / HTTP/1.1\r\nHost: a\r\n: a\r\n\r\n",
      FIELD,
      LINES,
    ],
    ...["5x", "+5", "-5", "0x5", "five", ""].map((
      size,
    ): [string, string, string, string] => [
      `a chunk whose size is "${size}"`,
      `${CHUNKED}${size}\r\nhello\r\n0\r\n\r\n`,
      "A size is hexadecimal digits and nothing else. parseInt() reads as far " +
      "as it can: look at the characters first.",
      CHUNKS,
    ]),
    [
      "a chunk that is longer than its size",
      `${CHUNKED}5\r\nhello!\r\n0\r\n\r\n`,
      "Behind the data of a chunk comes \\r\\n. If something else is there, the " +
      "size was wrong, and nothing that follows can be believed.",
      CHUNKS,
    ],
    ...["XX", "\rX", "X\n"].map((end): [string, string, string, string] => [
      `a chunk with ${JSON.stringify(end)} behind its data`,
      `${CHUNKED}5\r\nhello${end}0\r\n\r\n`,
      "Behind the data of a chunk stand two bytes, \\r and \\n. Look at both: " +
      "whoever skips two bytes, whichever they are, reads another body than " +
      "one who looks.",
      CHUNKS,
    ]),
  ];
  for (const [what, text, likely, read] of cases) {
    trial.step(`a client sends ${what}`);
    const run = await send({ RequestReader, trial }, bytesOf(text));
    await expectError(run, TypeError, { likely, read });
    requireOpen(run);
  }
}

const BOTH =
  "There are two lengths. Another program on the way may go by the " +
  "other one, and what it takes for a body you take for the next request. " +
  "Refuse it, whichever of them seems right.";
const LONE = "A line ends with \\r\\n, and neither of the two stands alone. " +
  "Programs that differ in this see different fields: after you have cut at " +
  "\\r\\n, look whether a line still has a \\r or \\n in it.";
const FIRST = "The first line is a method, a target and a version with one " +
  "blank between them: three parts, none of them empty.";
const FIELD =
  "Up to the colon everything is the name: at least one character, " +
  "and no blank or tab, neither in front of the colon nor at the start of the " +
  "line. Do not trim it.";

function post(fields: string): string {
  return `POST / HTTP/1.1\r\nHost: a\r\n${fields}\r\n\r\n0\r\n\r\n`;
}

/** Sends bytes to a new reader, and then the end. */
async function send(
  { RequestReader, trial }: Tools,
  bytes: Uint8Array,
  options: { readSize?: number; limits?: RequestLimits } = {},
): Promise<Run> {
  const { readSize, limits } = options;
  const { peer, conn } = await connectPair(trial, { readSize });
  const sending = writeAll(peer, bytes).then(() => peer.closeWrite());
  sending.catch(() => {});
  const reader = await make(RequestReader, conn, trial, limits);
  return { trial, conn, reader };
}

async function make(
  RequestReader: RequestReaderClass,
  conn: Deno.Conn,
  trial: Trial,
  limits?: RequestLimits,
): Promise<RequestReading> {
  // Some would not take `undefined` for no limits at all.
  return await trial.start(
    "new RequestReader",
    () =>
      limits === undefined
        ? new RequestReader(conn)
        : new RequestReader(conn, limits),
  );
}

/** Reads a request, compares it, and gives its body. */
async function expectRequest(
  { reader, ...run }: Run,
  due: Due,
  advice: Advice,
): Promise<Uint8Array> {
  // Said in full, since only then does the compiler know that fail() is an end.
  const trial: Trial = run.trial;
  const request = await read({ trial, reader }, {
    waitingFor: `readRequest() to give ${due.method} ${due.target}`,
    ...advice,
  });
  if (request === null || request === undefined) {
    trial.fail({
      problem: `readRequest() gave ${request}, and a request has come.`,
      expected: `${due.method} ${due.target}`,
      ...advice,
    });
  }
  requireShape(request, trial);
  const { method, target, headers } = request;
  const expected = { method: due.method, target: due.target };
  trial.equal({ method, target }, expected, {
    problem: "The first line was read in another way.",
    ...advice,
  });
  const lower = [...headers].map((
    [name, value],
  ) => [name.toLowerCase(), value]);
  const isCase = Deno.inspect(lower) !== Deno.inspect([...headers]);
  trial.equal(
    shown(headers),
    shown(Object.entries({ host: "a", ...due.headers })),
    {
      problem: "The headers are other ones.",
      ...advice,
      ...isCase ? { likely: LOWER, read: LINES } : {},
    },
  );
  const body = typeof due.body === "string" ? bytesOf(due.body) : due.body;
  const whole = body ?? new Uint8Array();
  const problem = request.body.length === whole.length
    ? "The body is another one."
    : `The body has ${request.body.length} bytes, where ${whole.length} were due.`;
  const hex = request.body.toHex();
  // Only a wrong body is worth the look: a right one may be large.
  const isWindows = hex !== whole.toHex() &&
    hex === throughWindows1252(whole).toHex();
  trial.equalBytes(request.body, whole, {
    problem,
    ...advice,
    ...isWindows && { likely: WINDOWS, read: LINES },
  });
  return request.body;
}

/** Reads a request, where there is no reason to throw. */
async function read(
  { reader, ...run }: Pick<Run, "trial" | "reader">,
  wait: Advice & { waitingFor: string },
): Promise<HttpRequest | null> {
  const trial: Trial = run.trial;
  const [result] = await trial.waitFor(
    Promise.allSettled([(async () => await reader.readRequest())()]),
    wait,
  );
  if (result.status === "fulfilled") return result.value;
  // A TypeError of the answer's own choice says that it has read amiss.
  trial.failOnSlip("readRequest()", result.reason, TypeError);
  trial.fail({
    problem: `readRequest() threw ${trial.describe(result.reason)}.`,
    likely: wait.likely,
    read: wait.read,
  }, { cause: result.reason });
}

/** What becomes of bytes that are text for a while, by the wrong table. */
function throughWindows1252(bytes: Uint8Array): Uint8Array {
  const text = new TextDecoder("latin1").decode(bytes);
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

const WINDOWS =
  'For new TextDecoder("latin1") the bytes 80 to 9f are those of ' +
  "windows-1252: 80 is €, whose code is 20ac, and comes back as ac. Where a " +
  "byte must be a character, String.fromCharCode() makes it one.";

function requireShape(request: HttpRequest, trial: Trial): void {
  if (
    typeof request === "object" && request.headers instanceof Map &&
    request.body instanceof Uint8Array
  ) return;
  trial.fail({
    problem: `readRequest() gave ${Deno.inspect(request)}.`,
    expected: "{ method, target, headers, body }",
    likely: "headers is a Map, and body a Uint8Array, of no bytes if there " +
      "is no body.",
  });
}

/** Headers in an order that does not depend on how they came. */
function shown(headers: Iterable<[string, string]>): [string, string][] {
  return [...headers].sort(([a], [b]) => a < b ? -1 : 1);
}

async function expectNull({ trial, reader }: Run): Promise<void> {
  const likely = "The peer has ended its side between two requests, which is " +
    "no failure: read() gives null, and nothing is left over.";
  const request = await read({ trial, reader }, {
    waitingFor: "readRequest() to give null",
    likely,
    read: HEAD_END,
  });
  trial.equal(request, null, { likely, read: HEAD_END });
}

// deno-lint-ignore no-explicit-any
type ErrorClass = new (...args: any[]) => Error;

/** Reads what must be refused, by an error of this class or of one of these. */
async function expectError(
  { trial, reader }: Run,
  due: ErrorClass | ErrorClass[],
  advice: Advice,
): Promise<void> {
  const classes = [due].flat();
  const name = classes.map((Class) =>
    Class === Deno.errors.UnexpectedEof ? "UnexpectedEof" : Class.name
  ).join(" or ");
  const [result] = await trial.waitFor(
    Promise.allSettled([(async () => await reader.readRequest())()]),
    { waitingFor: `readRequest() to throw ${name}`, ...advice },
  );
  if (result.status === "rejected") {
    const error = result.reason;
    const isDue = classes.some((Class) => error instanceof Class);
    if (isDue && ENGINE.test(error.message)) {
      trial.fail({
        problem: "It ran out of room before it looked at the limit.",
        received: trial.describe(error),
        ...advice,
      });
    }
    // Whatever is due here: answers throw TypeErrors by choice elsewhere.
    trial.failOnSlip("readRequest()", error, TypeError);
    if (isDue) return;
  }
  trial.fail({
    problem: result.status === "rejected"
      ? "readRequest() threw another error than the one that was asked for."
      : result.value === null
      ? "readRequest() gave null, as if there had been nothing."
      : "readRequest() gave a request, as if all were well.",
    expected: name,
    received: result.status === "rejected"
      ? trial.describe(result.reason)
      : Deno.inspect(result.value, { strAbbreviateSize: 60 }),
    ...advice,
  });
}

/** RangeErrors that nobody threw on purpose. */
const ENGINE = /call stack|array length|array buffer|allocation/i;

function requireOpen({ trial, conn }: Run): void {
  if (!conn.closed) return;
  trial.fail({
    problem: "readRequest() closed the connection.",
    likely: "The answer is still to be written on it: whoever made it closes " +
      "it. The stream conn.readable closes the whole connection at its end, and " +
      "when a loop over it is left.",
    read: NEXT,
  });
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
