/**
 * Lesson 10: data travels in packets.
 *
 * The same message takes one route, as a telephone call did, and three, as
 * packets do. The routes are real UDP relays on loopback. One of them breaks
 * down on the way, and what is missing is sent again by another. In the end a
 * packet is opened, layer by layer.
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
/** Bytes of data in a packet. */
const SIZE = 8;
/** A receiver that hears nothing for so long asks for what it lacks. */
const QUIET_MS = 200;
/** How long to wait for what nothing keeps from coming. */
const PATIENCE_MS = 10_000;
/** A receiver that has asked so often gives up. */
const MAX_REQUESTS = 50;

/** Runs the demonstration. */
export async function lesson(show: Narrator): Promise<void> {
  await oneRoute(show);
  await threeRoutes(show);
  await layers(show);
}

/** A circuit: the route is chosen once, and everything follows it. */
async function oneRoute(show: Narrator): Promise<void> {
  show.step("One road for the whole message");
  show.say(
    "A telephone call of old: a road is chosen and kept free for the call. " +
      "The pieces follow one another along it, so they need no address and no " +
      "number. This road has two relays, real UDP sockets; the second one " +
      "breaks down when it has passed on four pieces.",
  );
  await show.predict(
    `The message has ${MESSAGE.length} bytes, in pieces of ${SIZE}. How much ` +
      "of it arrives, in what order, and what must be sent again?",
  );
  const first = await call({ name: "A", relays: 2, breaksAfter: 4 });
  show.fact("sent", `${first.sent} pieces`);
  show.fact("arrived", `${first.arrived} pieces: "${first.text}"`);
  const second = await call({ name: "B", relays: 2 });
  show.fact("called again", `all ${second.sent} pieces, by another road`);
  show.fact("arrived then", `${second.arrived} pieces: "${second.text}"`);
  show.fact("sent in all", `${first.sent + second.sent} pieces`);
  show.say(
    "What arrived came in order, since nothing can overtake on one road. But " +
      "the call is only as good as the weakest point of its road, and without " +
      "numbers nobody can say where to go on: it begins anew.",
  );
}

/** Sends every piece along one route, and listens as long as any can come. */
async function call(
  plan: RoutePlan,
): Promise<{ sent: number; arrived: number; text: string }> {
  await using network = openNetwork([plan]);
  const { sender, routes: [route] } = network;
  const pieces = split(MESSAGE, SIZE).map(({ data }) => data);
  for (const piece of pieces) await sender.send(piece, route.entrance);
  const breaks = plan.breaksAfter !== undefined;
  if (breaks) await route.broken;
  // Nobody says that the route is broken: silence is all that there is.
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

/** The next datagram, or `undefined` where none comes. */
async function orQuiet({ receiver }: Network, timeoutMs: number) {
  try {
    return await receiver.receive({ timeoutMs });
  } catch (error) {
    if (error instanceof Deno.errors.TimedOut) return undefined;
    throw error;
  }
}

/** Packets: each finds its own way, and each can be sent again. */
async function threeRoutes(show: Narrator): Promise<void> {
  show.step("Three roads, and a number on each packet");
  show.say(
    "Now each piece is a packet: it says at which byte of the message it " +
      "belongs, and how long the whole is. They are dealt out in turn to road " +
      "A with one relay, B with two and C with three. B's last relay breaks " +
      "down when it has passed on one packet.",
  );
  await show.predict(
    "In which order do the packets arrive? Does it matter? And how does the " +
      "receiver learn what is missing, when nobody tells it of the relay?",
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

  show.step("What is missing is asked for, and comes by another road");
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
    "No relay knew of the message, and the sender never heard that one was " +
      "gone. The numbers did it all: they put in order what came in any " +
      "order, and told the receiver what to ask for.",
  );
}

interface Arrival {
  packet: Packet;
  /** The name of the route by which it came. */
  route: string;
}

/** Takes what comes, until all is there or nothing comes any more. */
async function listen(
  network: Network,
  reassembler: Reassembler,
  arrived: Arrival[],
): Promise<void> {
  do {
    const datagram = await orQuiet(network, QUIET_MS);
    if (datagram === undefined) return;
    const packet = fromDatagram(datagram.bytes);
    reassembler.add(packet);
    const route = network.routes.find(({ exit }) =>
      exit.port === datagram.from.port
    );
    arrived.push({ packet, route: route?.name ?? "?" });
  } while (reassembler.missing().length > 0);
}

/** Asks along a route by which something has come, another one each time. */
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
 * Sends all packets, and again those that are asked for, each by the route after
 * the one that it took before. Ends when the socket is closed.
 *
 * @returns How many packets it sent.
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
    ["arrived", "belongs at", "data", "by road"],
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

/** What a packet is made of, from the outside in. */
async function layers(show: Narrator): Promise<void> {
  show.step("A letter in an envelope in an envelope in an envelope");
  show.say(
    "On a real road each layer puts its own header in front of what it is " +
      "given, and looks at no more than that. Here is a frame for an Ethernet, " +
      "made and then opened again by the workbook's own code.",
  );
  await show.predict(
    `A program writes ${SIZE} bytes to a TCP socket. How many leave the machine?`,
  );
  const frame = frameOf(MESSAGE.subarray(0, SIZE));
  const { link, ip, tcp, payload } = decodePacket(frame, LINK_TYPES.ETHERNET);
  const parts: [string, string, number, string][] = [
    ["frame", "Ethernet", link!.headerBytes, "to the next card on the road"],
    ["datagram", "IPv4", ip!.headerBytes, "to a machine, road after road"],
    [
      "segment",
      "TCP",
      tcp!.headerBytes,
      "to a port, and a place in the stream",
    ],
    ["data", "program", payload.length, printable(payload)],
  ];
  let at = 0;
  const rows = parts.map(([name, layer, size, leads]) => {
    const range = `${at} to ${at + size - 1}`;
    at += size;
    return [name, layer, `${size}`, range, leads];
  });
  show.table(["part", "layer", "adds", "bytes", "leads"], rows);
  show.fact("in all", `${frame.length} bytes for ${SIZE} of data`);
  const MIB = 1024 * 1024;
  for (const size of [1, 100, 1448]) {
    const one = frameOf(new Uint8Array(size)).length;
    const last = MIB % size;
    const all = Math.floor(MIB / size) * one +
      (last > 0 ? frameOf(new Uint8Array(last)).length : 0);
    show.fact(
      `1 MiB in packets of ${size}`,
      `${(all / MIB).toFixed(2)} MiB on the road`,
    );
  }
  show.say(
    "Small packets are mostly headers. Large ones are lost whole when a bit " +
      "is, and hold up whoever waits behind them; an Ethernet takes no more " +
      "than 1500 bytes in a frame.",
  );
}

/** As a system sends it: with timestamps among the options of TCP. */
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
