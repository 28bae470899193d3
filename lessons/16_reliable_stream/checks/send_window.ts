/** Checks answers to 16.3. */
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
  randomSample,
  type Sample,
  toBytes,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";
import { SendWindow as Solution } from "../solution.ts";
import type { Piece, SendWindowClass } from "../types.ts";

/** A piece in the table: its sequence number, and its bytes. */
type Due = [seq: number, data: string | Uint8Array];

const EMPTY = "Without bytes, there's no segment.";
const NEXT = "Take the bytes that come next, segmentSize at most.";
const MERGE = "Take as many bytes as fit, up to segmentSize, no matter which " +
  "push() they came with.";
const START =
  "These are the right bytes, with a wrong number: the very first byte has the " +
  "sequence number initialSeq, and `seq` is that of a piece's first byte.";
const REST = "Append what's pushed to the bytes that are left.";
const FULL = "The peer's window starts at the oldest unacknowledged byte, so " +
  "bytes in flight count against it.";
const LITTLE_ROOM: CallAdvice = ({ value }) =>
  value === undefined
    ? "The peer has less room than a segment, but it has some: send what fits."
    : FULL;
const ZERO = "A window of 0 means that there's no room at all: wait.";
const IN_FLIGHT = "Bytes are in flight from when they're taken until they're " +
  "acknowledged. Sending them again doesn't add to them.";
const MIDDLE = "An acknowledgment counts bytes, so it can end in the middle " +
  "of a segment.";
const OLD = "An acknowledgment of nothing new changes nothing.";
const NEVER = "This acknowledges bytes that were never sent: ignore it.";
/** The advice if what comes next is wrong, after an acknowledgment of it. */
const NOT_SENT: CallAdvice = ({ value }) =>
  Object(value).seq === 1006 ? MERGE : NEVER;
const ALL = "This acknowledges everything that was sent: `ack` is the number " +
  "after the last byte. Ignore only what's beyond that.";
const SEVERAL =
  "An acknowledgment can cover several segments: all bytes before " +
  "`ack` have arrived.";
const WRAP =
  "Sequence numbers have 32 bits: after 4294967295 comes 0. `>>> 0` " +
  "wraps a sum, and `(a - b) | 0` is the distance.";
const TOP = 2 ** 32;

/** The advice if retransmit() returns something else the second time. */
const AGAIN: CallAdvice = ({ value }) =>
  value === undefined
    ? "The bytes that retransmit() returned are still in flight, and may get " +
      "lost again. Only acknowledge() ends that."
    : "retransmit() must not move on with each call: always start from the " +
      "oldest byte in flight. Only acknowledge() moves that.";

/** The advice if retransmit() returns a wrong piece. */
const OLDEST = (oldest: number, inFlight: number): CallAdvice => ({ value }) =>
  Object(value).seq < oldest
    ? "These bytes are acknowledged, so the peer has them already. Send " +
      "again only what's in flight."
    : Object(value).data?.length > inFlight
    ? "retransmit() returned bytes that were never sent: only takeNext() " +
      "brings bytes into flight. Limit it to what's in flight."
    : "Send again from the oldest byte in flight: as many as fit, or what's " +
      "left of the oldest segment.";

