/**
 * Lesson 13: a datagram is like a letter, not a phone call.
 *
 * Sends messages without a connection, each whole and with an address. Looks at
 * the header of eight bytes, finds out how long a message can be, and shows how
 * messages get lost without an error.
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

/** The largest number in a 16-bit length field. */
const MAX_LENGTH = 65_535;
const IPV4_HEADER_BYTES = 20;
const UDP_HEADER_BYTES = 8;

/** How long to wait before deciding that nothing will arrive. */
const SILENCE_MS = 200;
/** How long to wait for a message that will surely arrive. */
const PATIENCE_MS = 10_000;

/** The number of messages in the flood, and the size of each. */
const FLOOD = 2000;
const FLOOD_BYTES = 1000;

/** Runs the demonstration. */
export async function lesson(show: Narrator): Promise<void> {
  await wholeMessages(show);
  await header(show);
  await howLong(show);
  await shortBuffer(show);
  await closedPort(show);
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

/** Sends one message per `send()`, and receives one per `receive()`. */
async function wholeMessages(show: Narrator): Promise<void> {
  const messages = ["hello", "you", ""].map((text) => encode(text));
  show.step("Whole messages, without a connection");
  const sizes = messages.map(({ length }) => length);
  await show.predict(
    `The client sends messages of ${sizes.slice(0, -1).join(", ")}, and ` +
      `${
        sizes.at(-1)
      } bytes. Only then does the server start to receive. How ` +
      "many times does it call receive(), and what does each call return? How " +
      "does it know where to send the answer?",
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
      received: `receive() returned ${message.length}`,
    });
  }
  const sent = await server.send(encode("hi"), from);
  const [answer] = await client.receive();
  lanes.arrow(TO_CLIENT, {
    data: answer,
    sent: `send() took ${sent}`,
    received: `receive() returned ${answer.length}`,
  });
  show.fact("sends and receives", `${messages.length} and ${receives}`);
  show.fact("sender of each", formatAddress(from));
  show.say(
    "There was no connect() and no accept(). Unlike a stream, UDP keeps " +
      "messages apart, and even the empty one arrives. receive() also returns " +
      "the sender's address, so the server knows where to send the answer.",
  );
}

/** Shows the header that UDP puts in front of a message. */
async function header(show: Narrator): Promise<void> {
  const message = encode("hello");
  show.step("A header of eight bytes");
  await show.predict(
    "TCP's header has at least 20 bytes. UDP's has 8. What does it contain, " +
      `so that a message of ${message.length} bytes gets to the right socket?`,
  );
  using sockets = new DisposableStack();
  const [client, server] = [bind(sockets), bind(sockets)];
  await client.send(message, server.addr);
  const [received, from] = await server.receive();
  // A program gets the message without its header. This rebuilds the header
  // from the two addresses; `--packets` shows the real ones.
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
    "one bit flipped",
    `${printable(damaged.payload)}: the checksum is ${damaged.checksum}`,
  );
  show.say(
    "Two ports, a length, and a checksum. Unlike TCP's, this header has no " +
      "sequence number, no acknowledgment number, and no window. If the " +
      "checksum is wrong, the kernel drops the datagram and doesn't tell " +
      "anyone. So what arrives is nearly always undamaged (a 16-bit checksum " +
      "misses some errors, as lesson 11 shows), but not everything arrives.",
  );
}

/** Makes the IPv4 packet that carries a datagram. */
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

/** Finds the longest message: the length field includes headers. */
async function howLong(show: Narrator): Promise<void> {
  const longest4 = MAX_LENGTH - IPV4_HEADER_BYTES - UDP_HEADER_BYTES;
  const longest6 = MAX_LENGTH - UDP_HEADER_BYTES;
  show.step("How long a message can be");
  await show.predict(
    `A 16-bit length field goes up to ${MAX_LENGTH}. How long is the longest ` +
      "message you can send? Is a longer one split, cut off, or rejected?",
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
    "The length of an IPv4 packet includes all headers: " +
      `${MAX_LENGTH} - ${IPV4_HEADER_BYTES} - ${UDP_HEADER_BYTES} = ` +
      `${longest4}. In IPv6, it leaves out the IP header: ` +
      `${MAX_LENGTH} - ${UDP_HEADER_BYTES} = ${longest6}. ` +
      "(Your system may have a lower limit.) No part of a rejected message " +
      "arrived: it's sent whole, or not at all.",
  );
}

