import { exercises } from "../../../lessons/11_tcp_segment/exercises.ts";
import * as solution from "../../../lessons/11_tcp_segment/solution.ts";
import type {
  Checksum,
  DecodeSegment,
  Flags,
  SeqLess,
} from "../../../lessons/11_tcp_segment/types.ts";
import { checksum, seqDiff } from "../../../lib/wire/mod.ts";
import { testAccepted, testExercises } from "../gates.ts";
import { wrongAnswers } from "./wrong_answers.ts";

testExercises("tcp_segment", exercises, wrongAnswers);

const [decodeSegment, internetChecksum, seqLess] = exercises;

/** From the highest bit to the lowest. */
const FLAGS = ["cwr", "ece", "urg", "ack", "psh", "rst", "syn", "fin"];

testAccepted<DecodeSegment>(decodeSegment, {
  "makes copies, and numbers from digits": (bytes) => {
    const number = (start: number, end: number) =>
      bytes.slice(start, end).reduce((sum, byte) => sum * 256 + byte, 0);
    if (bytes.length < 20) throw new RangeError("short");
    const end = Math.floor(bytes[12] / 16) * 4;
    if (end < 20) throw new RangeError("offset");
    if (end > bytes.length) throw new RangeError("longer than it is");
    const bits = bytes[13].toString(2).padStart(8, "0");
    return {
      sourcePort: number(0, 2),
      destinationPort: number(2, 4),
      sequence: number(4, 8),
      acknowledgment: number(8, 12),
      headerBytes: end,
      flags: Object.fromEntries(
        FLAGS.map((name, i) => [name, bits[i] === "1"]),
      ) as unknown as Flags,
      window: number(14, 16),
      checksum: number(16, 18),
      urgentPointer: number(18, 20),
      options: bytes.slice(20, end),
      payload: bytes.slice(end),
    };
  },
  "adds a property, to an object without a prototype": (bytes) =>
    Object.assign(Object.create(null), {
      ...solution.decodeSegment(bytes),
      color: "red",
    }),
});

testAccepted<Checksum>(internetChecksum, {
  "uses the function of lib/wire": (bytes) => checksum(bytes),
  "adds with BigInt": (bytes) => {
    let sum = 0n;
    bytes.forEach((byte, i) => sum += BigInt(byte) << (i % 2 ? 0n : 8n));
    while (sum > 0xffffn) sum = (sum & 0xffffn) + (sum >> 16n);
    return Number(sum ^ 0xffffn);
  },
  "folds at the end, and inverts signed bits": (bytes) => {
    let sum = 0;
    bytes.forEach((byte, i) => sum += i % 2 === 0 ? byte << 8 : byte);
    sum = (sum & 0xffff) + (sum >>> 16);
    sum = (sum & 0xffff) + (sum >>> 16);
    return ~sum & 0xffff;
  },
});

testAccepted<SeqLess>(seqLess, {
  "masks the difference into a signed number": (a, b) => {
    const ahead = (b - a) & 0xffffffff;
    return ahead > 0 && ahead < 2 ** 31;
  },
  "uses the signed difference": (a, b) => seqDiff(b, a) > 0,
  "makes the remainder positive": (a, b) => {
    const ahead = ((b - a) % 2 ** 32 + 2 ** 32) % 2 ** 32;
    return 0 < ahead && ahead * 2 < 2 ** 32;
  },
});