const CASES: ObjectCase[] = [
  story("there's nothing to send yet", [1000, 4], [
    take(100, undefined, 0, EMPTY),
    again(undefined, 0, "Nothing is in flight."),
    acknowledge(1000, 0, OLD),
    push(""),
    take(100, undefined, 0, EMPTY),
  ]),
  story("10 bytes go out in segments of 4, to a peer with room for 9", [0, 4], [
    push("abcdefghij"),
    take(9, [0, "abcd"], 4, NEXT),
    take(9, [4, "efgh"], 8, NEXT),
    take(9, [8, "i"], 9, LITTLE_ROOM),
    take(9, undefined, 9, FULL),
    take(3, undefined, 9, "The peer may shrink its window: then wait."),
  ]),
  story("the first of two segments is acknowledged; no more room", [1000, 4], [
    push("abcdefghij"),
    take(8, [1000, "abcd"], 4, NEXT),
    take(8, [1004, "efgh"], 8, NEXT),
    retransmit([1000, "abcd"], OLDEST(1000, 8)),
    retransmit([1000, "abcd"], AGAIN),
    again([1000, "abcd"], 8, OLDEST(1000, 8)),
    acknowledge(1004, 4, IN_FLIGHT),
    take(0, undefined, 4, ZERO),
    again([1004, "efgh"], 4, OLDEST(1004, 4)),
  ]),
  story("three segments are acknowledged at once", [3_000_000_000, 2], [
    push("abcdefgh"),
    take(8, [3_000_000_000, "ab"], 2, NEXT),
    take(8, [3_000_000_002, "cd"], 4, NEXT),
    take(8, [3_000_000_004, "ef"], 6, NEXT),
    take(8, [3_000_000_006, "gh"], 8, NEXT),
    acknowledge(3_000_000_006, 2, SEVERAL),
    again([3_000_000_006, "gh"], 2, OLDEST(3_000_000_006, 2)),
    acknowledge(3_000_000_008, 0, ALL),
  ]),
  story("an acknowledgment ends in the middle of a segment", [1000, 4], [
    push("abcdefgh"),
    take(7, [1000, "abcd"], 4, NEXT),
    take(7, [1004, "efg"], 7, LITTLE_ROOM),
    acknowledge(1002, 5, MIDDLE),
    again([1002, "cdef"], 5, OLDEST(1002, 5), [1002, "cd"]),
    acknowledge(1005, 2, MIDDLE),
    again([1005, "fg"], 2, OLDEST(1005, 2)),
  ]),
  story("acknowledgments are old, or for bytes never sent", [1000, 4], [
    push("abcdefghij"),
    take(8, [1000, "abcd"], 4, NEXT),
    take(6, [1004, "ef"], 6, LITTLE_ROOM),
    acknowledge(1004, 2, IN_FLIGHT),
    ...[1004, 1003, 1000, 900].map((ack) => acknowledge(ack, 2, OLD)),
    ...[1007, 1010, 1011, 5000].map((ack) => acknowledge(ack, 2, NEVER)),
    again([1004, "ef"], 2, NEVER),
    take(6, [1006, "ghij"], 6, NOT_SENT),
  ]),
  story("everything is acknowledged; the peer has room for 0, 4, and 5 bytes", [
    1000,
    4,
  ], [
    push("abcde"),
    take(4, [1000, "abcd"], 4, NEXT),
    acknowledge(1004, 0, ALL),
    take(0, undefined, 0, ZERO),
    again(undefined, 0, "Everything is acknowledged."),
    push("fg"),
    push("h"),
    take(4, [1004, "efgh"], 4, REST),
    push("i"),
    take(5, [1008, "i"], 5, REST),
    acknowledge(1009, 0, IN_FLIGHT),
    take(100, undefined, 0, EMPTY),
  ]),
  story("the sequence numbers wrap", [TOP - 2, 4], [
    push("abcdef"),
    take(100, [TOP - 2, "abcd"], 4, WRAP),
    take(100, [2, "ef"], 6, WRAP),
    acknowledge(2, 2, WRAP),
    again([2, "ef"], 2, WRAP),
  ]),
  story("the acknowledgment number is 0", [TOP - 4, 4], [
    push("abcdef"),
    take(100, [TOP - 4, "abcd"], 4, WRAP),
    acknowledge(
      0,
      0,
      "0 is a sequence number like any other: it comes after " +
        "4294967295.",
    ),
    take(100, [0, "ef"], 2, WRAP),
    again([0, "ef"], 2, WRAP),
  ]),
  story("200,000 bytes are pushed at once", [0, 4], [
    push(new Uint8Array(200_000)),
    take(4, [0, "\0\0\0\0"], 4, NEXT),
  ]),
];

/** Checks an answer to 16.3. */
export async function checkSendWindow(
  SendWindow: SendWindowClass,
  trial: Trial,
): Promise<void> {
  const streams = lettersFirst((sample) => {
    const random = seededRandom(163);
    return Array.from({ length: 10 }, () => randomStory(random, sample));
  }, randomSample(163));
  await checkClass(
    trial,
    (initialSeq, segmentSize) => new SendWindow(initialSeq, segmentSize),
    [...CASES, ...streams.flat()],
    { name: "SendWindow", copies: true, explain },
  );
}

function story(
  step: string,
  make: [initialSeq: number, segmentSize: number],
  calls: MethodCall[][],
): ObjectCase {
  return { step, make, calls: calls.flat() };
}

function push(data: string | Uint8Array): MethodCall[] {
  return [{ do: "push", args: [toBytes(data)] }];
}

