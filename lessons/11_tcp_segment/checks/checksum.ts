import { seededRandom } from "../../../lib/net/mod.ts";
import type { Trial } from "../../../lib/workbook/kit/mod.ts";
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

/** What is summed, and what a wrong result means. */
const CASES: [step: string, inputs: string[], likely: string][] = [
  ["two bytes", ["0102", "00ff"], PAIRS],
  ["numbers whose sum fits into 16 bits", ["000102030405", "12345678"], PAIRS],
  ["the example of RFC 1071, section 3", ["0001f203f4f5f6f7"], CARRY],
  [
    "a carry that produces another carry",
    ["ffffffff0001", "ffff0001ffff"],
    SECOND_CARRY,
  ],
  ["an odd number of bytes", ["01", "010203", "ffff000180"], ODD],
  [
    "only zeros, and no bytes at all",
    ["0000", ""],
    "The sum is 0, and its inverted bits are 0xffff. Empty input has a " +
    "checksum, too.",
  ],
];

/** Checks an answer to 11.2, `checksum()`. */
export function checkChecksum(checksum: Checksum, trial: Trial): void {
  function expectRight(bytes: Uint8Array, likely: string): void {
    const expected = solution.checksum(bytes);
    const received = checksum(bytes);
    if (received === expected) return;
    trial.fail({
      problem: `The checksum of ${describe(bytes)} is wrong.`,
      expected: hex(expected),
      received: hex(received),
      likely: diagnose(received, expected, bytes) ?? likely,
    });
  }

  for (const [step, inputs, likely] of CASES) {
    trial.step(step);
    for (const input of inputs) expectRight(Uint8Array.fromHex(input), likely);
  }

  trial.step("the IPv4 header of a captured packet");
  const { bytes, link, ip } = readRecording(RECORDING)[0];
  const start = link!.headerBytes;
  const header = bytes.slice(start, start + ip!.headerBytes);
  expectRight(
    header,
    "An undamaged header, checksum included, adds up to 0xffff, and the " +
      "inverted bits of that are 0.",
  );
  expectRight(
    header.with(10, 0).with(11, 0),
    "With 0 in place of the checksum, the result is the checksum that the " +
      "header had there.",
  );

  trial.step("bytes in the middle of a larger buffer");
  const buffer = new Uint8Array(40).fill(0x77);
  buffer.set(header, 11);
  expectRight(
    buffer.subarray(11, 11 + header.length),
    "You read from the start of the buffer, but the bytes are a view into its " +
      "middle. A DataView or a Uint16Array of bytes.buffer starts where the " +
      "buffer does: pass bytes.byteOffset and bytes.length as well.",
  );

  trial.step("65,535 bytes, all of them 0xff");
  expectRight(new Uint8Array(65_535).fill(0xff), SECOND_CARRY);

  trial.step(`${RANDOM_COUNT} inputs of random bytes`);
  const random = seededRandom(1071);
  for (let i = 0; i < RANDOM_COUNT; i++) {
    const data = new Uint8Array(Math.floor(random() * 100))
      .map(() => random() * 256);
    expectRight(data, data.length % 2 === 1 ? ODD : SECOND_CARRY);
  }
}

/** What a wrong result reveals about how it was computed. */
function diagnose(
  received: unknown,
  expected: number,
  bytes: Uint8Array,
): string | undefined {
  if (typeof received !== "number") return "Return a number.";
  if (received === 0xffff && expected === 0) {
    return "The sum is 0xffff here, and its inverted bits are 0. The " +
      "remainder, `% 65535`, turns that sum into 0: fold the carries instead.";
  }
  if (received === 0xffff - expected) {
    return "You return the sum itself. Invert its 16 bits: `~sum & 0xffff`, or " +
      "0xffff - sum.";
  }
  if (received < 0 && (received & 0xffff) === expected) {
    return "`~` inverts all 32 bits, so the result is negative: keep the lower " +
      "16 with `& 0xffff`.";
  }
  const swapped = (expected & 0xff) << 8 | expected >> 8;
  if (received === swapped && bytes.length % 2 === 0) {
    return "The two bytes of your result are swapped: the first byte of each " +
      "pair is the upper half. A Uint16Array uses the machine's byte order; a " +
      "DataView uses network byte order unless you pass `true`.";
  }
  if (received < 0 || received > 0xffff) {
    return `Your result doesn't fit into 16 bits. ${CARRY}`;
  }
  return undefined;
}

function describe(bytes: Uint8Array): string {
  return bytes.length > 24
    ? `${bytes.length} bytes`
    : bytes.toHex().replace(/(..)(?=.)/g, "$1 ") || "no bytes";
}

function hex(value: unknown): string {
  return typeof value === "number" && Number.isInteger(value) && value >= 0
    ? `0x${value.toString(16).padStart(4, "0")}`
    : Deno.inspect(value);
}
