/** How an answer to 12.1 is checked. */
import { seededRandom } from "../../../lib/net/mod.ts";
import {
  checkFunction,
  type FunctionCase,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";
import * as solution from "../solution.ts";
import type { ExpectedAck, Segment } from "../types.ts";
import { describe, fromClient, recordedConnections } from "./segments.ts";

const RANDOM_COUNT = 200;
const ACK = { ack: true };
const FIN = { fin: true, ack: true };
const ONLY_THREE =
  "Only data, SYN, and FIN take sequence numbers: the header " +
  "doesn't, and neither do the other flags.";

/** Segments to acknowledge, and what a wrong number means. */
const CASES: [step: string, segments: Segment[], likely: string][] = [
  [
    "segments with data",
    [
      fromClient({ sequence: 101, data: "hello", flags: ACK }),
      fromClient({ sequence: 106, data: "x", flags: { ack: true, psh: true } }),
    ],
    "Each byte of data takes a sequence number, and you acknowledge the number " +
    "after the last one: sequence + payload.length. PSH takes none.",
  ],
  [
    "a SYN",
    [
      fromClient({ sequence: 100, flags: { syn: true } }),
      fromClient({ sequence: 300, flags: { syn: true, ack: true } }),
    ],
    "A SYN takes a sequence number, as if it were a byte before the data. " +
    "That's why the server acknowledges A + 1, though it hasn't received any " +
    "data.",
  ],
  [
    "a FIN",
    [
      fromClient({ sequence: 107, flags: FIN }),
      fromClient({ sequence: 107, data: "bye", flags: FIN }),
    ],
    "A FIN takes a sequence number, as if it were a byte after the data. " +
    "Otherwise the receiver couldn't acknowledge it, and the sender wouldn't " +
    "know whether to send it again.",
  ],
  [
    "an acknowledgment and nothing else",
    [
      fromClient({ sequence: 107, flags: ACK }),
      fromClient({
        sequence: 107,
        flags: ACK,
        options: [{ kind: "timestamps", value: 1, echo: 2 }],
      }),
    ],
    "An ACK takes no sequence number, and no part of the header does: only " +
    "data, SYN, and FIN do. If acknowledgments had to be acknowledged, they'd " +
    "never end.",
  ],
  [
    "SYN, data, and FIN in one segment",
    [
      fromClient({ sequence: 100, data: "hello", flags: { syn: true } }),
      fromClient({ sequence: 100, flags: { syn: true, fin: true } }),
      fromClient({
        sequence: 100,
        data: "hello",
        flags: { syn: true, fin: true },
      }),
    ],
    "One segment can have all three, and each of them counts: add them up.",
  ],
  [
    "numbers that wrap around",
    [
      fromClient({ sequence: 4294967295, flags: { syn: true } }),
      fromClient({ sequence: 4294967290, data: "ten bytes!" }),
      fromClient({ sequence: 4294967295, flags: FIN }),
    ],
    "After 4294967295 comes 0. Both `>>> 0` and `% 2 ** 32` bring a number " +
    "back into 32 bits.",
  ],
  [
    "numbers above 2147483647",
    [fromClient({ sequence: 3888099534, flags: { syn: true } })],
    "`| 0` and `& 0xffffffff` give signed 32-bit numbers. `>>> 0` gives " +
    "unsigned ones.",
  ],
  [
    "every segment of three captured connections",
    recordedConnections().flat(),
    ONLY_THREE,
  ],
  [`${RANDOM_COUNT} random segments`, randomSegments(), ONLY_THREE],
];

/** Checks an answer to 12.1, `expectedAck()`. */
export async function checkExpectedAck(
  expectedAck: ExpectedAck,
  trial: Trial,
): Promise<void> {
  const cases = CASES.flatMap(([step, segments, likely]) =>
    segments.map((segment): FunctionCase => ({
      step,
      label: `expectedAck(${describe(segment)})`,
      args: [segment],
      returns: solution.expectedAck(segment),
      likely,
    }))
  );
  await checkFunction(trial, expectedAck, cases, { name: "expectedAck" });
}

function randomSegments(): Segment[] {
  const random = seededRandom(12);
  const below = (end: number) => Math.floor(random() * end);
  const bit = () => random() < 0.5;
  return Array.from({ length: RANDOM_COUNT }, () =>
    fromClient({
      sequence: below(2 ** 32),
      acknowledgment: below(2 ** 32),
      data: "ö".repeat(below(40)),
      window: below(65_536),
      flags: { syn: bit(), fin: bit(), ack: bit(), psh: bit(), urg: bit() },
    }));
}
