/** How an answer to 16.1 is checked. */
import { seededRandom } from "../../../lib/net/mod.ts";
import type { Trial } from "../../../lib/workbook/kit/mod.ts";
import type { ReceiverClass } from "../types.ts";

/** A segment, and what it must do. */
interface Arrival {
  step?: string;
  /** Starts over with a new receiver. */
  receiver?: [initialSeq: number, capacity: number];
  segment: [seq: number, text: string];
  /** What accept() must return. */
  ready: string;
  /** What `ack` must be afterward. */
  ack: number;
  /** What it means if accept() returns anything else. */
  likely: string;
  /** What it means if `ack` is wrong. @default {likely} */
  ackLikely?: string;
}

const MISSING = "Bytes before these are still missing, so these must wait.";
const BEYOND = "Drop bytes beyond the window: from ack on, there's room for " +
  "`capacity` bytes. The sender sends the rest again.";
const ROOM = "Bytes in order need room too: this segment ends beyond the " +
  "window, counted from ack as it is when the segment arrives. Hand on what " +
  "fits, and drop the rest: the sender sends it again.";
const WRAP =
  "After 4294967295, small sequence numbers are the later ones, and " +
  "`a < b` doesn't know that. Take the difference as a signed 32-bit number, " +
  "`(a - b) | 0`, and keep ack an unsigned one with `>>> 0`.";

const VIEW =
  "The bytes that arrived early have changed: you kept a view of the " +
  "caller's array, and the caller has reused that. Keep a copy.";
const DOT = ".".charCodeAt(0);

const ARRIVALS: Arrival[] = [
  {
    step: "segments arrive in order, starting at 1000",
    receiver: [1000, 20],
    segment: [1000, "abcd"],
    ready: "abcd",
    ack: 1004,
    likely: "A segment that starts at ack can be handed on at once.",
    ackLikely: "ack moves on by the number of bytes that are in order.",
  },
  {
    step: "the same segment arrives again",
    segment: [1000, "abcd"],
    ready: "",
    ack: 1004,
    likely: "You returned these bytes a second time. Bytes before ack were " +
      "returned already.",
    ackLikely: "A repeated segment brings nothing new.",
  },
  {
    step: "a segment starts before ack and ends after it",
    segment: [1002, "cdef"],
    ready: "ef",
    ack: 1006,
    likely:
      "The segment starts with old bytes, but its end is new: return only " +
      "the bytes from ack on.",
  },
  {
    step: "a segment arrives early, and then the missing one",
    segment: [1009, "jk"],
    ready: "",
    ack: 1006,
    likely: MISSING,
    ackLikely:
      "ack is the first missing byte. Don't acknowledge bytes after a " +
      "gap: the sender forgets what you acknowledge, and the gap would never " +
      "be filled.",
  },
  {
    segment: [1006, "ghi"],
    ready: "ghijk",
    ack: 1011,
    likely: "The gap is filled, but you dropped what had arrived early. Keep " +
      "it, and return it with the bytes that fill the gap.",
    ackLikely: "ack moves past the bytes that had arrived early, too.",
  },
  {
    step: "a segment ends beyond the window",
    receiver: [0, 4],
    segment: [2, "cdef"],
    ready: "",
    ack: 0,
    likely: MISSING,
  },
  { segment: [0, "ab"], ready: "abcd", ack: 4, likely: BEYOND },
  {
    step: "six bytes arrive in order, and there's room for four",
    receiver: [0, 4],
    segment: [0, "abcdef"],
    ready: "abcd",
    ack: 4,
    likely: ROOM,
  },
  {
    segment: [4, "ef"],
    ready: "ef",
    ack: 6,
    likely: "These bytes were dropped when there was no room, and now they " +
      "arrive again.",
  },
  {
    step: "the sequence numbers wrap: from 4294967294 over 0 to 3",
    receiver: [2 ** 32 - 2, 20],
    segment: [1, "de"],
    ready: "",
    ack: 2 ** 32 - 2,
    likely: WRAP,
  },
  { segment: [2 ** 32 - 2, "abc"], ready: "abcde", ack: 3, likely: WRAP },
  { segment: [2 ** 32 - 1, "bcd"], ready: "", ack: 3, likely: WRAP },
  {
    step: "the sequence numbers are large, and don't wrap yet",
    receiver: [2 ** 32 - 4, 20],
    segment: [2 ** 32 - 4, "ab"],
    ready: "ab",
    ack: 2 ** 32 - 2,
    likely: WRAP,
  },
];

