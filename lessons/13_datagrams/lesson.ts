/**
 * Lesson 13: a datagram is a letter, not a phone call.
 *
 * Messages go out without a connection, each whole and with an address on it.
 * This looks at the eight bytes in front of one, asks how long one may be, and
 * shows the ways in which one gets lost without a word.
 */
import {
  bindUdp,
  closeQuietly,
  connectTcp,
  type DatagramSocket,
  formatAddress,
} from "../../lib/net/mod.ts";
import { counted, type Narrator, printable } from "../../lib/show/mod.ts";
import { decodePacket, encodePacket, LINK_TYPES } from "../../lib/wire/mod.ts";
import {
  answerFor,
  runLesson,
  type ServeContext,
} from "../../lib/workbook/cli/run_lesson.ts";
import { answerQuestions } from "./question_server.ts";
import type { SendMessage } from "./types.ts";
import { lessons } from "../mod.ts";

const TO_SERVER = { from: "client", to: "server" };
const TO_CLIENT = { from: "server", to: "client" };

/** The largest number that a length field of 16 bits holds. */
const MAX_LENGTH = 65_535;
const IPV4_HEADER_BYTES = 20;
const UDP_HEADER_BYTES = 8;

/** How long to wait for something before it counts as not coming. */
const SILENCE_MS = 200;
/** How long to wait for what nothing keeps from coming. */
const PATIENCE_MS = 10_000;

/** The flood: so many messages of so many bytes. */
const FLOOD = 2000;
const FLOOD_BYTES = 1000;

/** Runs the demonstration. */
export async function lesson(show: Narrator): Promise<void> {
  await letters(show);
  await header(show);
  await howLong(show);
  await shortBuffer(show);
  await nobodyThere(show);
  await flood(show);
}

/** Opens a socket that is closed when `sockets` is disposed of. */
function bind(
  sockets: DisposableStack,
  hostname = "127.0.0.1",
): Deno.DatagramConn {
  const socket = Deno.listenDatagram({ transport: "udp", hostname, port: 0 });
  return sockets.adopt(socket, closeQuietly);
}

/** Each send is one message, each receive gives one. */
async function letters(show: Narrator): Promise<void> {
  const messages = ["hello", "you", ""].map((text) => encode(text));
  show.step("Letters: no connection, and an address on each");
  await show.predict(
    `The client sends messages of ${
      messages.map(({ length }) => length).join(", ")
    } ` +
      "bytes, and only then the server begins to receive. How many receives " +
      "does it need, and what does each give? How does it know whom to answer?",
  );
  using sockets = new DisposableStack();
  const [client, server] = [bind(sockets), bind(sockets)];
  const lanes = show.lanes("client", "server");
  lanes.at("client", formatAddress(client.addr));
  lanes.at("server", formatAddress(server.addr));
  for (const message of messages) {
    const sent = await client.send(message, server.addr);
    lanes.call("client", `send() took ${sent}`);
  }
  let receives = 0;
  let from: Deno.Addr = server.addr;
  for (; receives < messages.length; receives++) {
    const [message, sender] = await server.receive();
    from = sender;
    lanes.arrow(TO_SERVER, {
      data: message,
      received: `receive() gave ${message.length}`,
    });
  }
  const sent = await server.send(encode("hi"), from);
  const [answer] = await client.receive();
  lanes.arrow(TO_CLIENT, {
    data: answer,
    sent: `send() took ${sent}`,
    received: `receive() gave ${answer.length}`,
  });
  show.fact("sends, receives", `${messages.length}, ${receives}`);
  show.fact("sender, on each", formatAddress(from));
  show.say(
    "Nobody connected, and nobody accepted. Messages kept their bounds, which " +
      "a stream does not do, and the empty one is a message like the others. " +
      "The answer went to the address that stood on what came.",
  );
}

/** What UDP puts in front of a message. */
async function header(show: Narrator): Promise<void> {
  const message = encode("hello");
  show.step("Eight bytes in front");
  await show.predict(
    `TCP puts at least 20 bytes in front of data. What does UDP need, to bring ` +
      `a message of ${message.length} bytes to the right socket?`,
  );
  using sockets = new DisposableStack();
  const [client, server] = [bind(sockets), bind(sockets)];
  await client.send(message, server.addr);
  const [received, from] = await server.receive();
  // A program gets the message without its header. This one is made of what
  // the socket says about it; `--packets` shows those on the wire.
  const bytes = datagramOf(received, { from, to: server.addr });
  const packet = decodePacket(bytes, LINK_TYPES.RAW);
  show.headers(`the header of ${printable(received)}`, packet, {
    layers: ["udp"],
  });
  const { length = 0 } = packet.udp ?? {};
  show.fact(
    "length",
    `${length} = ${length - received.length} + ${received.length}`,
  );
  bytes[bytes.length - 1] ^= 1;
  const damaged = decodePacket(bytes, LINK_TYPES.RAW);
  show.fact(
    "one bit turned over",
    `${printable(damaged.payload)}: the checksum is ${damaged.checksum}`,
  );
  show.say(
    "Two ports, a length, a checksum: no number, no acknowledgment, no window. " +
      "A system throws away a datagram whose checksum is wrong, and tells " +
      "nobody. So nearly all of what arrives is right (sixteen bits of checksum " +
      "miss some errors, as lesson 11 shows), but not all of it arrives.",
  );
}

