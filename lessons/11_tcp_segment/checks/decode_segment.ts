import { seededRandom } from "../../../lib/net/mod.ts";
import { encodeTcp, TCP_FLAG_NAMES } from "../../../lib/wire/mod.ts";
import type { Trial } from "../../../lib/workbook/kit/mod.ts";
import { readRecording } from "../observe.ts";
import { RECORDING } from "../recording.ts";
import * as solution from "../solution.ts";
import type { DecodeSegment, Flags, Segment } from "../types.ts";

const FIELDS = "Every field, and where it is";
const NUMBERS = "From bytes to numbers";
const DATA_OFFSET = "Where the data begin";
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
const LONGEST_OPTION = {
  kind: "unknown" as const,
  number: 254,
  data: new Uint8Array(38).fill(9),
};
const ALL_FLAGS = Object.fromEntries(
  TCP_FLAG_NAMES.map((name) => [name, true]),
);

/** Segments to decode. */
const SEGMENTS: [step: string, segments: Uint8Array[]][] = [
  ['a captured segment with "hello" in it', [capturedHello()]],
  ["a segment without options, and one with 40 bytes of options", [
    encodeTcp(PORTS, DATA),
    encodeTcp({ ...PORTS, options: [LONGEST_OPTION] }, DATA),
  ]],
  ["a header with no data after it", [
    encodeTcp({ ...PORTS, flags: { ack: true } }),
  ]],
  [
    "each flag by itself, then all of them",
    [...TCP_FLAG_NAMES.map((name) => ({ [name]: true })), ALL_FLAGS]
      .map((flags) => encodeTcp({ ...PORTS, flags })),
  ],
  ["the highest values", [
    encodeTcp({
      sourcePort: 65535,
      destinationPort: 65535,
      sequence: 4294967295,
      acknowledgment: 2147483648,
      window: 65535,
      checksum: 65535,
      urgentPointer: 65535,
    }),
  ]],
  ["a segment whose reserved bits are set", [
    encodeTcp({ ...PORTS, reserved: 15, flags: { syn: true } }),
  ]],
];

interface Advice {
  likely: string;
  read: string;
}

interface Run {
  decode: DecodeSegment;
  trial: Trial;
}

