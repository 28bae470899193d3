/** Wrong answers to the exercises of lesson 11, and what must be said of each. */
import type { WrongAnswer } from "../gates.ts";
import * as solution from "../../../lessons/11_tcp_segment/solution.ts";
import type {
  Checksum,
  DecodeSegment,
  Flags,
  Segment,
  SeqLess,
} from "../../../lessons/11_tcp_segment/types.ts";

/** Wrong answers to 11.1. */
export const decodeMistakes: WrongAnswer<DecodeSegment>[] = [
  {
    name: "gives signed numbers",
    attempt: (bytes) => ({
      ...solution.decodeSegment(bytes),
      sequence: bytes[4] << 24 | bytes[5] << 16 | bytes[6] << 8 | bytes[7],
      acknowledgment: bytes[8] << 24 | bytes[9] << 16 | bytes[10] << 8 |
        bytes[11],
    }),
    diagnosis: /taken for a sign/,
  },
  {
    name: "looks for the data at byte 20, whatever the offset says",
    attempt: (bytes) => ({
      ...solution.decodeSegment(bytes),
      payload: bytes.subarray(20),
    }),
    diagnosis: /the data from headerBytes on/,
  },
  {
    name: "shifts the flags by one",
    attempt: (bytes) => ({
      ...solution.decodeSegment(bytes),
      flags: flagsOf((bit) => (bytes[13] >> (bit + 1) & 1) === 1),
    }),
    diagnosis: /CWR is 128, ECE 64|another flag than you think/,
  },
  {
    name: "takes the flags from the lowest bit up",
    attempt: (bytes) => ({
      ...solution.decodeSegment(bytes),
      flags: flagsOf((bit) => (bytes[13] >> (7 - bit) & 1) === 1),
    }),
    diagnosis: /another flag than you think/,
  },
  {
    name: "knows the flags of one combination only",
    attempt: (bytes) => ({
      ...solution.decodeSegment(bytes),
      flags: flagsOf((bit) => bytes[13] === 1 << bit),
    }),
    diagnosis: /Test each one with `&`/,
  },
  {
    name: "gives numbers for flags",
    attempt: (bytes) => ({
      ...solution.decodeSegment(bytes),
      flags: flagsOf((bit) => (bytes[13] & 1 << bit) as unknown as boolean),
    }),
    diagnosis: /compare it with 0/,
  },
  {
    name: "takes 3 bytes for a segment",
    attempt(bytes) {
      const padded = new Uint8Array(Math.max(20, bytes.length));
      padded.set(bytes);
      if (bytes.length < 20) padded[12] = 0x50;
      return solution.decodeSegment(padded);
    },
    diagnosis: /No TCP header is shorter than 20 bytes/,
  },
  {
    name: "believes a data offset below 5",
    attempt: (bytes) => decodeUnchecked(bytes),
    diagnosis: /a data offset below 5 is a lie/,
  },
  {
    name: "believes a header longer than the segment",
    attempt(bytes) {
      if (bytes.length >= 20 && bytes[12] >> 4 < 5) {
        throw new RangeError("a data offset below 5");
      }
      return decodeUnchecked(bytes);
    },
    diagnosis: /when it is cut short/,
  },
  {
    name: "takes the lower half of byte 12 for the offset",
    attempt(bytes) {
      if ((bytes[12] & 15) < 5) throw new RangeError("header too short");
      return solution.decodeSegment(bytes);
    },
    diagnosis: /the upper four bits of byte 12/,
  },
  {
    name: "divides byte 12, and refuses what is no whole number then",
    attempt(bytes) {
      if (!Number.isInteger(bytes[12] / 4)) throw new RangeError("no offset");
      return solution.decodeSegment(bytes);
    },
    diagnosis: /The lower four bits are reserved/,
  },
  {
    name: "counts the header in words",
    attempt(bytes) {
      const segment = solution.decodeSegment(bytes);
      return { ...segment, headerBytes: segment.headerBytes / 4 };
    },
    diagnosis: /counts words of four bytes/,
  },
  {
    name: "takes the reserved bits for a part of the offset",
    attempt(bytes) {
      const segment = solution.decodeSegment(bytes);
      return { ...segment, headerBytes: bytes[12] >> 2 };
    },
    diagnosis: /the lower half is reserved/,
  },
  {
    name: "reads numbers with the least significant byte first",
    attempt: (bytes) => ({
      ...solution.decodeSegment(bytes),
      sourcePort: bytes[0] | bytes[1] << 8,
    }),
    diagnosis: /in the wrong order/,
  },
  {
    name: "reads from the start of the buffer below",
    attempt(bytes) {
      if (bytes.length < 20) throw new RangeError("too short");
      return solution.decodeSegment(
        new Uint8Array(bytes.buffer, 0, bytes.length),
      );
    },
    diagnosis: /begins where the buffer does/,
  },
  {
    name: "wants data behind every header",
    attempt(bytes) {
      const segment = solution.decodeSegment(bytes);
      if (segment.payload.length > 0) return segment;
      throw new RangeError("no data");
    },
    diagnosis: /has no data behind it/,
  },
  {
    name: "throws an error of another class",
    attempt(bytes) {
      try {
        return solution.decodeSegment(bytes);
      } catch {
        throw new TypeError("no segment");
      }
    },
    diagnosis: /tells failures apart by their class/,
  },
];

function flagsOf(isSet: (bit: number) => boolean): Flags {
  return {
    cwr: isSet(7),
    ece: isSet(6),
    urg: isSet(5),
    ack: isSet(4),
    psh: isSet(3),
    rst: isSet(2),
    syn: isSet(1),
    fin: isSet(0),
  };
}

