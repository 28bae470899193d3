import { assert, assertEquals, assertMatch } from "@std/assert";
import { exercises } from "../../../lessons/19_http_by_hand/exercises.ts";
import { lesson, serve } from "../../../lessons/19_http_by_hand/lesson.ts";
import {
  type Handler,
  type HttpServerOptions,
  serveHttp,
} from "../../../lessons/19_http_by_hand/server.ts";
import { pathOf, site } from "../../../lessons/19_http_by_hand/site.ts";
import type {
  EncodeResponse,
  HttpRequest,
  RequestLimits,
  RequestReaderClass,
} from "../../../lessons/19_http_by_hand/types.ts";
import {
  closeGracefully,
  connectTcp,
  listenTcp,
  readToEnd,
  writeAll,
} from "../../../lib/net/mod.ts";
import {
  encodeResponseHead,
  HttpError,
  RequestParser,
  ResponseParser,
} from "../../../lib/wire/mod.ts";
import { testAccepted, testExercises } from "../gates.ts";
import { failingFirst } from "../../lib/net_fixture.ts";
import { Recording, recordOnce } from "../record.ts";
import {
  encodeResponseMistakes,
  requestReaderMistakes,
} from "./wrong_answers.ts";

testExercises("http_by_hand", exercises, {
  "19.1": requestReaderMistakes,
  "19.2": encodeResponseMistakes,
});

