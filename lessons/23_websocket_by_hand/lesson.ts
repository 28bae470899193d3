/**
 * Lesson 23: an HTTP request turns its TCP connection into a two-way message
 * channel: that's a WebSocket.
 *
 * Deno's own client asks for the upgrade, and the lesson answers by hand. Then
 * it shows the client's frames bit by bit, the purpose of masks, the cost of
 * polling, a receiver that doesn't read, the closing handshake, and the check
 * of Origin.
 */
import {
  connectTcp,
  formatAddress,
  listenTcp,
  readExact,
  readToEnd,
  writeAll,
} from "../../lib/net/mod.ts";
import { counted, type Narrator, printable } from "../../lib/show/mod.ts";
import {
  concat,
  encodeWebSocketFrame,
  fieldValue,
  WEBSOCKET_GUID,
  WEBSOCKET_OPCODES as OPCODES,
  webSocketAccept,
} from "../../lib/wire/mod.ts";
import type { BothEnds } from "../../lib/workbook/kit/mod.ts";
import {
  answerFor,
  describeServeError,
  runLesson,
  type ServeContext,
} from "../../lib/workbook/cli/run_lesson.ts";
import { serveChat } from "./chat_server.ts";
import { FRAME_COLUMNS, frameRows } from "./frame_table.ts";
import {
  eventOf,
  openByHand,
  type OpenPair,
  openPair,
  upgradeRequest,
} from "./open_pair.ts";
import { poll, push } from "./polling.ts";
import { ParserReader } from "./reader.ts";
import { acceptUpgrade, FrameReader, ServerSocket } from "./solution.ts";
import { encodeFrame } from "./solution.ts";
import { lessons } from "../mod.ts";

/** Small messages for the comparison with polling. */
const MESSAGES = Array.from({ length: 100 }, (_, i) => `tick ${i}`);

/** The messages to a receiver that doesn't read. */
const FLOOD_MESSAGES = 8;
const FLOOD_BYTES = 1024 * 1024;

/** Runs the demonstration. */
export async function lesson(show: Narrator): Promise<void> {
  show.step("A request turns its connection into a channel");
  await show.predict(
    "Deno's own `new WebSocket(url)` connects to a plain TCP listener. What are " +
      "the first bytes that it sends? And what does it send after the answer?",
  );
  using pair = await openPair();
  await upgrade(show, pair);
  {
    using both = await fragments(show);
    await boundaries(show, both);
  }
  await masks(show, pair);
  await polling(show, pair);
  await notReading(show, pair);
  await closing(show);
  await origins(show);
}

/**
 * Shows the request, the answer, and the first frame on the same connection.
 */
async function upgrade(show: Narrator, pair: OpenPair): Promise<void> {
  const { client, conn, head, request, answer } = pair;
  show.sockets({ client: { addr: conn.remoteAddr }, server: conn });
  const key = fieldValue(head.fields, "sec-websocket-key")!;
  show.fact("the client asks", `${head.method} ${head.target} HTTP/1.1`);
  for (const name of ["upgrade", "connection", "sec-websocket-version"]) {
    show.fact(`  ${name}`, fieldValue(head.fields, name)!);
  }
  show.fact("  sec-websocket-key", key);
  show.fact("the server answers", lineOf(answer));
  show.fact("  accept", await webSocketAccept(key));
  show.say(
    `The accept key is the base64 of the SHA-1 of the key and ` +
      `${WEBSOCKET_GUID}. It isn't secret: it only proves that the server ` +
      "knows what a WebSocket is.",
  );
  client.send("hello");
  const frame = await readFrame(conn);
  show.bytes("before the answer, HTTP:", request.subarray(0, 32));
  show.bytes("after the answer, on the same connection, a frame:", frame);
  show.table(FRAME_COLUMNS, frameRows(frame));
  const echo = encodeFrame(OPCODES.text, "hello");
  const received = eventOf(client, "message");
  await writeAll(conn, echo);
  const { data } = await received;
  show.bytes("the server's frame isn't masked:", echo);
  show.fact("the client gets", JSON.stringify(data));
}

