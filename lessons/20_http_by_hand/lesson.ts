/**
 * Lesson 20: HTTP/1.1 is lines of text and counted bytes on a TCP socket.
 *
 * A real client's request is read from a socket as bytes, and answered by hand.
 * Then what holds a conversation together: many requests on one connection, and
 * for each of them one way only to know where it ends.
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

/** A client that knows nothing of this workbook, and an answer by hand. */
async function requestAsBytes(show: Narrator): Promise<void> {
  show.step("A request is text on a socket");
  using listener = listenTcp();
  const { port } = listener.addr;
  show.say(
    `A listener of lesson 2 is all that there is at ${
      formatAddress(listener.addr)
    }. Deno's own fetch() is told to get http://127.0.0.1:${port}/hello ` +
      "from it.",
  );
  await show.predict("What will the first bytes be that the server reads?");
  const fetching = fetch(`http://127.0.0.1:${port}/hello`);
  const accepting = listener.accept();
  accepting.catch(() => {});
  // If it never comes, fetch() itself says why.
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
  show.fact("fetch() took it for", `a ${response.status}`);
  show.fact("with the body", JSON.stringify(await response.text()));
  show.say(
    "Each line ends with \\r\\n (0d 0a), and a blank line ends the head. " +
      "Nothing else says that the request is whole: it was no read that ended, " +
      "and no connection.",
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
    `A client writes three requests of ${requests.length / 3} bytes in one ` +
      "write, and waits. How many reads does the server need for them? And " +
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
  show.fact("reads of the server", reads);
  show.fact("requests in them", seen.join("  "));
  show.fact(
    "answers of the client",
    inQuotes(responses.map(({ body }) => body)),
  );
  show.fact("connections", connections);
  show.say(
    "Requests that follow each other without waiting are pipelined. Nobody " +
      "numbers them: the first answer is for the first request. So a server " +
      "that throws away what it read too much loses the rest for good.",
  );
}

/** The same body with its length in front, and in chunks. */
async function twoForms(show: Narrator): Promise<void> {
  const body = "zwölf";
  const bytes = encode(body);
  show.step("A body by its length, and in chunks");
  await show.predict(
    `Which Content-Length has the body "${body}"? And how can a body be sent ` +
      "whose length is not known when it begins?",
  );
  const forms = {
    "by its length": concat([
      encode(`POST / HTTP/1.1\r\nHost: x\r\nContent-Length: `),
      encode(`${bytes.length}\r\n\r\n`),
      bytes,
    ]),
    "in chunks": concat([
      encode(
        `POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n`,
      ),
      // Cut inside the "ö": chunks are bytes, and no characters.
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
      `${name}, behind the head:`,
      message.subarray(findHeadEnd(message)),
    );
    show.fact("read as", inQuotes([decode(concat(data))]));
  }
  show.say(
    "A chunk has its size in front, in hexadecimal digits, and \\r\\n behind; " +
      "one of size 0 is the last. Either way the reader counts, and looks for " +
      "nothing in the data.",
  );
}

/** One request for one reader, two for the other. */
async function smuggled(show: Narrator): Promise<void> {
  const inner = "GET /secret HTTP/1.1\r\nHost: x\r\n\r\n";
  const body = `0\r\n\r\n${inner}`;
  const length = `Content-Length: ${body.length}\r\n`;
  const chunked = "Transfer-Encoding: chunked\r\n";
  const message = (fields: string) =>
    encode(`POST /open HTTP/1.1\r\nHost: x\r\n${fields}\r\n${body}`);
  show.step("Two lengths, and a request that nobody let in");
  show.say(
    `A request says both: "${length.trim()}" and "${chunked.trim()}". Its body ` +
      `is ${printable(encode(body), { max: 60 })}.`,
  );
  await show.predict("How many requests are these bytes?");
  for (
    const [who, fields] of [["the length", length], ["the chunks", chunked]]
  ) {
    const parser = new RequestParser();
    parser.push(message(fields));
    const lines = headsOf(parser).map((head) =>
      `${head.method} ${head.target}`
    );
    show.fact(
      `to one who goes by ${who}`,
      `${lines.length}: ${lines.join(", ")}`,
    );
  }
  show.say(
    "Say that a gate in front of the server goes by the length, and lets nobody " +
      "ask for /secret. It sees one request, and lets it pass. A server behind " +
      "it that goes by the chunks answers two. This is request smuggling.",
  );
  const parser = new RequestParser();
  parser.push(message(length + chunked));
  try {
    parser.next();
  } catch (error) {
    show.fact("the parser of this lesson", String(error));
  }
  const { answers, ended } = await askServer(message(length + chunked));
  show.fact("its server answered", answers.join(", "));
  show.fact("and then", ended);
}

/** What the lesson's server answers to some bytes. */
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

/** A byte now and then never lets a limit for each read pass. */
async function slowSender(show: Narrator): Promise<void> {
  show.step("A client that sends a byte now and then");
  show.say(
    `The server allows ${SHORT_MS} ms for a head. This client sends a byte ` +
      "every few milliseconds, and never the blank line.",
  );
  await show.predict(
    "A server that waits so long for each read would wait for ever. How many " +
      "bytes does this one take before it has had enough?",
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
  show.fact("bytes that it sent", sent);
  show.fact("answer", answer.split("\r\n", 1)[0]);
  show.fact("what the server says", reason);
  show.say(
    "The limit is for the head as a whole, and begins with its first byte. " +
      "Heads, bodies and chunks have limits for their size as well, and idle " +
      "connections one for their time: whatever a stranger can make grow or " +
      "last, some stranger will.",
  );
}

/** Reads up to the blank line, and no limit: the client is our own. */
async function readHead(conn: Deno.Conn): Promise<Uint8Array> {
  let bytes = new Uint8Array();
  const buffer = new Uint8Array(4096);
  while (findHeadEnd(bytes) === -1) {
    const count = await conn.read(buffer);
    if (count === null) throw new Error("fetch() sent no whole head");
    bytes = concat([bytes, buffer.subarray(0, count)]);
  }
  return bytes;
}

/** The heads of all messages that have come. */
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

/** Keeps the HTTP server up, for curl and for a browser. */
export async function serve(
  show: Narrator,
  context: ServeContext,
): Promise<void> {
  const { port, signal, answer } = context;
  const listener = listenTcp(port, { signal });
  const { hostname, port: own } = listener.addr;
  const url = `http://${hostname}:${own}`;
  show.say(
    `An HTTP server is up at ${
      formatAddress(listener.addr)
    }. Visit it with a ` +
      "browser, or from another terminal; end it here with Ctrl-C:",
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
    "The last one wants a request typed: GET /hello HTTP/1.1, then Host: x, " +
      "then a blank line. With -C, nc ends each line with \\r\\n.",
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
 * A server made of answers to the exercises, and of nothing else: it answers
 * each request with its method, its target, and its body.
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

/** One line of the log; nothing in it can control the terminal. */
function describeAnswer({ head, status, why }: Answered): string {
  const what = head === null
    ? "(no request)"
    : printable(encode(`${head.method} ${head.target}`), { max: 60 });
  return `${what} ${status}${why === undefined ? "" : `, ${why}`}`;
}

if (import.meta.main) {
  await runLesson({ lessons, url: import.meta.url, lesson, serve });
}
