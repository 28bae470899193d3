/**
 * Lesson 24: TLS, on the wire and in its failures.
 *
 * Runs the same echo over TCP and over TLS, and shows the bytes on the wire.
 * Then it shows the client's message in the clear, failed handshakes, an answer
 * that's cut off, TLS on a connection that's already in use, and what TLS
 * costs.
 */
import {
  connectTcp,
  listenTcp,
  readExact,
  readToEnd,
  writeAll,
} from "../../lib/net/mod.ts";
import {
  clientHelloRows,
  type Narrator,
  printable,
} from "../../lib/show/mod.ts";
import {
  concat,
  decodeClientHello,
  decodeTlsAlert,
  recognizeTls,
  TLS_CONTENT_TYPES,
  tlsMessageNames,
  type TlsRecord,
  tlsVersionName,
} from "../../lib/wire/mod.ts";
import {
  answerFor,
  runLesson,
  type ServeContext,
} from "../../lib/workbook/cli/run_lesson.ts";
import { CA, CERTIFICATES, KEY, SERVER_NAME } from "./certificates.ts";
import { type From, type Piece, Relay } from "./relay.ts";
import { type EchoOptions, EchoServer, serveStartTls } from "./servers.ts";
import * as solution from "./solution.ts";
import type { ClientHello } from "./types.ts";
import { lessons } from "../mod.ts";

const SECRET = "password: swordfish";
const encode = (text: string) => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** Runs the demonstration. */
export async function lesson(show: Narrator): Promise<void> {
  await sameEcho(show);
  await inTheClear(show);
  await failures(show);
  await truncation(show);
  await onConnectionInUse(show);
  await cost(show);
}

/** Connects to a port, verifies the server, and speaks TLS. */
async function connectTls(
  port: number,
  options: Deno.StartTlsOptions = {},
): Promise<Deno.TlsConn> {
  const conn = await connectTcp(port);
  return await Deno.startTls(conn, {
    hostname: SERVER_NAME,
    caCerts: [CA],
    ...options,
  });
}

/** Sends a text to an echo server, ends, and returns the echo. */
async function exchange(conn: Deno.Conn, text: string): Promise<string> {
  await writeAll(conn, encode(text));
  await conn.closeWrite();
  return decode(await readToEnd(conn));
}

/** Runs the same server over TCP and TLS, with a relay that sees the bytes. */
async function sameEcho(show: Narrator): Promise<void> {
  show.step("The same echo, over TCP and over TLS");
  await show.predict(
    `A client sends "${SECRET}" to an echo server, through a relay that ` +
      "records every byte. What can the relay read if the two speak TLS?",
  );
  for (const kind of ["TCP", "TLS"]) {
    await using server = kind === "TCP"
      ? EchoServer.overTcp()
      : EchoServer.overTls();
    await using relay = new Relay(server.port);
    let echoed: string;
    {
      using conn = kind === "TCP"
        ? await connectTcp(relay.port)
        : await connectTls(relay.port);
      echoed = await exchange(conn, SECRET);
    }
    await relay.ended();
    show.say(`What crossed the wire, over ${kind}:`);
    show.table(
      ["from", "what", "bytes", "its first bytes"],
      rowsOf(relay.log, kind === "TLS"),
    );
    show.fact(`came back, over ${kind}`, JSON.stringify(echoed));
    const all = decode(concat(relay.log.map(({ bytes }) => bytes)));
    show.fact(
      `"swordfish" on the wire, ${kind}`,
      all.includes("swordfish") ? "yes" : "no",
    );
  }
  show.say(
    "The echo server's code is the same in both: only the call that made its " +
      "listener differs. Inside TLS, everything after the first messages is " +
      'a record of type 23, "Application Data", whatever it carries: the ' +
      "certificate, your data, and the alert that ends the connection.",
  );
}

/** Makes a row for each record, or for each piece if it isn't TLS. */
function rowsOf(log: Piece[], isTls: boolean): string[][] {
  return log.filter(({ bytes }) => bytes.length > 0).flatMap((piece) => {
    if (!isTls) {
      const { length } = piece.bytes;
      return [[piece.from, "data", String(length), start(piece.bytes)]];
    }
    return recognizeTls(piece.bytes).map((record) => [
      piece.from,
      nameOf(record),
      String(5 + record.length),
      hexStart(record.fragment),
    ]);
  });
}

