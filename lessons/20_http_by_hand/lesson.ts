/**
 * Lesson 20: HTTP/1.1 is lines of text and counted bytes on a TCP socket.
 *
 * Reads a real client's request as bytes, and writes the response by hand. Then
 * it sends many requests on one connection, and shows what happens if two
 * programs don't agree on where one of them ends.
 */
import {
  connectTcp,
  formatAddress,
  listenTcp,
  readToEnd,
  serve as serveClients,
  writeAll,
} from "../../lib/net/mod.ts";
import { counted, type Narrator, printable } from "../../lib/show/mod.ts";
import {
  concat,
  encodeChunk,
  encodeLastChunk,
  findHeadEnd,
  type HttpParser,
  RequestParser,
  ResponseParser,
} from "../../lib/wire/mod.ts";
import { connectBoth } from "../../lib/workbook/kit/mod.ts";
import {
  describeServeError,
  runLesson,
  type ServeContext,
} from "../../lib/workbook/cli/run_lesson.ts";
import { readResponses } from "./read_responses.ts";
import { type Answered, serveHttp, TooSlow } from "./server.ts";
import { site } from "./site.ts";
import { encodeResponse, RequestReader } from "./solution.ts";
import type { EncodeResponse, RequestReaderClass } from "./types.ts";
import { lessons } from "../mod.ts";

/** How long the slow client of this lesson has for a head, in milliseconds. */
const SHORT_MS = 100;

/** Runs the demonstration. */
export async function lesson(show: Narrator): Promise<void> {
  await requestAsBytes(show);
  await pipelined(show);
  await twoForms(show);
  await smuggled(show);
  await slowSender(show);
}

/** Answers fetch() with bytes that the lesson writes itself. */
async function requestAsBytes(show: Narrator): Promise<void> {
  show.step("A request is text on a socket");
  using listener = listenTcp();
  const { port } = listener.addr;
  show.say(
    `The server is a plain TCP listener at ${
      formatAddress(listener.addr)
    }, like the one of lesson 2. Deno's own fetch() requests ` +
      `http://127.0.0.1:${port}/hello from it.`,
  );
  await show.predict("What are the first bytes that the server receives?");
  const fetching = fetch(`http://127.0.0.1:${port}/hello`);
  const accepting = listener.accept();
  accepting.catch(() => {});
  // If no connection arrives, fetch() throws the reason.
  await Promise.race([accepting, fetching]);
  using conn = await accepting;
  const head = await readHead(conn);
  show.bytes(`what fetch() sent, ${head.length} bytes:`, head);
  const answer = encodeResponse(200, "hello\n", {
    headers: { Connection: "close" },
  });
  await writeAll(conn, answer);
  const response = await fetching;
  show.fact("what the server wrote", printable(answer, { max: 80 }));
  show.fact("status that fetch() got", response.status);
  show.fact("body that fetch() got", JSON.stringify(await response.text()));
  show.say(
    "Each line ends with \\r\\n (0d 0a), and a blank line ends the head. " +
      "That blank line is the only sign that the request is complete: fetch() " +
      "kept the connection open, and waited.",
  );
}

/** Three requests in one write. */
async function pipelined(show: Narrator): Promise<void> {
  const names = ["/a", "/b", "/c"];
  const requests = encode(
    names.map((name) => `GET ${name} HTTP/1.1\r\nHost: x\r\n\r\n`).join(""),
  );
  show.step("Three requests in one read");
  await show.predict(
    `A client sends three requests of ${requests.length / 3} bytes each in ` +
      "one write, and then waits. How many reads does the server need, and " +
      "how many connections?",
  );
  const seen: string[] = [];
  let connections = 0;
  let reads = 0;
  const listener = listenTcp();
  const served = serveClients(listener, async (conn) => {
    connections++;
    const parser = new RequestParser();
    const buffer = new Uint8Array(4096);
    for (
      let count = await conn.read(buffer);
      count !== null;
      count = await conn.read(buffer)
    ) {
      reads++;
      parser.push(buffer.subarray(0, count));
      const targets = headsOf(parser).map(({ target }) => target);
      seen.push(...targets);
      const answers = targets
        .map((name) => encodeResponse(200, `this is ${name}\n`));
      await writeAll(conn, concat(answers));
    }
  });
  using client = await connectTcp(listener.addr.port);
  await writeAll(client, requests);
  const responses = await readResponses(client, names.map(() => "GET"));
  await client.closeWrite();
  listener.close();
  await served;
  show.fact("reads by the server", reads);
  show.fact("requests in them", seen.join("  "));
  show.fact(
    "responses to the client",
    inQuotes(responses.map(({ body }) => body)),
  );
  show.fact("connections", connections);
  show.say(
    "The client pipelined its requests: it sent the next one without waiting " +
      "for a response. Responses have no numbers, so the first one is for the " +
      "first request. A server that keeps only the first request of a read " +
      "loses the others for good.",
  );
}

