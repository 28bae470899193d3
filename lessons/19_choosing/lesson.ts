/**
 * Lesson 19: Unix datagrams, and then all four kinds of sockets side by side.
 *
 * What each of them promises, and what it costs, is found out by trying, on this
 * machine and in this run. The table at the end has nothing else in it.
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

/** What is said where Deno has no Unix sockets. */
export const NOT_ON_WINDOWS =
  "Deno has no Unix sockets on Windows, so this lesson cannot run there: take " +
  "lesson 3 for TCP and lesson 13 for UDP, which are the two that Windows has.";

/** Something measured for each kind. */
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
 * Measures a rate for each kind, all of them several times in turn: what slows
 * the machine for a while slows all alike.
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

/** A letter with a return address, which is a path. */
async function wholeMessages(show: Narrator, folder: string): Promise<void> {
  const SIZES = [5, 0, 60_000];
  show.step("A datagram at a path");
  await show.predict(
    `A client sends ${SIZES.join(", ")} bytes to a Unix datagram socket, in ` +
      "that order. How many receives does the server need? And what must the " +
      "client have, so that the server can answer?",
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
      received: `receive() gave ${bytes.length}`,
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
    "Each message came whole, as with UDP. A server answers to the path that " +
      "the client is at, so a client needs one too. Deno leaves the file " +
      "behind; bindUnixDatagram() in lib/net removes it, whatever happens.",
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

/** Where UDP throws away, this waits. */
async function fullQueue(show: Narrator, folder: string): Promise<void> {
  show.step("A queue that is full");
  await show.predict(
    "The server does not receive, and the client goes on sending. UDP would " +
      "throw away what there is no room for. What does this do?",
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
    lanes.call("server", "receive() gave 1");
    await waiting;
    lanes.call("client", `${next} is done`);
  }
  for (let i = 0; i < taken; i++) await server.receive();
  lanes.call("server", `${taken} more receive()`);
  show.say(
    waiting !== undefined
      ? `There was room for ${taken} messages, and the next one waited until ` +
        "one was taken out. None is lost: the sender is slowed down instead, " +
        "and with it everything else that it has to do."
      : refused !== undefined
      ? `There was room for ${taken} messages. This system does not let the ` +
        "next one wait, and says so by an error: the sender has to try again. " +
        "(On Linux it waits.) Nothing is lost without a word."
      : "This system has more room than was tried, and lost nothing.",
  );
}

/** The same reader, asleep, under each of the four. */
async function aSlowReader(
  show: Narrator,
  folder: string,
): Promise<ForEach<SlowReader>> {
  show.step("A slow reader under each of the four");
  await show.predict(
    `A client sends messages of ${SLOW_BYTES} bytes, up to ${SLOW_LIMIT} of ` +
      "them, and nobody reads until it has to wait or is done. Which of the " +
      "four make it wait? And which lose something?",
  );
  const slow = await forEach((kind) => slowReader(kind, folder));
  show.table(
    ["", "room for", "then the sender", "sent", "received", "lost"],
    KINDS.map((kind) => {
      const { taken, sender, sent, received } = slow[kind];
      return [
        NAMES[kind],
        sender === "goes on" ? "-" : String(taken),
        sender,
        String(sent),
        String(received),
        String(sent - received),
      ];
    }),
  );
  show.bars("what arrived, of what was sent", {
    unit: "%",
    bars: bars((kind) => 100 * slow[kind].received / slow[kind].sent),
  });
  show.say(
    "Who does not throw away must make somebody wait. That is back-pressure: " +
      "the slow reader slows its writer down. UDP has none, so a slow reader " +
      "costs messages, and the sender never knows.",
  );
  return slow;
}

/** One bar for each kind. */
function bars(value: (kind: Kind) => number) {
  return KINDS.map((kind) => ({ name: NAMES[kind], value: value(kind) }));
}

interface Cost {
  microseconds: ForEach<number>;
  megabytes: ForEach<number>;
}

/** Time and rate, as bars. */
async function theCost(
  show: Narrator,
  folder: string,
): Promise<Cost> {
  show.step("What each costs");
  await show.predict(
    "UDP has no connection, no acknowledgments and no order to keep. Is it the " +
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
    } KiB, ${MASS_WINDOW} on their ` +
      "way at most",
    {
      unit: "MB/s",
      bars: bars((kind) => megabytes[kind]),
    },
  );
  const soonest = least(KINDS, (kind) => microseconds[kind]);
  const most = least(KINDS, (kind) => -megabytes[kind]);
  show.say(
    `In this run the answer came soonest by ${NAMES[soonest]}, and most was ` +
      `carried by ${NAMES[most]}. ` +
      "Over a network the way takes a thousand times as long as any of these, " +
      "and what counts there is who must wait for what.",
  );
  return { microseconds, megabytes };
}

function least(kinds: Kind[], value: (kind: Kind) => number): Kind {
  return kinds.toSorted((a, b) => value(a) - value(b))[0];
}

/** Everything that this run found out, and nothing else. */
async function thePromises(
  show: Narrator,
  folder: string,
  { slow, cost }: { slow: ForEach<SlowReader>; cost: Cost },
): Promise<void> {
  const SIZES = [10, 20, 30];
  show.step("What each promises");
  await show.predict(
    "Cover the columns below, and say for each row which of the four go " +
      "together.",
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
    row("its sender waits", (kind) => {
      const { sender, taken } = slow[kind];
      if (sender !== "waits") return sender === "goes on" ? "never" : "error";
      return `after ${sizeText(taken * SLOW_BYTES)}`;
    }),
    row(`${SIZES.join(", ")} bytes come as`, (kind) => came[kind].join(", ")),
    row("sockets for 3 clients", (kind) => String(sockets[kind])),
    row("address", (kind) => address[kind]),
    row("nobody is there", (kind) => nobody[kind].replace(/^Connection/, "")),
    row(
      "question, answer",
      (kind) => `${cost.microseconds[kind].toFixed(1)} µs`,
    ),
    row("one way", (kind) => `${cost.megabytes[kind].toFixed(0)} MB/s`),
  ]);
  show.say(
    (slow.udp.inOrder
      ? "UDP kept the order of what it did not lose, for there is one way only " +
        "on this machine. It does not promise to: lesson 15 shows it. "
      : "") +
      "A host and a port can be on another machine, a path cannot.",
  );
}

function sizeText(bytes: number): string {
  return bytes < 1_000_000
    ? `${Math.round(bytes / 1000)} kB`
    : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** Four tasks, and what decides each. */
async function whichToTake(show: Narrator): Promise<void> {
  show.step("Which to take");
  await show.predict(
    "A file for another machine; a voice call; a game; a database beside the " +
      "program that asks it. Which socket for each, and by which row?",
  );
  show.table(["for", "take", "because"], [
    [
      "a file for another machine",
      "TCP",
      "nothing may be lost, and the order counts; waiting does no harm",
    ],
    [
      "a call, a game",
      "UDP",
      "what is late is worthless: better lost than waited for",
    ],
    [
      "a database on this machine",
      "Unix stream",
      "no port, permissions, any amount of bytes both ways",
    ],
    [
      "a log on this machine",
      "Unix datagram",
      "whole messages from many senders at one socket, none lost",
    ],
  ]);
  show.say(
    "What decides in each line is a rule. Exercise 19.2 has five of them, and " +
      "makes a function of those.",
  );
}

if (import.meta.main) {
  await runLesson({ lessons, url: import.meta.url, lesson });
}