/** Sends one message in two fragments, and a ping between them. */
async function fragments(show: Narrator): Promise<BothEnds> {
  show.step("A message in fragments, and a ping between them");
  await show.predict(
    'A client sends "Hel", then a ping, then "lo", each in a frame. In which ' +
      "order does the server's reader return what it has read?",
  );
  const both = await openByHand();
  show.sockets({ client: both.client, server: both.server });
  const mask = crypto.getRandomValues(new Uint8Array(4));
  const frames: [what: string, frame: Uint8Array][] = [
    [
      '"Hel", FIN 0',
      encodeWebSocketFrame(OPCODES.text, "Hel", { fin: false, mask }),
    ],
    ['ping "you?"', encodeWebSocketFrame(OPCODES.ping, "you?", { mask })],
    ['"lo", FIN 1', encodeWebSocketFrame(OPCODES.continuation, "lo", { mask })],
  ];
  const reader = new FrameReader(both.server);
  const lanes = show.lanes("client", "server");
  const reading = [reader.readMessage()];
  for (const [label, frame] of frames) {
    await writeAll(both.client, frame);
    lanes.arrow({ from: "client", to: "server" }, { label });
    if (frame === frames[1][1]) {
      const message = await reading[0];
      lanes.call("server", `got the ${message!.kind}`);
      const pong = encodeFrame(OPCODES.pong, "you?");
      await writeAll(both.server, pong);
      await readExact(both.client, pong.length);
      lanes.arrow({ from: "server", to: "client" }, { label: 'pong "you?"' });
      reading.push(reader.readMessage());
    }
  }
  const last = await reading[1];
  lanes.call("server", last?.kind === "text" ? `text "${last.text}"` : "?");
  show.say(
    "Control frames (ping, pong, close) may come between the fragments of a " +
      "message, so they don't have to wait until a long one is over.",
  );
  return both;
}

/** Counts the reads for three short messages and for a long one. */
async function boundaries(show: Narrator, both: BothEnds): Promise<void> {
  show.step("One send, one frame, one packet?");
  await show.predict(
    "A client writes three short messages at once, and then one of 200,000 " +
      "bytes. How many reads does the server need for the three, and for the one?",
  );
  const mask = crypto.getRandomValues(new Uint8Array(4));
  const frameOf = (text: string) => encodeFrame(OPCODES.text, text, { mask });
  await writeAll(both.client, concat(["one", "two", "three"].map(frameOf)));
  const reader = new ParserReader(both.server);
  const texts: string[] = [];
  while (texts.length < 3) texts.push(await nextText(reader));
  const first = counted(reader.reads, "read");
  show.fact("three messages", `${first}: ${texts.join(", ")}`);
  const before = reader.reads;
  const sending = writeAll(both.client, frameOf("x".repeat(200_000)));
  const { length } = await nextText(reader);
  await sending;
  const then = counted(reader.reads - before, "read");
  show.fact("one message", `${then}: ${length} bytes`);
  show.say(
    "TCP still moves bytes as it likes. It's the header of each frame that " +
      "says where a message ends, as the length prefix did in lesson 5.",
  );
}

async function nextText(reader: ParserReader): Promise<string> {
  const message = await reader.readMessage();
  if (message?.kind !== "text") throw new Error("the client sent no text");
  return message.text;
}

/** Shows the same text on the wire, with masks and without. */
async function masks(
  show: Narrator,
  { client, conn }: OpenPair,
): Promise<void> {
  const text = "GET /ads.js HTTP/1.1\r\nHost: example.com\r\n\r\n";
  show.step("Why clients mask");
  await show.predict(
    'A page sends the text "GET /ads.js HTTP/1.1…" twice. Are the two frames the ' +
      "same on the wire?",
  );
  for (const name of ["first", "second"]) {
    client.send(text);
    const frame = await readFrame(conn);
    show.fact(`the ${name}`, printable(frame.subarray(6), { max: 50 }));
  }
  const unmasked = encodeFrame(OPCODES.text, text);
  show.fact("without a mask", printable(unmasked.subarray(2), { max: 50 }));
  show.say(
    "A proxy that doesn't know WebSockets would take the last line for a " +
      "request, and might put the answer of the attacker's server into its cache, " +
      "under the name of another site. The browser picks a new random key for " +
      "each frame, so no page can choose the bytes on the wire. The key is in the " +
      "frame: masking hides nothing.",
  );
}

