/**
 * Lesson 19: Unix datagrams, and then all four kinds of sockets side by side.
 *
 * Measures what each of them promises and costs, on this machine. The table at
 * the end shows only what the run has measured.
 */
import { bindUnixDatagram } from "../../lib/net/mod.ts";
import type { Narrator } from "../../lib/show/mod.ts";
import {
  type LessonContext,
  runLesson,
} from "../../lib/workbook/cli/run_lesson.ts";
import { type Kind, KINDS, NAMES } from "./channels.ts";
import {
  addressOf,
  edges,
  fillQueue,
  MASS_BYTES,
  MASS_WINDOW,
  nobodyThere,
  roundTrip,
  SLOW_BYTES,
  SLOW_LIMIT,
  type SlowReader,
  slowReader,
  socketsForThree,
  throughput,
} from "./experiments.ts";
import { lessons } from "../mod.ts";

/** The text for Windows. */
export const NOT_ON_WINDOWS =
  "Deno has no Unix sockets on Windows, so this lesson can't run there. For the " +
  "two kinds that Windows has, take lesson 3 for TCP and lesson 13 for UDP.";

/** A value that was measured for each kind. */
type ForEach<V> = Record<Kind, V>;

/** Runs the demonstration. */
export async function lesson(
  show: Narrator,
  { folder }: LessonContext,
): Promise<void> {
  if (Deno.build.os === "windows") return show.say(NOT_ON_WINDOWS);
  await wholeMessages(show, folder);
  await fullQueue(show, folder);
  const slow = await aSlowReader(show, folder);
  const cost = await theCost(show, folder);
  await thePromises(show, folder, { slow, cost });
  await whichToTake(show);
}

/** Measures one thing for each kind, one after the other. */
async function forEach<V>(measure: (kind: Kind) => Promise<V>) {
  const results: Partial<ForEach<V>> = {};
  for (const kind of KINDS) results[kind] = await measure(kind);
  return results as ForEach<V>;
}

/**
 * Measures a rate for each kind. It alternates between the kinds several times,
 * so whatever slows the machine for a while slows all of them.
 *
 * @returns The median for each kind.
 */
async function inTurns(
  measure: (kind: Kind) => Promise<number>,
): Promise<ForEach<number>> {
  const rounds: ForEach<number>[] = [];
  while (rounds.length < 5) rounds.push(await forEach(measure));
  return await forEach((kind) =>
    Promise.resolve(
      rounds.map((round) => round[kind]).toSorted((a, b) => a - b)[2],
    )
  );
}

/** Sends datagrams to a path, and an answer to the sender's path. */
async function wholeMessages(show: Narrator, folder: string): Promise<void> {
  const SIZES = [5, 0, 60_000];
  show.step("A datagram at a path");
  await show.predict(
    "A client sends 5, 0, and 60000 bytes to a Unix datagram socket. How many " +
      "times does the server have to call receive()? And what does the client " +
      "need before the server can answer?",
  );
  const serverPath = `${folder}/server.sock`;
  const clientPath = `${folder}/a.sock`;
  using server = await bindUnixDatagram(serverPath);
  using client = await bindUnixDatagram(clientPath);
  const lanes = show.lanes("client", "server");
  lanes.at("client", placeOf(client.addr));
  lanes.at("server", placeOf(server.addr));
  for (const size of SIZES) {
    await client.send(new Uint8Array(size), server.addr);
  }
  let from = server.addr;
  for (let i = 0; i < SIZES.length; i++) {
    const { bytes, from: sender } = await server.receive();
    from = sender;
    lanes.arrow({ from: "client", to: "server" }, {
      label: `${SIZES[i]} bytes`,
      sent: "send()",
      received: `receive() returned ${bytes.length}`,
    });
  }
  await server.send(new TextEncoder().encode("three came"), from);
  const { bytes: answer } = await client.receive();
  lanes.arrow({ from: "server", to: "client" }, {
    data: answer,
    sent: "send()",
  });
  show.fact("the return address", placeOf(from));

  const left = `${folder}/b.sock`;
  Deno.listenDatagram({ transport: "unixpacket", path: left }).close();
  show.fact("a path after Deno's close()", await whatIsAt(left));
  (await bindUnixDatagram(left)).close();
  show.fact("and after lib/net's close()", await whatIsAt(left));
  show.say(
    "Each message arrived whole, as with UDP. The server sends its answer to " +
      "the client's path, so a client needs one, too. Deno's close() leaves the " +
      "file; lib/net's bindUnixDatagram() removes it.",
  );
}

