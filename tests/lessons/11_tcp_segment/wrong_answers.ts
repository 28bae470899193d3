/** Wrong answers of lesson 11, and the diagnosis each must get. */
import type { Checksum } from "../../../lessons/11_tcp_segment/types.ts";
import { replacing, type WrongAnswers } from "../gates.ts";

const HEADER_BYTES = "headerBytes,\n    flags";
const FOLD_AND_RETURN = `    if (sum > 0xffff) sum -= 0xffff;
  }
  return 0xffff - sum;`;
const PAIR = "(bytes[at] << 8) | (bytes[at + 1] ?? 0)";
const COMPARISON = "ahead > 0 && ahead < 2 ** 31";

export const wrongAnswers: WrongAnswers = {
  "11.1": [
    {
      name: "reads signed numbers",
      replace: ["sequence: view.getUint32", "sequence: view.getInt32"],
      diagnosis: /the highest bit as a sign/,
    },
    {
      name: "starts the payload at byte 20, whatever the offset",
      replace: ["subarray(headerBytes)", "subarray(20)"],
      diagnosis: /the data starts at headerBytes/,
    },
    {
      name: "shifts the flags by one bit",
      replace: ["view.getUint8(13)", "view.getUint8(13) >> 1"],
      diagnosis: /you have the bits in the wrong places/,
    },
    {
      name: "recognizes PSH only if no other flag is set",
      replace: ["(flags & 0b0000_1000) !== 0", "flags === 0b0000_1000"],
      diagnosis: /Test each bit with `&`/,
    },
    {
      name: "returns numbers for flags",
      replace: ["(flags & 0b0000_0010) !== 0", "(flags & 2) as never"],
      diagnosis: /compare it with 0/,
    },
    {
      name: "accepts 3 bytes",
      replace: [
        "throw new RangeError(`a TCP header has 20 bytes, found ${bytes.length}`);",
        "bytes = Uint8Array.of(...bytes, ...new Uint8Array(20)).with(12, 0x50);",
      ],
      diagnosis: /A TCP header has at least 20 bytes/,
    },
    {
      name: "trusts a data offset below 5",
      replace: ["headerBytes < 20 || ", ""],
      diagnosis: /a data offset below 5\. That's impossible/,
    },
    {
      name: "trusts a header longer than the segment",
      replace: [" || headerBytes > bytes.length", ""],
      diagnosis: /subarray\(\) stops there without an error/,
    },
    {
      name: "takes the lower half of byte 12 for the offset",
      replace: ["view.getUint8(12) >> 4", "view.getUint8(12) & 15"],
      diagnosis: /the upper four bits of byte 12/,
    },
    {
      name: "includes the reserved bits in the length",
      replace: ["(view.getUint8(12) >> 4) * 4", "view.getUint8(12) >> 2"],
      diagnosis: /The lower four bits are reserved/,
    },
    ...replacing(HEADER_BYTES, {
      "includes the reserved bits in headerBytes": [
        `headerBytes: bytes[12] >> 2,\n    flags`,
        /the lower half is reserved/,
      ],
      "returns the header's length in words": [
        `headerBytes: headerBytes / 4,\n    flags`,
        /counts 4-byte words: multiply/,
      ],
    }),
    {
      name: "reads little-endian numbers",
      replace: ["view.getUint16(0)", "view.getUint16(0, true)"],
      diagnosis: /You used the wrong byte order/,
    },
    {
      name: "reads from the start of the underlying buffer",
      replace: [", bytes.byteOffset, bytes.length)", ")"],
      diagnosis: /pass the offset and the length/,
    },
    ...replacing("bytes.length < 20", {
      "takes a last byte of 0 for a missing byte": [
        "!bytes[19]",
        /because of byte 19, which is 0.*compare\s+with `bytes\.length`/s,
      ],
      "rejects a segment without flags": [
        "!bytes[13]",
        /because of byte 13.*Every field may have any value/s,
      ],
      "rejects port 0": ["!(bytes[2] | bytes[3])", /because of byte 2, which/],
    }),
    ...replacing("(view.getUint8(12) >> 4) * 4", {
      "multiplies before it shifts": [
        "view.getUint8(12) >> 4 * 4",
        /\(bytes\[12\] >> 4\) \* 4, with the parentheses/,
      ],
      "adds 20 bytes to the header": [
        "20 + (view.getUint8(12) >> 4) * 4",
        /Here it's 8 × 4/,
      ],
    }),
    {
      name: "returns undefined for no options",
      replace: [
        "bytes.subarray(20, headerBytes)",
        "headerBytes > 20 ? bytes.subarray(20, headerBytes) : undefined as never",
      ],
      diagnosis: /Return a Uint8Array, empty if there's nothing in it/,
    },
    {
      name: "uses the end of the options as their length",
      replace: [
        "bytes.subarray(20, headerBytes)",
        "new Uint8Array(bytes.buffer, bytes.byteOffset + 20, headerBytes)",
      ],
      diagnosis:
        /JavaScript threw this error.*new\s+Uint8Array\(\) is a length/s,
    },
    {
      name: "joins hexadecimal digits without zeros",
      replace: [
        "view.getUint16(0)",
        "parseInt(bytes[0].toString(16) + bytes[1].toString(16), 16)",
      ],
      diagnosis: /<01 02> becomes "12"/,
    },
    {
      name: "reads the checksum as the window",
      replace: ["view.getUint16(14)", "view.getUint16(16)"],
      diagnosis: /That's `checksum`\. `window` is/,
    },
    {
      name: "reads the flags from binary digits without zeros in front",
      replace: [
        "view.getUint8(13)",
        'parseInt(bytes[13].toString(2).padEnd(8, "0"), 2)',
      ],
      diagnosis: /`toString\(2\)` leaves out leading zeros.*"11000"/s,
    },
    {
      name: "returns a BigInt",
      replace: [
        "view.getUint32(4)",
        "view.getBigUint64(0) & 0xffffffffn as never",
      ],
      diagnosis: /Return a number\. Yours is of type bigint/,
    },
    {
      name: "leaves out zeros in the data",
      replace: ["subarray(headerBytes)", "slice(headerBytes).filter(Boolean)"],
      diagnosis: /Return them as they are/,
    },
    {
      name: "requires data after the header",
      replace: ["headerBytes > bytes", "headerBytes >= bytes"],
      diagnosis: /any number of bytes may follow it, even none/,
    },
    {
      name: "throws a TypeError",
      replace: ["RangeError(`a TCP", "TypeError(`a TCP"],
      diagnosis: /tell errors apart by their class/,
    },
    {
      name: "compares the header with everything that follows in the buffer",
      replace: [
        "headerBytes > bytes.length",
        "headerBytes > new DataView(bytes.buffer, bytes.byteOffset).byteLength",
      ],
      diagnosis: /bytes are part of a larger buffer/,
    },
  ],
  "11.2": [
    {
      name: "leaves out an odd last byte",
      replace: ["at < bytes", "at + 1 < bytes"],
      diagnosis: /The last byte has no partner/,
    },
    {
      name: "loses the carries",
      replace: ["if (sum > 0xffff) sum -= 0xffff", "sum &= 0xffff"],
      diagnosis: /You lose the carry/,
    },
    ...replacing(FOLD_AND_RETURN, {
      "folds a sum of signed 16-bit numbers": [
        `  sum -= bytes[at] > 127 ? 0x10000 : 0;
        }
        while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
        return ~sum & 0xffff;`,
        /is the sum negative by then/,
      ],
      "folds only once": [
        "}\nreturn ~((sum & 0xffff) + (sum >>> 16)) & 0xffff;",
        /Fold until nothing is left/,
      ],
      "takes the remainder instead of folding": [
        "}\nreturn 0xffff - sum % 0xffff;",
        /`% 65535`, turns that sum into 0/,
      ],
    }),
    ...replacing("0xffff - sum", {
      "doesn't invert the bits": ["sum", /You return the sum itself/],
      "inverts 32 bits": ["~sum", /keep the lower 16/],
      "inverts 32 bits, and takes them as unsigned": [
        "~sum >>> 0",
        /`>>> 0` keeps the upper 16, which are ones/,
      ],
      "keeps 20 bits": ["~sum & 0xfffff", /doesn't fit into 16 bits/],
      "returns the negative sum": ["0x10000 - sum", /two's complement/],
    }),
    {
      name: "doesn't fold at all",
      replace: ["if (sum > 0xffff) sum -= 0xffff;", ""],
      diagnosis: /doesn't fit into 16 bits\. You lose/,
    },
    ...replacing(PAIR, {
      "uses the second byte as the upper half": [
        "bytes[at] | ((bytes[at + 1] ?? 0) << 8)",
        /two bytes of your result are swapped/,
      ],
      "joins hexadecimal digits without zeros": [
        "parseInt(bytes[at].toString(16) + (bytes[at + 1] ?? 0).toString(16), 16)",
        /0x02 has only one digit.*padStart/s,
      ],
      "adds before it shifts": [
        "bytes[at] << 8 + (bytes[at + 1] ?? 0)",
        /`\+` comes before `<<`/,
      ],
      "adds bytes instead of pairs": [
        "bytes[at] + (bytes[at + 1] ?? 0)",
        /Two bytes make one number/,
      ],
    }),
    ...replacing("let sum = 0;", {
      "reads from the start of the underlying buffer": [
        "let sum = 0;\n  bytes = new Uint8Array(bytes.buffer, 0, bytes.length);",
        /pass the offset and the length/,
      ],
      "adds to the sum of the previous call": [
        "let sum = checksum.sum = 1 + (checksum.sum ?? -1);",
        /a different result the second time/,
      ],
      "returns 0 for no bytes": [
        "if (bytes.length === 0) return 0;\n  let sum = 0;",
        /empty input has a checksum, too/,
      ],
      "sets the checksum field to 0": [
        "bytes.fill(0, 10, 12);\n  let sum = 0;",
        /Sum up all bytes as they are, even those/,
      ],
    }),
    ...replacing("at < bytes.length", {
      "leaves out the last two bytes": [
        "at < bytes.length - 2",
        /You leave out the last two bytes/,
      ],
      "sums up 20 bytes at most": [
        "at < Math.min(bytes.length, 20)",
        /all bytes, however many/,
      ],
    }),
    {
      name: "adds signed 32-bit numbers",
      attempt: sumOfWords((sum, view, at) => sum + view.getInt32(at)),
      diagnosis: /numbers with a sign, or lose what doesn't fit into 32 bits/,
    },
    {
      name: "loses what doesn't fit into 32 bits",
      attempt: sumOfWords((sum, view, at) => (sum + view.getUint32(at)) | 0),
      diagnosis: /numbers with a sign, or lose what doesn't fit into 32 bits/,
    },
    {
      name: "clears the bytes that it has summed",
      replace: ["0xffff - sum;", "0xffff - sum + 0 * bytes.fill(0).length;"],
      diagnosis: /changed its arguments/,
    },
  ],
  "11.3": [
    ...replacing(COMPARISON, {
      "compares signed numbers": [
        "(a | 0) < (b | 0)",
        /Do that to their difference instead/,
      ],
      "compares with <": ["a < b", /`a < b` doesn't know that/],
      "takes half the sequence space for before, in both orders": [
        "((a - b) | 0) < 0",
        /Exactly half the sequence space apart/,
      ],
      "takes every negative distance for a small one": [
        "a !== b && b - a < 2 ** 31",
        /Your distance can be negative/,
      ],
      "keeps the sign of the remainder": [
        "(b - a) % 2 ** 32 > 0 && (b - a) % 2 ** 32 < 2 ** 31",
        /You lose the wraparound.*`%` keeps/s,
      ],
      "makes the distance signed again": [
        "ahead !== 0 && (ahead & 0xffffffff) < 2 ** 31",
        /`& 0xffffffff`.*give signed/s,
      ],
      "takes 0 for a missing number": [
        "!!a && !!b && ahead > 0 && ahead < 2 ** 31",
        /it's falsy: `!a` is true/,
      ],
      "looks at 16 bits of the distance": [
        "(ahead & 0xffff) > 0 && (ahead & 0xffff) < 2 ** 15",
        /drops the upper ones/,
      ],
      "forgets the direction": [
        "a !== b && Math.abs(b - a) < 2 ** 31",
        /Math\.abs\(\) forgets the direction/,
      ],
      "returns the distance": ["ahead as never", /Return true or false/],
    }),
    ...replacing("(b - a) >>> 0", {
      "measures the way backward": [
        "(a - b) >>> 0",
        /You measure the way from `b` to `a`/,
      ],
      "is off by one in the modulus": [
        "(b - a + 2 ** 32 - 1) % (2 ** 32 - 1)",
        /There are 4294967296 sequence numbers/,
      ],
    }),
    ...replacing("ahead < 2 ** 31", {
      "shifts a 1 into the sign": [
        "ahead < 1 << 31",
        /`1 << 31` is -2147483648/,
      ],
      "writes ^ for a power": ["ahead < (2 ^ 31)", /`2 \^ 31` is 29/],
      "takes only 65,535 for forward": [
        "ahead < 2 ** 16",
        /only distances below 65536/,
      ],
      "is off by one below half the sequence space": [
        "ahead < 2 ** 31 - 1",
        /one step less than half the sequence space/,
      ],
      "is off by one above half the sequence space": [
        "ahead !== 2 ** 31 && ahead < 2 ** 31 + 2",
        /longer than half the sequence space/,
      ],
    }),
    {
      name: "says that a number comes before itself",
      replace: ["ahead > 0 && ", ""],
      diagnosis: /doesn't come before itself/,
    },
  ],
};

/** Adds numbers of four bytes. That would be right if nothing got lost. */
function sumOfWords(
  add: (sum: number, view: DataView, at: number) => number,
): Checksum {
  return (bytes) => {
    const padded = new Uint8Array(bytes.length + 3 & ~3);
    padded.set(bytes);
    const view = new DataView(padded.buffer);
    let sum = 0;
    for (let at = 0; at < padded.length; at += 4) sum = add(sum, view, at);
    while (sum > 0xffff) sum = sum % 0x10000 + Math.floor(sum / 0x10000);
    return ~sum & 0xffff;
  };
}
