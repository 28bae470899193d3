/** Checks answers to 12.1. */
import { seededRandom } from "../../../lib/net/mod.ts";
import { TCP_FLAG_NAMES } from "../../../lib/wire/mod.ts";
import {
  type CallResult,
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
  "Only data, SYN, and FIN take sequence numbers. The header " +
  "doesn't, and neither do the other flags. Add 1 for `flags.syn` and 1 for " +
  "`flags.fin`, and look at no other flag.";
const LAST = 2 ** 32 - 1;
const DATA = { sequence: 1000, data: "hello" };

/** Segments to acknowledge, and the likely cause of a wrong number. */
const CASES: [step: string, segments: Segment[], likely: string][] = [
  [
    "segments with data",
    [fromClient(DATA), fromClient({ sequence: 2000, data: "x" })],
    "Each byte of data takes a sequence number, and a receiver acknowledges the " +
    "number after the last one: sequence + payload.length. The header takes none.",
  ],
  [
    "data with another flag: ACK, PSH, URG, ECE, CWR",
    (["ack", "psh", "urg", "ece", "cwr"] as const)
      .map((name) => fromClient({ ...DATA, flags: { [name]: true } })),
    ONLY_THREE,
  ],
  [
    "a reset that carries data",
    [fromClient({ ...DATA, data: "bye", flags: { rst: true } })],
    "A RST takes no sequence number, but the data that comes with it does.",
  ],
  [
    "urgent data",
    [fromClient({
      ...DATA,
      flags: { urg: true, ack: true },
      urgentPointer: 3,
    })],
    "The urgent pointer says where urgent data ends. That data is part of the " +
    "payload, so don't count it twice.",
  ],
  [
    "an acknowledgment and nothing else",
    [
      fromClient({ sequence: 7000, flags: ACK }),
      fromClient({
        sequence: 8000,
        flags: ACK,
        options: [{ kind: "timestamps", value: 1, echo: 2 }],
      }),
    ],
    "An ACK takes no sequence number, and neither does the header. Only data, " +
    "SYN, and FIN do. If an ACK had to be acknowledged, that would never end.",
  ],
  [
    "a SYN",
    [
      fromClient({ sequence: 3000, flags: { syn: true } }),
      fromClient({ sequence: 4000, flags: { syn: true, ack: true } }),
    ],
    "A SYN takes a sequence number, as if it were a byte before the data. " +
    "That's why the server acknowledges A + 1, even though it hasn't received " +
    "any data.",
  ],
  [
    "a FIN",
    [
      fromClient({ sequence: 5000, flags: FIN }),
      fromClient({ sequence: 6000, data: "bye", flags: FIN }),
    ],
    "A FIN takes a sequence number, as if it were a byte after the data. " +
    "Otherwise the receiver couldn't acknowledge it, and the sender wouldn't " +
    "know whether to send it again.",
  ],
  [
    "SYN, data, and FIN in one segment",
    [
      fromClient({ sequence: 8100, data: "hello", flags: { syn: true } }),
      fromClient({ sequence: 8200, flags: { syn: true, fin: true } }),
      fromClient({
        sequence: 8300,
        data: "hello",
        flags: { syn: true, fin: true },
      }),
    ],
    "One segment can have all three, and each of them counts. Add them up.",
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
    "Sequence numbers have 32 bits, so they go up to 4294967295. Keep all the " +
    "bits: `| 0` and `& 0xffffffff` give signed numbers, and `>>> 0` gives " +
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
  const earlier: Segment[] = [];
  const cases = CASES.flatMap(([step, segments, likely]) =>
    segments.map((segment): FunctionCase => {
      const before = earlier.slice();
      earlier.push(segment);
      return {
        step,
        label: `expectedAck(${describe(segment)})`,
        args: [segment],
        returns: solution.expectedAck(segment),
        likely: (result) => explain(result, segment, before) ?? likely,
      };
    })
  );
  await checkFunction(trial, expectedAck, cases, { name: "expectedAck" });
}

/** Explains how a wrong number was probably computed. */
function explain(
  { value, error }: CallResult,
  segment: Segment,
  earlier: Segment[],
): string | undefined {
  if (error !== undefined) return undefined;
  const { sequence } = segment;
  const isJoined = value !== sequence && `${value}`.startsWith(`${sequence}`);
  if (typeof value === "string" || isJoined) {
    return "You joined the digits of two numbers. If one side of `+` is a string, " +
      "it joins strings, so make sure that you add numbers.";
  }
  if (typeof value !== "number") return "Return a number.";
  if (Number.isNaN(value) || value === 0 && sequence < LAST / 2) {
    return "Something that you add is undefined, so the sum is NaN, and `>>> 0` " +
      "turns that into 0. types.ts of lesson 11 has the names of the fields.";
  }
  const other = earlier.find((one) =>
    value === solution.expectedAck(one) ||
    value === solution.expectedAck({ ...segment, sequence: one.sequence })
  );
  return other &&
    "You used the segment of an earlier call, whose sequence number was " +
      `${other.sequence}. Each call is about its own segment, so keep nothing ` +
      "in a variable outside the function.";
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
      urgentPointer: below(65_536),
      flags: Object.fromEntries(TCP_FLAG_NAMES.map((name) => [name, bit()])),
    }));
}