function placeOf(addr: Deno.Addr): string {
  return `…/${(addr as Deno.UnixAddr).path?.split("/").at(-1)}`;
}

async function whatIsAt(path: string): Promise<string> {
  try {
    return (await Deno.lstat(path)).isSocket ? "still there" : "something else";
  } catch {
    return "gone";
  }
}

/** Fills a queue until send() waits. */
async function fullQueue(show: Narrator, folder: string): Promise<void> {
  show.step("When the queue is full");
  await show.predict(
    "The server doesn't receive, and the client keeps sending. When UDP's " +
      "queue is full, it drops messages. What does a Unix datagram socket do?",
  );
  using server = await bindUnixDatagram(`${folder}/server.sock`);
  using client = await bindUnixDatagram(`${folder}/a.sock`);
  const lanes = show.lanes("client", "server");
  const { taken, waiting, refused } = await fillQueue(() =>
    client.send(new Uint8Array([1]), server.addr)
  );
  const next = `send() ${taken + 1}`;
  lanes.call("client", `send() took ${taken}`);
  if (refused !== undefined) lanes.call("client", `${next}: ${refused.name}`);
  if (waiting !== undefined) {
    lanes.call("client", `${next} waits`);
    await server.receive();
    lanes.call("server", "receive() returned 1");
    await waiting;
    lanes.call("client", `${next} is done`);
  }
  for (let i = 0; i < taken; i++) await server.receive();
  lanes.call("server", `${taken} more receive()`);
  show.say(
    waiting !== undefined
      ? `There was room for ${taken} messages, and the next send() waited until ` +
        "the server received one. Nothing gets lost, but the sender slows down."
      : refused !== undefined
      ? `There was room for ${taken} messages. On this system, the next send() ` +
        "doesn't wait but throws an error, and you have to try again. (On Linux, " +
        "it waits.) Nothing gets lost without an error."
      : "This system had room for everything that the lesson sent.",
  );
}

/** Sends to a reader that doesn't read, with each of the four. */
async function aSlowReader(
  show: Narrator,
  folder: string,
): Promise<ForEach<SlowReader>> {
  show.step("A slow reader with each of the four");
  await show.predict(
    "The server doesn't read, and its client sends messages of " +
      `${SLOW_BYTES} bytes, up to ${SLOW_LIMIT} of them. With which of the four ` +
      "does the client have to wait? With which does data get lost?",
  );
  const slow = await forEach((kind) => slowReader(kind, folder));
  show.table(
    ["", "room for", "then the sender", "sent", "received", "lost"],
    KINDS.map((kind) => {
      const { taken, sender, sent, received } = slow[kind];
      return [
        NAMES[kind],
        sender === "keeps sending" ? "-" : String(taken),
        sender,
        String(sent),
        String(received),
        String(sent - received),
      ];
    }),
  );
  show.bars("messages that arrived", {
    unit: "%",
    bars: bars((kind) => 100 * slow[kind].received / slow[kind].sent),
  });
  show.say(
    "If a reader is slower than its writer, then either the writer waits, or " +
      "data gets lost. Three of the four make the writer wait: that's " +
      "backpressure. UDP has none, and its sender never finds out.",
  );
  return slow;
}

/** Makes one bar for each kind. */
function bars(value: (kind: Kind) => number) {
  return KINDS.map((kind) => ({ name: NAMES[kind], value: value(kind) }));
}

interface Cost {
  microseconds: ForEach<number>;
  megabytes: ForEach<number>;
}