/** Compares polling with a WebSocket, for the same messages. */
async function polling(show: Narrator, pair: OpenPair): Promise<void> {
  show.step("100 small messages: polling, and a WebSocket");
  await show.predict(
    `A server has ${MESSAGES.length} short messages for a client, which asks for ` +
      "each one with fetch(), or gets them all over a WebSocket. How many bytes " +
      "go over the wire, and how often does the client wait for a round trip?",
  );
  const [polled, pushed] = [await poll(MESSAGES), await push(MESSAGES, pair)];
  const payload = MESSAGES.join("").length;
  show.table(
    ["", "to the server", "to the client", "round trips"],
    [["polling", polled], ["WebSocket", pushed]].map(([name, cost]) => {
      const { up, down, roundTrips } = cost as typeof polled;
      return [String(name), `${up} bytes`, `${down} bytes`, `${roundTrips}`];
    }),
  );
  show.bars("bytes in total", {
    unit: "bytes",
    bars: [
      { name: "polling", value: polled.up + polled.down },
      { name: "WebSocket", value: pushed.up + pushed.down },
    ],
  });
  show.fact("the messages alone", `${payload} bytes`);
  show.say(
    "Each frame from the server adds two bytes, and each HTTP request and " +
      "response adds a head. This is polling at its best: each request here " +
      "finds a message. A file of a megabyte would take the same time either " +
      "way.",
  );
}

/** Sends to a peer that doesn't read, and looks at `bufferedAmount`. */
async function notReading(
  show: Narrator,
  { client, conn }: OpenPair,
): Promise<void> {
  const total = FLOOD_MESSAGES * FLOOD_BYTES;
  show.step("The peer doesn't read");
  await show.predict(
    `A client calls send() ${FLOOD_MESSAGES} times with ${
      inMiB(FLOOD_BYTES)
    }, ` +
      "and the server doesn't read. Does send() wait, or fail? Where are the " +
      `${inMiB(total)}?`,
  );
  const data = new Uint8Array(FLOOD_BYTES);
  for (let i = 0; i < FLOOD_MESSAGES; i++) client.send(data);
  show.fact("send() returned", `${FLOOD_MESSAGES} times`);
  show.fact("bufferedAmount at first", inMiB(client.bufferedAmount));
  await settled(client);
  const { bufferedAmount } = client;
  show.fact("bufferedAmount later", inMiB(bufferedAmount));
  show.fact("in the sockets' buffers", inMiB(total - bufferedAmount));
  const closed = eventOf(client, "close");
  conn.close();
  show.fact("after the server closes", describeClose(await closed));
  show.say(
    "send() never waits and never says no. What TCP doesn't take stays in " +
      "the sender's memory, and bufferedAmount says how much. A program that " +
      "sends faster than its peer reads must check it, and stop. Here, the " +
      "server read nothing at all, and send() never said so. Then TCP ended " +
      "without a Close frame: browsers report that as 1006, and Deno 2.9 as " +
      "0.",
  );
}

/** Shows both Close frames, and then the end of the TCP connection. */
async function closing(show: Narrator): Promise<void> {
  show.step("The closing handshake");
  await show.predict(
    'The client calls close(4000, "done"). How many Close frames go over the ' +
      "wire, and which side closes TCP?",
  );
  using pair = await openPair();
  const { client, conn } = pair;
  show.sockets({ client: { addr: conn.remoteAddr }, server: conn });
  const lanes = show.lanes("client", "server");
  const closed = eventOf(client, "close");
  client.close(4000, "done");
  const frame = await readFrame(conn);
  lanes.arrow({ from: "client", to: "server" }, {
    label: 'Close 4000 "done"',
    sent: "close()",
  });
  await writeAll(
    conn,
    concat([frame.subarray(0, 1), Uint8Array.of(2, 15, 160)]),
  );
  lanes.arrow({ from: "server", to: "client" }, { label: "Close 4000" });
  await conn.closeWrite();
  lanes.call("server", "closes TCP first");
  await readToEnd(conn);
  lanes.call("client", "closes TCP, too");
  const event = await closed;
  show.table(FRAME_COLUMNS, frameRows(frame));
  show.fact("the client's close event", describeClose(event));
  show.say(
    "Each side sends one Close frame, and nothing after it. Then the server " +
      "closes TCP, so that TIME-WAIT stays with the server.",
  );
}

