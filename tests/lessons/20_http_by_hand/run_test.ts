import { assert, assertEquals, assertMatch } from "@std/assert";
import { lesson, serve } from "../../../lessons/20_http_by_hand/lesson.ts";
import { readResponses } from "../../../lessons/20_http_by_hand/read_responses.ts";
import {
  type Handler,
  type HttpServerOptions,
  serveHttp,
} from "../../../lessons/20_http_by_hand/server.ts";
import { pathOf, site } from "../../../lessons/20_http_by_hand/site.ts";
import {
  closeGracefully,
  connectTcp,
  listenTcp,
  readToEnd,
  writeAll,
} from "../../../lib/net/mod.ts";
import { failingFirst } from "../../lib/net_fixture.ts";
import { Recording, recordOnce } from "../record.ts";
import { testWithFiles } from "../../lib/net_fixture.ts";

// The command line sets this for lessons, because one of them uses fetch().
Deno.env.set("NO_PROXY", "127.0.0.1");
const recordLesson = recordOnce(lesson);

Deno.test("lesson 20 shows a request as bytes, and answers it by hand", async () => {
  const recording = await recordLesson();
  const [{ hex }] = recording.all("bytes");
  const head = decode(Uint8Array.fromHex(hex));
  assertMatch(head, /^GET \/hello HTTP\/1\.1\r\n/);
  assert(head.endsWith("\r\n\r\n"));
  assertEquals(recording.fact("status that fetch() got"), "200");
  assertEquals(recording.fact("body that fetch() got"), '"hello\\n"');
});

Deno.test("lesson 20 answers three pipelined requests on one connection, in order", async () => {
  const recording = await recordLesson();
  assert(Number(recording.fact("reads by the server")) <= 3);
  assertEquals(recording.fact("connections"), "1");
  assertEquals(recording.fact("requests in them"), "/a  /b  /c");
  assertEquals(
    recording.fact("responses to the client"),
    '"this is /a\\n"  "this is /b\\n"  "this is /c\\n"',
  );
});

Deno.test("lesson 20 reads the same body with a length and in chunks", async () => {
  const recording = await recordLesson();
  const read = recording.all("fact").filter(({ name }) => name === "read as");
  assertEquals(read.map(({ value }) => value), ['"zwölf"', '"zwölf"']);
});

Deno.test("lesson 20 reads the same bytes as one request and as two, and rejects them", async () => {
  const recording = await recordLesson();
  assertMatch(recording.fact("if it uses the length"), /^1: /);
  assertMatch(
    recording.fact("if it uses the chunks"),
    /^2: POST \/open, GET \/secret$/,
  );
  assertMatch(recording.fact("this lesson's parser"), /^HttpError: /);
  assertEquals(
    recording.fact("this lesson's server"),
    "400 Bad Request, and then it closed the connection",
  );
});

Deno.test("lesson 20 drops a client that sends a byte now and then", async () => {
  const recording = await recordLesson();
  assertMatch(recording.fact("response"), /^HTTP\/1\.1 408 /);
  assertMatch(recording.fact("the server's error"), /^TooSlow: .*head$/);
});

const GET = "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n";
const CLOSE = "GET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
const POST = "POST /echo HTTP/1.1\r\nHost: x\r\n";

Deno.test("serveHttp() answers many requests on one connection, in order", async () => {
  await using server = startServer();
  using conn = await connectTcp(server.port);
  const methods = [...Array(1000).fill("GET"), "POST", "HEAD", "GET"];
  await send(
    conn,
    GET.repeat(1000) +
      `${POST}Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n` +
      "HEAD /hello HTTP/1.1\r\nHost: x\r\n\r\n" +
      "GET /count HTTP/1.1\r\nHost: x\r\n\r\n",
  );
  assertEquals((await readResponses(conn, methods)).map(({ body }) => body), [
    ...Array(1000).fill("hello\n"),
    "hi",
    "",
    "1\n2\n3\n4\n5\n",
  ]);
  // The connection is still open.
  await send(conn, GET);
  assertEquals((await readResponses(conn, ["GET"]))[0].status, 200);
  assertEquals(server.errors, []);
});

