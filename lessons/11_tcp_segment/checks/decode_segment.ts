/** Checks answers to 11.1. */
import { seededRandom } from "../../../lib/net/mod.ts";
import { encodeTcp, TCP_FLAG_NAMES } from "../../../lib/wire/mod.ts";
import {
  type Advice,
  type CallResult,
  checkFunction,
  differenceAt,
  type FunctionCase,
  sampleLetters,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";
import { concat } from "../../../lib/wire/bytes.ts";
import { readRecording } from "../observe.ts";
import { RECORDING } from "../recording.ts";
import * as solution from "../solution.ts";
import type { DecodeSegment, Flags, Segment } from "../types.ts";
import { UNPADDED, unpadded, unsigned } from "./numbers.ts";

const FIELDS = "Every field of the header";
const NUMBERS = "From bytes to numbers";
const DATA_OFFSET = "Where the data begins";
const FLAGS = "Eight flags in one byte";
const RANDOM_COUNT = 200;

/** The numeric fields: where each starts, and where it ends. */
const NUMBER_FIELDS = {
  sourcePort: [0, 2],
  destinationPort: [2, 4],
  sequence: [4, 8],
  acknowledgment: [8, 12],
  window: [14, 16],
  checksum: [16, 18],
  urgentPointer: [18, 20],
} as const;

const PORTS = { sourcePort: 50000, destinationPort: 7000 };
const DATA = { payload: new TextEncoder().encode("data") };
const SEGMENT = encodeTcp({ ...PORTS, sequence: 5 }, DATA);
const LONGEST_OPTION = {
  kind: "unknown" as const,
  number: 254,
  data: new Uint8Array(38).fill(9),
};
const ALL_FLAGS = Object.fromEntries(
  TCP_FLAG_NAMES.map((name) => [name, true]),
);

const SEGMENTS = [
  ...good('a captured segment with "hello" in it', capturedHello()),
  ...good(
    "a segment without options, and one with 40 bytes of options",
    encodeTcp(PORTS, DATA),
    encodeTcp({ ...PORTS, options: [LONGEST_OPTION] }, DATA),
  ),
  ...good(
    "a header with no data after it",
    encodeTcp({ ...PORTS, flags: { ack: true } }),
  ),
  ...good(
    "each flag by itself, then all of them",
    ...[...TCP_FLAG_NAMES.map((name) => ({ [name]: true })), ALL_FLAGS]
      .map((flags) => encodeTcp({ ...PORTS, flags })),
  ),
  ...good(
    "the highest values",
    encodeTcp({
      sourcePort: 65535,
      destinationPort: 65535,
      sequence: 4294967295,
      acknowledgment: 2147483648,
      window: 65535,
      checksum: 65535,
      urgentPointer: 65535,
    }),
  ),
  ...good(
    "a segment whose reserved bits are set",
    encodeTcp({ ...PORTS, reserved: 15, flags: { syn: true } }),
  ),
  ...good(
    "a header of zeros, except for the data offset",
    encodeTcp({ sourcePort: 0, destinationPort: 0 }),
  ),
];

const IMPOSSIBLE = [
  ...[0, 1, 3, 12, 13, 19].map((length) =>
    bad(
      "fewer than 20 bytes",
      SEGMENT.slice(0, length),
      "A TCP header has at least 20 bytes, so check the length first. If you " +
        "read past the end of a Uint8Array, you get undefined, not an error.",
    )
  ),
  ...[0, 1, 4].map((offset) =>
    bad(
      `a data offset of ${offset}`,
      SEGMENT.with(12, offset << 4),
      "You trusted a data offset below 5. That's impossible, because the first " +
        "20 bytes are always there: you'd mistake part of the header for data.",
    )
  ),
  ...[7, 15].map((offset) =>
    bad(
      `a data offset of ${offset} in ${SEGMENT.length} bytes`,
      SEGMENT.with(12, offset << 4),
      `You trusted a header of ${offset * 4} bytes, but there are only ` +
        `${SEGMENT.length}. subarray() stops there without an error, so ` +
        "compare the two first.",
    )
  ),
];

/** Checks an answer to 11.1, `decodeSegment()`. */
export async function checkDecodeSegment(
  decodeSegment: DecodeSegment,
  trial: Trial,
): Promise<void> {
  const random = seededRandom(11);
  const many = Array.from(
    { length: RANDOM_COUNT },
    () => randomSegment(random),
  );
  await checkFunction(trial, decodeSegment, [
    ...SEGMENTS,
    ...IMPOSSIBLE,
    ...good(
      `${RANDOM_COUNT} segments with random fields`,
      ...many.map(withLetters),
    ),
    ...good(`${RANDOM_COUNT} segments with random fields and data`, ...many),
  ], {
    name: "decodeSegment",
    explain: ({ error }, { args: [bytes], throws }) =>
      throws === undefined && error instanceof RangeError
        ? explainRejected(error, bytes as Uint8Array, decodeSegment)
        : undefined,
  });
}

/** Makes cases of valid segments, each with the result it must have. */
function good(step: string, ...segments: Uint8Array[]): FunctionCase[] {
  return segments.map((bytes) => {
    const expected = solution.decodeSegment(bytes);
    return {
      step,
      args: [bytes],
      returns: expected,
      likely: (result) => explain(result, expected, bytes),
    };
  });
}

/** Makes a case of bytes that aren't a valid segment. */
function bad(step: string, bytes: Uint8Array, likely: string): FunctionCase {
  return { step, args: [bytes], throws: RangeError, likely, read: DATA_OFFSET };
}

function capturedHello(): Uint8Array {
  const { bytes, link, ip } = readRecording(RECORDING)
    .find(({ payloadBytes }) => payloadBytes === 5)!;
  return bytes.slice(link!.headerBytes + ip!.headerBytes);
}

function randomSegment(random: () => number): Uint8Array {
  const bytes = new Uint8Array(20 + 4 * Math.floor(random() * 20))
    .map(() => random() * 256);
  const words = 5 + Math.floor(random() * (Math.min(60, bytes.length) / 4 - 4));
  return bytes.with(12, words << 4 | (bytes[12] & 15));
}

/** Replaces the data of a segment, which is easier to compare then. */
function withLetters(segment: Uint8Array): Uint8Array {
  const header = segment.subarray(0, 4 * (segment[12] >> 4));
  return concat([header, sampleLetters(segment.length - header.length)]);
}

/** Explains a wrong result by its first wrong field. */
function explain(
  { value, error }: CallResult,
  expected: Segment,
  bytes: Uint8Array,
): Partial<Advice> | undefined {
  if (error !== undefined) return undefined;
  if (typeof value !== "object" || value === null) {
    return { likely: "Return the segment; types.ts has its fields." };
  }
  const received = value as Segment;
  const fields = Object.keys(expected) as (keyof Segment)[];
  const name = fields.find((name) =>
    differenceAt(received[name], expected[name]) !== undefined
  );
  if (name === undefined) return undefined;
  return {
    problem: `The field \`${name}\` is wrong.`,
    ...explainField(name, received, expected, bytes),
  };
}

/** Explains why a valid segment was rejected with a RangeError. */
function explainRejected(
  error: RangeError,
  bytes: Uint8Array,
  decodeSegment: DecodeSegment,
): Advice {
  const words = bytes[12] >> 4;
  const problem =
    `decodeSegment() rejected a valid segment of ${bytes.length} ` +
    `bytes, with a data offset of ${words}: it threw ${error}.`;
  if (/^(Invalid|Offset|Start offset|Length out)/.test(error.message)) {
    return {
      problem,
      likely:
        "JavaScript threw this error, because a view would reach past the end " +
        "of its buffer. The third argument of new DataView() and new " +
        "Uint8Array() is a length; the second argument of subarray() and " +
        "slice() is an end.",
      read: NUMBERS,
    };
  }
  const decisive = decisiveByte(bytes, decodeSegment);
  if (decisive !== undefined) {
    const { at, other } = decisive;
    return {
      problem,
      likely:
        `You rejected it because of byte ${at}, which is ${bytes[at]}: with ` +
        `${other} there, you accept the segment. Every field may have any value, ` +
        `even 0 (\`!bytes[${at}]\` is true for 0, too, not only if the byte is ` +
        "missing). Only the length and the data offset can be wrong, so compare " +
        "with `bytes.length`.",
      read: FIELDS,
    };
  }
  return {
    problem,
    likely: "The data offset is the upper four bits of byte 12 and counts " +
      "4-byte words: (bytes[12] >> 4) * 4, with the parentheses. " +
      ((bytes[12] & 15) !== 0
        ? "The lower four bits are reserved. They may be set, but they aren't " +
          "part of the data offset."
        : `Here it's ${words} × 4. A header has from 20 to 60 bytes, and any ` +
          "number of bytes may follow it, even none."),
    read: DATA_OFFSET,
  };
}

/** Finds a header byte that makes an answer reject it, and one that doesn't. */
function decisiveByte(
  bytes: Uint8Array,
  decodeSegment: DecodeSegment,
): { at: number; other: number } | undefined {
  for (let at = 0; at < 20; at++) {
    const other = bytes[at] === 0 ? 255 : 0;
    try {
      // Byte 12 has the data offset.
      if (at === 12) continue;
      decodeSegment(bytes.with(at, other));
      return { at, other };
    } catch {
      // It's another byte.
    }
  }
}

function explainField(
  name: keyof Segment,
  received: Segment,
  expected: Segment,
  bytes: Uint8Array,
): Advice {
  const got: unknown = received[name];
  if (!(name in received)) {
    return {
      likely: "Your result doesn't have this field. types.ts has the names.",
      read: FIELDS,
    };
  }
  switch (name) {
    case "flags":
      return explainFlags(received.flags, expected.flags, bytes[13]);
    case "headerBytes":
      return {
        likely: got === expected.headerBytes / 4
          ? "The data offset counts 4-byte words: multiply it by 4."
          : "The data offset is the upper half of byte 12, and the lower half " +
            "is reserved. `>> 4` leaves only the upper half.",
        read: DATA_OFFSET,
      };
    case "options":
    case "payload":
      return {
        likely: !(got instanceof Uint8Array)
          ? "Return a Uint8Array, empty if there's nothing in it."
          : !bytes.toHex().includes(got.toHex())
          ? "These bytes aren't in the segment. Return them as they are: they " +
            "don't have to be text."
          : "The options are the bytes from 20 to headerBytes, and the data " +
            "starts at headerBytes. That's byte 20 only if there are no options.",
        read: DATA_OFFSET,
      };
  }
  const [start, end] = NUMBER_FIELDS[name];
  const place =
    `\`${name}\` is the number in bytes ${start} to ${end - 1}, the ` +
    "most significant byte first, whatever the flags say.";
  if (typeof got !== "number") {
    return {
      likely: `Return a number. Yours is of type ${typeof got}.`,
      read: NUMBERS,
    };
  }
  if (got < 0) {
    return {
      likely:
        "Your number is negative: you read the highest bit as a sign. In " +
        "JavaScript, `<<` and `|` give signed 32-bit numbers. DataView's " +
        "getUint32() doesn't, and `>>> 0` makes a number unsigned again.",
      read: NUMBERS,
    };
  }
  const field = bytes.slice(start, end);
  if (got === unpadded(field)) return { likely: UNPADDED, read: NUMBERS };
  if (got === unsigned(field.toReversed())) {
    return {
      likely:
        `You used the wrong byte order. ${place} A DataView reads numbers that ` +
        "way unless you pass `true`; a Uint16Array uses the machine's order.",
      read: NUMBERS,
    };
  }
  const other = Object.entries(NUMBER_FIELDS)
    .find(([, [start, end]]) => got === unsigned(bytes.subarray(start, end)));
  const instead = got !== 0 && other ? `That's \`${other[0]}\`. ` : "";
  return { likely: instead + place, read: FIELDS };
}

function explainFlags(
  received: Flags,
  expected: Flags,
  byte: number,
): Advice {
  const names = TCP_FLAG_NAMES;
  if (received === null || typeof received !== "object") {
    return { likely: "Return an object with eight booleans.", read: FLAGS };
  }
  const missing = names.filter((name) => received[name] === undefined);
  if (missing.length > 0) {
    return {
      likely:
        `Your flags don't have ${missing.join(", ")}. Each flag is true or ` +
        "false, and types.ts has the names.",
      read: FLAGS,
    };
  }
  if (names.some((name) => typeof received[name] !== "boolean")) {
    return {
      likely: "Each flag is true or false, but you returned something else. " +
        "`bits & 2` is a number: compare it with 0.",
      read: FLAGS,
    };
  }
  const set = names.filter((name) => expected[name]);
  const seen = names.filter((name) => received[name]);
  const digits = byte.toString(2);
  return {
    expected: `only these are true: ${set.join(", ")}`,
    received: `these are true: ${seen.join(", ") || "none"}`,
    likely: names.every((name, i) => received[name] === (digits[i] === "1"))
      ? `\`toString(2)\` leaves out leading zeros, so you got "${digits}" here. ` +
        'padStart(8, "0") makes it eight digits.'
      : seen.length === set.length && set.length > 0
      ? `You read ${set.join(", ")} as ${
        seen.join(", ")
      }: you have the bits in ` +
        "the wrong places. From the highest bit to the lowest, the byte has CWR, " +
        "ECE, URG, ACK, PSH, RST, SYN, FIN: FIN is 1, SYN is 2."
      : "The flags are in byte 13, one bit each: CWR is 128, ECE 64, URG 32, ACK " +
        "16, PSH 8, RST 4, SYN 2, FIN 1. Test each bit with `&`, because " +
        "several can be set at once.",
    read: FLAGS,
  };
}
