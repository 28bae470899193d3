/** How an answer to 11.2 is checked. */
import { seededRandom } from "../../../lib/net/mod.ts";
import {
  checkFunction,
  type FunctionCase,
  shown,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";
import { readRecording } from "../observe.ts";
import { RECORDING } from "../recording.ts";
import * as solution from "../solution.ts";
import type { Checksum } from "../types.ts";

const RANDOM_COUNT = 200;

const PAIRS = "Two bytes make one number. The first is the upper half, so it " +
  "counts 256 times.";
const CARRY =
  "You lose the carry. Whatever doesn't fit into 16 bits is added " +
  "back in at the bottom.";
const SECOND_CARRY =
  "Adding a carry back in can produce another one: 0x1ffff " +
  "folds to 0xffff + 1, which is 0x10000. Fold until nothing is left above 16 " +
  "bits.";
const ODD = "The last byte has no partner. It's the upper half of a number " +
  "whose lower half is 0, as if a zero byte came after it.";

const HEADER = capturedHeader();

/** What is summed, and what a wrong result means. */
const CASES: [step: string, inputs: (string | Uint8Array)[], likely: string][] =
  [
    ["two bytes", ["0102", "00ff"], PAIRS],
    ["sums that fit into 16 bits", ["000102030405", "12345678"], PAIRS],
    ["the example of RFC 1071, section 3", ["0001f203f4f5f6f7"], CARRY],
    [
      "a carry that produces another carry",
      ["ffffffff0001", "ffff0001ffff"],
      SECOND_CARRY,
    ],
    ["an odd number of bytes", ["01", "010203", "ffff000180"], ODD],
    ["only zeros", ["0000"], "The sum is 0, and its inverted bits are 0xffff."],
    [
      "no bytes at all",
      [""],
      "The sum of no numbers is 0, and its inverted bits are 0xffff: empty " +
      "input has a checksum, too.",
    ],
    [
      "the IPv4 header of a captured packet",
      [HEADER],
      "An undamaged header, checksum included, adds up to 0xffff, and the " +
      "inverted bits of that are 0. Sum up all bytes as they are, also those " +
      "where a checksum is.",
    ],
    [
      "that header with 0 in place of the checksum",
      [HEADER.with(10, 0).with(11, 0)],
      "The result is the checksum that the header had there.",
    ],
    [
      "65,535 bytes, all of them 0xff",
      [new Uint8Array(65_535).fill(0xff)],
      SECOND_CARRY,
    ],
  ];

/** Checks an answer to 11.2, `checksum()`. */
export async function checkChecksum(
  checksum: Checksum,
  trial: Trial,
): Promise<void> {
  await checkFunction(trial, checksum, [
    ...CASES.flatMap(([step, inputs, likely]) =>
      inputs.map((input) => sumOf(step, input, likely))
    ),
    ...randomInputs().map((bytes) =>
      sumOf(
        `${RANDOM_COUNT} inputs of random bytes`,
        bytes,
        bytes.length % 2 === 1 ? ODD : SECOND_CARRY,
      )
    ),
  ], { name: "checksum" });
}

function sumOf(
  step: string,
  input: string | Uint8Array,
  likely: string,
): FunctionCase {
  const bytes = typeof input === "string" ? Uint8Array.fromHex(input) : input;
  const expected = solution.checksum(bytes);
  return {
    step,
    args: [bytes],
    returns: expected,
    likely: ({ value, error }) =>
      error !== undefined ? likely : {
        expected: hex(expected),
        received: hex(value),
        likely: explain(value, expected, bytes) ?? likely,
      },
  };
}

/** What a wrong result reveals about how it was computed. */
function explain(
  value: unknown,
  expected: number,
  bytes: Uint8Array,
): string | undefined {
  if (bytes.length === 0) return undefined;
  if (typeof value !== "number") return "Return a number.";
  if (value === 0xffff && expected === 0) {
    return "The sum is 0xffff here, and its inverted bits are 0. The " +
      "remainder, `% 65535`, turns that sum into 0: fold the carries instead.";
  }
  if (value === 0xffff - expected) {
    return "You return the sum itself. Invert its 16 bits: `~sum & 0xffff`, or " +
      "0xffff - sum.";
  }
  if (value < 0 && (value & 0xffff) === expected) {
    return "`~` inverts all 32 bits, so the result is negative: keep the lower " +
      "16 with `& 0xffff`.";
  }
  const swapped = (expected & 0xff) << 8 | expected >> 8;
  if (value === swapped && bytes.length % 2 === 0) {
    return "The two bytes of your result are swapped: the first byte of each " +
      "pair is the upper half. A Uint16Array uses the machine's byte order; a " +
      "DataView uses network byte order unless you pass `true`.";
  }
  if (value < 0 || value > 0xffff) {
    return `Your result doesn't fit into 16 bits. ${CARRY}`;
  }
  return undefined;
}

function capturedHeader(): Uint8Array {
  const { bytes, link, ip } = readRecording(RECORDING)[0];
  const start = link!.headerBytes;
  return bytes.slice(start, start + ip!.headerBytes);
}

function randomInputs(): Uint8Array[] {
  const random = seededRandom(1071);
  return Array.from(
    { length: RANDOM_COUNT },
    () => new Uint8Array(Math.floor(random() * 100)).map(() => random() * 256),
  );
}

function hex(value: unknown): string {
  return typeof value === "number" && Number.isInteger(value) && value >= 0
    ? `0x${value.toString(16).padStart(4, "0")}`
    : shown(value);
}
