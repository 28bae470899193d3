/** Checks answers to 16.1. */
import { seededRandom } from "../../../lib/net/mod.ts";
import {
  type CallAdvice,
  type CallDue,
  type CallResult,
  checkClass,
  differenceAt,
  lettersFirst,
  type MethodCall,
  type ObjectCase,
  PROBES,
  randomSample,
  type Sample,
  shown,
  toBytes,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";
import type { ReceiverClass } from "../types.ts";

/**
 * A segment; what accept() must return, and what `ack` must be afterward; the
 * advice if one of them is wrong (or one advice for each).
 */
type Arrival = [
  seq: number,
  data: string | Uint8Array,
  ready: string | Uint8Array,
  ack: number,
  likely: CallAdvice | [accept: CallAdvice, ack: CallAdvice],
];

const IN_ORDER: Arrival[4] = [
  "A segment that starts at ack is in order: return its bytes at once, and " +
  "none that you returned before.",
  "ack moves on by the number of bytes that are in order.",
];
const EMPTY = "A segment without bytes contains nothing new.";
const AGAIN: Arrival[4] = [
  "You returned these bytes a second time. Bytes before ack were returned " +
  "already.",
  "A repeated segment contains nothing new.",
];
const OVERLAP = "The segment starts with old bytes, but its end is new: " +
  "return only the bytes from ack on.";
const EARLY: Arrival[4] = [
  "Bytes before these are still missing, so these must wait.",
  "ack is the first missing byte. Don't acknowledge bytes after a gap: the " +
  "sender forgets what you acknowledge, and the gap would never be filled.",
];
const FILLED: Arrival[4] = [
  "The gap is filled, but you dropped what had arrived early. Keep it, and " +
  "return it with the bytes that fill the gap.",
  "ack moves past the bytes that had arrived early, too.",
];
const SEVERAL = "More than one segment had arrived early: return all that " +
  "are in order now, in the order of their sequence numbers.";
const KEPT_OVERLAP =
  "What you kept starts before ack now, or in the middle of " +
  "another kept segment, and you never return it. Don't look only for a kept " +
  "segment that starts exactly at ack: drop its old bytes, and return the rest.";
const SHORTER =
  "A segment can arrive again with fewer bytes. If you keep segments " +
  "by their sequence number, a shorter one must not replace a longer one.";
const ZERO = "A byte that has arrived can be 0, and `if (byte)` is " +
  "false for it: compare with undefined.";
const PARTLY = "You dropped a whole segment, although its first bytes are " +
  "inside the window: keep those, and drop only the rest.";
const BEYOND: CallAdvice = ({ value }) =>
  lengthOf(value) === 0
    ? "You dropped bytes that start at ack, although there's room for them: it's " +
      "counted in sequence numbers from ack on, not in bytes that you keep."
    : lengthOf(value) < 4
    ? PARTLY
    : "Drop bytes beyond the window: from ack on, there's room for " +
      "`capacity` bytes. The sender sends the rest again.";
const ROOM: CallAdvice = ({ value }) =>
  lengthOf(value) < 4
    ? PARTLY
    : "Bytes in order need room too: this segment ends beyond the window, " +
      "counted from ack as it is when the segment arrives. Return what " +
      "fits, and drop the rest: the sender sends it again.";
const DROPPED = "You kept bytes that were beyond the window when they " +
  "arrived. Drop them, even if the window moves on afterward.";
const DUE =
  "The window starts at ack, so it has moved: there's room for these " +
  "bytes now. They were dropped when there was none, and arrive again.";
const OLD: Arrival[4] = [
  "This segment is old: everything before ack was returned already.",
  "ack never moves back, however old a segment is.",
];
const FAR = "This segment is far beyond the window. All 32 bits of the " +
  "distance count.";
const WRAP =
  "After 4294967295, small sequence numbers are the later ones, and " +
  "`a < b` doesn't know that. Take the difference as a signed 32-bit number, " +
  "`(a - b) | 0`, and keep ack an unsigned one with `>>> 0`.";
const TOP = 2 ** 32;

const CASES: ObjectCase[] = [
  story("segments arrive in order, starting at 1000", [1000, 20], [
    [1000, "abcd", "abcd", 1004, IN_ORDER],
    [1004, "ef", "ef", 1006, IN_ORDER],
    [1006, "", "", 1006, EMPTY],
  ]),
  story("a segment arrives again, and then with more", [1000, 20], [
    [1000, "abcd", "abcd", 1004, IN_ORDER],
    [1000, "abcd", "", 1004, AGAIN],
    [1002, "cdef", "ef", 1006, OVERLAP],
  ]),
  story("a segment arrives early, and then the missing one", [1000, 20], [
    [1003, "de", "", 1000, EARLY],
    [1000, "abc", "abcde", 1005, FILLED],
  ]),
  story("a segment that's kept overlaps the one that fills the gap", [50, 20], [
    [52, "cdef", "", 50, EARLY],
    [50, "abcd", "abcdef", 56, KEPT_OVERLAP],
  ]),
  story("four segments arrive in reverse order, and one again", [7, 20], [
    [13, "gh", "", 7, EARLY],
    [11, "ef", "", 7, EARLY],
    [9, "cd", "", 7, EARLY],
    [7, "abc", "abcdefgh", 15, SEVERAL],
    [8, "bcdefghij", "ij", 17, OVERLAP],
  ]),
  story("two segments that are kept overlap each other", [50, 20], [
    [52, "cdef", "", 50, EARLY],
    [54, "efgh", "", 50, EARLY],
    [50, "ab", "abcdefgh", 58, KEPT_OVERLAP],
  ]),
  story("an early segment arrives again, but shorter", [60, 20], [
    [62, "cdef", "", 60, EARLY],
    [62, "cd", "", 60, EARLY],
    [60, "ab", "abcdef", 66, SHORTER],
  ]),
  story("the bytes are zeros", [0, 20], [
    [2, "\0\0", "", 0, EARLY],
    [0, "\0\0", "\0\0\0\0", 4, ZERO],
  ]),
  story("a segment ends beyond the window", [0, 4], [
    [2, "cdef", "", 0, EARLY],
    [0, "ab", "abcd", 4, BEYOND],
  ]),
  story("six bytes arrive in order, and there's room for four", [0, 4], [
    [0, "abcdef", "abcd", 4, ROOM],
    [3, "d", "", 4, DROPPED],
    [4, "ef", "ef", 6, DUE],
  ]),
  story("there's room for one byte", [0, 1], [
    [1, "b", "", 0, EARLY],
    [0, "ab", "a", 1, "Only one byte is inside the window."],
    [1, "b", "b", 2, DUE],
  ]),
  story("segments arrive from far away", [0, 4], [
    [2 ** 16, "x", "", 0, FAR],
    [2 ** 31 - 1, "x", "", 0, FAR],
    [TOP - 4, "wxyz", "", 0, WRAP],
    [TOP - 2 ** 30, "wxyz", "", 0, OLD],
    [0, "a", "a", 1, FAR],
  ]),
  story("the sequence numbers wrap: from 4294967294 to 3", [TOP - 2, 20], [
    [1, "de", "", TOP - 2, WRAP],
    [TOP - 2, "abc", "abcde", 3, WRAP],
    [TOP - 1, "bcd", "", 3, WRAP],
  ]),
  story("the sequence numbers are large, and don't wrap", [TOP - 4, 20], [
    [TOP - 4, "ab", "ab", TOP - 2, WRAP],
  ]),
];

/** Checks an answer to 16.1. */
export async function checkReceiver(
  Receiver: ReceiverClass,
  trial: Trial,
): Promise<void> {
  const streams = lettersFirst((sample) => {
    const random = seededRandom(16);
    return Array.from({ length: 8 }, () => randomStory(random, sample));
  }, randomSample(161));
  await checkClass(
    trial,
    (initialSeq, capacity) => new Receiver(initialSeq, capacity),
    [...CASES, ...streams.flat()],
    { name: "Receiver", copies: true, explain },
  );
  checkTwo(Receiver, trial);
}

/** Two receivers of streams with the same numbers keep their bytes apart. */
function checkTwo(
  Receiver: ReceiverClass,
  trial: Trial,
): void {
  trial.step("two receivers start at the same number, and get different bytes");
  const texts = ["abcdef", "ABCDEF"];
  const receivers = texts.map(() => new Receiver(1000, 20));
  for (const [from, to] of [[2, 4], [4, 6], [0, 2]]) {
    for (const [i, text] of texts.entries()) {
      const ready: unknown = receivers[i].accept(
        1000 + from,
        toBytes(text.slice(from, to)),
      );
      const due = toBytes(from === 0 ? text : "");
      const { likely, problem } = PROBES.twoAtOnce("Receiver");
      if (differenceAt(ready, due) === undefined) continue;
      trial.fail({ problem, likely, expected: due, received: shown(ready) });
    }
  }
}

/** Segments that arrive at one receiver, with `ack` and `window` after each. */
function story(
  step: string,
  [initialSeq, capacity]: [initialSeq: number, capacity: number],
  arrivals: Arrival[],
): ObjectCase {
  const window: MethodCall = {
    do: "window",
    returns: capacity,
    likely: "The window is counted from ack. Bytes that arrived early lie " +
      "inside it, so they don't make it smaller, and you return bytes in " +
      "order at once. It's always `capacity`.",
    read: "Two windows",
  };
  return {
    step,
    make: [initialSeq, capacity],
    calls: [
      {
        do: "ack",
        returns: initialSeq,
        likely: "Before the first segment, ack is initialSeq.",
      },
      window,
      ...arrivals.flatMap(([seq, data, ready, ack, likely]) => {
        const [accepting, acking] = [likely, likely].flat();
        const args = [seq, toBytes(data)];
        const returns = toBytes(ready);
        return [
          { do: "accept", args, returns, likely: accepting },
          { do: "ack", returns: ack, likely: acking },
          window,
        ];
      }),
    ],
  };
}

/** Random overlapping pieces of a stream, checked by counting bytes. */
function randomStory(random: () => number, sample: Sample): ObjectCase {
  const below = (limit: number) => Math.floor(random() * limit);
  const stream = sample(60);
  const start = (2 ** 32 - below(90)) >>> 0;
  const capacity = 10 + below(30);
  const arrived = new Set<number>();
  const arrivals: Arrival[] = [];
  let ack = 0;
  while (ack < stream.length) {
    const from = Math.max(0, Math.min(59, ack - 8 + below(capacity + 8)));
    const data = stream.slice(from, from + below(9));
    data.forEach((_, i) => {
      if (from + i < ack + capacity) arrived.add(from + i);
    });
    const before = ack;
    while (arrived.has(ack)) ack++;
    arrivals.push([
      (start + from) >>> 0,
      data,
      stream.slice(before, ack),
      (start + ack) >>> 0,
      `The stream starts at ${start}, the capacity is ${capacity}, ack was ` +
      `${(start + before) >>> 0}, and bytes ${from} to ` +
      `${from + data.length} of the stream arrived. Follow your code with ` +
      "these numbers.",
    ]);
  }
  const step = "8 streams arrive in random pieces, in random order";
  return story(step, [start, capacity], arrivals);
}

const THROWN =
  "No segment is an error: networks lose, repeat, and delay. Keep " +
  "what's inside the window, and drop the rest.";

function explain(
  { value, error }: CallResult,
  { returns }: CallDue,
): string | undefined {
  if (error !== undefined) return THROWN;
  if (returns instanceof Uint8Array && !(value instanceof Uint8Array)) {
    return "Return the bytes that are in order now, or an empty Uint8Array.";
  }
  if (Number(value) < 0 && Number(value) >>> 0 === returns) {
    return "Sequence numbers go from 0 to 4294967295, and this one is " +
      "negative: `| 0` makes a signed 32-bit number. That's right for a " +
      "distance, but for ack itself, use `>>> 0`, which makes an unsigned one.";
  }
}

function lengthOf(value: unknown): number {
  return value instanceof Uint8Array ? value.length : 0;
}
