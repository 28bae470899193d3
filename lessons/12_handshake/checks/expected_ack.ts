/** How an answer to 12.1 is checked. */
import { seededRandom } from "../../../lib/net/mod.ts";
import {
  type Exercise,
  exercise,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";
import { describe, fromClient, recordedSegments } from "../segments.ts";
import * as solution from "../solution.ts";
import type { ExpectedAck, Segment } from "../types.ts";

const WHAT_COUNTS = "What takes a number";
const RANDOM_COUNT = 200;

/**
 * Makes exercise 12.1.
 *
 * @returns The exercise.
 */
export function makeExpectedAck(): Exercise<unknown> {
  return exercise<ExpectedAck>({
    id: "12.1",
    pure: true,
    title: "What is acknowledged",
    solution: solution.expectedAck,
    hints: [
      "The client's SYN has the number A and no data. What does the server " +
      "acknowledge? And what is acknowledged when a segment with 5 bytes and a " +
      "FIN has come?",
      "Start at `sequence`, and go forward by the bytes of data, by one for a " +
      "SYN, and by one for a FIN. Then come round: the result has 32 bits, as " +
      "in 11.3.",
      "Nearly the code:\n" +
      "    let length = segment.payload.length;\n" +
      "    if (segment.flags.syn) length++;\n" +
      "and the same for FIN; then `(segment.sequence + length) >>> 0`.",
    ],
    read: WHAT_COUNTS,
    check: checkExpectedAck,
  });
}

/** Segments, and what it means if they are not acknowledged rightly. */
const CASES: [step: string, segments: Segment[], likely: string][] = [
  [
    "segments with data",
    [
      fromClient({ sequence: 101, data: "hello", flags: { ack: true } }),
      fromClient({ sequence: 106, data: "x", flags: { ack: true, psh: true } }),
    ],
    "Each byte of data takes a number, and what is acknowledged is the number " +
    "behind the last: sequence + payload.length. PSH takes none.",
  ],
  [
    "a SYN",
    [
      fromClient({ sequence: 100, flags: { syn: true } }),
      fromClient({ sequence: 300, flags: { syn: true, ack: true } }),
    ],
    "A SYN takes a number, as if it were a byte in front of the data. So the " +
    "server acknowledges A + 1, though it has got no data at all.",
  ],
  [
    "a FIN",
    [
      fromClient({ sequence: 107, flags: { fin: true, ack: true } }),
      fromClient({
        sequence: 107,
        data: "bye",
        flags: { fin: true, ack: true },
      }),
    ],
    "A FIN takes a number, as if it were a byte behind the data. Otherwise " +
    "nobody could acknowledge it, and its sender would not know whether to " +
    "send it again.",
  ],
  [
    "an acknowledgment, and nothing else",
    [
      fromClient({ sequence: 107, flags: { ack: true } }),
      fromClient({
        sequence: 107,
        flags: { ack: true },
        options: [{ kind: "timestamps", value: 1, echo: 2 }],
      }),
    ],
    "An ACK takes no number, and neither does any header: only data, SYN and " +
    "FIN do. If acknowledgments had to be acknowledged, there would be no end.",
  ],
  [
    "SYN, data and FIN in one segment",
    [
      fromClient({ sequence: 100, data: "hello", flags: { syn: true } }),
      fromClient({ sequence: 100, flags: { syn: true, fin: true } }),
      fromClient({
        sequence: 100,
        data: "hello",
        flags: { syn: true, fin: true },
      }),
    ],
    "They can come together, and each of them counts: add them up.",
  ],
  [
    "numbers at the end of the circle",
    [
      fromClient({ sequence: 4294967295, flags: { syn: true } }),
      fromClient({ sequence: 4294967290, data: "ten bytes!" }),
      fromClient({ sequence: 4294967295, flags: { fin: true, ack: true } }),
    ],
    "After 4294967295 comes 0. `>>> 0` brings a number back into 32 bits, and " +
    "so does `% 2 ** 32`.",
  ],
  [
    "numbers above 2147483647",
    [fromClient({ sequence: 3888099534, flags: { syn: true } })],
    "The result is a number below 0: `| 0` and `& 0xffffffff` give signed " +
    "numbers of 32 bits. `>>> 0` gives unsigned ones.",
  ],
];

function checkExpectedAck(expectedAck: ExpectedAck, trial: Trial): void {
  for (const [step, segments, likely] of CASES) {
    trial.step(step);
    for (const segment of segments) {
      expectAck(expectedAck, segment, trial, likely);
    }
  }

  trial.step("every segment of three connections off the wire");
  for (const segment of recordedSegments().flat()) {
    expectAck(expectedAck, segment, trial, REST);
  }

  trial.step(`${RANDOM_COUNT} random segments`);
  const random = seededRandom(12);
  for (let i = 0; i < RANDOM_COUNT; i++) {
    const bit = () => random() < 0.5;
    const segment = fromClient({
      sequence: Math.floor(random() * 2 ** 32),
      acknowledgment: Math.floor(random() * 2 ** 32),
      data: "x".repeat(Math.floor(random() * 40)),
      window: Math.floor(random() * 65_536),
      flags: { syn: bit(), fin: bit(), ack: bit(), psh: bit(), urg: bit() },
    });
    expectAck(expectedAck, segment, trial, REST);
  }
}

const REST =
  "Only data, SYN and FIN take numbers: not the header, and none of " +
  "the other flags.";

function expectAck(
  expectedAck: ExpectedAck,
  segment: Segment,
  trial: Trial,
  likely: string,
): void {
  const expected = solution.expectedAck(segment);
  trial.equal(expectedAck(segment), expected, {
    problem: `For "${describe(segment)}" expectedAck() is wrong.`,
    likely,
  });
}
