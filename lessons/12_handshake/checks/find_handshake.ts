/** Checks answers to 12.2. */
import {
  type Advice,
  type CallResult,
  checkFunction,
  type FunctionCase,
  shown,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";
import type { FindHandshake, Handshake, Segment } from "../types.ts";
import {
  describe,
  fromClient,
  fromServer,
  recordedConnections,
} from "./segments.ts";

/** Segments, the likely cause of a wrong result, and the right result. */
type Case = [
  step: string,
  segments: Segment[],
  likely: string,
  /** The handshake from 100 and 300 by default. */
  expected?: Handshake | null,
];

const SYN_ACK = { syn: true, ack: true };
const RST_ACK = { rst: true, ack: true };

const syn = (sequence: number) =>
  fromClient({ sequence, flags: { syn: true } });
const synAck = (sequence: number, acknowledgment: number) =>
  fromServer({ sequence, acknowledgment, flags: SYN_ACK });
const ack = (sequence: number, acknowledgment: number, data = "") =>
  fromClient({ sequence, acknowledgment, data, flags: { ack: true } });
const serverAck = (sequence: number, acknowledgment: number, data = "") =>
  fromServer({ sequence, acknowledgment, data, flags: { ack: true } });
const reset = (acknowledgment: number) =>
  fromServer({ acknowledgment, flags: RST_ACK });

const FOUND = { client: 100, server: 300 };

const OTHER_SYN =
  "You took a SYN-ACK that answers another, older SYN. It belongs to a SYN only " +
  "if it acknowledges that SYN's sequence number plus one, so compare them.";
const ORDER =
  "An answer comes after what it answers. Look for the SYN-ACK after " +
  "the SYN, and for the ACK after the SYN-ACK.";
const STRANGE_SEGMENT =
  "A segment that isn't one of the three doesn't change anything. " +
  "Skip it.";

/** Cases that "Three segments" explains. */
const CASES: Case[] = [
  [
    "three segments, then data",
    [syn(100), synAck(300, 101), ack(101, 301), ack(101, 301, "hello")],
    "These are SYN, SYN-ACK, and ACK. Return the sequence numbers of the first " +
    "two.",
  ],
  [
    "a handshake without its third segment",
    [syn(100), synAck(300, 101)],
    "You accepted two segments. Without the third, there's no handshake: the " +
    "server doesn't know yet whether the client can hear it.",
    null,
  ],
  [
    "a handshake without its second segment",
    [syn(100), ack(101, 301)],
    "Without a SYN-ACK, there's no handshake. If you saw one in an earlier " +
    "call, it doesn't count: remember it in a variable inside the function.",
    null,
  ],
  [
    "a handshake without its first segment",
    [synAck(300, 101), ack(101, 301)],
    "Without the client's SYN, there's no handshake. If you saw one in an " +
    "earlier call, it doesn't count: remember it in a variable inside the " +
    "function.",
    null,
  ],
  [
    "the middle of a connection",
    [ack(500, 700, "hello"), serverAck(700, 505)],
    "The start of this connection wasn't captured, so you can't know the " +
    "initial sequence numbers. Return null.",
    null,
  ],
  [
    "a refused connection",
    [syn(100), reset(101)],
    "The server answered the SYN with a reset. Without a SYN-ACK, there's no " +
    "handshake.",
    null,
  ],
  [
    "an ACK from the server instead of the SYN-ACK",
    [syn(100), serverAck(300, 101), ack(101, 301)],
    "You accepted an ACK as the second segment. That has to be the server's " +
    "SYN, which brings B. An ACK without SYN doesn't, whatever it acknowledges.",
    null,
  ],
  [
    "a segment without ACK instead of the third",
    [
      syn(100),
      synAck(300, 101),
      fromClient({ sequence: 101, acknowledgment: 301, flags: { psh: true } }),
    ],
    "Without the ACK flag, the acknowledgment number means nothing, so this " +
    "segment doesn't answer the SYN-ACK. Look at `flags.ack`.",
    null,
  ],
  [
    "a SYN-ACK with another acknowledgment number",
    [syn(100), synAck(300, 51), ack(101, 301)],
    OTHER_SYN,
    null,
  ],
  [
    "a third segment with another acknowledgment number",
    [syn(100), synAck(300, 101), ack(101, 999)],
    "The third segment has to show that the client received B, so compare its " +
    "acknowledgment number with B + 1.",
    null,
  ],
  [
    "an ACK from the server instead of the client",
    [syn(100), synAck(100, 101), serverAck(101, 101)],
    "The third segment has to come from the client. This one has the right " +
    "acknowledgment number by chance, but the server's port.",
    null,
  ],
  [
    "a SYN-ACK from the client's port",
    [
      syn(100),
      fromClient({ sequence: 300, acknowledgment: 101, flags: SYN_ACK }),
      ack(101, 301),
    ],
    "The second segment has to come from the other end, because the client " +
    "doesn't answer itself. So its source port must differ from the SYN's.",
    null,
  ],
  [
    "the right three segments, the last one first",
    [ack(101, 301), synAck(300, 101), syn(100)],
    ORDER,
    null,
  ],
  [
    "an ACK before the SYN-ACK",
    [syn(100), ack(101, 301), synAck(300, 101)],
    ORDER,
    null,
  ],
  [
    "a reset instead of the third segment",
    [
      syn(100),
      synAck(300, 101),
      fromClient({ sequence: 101, acknowledgment: 301, flags: RST_ACK }),
    ],
    "You accepted a reset as the third segment. It says that there's no such " +
    "connection, whatever it acknowledges.",
    null,
  ],
  [
    "other segments in between",
    [
      serverAck(9, 8),
      syn(100),
      ack(7, 7),
      synAck(300, 101),
      serverAck(301, 101, "hi"),
      ack(101, 301),
    ],
    "The three segments don't have to follow each other directly. Skip the " +
    "others.",
  ],
  [
    "a third segment with data",
    [syn(100), synAck(300, 101), ack(101, 301, "hello")],
    "The third segment may carry data. It still acknowledges the SYN-ACK.",
  ],
  [
    "the client's first ACK is missing, but not its data",
    [syn(100), synAck(300, 101), ack(106, 301, "world")],
    "You recognize the third segment by its acknowledgment number, B + 1. It " +
    "may have any sequence number, because a capture can miss segments.",
  ],
  [
    "a third segment with data, PSH, and FIN",
    [
      syn(100),
      synAck(300, 101),
      fromClient({
        sequence: 101,
        acknowledgment: 301,
        data: "bye",
        flags: { ack: true, psh: true, fin: true },
      }),
    ],
    "The third segment needs ACK, and must have neither SYN nor RST. Any other " +
    "flag may be set.",
  ],
  [
    "a SYN with data, ECE, and CWR, and a SYN-ACK with ECE",
    [
      fromClient({
        sequence: 100,
        data: "early",
        flags: { syn: true, ece: true, cwr: true },
      }),
      fromServer({
        sequence: 300,
        acknowledgment: 101,
        flags: { ...SYN_ACK, ece: true },
      }),
      ack(101, 301),
    ],
    "To recognize a SYN, look only at SYN and ACK. Any other flag may be set, " +
    "and it may carry data (TCP Fast Open).",
  ],
  [
    "a client whose port is lower than the server's",
    [
      fromServer({ sequence: 100, flags: { syn: true } }),
      fromClient({ sequence: 300, acknowledgment: 101, flags: SYN_ACK }),
      serverAck(101, 301),
    ],
    "A port's number doesn't say which end is the client. The client is the end " +
    "that sends the SYN. The SYN-ACK comes from the other port, and the ACK " +
    "from the same port as the SYN.",
  ],
  [
    "numbers that wrap around",
    [syn(4294967295), synAck(4294967295, 0), ack(0, 0)],
    "After 4294967295 comes 0: A + 1 is (A + 1) >>> 0.",
    { client: 4294967295, server: 4294967295 },
  ],
  [
    "initial sequence numbers of 0",
    [syn(0), synAck(0, 1), ack(1, 1)],
    "0 is a sequence number like any other, but it's falsy. To find out whether " +
    "you've seen a SYN, compare with undefined.",
    { client: 0, server: 0 },
  ],
  ["no segments at all", [], "There's no handshake here. Return null.", null],
];

/** Cases that "Retransmissions" explains. */
const RETRANSMISSIONS: Case[] = [
  [
    "a SYN retransmitted twice",
    [syn(100), syn(100), syn(100), synAck(300, 101), ack(101, 301)],
    "The client got no answer in time, so it sent its SYN again, with the same " +
    "sequence number. It's the same SYN, not the second segment.",
  ],
  [
    "a SYN retransmitted after the SYN-ACK",
    [syn(100), synAck(300, 101), syn(100), ack(101, 301)],
    "This SYN has the same number, so the SYN-ACK still answers it. Start over " +
    "only if the number is different.",
  ],
  [
    "a retransmitted SYN-ACK",
    [syn(100), synAck(300, 101), synAck(300, 101), ack(101, 301)],
    "A retransmitted SYN-ACK isn't the third segment, and it's no reason to " +
    "start over.",
  ],
  [
    "a SYN retransmitted after the handshake",
    [syn(100), synAck(300, 101), ack(101, 301), syn(100)],
    "The handshake is complete: return it as soon as you've seen its third " +
    "segment.",
  ],
  [
    "a retransmitted SYN-ACK, where both ends start with the same number",
    [syn(100), synAck(100, 101), synAck(100, 101)],
    "The third segment is an ACK without SYN, from the client.",
    null,
  ],
  [
    "three attempts, each with another number",
    [
      syn(50),
      synAck(200, 51),
      syn(75),
      synAck(250, 76),
      syn(100),
      synAck(300, 101),
      ack(101, 301),
    ],
    "A SYN with another number starts over. Forget the SYN-ACK that answered " +
    "the SYN before it.",
  ],
  [
    "a refused connection, and another attempt",
    [syn(50), reset(51), syn(100), synAck(300, 101), ack(101, 301)],
    "A reset ends one attempt, but the client may make another one. Go on.",
  ],
  [
    "a second attempt, but only the first one is answered",
    [syn(50), synAck(200, 51), syn(100), ack(51, 201)],
    "The SYN-ACK answered the first SYN, but the second SYN has another number. " +
    "When you see it, forget the SYN-ACK.",
    null,
  ],
  [
    "two attempts, the first one with number 0",
    [syn(0), synAck(200, 1), syn(100), ack(1, 201)],
    "0 is a sequence number like any other, but it's falsy. To find out whether " +
    "there was a SYN, compare with undefined. The second SYN has another number, " +
    "so it starts over.",
    null,
  ],
  [
    "a late reset, then the SYN-ACK",
    [syn(50), syn(100), reset(51), synAck(300, 101), ack(101, 301)],
    "A reset isn't one of the three, so skip it. This one answers an older SYN.",
  ],
  [
    "a late SYN-ACK, then the right one",
    [syn(100), synAck(200, 51), synAck(300, 101), ack(101, 301)],
    OTHER_SYN,
  ],
  [
    "the right SYN-ACK, then a late one",
    [syn(100), synAck(300, 101), synAck(200, 51), ack(101, 301)],
    "The late SYN-ACK answers another SYN. Skip it, and keep the SYN-ACK that " +
    "you have.",
  ],
  [
    "an outdated acknowledgment, then the right one",
    [syn(100), synAck(300, 101), ack(101, 250), ack(101, 301)],
    STRANGE_SEGMENT,
  ],
];

const RECORDED = recordedConnections().map((segments): Case => [
  `a captured connection of ${segments.length} segments`,
  segments,
  "This is a real connection: SYN, SYN-ACK, ACK, then data and the close.",
  { client: segments[0].sequence, server: segments[1].sequence },
]);

/** Checks an answer to 12.2, `findHandshake()`. */
export async function checkFindHandshake(
  findHandshake: FindHandshake,
  trial: Trial,
): Promise<void> {
  await checkFunction(trial, findHandshake, [
    ...CASES.map((one) => callOf(one)),
    ...RETRANSMISSIONS.map((one) => callOf(one, "Retransmissions")),
    ...RECORDED.map((one) => callOf(one)),
  ], { name: "findHandshake" });
}

function callOf(
  [step, segments, likely, expected = FOUND]: Case,
  read?: string,
): FunctionCase {
  return {
    step,
    label: `findHandshake([${describeAll(segments)}])`,
    args: [segments],
    returns: expected,
    likely: (result) => explain(result, expected) ?? likely,
    read,
  };
}

/** Explains a result that isn't a handshake, or that has wrong numbers. */
function explain(
  { value, error }: CallResult,
  expected: Handshake | null,
): string | Partial<Advice> | undefined {
  if (error !== undefined) return undefined;
  if (value === null) return undefined;
  const { client, server } = Object(value);
  if (expected === null) {
    return client === undefined
      ? "If there's no handshake, return null, and nothing else."
      : undefined;
  }
  if (typeof client !== "number" || typeof server !== "number") {
    return {
      expected: shown(expected),
      received: Deno.inspect(value, { depth: 0 }),
      likely: "Return an object with two numbers, `client` and `server`: the " +
        "sequence numbers of the SYN and of the SYN-ACK.",
    };
  }
  const [a, b] = [expected.client, expected.server];
  if (client === b && server === a && a !== b) {
    return "You swapped the two numbers. `client` is the sequence number of the " +
      "SYN without ACK.";
  }
  if (client === a + 1 || server === b + 1) {
    return "You returned acknowledgment numbers, which are one higher. Return " +
      "the sequence numbers of the SYN and of the SYN-ACK themselves.";
  }
}

/** Describes the first segments, each with its sender. */
function describeAll(segments: Segment[]): string {
  const syn = segments.find(({ flags }) => flags.syn && !flags.ack);
  const { sourcePort: client } = syn ?? fromClient({});
  return segments.slice(0, 6).map((one) =>
    `${one.sourcePort === client ? "client" : "server"} ${describe(one)}`
  ).join("; ");
}
