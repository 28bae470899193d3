/** How an answer to 12.2 is checked. */
import {
  type Exercise,
  exercise,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";
import {
  describe,
  type Fields,
  fromClient,
  fromServer,
  recordedSegments,
} from "../segments.ts";
import * as solution from "../solution.ts";
import type { FindHandshake, Handshake, Segment } from "../types.ts";

const THREE = "Three segments";
const AGAIN = "What is sent again";

/**
 * Makes exercise 12.2.
 *
 * @returns The exercise.
 */
export function makeFindHandshake(): Exercise<unknown> {
  return exercise<FindHandshake>({
    id: "12.2",
    pure: true,
    title: "Find the handshake",
    solution: solution.findHandshake,
    hints: [
      "What do you know when a SYN has passed? What must the next one of the " +
      "three say so that you know it belongs to that SYN, and to no other?",
      "Go through the segments once, and remember the last SYN, and the SYN-ACK " +
      "that answered it. For each segment ask which of the three it can be: by " +
      "its flags, by its port, and by what it acknowledges. A segment that is " +
      "none of them changes nothing.",
      "Nearly the code, with `syn` and `synAck` remembered:\n" +
      "    const { flags, sourcePort, acknowledgment } = segment;\n" +
      "    if (\n" +
      "      flags.syn && flags.ack && sourcePort !== syn.sourcePort &&\n" +
      "      acknowledgment === ((syn.sequence + 1) >>> 0)\n" +
      "    ) synAck = segment;\n" +
      "The third is tested the same way, against synAck. When a new SYN comes " +
      "with another number, forget synAck.",
    ],
    read: THREE,
    check: checkFindHandshake,
  });
}

/** What passes, what is to be found, and what it means if it is not. */
interface Case {
  step: string;
  segments: Segment[];
  expected: Handshake | null;
  likely: string;
  read?: string;
}

const syn = (sequence: number, more: Fields = {}) =>
  fromClient({ sequence, flags: { syn: true }, ...more });
const synAck = (sequence: number, acknowledgment: number) =>
  fromServer({ sequence, acknowledgment, flags: { syn: true, ack: true } });
const ack = (sequence: number, acknowledgment: number, data = "") =>
  fromClient({ sequence, acknowledgment, data, flags: { ack: true } });

const PLAIN = [syn(100), synAck(300, 101), ack(101, 301)];
const FOUND = { client: 100, server: 300 };

const SECOND =
  "A SYN-ACK belongs to a SYN only if it acknowledges that SYN's " +
  "number plus one. This one answers another, older SYN: compare.";
const THIRD = "The third segment shows that the client has heard B: compare " +
  "its acknowledgment with B + 1.";

const CASES: Case[] = [
  {
    step: "three segments, and data behind them",
    segments: [...PLAIN, ack(101, 301, "hello")],
    expected: FOUND,
    likely: "SYN, SYN-ACK, ACK: return the sequence numbers of the first two.",
  },
  {
    step: "a connection that is not finished",
    segments: PLAIN.slice(0, 2),
    expected: null,
    likely: "After two segments the server has not heard that it was heard. " +
      "Without the third there is no handshake.",
  },
  {
    step: "the middle of a conversation",
    segments: [
      ack(500, 700, "hello"),
      fromServer({
        sequence: 700,
        acknowledgment: 505,
        flags: { ack: true },
      }),
    ],
    expected: null,
    likely:
      "Its beginning was not captured, so nobody knows the numbers: null.",
  },
  {
    step: "a connection that is refused",
    segments: [
      syn(100),
      fromServer({
        sequence: 0,
        acknowledgment: 101,
        flags: { rst: true, ack: true },
      }),
    ],
    expected: null,
    likely: "A reset answers the SYN: no SYN-ACK, no handshake.",
  },
  {
    step: "a SYN-ACK that acknowledges something else",
    segments: [syn(100), synAck(300, 51), ack(101, 301)],
    expected: null,
    likely: SECOND,
  },
  {
    step: "a third segment that acknowledges something else",
    segments: [syn(100), synAck(300, 101), ack(101, 999)],
    expected: null,
    likely: THIRD,
  },
  {
    step: "an ACK with another sender",
    segments: [
      syn(100),
      synAck(100, 101),
      fromServer({ sequence: 101, acknowledgment: 101, flags: { ack: true } }),
    ],
    expected: null,
    likely: "The third segment comes from the client. This one has the right " +
      "number by chance, and the server's port.",
  },
  {
    step: "a SYN-ACK with the client's own port",
    segments: [
      syn(100),
      fromClient({
        sequence: 300,
        acknowledgment: 101,
        flags: { syn: true, ack: true },
      }),
      ack(101, 301),
    ],
    expected: null,
    likely:
      "The second segment comes from the other port: compare it with the " +
      "port of the SYN. Nobody answers herself.",
  },
  {
    step: "the three in another order",
    segments: [ack(101, 301), synAck(300, 101), syn(100)],
    expected: null,
    likely: "These are the right ones, and the last comes first. An answer " +
      "passes after what it answers: look for the second behind the first, and " +
      "for the third behind the second.",
  },
  {
    step: "an ACK that passes before the SYN-ACK",
    segments: [syn(100), ack(101, 301), synAck(300, 101)],
    expected: null,
    likely: "An answer passes after what it answers: look for the second " +
      "behind the first, and for the third behind the second.",
  },
  {
    step: "a reset in place of the third segment",
    segments: [
      syn(100),
      synAck(300, 101),
      fromClient({
        sequence: 101,
        acknowledgment: 301,
        flags: { rst: true, ack: true },
      }),
    ],
    expected: null,
    likely: "A reset says that there is no such connection, whatever else it " +
      "acknowledges.",
  },
  {
    step: "other segments in between",
    segments: [
      fromServer({ sequence: 9, acknowledgment: 8, flags: { ack: true } }),
      syn(100),
      ack(7, 7),
      synAck(300, 101),
      fromServer({
        sequence: 301,
        acknowledgment: 101,
        data: "hi",
        flags: { ack: true },
      }),
      ack(101, 301),
    ],
    expected: FOUND,
    likely: "The three need not follow one another directly.",
  },
  {
    step: "a SYN that is sent again",
    segments: [syn(100), syn(100), synAck(300, 101), ack(101, 301)],
    expected: FOUND,
    likely: "Nothing answered in time, so the client has sent its SYN again, " +
      "with the same number. It is the same SYN, and no second segment.",
    read: AGAIN,
  },
  {
    step: "a SYN that is sent again after it was answered",
    segments: [syn(100), synAck(300, 101), syn(100), ack(101, 301)],
    expected: FOUND,
    likely: "The SYN has the same number, so what answered it still holds: " +
      "only another number begins anew.",
    read: AGAIN,
  },
  {
    step: "a SYN-ACK that is sent again",
    segments: [syn(100), synAck(300, 101), synAck(300, 101), ack(101, 301)],
    expected: FOUND,
    likely: "A SYN-ACK that comes again is neither the third segment nor a " +
      "reason to begin anew.",
    read: AGAIN,
  },
  {
    step: "a SYN-ACK that is sent again, where both began with the same number",
    segments: [syn(100), synAck(100, 101), synAck(100, 101)],
    expected: null,
    likely: "The third segment is an ACK without SYN, from the client.",
    read: AGAIN,
  },
  {
    step: "a second attempt with another number",
    segments: [
      syn(50),
      synAck(200, 51),
      syn(100),
      synAck(300, 101),
      ack(101, 301),
    ],
    expected: FOUND,
    likely: "A SYN with another number begins anew: forget what answered the " +
      "first one.",
    read: AGAIN,
  },
  {
    step: "a second attempt, and an answer to the first one only",
    segments: [syn(50), synAck(200, 51), syn(100), ack(51, 201)],
    expected: null,
    likely: "The SYN-ACK answered the first SYN, and the one that counts now " +
      "has another number: forget what answered the first one.",
    read: AGAIN,
  },
  {
    step: "a late SYN-ACK, and then the right one",
    segments: [syn(100), synAck(200, 51), synAck(300, 101), ack(101, 301)],
    expected: FOUND,
    likely: SECOND,
    read: AGAIN,
  },
  {
    step: "an acknowledgment that is too old, and then the right one",
    segments: [syn(100), synAck(300, 101), ack(101, 250), ack(101, 301)],
    expected: FOUND,
    likely: "A segment that is none of the three changes nothing: go on.",
    read: AGAIN,
  },
  {
    step: "a third segment that brings data",
    segments: [syn(100), synAck(300, 101), ack(101, 301, "hello")],
    expected: FOUND,
    likely: "The third segment may bring data; it acknowledges all the same.",
  },
  {
    step: "numbers at the end of the circle",
    segments: [syn(4294967295), synAck(4294967295, 0), ack(0, 0)],
    expected: { client: 4294967295, server: 4294967295 },
    likely: "After 4294967295 comes 0: A + 1 is (A + 1) >>> 0.",
  },
  {
    step: "numbers that are 0",
    segments: [syn(0), synAck(0, 1), ack(1, 1)],
    expected: { client: 0, server: 0 },
    likely: "0 is a number like any other, but counts as false in an `if`: " +
      "remember that a SYN has come by something else, undefined for instance.",
  },
];

function checkFindHandshake(find: FindHandshake, trial: Trial): void {
  for (const { step, segments, expected, likely, read } of CASES) {
    trial.step(step);
    expectFound(find, segments, expected, trial, { likely, read });
  }
  trial.step("no segments at all");
  expectFound(find, [], null, trial, { likely: "There is none: null." });

  trial.step("three connections off the wire");
  for (const segments of recordedSegments()) {
    const [first, second] = segments;
    const expected = { client: first.sequence, server: second.sequence };
    expectFound(find, segments, expected, trial, {
      likely: "These are real ones: SYN, SYN-ACK, ACK, then data and the end.",
    });
  }
}

function expectFound(
  find: FindHandshake,
  segments: Segment[],
  expected: Handshake | null,
  trial: Trial,
  { likely, read = THREE }: { likely: string; read?: string },
): void {
  const received = find(segments);
  const shown = pick(received);
  if (Deno.inspect(shown) === Deno.inspect(expected)) return;
  const client = 50000;
  trial.fail({
    problem: "findHandshake() is wrong for\n" + segments.slice(0, 6)
      .map((one) =>
        `${one.sourcePort === client ? "client" : "server"}: ${describe(one)}`
      ).join("\n"),
    expected: Deno.inspect(expected),
    received: Deno.inspect(shown),
    likely: received === undefined
      ? "A function that ends without a return gives undefined: return null."
      : likely,
    read,
  });
}

/** What counts of a result. */
function pick(received: unknown): unknown {
  if (received === null || typeof received !== "object") return received;
  const { client, server } = received as Handshake;
  return { client, server };
}