function start(bytes: Uint8Array): string {
  return printable(bytes, { max: 24 });
}

function hexStart(bytes: Uint8Array): string {
  const pairs = Array.from(
    bytes.subarray(0, 7),
    (byte) => byte.toString(16).padStart(2, "0"),
  );
  return pairs.join(" ") + (bytes.length > 7 ? " …" : "");
}

function nameOf(record: TlsRecord): string {
  const [name] = tlsMessageNames([record]);
  return name ?? TLS_CONTENT_TYPES[record.contentType];
}

/** Shows the ClientHello, which everyone along the way can read. */
async function inTheClear(show: Narrator): Promise<void> {
  show.step("What the client says in the clear");
  await show.predict(
    "The first message can't be encrypted: the two have no key yet. Does it " +
      "say which server the client wants to talk to?",
  );
  const hello = await helloOf({ alpnProtocols: ["h2", "http/1.1"] });
  const { version, fragment } = recognizeTls(hello)[0];
  show.fact("record", `Handshake, version 0x0${version.toString(16)}`);
  for (const row of clientHelloRows(decodeClientHello(fragment))) {
    show.fact(...row);
  }
  const at = decode(hello).indexOf(SERVER_NAME);
  show.fact("the name, on the wire", at === -1 ? "hidden" : "readable");
  show.say(
    "TLS hides what you say, but not who you talk to. The server's name has " +
      "to come first, because one server may have a certificate for each of " +
      "its names.",
  );
}

/** Returns the bytes of a ClientHello. */
async function helloOf(options: Deno.StartTlsOptions): Promise<Uint8Array> {
  await using server = EchoServer.overTls({ protocols: ["http/1.1"] });
  await using relay = new Relay(server.port);
  {
    using conn = await connectTls(relay.port, options);
    await conn.handshake();
  }
  return relay.log.find(({ from }) => from === "client")!.bytes;
}

/** A handshake that fails. */
interface Failure {
  name: string;
  server?: EchoOptions;
  client?: Deno.StartTlsOptions;
  /** Sends these bytes in place of a handshake. */
  sends?: () => Promise<Uint8Array>;
}

const FAILURES: Failure[] = [
  { name: "unknown CA", client: { caCerts: [] } },
  { name: "wrong name", server: { certificate: "wrongName" } },
  { name: "expired", server: { certificate: "expired" } },
  {
    name: "protocol",
    server: { protocols: ["http/1.1"] },
    client: { alpnProtocols: ["h2"] },
  },
  { name: "version", sends: oldHello },
  {
    name: "no TLS",
    sends: () => Promise.resolve(encode("GET / HTTP/1.1\r\n\r\n")),
  },
];

/** Makes a ClientHello that offers only TLS 1.1. */
async function oldHello(): Promise<Uint8Array> {
  const hello = await helloOf({});
  const { fragment } = recognizeTls(hello)[0];
  const { extensions } = decodeClientHello(fragment);
  const { data } = extensions.find(({ type }) => type === 43)!;
  for (let at = 1; at < data.length; at += 2) data.set([3, 2], at);
  return hello;
}

async function failures(show: Narrator): Promise<void> {
  show.step("What fails, and how each end finds out");
  await show.predict(
    "The certificate is for another name, it has expired, or no authority that " +
      "you trust has signed it. Has the client sent anything secret by then?",
  );
  const rows: string[][] = [];
  const classes = new Set<string>();
  for (const one of FAILURES) {
    const heard = Promise.withResolvers<Error>();
    await using server = EchoServer.overTls({
      ...one.server,
      onError: (error) => heard.resolve(error as Error),
    });
    await using relay = new Relay(server.port);
    const atClient = one.sends === undefined
      ? await failureOf(relay.port, one.client)
      : await sendAnyway(relay.port, await one.sends());
    const atServer = await heard.promise;
    await relay.ended();
    for (const error of [atClient, atServer]) {
      if (error !== null) classes.add(error.name);
    }
    // The end that finds the mistake sends the alert to the other one.
    const ends = [messageOf(atClient), messageOf(atServer)];
    const isClient = ends[1].startsWith(RECEIVED);
    const [finder, other] = isClient ? ends : ends.toReversed();
    rows.push([
      one.name,
      `${isClient ? "client" : "server"}: ${finder}`,
      alertIn(relay.log),
      other.replace(RECEIVED, ""),
    ]);
  }
  show.table(
    ["", "found by", "alert on the wire", "the other end gets"],
    rows,
  );
  show.fact("class of all these errors", [...classes].join(", "));
  show.say(
    "An alert says why a connection ends. Once the two have keys, even that is " +
      "encrypted: 24 bytes that look like any other record. Before that, and " +
      "to a client that doesn't speak TLS, it's readable. The client checks the " +
      "certificate before it sends any data.",
  );
}