/** The datagram as IPv4 carries it. */
function datagramOf(
  payload: Uint8Array,
  { from, to }: { from: Deno.Addr; to: Deno.Addr },
): Uint8Array {
  const [source, destination] = [from as Deno.NetAddr, to as Deno.NetAddr];
  return encodePacket({
    ip: {
      version: 4,
      source: source.hostname,
      destination: destination.hostname,
    },
    udp: { sourcePort: source.port, destinationPort: destination.port },
    payload,
  });
}

/** The length field ends at 65,535, and headers count. */
async function howLong(show: Narrator): Promise<void> {
  const longest4 = MAX_LENGTH - IPV4_HEADER_BYTES - UDP_HEADER_BYTES;
  const longest6 = MAX_LENGTH - UDP_HEADER_BYTES;
  show.step("How long a message may be");
  await show.predict(
    `A length field of 16 bits ends at ${MAX_LENGTH}. How long is the longest ` +
      "message? And one that is too long: is it cut into several, cut off, or " +
      "refused?",
  );
  const sizes = [longest4, longest4 + 1, longest6, longest6 + 1];
  const rows: string[][] = [];
  for (const size of sizes) {
    rows.push([
      `${size}`,
      await sendOne(size, "127.0.0.1"),
      await sendOne(size, "::1"),
    ]);
  }
  show.table(["bytes", "to 127.0.0.1", "to ::1"], rows);
  show.say(
    "The length of a packet in IPv4 counts all headers: " +
      `${MAX_LENGTH} - ${IPV4_HEADER_BYTES} - ${UDP_HEADER_BYTES} = ` +
      `${longest4}. That of IPv6 leaves out its own: ` +
      `${MAX_LENGTH} - ${UDP_HEADER_BYTES} = ${longest6}. ` +
      "(A system may have a lower limit.) No piece of a refused message has " +
      "come: it goes whole, or not at all.",
  );
}

/** Sends one message of a size, and a short one behind it if that fails. */
async function sendOne(size: number, hostname: string): Promise<string> {
  using sockets = new DisposableStack();
  let sender, receiver;
  try {
    sender = bind(sockets, hostname);
    receiver = sockets.use(bindUdp(0, { hostname }));
  } catch {
    return "no such address here";
  }
  let refusal: string | undefined;
  try {
    await sender.send(new Uint8Array(size), receiver.addr);
  } catch (error) {
    refusal = (error as Error).message.replace(/ \(os error \d+\)$/, "");
    // Had any piece been sent, it would come before this.
    await sender.send(new Uint8Array(1), receiver.addr);
  }
  const bytes = (await nextWithin(receiver, PATIENCE_MS))?.length;
  if (refusal === undefined) {
    return bytes === size ? "came whole" : `${bytes ?? "no"} bytes came`;
  }
  return bytes === 1
    ? `"${refusal}", nothing came`
    : `"${refusal}", and yet ${bytes ?? "no"} bytes came`;
}

/** What does not fit into the buffer is gone. */
async function shortBuffer(show: Narrator): Promise<void> {
  const message = encode("meet me at nine, no, make it ten");
  const buffer = new Uint8Array(15);
  show.step("A buffer that is too short");
  await show.predict(
    `A message of ${message.length} bytes comes, and the buffer for it holds ` +
      `${buffer.length}. A stream would give the rest to the next read. And here?`,
  );
  using sockets = new DisposableStack();
  const [client, server] = [bind(sockets), bind(sockets)];
  show.fact("sent", printable(message));
  await client.send(message, server.addr);
  await client.send(encode("see you"), server.addr);
  show.fact("sent", printable(encode("see you")));
  show.fact("receive() gave", await receiveInto(server, buffer));
  show.fact("the next one gave", await receiveInto(server, buffer));
  show.say(
    "The rest is nowhere, and no error told of it. receive() without a buffer " +
      "takes one that is long enough.",
  );
}

async function receiveInto(
  socket: Deno.DatagramConn,
  buffer: Uint8Array,
): Promise<string> {
  try {
    const [message] = await socket.receive(buffer);
    return printable(message);
  } catch (error) {
    // Windows tells of it.
    return String(error);
  }
}