/** Checks an answer to 16.1. */
export function checkReceiver(Receiver: ReceiverClass, trial: Trial): void {
  let receiver: InstanceType<ReceiverClass> | undefined;
  let capacity = 0;
  for (const one of ARRIVALS) {
    if (one.step !== undefined) trial.step(one.step);
    if (receiver === undefined || one.receiver !== undefined) {
      const [initialSeq, size] = one.receiver!;
      receiver = new Receiver(initialSeq, capacity = size);
      expectAck(receiver.ack, initialSeq, trial, {
        likely: "Before the first segment, ack is initialSeq.",
      });
    }
    const [seq, text] = one.segment;
    const data = encode(text);
    const ready = receiver.accept(seq, data);
    expectBytes(ready, encode(one.ready), trial, {
      likely: ready?.includes?.(DOT) ? VIEW : one.likely,
    });
    // What remains of the segment must be a copy.
    data.fill(DOT);
    expectAck(receiver.ack, one.ack, trial, {
      likely: one.ackLikely ?? one.likely,
    });
    expectWindow(receiver.window, capacity, trial);
  }

  trial.step("40 streams arrive in random pieces, in random order");
  const random = seededRandom(16);
  for (let i = 0; i < 40; i++) checkRandom(Receiver, random, trial);
}

/** Sends random overlapping pieces; knows what's right by plain counting. */
function checkRandom(
  Receiver: ReceiverClass,
  random: () => number,
  trial: Trial,
): void {
  const below = (limit: number) => Math.floor(random() * limit);
  const stream = Uint8Array.from({ length: 60 }, () => below(256));
  const start = (2 ** 32 - below(90)) >>> 0;
  const capacity = 10 + below(30);
  const receiver = new Receiver(start, capacity);
  const arrived = new Set<number>();
  let ack = 0;
  while (ack < stream.length) {
    const from = Math.max(0, Math.min(59, ack - 8 + below(capacity + 8)));
    const data = stream.slice(from, from + below(9));
    data.forEach((_, i) => {
      if (from + i < ack + capacity) arrived.add(from + i);
    });
    const before = ack;
    while (arrived.has(ack)) ack++;
    const likely = `The stream starts at ${start}, ack was ` +
      `${(start + before) >>> 0}, and bytes ${from} to ` +
      `${from + data.length} of the stream arrived. Follow your code with ` +
      "these numbers.";
    const ready = receiver.accept((start + from) >>> 0, data);
    expectBytes(ready, stream.slice(before, ack), trial, { likely });
    expectAck(receiver.ack, (start + ack) >>> 0, trial, { likely });
    expectWindow(receiver.window, capacity, trial);
  }
}

function expectBytes(
  received: unknown,
  expected: Uint8Array,
  trial: Trial,
  { likely }: { likely: string },
): void {
  if (!(received instanceof Uint8Array)) {
    trial.fail({
      problem: `accept() returned ${Deno.inspect(received)}.`,
      expected: "a Uint8Array",
      likely: "Return the bytes that are in order now, or an empty Uint8Array.",
    });
  }
  trial.equalBytes(received, expected, { likely });
}

function expectAck(
  ack: number,
  expected: number,
  trial: Trial,
  { likely }: { likely: string },
): void {
  trial.equal(ack, expected, {
    problem: `ack is ${Deno.inspect(ack)}, not ${expected}.`,
    likely: ack < 0 && ack >>> 0 === expected
      ? "Sequence numbers go from 0 to 4294967295, and this one is negative: " +
        "`| 0` makes a signed 32-bit number. That's right for a distance, but " +
        "for ack itself, use `>>> 0`, which makes an unsigned one."
      : likely,
  });
}

function expectWindow(window: number, capacity: number, trial: Trial): void {
  trial.equal(window, capacity, {
    problem: `window is ${Deno.inspect(window)}, not ${capacity}.`,
    likely: "The window is counted from ack. Bytes that arrived early lie " +
      "inside it, so they don't make it smaller, and bytes in order don't " +
      "stay. It's always `capacity`.",
    read: "Two windows",
  });
}

function encode(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}