/** Measures the time of a round trip, and the rate. */
async function theCost(
  show: Narrator,
  folder: string,
): Promise<Cost> {
  show.step("What each costs");
  await show.predict(
    "UDP has no connection, no acknowledgments, and no order to keep. Is it the " +
      "fastest of the four?",
  );
  const microseconds = await forEach((kind) => roundTrip(kind, folder));
  const megabytes = await inTurns((kind) => throughput(kind, folder));
  show.bars("a question of 64 bytes and its answer", {
    unit: "µs",
    bars: bars((kind) => microseconds[kind]),
  });
  show.bars(
    `one way, in messages of ${
      MASS_BYTES / 1024
    } KiB, at most ${MASS_WINDOW} ` +
      "in flight",
    {
      unit: "MB/s",
      bars: bars((kind) => megabytes[kind]),
    },
  );
  const soonest = least(KINDS, (kind) => microseconds[kind]);
  const most = least(KINDS, (kind) => -megabytes[kind]);
  const nameOf = (kind: Kind) =>
    NAMES[kind].startsWith("Unix") ? `the ${NAMES[kind]}` : NAMES[kind];
  const best = soonest === most
    ? `${nameOf(most)} had the shortest round trip and the highest rate`
    : `${nameOf(soonest)} had the shortest round trip, and ${
      nameOf(most)
    } had ` +
      "the highest rate";
  show.say(
    `In this run, ${best}. Over a network, a round trip can take a thousand ` +
      "times as long. There, waiting matters more than these microseconds.",
  );
  return { microseconds, megabytes };
}

function least(kinds: Kind[], value: (kind: Kind) => number): Kind {
  return kinds.toSorted((a, b) => value(a) - value(b))[0];
}

/** Shows everything that this run has measured in one table. */
async function thePromises(
  show: Narrator,
  folder: string,
  { slow, cost }: { slow: ForEach<SlowReader>; cost: Cost },
): Promise<void> {
  const SIZES = [10, 20, 30];
  show.step("What each promises");
  await show.predict(
    "The table has a row for order, loss, waiting, message boundaries, sockets, " +
      "addresses, and a missing server. In which rows is UDP like TCP?",
  );
  const came = await forEach((kind) => edges(kind, folder, SIZES));
  const sockets = await forEach((kind) => socketsForThree(kind, folder));
  const address = await forEach((kind) => addressOf(kind, folder));
  const nobody = await forEach((kind) => nobodyThere(kind, folder));
  const row = (name: string, cell: (kind: Kind) => string) => [
    name,
    ...KINDS.map(cell),
  ];
  show.table(["", ...KINDS.map((kind) => NAMES[kind])], [
    row("order", (kind) => {
      if (!slow[kind].inOrder) return "not kept";
      return kind === "udp" ? "kept, here" : "kept";
    }),
    row("lost by a slow reader", (kind) => {
      const { sent, received } = slow[kind];
      return sent === received ? "none" : `${sent - received} of ${sent}`;
    }),
    row("the sender waits", (kind) => {
      const { sender, taken } = slow[kind];
      if (sender !== "waits") {
        return sender === "keeps sending" ? "never" : "error";
      }
      return `after ${sizeText(taken * SLOW_BYTES)}`;
    }),
    row(`${SIZES.join(", ")} bytes arrive as`, (kind) => came[kind].join(", ")),
    row("sockets for 3 clients", (kind) => String(sockets[kind])),
    row("address", (kind) => address[kind]),
    row("no server", (kind) => nobody[kind].replace(/^Connection/, "")),
    row(
      "round trip",
      (kind) => `${cost.microseconds[kind].toFixed(1)} µs`,
    ),
    row("one way", (kind) => `${cost.megabytes[kind].toFixed(0)} MB/s`),
  ]);
  show.say(
    (slow.udp.inOrder
      ? "UDP kept the order of what it didn't lose, because there's only one " +
        "route on this machine. It doesn't promise that: see lesson 15. "
      : "") +
      "A host and a port can be on another machine. A path can't.",
  );
}

function sizeText(bytes: number): string {
  return bytes < 1_000_000
    ? `${Math.round(bytes / 1000)} kB`
    : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** Names a socket for each of four tasks, and the reason. */
async function whichToTake(show: Narrator): Promise<void> {
  show.step("Which to take");
  await show.predict(
    "A file for another machine, a voice call, a database on this machine, and " +
      "a log on this machine: which socket would you take for each, and why?",
  );
  show.table(["for", "take", "because"], [
    [
      "a file for another machine",
      "TCP",
      "nothing may get lost, the order matters, and it can wait",
    ],
    [
      "a voice call, a game",
      "UDP",
      "late is worse than lost",
    ],
    [
      "a database on this machine",
      "Unix stream",
      "no port, file permissions, any amount of data",
    ],
    [
      "a log on this machine",
      "Unix datagram",
      "whole messages, many senders, nothing lost",
    ],
  ]);
  show.say(
    "Each reason makes a rule. In exercise 19.2, you turn five of them into a " +
      "function.",
  );
}

if (import.meta.main) {
  await runLesson({ lessons, url: import.meta.url, lesson });
}