testAccepted<RequestReaderClass>(exercises[0], {
  "lines byte by byte, and bodies with numbers in arrays": class {
    #one = new Uint8Array(1);
    #started = false;
    constructor(
      readonly conn: Deno.Conn,
      readonly limits: RequestLimits = {},
    ) {}

    async #some(buffer: Uint8Array): Promise<Uint8Array> {
      const count = await this.conn.read(buffer);
      if (count === null) {
        if (this.#started) throw new Deno.errors.UnexpectedEof("too early");
        throw null;
      }
      this.#started = true;
      return buffer.subarray(0, count);
    }

    async #byte(): Promise<number> {
      return (await this.#some(this.#one))[0];
    }

    async #line(): Promise<string> {
      let line = "";
      while (!line.endsWith("\r\n")) {
        line += String.fromCharCode(await this.#byte());
        this.#headBytes++;
        if (this.#headBytes > (this.limits.maxHeadBytes ?? 8192)) {
          throw new RangeError("head");
        }
      }
      if (/[\r\n]/.test(line.slice(0, -2))) throw new TypeError("line");
      return line.slice(0, -2);
    }
    #headBytes = 0;

    async readRequest(): Promise<HttpRequest | null> {
      try {
        this.#started = false;
        this.#headBytes = 0;
        return await this.#read();
      } catch (error) {
        if (error === null) return null;
        throw error;
      }
    }

    async #read(): Promise<HttpRequest> {
      const match = /^([^ ]+) ([^ ]+) [^ ]+$/.exec(await this.#line());
      if (match === null) throw new TypeError("first line");
      const headers = new Map<string, string>();
      for (let line = await this.#line(); line; line = await this.#line()) {
        const field = /^([^ \t:]+):[ \t]*(.*?)[ \t]*$/.exec(line);
        if (field === null) throw new TypeError("field");
        const name = field[1].toLowerCase();
        const before = headers.has(name) ? `${headers.get(name)}, ` : "";
        headers.set(name, before + field[2]);
      }
      const body: number[] = [];
      const add = async (size: number) => {
        if (body.length + size > (this.limits.maxBodyBytes ?? 2 ** 20)) {
          throw new RangeError("body");
        }
        while (size > 0) {
          const some = await this.#some(new Uint8Array(Math.min(size, 1000)));
          body.push(...some);
          size -= some.length;
        }
      };
      const length = headers.get("content-length");
      const coding = headers.get("transfer-encoding");
      if (length !== undefined) {
        if (coding !== undefined) throw new TypeError("both");
        if (!/^\d+$/.test(length)) throw new TypeError("length");
        await add(+length);
      } else if (coding !== undefined) {
        if (!/^chunked$/i.test(coding)) throw new TypeError("coding");
        for (let size = -1; size !== 0;) {
          this.#headBytes = 0;
          const line = await this.#line();
          if (!/^[\da-f]+$/i.test(line)) throw new TypeError("size");
          await add(size = parseInt(line, 16));
          for (const due of [13, 10]) {
            if (await this.#byte() !== due) throw new TypeError("chunk");
          }
        }
      }
      const [, method, target] = match;
      return { method, target, headers, body: Uint8Array.from(body) };
    }
  },
  "with a text of what has come, one character a byte": class {
    #text = "";
    constructor(
      readonly conn: Deno.Conn,
      readonly options?: RequestLimits,
    ) {}

    /** Looks for what must come, and cuts it off. */
    async #cut(
      find: (text: string) => number,
      limit = Infinity,
    ): Promise<string | null> {
      const buffer = new Uint8Array(64 * 1024);
      while (true) {
        const end = find(this.#text);
        if (Math.max(end, end < 0 ? this.#text.length : 0) > limit) {
          throw new RangeError("head");
        }
        if (end >= 0) {
          const cut = this.#text.slice(0, end);
          this.#text = this.#text.slice(end);
          return cut;
        }
        const count = await this.conn.read(buffer);
        if (count === null) return null;
        for (const byte of buffer.subarray(0, count)) {
          this.#text += String.fromCharCode(byte);
        }
      }
    }

    async #must(
      find: (text: string) => number,
      limit?: number,
    ): Promise<string> {
      const cut = await this.#cut(find, limit);
      if (cut === null) throw new Deno.errors.UnexpectedEof("early");
      return cut;
    }

    async readRequest(): Promise<HttpRequest | null> {
      const { maxHeadBytes = 8192, maxBodyBytes = 1048576 } = this.options ??
        {};
      const head = await this.#cut(
        (text) => text.includes("\r\n\r\n") ? text.indexOf("\r\n\r\n") + 4 : -1,
        maxHeadBytes,
      );
      if (head === null) {
        if (this.#text === "") return null;
        throw new Deno.errors.UnexpectedEof("early");
      }
      const bad = () => new TypeError("not HTTP");
      const lines = head.slice(0, -4).split("\r\n");
      if (/[\r\n]/.test(lines.join(""))) throw bad();
      const [method, target, version, ...more] = lines[0].split(" ");
      if (!method || !target || !version || more.length > 0) throw bad();
      const headers = new Map<string, string>();
      for (const line of lines.slice(1)) {
        const [name, ...values] = line.toLowerCase().split(":");
        if (values.length === 0 || !/^[^ \t]+$/.test(name)) throw bad();
        const value = line.slice(name.length + 1)
          .replace(/^[ \t]*/, "").replace(/[ \t]*$/, "");
        const all = [headers.get(name), value].filter((one) => one != null);
        headers.set(name, all.join(", "));
      }
      let body = "";
      const take = async (size: number) => {
        if (body.length + size > maxBodyBytes) throw new RangeError("body");
        return await this.#must((text) => text.length >= size ? size : -1);
      };
      const length = headers.get("content-length");
      const coding = headers.get("transfer-encoding");
      if (length !== undefined && coding !== undefined) throw bad();
      if (length?.match(/\D|^$/)) throw bad();
      if (length !== undefined) body = await take(Number(length));
      if (coding !== undefined && coding.toLowerCase() !== "chunked") {
        throw bad();
      }
      while (coding !== undefined) {
        const line = await this.#must(
          (text) => text.includes("\n") ? text.indexOf("\n") + 1 : -1,
          100,
        );
        // An extension is left out: RFC 9112, section 7.1.1.
        if (!/^[0-9A-Fa-f]+(;.*)?\r\n$/.test(line)) throw bad();
        const size = parseInt(line, 16);
        body += await take(size);
        if (await this.#must((text) => text.length > 1 ? 2 : -1) !== "\r\n") {
          throw bad();
        }
        if (size === 0) break;
      }
      return {
        method,
        target,
        headers,
        body: Uint8Array.from(body, (char) => char.charCodeAt(0)),
      };
    }
  },
  "with the parser of lib/wire": class {
    readonly #parser: RequestParser;
    readonly #buffer = new Uint8Array(1000);
    constructor(readonly conn: Deno.Conn, limits: RequestLimits = {}) {
      this.#parser = new RequestParser({ maxHeadBytes: 8192, ...limits });
    }

    async readRequest(): Promise<HttpRequest | null> {
      let request: HttpRequest | undefined;
      try {
        while (true) {
          const event = this.#parser.next();
          if (event?.kind === "head") {
            const { method, target, fields } = event.head;
            const headers = new Map<string, string>();
            for (const { name, value } of fields) {
              const before = headers.get(name);
              headers.set(
                name,
                before === undefined ? value : `${before}, ${value}`,
              );
            }
            request = { method, target, headers, body: new Uint8Array() };
          } else if (event?.kind === "data") {
            const { body } = request!;
            request!.body = new Uint8Array(body.length + event.data.length);
            request!.body.set(body);
            request!.body.set(event.data, body.length);
          } else if (event?.kind === "end") {
            return request!;
          } else {
            const count = await this.conn.read(this.#buffer);
            if (count === null) {
              if (this.#parser.isBetween && request === undefined) return null;
              throw new Deno.errors.UnexpectedEof("early");
            }
            this.#parser.push(this.#buffer.subarray(0, count));
          }
        }
      } catch (error) {
        if (!(error instanceof HttpError)) throw error;
        const TooLarge = [413, 414, 431].includes(error.status);
        throw new (TooLarge ? RangeError : TypeError)(error.message);
      }
    }
  },
});

testAccepted<EncodeResponse>(exercises[1], {
  "line by line, with a reason, a date, and the length at the end": (
    status,
    body,
    { headers = {}, head } = {},
  ) => {
    for (const [name, value] of Object.entries(headers)) {
      if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) throw new TypeError("name");
      if (!/^(?:\t|\P{Cc})*$/u.test(value)) {
        throw new TypeError("value");
      }
      if (/^(content-length|transfer-encoding)$/i.test(name)) {
        throw new TypeError("length");
      }
    }
    const bytes = new TextEncoder().encode(body);
    const text = [
      `HTTP/1.1 ${status} Whatever`,
      `date:${new Date().toUTCString()}`,
      ...Object.entries(headers).map(([name, value]) => `${name}:${value}`),
      `content-length:${bytes.length}`,
      "",
      "",
    ].join("\r\n");
    const both = [new TextEncoder().encode(text), head ? [] : bytes];
    return Uint8Array.from(both.flatMap((part) => [...part]));
  },
  "into a part of a larger buffer": (status, body, options) => {
    for (const entry of Object.entries(options?.headers ?? {})) {
      const name = entry[0].toLowerCase();
      // Headers, of the web's own kind, throws TypeError for most of it.
      new Headers([entry]);
      // deno-lint-ignore no-control-regex
      if (/[\0-\x08\x0a-\x1f\x7f]/.test(entry[1])) throw new TypeError(name);
      if (name === "content-length" || name === "transfer-encoding") {
        throw new TypeError(name);
      }
    }
    const buffer = new Uint8Array(10_000 + 3 * body.length);
    const length = new TextEncoder().encode(body).length;
    let at = 7;
    const add = (text: string) => {
      at += new TextEncoder().encodeInto(text, buffer.subarray(at)).written;
    };
    add(`HTTP/1.1 ${status} \r\ncontent-length: ${length}\r\n`);
    for (const [name, value] of Object.entries(options?.headers ?? {})) {
      add(`${name}: ${value}\r\n`);
    }
    add("\r\n");
    if (!options?.head) add(body);
    return buffer.subarray(7, at);
  },
  "with the encoder of lib/wire": (status, body, options = {}) => {
    const bytes = new TextEncoder().encode(body);
    const fields = Object.entries(options.headers ?? {})
      .map(([name, value]) => ({ name, value }));
    if (fields.some(({ name }) => /^(co.*-len.*|tr.*-en.*)$/i.test(name))) {
      throw new TypeError("a second length");
    }
    fields.push({ name: "Content-Length", value: `${bytes.length}` });
    const head = encodeResponseHead({ status, fields });
    return options.head ? head : Uint8Array.from([...head, ...bytes]);
  },
});

// As the command line does for lessons, one of which uses fetch().
Deno.env.set("NO_PROXY", "127.0.0.1");
const recordLesson = recordOnce(lesson);

Deno.test("lesson 19 shows a request as bytes, and answers it by hand", async () => {
  const recording = await recordLesson();
  const [{ hex }] = recording.all("bytes");
  const head = new TextDecoder().decode(Uint8Array.fromHex(hex));
  assertMatch(head, /^GET \/hello HTTP\/1\.1\r\n/);
  assert(head.endsWith("\r\n\r\n"));
  assertEquals(recording.fact("fetch() took it for"), "a 200");
  assertEquals(recording.fact("with the body"), '"hello\\n"');
});

Deno.test("lesson 19 answers three pipelined requests on one connection, in order", async () => {
  const recording = await recordLesson();
  assert(Number(recording.fact("reads of the server")) <= 3);
  assertEquals(recording.fact("connections"), "1");
  assertEquals(recording.fact("requests in them"), "/a  /b  /c");
  assertEquals(
    recording.fact("answers of the client"),
    '"this is /a\\n"  "this is /b\\n"  "this is /c\\n"',
  );
});

Deno.test("lesson 19 reads the same body by its length and in chunks", async () => {
  const recording = await recordLesson();
  const read = recording.all("fact").filter(({ name }) => name === "read as");
  assertEquals(read.map(({ value }) => value), ['"zwölf"', '"zwölf"']);
});

Deno.test("lesson 19 shows one request and two in the same bytes, and refuses them", async () => {
  const recording = await recordLesson();
  assertMatch(recording.fact("to one who goes by the length"), /^1: /);
  assertMatch(
    recording.fact("to one who goes by the chunks"),
    /^2: POST \/open, GET \/secret$/,
  );
  assertMatch(recording.fact("the parser of this lesson"), /^HttpError: /);
  assertEquals(recording.fact("its server answered"), "400 Bad Request");
});

Deno.test("lesson 19 drops a client that sends a byte now and then", async () => {
  const recording = await recordLesson();
  assertMatch(recording.fact("answer"), /^HTTP\/1\.1 408 /);
  assertMatch(recording.fact("what the server says"), /^TooSlow: .*head$/);
});

/** A server for the time of a test, and what it heard of. */
async function withServer(
  options: HttpServerOptions & { handler?: Handler },
  test: (port: number, errors: unknown[]) => Promise<void>,
): Promise<void> {
  const errors: unknown[] = [];
  const stop = new AbortController();
  const listener = listenTcp();
  const served = serveHttp(listener, options.handler ?? site, {
    signal: stop.signal,
    onError: (error) => errors.push(error),
    ...options,
  });
  try {
    await test(listener.addr.port, errors);
  } finally {
    stop.abort();
    await served;
  }
}

/** Sends all, and gives all that comes until the server closes. */
async function ask(port: number, text: string): Promise<string> {
  using conn = await connectTcp(port);
  await writeAll(conn, new TextEncoder().encode(text));
  return new TextDecoder().decode(await readToEnd(conn));
}

/** Reads answers to so many requests, and leaves the connection open. */
async function readAnswers(
  conn: Deno.Conn,
  ...methods: string[]
): Promise<{ status: number; body: string }[]> {
  const parser = new ResponseParser();
  for (const method of methods) parser.expect(method);
  const answers: { status: number; body: string }[] = [];
  const buffer = new Uint8Array(64 * 1024);
  let whole = 0;
  while (whole < methods.length) {
    const count = await conn.read(buffer);
    if (count === null) break;
    parser.push(buffer.subarray(0, count));
    for (let part = parser.next(); part !== null; part = parser.next()) {
      if (part.kind === "head") {
        answers.push({ status: part.head.status, body: "" });
      } else if (part.kind === "data") {
        answers.at(-1)!.body += new TextDecoder().decode(part.data);
      } else if (answers.at(-1)!.status >= 200) whole++;
    }
  }
  return answers;
}

const GET = "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n";
const CLOSE = "GET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

Deno.test("the server answers many requests on one connection, in order", async () => {
  await withServer({}, async (port, errors) => {
    using conn = await connectTcp(port);
    await writeAll(
      conn,
      new TextEncoder().encode(
        GET.repeat(1000) +
          "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" +
          "2\r\nhi\r\n0\r\n\r\n" +
          "HEAD /hello HTTP/1.1\r\nHost: x\r\n\r\n" +
          "GET /count HTTP/1.1\r\nHost: x\r\n\r\n",
      ),
    );
    const methods = [...Array(1000).fill("GET"), "POST", "HEAD", "GET"];
    const answers = await readAnswers(conn, ...methods);
    assertEquals(answers.map(({ body }) => body), [
      ...Array(1000).fill("hello\n"),
      "hi",
      "",
      "1\n2\n3\n4\n5\n",
    ]);
    // And it is still open.
    await writeAll(conn, new TextEncoder().encode(GET));
    assertEquals((await readAnswers(conn, "GET"))[0].status, 200);
    assertEquals(errors, []);
  });
});

Deno.test("the server answers those who have ended their side, and then closes", async () => {
  await withServer({}, async (port) => {
    using conn = await connectTcp(port);
    await writeAll(conn, new TextEncoder().encode(GET + GET));
    await conn.closeWrite();
    const text = new TextDecoder().decode(await readToEnd(conn));
    assertEquals(text.match(/HTTP\/1\.1 200/g)?.length, 2);
  });
});

Deno.test("the server closes when it is asked to, and for version 1.0", async () => {
  await withServer({}, async (port) => {
    assertMatch(
      await ask(port, CLOSE + GET),
      /^HTTP\/1\.1 200.*close\r\n\r\nhello\n$/s,
    );
    const old = await ask(port, "GET /count HTTP/1.0\r\n\r\n");
    // No chunks for a client that knows none.
    assertMatch(old, /^HTTP\/1\.1 200.*close\r\n\r\n1\n2\n3\n4\n5\n$/s);
    const keep = "GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n";
    const two = await ask(port, `${keep}GET /hello HTTP/1.0\r\n\r\n`);
    assertMatch(two, /keep-alive\r\n\r\nhello\nHTTP\/1\.1 200.*hello\n$/s);
  });
});

Deno.test("the server says how a request went", async () => {
  await withServer({}, async (port, errors) => {
    const cases: [text: string, status: number][] = [
      ["GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n", 404],
      ["DELETE /hello HTTP/1.1\r\nHost: x\r\n\r\n", 405],
      ["BREW /hello HTTP/1.1\r\nHost: x\r\n\r\n", 501],
      ["OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", 204],
      ["OPTIONS /echo HTTP/1.1\r\nHost: x\r\n\r\n", 204],
      ["GET http://x/hello?a HTTP/1.1\r\nHost: x\r\n\r\n", 200],
      ["GET /hello HTTP/1.1\r\nHost: x\r\nExpect: tea\r\n\r\n", 417],
      ["POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", 200],
    ];
    using conn = await connectTcp(port);
    for (const [text, status] of cases) {
      await writeAll(conn, new TextEncoder().encode(text));
      const [answer] = await readAnswers(conn, text.split(" ")[0]);
      assertEquals(answer.status, status, text);
    }
    const head = "POST /echo HTTP/1.1\r\nHost: x\r\n";
    for (
      const [text, status] of [
        ["GET / HTTP/1.1\r\n\r\n", 400],
        [`${head}Content-Length: 2000000\r\n\r\n`, 413],
        [`GET /${"a".repeat(9000)} HTTP/1.1\r\n`, 414],
        [`GET / HTTP/1.1\r\nX: ${"a".repeat(20_000)}`, 431],
        [`${head}Transfer-Encoding: gzip, chunked\r\n\r\n`, 501],
        ["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505],
      ] as const
    ) {
      const answer = await ask(port, text);
      assertMatch(answer, new RegExp(`^HTTP/1\\.1 ${status} .*close\r\n`, "s"));
    }
    assertEquals(errors, []);
  });
});

Deno.test("the server answers a smuggled request not at all", async () => {
  const post = (fields: string) =>
    `POST /echo HTTP/1.1\r\nHost: x\r\n${fields}\r\n\r\n0\r\n\r\n${GET}`;
  await withServer({}, async (port) => {
    for (
      const fields of [
        "Content-Length: 5\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: 5",
        "Content-Length: 5\r\nContent-Length: 6",
        "Content-Length: 5\r\nContent-Length: 5",
        "Content-Length : 5",
        "X: a\r\n Content-Length: 5",
        "X: a\nContent-Length: 5",
        "X: a\rContent-Length: 5",
        "Transfer-Encoding: xchunked",
      ]
    ) {
      const answer = await ask(port, post(fields));
      assertMatch(answer, /^HTTP\/1\.1 400 /);
      assertEquals(answer.match(/HTTP\/1\.1/g)?.length, 1, fields);
    }
    const chunk = post("Transfer-Encoding: chunked")
      .replace("0\r\n\r\n", "100000005\r\nhello\r\n0\r\n\r\n");
    const answer = await ask(port, chunk);
    assertMatch(answer, /^HTTP\/1\.1 413 /);
    assertEquals(answer.match(/HTTP\/1\.1/g)?.length, 1);
  });
});

Deno.test("the server tells a client to go on, or that it need not", async () => {
  const head = "POST /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n";
  await withServer({}, async (port) => {
    using conn = await connectTcp(port);
    const sent = writeAll(
      conn,
      new TextEncoder().encode(`${head}Content-Length: 2\r\n\r\n`),
    );
    const buffer = new Uint8Array(1000);
    const count = await conn.read(buffer) ?? 0;
    assertEquals(
      new TextDecoder().decode(buffer.subarray(0, count)),
      "HTTP/1.1 100 Continue\r\n\r\n",
    );
    await sent;
    await writeAll(conn, new TextEncoder().encode("hi"));
    assertEquals((await readAnswers(conn, "POST"))[0].body, "hi");

    const large = await ask(port, `${head}Content-Length: 9999999\r\n\r\n`);
    assertMatch(large, /^HTTP\/1\.1 413 /);
    const lost = await ask(
      port,
      `${head.replace("/echo", "/lost")}Content-Length: 2\r\n\r\n`,
    );
    assertMatch(lost, /^HTTP\/1\.1 404 .*close/s);
    // With the body in the same read, nobody waits.
    const whole = await ask(
      port,
      `${head}Connection: close\r\nContent-Length: 2\r\n\r\nhi`,
    );
    assertMatch(whole, /^HTTP\/1\.1 200 .*hi$/s);
  });
});

Deno.test("a handler that fails is a 500, and no end of the server", async () => {
  const failure = new Error("out of tea");
  const handler: Handler = ({ head }) => {
    if (head.target === "/tea") throw failure;
    return { status: 200, body: "fine" };
  };
  await withServer({ handler }, async (port, errors) => {
    using conn = await connectTcp(port);
    const tea = GET.replace("/hello", "/tea");
    await writeAll(conn, new TextEncoder().encode(tea + GET));
    const answers = await readAnswers(conn, "GET", "GET");
    assertEquals(answers.map(({ status }) => status), [500, 200]);
    assertEquals(errors, [failure]);
  });
});

Deno.test("a handler that forgets the body it asked for keeps nobody from the next request", async () => {
  const handler: Handler = ({ head, body }) => {
    if (head.method === "POST") body();
    return { status: 200, body: head.target };
  };
  await withServer({ handler }, async (port, errors) => {
    const post = "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n";
    using conn = await connectTcp(port);
    await writeAll(conn, new TextEncoder().encode(`${post}hello${GET}`));
    const answers = await readAnswers(conn, "POST", "GET");
    assertEquals(answers.map(({ body }) => body), ["/a", "/hello"]);
    const broken = await ask(
      port,
      post.replace("Length: 5", "Length: 5000000"),
    );
    assertMatch(broken, /^HTTP\/1\.1 200 .*close/s);
    assertEquals(errors, []);
  });
});

Deno.test("a stream that fails leaves its body without an end", async () => {
  async function* numbers() {
    yield new TextEncoder().encode("1");
    await Promise.reject(new Error("no two"));
  }
  const handler: Handler = () => ({ status: 200, body: numbers() });
  await withServer({ handler }, async (port, errors) => {
    const answer = await ask(port, GET);
    assertMatch(answer, /\r\n\r\n1\r\n1\r\n$/);
    assertEquals(errors.map(String), ["Error: no two"]);
  });
});

Deno.test("the pieces of a stream do not wait for one another", async () => {
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
  const served = serveHttp(listener, site);
  assertMatch(await ask(listener.addr.port, CLOSE), /^HTTP\/1\.1 200 /);
  assertEquals(noDelay, true);
  listener.close();
  await served;
});

Deno.test("a slow sender is dropped, however often it sends a byte", async () => {
  const slow = "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n";
  const cases: [start: string, limits: HttpServerOptions, status: string][] = [
    ["GET /", { headMs: 60, bodyMs: 1e6, idleMs: 1e6 }, "HTTP/1.1 408 "],
    [slow, { headMs: 1e6, bodyMs: 60, idleMs: 1e6 }, "HTTP/1.1 408 "],
    ["", { headMs: 1e6, bodyMs: 1e6, idleMs: 60 }, ""],
  ];
  for (const [start, limits, status] of cases) {
    await withServer(limits, async (port, errors) => {
      using conn = await connectTcp(port);
      await writeAll(conn, new TextEncoder().encode(start));
      // One of nine bytes, and the rest of the head never: as slow as can be,
      // and each in less time than the limit.
      const timer = setInterval(() => {
        if (start === "GET /") conn.write(Uint8Array.of(0x61)).catch(() => {});
      }, 10);
      const answer = new TextDecoder().decode(await readToEnd(conn));
      clearInterval(timer);
      assert(answer.startsWith(status));
      // A client that hears its end before the server does is no race here.
      while (errors.length === 0) await new Promise((r) => setTimeout(r, 0));
      assertMatch(String(errors[0]), /^TooSlow: /);
    });
  }
});

Deno.test("a client that does not read is dropped", async () => {
  const handler: Handler = () => ({ status: 200, body: "x".repeat(1e7) });
  await withServer({ handler, writeMs: 60 }, async (port, errors) => {
    using conn = await connectTcp(port);
    await writeAll(conn, new TextEncoder().encode(GET));
    while (errors.length === 0) await new Promise((r) => setTimeout(r, 10));
    assertMatch(String(errors[0]), /^TooSlow: .*write$/);
  });
});

Deno.test("a slow handler is none of the client's fault", async () => {
  const handler: Handler = async () => {
    await new Promise((resolve) => setTimeout(resolve, 100));
    return { status: 200 };
  };
  const limits = { headMs: 20, bodyMs: 20, idleMs: 20, writeMs: 20 };
  await withServer({ handler, ...limits }, async (port, errors) => {
    assertMatch(await ask(port, CLOSE), /^HTTP\/1\.1 200 /);
    assertEquals(errors, []);
  });
});

Deno.test("a client that could not be accepted is no client that is gone", async () => {
  const listener = failingFirst([
    new Error("Too many open files (os error 24)"),
  ]);
  const told: [error: string, hasConn: boolean][] = [];
  const served = serveHttp(listener, site, {
    headMs: 1,
    onError: (error, conn) => told.push([`${error}`, conn !== undefined]),
  });
  assertMatch(await ask(listener.addr.port, "GET /"), /^HTTP\/1\.1 408 /);
  listener.close();
  await served;
  assertEquals(told, [
    ["Error: Too many open files (os error 24)", false],
    ["TooSlow: the client was too slow: head", true],
  ]);
});

Deno.test("a thousand idle connections keep nobody from being served", async () => {
  await withServer({}, async (port) => {
    const idle: Deno.Conn[] = [];
    try {
      for (let i = 0; i < 1000; i++) {
        const conn = await connectTcp(port);
        idle.push(conn);
        // Every other one has begun a request.
        if (i % 2 === 0) await conn.write(new TextEncoder().encode("GET / HT"));
      }
      assertMatch(await ask(port, CLOSE), /^HTTP\/1\.1 200 /);
    } finally {
      for (const conn of idle) conn.close();
    }
  });
});

Deno.test("pathOf() takes the path out of either form of target", () => {
  const targets = ["/a?b", "http://x/a", "http://x", "http://x?b", "/"];
  assertEquals(targets.map(pathOf), ["/a", "/a", "/", "/", "/"]);
});

Deno.test("lesson 19 serves until it is told to stop, and counts", async () => {
  const stop = new AbortController();
  const recording = new Recording();
  const serving = serve(recording.show, {
    port: 0,
    folder: "",
    signal: stop.signal,
  });
  const [, port] = recording.fact("browser").match(/:(\d+)\/$/)!;
  const page = await ask(
    Number(port),
    "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
  );
  assertMatch(page, /text\/html.*<!doctype html>/s);
  // A line of somebody else's making would be one in the log.
  using conn = await connectTcp(Number(port));
  await writeAll(conn, new TextEncoder().encode("\x1b[31mGET"));
  await closeGracefully(conn);
  stop.abort();
  await serving;
  const notes = recording.all("note").map(({ text }) => text);
  assertMatch(notes.at(-1)!, /^ended: 2 answers$/);
  assert(notes.every((note) => !note.includes("\x1b")));
});
