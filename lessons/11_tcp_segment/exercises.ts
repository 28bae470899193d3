/** The exercises of lesson 11. */
import { type Exercise, exercise } from "../../lib/workbook/kit/mod.ts";
import { checkChecksum } from "./checks/checksum.ts";
import { checkDecodeSegment } from "./checks/decode_segment.ts";
import { checkSeqLess } from "./checks/seq_less.ts";
import * as solution from "./solution.ts";

/** The exercises of the lesson, in order. */
export const exercises: Exercise<unknown>[] = [
  exercise({
    id: "11.1",
    title: "Decode a segment",
    passed:
      "You use the data offset to find the payload, whatever options there are.",
    real: "lib/wire/tcp/header.ts",
    solution: solution.decodeSegment,
    hints: [
      "In which row of the header is each field, and how many bytes does it " +
      "take? Which four bits tell you where the data starts, and what do they " +
      "count?",
      "A DataView reads numbers of two and four bytes, unsigned and with the " +
      "most significant byte first: getUint16() and getUint32(). The data " +
      "offset is the upper half of byte 12, in 4-byte words. The flags " +
      "are byte 13: test one bit at a time. Check the length before you read, " +
      "and check the data offset before you use it.",
      "Most of the code:\n" +
      "    const { buffer, byteOffset, length } = bytes;\n" +
      "    const view = new DataView(buffer, byteOffset, length);\n" +
      "    const headerBytes = (view.getUint8(12) >> 4) * 4;\n" +
      "    const bits = view.getUint8(13);\n" +
      "and then, for example:\n" +
      "    sequence: view.getUint32(4),\n" +
      "    flags: { fin: (bits & 1) !== 0, syn: (bits & 2) !== 0, … },\n" +
      "    payload: bytes.subarray(headerBytes),",
    ],
    read: "Every field of the header",
    pure: true,
    check: checkDecodeSegment,
  }),
  exercise({
    id: "11.2",
    title: "The Internet checksum",
    passed:
      "You fold the carries and invert the sum, even for an odd number of bytes.",
    real: "lib/wire/ip/checksum.ts",
    solution: solution.checksum,
    hints: [
      "What is 0xffff + 0x0001 in 16 bits, and where does the carry go? Once " +
      "you've added it back in, can there be another carry?",
      "Go through the bytes two at a time, and add up the numbers. A JavaScript " +
      "number has room for all the carries. Then split the sum into its lower " +
      "16 bits and the rest, and add those two. Repeat that until there's no " +
      "rest. Invert the bits at the very end.",
      "Most of the code:\n" +
      "    sum += (bytes[at] << 8) | (bytes[at + 1] ?? 0);\n" +
      "for each pair, and then:\n" +
      "    while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);\n" +
      "    return ~sum & 0xffff;",
    ],
    read: "The checksum",
    pure: true,
    check: checkChecksum,
  }),
  exercise({
    id: "11.3",
    title: "Which sequence number comes first",
    passed:
      "You compare by distance, so your function works across the wraparound.",
    real: "lib/wire/tcp/sequence.ts",
    solution: solution.seqLess,
    hints: [
      "The numbers have just wrapped around: which comes first, 4294967290 or " +
      "5? How far is it from one to the other, going forward?",
      "Subtract `a` from `b`, and take the result modulo 2^32. That's how far " +
      "you have to go forward to get from `a` to `b`: a number from 0 to " +
      "4294967295. Compare it with half the sequence space. What about 0, and " +
      "what about exactly half?",
      "Most of the code:\n" +
      "    const ahead = (b - a) >>> 0; // modulo 2 ** 32\n" +
      "`ahead` is 0 for equal numbers and 2 ** 31 for numbers exactly half the " +
      "sequence space apart. In both cases, `a` doesn't come before `b`.",
    ],
    read: "After 4294967295 comes 0",
    pure: true,
    check: checkSeqLess,
  }),
];