/** The start of the error's text at the end that received an alert. */
const RECEIVED = "received fatal alert: ";

/** Connects, and returns the error of the handshake. */
async function failureOf(
  port: number,
  options?: Deno.StartTlsOptions,
): Promise<Error | null> {
  using conn = await connectTls(port, options);
  return await conn.handshake().then(() => null, (error) => error);
}

/** Sends bytes in place of a handshake, and reads to the end. */
async function sendAnyway(port: number, bytes: Uint8Array): Promise<null> {
  using conn = await connectTcp(port);
  await writeAll(conn, bytes);
  await readToEnd(conn);
  return null;
}

/** Returns an error's text, without details and the words that all have. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return "the alert";
  return error.message.split(/; |: http|: verification time/)[0]
    .replace("invalid peer certificate: ", "")
    .replace("peer is incompatible: ", "");
}

/** Returns the first alert. An encrypted one is recognized by its size. */
function alertIn(log: Piece[]): string {
  for (const { bytes } of log) {
    for (const record of recognizeTls(bytes)) {
      const alert = decodeTlsAlert(record);
      if (alert !== null) return alert.description;
      if (record.contentType === 23 && record.length === 19) {
        return "encrypted";
      }
    }
  }
  return "none";
}

/** Cuts off an answer over TCP and over TLS. Only TLS notices. */
async function truncation(show: Narrator): Promise<void> {
  show.step("An answer that's cut off");
  await show.predict(
    '"pay 10000 euros" comes back, and an attacker ends the TCP connection ' +
      'after "pay 100". What does the client\'s read() return, over TCP and ' +
      "over TLS?",
  );
  for (const kind of ["TCP", "TLS"]) {
    await using server = kind === "TCP"
      ? EchoServer.overTcp()
      : EchoServer.overTls();
    await using relay = new Relay(server.port, {
      meddle: cutting(kind),
      isTls: kind === "TLS",
    });
    using conn = kind === "TCP"
      ? await connectTcp(relay.port)
      : await connectTls(relay.port);
    await writeAll(conn, encode("pay 100"));
    const first = decode(await readExact(conn, 7));
    await writeAll(conn, encode("00 euros"));
    const rest = await readToEnd(conn).then(
      () => "null: the end",
      (error) => `${error.name}: ${messageOf(error)}`,
    );
    show.fact(`over ${kind}`, `${JSON.stringify(first)}, then ${rest}`);
  }
  show.say(
    "Anyone along the way can send a FIN. So TLS marks the end with its own " +
      "alert, close_notify, which can't be forged. Without it, some of the " +
      "answer may be missing.",
  );
}

/** Ends the server's stream before the second answer. */
function cutting(kind: string) {
  let answers = 0;
  return (piece: Uint8Array, from: From): Uint8Array | null => {
    // An encrypted record with 7 or 8 bytes of data.
    const isAnswer = kind === "TCP" ||
      piece[0] === 23 && (piece.length === 29 || piece.length === 30);
    if (from === "server" && isAnswer) answers++;
    return answers > 1 ? null : piece;
  };
}

