/** How an answer to 16.3 is checked. */
import { seededRandom } from "../../../lib/net/mod.ts";
import {
  type Exercise,
  exercise,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";
import * as solution from "../solution.ts";
import type { Piece, Sending, SendWindowClass } from "../types.ts";

/**
 * Makes exercise 16.3.
 *
 * @returns The exercise.
 */
export function makeSendWindow(): Exercise<unknown> {
  return exercise<SendWindowClass>({
    id: "16.3",
    pure: true,
    title: "What may go, and what must go again",
    solution: solution.SendWindow,
    hints: [
      "Three kinds of bytes: acknowledged, in flight, never sent. Which of " +
      "them must you keep, and which call moves the border between which?",
      "Keep one array, from the oldest byte not acknowledged on, its number, " +
      "and how many of its bytes are in flight. How many an acknowledgment " +
      "covers is `(ack - oldest) | 0`.",
      "What may go now:\n" +
      "    const size = Math.min(segmentSize, peerWindow - inFlight,\n" +
      "      bytes.length - inFlight);\n" +
      "    if (size <= 0) return undefined;\n" +
      "It begins at bytes[inFlight], with the number (oldest + inFlight) >>> 0. " +
      "acknowledge() cuts bytes off in front, and retransmit() begins there.",
    ],
    read: "Two windows",
    check: checkSendWindow,
  });
}

const letters = (text: string) => new TextEncoder().encode(text);

function checkSendWindow(SendWindow: SendWindowClass, trial: Trial): void {
  const expect = (
    received: Piece | undefined,
    expected: [seq: number, text: string] | undefined,
    likely: string,
  ) =>
    expectPiece(
      received,
      expected && { seq: expected[0], data: letters(expected[1]) },
      trial,
      likely,
    );

  trial.step("nothing is there to send");
  const window = new SendWindow(1000, 4);
  expect(window.takeNext(100), undefined, "Without bytes there is no segment.");
  expect(window.retransmit(), undefined, "Nothing is in flight.");

  trial.step("10 bytes go in segments of 4, and the peer has room");
  const buffer = letters("abcdefghij");
  window.push(buffer);
  buffer.fill(0x2e);
  expect(
    window.takeNext(9),
    [1000, "abcd"],
    "Take segmentSize bytes from the front. If these are dots: push() must " +
      "copy, since the caller uses its buffer again.",
  );
  expect(window.takeNext(9), [1004, "efgh"], "Go on behind what was taken.");
  expectInFlight(window, 8, trial);

  trial.step("the peer's window has less room than a segment left");
  const room = window.takeNext(9);
  expect(
    room,
    [1008, "i"],
    room === undefined
      ? "The peer has less room than a segment, but it has some: send what fits."
      : "The peer's window of 9 is counted from the oldest byte not " +
        "acknowledged: what is in flight counts against it.",
  );
  expect(
    window.takeNext(9),
    undefined,
    "9 bytes are in flight, and the window is 9: what is in flight counts " +
      "against it.",
  );

  trial.step("an acknowledgment comes for the first segment");
  window.acknowledge(1004);
  expectInFlight(window, 5, trial);
  expect(
    window.takeNext(0),
    undefined,
    "A window of 0 means no room at all: wait.",
  );
  expect(
    window.retransmit(),
    [1004, "efgh"],
    "Send again from the oldest byte in flight on: as many as fit, or what is " +
      "left of the oldest segment.",
  );
  expectInFlight(window, 5, trial);

  trial.step("an acknowledgment ends in the midst of a segment");
  window.acknowledge(1006);
  const half = window.retransmit();
  // All that is in flight, or what is left of the segment that is cut.
  const again = (piece: Piece | undefined, likely: string) =>
    expect(
      piece,
      piece?.data.length === 2 ? [1006, "gh"] : [1006, "ghi"],
      likely,
    );
  expectInFlight(
    window,
    3,
    trial,
    "An acknowledgment can end in the midst of a segment: it counts bytes.",
  );
  again(
    half,
    "1004 and 1005 are acknowledged, the other end has that already. Send " +
      "again from 1006 on, what is in flight.",
  );

  trial.step("old acknowledgments come, and one for what was never sent");
  for (const ack of [1000, 1004, 1006]) window.acknowledge(ack);
  const old = "An acknowledgment of nothing new changes nothing.";
  expectInFlight(window, 3, trial, old);
  window.acknowledge(5000);
  window.acknowledge(1010);
  const never = "An acknowledgment of bytes that were never sent is wrong: " +
    "ignore it.";
  expectInFlight(window, 3, trial, never);
  again(window.retransmit(), never);

  trial.step("a window of 0 comes with nothing in flight, and then one of 4");
  window.acknowledge(1009);
  expect(window.takeNext(0), undefined, "A window of 0 means no room at all.");
  expect(window.retransmit(), undefined, "All is acknowledged.");
  window.push(letters("klm"));
  expect(
    window.takeNext(4),
    [1009, "jklm"],
    "Bytes that were pushed follow on.",
  );

  trial.step("the numbers wrap");
  const wrapped = new SendWindow(2 ** 32 - 2, 4);
  wrapped.push(letters("abcdef"));
  const wrap =
    "Numbers have 32 bits: after 4294967295 comes 0. `>>> 0` keeps a " +
    "sum within them, and `(a - b) | 0` gives the distance.";
  expect(wrapped.takeNext(100), [2 ** 32 - 2, "abcd"], wrap);
  expect(wrapped.takeNext(100), [2, "ef"], wrap);
  wrapped.acknowledge(2);
  expectInFlight(wrapped, 2, trial, wrap);
  expect(wrapped.retransmit(), [2, "ef"], wrap);

  trial.step("40 streams with random windows and acknowledgments");
  const random = seededRandom(163);
  for (let i = 0; i < 40; i++) checkRandom(SendWindow, random, trial);
}

/** The same calls to the answer and to a right one. */
function checkRandom(
  SendWindow: SendWindowClass,
  random: () => number,
  trial: Trial,
): void {
  const below = (limit: number) => Math.floor(random() * limit);
  const start = (2 ** 32 - below(60)) >>> 0;
  const size = 1 + below(8);
  const [one, other] = [SendWindow, solution.SendWindow].map((Class) =>
    new Class(start, size)
  );
  const calls = [`new SendWindow(${start}, ${size})`];
  let acked = start;
  // Where each segment that was taken ends, the oldest first.
  let ends: number[] = [];
  for (let i = 0; i < 40; i++) {
    const what = below(4);
    const n = below(20);
    if (what === 0) {
      const data = Uint8Array.from({ length: n }, () => below(256));
      calls.push(`push(${n} bytes)`);
      one.push(data);
      other.push(data);
    } else if (what === 1) {
      acked = (acked + below(other.inFlight + 1)) >>> 0;
      calls.push(`acknowledge(${acked})`);
      one.acknowledge(acked);
      other.acknowledge(acked);
    } else {
      const call = what === 2 ? `takeNext(${n})` : "retransmit()";
      calls.push(call);
      const [received, expected] = [one, other].map((each) =>
        what === 2 ? each.takeNext(n) : each.retransmit()
      );
      if (what === 2 && expected !== undefined) {
        ends.push((expected.seq + expected.data.length) >>> 0);
      }
      ends = ends.filter((end) => ((end - acked) | 0) > 0);
      const left = (ends[0] - acked) | 0;
      expectPiece(
        received,
        what === 3 && received?.data.length === left
          ? cut(expected, left)
          : expected,
        trial,
        `This came of ${calls.join(", ")}.`,
      );
    }
    const likely = `This came of ${calls.join(", ")}.`;
    expectInFlight(one, other.inFlight, trial, likely);
  }
}

/** The beginning of a piece. */
function cut(piece: Piece | undefined, size: number): Piece | undefined {
  return piece && { ...piece, data: piece.data.subarray(0, size) };
}

function expectPiece(
  received: Piece | undefined,
  expected: Piece | undefined,
  trial: Trial,
  likely: string,
): void {
  trial.equal(show(received), show(expected), {
    problem: "Not this was to be sent.",
    likely,
  });
}

/** The number and the bytes, whatever else there is. */
function show(piece: Piece | undefined): unknown {
  if (!(piece?.data instanceof Uint8Array)) return piece;
  return `${piece.seq}: ${
    Deno.inspect(new TextDecoder().decode(piece.data))
  } ` +
    `(${piece.data.join(" ")})`;
}

function expectInFlight(
  { inFlight }: Sending,
  expected: number,
  trial: Trial,
  likely = "In flight is what was taken and is not acknowledged. Sending it " +
    "again adds nothing.",
): void {
  trial.equal(inFlight, expected, { problem: "inFlight is wrong.", likely });
}
