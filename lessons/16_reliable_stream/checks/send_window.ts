/** How an answer to 16.3 is checked. */
import { seededRandom } from "../../../lib/net/mod.ts";
import type { Trial } from "../../../lib/workbook/kit/mod.ts";
import { SendWindow as Solution } from "../solution.ts";
import type { Piece, SendWindowClass } from "../types.ts";

/** A piece in the table: its sequence number, and its bytes as text. */
type TextPiece = [seq: number, text: string];

/** One call, and what must be so afterward. */
interface Call {
  step?: string;
  /** Starts over with a new window. */
  isNew?: [initialSeq: number, segmentSize: number];
  push?: string;
  acknowledge?: number;
  /** The peer's window for `takeNext`; without any of these, `retransmit`. */
  take?: number;
  /** What `takeNext` or `retransmit` may return; none means `undefined`. */
  pieces?: TextPiece[];
  /** The number of bytes in flight afterward. */
  inFlight: number;
  /** What it means if another piece comes. */
  likely?: string;
  /** What it means if `undefined` comes instead of a piece. @default {likely} */
  ifNone?: string;
  /** What it means if `inFlight` is wrong. */
  inFlightLikely?: string;
}

const FULL = "The peer's window starts at the oldest unacknowledged byte, so " +
  "bytes in flight count against it.";
const ZERO = "A window of 0 means that there's no room at all: wait.";
const OLD = "An acknowledgment of nothing new changes nothing.";
const NEVER = "This acknowledges bytes that were never sent: ignore it.";
const WRAP =
  "Sequence numbers have 32 bits: after 4294967295 comes 0. `>>> 0` " +
  "wraps a sum, and `(a - b) | 0` is the distance.";

const CALLS: Call[] = [
  {
    step: "there's nothing to send yet",
    isNew: [1000, 4],
    take: 100,
    inFlight: 0,
    likely: "Without bytes, there's no segment.",
  },
  { inFlight: 0, likely: "Nothing is in flight." },
  {
    step: "10 bytes go out in segments of 4, and the peer has room for 9",
    push: "abcdefghij",
    inFlight: 0,
  },
  {
    take: 9,
    pieces: [[1000, "abcd"]],
    inFlight: 4,
    likely:
      "Take segmentSize bytes from the front. If these are dots, push() " +
      "didn't copy: the caller reuses its array.",
  },
  {
    take: 9,
    pieces: [[1004, "efgh"]],
    inFlight: 8,
    likely: "Continue after the bytes that were taken.",
  },
  {
    step: "the peer has less room left than a segment",
    take: 9,
    pieces: [[1008, "i"]],
    inFlight: 9,
    likely: FULL,
    ifNone: "The peer has less room than a segment, but it has some: send " +
      "what fits.",
  },
  { take: 9, inFlight: 9, likely: FULL },
  {
    step: "the first segment is acknowledged, and the window closes",
    acknowledge: 1004,
    inFlight: 5,
  },
  { take: 0, inFlight: 5, likely: ZERO },
  {
    pieces: [[1004, "efgh"]],
    inFlight: 5,
    likely: "Send again from the oldest byte in flight: as many as fit, or " +
      "what's left of the oldest segment.",
  },
  {
    step: "an acknowledgment ends in the middle of a segment",
    acknowledge: 1006,
    inFlight: 3,
    inFlightLikely: "An acknowledgment counts bytes, so it can end in the " +
      "middle of a segment.",
  },
  {
    pieces: [[1006, "ghi"], [1006, "gh"]],
    inFlight: 3,
    likely: "1004 and 1005 are acknowledged, so the peer has them already. " +
      "Send again what's in flight, from 1006 on.",
  },
  {
    step: "old acknowledgments arrive, and some for bytes never sent",
    acknowledge: 1000,
    inFlight: 3,
    inFlightLikely: OLD,
  },
  { acknowledge: 1004, inFlight: 3, inFlightLikely: OLD },
  { acknowledge: 1006, inFlight: 3, inFlightLikely: OLD },
  { acknowledge: 5000, inFlight: 3, inFlightLikely: NEVER },
  { acknowledge: 1010, inFlight: 3, inFlightLikely: NEVER },
  { pieces: [[1006, "ghi"], [1006, "gh"]], inFlight: 3, likely: NEVER },
  {
    step: "everything is acknowledged; the peer's window is 0, and then 4",
    acknowledge: 1009,
    inFlight: 0,
  },
  { take: 0, inFlight: 0, likely: ZERO },
  { inFlight: 0, likely: "Everything is acknowledged." },
  { push: "klm", inFlight: 0 },
  {
    take: 4,
    pieces: [[1009, "jklm"]],
    inFlight: 4,
    likely: "Append what's pushed to the bytes that are left.",
  },
  {
    step: "the sequence numbers wrap",
    isNew: [2 ** 32 - 2, 4],
    push: "abcdef",
    inFlight: 0,
  },
  { take: 100, pieces: [[2 ** 32 - 2, "abcd"]], inFlight: 4, likely: WRAP },
  { take: 100, pieces: [[2, "ef"]], inFlight: 6, likely: WRAP },
  { acknowledge: 2, inFlight: 2, inFlightLikely: WRAP },
  { pieces: [[2, "ef"]], inFlight: 2, likely: WRAP },
];