/** Shows STARTTLS, with and without a line that an attacker added. */
async function onConnectionInUse(show: Narrator): Promise<void> {
  show.step("TLS on a connection that's already in use");
  await show.predict(
    "A client says STARTTLS, reads the reply in the clear, and speaks TLS on " +
      "the same connection. If the attacker adds a line to the reply, where " +
      "does it end up?",
  );
  await using echo = EchoServer.overTls();
  for (const reply of ["220 ready\r\n", "220 ready\r\n250 injected\r\n"]) {
    using listener = listenTcp();
    const serving = listener.accept().then(async (conn) => {
      using client = conn;
      await serveStartTls(client, reply, echo).catch(() => {});
    });
    await using relay = new Relay(listener.addr.port);
    await using _ = { [Symbol.asyncDispose]: () => serving };
    const conn = await connectTcp(relay.port);
    await writeAll(conn, encode("STARTTLS\r\n"));
    const buffer = new Uint8Array(1024);
    const count = await conn.read(buffer) ?? 0;
    const [line, ...left] = decode(buffer.subarray(0, count)).split("\r\n");
    {
      using tls = await Deno.startTls(conn, {
        hostname: SERVER_NAME,
        caCerts: [CA],
      });
      await exchange(tls, "hello");
    }
    await relay.ended();
    if (left[0] === "") {
      show.table(
        ["from", "what", "bytes", "its first bytes"],
        [
          ...rowsOf(relay.log.slice(0, 2), false),
          ...rowsOf(relay.log.slice(2), true),
        ],
      );
    } else {
      show.fact("in one read", JSON.stringify([line, ...left].join("\r\n")));
      show.fact("still in the client's buffer", JSON.stringify(left[0]));
    }
  }
  show.say(
    "The second line was never encrypted. A client that takes its next line " +
      "from the buffer believes that it came through TLS. So throw when " +
      "anything follows the reply.",
  );
}

/** Counts round trips and bytes, and measures times. */
async function cost(show: Narrator): Promise<void> {
  show.step("What it costs");
  await show.predict(
    "How many round trips does the first answer take over TCP, and how many " +
      "over TLS? And how many times slower is a long transfer?",
  );
  await using tcp = EchoServer.overTcp();
  await using tls = EchoServer.overTls();
  const rows: string[][] = [];
  for (const [name, server] of [["TCP", tcp], ["TLS", tls]] as const) {
    await using relay = new Relay(server.port);
    {
      using conn = await connect(name, relay.port);
      await exchange(conn, SECRET);
    }
    await relay.ended();
    const [sent, answered] = (["client", "server"] as const)
      .map((from) => bytesFrom(relay.log, from));
    const trips = String(roundTrips(relay.log));
    rows.push([name, trips, `${sent} bytes`, `${answered} bytes`]);
  }
  show.table(["", "round trips", "from the client", "from the server"], rows);
  show.say(
    "One round trip is TCP's own handshake, and the last one is the question " +
      `and its answer, of ${SECRET.length} bytes each. TLS 1.3 needs one more.`,
  );
  show.say(
    "A client that comes back can resume the session, with a ticket from its " +
      "last visit. fetch() does, if both visits use one Deno.HttpClient:",
  );
  show.table(["", "Client Hello", "the server's reply"], await resumptions());
  show.say(
    "The ticket makes the client's message longer. The server's reply gets " +
      "shorter: it needs no certificate, and no signature.",
  );
  const [times, mib] = [10, 8];
  show.bars(`${times} connections, an echo each (the best of 3)`, {
    unit: "ms",
    bars: await compare([tcp, tls], (name, port) => {
      return connectOften(name, port, times);
    }),
  });
  show.bars(`${mib} MiB there and back (the best of 3)`, {
    unit: "ms",
    bars: await compare([tcp, tls], (name, port) => transfer(name, port, mib)),
  });
}

/** Measures TCP and TLS alternately, and keeps the best result of each. */
async function compare(
  [tcp, tls]: EchoServer[],
  measure: (name: string, port: number) => Promise<number>,
) {
  const bars = [{ name: "TCP", value: Infinity }, {
    name: "TLS",
    value: Infinity,
  }];
  for (let round = 0; round < 3; round++) {
    for (const [i, { port }] of [tcp, tls].entries()) {
      const { name, value } = bars[i];
      bars[i].value = Math.min(value, await measure(name, port));
    }
  }
  return bars;
}

async function connect(name: string, port: number): Promise<Deno.Conn> {
  return name === "TCP" ? await connectTcp(port) : await connectTls(port);
}

/** Counts the round trips up to the answer, including TCP's own handshake. */
function roundTrips(log: Piece[]): number {
  const sent = log.filter(({ bytes }) => bytes.length > 0);
  const turns = sent.filter(({ from }, i) =>
    from === "client" && sent[i - 1]?.from !== "client"
  );
  return 1 + turns.length;
}