/** Sends the same body with its length in the head, and in chunks. */
async function twoForms(show: Narrator): Promise<void> {
  const body = "zwölf";
  const bytes = encode(body);
  show.step("A body with a length, and a body in chunks");
  await show.predict(
    `What's the Content-Length of the body "${body}"? And how can you send a ` +
      "body if you don't know its length when you start?",
  );
  const forms = {
    "with a length": concat([
      encode(`POST / HTTP/1.1\r\nHost: x\r\nContent-Length: `),
      encode(`${bytes.length}\r\n\r\n`),
      bytes,
    ]),
    "in chunks": concat([
      encode(
        `POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n`,
      ),
      // Cut inside the "ö": chunks are bytes, not characters.
      encodeChunk(bytes.subarray(0, 3)),
      encodeChunk(bytes.subarray(3)),
      encodeLastChunk(),
    ]),
  };
  for (const [name, message] of Object.entries(forms)) {
    using both = await connectBoth();
    await writeAll(both.client, message);
    await both.client.closeWrite();
    const parser = new RequestParser();
    parser.push(await readToEnd(both.server));
    const data: Uint8Array[] = [];
    for (let part = parser.next(); part !== null; part = parser.next()) {
      if (part.kind === "data") data.push(part.data);
    }
    show.bytes(
      `${name}, after the head:`,
      message.subarray(findHeadEnd(message)),
    );
    show.fact("read as", inQuotes([decode(concat(data))]));
  }
  show.say(
    "Each chunk has its size before it, in hexadecimal digits, and \\r\\n after " +
      "it. The last chunk has the size 0. Either way, the reader counts bytes " +
      "and never searches the data for its end.",
  );
}

/** Sends bytes that are one request to one reader, and two to another. */
async function smuggled(show: Narrator): Promise<void> {
  const inner = "GET /secret HTTP/1.1\r\nHost: x\r\n\r\n";
  const body = `0\r\n\r\n${inner}`;
  const length = `Content-Length: ${body.length}\r\n`;
  const chunked = "Transfer-Encoding: chunked\r\n";
  const message = (fields: string) =>
    encode(`POST /open HTTP/1.1\r\nHost: x\r\n${fields}\r\n${body}`);
  show.step("Two lengths, and a smuggled request");
  show.say(
    `A request has two fields, "${length.trim()}" and "${chunked.trim()}". ` +
      "After the head, the client sends " +
      `${printable(encode(body), { max: 60 })}.`,
  );
  await show.predict("How many requests does a server see in these bytes?");
  for (
    const [choice, fields] of [["the length", length], ["the chunks", chunked]]
  ) {
    const parser = new RequestParser();
    parser.push(message(fields));
    const lines = headsOf(parser).map((head) =>
      `${head.method} ${head.target}`
    );
    show.fact(
      `if it uses ${choice}`,
      `${lines.length}: ${lines.join(", ")}`,
    );
  }
  show.say(
    "Now put a proxy in front of a server, to block requests for /secret. The " +
      "proxy uses the length, sees one request, and lets it through. The server " +
      "uses the chunks, sees two, and answers both. This is request smuggling.",
  );
  const parser = new RequestParser();
  parser.push(message(length + chunked));
  try {
    parser.next();
  } catch (error) {
    show.fact("this lesson's parser", String(error));
  }
  const { answers, ended } = await askServer(message(length + chunked));
  show.fact("this lesson's server", `${answers.join(", ")}, and then ${ended}`);
}

/** Sends some bytes to the lesson's server, and returns its responses. */
async function askServer(
  bytes: Uint8Array,
): Promise<{ answers: string[]; ended: string }> {
  const listener = listenTcp();
  const served = serveHttp(listener, site);
  try {
    using client = await connectTcp(listener.addr.port);
    await writeAll(client, bytes);
    const parser = new ResponseParser();
    parser.expect("POST");
    parser.expect("GET");
    parser.push(await readToEnd(client, { maxBytes: 64 * 1024 }));
    const answers = headsOf(parser)
      .map(({ status, reason }) => `${status} ${reason}`);
    return { answers, ended: "it closed the connection" };
  } finally {
    listener.close();
    await served;
  }
}

/** Sends a byte now and then, so a timeout per read would never expire. */
async function slowSender(show: Narrator): Promise<void> {
  show.step("A client that sends a byte now and then");
  show.say(
    `The server allows ${SHORT_MS} ms for a head. This client sends a byte ` +
      "every few milliseconds, and never the blank line.",
  );
  await show.predict(
    "If the server allowed 100 ms for each read, it would wait forever, but " +
      "it allows that for the whole head. How many bytes does it accept before " +
      "it gives up?",
  );
  const listener = listenTcp();
  let reason = "";
  const served = serveHttp(listener, site, {
    headMs: SHORT_MS,
    onError(error) {
      reason = String(error);
      if (!(error instanceof TooSlow)) throw error;
    },
  });
  using client = await connectTcp(listener.addr.port);
  let sent = 0;
  const timer = setInterval(() => {
    client.write(Uint8Array.of(0x61)).then((count) => sent += count)
      .catch(() => {});
  }, 3);
  const answer = decode(await readToEnd(client, { maxBytes: 64 * 1024 }));
  clearInterval(timer);
  listener.close();
  await served;
  show.fact("bytes that the client sent", sent);
  show.fact("response", answer.split("\r\n", 1)[0]);
  show.fact("the server's error", reason);
  show.say(
    "The timeout is for the whole head, and starts with its first byte. Heads, " +
      "bodies, and chunks also have size limits, and idle connections have a " +
      "timeout, too: if a client can make something grow or last, sooner or " +
      "later one will.",
  );
}

