/**
 * Lesson 10: data travels in packets.
 *
 * The same message takes one route, as a telephone call did, and then three, as
 * packets do. The relays on the routes are real UDP sockets on loopback. One of
 * them fails, and the missing packets are sent again by another route. At the
 * end, a packet is opened, layer by layer.
 */
import { type Narrator, printable } from "../../lib/show/mod.ts";
import { decodePacket, encodePacket, LINK_TYPES } from "../../lib/wire/mod.ts";
import { runLesson } from "../../lib/workbook/cli/run_lesson.ts";
import { fromDatagram, toDatagram } from "./datagrams.ts";
import { type Network, openNetwork, type RoutePlan } from "./relays.ts";
import { Reassembler, split } from "./solution.ts";
import type { Packet } from "./types.ts";
import { lessons } from "../mod.ts";

const MESSAGE = new TextEncoder().encode(
  "Cut up, numbered, sent by any road, and put together again at the end.",
);
/** The most bytes of data in a packet. */
const SIZE = 8;
/** After this much silence, the receiver asks for what's missing. */
const QUIET_MS = 200;
/** How long to wait for a datagram that will surely arrive. */
const PATIENCE_MS = 10_000;
/** After this many requests, the receiver gives up. */
const MAX_REQUESTS = 50;

/** Runs the demonstration. */
export async function lesson(show: Narrator): Promise<void> {
  await oneRoute(show);
  await threeRoutes(show);
  await layers(show);
}

/** Shows a circuit, which is a single route for all pieces. */
async function oneRoute(show: Narrator): Promise<void> {
  show.step("One route for the whole message");
  show.say(
    "The old telephone network reserved a route for each call. The pieces " +
      "of a message follow each other along that route, so they need no " +
      "addresses and no numbers. This route has two relays, which are real UDP " +
      "sockets. The second relay fails after it has forwarded four pieces.",
  );
  await show.predict(
    `The message has ${MESSAGE.length} bytes, sent in unnumbered pieces of ` +
      `${SIZE} bytes. After four pieces, the route fails. How many pieces must ` +
      "be sent again?",
  );
  const first = await call({ name: "A", relays: 2, breaksAfter: 4 });
  show.fact("sent", `${first.sent} pieces`);
  show.fact("arrived", `${first.arrived} pieces: "${first.text}"`);
  const second = await call({ name: "B", relays: 2 });
  show.fact("sent again", `all ${second.sent} pieces, by another route`);
  show.fact("arrived then", `${second.arrived} pieces: "${second.text}"`);
  show.fact("sent in all", `${first.sent + second.sent} pieces`);
  show.say(
    "The pieces arrived in order, because they can't overtake each other on one " +
      "route. But a single failed relay ended the call. Without numbers, the " +
      "receiver can't say where to go on, so everything is sent again.",
  );
}

/** Sends every piece along one route, and receives what arrives. */
async function call(
  plan: RoutePlan,
): Promise<{ sent: number; arrived: number; text: string }> {
  await using network = openNetwork([plan]);
  const { sender, routes: [route] } = network;
  const pieces = split(MESSAGE, SIZE).map(({ data }) => data);
  for (const piece of pieces) await sender.send(piece, route.entrance);
  const breaks = plan.breaksAfter !== undefined;
  if (breaks) await route.broken;
  // The receiver isn't told that the route has failed. It only gets silence.
  const timeoutMs = breaks ? QUIET_MS : PATIENCE_MS;
  let arrived = 0;
  let text = "";
  while (arrived < pieces.length) {
    const datagram = await orQuiet(network, timeoutMs);
    if (datagram === undefined) break;
    arrived++;
    text += new TextDecoder().decode(datagram.bytes);
  }
  return { sent: pieces.length, arrived, text };
}

/** Returns the next datagram, or `undefined` if none arrives in time. */
async function orQuiet({ receiver }: Network, timeoutMs: number) {
  try {
    return await receiver.receive({ timeoutMs });
  } catch (error) {
    if (error instanceof Deno.errors.TimedOut) return undefined;
    throw error;
  }
}