Deno.test("serveHttp() answers a client that has closed its write side, and then closes", async () => {
  await using server = startServer();
  using conn = await connectTcp(server.port);
  await send(conn, GET + GET);
  await conn.closeWrite();
  const text = decode(await readToEnd(conn));
  assertEquals(text.match(/HTTP\/1\.1 200/g)?.length, 2);
});

Deno.test("serveHttp() closes when it's asked to, and for version 1.0", async () => {
  await using server = startServer();
  assertMatch(
    await server.ask(CLOSE + GET),
    /^HTTP\/1\.1 200.*close\r\n\r\nhello\n$/s,
  );
  const old = await server.ask("GET /count HTTP/1.0\r\n\r\n");
  // An HTTP/1.0 client can't read chunks.
  assertMatch(old, /^HTTP\/1\.1 200.*close\r\n\r\n1\n2\n3\n4\n5\n$/s);
  const keep = "GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n";
  const two = await server.ask(`${keep}GET /hello HTTP/1.0\r\n\r\n`);
  assertMatch(two, /keep-alive\r\n\r\nhello\nHTTP\/1\.1 200.*hello\n$/s);
});

Deno.test("serveHttp() answers with a status for each kind of failure", async () => {
  await using server = startServer();
  using conn = await connectTcp(server.port);
  for (
    const [start, status] of [
      ["GET /nowhere HTTP/1.1\r\nHost: x\r\n", 404],
      ["DELETE /hello HTTP/1.1\r\nHost: x\r\n", 405],
      ["BREW /hello HTTP/1.1\r\nHost: x\r\n", 501],
      ["OPTIONS * HTTP/1.1\r\nHost: x\r\n", 204],
      ["OPTIONS /echo HTTP/1.1\r\nHost: x\r\n", 204],
      ["GET http://x/hello?a HTTP/1.1\r\nHost: x\r\n", 200],
      ["GET /hello HTTP/1.1\r\nHost: x\r\nExpect: tea\r\n", 417],
      [`${POST}Content-Length: 0\r\n`, 200],
    ] as const
  ) {
    await send(conn, `${start}\r\n`);
    const [answer] = await readResponses(conn, [start.split(" ")[0]]);
    assertEquals(answer.status, status, start);
  }
  for (
    const [text, status] of [
      ["GET / HTTP/1.1\r\n\r\n", 400],
      [`${POST}Content-Length: 2000000\r\n\r\n`, 413],
      [`GET /${"a".repeat(9000)} HTTP/1.1\r\n`, 414],
      [`GET / HTTP/1.1\r\nX: ${"a".repeat(20_000)}`, 431],
      [`${POST}Transfer-Encoding: gzip, chunked\r\n\r\n`, 501],
      ["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505],
    ] as const
  ) {
    const answer = await server.ask(text);
    assertMatch(answer, new RegExp(`^HTTP/1\\.1 ${status} .*close\r\n`, "s"));
  }
  assertEquals(server.errors, []);
});

Deno.test("serveHttp() never answers a smuggled request", async () => {
  await using server = startServer();
  for (
    const [status, fields, body = "0\r\n\r\n"] of [
      [400, "Content-Length: 5\r\nTransfer-Encoding: chunked"],
      [400, "Transfer-Encoding: chunked\r\nContent-Length: 5"],
      [400, "Content-Length: 5\r\nContent-Length: 6"],
      [400, "Content-Length: 5\r\nContent-Length: 5"],
      [400, "Content-Length : 5"],
      [400, "X: a\r\n Content-Length: 5"],
      [400, "X: a\nContent-Length: 5"],
      [400, "X: a\rContent-Length: 5"],
      [400, "Transfer-Encoding: xchunked"],
      [
        413,
        "Transfer-Encoding: chunked",
        "100000005\r\nhello\r\n0\r\n\r\n",
      ],
    ] as const
  ) {
    const answer = await server.ask(`${POST}${fields}\r\n\r\n${body}${GET}`);
    assert(answer.startsWith(`HTTP/1.1 ${status} `), fields);
    assertEquals(answer.match(/HTTP\/1\.1/g)?.length, 1, fields);
  }
});

Deno.test("serveHttp() tells a client to send the body, or that it needn't", async () => {
  const head = `${POST}Expect: 100-continue\r\n`;
  await using server = startServer();
  using conn = await connectTcp(server.port);
  await send(conn, `${head}Content-Length: 2\r\n\r\n`);
  const buffer = new Uint8Array(1000);
  const count = await conn.read(buffer) ?? 0;
  assertEquals(
    decode(buffer.subarray(0, count)),
    "HTTP/1.1 100 Continue\r\n\r\n",
  );
  await send(conn, "hi");
  assertEquals((await readResponses(conn, ["POST"]))[0].body, "hi");

  const large = await server.ask(`${head}Content-Length: 9999999\r\n\r\n`);
  assertMatch(large, /^HTTP\/1\.1 413 /);
  const lost = await server.ask(
    `${head.replace("/echo", "/lost")}Content-Length: 2\r\n\r\n`,
  );
  assertMatch(lost, /^HTTP\/1\.1 404 .*close/s);
  // With the body in the same read, the client isn't waiting.
  const whole = await server.ask(
    `${head}Connection: close\r\nContent-Length: 2\r\n\r\nhi`,
  );
  assertMatch(whole, /^HTTP\/1\.1 200 .*hi$/s);
});

Deno.test("serveHttp() answers 500 when a handler fails, and keeps serving", async () => {
  const failure = new Error("out of tea");
  await using server = startServer({
    handler({ head }) {
      if (head.target === "/tea") throw failure;
      return { status: 200, body: "fine" };
    },
  });
  using conn = await connectTcp(server.port);
  await send(conn, GET.replace("/hello", "/tea") + GET);
  const answers = await readResponses(conn, ["GET", "GET"]);
  assertEquals(answers.map(({ status }) => status), [500, 200]);
  assertEquals(server.errors, [failure]);
});

Deno.test("serveHttp() reads on after a handler that didn't wait for the body", async () => {
  await using server = startServer({
    handler({ head, body }) {
      if (head.method === "POST") body();
      return { status: 200, body: head.target };
    },
  });
  using conn = await connectTcp(server.port);
  await send(conn, `${POST}Content-Length: 5\r\n\r\nhello${GET}`);
  const answers = await readResponses(conn, ["POST", "GET"]);
  assertEquals(answers.map(({ body }) => body), ["/echo", "/hello"]);
  const broken = await server.ask(
    `${POST}Content-Length: 5000000\r\n\r\nhello`,
  );
  assertMatch(broken, /^HTTP\/1\.1 200 .*close/s);
  assertEquals(server.errors, []);
});

Deno.test("serveHttp() sends no last chunk when a stream fails", async () => {
  async function* numbers() {
    yield new TextEncoder().encode("1");
    await Promise.reject(new Error("no two"));
  }
  await using server = startServer({
    handler: () => ({ status: 200, body: numbers() }),
  });
  assertMatch(await server.ask(GET), /\r\n\r\n1\r\n1\r\n$/);
  assertEquals(server.errors.map(String), ["Error: no two"]);
});

Deno.test("serveHttp() turns Nagle's algorithm off, so that no piece of a stream waits", async () => {
  using listener = listenTcp();
  const accept = listener.accept.bind(listener);
  let noDelay = false;
  listener.accept = async () => {
    const conn = await accept();
    const setNoDelay = conn.setNoDelay.bind(conn);
    conn.setNoDelay = (value = true) => {
      noDelay = value;
      setNoDelay(value);
    };
    return conn;
  };
  await using server = startServer({ listener });
  assertMatch(await server.ask(CLOSE), /^HTTP\/1\.1 200 /);
  assertEquals(noDelay, true);
});

const LONG = { headMs: 1e6, bodyMs: 1e6, idleMs: 1e6 };

for (
  const { what, start, more = "", limits, status } of [
    {
      what: "head",
      start: "GET /",
      more: "a",
      limits: { headMs: 60 },
      status: 408,
    },
    {
      what: "body",
      start: `${POST}Content-Length: 9\r\n\r\n`,
      limits: { bodyMs: 60 },
      status: 408,
    },
    { what: "request", start: "", limits: { idleMs: 60 } },
  ]
) {
  Deno.test(`serveHttp() drops a client that's too slow with a ${what}`, async () => {
    await using server = startServer({ ...LONG, ...limits });
    using conn = await connectTcp(server.port);
    await send(conn, start);
    // Each byte takes less time than the limit.
    const timer = setInterval(() => send(conn, more).catch(() => {}), 10);
    const answer = decode(await readToEnd(conn));
    clearInterval(timer);
    assert(answer.startsWith(status ? `HTTP/1.1 ${status} ` : ""));
    assertMatch(String(await server.firstError()), /^TooSlow: /);
  });
}

Deno.test("serveHttp() drops a client that doesn't read", async () => {
  const handler: Handler = () => ({ status: 200, body: "x".repeat(1e7) });
  await using server = startServer({ handler, writeMs: 60 });
  using conn = await connectTcp(server.port);
  await send(conn, GET);
  assertMatch(String(await server.firstError()), /^TooSlow: .*write$/);
});

Deno.test("serveHttp() doesn't blame the client for a slow handler", async () => {
  const limitMs = 500;
  const limits = { headMs: limitMs, bodyMs: limitMs, idleMs: limitMs };
  await using server = startServer({
    ...limits,
    writeMs: limitMs,
    async handler() {
      await new Promise((resolve) => setTimeout(resolve, limitMs + 100));
      return { status: 200 };
    },
  });
  assertMatch(await server.ask(CLOSE), /^HTTP\/1\.1 200 /);
  assertEquals(server.errors, []);
});

Deno.test("serveHttp() passes onError a connection only if the client was accepted", async () => {
  const listener = failingFirst([
    new Error("Too many open files (os error 24)"),
  ]);
  const told: [error: string, hasConn: boolean][] = [];
  {
    await using server = startServer({
      listener,
      headMs: 1,
      onError: (error, conn) => told.push([`${error}`, conn !== undefined]),
    });
    assertMatch(await server.ask("GET /"), /^HTTP\/1\.1 408 /);
  }
  assertEquals(told, [
    ["Error: Too many open files (os error 24)", false],
    ["TooSlow: the client was too slow: head", true],
  ]);
});

testWithFiles(
  2500,
  "serveHttp() answers a client while a thousand connections are idle",
  async () => {
    await using server = startServer();
    const idle: Deno.Conn[] = [];
    try {
      for (let i = 0; i < 1000; i++) {
        const conn = await connectTcp(server.port);
        idle.push(conn);
        // Half of the clients have sent the start of a request.
        if (i % 2 === 0) await send(conn, "GET / HT");
      }
      assertMatch(await server.ask(CLOSE), /^HTTP\/1\.1 200 /);
    } finally {
      for (const conn of idle) conn.close();
    }
  },
);

Deno.test("pathOf() returns the path of either form of target", () => {
  const targets = ["/a?b", "http://x/a", "http://x", "http://x?b", "/"];
  assertEquals(targets.map(pathOf), ["/a", "/a", "/", "/", "/"]);
});

Deno.test("serveHttp() answers a client while others pipeline without end", async () => {
  let answers = 0;
  await using server = startServer({ onAnswer: () => answers++ });
  using conns = new DisposableStack();
  const busy = [];
  for (let i = 0; i < 5; i++) {
    const conn = conns.use(await connectTcp(server.port));
    busy.push(
      send(conn, GET.repeat(2000)),
      readResponses(conn, Array(2000).fill("GET")),
    );
  }
  assertMatch(await server.ask(CLOSE), /^HTTP\/1\.1 200 /);
  assert(answers < 5000, `${answers} requests of others came first`);
  await Promise.all(busy);
  assertEquals(answers, 10_001);
});

Deno.test("serveHttp() keeps a body in chunks of one byte in little memory", async () => {
  await using server = startServer({
    handler: async ({ body }) => ({
      status: 200,
      body: `${(await body()).length}`,
    }),
  });
  using conn = await connectTcp(server.port);
  const used = () => {
    const { heapUsed, external } = Deno.memoryUsage();
    return heapUsed + external;
  };
  const before = used();
  let peak = 0;
  const timer = setInterval(() => peak = Math.max(peak, used() - before), 1);
  await send(
    conn,
    `${POST}Transfer-Encoding: chunked\r\n\r\n` +
      `${"1\r\nx\r\n".repeat(300_000)}0\r\n\r\n`,
  );
  const [{ body }] = await readResponses(conn, ["POST"]);
  clearInterval(timer);
  assertEquals(body, "300000");
  // An array for each chunk took more than twice as much.
  assert(peak < 30e6, `${peak} bytes for a body of 300000`);
});

Deno.test("lesson 20 serves until it's told to stop, and says what clients did", async () => {
  const stop = new AbortController();
  const recording = new Recording();
  const serving = serve(recording.show, {
    port: 0,
    folder: "",
    signal: stop.signal,
  });
  const port = Number(recording.fact("browser").match(/:(\d+)\/$/)![1]);
  const page = await ask(port, CLOSE.replace("/hello", "/"));
  assertMatch(page, /text\/html.*<!doctype html>/s);
  for (
    const text of [
      CLOSE.replace("hello", "nowhere"),
      CLOSE.replace("GET", "PUT"),
      "GET /hello HTTP/1.1\r\nHost: \x1b[31m\x9b\r\n\r\n",
      "\x1b[31mGET",
      `${POST}Content-Length: 2000000\r\n\r\n`,
    ]
  ) {
    using conn = await connectTcp(port);
    // Sent as bytes: in UTF-8, a C1 control character would take two.
    await writeAll(conn, Uint8Array.from(text, (char) => char.charCodeAt(0)));
    await closeGracefully(conn);
  }
  stop.abort();
  await serving;
  const notes = recording.all("note").map(({ text }) => text).slice(1);
  const expected = [
    /^"GET \/" 200$/,
    /^"GET \/nowhere" 404, nothing there$/,
    /^"PUT \/hello" 405, only GET, HEAD, OPTIONS$/,
    /^\(no request\) 400, .* found "\\u001b\[31m\\u009b"$/,
    /^\(no request\) 400, .* found the byte 1b$/,
    /^"POST \/echo" 413, .* at most 1048576 bytes, found 2000000$/,
    /^ended: 6 answers$/,
  ];
  assertEquals(notes.length, expected.length, notes.join("\n"));
  for (const [i, note] of notes.entries()) assertMatch(note, expected[i]);
});

/** Starts a server that stops when it's disposed of. */
function startServer(
  { handler = site, listener = listenTcp(), ...options }:
    & HttpServerOptions
    & { handler?: Handler; listener?: Deno.TcpListener } = {},
) {
  const errors: unknown[] = [];
  const first = Promise.withResolvers<unknown>();
  const { port } = listener.addr;
  const served = serveHttp(listener, handler, {
    onError(error) {
      errors.push(error);
      first.resolve(error);
    },
    ...options,
  });
  return {
    port,
    errors,
    firstError: () => first.promise,
    ask: (text: string) => ask(port, text),
    async [Symbol.asyncDispose]() {
      listener[Symbol.dispose]();
      await served;
    },
  };
}

/** Sends a request, and returns everything the server sends until it closes. */
async function ask(port: number, text: string): Promise<string> {
  using conn = await connectTcp(port);
  await send(conn, text);
  return decode(await readToEnd(conn));
}

async function send(conn: Deno.Conn, text: string): Promise<void> {
  await writeAll(conn, new TextEncoder().encode(text));
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