/** Checks an answer to 16.3. */
export function checkSendWindow(
  SendWindow: SendWindowClass,
  trial: Trial,
): void {
  let window = new SendWindow(0, 1);
  for (const one of CALLS) {
    if (one.step !== undefined) trial.step(one.step);
    if (one.isNew !== undefined) window = new SendWindow(...one.isNew);
    if (one.push !== undefined) {
      const data = new TextEncoder().encode(one.push);
      window.push(data);
      data.fill(".".charCodeAt(0));
    } else if (one.acknowledge !== undefined) {
      window.acknowledge(one.acknowledge);
    } else {
      const piece = one.take === undefined
        ? window.retransmit()
        : window.takeNext(one.take);
      const pieces = one.pieces?.map(([seq, text]) => ({
        seq,
        data: new TextEncoder().encode(text),
      }));
      const ifNone = piece === undefined ? one.ifNone : undefined;
      expectPiece(piece, pieces ?? [], trial, ifNone ?? one.likely!);
    }
    expectInFlight(window.inFlight, one.inFlight, trial, one.inFlightLikely);
  }

  trial.step("40 streams meet random windows and acknowledgments");
  const random = seededRandom(163);
  for (let i = 0; i < 40; i++) checkRandom(SendWindow, random, trial);
}

/** Makes the same calls to the answer and to a right one. */
function checkRandom(
  SendWindow: SendWindowClass,
  random: () => number,
  trial: Trial,
): void {
  const below = (limit: number) => Math.floor(random() * limit);
  const start = (2 ** 32 - below(60)) >>> 0;
  const size = 1 + below(8);
  const [one, right] = [SendWindow, Solution].map((Class) =>
    new Class(start, size)
  );
  const calls = [`new SendWindow(${start}, ${size})`];
  let acked = start;
  // The end of each segment that was taken and isn't acknowledged.
  let ends: number[] = [];
  for (let i = 0; i < 40; i++) {
    const action = below(4);
    const n = below(20);
    let pieces: (Piece | undefined)[] | undefined;
    if (action === 0) {
      const data = Uint8Array.from({ length: n }, () => below(256));
      calls.push(`push(${n} bytes)`);
      for (const each of [one, right]) each.push(data);
    } else if (action === 1) {
      acked = (acked + below(right.inFlight + 1)) >>> 0;
      calls.push(`acknowledge(${acked})`);
      for (const each of [one, right]) each.acknowledge(acked);
      ends = ends.filter((end) => ((end - acked) | 0) > 0);
    } else if (action === 2) {
      calls.push(`takeNext(${n})`);
      pieces = [one, right].map((each) => each.takeNext(n));
      const taken = pieces[1];
      if (taken) ends.push((taken.seq + taken.data.length) >>> 0);
    } else {
      calls.push("retransmit()");
      pieces = [one, right].map((each) => each.retransmit());
      const left = (ends[0] - acked) | 0;
      const { seq, data } = pieces[1] ?? {};
      if (data) pieces.push({ seq: seq!, data: data.subarray(0, left) });
    }
    const likely = `The calls so far: ${calls.join(", ")}.`;
    if (pieces !== undefined) {
      const [received, ...expected] = pieces;
      expectPiece(
        received,
        expected.filter((piece) => piece !== undefined),
        trial,
        likely,
      );
    }
    expectInFlight(one.inFlight, right.inFlight, trial, likely);
  }
}

/** Fails unless the piece is one of those expected, or `undefined` if none is. */
function expectPiece(
  received: Piece | undefined,
  expected: Piece[],
  trial: Trial,
  likely: string,
): void {
  const got = show(received);
  const right = expected.map(show);
  if (right.includes(got)) return;
  trial.equal(got, right[0], {
    problem: "Wrong piece to send.",
    likely,
  });
}

/** The sequence number and the bytes; other properties don't count. */
function show(piece: Piece | undefined): unknown {
  if (!(piece?.data instanceof Uint8Array)) return piece;
  const text = Deno.inspect(new TextDecoder().decode(piece.data));
  return `${piece.seq}: ${text} (${piece.data.join(" ")})`;
}

function expectInFlight(
  inFlight: number,
  expected: number,
  trial: Trial,
  likely = "Bytes are in flight from when they're taken until they're " +
    "acknowledged. Sending them again doesn't add to them.",
): void {
  trial.equal(inFlight, expected, {
    problem: `inFlight is ${Deno.inspect(inFlight)}, not ${expected}.`,
    likely,
  });
}
