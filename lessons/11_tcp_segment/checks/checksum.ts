/** How an answer to 11.2 is checked. */
import { seededRandom } from "../../../lib/net/mod.ts";
import {
  type Exercise,
  exercise,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";
import { readRecording } from "../observe.ts";
import { RECORDING } from "../recording.ts";
import * as solution from "../solution.ts";
import type { Checksum } from "../types.ts";

const CHECKSUM = "The checksum";
const RANDOM_COUNT = 200;

/**
 * Makes exercise 11.2.
 *
 * @returns The exercise.
 */
export function makeChecksum(): Exercise<unknown> {
  return exercise<Checksum>({
    id: "11.2",
    pure: true,
    title: "The Internet checksum",
    solution: solution.checksum,
    hints: [
      "What is 0xffff + 0x0001 in 16 bits, and where does the carry go? Can " +
      "there be a carry again when it has been added in?",
      "Go through the bytes two at a time and add the numbers up; JavaScript's " +
      "numbers have room for all of the carries. Then cut the sum in two, what " +
      "lies in the lower 16 bits and what lies above, and add those, until " +
      "nothing lies above. At the very end turn the bits over.",
      "Nearly the code:\n" +
      "    sum += (bytes[at] << 8) | (bytes[at + 1] ?? 0);\n" +
      "for each pair, and then:\n" +
      "    while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);\n" +
      "    return ~sum & 0xffff;",
    ],
    read: CHECKSUM,
    check: checkChecksum,
  });
}

const PAIRS = "Two bytes make one number: the first is the upper half, so it " +
  "counts 256 times.";
const CARRY = "What no longer fits into 16 bits is not thrown away: it is " +
  "added in at the bottom.";
const AGAIN = "When a carry is added in, there can be one more: 0x1ffff " +
  "becomes 0xffff + 1, and that is 0x10000. Fold until nothing is left above " +
  "16 bits.";
const ODD = "The last byte has no partner. It is the upper half of a number " +
  "whose lower half is 0, as if a zero came behind it.";

/** What is summed up, step by step, and what it means if it goes wrong. */
const CASES: [step: string, hex: string[], likely: string][] = [
  ["two bytes", ["0102", "00ff"], PAIRS],
  ["numbers whose sum fits into 16 bits", ["000102030405", "12345678"], PAIRS],
  ["the example of RFC 1071, section 3", ["0001f203f4f5f6f7"], CARRY],
  ["a carry that brings another one", ["ffffffff0001", "ffff0001ffff"], AGAIN],
  ["an odd number of bytes", ["01", "010203", "ffff000180"], ODD],
  [
    "nothing but zeros, and nothing at all",
    ["0000", ""],
    "The sum is 0, so " +
    "its bits turned over are 0xffff. An empty header has a checksum, too.",
  ],
];

function checkChecksum(checksum: Checksum, trial: Trial): void {
  for (const [step, texts, likely] of CASES) {
    trial.step(step);
    for (const hex of texts) {
      expectChecksum(checksum, Uint8Array.fromHex(hex), trial, likely);
    }
  }

  trial.step("the IPv4 header of a packet off the wire");
  const { bytes, link, ip } = readRecording(RECORDING)[0];
  const start = link!.headerBytes;
  const header = bytes.slice(start, start + ip!.headerBytes);
  expectChecksum(
    checksum,
    header,
    trial,
    "With its checksum in place an " +
      "unharmed header sums up to 0xffff, of which the bits turned over are 0.",
  );
  const empty = header.slice();
  empty.fill(0, 10, 12);
  expectChecksum(
    checksum,
    empty,
    trial,
    "With 0 in place of the checksum, " +
      "what comes out is what the header had there.",
  );

  trial.step("bytes in the middle of a larger buffer");
  const buffer = new Uint8Array(40).fill(0x77);
  buffer.set(header, 11);
  expectChecksum(
    checksum,
    buffer.subarray(11, 11 + header.length),
    trial,
    "The bytes are a view of a part of a buffer. A DataView, or a Uint16Array, " +
      "of bytes.buffer begins where the buffer does: use bytes.byteOffset and " +
      "bytes.length.",
  );

  trial.step("65,535 bytes, all of them 0xff");
  expectChecksum(checksum, new Uint8Array(65_535).fill(0xff), trial, AGAIN);

  trial.step(`${RANDOM_COUNT} stretches of random bytes`);
  const random = seededRandom(1071);
  for (let i = 0; i < RANDOM_COUNT; i++) {
    const data = new Uint8Array(Math.floor(random() * 100));
    for (let at = 0; at < data.length; at++) data[at] = random() * 256;
    expectChecksum(checksum, data, trial, data.length % 2 === 1 ? ODD : AGAIN);
  }
}

function expectChecksum(
  checksum: Checksum,
  bytes: Uint8Array,
  trial: Trial,
  likely: string,
): void {
  const expected = solution.checksum(bytes);
  const received = checksum(bytes);
  if (received === expected) return;
  const shown = bytes.length > 24
    ? `${bytes.length} bytes`
    : bytes.toHex().replace(/(..)(?=.)/g, "$1 ") || "no bytes";
  trial.fail({
    problem: `The checksum of ${shown} is wrong.`,
    expected: hex(expected),
    received: typeof received === "number" ? hex(received) : show(received),
    likely: diagnose(received, expected, bytes) ?? likely,
  });
}

/** What a wrong result shows of how it was made. */
function diagnose(
  received: unknown,
  expected: number,
  bytes: Uint8Array,
): string | undefined {
  if (typeof received !== "number") return "Return a number.";
  if (received === 0xffff && expected === 0) {
    return "The sum is 0xffff here, and its bits turned over are 0. Whoever " +
      "takes the remainder, `% 65535`, makes 0 of that sum: fold the carries " +
      "in instead.";
  }
  if (received === 0xffff - expected) {
    return "This is the sum itself. Turn its 16 bits over: `~sum & 0xffff`, " +
      "or 0xffff - sum.";
  }
  if (received < 0 && (received & 0xffff) === expected) {
    return "`~` turns over all 32 bits, which gives a number below 0: keep " +
      "the lower 16 with `& 0xffff`.";
  }
  const swapped = (expected & 0xff) << 8 | expected >> 8;
  if (received === swapped && bytes.length % 2 === 0) {
    return "The two bytes of the result have changed places: the first byte " +
      "of each pair is the upper half. A Uint16Array has the order of the " +
      "machine; a DataView has the right one unless it is told `true`.";
  }
  if (received < 0 || received > 0xffff) {
    return `It does not fit into 16 bits. ${CARRY}`;
  }
  return undefined;
}

function hex(value: number): string {
  return value < 0 || !Number.isInteger(value)
    ? `${value}`
    : `0x${value.toString(16).padStart(4, "0")}`;
}

function show(value: unknown): string {
  return Deno.inspect(value);
}