/** Shows packets, which take different routes and can be sent again. */
async function threeRoutes(show: Narrator): Promise<void> {
  show.step("Three routes, and a number on each packet");
  show.say(
    "Now each piece is a packet, which says where in the message it belongs " +
      "and how long the whole message is. Route A has one relay, B has two, and " +
      "C has three. B's last relay fails after it has forwarded one packet.",
  );
  await show.predict(
    "The packets take turns on three routes with one, two, and three relays. " +
      "Which packet arrives second?",
  );
  await using network = openNetwork([
    { name: "A", relays: 1 },
    { name: "B", relays: 2, breaksAfter: 1 },
    { name: "C", relays: 3 },
  ]);
  const sending = sendPackets(network);
  const arrived: Arrival[] = [];
  const reassembler = new Reassembler();
  await listen(network, reassembler, arrived);
  tellArrivals(show, arrived, 1);
  const offsets = arrived.map(({ packet }) => packet.offset);
  const inOrder = offsets.every((offset, i) => !(offset < offsets[i - 1]));
  show.fact("in the order sent", inOrder ? "yes, this time" : "no");
  show.fact("missing", formatRanges(reassembler.missing()));

  show.step("The receiver asks for what's missing");
  const before = arrived.length;
  let requests = 0;
  while (reassembler.missing().length > 0 && requests < MAX_REQUESTS) {
    await askAgain(network, {
      missing: reassembler.missing(),
      arrived,
      requests,
    });
    requests++;
    await listen(network, reassembler, arrived);
  }
  network.sender.close();
  const sent = await sending;
  tellArrivals(show, arrived.slice(before), before + 1);
  show.fact("requests", requests);
  show.fact("sent in all", `${sent} packets`);
  show.fact("message", `"${new TextDecoder().decode(reassembler.message())}"`);
  show.say(
    "No relay knew anything about the message, and nobody told the sender that " +
      "one had failed. The numbers were enough: they put the packets in order, " +
      "and showed the receiver what to ask for.",
  );
}

interface Arrival {
  packet: Packet;
  /** The name of the route that it took. */
  route: string;
}

/** Receives packets until the message is complete, or nothing arrives. */
async function listen(
  network: Network,
  reassembler: Reassembler,
  arrived: Arrival[],
): Promise<void> {
  do {
    // Before the first packet, the receiver doesn't know what's missing.
    const timeoutMs = arrived.length === 0 ? PATIENCE_MS : QUIET_MS;
    const datagram = await orQuiet(network, timeoutMs);
    if (datagram === undefined) return;
    const packet = fromDatagram(datagram.bytes);
    reassembler.add(packet);
    const route = network.routes.find(({ exit }) =>
      exit.port === datagram.from.port
    );
    arrived.push({ packet, route: route?.name ?? "?" });
  } while (reassembler.missing().length > 0);
}

/** Asks along a route that has worked before, and takes another each time. */
async function askAgain(
  { receiver, routes }: Network,
  { missing, arrived, requests }: {
    missing: [number, number][];
    arrived: Arrival[];
    requests: number;
  },
): Promise<void> {
  const known = routes.filter(({ name }) =>
    arrived.some(({ route }) => route === name)
  );
  const route = (known.length > 0 ? known : routes).at(
    -1 - requests % known.length,
  )!;
  await receiver.send(
    new TextEncoder().encode(JSON.stringify(missing)),
    route.exit,
  );
}

/**
 * Sends all packets, and repeats those that the receiver asks for. Each time, a
 * packet takes the next route. Ends when the socket is closed.
 *
 * @returns The number of packets sent.
 */