function take(
  peerWindow: number,
  due: Due | undefined,
  inFlight: number,
  likely: CallAdvice,
  inFlightLikely: CallAdvice = IN_FLIGHT,
): MethodCall[] {
  const [args, returns] = [[peerWindow], pieceOf(due)];
  const isNone = due === undefined;
  return [
    { do: "takeNext", args, returns, likely, again: isNone },
    look(inFlight, inFlightLikely),
  ];
}

function acknowledge(
  ack: number,
  inFlight: number,
  likely: string,
): MethodCall[] {
  return [
    { do: "acknowledge", args: [ack], again: true },
    look(inFlight, likely),
  ];
}

/** Calls retransmit() twice; `other` is a right result, too. */
function again(
  due: Due | undefined,
  inFlight: number,
  likely: CallAdvice,
  other = due,
): MethodCall[] {
  return [
    {
      do: "retransmit",
      args: [],
      returns: pieceOf(due),
      accepts: (value) => differenceAt(value, pieceOf(other)) === undefined,
      likely,
      again: true,
    },
    look(inFlight, IN_FLIGHT),
  ];
}

/** Calls retransmit() once. */
function retransmit(due: Due, likely: CallAdvice): MethodCall[] {
  return [{ do: "retransmit", args: [], returns: pieceOf(due), likely }];
}

function look(inFlight: number, likely: CallAdvice): MethodCall {
  return { do: "inFlight", returns: inFlight, likely };
}

function pieceOf(due: Due | undefined): Piece | undefined {
  return due && { seq: due[0], data: toBytes(due[1]) };
}

/** Random calls, compared with the workbook's own window. */
function randomStory(random: () => number, sample: Sample): ObjectCase {
  const below = (limit: number) => Math.floor(random() * limit);
  const start = (2 ** 32 - below(60)) >>> 0;
  const size = 1 + below(8);
  const right = new Solution(start, size);
  const done: string[] = [`new SendWindow(${start}, ${size})`];
  let acked = start;
  let unpushed = sample(40 * 20);
  // The end of each segment that was taken and isn't acknowledged.
  let ends: number[] = [];
  const calls = Array.from({ length: 40 }, () => {
    const [action, n] = [below(4), below(20)];
    if (action === 0) {
      const data = unpushed.slice(0, n);
      unpushed = unpushed.subarray(n);
      done.push(`push(${n} bytes)`);
      right.push(data);
      return push(data);
    }
    if (action === 1) {
      acked = (acked + below(right.inFlight + 1)) >>> 0;
      done.push(`acknowledge(${acked})`);
      right.acknowledge(acked);
      ends = ends.filter((end) => ((end - acked) | 0) > 0);
      return acknowledge(acked, right.inFlight, `So far: ${done.join(", ")}.`);
    }
    done.push(action === 2 ? `takeNext(${n})` : "retransmit()");
    const likely = `So far: ${done.join(", ")}.`;
    const piece = action === 2 ? right.takeNext(n) : right.retransmit();
    const due: Due | undefined = piece && [piece.seq, piece.data];
    if (action === 2) {
      if (piece) ends.push((piece.seq + piece.data.length) >>> 0);
      return take(n, due, right.inFlight, likely, likely);
    }
    const left = piece?.data.subarray(0, (ends[0] - acked) | 0);
    return again(due, right.inFlight, likely, piece && [piece.seq, left!]);
  });
  const step = "10 streams meet random windows and acknowledgments";
  return story(step, [start, size], calls);
}

function explain(
  { value, error }: CallResult,
  { returns, args }: CallDue & { args: unknown[] },
): string | undefined {
  if (error !== undefined) {
    return args.length === 1 && typeof args[0] === "number"
      ? "This is no error: ignore an acknowledgment of nothing new or of bytes " +
        "never sent, and return undefined if there's nothing to take."
      : undefined;
  }
  if (returns === undefined) return undefined;
  if (typeof returns !== "object" || value === undefined) return undefined;
  const { seq, data } = Object(value);
  if (typeof seq !== "number" || !(data instanceof Uint8Array)) {
    return "A piece has two properties: `seq`, a number, and `data`, a " +
      "Uint8Array.";
  }
  const due = returns as Piece;
  if (seq === due.seq || differenceAt(data, due.data) !== undefined) {
    return undefined;
  }
  return (seq - due.seq) % TOP === 0 ? WRAP : START;
}