/** A send says nothing of whether anybody is there. */
async function nobodyThere(show: Narrator): Promise<void> {
  show.step("A port where nobody is");
  await show.predict(
    "A socket is closed, and a client sends to the port that it had. What " +
      "does send() say? And what would connect() say, over TCP?",
  );
  using client = bindUdp();
  using closed = bindUdp();
  const { addr } = closed;
  closed.close();
  show.fact("send()", await outcome(() => client.send(encode("hello"), addr)));
  show.fact(
    `receive(), ${SILENCE_MS} ms`,
    await outcome(() => client.receive({ timeoutMs: SILENCE_MS })),
  );
  show.fact(
    "connect() by TCP",
    await outcome(async () => (await connectTcp(addr.port)).close()),
  );
  show.say(
    "A letter was posted: that is all that send() knows. Silence can mean that " +
      "nobody is there, that the question was lost, that the answer was, or " +
      "that it still comes.",
  );
}

async function outcome(run: () => Promise<unknown>): Promise<string> {
  try {
    await run();
    return "no error";
  } catch (error) {
    return (error as Error).name;
  }
}

/** Who is not read, loses. */
async function flood(show: Narrator): Promise<void> {
  show.step("A flood that nobody reads");
  await show.predict(
    `The client sends ${FLOOD} messages of ${FLOOD_BYTES} bytes, and only then ` +
      "the server begins to receive. How many does it get, and which? What did " +
      "send() say of the others?",
  );
  using client = bindUdp();
  using server = bindUdp();
  const message = new Uint8Array(FLOOD_BYTES);
  let errors = 0;
  for (let number = 0; number < FLOOD; number++) {
    new DataView(message.buffer).setUint32(0, number);
    await client.send(message, server.addr).catch(() => errors++);
  }
  const numbers: number[] = [];
  for (
    let bytes = await nextWithin(server, SILENCE_MS);
    bytes !== undefined;
    bytes = await nextWithin(server, SILENCE_MS)
  ) {
    numbers.push(new DataView(bytes.buffer).getUint32(0));
  }
  const lost = FLOOD - numbers.length;
  show.bars(`messages of ${FLOOD_BYTES} bytes`, {
    unit: "messages",
    bars: [
      { name: "sent", value: FLOOD },
      { name: "received", value: numbers.length },
    ],
  });
  show.fact("which", `numbers ${rangesOf(numbers)}`);
  show.fact("lost", `${lost} of ${FLOOD}`);
  show.fact("errors of send()", errors);
  show.say(
    lost > 0
      ? `What came first filled the socket's buffer, and the other ${lost} ` +
        "were thrown away at its door, on this one machine, with no wire in " +
        "between. With TCP the sender would have waited. Lesson 15 makes up " +
        "for what is lost."
      : "This system had room for all of them. Its buffer has an end as well, " +
        "and what comes when it is full is thrown away.",
  );
}

/** The next message, or nothing if none comes in time. */
async function nextWithin(
  socket: DatagramSocket,
  timeoutMs: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    return (await socket.receive({ timeoutMs })).bytes;
  } catch (error) {
    if (error instanceof Deno.errors.TimedOut) return undefined;
    throw error;
  }
}

/** `0 to 91, 95`; the first few where there are many. */
function rangesOf(numbers: number[]): string {
  const ranges: [number, number][] = [];
  for (const number of numbers) {
    const last = ranges.at(-1);
    if (last?.[1] === number - 1) last[1] = number;
    else ranges.push([number, number]);
  }
  const texts = ranges.map(([start, end]) =>
    start === end ? `${start}` : `${start} to ${end}`
  );
  const more = texts.length > 3 ? `, and ${texts.length - 3} more runs` : "";
  return texts.slice(0, 3).join(", ") + more;
}

function encode(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/** Keeps a server up that answers each message by itself. */
export async function serve(
  show: Narrator,
  context: ServeContext,
): Promise<void> {
  const { port, signal } = context;
  using socket = bindUdp(port);
  signal.addEventListener("abort", () => socket.close(), { once: true });
  if (signal.aborted) socket.close();
  const { hostname, port: own } = socket.addr;
  show.say(`A server receives datagrams at ${formatAddress(socket.addr)}.`);
  show.say(
    "It sends back each message, and knows three questions: time? who? count? " +
      "Write to it from other terminals, and end it here with Ctrl-C:",
  );
  show.command("netcat", `nc -u ${hostname} ${own}`);
  show.command("socat", `socat - UDP:${hostname}:${own}`);
  show.note("waiting for messages");
  const { messages, senders, bytes } = await answerQuestions(socket, {
    note: (text) => show.note(text),
    sendMessage: answerFor<SendMessage>(
      context,
      "sendMessage",
      async (socket, message, to) => {
        await socket.send(message, to);
      },
    ),
  });
  show.note(
    `ended: ${counted(messages, "message")} from ${senders} ` +
      `${senders === 1 ? "address" : "addresses"}, ` +
      `${counted(bytes, "byte")} sent back`,
  );
}

if (import.meta.main) {
  await runLesson({ lessons, url: import.meta.url, lesson, serve });
}