/** Everything right, except that it does not look before it leaps. */
function decodeUnchecked(bytes: Uint8Array): Segment {
  if (bytes.length < 20) throw new RangeError("too short");
  const plain = bytes.slice();
  plain[12] = 0x50;
  const headerBytes = (bytes[12] >> 4) * 4;
  return {
    ...solution.decodeSegment(plain),
    headerBytes,
    options: bytes.subarray(20, headerBytes),
    payload: bytes.subarray(headerBytes),
  };
}

/** Wrong answers to 11.2. */
export const checksumMistakes: WrongAnswer<Checksum>[] = [
  {
    name: "leaves out an odd last byte",
    attempt: (bytes) => solution.checksum(bytes.subarray(0, bytes.length & ~1)),
    diagnosis: /The last byte has no partner/,
  },
  {
    name: "takes an odd last byte for the lower half",
    attempt: (bytes) => finish(sumOf(bytes, (last) => last)),
    diagnosis: /The last byte has no partner/,
  },
  {
    name: "makes no number of a missing byte",
    attempt(bytes) {
      let sum = 0;
      for (let at = 0; at < bytes.length; at += 2) {
        sum += bytes[at] * 256 + bytes[at + 1];
      }
      return Number.isNaN(sum) ? NaN : finish(sum);
    },
    diagnosis: /The last byte has no partner/,
  },
  {
    name: "throws the carries away",
    attempt: (bytes) => ~sumOf(bytes) & 0xffff,
    diagnosis: /is not thrown away/,
  },
  {
    name: "folds once only",
    attempt(bytes) {
      const sum = sumOf(bytes);
      return ~((sum & 0xffff) + Math.floor(sum / 0x1_0000)) & 0xffff;
    },
    diagnosis: /Fold until nothing is left/,
  },
  {
    name: "takes the remainder for the fold",
    attempt: (bytes) => ~(sumOf(bytes) % 0xffff) & 0xffff,
    diagnosis: /`% 65535`, makes 0 of that sum/,
  },
  {
    name: "does not turn the bits over",
    attempt: (bytes) => 0xffff - solution.checksum(bytes),
    diagnosis: /the sum itself/,
  },
  {
    name: "turns over 32 bits",
    attempt: (bytes) => ~(0xffff - solution.checksum(bytes)),
    diagnosis: /keep the lower 16/,
  },
  {
    name: "does not fold at all",
    attempt: (bytes) => 0xffff - sumOf(bytes),
    diagnosis: /does not fit into 16 bits/,
  },
  {
    name: "takes the second byte for the upper half",
    attempt(bytes) {
      const sum = solution.checksum(bytes);
      return (sum & 0xff) << 8 | sum >> 8;
    },
    diagnosis: /have changed places/,
  },
  {
    name: "adds bytes, not pairs of them",
    attempt: (bytes) => finish(bytes.reduce((sum, byte) => sum + byte, 0)),
    diagnosis: /Two bytes make one number/,
  },
  {
    name: "reads from the start of the buffer below",
    attempt: (bytes) =>
      solution.checksum(new Uint8Array(bytes.buffer, 0, bytes.length)),
    diagnosis: /begins where the buffer does/,
  },
];

function sumOf(
  bytes: Uint8Array,
  last: (byte: number) => number = (byte) => byte * 256,
): number {
  let sum = 0;
  for (let at = 0; at + 1 < bytes.length; at += 2) {
    sum += bytes[at] * 256 + bytes[at + 1];
  }
  return bytes.length % 2 === 1 ? sum + last(bytes.at(-1)!) : sum;
}

function finish(sum: number): number {
  while (sum > 0xffff) sum = sum % 0x1_0000 + Math.floor(sum / 0x1_0000);
  return 0xffff - sum;
}

const HALF = 2 ** 31;

/** Wrong answers to 11.3. */
export const seqLessMistakes: WrongAnswer<SeqLess>[] = [
  {
    name: "compares as usual",
    attempt: (a, b) => a < b,
    diagnosis: /`a < b` knows nothing of that/,
  },
  {
    name: "takes half the circle for before, both ways",
    attempt: (a, b) => ((a - b) | 0) < 0,
    diagnosis: /Exactly half the circle apart/,
  },
  {
    name: "takes half the circle for before, where a < b",
    attempt: (a, b) => Math.abs(a - b) > HALF ? a > b : a < b,
    diagnosis: /Exactly half the circle apart/,
  },
  {
    name: "ends one before half the circle",
    attempt: (a, b) => a !== b && ((b - a) >>> 0) < HALF - 1,
    diagnosis: /one less than half the circle/,
  },
  {
    name: "takes a number to come before itself",
    attempt: (a, b) => ((b - a) >>> 0) < HALF,
    diagnosis: /does not come before itself/,
  },
  {
    name: "takes every negative distance for a small one",
    attempt: (a, b) => a !== b && b - a < HALF,
    diagnosis: /as with other numbers/,
  },
  {
    name: "forgets that % keeps the sign",
    attempt(a, b) {
      const ahead = (b - a) % 2 ** 32;
      return ahead > 0 && ahead < HALF;
    },
    diagnosis: /one step forward/,
  },
  {
    name: "wraps only near the end",
    attempt: (a, b) =>
      Math.abs(a - b) === HALF ? false : (a > 4_000_000_000 && b < 1_000_000) ||
        (a < b && !(b > 4_000_000_000 && a < 1_000_000)),
    diagnosis: /one less than half the circle/,
  },
  {
    name: "gives the distance",
    attempt: (a, b) => (b - a) as unknown as boolean,
    diagnosis: /Return true or false/,
  },
];
