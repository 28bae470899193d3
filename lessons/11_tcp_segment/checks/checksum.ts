/** Checks answers to 11.2. */
import { seededRandom } from "../../../lib/net/mod.ts";
import {
  checkFunction,
  type FunctionCase,
  lettersFirst,
  type Mistake,
  mistakeOf,
  randomSample,
  sampleLetters,
  shown,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";
import { readRecording } from "../observe.ts";
import { RECORDING } from "../recording.ts";
import * as solution from "../solution.ts";
import type { Checksum } from "../types.ts";
import { UNPADDED, unpadded, unsigned } from "./numbers.ts";

const RANDOM_COUNT = 200;

const PAIRS =
  "Two bytes make one number. The first byte is the upper half, so " +
  "it counts 256 times. The next number starts two bytes later.";
const TOO_LARGE =
  "Your result doesn't fit into 16 bits. Fold the sum until it " +
  "does (0x10000 is still too large), and keep only the lower 16 bits of the " +
  "inverted sum: `& 0xffff`.";
const CARRY =
  "You lose the carry. Add whatever doesn't fit into 16 bits back in at the " +
  "bottom.";
const SECOND_CARRY =
  "Adding a carry back in can produce another one: 0x1ffff " +
  "folds to 0xffff + 1, which is 0x10000. Fold until nothing is left above 16 " +
  "bits.";
const ODD =
  "The last byte has no partner. Use it as the upper half of a number " +
  "whose lower half is 0, as if a zero byte came after it.";

const REMAINDER =
  "The sum here is 0xffff, whose inverted bits are 0. The remainder, " +
  "`% 65535`, turns that sum into 0. Fold the carries instead.";
const SIGNED =
  "You add numbers with a sign, or lose what doesn't fit into 32 bits: " +
  "getInt16(), getInt32(), `<<`, `|`, and `&` give signed numbers. Add unsigned " +
  "16-bit numbers: getUint16(), or (bytes[i] << 8) | bytes[i + 1].";

/** Ways to compute it that are wrong for some bytes, and their diagnoses. */
const MISTAKES: Mistake<[bytes: Uint8Array]>[] = [
  [
    (bytes) => fold(sumOf(bytes)),
    "You return the sum itself. Invert its 16 bits: `~sum & 0xffff`, or " +
    "0xffff - sum.",
  ],
  [
    (bytes) => ~fold(sumOf(bytes)),
    "`~` inverts all 32 bits, so the result is negative: keep the lower 16 with " +
    "`& 0xffff`.",
  ],
  [
    (bytes) => ~fold(sumOf(bytes)) >>> 0,
    "`~` inverts all 32 bits, and `>>> 0` keeps the upper 16, which are ones " +
    "now: keep only the lower 16, with `& 0xffff`.",
  ],
  [(bytes) => 0xffff - sumOf(bytes) % 0xffff, REMAINDER],
  [
    (bytes) => 0x10000 - fold(sumOf(bytes)),
    "You return the negative sum (two's complement), which is one more than the " +
    "inverted bits. Use 0xffff - sum, or `~sum & 0xffff`.",
  ],
  [
    (bytes) => 0xffff - fold(sumOf(bytes.subarray(0, -2))),
    "You leave out the last two bytes. Go on while `i < bytes.length`.",
  ],
  [
    (bytes) => ~sumOf(bytes) & 0xffff,
    `${CARRY} (If your code does that: is the sum negative by then, so that it ` +
    "doesn't look too large? getInt16() gives signed numbers, getUint16() " +
    "doesn't, and the bits are inverted at the very end.)",
  ],
  ...[0xffff, -1].map((ones): Mistake<[Uint8Array]> => [
    (bytes) => ones - sumOf(bytes),
    `Your result doesn't fit into 16 bits. ${CARRY}`,
  ]),
  [
    (bytes) => swapped(solution.checksum(bytes)),
    "The two bytes of your result are swapped: the first byte of each pair is " +
    "the upper half. A Uint16Array uses the machine's byte order; a DataView " +
    "uses network byte order unless you pass `true`.",
  ],
  [
    (bytes) => 0xffff - fold(sumOf(bytes, 2, unpadded)),
    UNPADDED,
  ],
  [
    (bytes) => 0xffff - fold(sumOf(bytes, 2, ([a, b]) => a << 8 + b)),
    "`+` comes before `<<`, so `a << 8 + b` shifts by 8 + b bits. Write " +
    "(a << 8) + b, or (a << 8) | b.",
  ],
  ...[
    (bytes: Uint8Array) =>
      sumOf(bytes, 2, (part) => unsigned(part) << 16 >> 16),
    (bytes: Uint8Array) => sumOf(bytes, 4, (part) => unsigned(part) | 0),
    (bytes: Uint8Array) => sumOf(bytes, 4) | 0,
  ].flatMap((sum): Mistake<[Uint8Array]>[] => [
    [(bytes) => ~sum(bytes) & 0xffff, SIGNED],
    [(bytes) => ~fold(sum(bytes)) & 0xffff, SIGNED],
    [(bytes) => 0xffff - fold(sum(bytes) >>> 0), SIGNED],
  ]),
];

const HEADER = capturedHeader();

/** The bytes to sum up, and the likely cause of a wrong result. */
const CASES: [step: string, inputs: (string | Uint8Array)[], likely: string][] =
  [
    ["two bytes", ["0102", "00ff"], PAIRS],
    [
      "sums that fit into 16 bits",
      ["000102030405", "12345678"],
      "Each pair makes one number: bytes 0 and 1, 2 and 3, and so on. Add them " +
      "all up.",
    ],
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
      "The sum of no numbers is 0, and its inverted bits are 0xffff. So empty " +
      "input has a checksum, too.",
    ],
    [
      "the IPv4 header of a captured packet",
      [HEADER],
      "An undamaged header, including its checksum, adds up to 0xffff, whose " +
      "inverted bits are 0. Sum up all bytes as they are, even those of the " +
      "checksum.",
    ],
    [
      "that header with 0 in place of the checksum",
      [HEADER.with(10, 0).with(11, 0)],
      "The result is the checksum that the header had there.",
    ],
    [
      "100 bytes: 0, 1, 2, 3, and so on",
      [new Uint8Array(100).map((_, i) => i)],
      "The checksum is the sum of all bytes, however many there are.",
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
  const all = [...CASES, ...randomCases()].flatMap(([step, inputs, likely]) =>
    inputs.map((input) => {
      const isText = typeof input === "string";
      const bytes = isText ? Uint8Array.fromHex(input) : input;
      return { step, bytes, likely };
    })
  );
  const cases = all.map(({ step, bytes, likely }, i): FunctionCase => {
    const expected = solution.checksum(bytes);
    return {
      step,
      args: [bytes],
      returns: expected,
      likely({ value, error }) {
        if (error !== undefined) return likely;
        if (typeof value !== "number") return "Return a number.";
        // A mistake must also be right where the answer was.
        const inputs = all.slice(0, i + 1).map(({ bytes }) => [bytes] as const);
        return {
          expected: hex(expected),
          received: hex(value),
          likely: mistakeOf(checksum, inputs, MISTAKES) ??
            (value < 0 || value > 0xffff ? TOO_LARGE : likely),
        };
      },
    };
  });
  await checkFunction(trial, checksum, cases, { name: "checksum" });
}

/** Sums up numbers of `size` bytes each. */
function sumOf(bytes: Uint8Array, size = 2, valueOf = unsigned): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += size) {
    const part = new Uint8Array(size);
    part.set(bytes.subarray(at, at + size));
    sum += valueOf(part);
  }
  return sum;
}

function fold(sum: number): number {
  while (sum > 0xffff) sum = sum % 0x10000 + Math.floor(sum / 0x10000);
  return sum;
}

function swapped(sum: number): number {
  return (sum & 0xff) << 8 | sum >> 8;
}

function capturedHeader(): Uint8Array {
  const { bytes, link, ip } = readRecording(RECORDING)[0];
  const start = link!.headerBytes;
  return bytes.slice(start, start + ip!.headerBytes);
}

function randomCases(): typeof CASES {
  return lettersFirst((sample) => {
    const random = seededRandom(1071);
    const what = sample === sampleLetters ? "letters" : "random bytes";
    return Array.from({ length: RANDOM_COUNT }, (): typeof CASES[number] => {
      const bytes = sample(Math.floor(random() * 100));
      const likely = bytes.length % 2 === 1 ? ODD : SECOND_CARRY;
      return [`${RANDOM_COUNT} inputs of ${what}`, [bytes], likely];
    });
  }, randomSample(112)).flat();
}

function hex(value: unknown): string {
  return typeof value === "number" && Number.isInteger(value) && value >= 0
    ? `0x${value.toString(16).padStart(4, "0")}`
    : shown(value);
}