/** Connects as pages of two sites would, with `Origin`. */
async function origins(show: Narrator): Promise<void> {
  show.step("Any page can ask");
  await show.predict(
    "A page from http://evil.example opens a WebSocket to your server, in " +
      "your own browser. What can your server check?",
  );
  const stop = new AbortController();
  const listener = listenTcp();
  const { port } = listener.addr;
  const serving = serveChat(listener, {
    lineListener: listenTcp(),
    signal: stop.signal,
  });
  {
    using conn = await connectTcp(port);
    const own = `http://127.0.0.1:${port}`;
    for (const origin of ["http://evil.example", own]) {
      await writeAll(conn, upgradeRequest(port, origin));
      const buffer = new Uint8Array(1024);
      const count = await conn.read(buffer);
      show.fact(
        origin === own ? "the server's own page" : origin,
        lineOf(buffer.subarray(0, count ?? 0)),
      );
    }
  }
  stop.abort();
  await serving;
  show.say(
    "With fetch(), the browser wouldn't let that page read the response " +
      "(CORS); with a WebSocket, it does. The browser names the site that the " +
      "page came from, in the field Origin, and leaves the decision to you.",
  );
}

/** Reads one frame; none here is longer than 125 bytes. */
async function readFrame(conn: Deno.Conn): Promise<Uint8Array> {
  const head = await readExact(conn, 2);
  const masked = head[1] >= 0x80 ? 4 : 0;
  const rest = await readExact(conn, (head[1] & 0x7f) + masked);
  return concat([head, rest]);
}

function describeClose({ code, wasClean }: CloseEvent): string {
  return `code ${code}, wasClean ${wasClean}`;
}

/** Waits until the system takes no more bytes. There's no event for that. */
async function settled(client: WebSocket): Promise<void> {
  let [last, turns] = [-1, 0];
  while (turns < 20) {
    const { bufferedAmount } = client;
    turns = bufferedAmount === last ? turns + 1 : 0;
    last = bufferedAmount;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function lineOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes).split("\r\n", 1)[0];
}

function inMiB(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}

/** Runs the chat room for browsers and for nc, until Ctrl-C. */
export async function serve(
  show: Narrator,
  context: ServeContext,
): Promise<void> {
  const { port, signal, answer } = context;
  const listener = listenTcp(port);
  const lineListener = listenTcp();
  const { hostname, port: own } = listener.addr;
  show.say(
    `A chat room is open at ${formatAddress(listener.addr)}. Join it with a ` +
      "browser, in two tabs if you like, and from other terminals; close it here " +
      "with Ctrl-C:",
  );
  show.command("browser", `http://${hostname}:${own}/`);
  show.command("netcat", `nc ${hostname} ${lineListener.addr.port}`);
  show.command(
    "other page",
    `curl -H Origin:http://evil.example http://${hostname}:${own}/chat`,
  );
  show.say("The last one pretends to be a page from elsewhere, and gets 403.");
  const options = {
    lineListener,
    signal,
    acceptUpgrade: answerFor(context, "acceptUpgrade", acceptUpgrade),
    // The workbook's own server uses the parser of lib.
    FrameReader: answer?.("FrameReader", FrameReader),
    ServerSocket: answerFor(context, "ServerSocket", ServerSocket),
    onNote: (text: string) => show.note(text),
    onError: (error: unknown, conn?: Deno.Conn) =>
      show.note(describeServeError(error, conn)),
  };
  show.note("waiting for members");
  const { lines } = await serveChat(listener, options);
  show.note(`closed: ${counted(lines, "line")} said`);
}

if (import.meta.main) {
  await runLesson({ lessons, url: import.meta.url, lesson, serve });
}