/** Sends a message of `size` bytes and, if that fails, a short one after it. */
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
    // If any part had been sent, it would arrive before this one.
    await sender.send(new Uint8Array(1), receiver.addr);
  }
  const bytes = (await nextWithin(receiver, PATIENCE_MS))?.length;
  if (refusal === undefined) {
    return bytes === size ? "arrived whole" : `${bytes ?? "no"} bytes arrived`;
  }
  return bytes === 1
    ? `"${refusal}"`
    : `"${refusal}", but ${bytes ?? "no"} bytes arrived`;
}

/** Receives a message into a buffer that's too short: the rest is gone. */
async function shortBuffer(show: Narrator): Promise<void> {
  const message = encode("meet me at nine, no, make it ten");
  const buffer = new Uint8Array(15);
  show.step("A buffer that's too short");
  await show.predict(
    `A message of ${message.length} bytes arrives, but your buffer has only ` +
      `${buffer.length}. On a stream, the next read returns the rest. What ` +
      "does the next receive() return?",
  );
  using sockets = new DisposableStack();
  const [client, server] = [bind(sockets), bind(sockets)];
  show.fact("sent", printable(message));
  await client.send(message, server.addr);
  await client.send(encode("see you"), server.addr);
  show.fact("sent", printable(encode("see you")));
  show.fact("receive() returned", await receiveInto(server, buffer));
  show.fact("the next one returned", await receiveInto(server, buffer));
  show.say(
    "The rest is gone, and there was no error. Call receive() without a " +
      "buffer, and it allocates one that's long enough.",
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
    // Windows reports an error.
    return String(error);
  }
}

/** Sends to a port where no socket is open: `send()` succeeds anyway. */
async function closedPort(show: Narrator): Promise<void> {
  show.step("A port where nothing is listening");
  await show.predict(
    "A server closes its socket, and a client sends to the port it had. Does " +
      "send() fail? And what would TCP's connect() do?",
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
    "send() only knows that the kernel took the message. If no answer comes, " +
      "it can mean that nothing is listening, that your question was lost, " +
      "that the answer was lost, or that it's still on its way.",
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

/** Sends more than fits into a receive buffer: the rest is lost. */
async function flood(show: Narrator): Promise<void> {
  show.step("A flood of messages");
  await show.predict(
    `The client sends ${FLOOD} messages of ${FLOOD_BYTES} bytes. Only then ` +
      "does the server start to receive. How many does it get, and which ones? " +
      "Did send() fail for the others?",
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
  show.fact("errors from send()", errors);
  show.say(
    lost > 0
      ? "The first messages filled the server's receive buffer, and the kernel " +
        `dropped the other ${lost}, on one machine, without any network in ` +
        "between. With TCP, the sender would have waited. Lesson 15 shows how " +
        "to deal with lost messages."
      : "The receive buffer on this system had room for all of them. When it's " +
        "full, the kernel drops what arrives.",
  );
}

/** Receives the next message, or nothing if none arrives in time. */
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

/** Formats numbers as ranges, the first three at most: `0 to 91, 95`. */
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
  const more = texts.length > 3 ? `, and ${texts.length - 3} more ranges` : "";
  return texts.slice(0, 3).join(", ") + more;
}

function encode(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/** Runs a server that answers each message, until it's told to stop. */
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
    "It sends back each message, and answers three questions: time? who? " +
      "count? Send to it from other terminals, and end it with Ctrl-C here:",
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