async function sendPackets({ sender, routes }: Network): Promise<number> {
  const packets = split(MESSAGE, SIZE);
  const nextRoute = packets.map((_, i) => i);
  let sent = 0;
  async function send(i: number): Promise<void> {
    const route = routes[nextRoute[i]++ % routes.length];
    await sender.send(toDatagram(packets[i]), route.entrance);
    sent++;
  }
  for (let i = 0; i < packets.length; i++) await send(i);
  for await (const { bytes } of sender) {
    const missing: [number, number][] = JSON.parse(
      new TextDecoder().decode(bytes),
    );
    for (const [i, { offset }] of packets.entries()) {
      if (missing.some(([start, end]) => offset >= start && offset < end)) {
        await send(i);
      }
    }
  }
  return sent;
}

function tellArrivals(show: Narrator, arrived: Arrival[], first: number): void {
  show.table(
    ["arrived", "offset", "data", "route"],
    arrived.map(({ packet, route }, i) => [
      `${first + i}.`,
      `${packet.offset} of ${packet.total}`,
      printable(packet.data),
      route,
    ]),
  );
}

function formatRanges(ranges: [number, number][]): string {
  const texts = ranges.map(([start, end]) => `bytes ${start} to ${end - 1}`);
  return texts.length > 0 ? texts.join(", ") : "nothing";
}

/** Shows the layers of a packet, from the outside in. */
async function layers(show: Narrator): Promise<void> {
  show.step("An envelope in an envelope in an envelope");
  show.say(
    "On a real network, each layer puts its own header in front of what it's " +
      "given, and ignores all other headers. Here's an Ethernet frame that the " +
      "workbook's own code has put together and taken apart again.",
  );
  await show.predict(
    `A program writes ${SIZE} bytes to a TCP socket. How many bytes leave the ` +
      "machine?",
  );
  const frame = frameOf(MESSAGE.subarray(0, SIZE));
  const { link, ip, tcp, payload } = decodePacket(frame, LINK_TYPES.ETHERNET);
  const parts: [string, string, number, string][] = [
    ["frame", "Ethernet", link!.headerBytes, "to the next network card"],
    ["datagram", "IPv4", ip!.headerBytes, "to a machine, hop by hop"],
    [
      "segment",
      "TCP",
      tcp!.headerBytes,
      "to a port, and a position in the stream",
    ],
    ["data", "program", payload.length, printable(payload)],
  ];
  let at = 0;
  const rows = parts.map(([name, layer, size, leads]) => {
    const range = `${at} to ${at + size - 1}`;
    at += size;
    return [name, layer, `${size}`, range, leads];
  });
  show.table(["part", "layer", "adds", "bytes", "takes its payload"], rows);
  show.fact("in all", `${frame.length} bytes for ${SIZE} of data`);
  const MIB = 1024 * 1024;
  for (const size of [1, 100, 1448]) {
    const one = frameOf(new Uint8Array(size)).length;
    const last = MIB % size;
    const all = Math.floor(MIB / size) * one +
      (last > 0 ? frameOf(new Uint8Array(last)).length : 0);
    show.fact(
      `1 MiB in packets of ${size}`,
      `${(all / MIB).toFixed(2)} MiB on the wire`,
    );
  }
  show.say(
    "Small packets are mostly headers. A large packet is lost as a whole if a " +
      "single bit is wrong, and it holds up everything that waits for the same " +
      "link. Ethernet takes at most 1500 bytes in a frame.",
  );
}

/** Makes a frame as a kernel would, with TCP's timestamps option. */
function frameOf(payload: Uint8Array): Uint8Array {
  return encodePacket({
    link: { kind: "ethernet" },
    ip: { version: 4, source: "127.0.0.1", destination: "127.0.0.1" },
    tcp: {
      sourcePort: 50000,
      destinationPort: 7000,
      flags: { ack: true, psh: true },
      options: [
        { kind: "nop" },
        { kind: "nop" },
        { kind: "timestamps", value: 1, echo: 1 },
      ],
    },
    payload,
  });
}

if (import.meta.main) {
  await runLesson({ lessons, url: import.meta.url, lesson });
}