/** Checks an answer to 11.1, `decodeSegment()`. */
export function checkDecodeSegment(decode: DecodeSegment, trial: Trial): void {
  const run: Run = { decode, trial };
  for (const [step, segments] of SEGMENTS) {
    trial.step(step);
    for (const bytes of segments) expectFields(run, bytes);
  }

  trial.step("a segment in the middle of a larger buffer");
  const segment = encodeTcp({ ...PORTS, sequence: 5 }, DATA);
  const buffer = new Uint8Array(100).fill(0x55);
  buffer.set(segment, 34);
  expectFields(run, buffer.subarray(34, 34 + segment.length), {
    likely: "You read from the start of the buffer, but the bytes are a view " +
      "into its middle: in a packet, other headers come first. Pass " +
      "bytes.byteOffset and bytes.length to the DataView, as well as " +
      "bytes.buffer.",
    read: NUMBERS,
  });

  trial.step("fewer than 20 bytes");
  for (const length of [0, 3, 13, 19]) {
    expectRangeError(run, segment.slice(0, length), {
      what: `${length} bytes`,
      likely: "A TCP header has at least 20 bytes. Reading past the end of a " +
        "Uint8Array isn't an error, it gives undefined: check the length first.",
    });
  }

  trial.step("impossible data offsets");
  for (const offset of [0, 4, 7, 15]) {
    expectRangeError(run, segment.with(12, offset << 4), {
      what: `a data offset of ${offset} in ${segment.length} bytes`,
      likely: offset < 5
        ? "The first 20 bytes are always there, so a data offset below 5 is " +
          "impossible. If you trust it, you take part of the header for data."
        : `That header would have ${offset * 4} bytes, but there are only ` +
          `${segment.length}, and subarray() stops there without an error: ` +
          "compare the two first.",
    });
  }

  trial.step(`${RANDOM_COUNT} segments with random fields`);
  const random = seededRandom(11);
  for (let i = 0; i < RANDOM_COUNT; i++) {
    expectFields(run, randomSegment(random));
  }
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

function expectFields(run: Run, bytes: Uint8Array, advice?: Advice): void {
  const { trial } = run;
  const expected = solution.decodeSegment(bytes);
  const received = decodeGood(run, bytes, advice);
  if (received === null || typeof received !== "object") {
    trial.fail({
      problem: `decodeSegment() returned ${Deno.inspect(received)}.`,
      expected: "an object with the fields of a Segment",
      likely: "Return the segment; types.ts lists its fields.",
    });
  }
  for (const name of Object.keys(expected) as (keyof Segment)[]) {
    const [got, wanted] = [show(received[name]), show(expected[name])];
    if (got === wanted) continue;
    trial.fail({
      problem: `The field \`${name}\` is wrong.`,
      expected: wanted,
      received: got,
      ...advice ?? diagnose(name, received, expected, bytes),
    });
  }
}

/** Decodes a segment with nothing wrong in it: a RangeError is a mistake. */
function decodeGood(run: Run, bytes: Uint8Array, advice?: Advice): Segment {
  try {
    return run.decode(bytes);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const words = bytes[12] >> 4;
    run.trial.fail({
      problem:
        `decodeSegment() rejected a good segment with ${error}: it has ` +
        `${bytes.length} bytes and a data offset of ${words}.`,
      likely: "The data offset is the upper four bits of byte 12, " +
        `\`bytes[12] >> 4\`, and counts words of four bytes: ${words} × 4. ` +
        ((bytes[12] & 15) !== 0
          ? "The lower four bits are reserved. They may be set, and aren't " +
            "part of it."
          : "A header may have just 20 bytes, and a segment may end where its " +
            "header ends, with no data."),
      read: DATA_OFFSET,
      ...advice,
    }, { cause: error });
  }
}

/** What a wrong field reveals about how it was read. */
function diagnose(
  name: keyof Segment,
  received: Segment,
  expected: Segment,
  bytes: Uint8Array,
): Advice {
  const got = received[name];
  if (name === "flags") {
    return {
      likely: diagnoseFlags(received.flags, expected.flags),
      read: FLAGS,
    };
  }
  if (name === "headerBytes") {
    return {
      likely: got === expected.headerBytes / 4
        ? "The data offset counts words of four bytes: multiply it by 4."
        : "The data offset is the upper half of byte 12, and the lower half is " +
          "reserved. `>> 4` leaves only the upper half.",
      read: DATA_OFFSET,
    };
  }
  if (name === "options" || name === "payload") {
    return {
      likely: got instanceof Uint8Array
        ? "The options are the bytes from 20 to headerBytes, and the data " +
          "starts at headerBytes. That's byte 20 only if there are no options."
        : "It's a Uint8Array, empty if there's nothing in it.",
      read: DATA_OFFSET,
    };
  }
  const [start, end] = NUMBER_FIELDS[name];
  const place = `It's bytes ${start} to ${end - 1}, most significant first.`;
  if (typeof got === "number" && got < 0) {
    return {
      likely: "It's negative: you read the highest bit as a sign. In " +
        "JavaScript, `<<` and `|` give signed 32-bit numbers. DataView's " +
        "getUint32() doesn't, and `>>> 0` makes a number unsigned again.",
      read: NUMBERS,
    };
  }
  const reversed = bytes.slice(start, end).reverse();
  if (got === reversed.reduce((sum, byte) => sum * 256 + byte, 0)) {
    return {
      likely:
        `The byte order is wrong. ${place} A DataView reads numbers that ` +
        "way unless you pass `true`; a Uint16Array uses the machine's order.",
      read: NUMBERS,
    };
  }
  return { likely: place, read: FIELDS };
}

function diagnoseFlags(received: Flags, expected: Flags): string {
  const names = TCP_FLAG_NAMES;
  if (received === null || typeof received !== "object") {
    return "It's an object with eight booleans.";
  }
  if (names.some((name) => typeof received[name] !== "boolean")) {
    return "Each flag is true or false. `bits & 2` is a number: compare it " +
      "with 0.";
  }
  const set = names.filter((name) => expected[name]);
  const seen = names.filter((name) => received[name]);
  return seen.length === set.length && set.length > 0
    ? `You read ${set.join(", ")} as ${
      seen.join(", ")
    }: you have the bits in ` +
      "the wrong places. From the highest bit to the lowest, the byte has CWR, " +
      "ECE, URG, ACK, PSH, RST, SYN, FIN: FIN is 1, SYN is 2."
    : "The flags are byte 13, one bit each: CWR is 128, ECE 64, URG 32, ACK " +
      "16, PSH 8, RST 4, SYN 2, FIN 1. Test each one with `&`, because several " +
      "can be set at once.";
}

function expectRangeError(
  { decode, trial }: Run,
  bytes: Uint8Array,
  { what, likely }: { what: string; likely: string },
): void {
  let received: unknown;
  try {
    received = decode(bytes);
  } catch (error) {
    if (error instanceof RangeError) return;
    trial.fail({
      problem: `Wrong error class: given ${what}, decodeSegment() threw ` +
        `${error}.`,
      expected: "a RangeError",
      likely:
        "You're right to throw, but callers tell failures apart by class: " +
        "`throw new RangeError(…)`.",
      read: DATA_OFFSET,
    }, { cause: error });
  }
  trial.fail({
    problem: `Given ${what}, decodeSegment() returned instead of throwing.`,
    expected: "a RangeError",
    received: showParts(received),
    likely,
    read: DATA_OFFSET,
  });
}

/** The parts of a segment that depend on the data offset. */
function showParts(segment: unknown): string {
  if (segment !== Object(segment)) return Deno.inspect(segment);
  const { headerBytes, options, payload } = segment as Segment;
  return `headerBytes: ${headerBytes}\noptions: ${show(options)}\n` +
    `payload: ${show(payload)}`;
}

/** A field's value, the same for every class of array or object. */
function show(value: unknown): string {
  if (value instanceof Uint8Array) {
    return `${value.length} bytes: ${value.toHex()}`;
  }
  if (value === null || typeof value !== "object") return Deno.inspect(value);
  const flags = value as Flags;
  return TCP_FLAG_NAMES.filter((name) => flags[name] !== false)
    .map((name) => flags[name] === true ? name : `${name}: ${flags[name]}`)
    .join(", ") || "no flags";
}