function bytesFrom(log: Piece[], from: From): number {
  return log.filter((piece) => piece.from === from)
    .reduce((sum, { bytes }) => sum + bytes.length, 0);
}

/** Counts the bytes of a client's first visit, and of its second. */
async function resumptions(): Promise<string[][]> {
  await using server = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    cert: CERTIFICATES.good,
    key: KEY,
    onListen() {},
  }, () => new Response("hello", { headers: { connection: "close" } }));
  const client = Deno.createHttpClient({ caCerts: [CA], http2: false });
  using _ = client;
  const rows: string[][] = [];
  await using relay = new Relay(server.addr.port);
  for (const name of ["first visit", "second visit"]) {
    relay.log.length = 0;
    const url = `https://127.0.0.1:${relay.port}/`;
    await (await fetch(url, { client })).text();
    await relay.ended();
    // The client sends its second piece once it has the whole reply.
    const [hello, ...rest] = relay.log;
    const next = rest.findIndex(({ from }) => from === "client");
    const reply = bytesFrom(rest.slice(0, next), "server");
    rows.push([name, `${hello.bytes.length} bytes`, `${reply} bytes`]);
  }
  return rows;
}

async function connectOften(
  name: string,
  port: number,
  times: number,
): Promise<number> {
  const started = performance.now();
  for (let i = 0; i < times; i++) {
    using conn = await connect(name, port);
    await exchange(conn, SECRET);
  }
  return performance.now() - started;
}

async function transfer(
  name: string,
  port: number,
  mib: number,
): Promise<number> {
  using conn = await connect(name, port);
  const data = new Uint8Array(1024 * 1024);
  // Finish the handshake first: it isn't part of the measurement.
  await writeAll(conn, data.subarray(0, 1));
  await readExact(conn, 1);
  const started = performance.now();
  const sending = (async () => {
    for (let i = 0; i < mib; i++) await writeAll(conn, data);
  })();
  const buffer = new Uint8Array(64 * 1024);
  for (let left = mib * data.length; left > 0;) {
    left -= await conn.read(buffer) ?? left;
  }
  await sending;
  return performance.now() - started;
}

/** Runs the echo server for openssl s_client, until Ctrl-C. */
export async function serve(
  show: Narrator,
  context: ServeContext,
): Promise<void> {
  const { port, signal } = context;
  const RecordReader = answerFor(
    context,
    "RecordReader",
    solution.RecordReader,
  );
  const clientHello = answerFor(context, "clientHello", solution.clientHello);
  await using echo = EchoServer.overTls({
    onError: (error) => show.note(`a client is gone: ${messageOf(error)}`),
  });
  await using relay = new Relay(echo.port, {
    port,
    limits: { handshakeMs: 10_000, idleMs: 300_000, graceMs: 1000 },
    watch() {
      const reader = new RecordReader();
      let isKnown = false;
      return ({ from, bytes }) => {
        if (isKnown || from === "server") return;
        try {
          reader.push(bytes);
          const record = reader.next();
          if (record === null) return;
          show.note(describeHello(clientHello(record)));
        } catch (error) {
          show.note(`not a ClientHello: ${messageOf(error)}`);
        }
        isKnown = true;
      };
    },
  });
  const file = "lessons/24_tls/certs/ca.pem";
  show.say(
    "An echo server over TLS is up. Talk to it from another terminal, in the " +
      "workbook's folder. The client must trust the lesson's authority for that " +
      "one run:",
  );
  show.command(
    "openssl",
    `openssl s_client -CAfile ${file} -connect localhost:${relay.port}`,
  );
  show.note("waiting for clients");
  await new Promise((resolve) => signal.addEventListener("abort", resolve));
  show.note("ended");
}

/**
 * Returns one line of the log, without characters that control the terminal.
 */
function describeHello({ serverName, protocols, versions }: ClientHello) {
  return [
    `ClientHello for ${text(serverName ?? "no name")}`,
    versions.map(tlsVersionName).join(", "),
    ...protocols.map(text),
  ].join("; ");
}

function text(name: string): string {
  return /^[\w.:/ -]+$/.test(name)
    ? name
    : printable(encode(name), { max: 60 });
}

if (import.meta.main) {
  await runLesson({ lessons, url: import.meta.url, lesson, serve });
}
