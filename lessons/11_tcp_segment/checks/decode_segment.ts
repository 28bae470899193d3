/** How an answer to 11.1 is checked. */
import { seededRandom } from "../../../lib/net/mod.ts";
import {
  encodeTcp,
  type SegmentOptions,
  TCP_FLAG_NAMES,
  type TcpFields,
} from "../../../lib/wire/mod.ts";
import {
  type Exercise,
  exercise,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";
import { readRecording } from "../observe.ts";
import { RECORDING } from "../recording.ts";
import * as solution from "../solution.ts";
import type { DecodeSegment, Segment } from "../types.ts";

const FIELDS = "Every field, and where it is";
const NUMBERS = "From bytes to numbers";
const DATA_OFFSET = "Where the data begin";
const FLAGS = "Eight flags in one byte";
const RANDOM_COUNT = 200;

/** Fields that are numbers, with their places in the header. */
const NUMBER_FIELDS = {
  sourcePort: [0, 2],
  destinationPort: [2, 4],
  sequence: [4, 8],
  acknowledgment: [8, 12],
  window: [14, 16],
  checksum: [16, 18],
  urgentPointer: [18, 20],
} as const;

/**
 * Makes exercise 11.1.
 *
 * @returns The exercise.
 */
export function makeDecodeSegment(): Exercise<unknown> {
  return exercise<DecodeSegment>({
    id: "11.1",
    pure: true,
    title: "Take a segment apart",
    solution: solution.decodeSegment,
    hints: [
      "In which row of the header is each field, and how many bytes has it? " +
      "Which four bits say where the data begin, and what do they count?",
      "A DataView reads numbers of two and four bytes, the most significant " +
      "byte first, unsigned: getUint16 and getUint32. The data offset is the " +
      "upper half of byte 12, in words of four bytes. The flags are byte 13: " +
      "test one bit at a time. Look at the length before you read, and at the " +
      "data offset before you use it.",
      "Nearly the code:\n" +
      "    const { buffer, byteOffset, length } = bytes;\n" +
      "    const view = new DataView(buffer, byteOffset, length);\n" +
      "    const headerBytes = (view.getUint8(12) >> 4) * 4;\n" +
      "    const bits = view.getUint8(13);\n" +
      "and then, for example:\n" +
      "    sequence: view.getUint32(4),\n" +
      "    flags: { fin: (bits & 1) !== 0, syn: (bits & 2) !== 0, … },\n" +
      "    payload: bytes.subarray(headerBytes),",
    ],
    read: FIELDS,
    check: checkDecode,
  });
}

/** The ports, where they do not matter. */
const PORTS = { sourcePort: 50000, destinationPort: 7000 };

function checkDecode(decode: DecodeSegment, trial: Trial): void {
  trial.step('a segment off the wire, with "hello" in it');
  const { bytes, link, ip } = readRecording(RECORDING)
    .find(({ payload }) => payload.length === 5)!;
  const start = link!.headerBytes + ip!.headerBytes;
  expectFields(decode, bytes.slice(start), trial);

  trial.step("a segment without options, and one with as many as there can be");
  const payload = bytesOf("data");
  expectSegment(decode, PORTS, trial, { payload });
  const data = new Uint8Array(38).fill(9);
  const options = [{ kind: "unknown" as const, number: 254, data }];
  expectSegment(decode, { ...PORTS, options }, trial, { payload });

  trial.step("a header without data behind it");
  expectSegment(decode, { ...PORTS, flags: { ack: true } }, trial);

  trial.step("each flag by itself, and all of them");
  for (const name of TCP_FLAG_NAMES) {
    expectSegment(decode, { ...PORTS, flags: { [name]: true } }, trial);
  }
  const all = Object.fromEntries(TCP_FLAG_NAMES.map((name) => [name, true]));
  expectSegment(decode, { ...PORTS, flags: all }, trial);

  trial.step("the highest numbers that there are");
  expectSegment(decode, {
    sourcePort: 65535,
    destinationPort: 65535,
    sequence: 4294967295,
    acknowledgment: 2147483648,
    window: 65535,
    checksum: 65535,
    urgentPointer: 65535,
  }, trial);

  trial.step("reserved bits that somebody has set");
  expectSegment(
    decode,
    { ...PORTS, reserved: 15, flags: { syn: true } },
    trial,
  );

  trial.step("a segment in the middle of a larger buffer");
  const segment = encodeTcp({ ...PORTS, sequence: 5 }, { payload });
  const buffer = new Uint8Array(100).fill(0x55);
  buffer.set(segment, 34);
  const view = buffer.subarray(34, 34 + segment.length);
  expectFields(decode, view, trial, {
    likely: "The bytes are a view of a part of a buffer: a packet, in which " +
      "other headers come first. A DataView of bytes.buffer begins where the " +
      "buffer does. Give it bytes.byteOffset and bytes.length as well.",
    read: NUMBERS,
  });

  trial.step("fewer than 20 bytes");
  for (const length of [0, 3, 13, 19]) {
    expectRefusal(decode, segment.slice(0, length), trial, {
      what: `${length} bytes`,
      likely: "No TCP header is shorter than 20 bytes. Reading past the end " +
        "of a Uint8Array gives undefined and no error: look at the length first.",
    });
  }

  trial.step("data offsets that cannot be");
  for (const offset of [0, 4, 7, 15]) {
    const wrong = segment.slice();
    wrong[12] = offset << 4;
    expectRefusal(decode, wrong, trial, {
      what: `a data offset of ${offset} in ${wrong.length} bytes`,
      likely: offset < 5
        ? "The 20 bytes are always there, so a data offset below 5 is a lie. " +
          "Who believes it takes a part of the header for data."
        : `The header would have ${offset * 4} bytes, and there are only ` +
          `${wrong.length}. subarray() says nothing when it is cut short.`,
    });
  }

  trial.step(`${RANDOM_COUNT} segments with random fields`);
  const random = seededRandom(11);
  for (let i = 0; i < RANDOM_COUNT; i++) {
    expectFields(decode, randomSegment(random), trial);
  }
}

function randomSegment(random: () => number): Uint8Array {
  const bytes = new Uint8Array(20 + 4 * Math.floor(random() * 20));
  for (let at = 0; at < bytes.length; at++) bytes[at] = random() * 256;
  const words = 5 + Math.floor(random() * (Math.min(60, bytes.length) / 4 - 4));
  bytes[12] = words << 4 | (bytes[12] & 15);
  return bytes;
}

function expectSegment(
  decode: DecodeSegment,
  fields: TcpFields,
  trial: Trial,
  options: SegmentOptions = {},
): void {
  expectFields(decode, encodeTcp(fields, options), trial);
}

function expectFields(
  decode: DecodeSegment,
  bytes: Uint8Array,
  trial: Trial,
  advice?: { likely: string; read: string },
): void {
  const expected = solution.decodeSegment(bytes);
  const received = decodeGood(decode, bytes, trial, advice);
  if (received === null || typeof received !== "object") {
    trial.fail({
      problem: `decodeSegment() gave ${Deno.inspect(received)}.`,
      expected: "an object with the fields of a Segment",
      likely: "Return the segment; types.ts says which fields it has.",
    });
  }
  for (const name of Object.keys(expected) as (keyof Segment)[]) {
    if (show(received[name]) === show(expected[name])) continue;
    const [got, wanted] = name === "flags"
      ? differing(received.flags, expected.flags)
      : [received[name], expected[name]];
    trial.fail({
      problem: `The field \`${name}\` is wrong.`,
      expected: show(wanted),
      received: show(got),
      ...(advice ?? diagnose(name, received, expected, bytes)),
    });
  }
}

/** The answer must not throw here. */
function decodeGood(
  decode: DecodeSegment,
  bytes: Uint8Array,
  trial: Trial,
  advice?: { likely: string; read: string },
): Segment {
  try {
    return decode(bytes);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const words = bytes[12] >> 4;
    trial.fail({
      problem: `decodeSegment() threw ${error}, and the segment is good: ` +
        `${bytes.length} bytes, with a data offset of ${words}.`,
      likely: likelyRefused(bytes),
      read: DATA_OFFSET,
      ...advice,
    }, { cause: error });
  }
}

/** Why a good segment may look as if its data offset were impossible. */
function likelyRefused(bytes: Uint8Array): string {
  const words = bytes[12] >> 4;
  const where = `The data offset is the upper four bits of byte 12, ` +
    `\`bytes[12] >> 4\`, and counts words of four bytes: ${words} × 4 here. `;
  return (bytes[12] & 15) !== 0
    ? where + "The lower four bits are reserved. They can be set, and are no " +
      "part of it."
    : where + "A header of 20 bytes is the shortest, one that ends where the " +
      "segment ends has no data behind it, and both are as they should be.";
}

/** The flags that are not the same, of each of the two. */
function differing(
  received: Segment["flags"],
  expected: Segment["flags"],
): [unknown, unknown] {
  if (received === null || typeof received !== "object") {
    return [received, expected];
  }
  const names = TCP_FLAG_NAMES.filter((name) =>
    received[name] !== expected[name]
  );
  const pick = (flags: Segment["flags"]) =>
    Object.fromEntries(names.map((name) => [name, flags[name]]));
  return [pick(received), pick(expected)];
}

/** What a wrong field shows of how it was made. */
function diagnose(
  name: keyof Segment,
  received: Segment,
  expected: Segment,
  bytes: Uint8Array,
): { likely: string; read: string } {
  const got = received[name];
  if (name === "flags") return diagnoseFlags(received.flags, expected.flags);
  if (name === "headerBytes") return diagnoseHeader(received, expected);
  if (name === "options" || name === "payload") {
    return {
      likely: got instanceof Uint8Array
        ? "The options lie between byte 20 and headerBytes, and the data from " +
          "headerBytes on: only without options is that byte 20."
        : "It is a Uint8Array, of no bytes if there are none.",
      read: DATA_OFFSET,
    };
  }
  const [start, end] = NUMBER_FIELDS[name];
  const place = `It is bytes ${start} to ${
    end - 1
  }, the most significant first.`;
  if (typeof got === "number" && got < 0) {
    return {
      likely: "A number below 0: the highest bit was taken for a sign. In " +
        "JavaScript `<<` and `|` give signed numbers of 32 bits. getUint32() " +
        "of a DataView does not, and `>>> 0` makes it right again.",
      read: NUMBERS,
    };
  }
  const turned = bytes.slice(start, end).reverse();
  if (got === turned.reduce((sum, byte) => sum * 256 + byte, 0)) {
    return {
      likely: `The bytes are in the wrong order. ${place} A DataView does it ` +
        "that way unless it is told `true`; a Uint16Array has the order of " +
        "the machine.",
      read: NUMBERS,
    };
  }
  return { likely: place, read: FIELDS };
}

function diagnoseFlags(received: Segment["flags"], expected: Segment["flags"]) {
  const names = TCP_FLAG_NAMES;
  const read = FLAGS;
  if (received === null || typeof received !== "object") {
    return { likely: "It is an object with eight booleans.", read };
  }
  if (names.some((name) => typeof received[name] !== "boolean")) {
    return {
      likely:
        "Each flag is true or false. `bits & 2` is a number: compare it " +
        "with 0.",
      read,
    };
  }
  const set = names.filter((name) => expected[name]);
  const seen = names.filter((name) => received[name]);
  if (seen.length === set.length && set.length > 0) {
    return {
      likely: `${set.join(", ")} came out as ${seen.join(", ")}: each bit is ` +
        "another flag than you think. From the highest bit to the lowest the " +
        "byte has CWR, ECE, URG, ACK, PSH, RST, SYN, FIN: FIN is 1, SYN is 2.",
      read,
    };
  }
  return {
    likely:
      "The flags are byte 13, one bit each: CWR is 128, ECE 64, URG 32, " +
      "ACK 16, PSH 8, RST 4, SYN 2, FIN 1. Test each one with `&`, for " +
      "several can be set.",
    read,
  };
}

function diagnoseHeader(received: Segment, expected: Segment) {
  return {
    likely: received.headerBytes === expected.headerBytes / 4
      ? "The data offset counts words of four bytes: multiply it."
      : "The data offset is the upper half of byte 12, four bits; the lower " +
        "half is reserved. `>> 4` leaves the upper half alone.",
    read: DATA_OFFSET,
  };
}

function expectRefusal(
  decode: DecodeSegment,
  bytes: Uint8Array,
  trial: Trial,
  { what, likely }: { what: string; likely: string },
): void {
  let received: unknown;
  try {
    received = decode(bytes);
  } catch (error) {
    if (error instanceof RangeError) return;
    trial.fail({
      problem: `For ${what} decodeSegment() threw ${error}.`,
      expected: "a RangeError",
      likely: "It is right to throw, but a caller tells failures apart by " +
        "their class: `throw new RangeError(…)`.",
      read: DATA_OFFSET,
    }, { cause: error });
  }
  trial.fail({
    problem: `For ${what} decodeSegment() returned.`,
    expected: "a RangeError",
    received: showParts(received),
    likely,
    read: DATA_OFFSET,
  });
}

/** What of a segment depends on the data offset. */
function showParts(segment: unknown): string {
  if (segment === null || typeof segment !== "object") {
    return Deno.inspect(segment);
  }
  const { headerBytes, options, payload } = segment as Segment;
  return [
    `headerBytes: ${headerBytes}`,
    `options: ${show(options)}`,
    `payload: ${show(payload)}`,
  ].join("\n");
}

/** A value of a field, whatever class it is of. */
function show(value: unknown): string {
  if (value instanceof Uint8Array) {
    return `${value.length} bytes: ${value.toHex()}`;
  }
  if (value === null || typeof value !== "object") return Deno.inspect(value);
  // In one order, whatever order they were put in, and no others.
  const flags = TCP_FLAG_NAMES.filter((name) => name in value)
    .map((name) => [name, (value as Segment["flags"])[name]]);
  return Deno.inspect(Object.fromEntries(flags));
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