/** Reads up to the blank line, without a limit: the client is our own. */
async function readHead(conn: Deno.Conn): Promise<Uint8Array> {
  let bytes = new Uint8Array();
  const buffer = new Uint8Array(4096);
  while (findHeadEnd(bytes) === -1) {
    const count = await conn.read(buffer);
    if (count === null) throw new Error("fetch() sent only part of a head");
    bytes = concat([bytes, buffer.subarray(0, count)]);
  }
  return bytes;
}

/** Returns the heads of all messages that have arrived. */
function headsOf<Head>(parser: HttpParser<Head>): Head[] {
  const heads: Head[] = [];
  for (let part = parser.next(); part !== null; part = parser.next()) {
    if (part.kind === "head") heads.push(part.head);
  }
  return heads;
}

function inQuotes(texts: string[]): string {
  return texts.map((text) => JSON.stringify(text)).join("  ");
}

function encode(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** Runs the HTTP server for curl and for a browser, until Ctrl-C. */
export async function serve(
  show: Narrator,
  context: ServeContext,
): Promise<void> {
  const { port, signal, answer } = context;
  const listener = listenTcp(port, { signal });
  const { hostname, port: own } = listener.addr;
  const url = `http://${hostname}:${own}`;
  show.say(
    `The HTTP server is listening at ${
      formatAddress(listener.addr)
    }. Open it ` +
      "in a browser, or run these commands in another terminal. Press Ctrl-C " +
      "here to stop it.",
  );
  show.fact("browser", `${url}/`);
  show.command("get", `curl -i ${url}/hello`);
  show.command("head", `curl -I ${url}/hello`);
  show.command("length", `curl -i -d zwölf ${url}/echo`);
  show.command("chunks", `echo zwölf | curl -i -T - ${url}/echo`);
  show.command("count", `curl -i ${url}/count`);
  show.command("reuse", `curl -v ${url}/hello ${url}/count`);
  show.command("expect", `curl -v -H Expect:100-continue -d hi ${url}/echo`);
  show.command("by hand", `nc -C ${hostname} ${own}`);
  show.say(
    "With the last command, you type the request yourself: GET /hello HTTP/1.1, " +
      "then Host: x, then a blank line. With -C, nc ends each line with \\r\\n.",
  );
  show.note("waiting for clients");

  if (answer !== undefined) {
    await serveWithAnswers(listener, {
      signal,
      RequestReader: answer<RequestReaderClass>("RequestReader", RequestReader),
      encodeResponse: answer<EncodeResponse>("encodeResponse", encodeResponse),
      onError: (error, conn) => show.note(describeServeError(error, conn)),
    });
    return show.note("ended");
  }
  let answers = 0;
  await serveHttp(listener, site, {
    signal,
    onAnswer(answered) {
      answers++;
      show.note(describeAnswer(answered));
    },
    onError: (error, conn) => show.note(describeServeError(error, conn)),
  });
  show.note(`ended: ${counted(answers, "answer")}`);
}

/**
 * Serves with nothing but the learner's answers: each response contains the
 * request's method, target, and body.
 */
async function serveWithAnswers(
  listener: Deno.TcpListener,
  { RequestReader, encodeResponse, signal, onError }: {
    RequestReader: RequestReaderClass;
    encodeResponse: EncodeResponse;
    signal: AbortSignal;
    onError: (error: unknown, conn?: Deno.Conn) => void;
  },
): Promise<void> {
  await serveClients(listener, async (conn) => {
    const reader = new RequestReader(conn);
    while (true) {
      const request = await reader.readRequest();
      if (request === null) return;
      const { method, target, body } = request;
      const text = `${method} ${target}\n${new TextDecoder().decode(body)}`;
      const head = method === "HEAD";
      await writeAll(conn, encodeResponse(200, text, { head }));
    }
  }, { signal, onError });
}

/** One line of the log, without characters that could control the terminal. */
function describeAnswer({ head, status, why }: Answered): string {
  const what = head === null
    ? "(no request)"
    : printable(encode(`${head.method} ${head.target}`), { max: 60 });
  return `${what} ${status}${why === undefined ? "" : `, ${why}`}`;
}

if (import.meta.main) {
  await runLesson({ lessons, url: import.meta.url, lesson, serve });
}
