/** Wrong answers of lesson 11, and the diagnosis each must get. */
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
      diagnosis: /Test each one with `&`/,
    },
    {
      name: "gives numbers for flags",
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
      diagnosis: /a data offset below 5 is impossible/,
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
      name: "includes the reserved bits in the length that it compares",
      replace: ["(view.getUint8(12) >> 4) * 4", "view.getUint8(12) >> 2"],
      diagnosis: /The lower four bits are reserved/,
    },
    ...replacing(HEADER_BYTES, {
      "includes the reserved bits in headerBytes": [
        `headerBytes: bytes[12] >> 2,\n    flags`,
        /the lower half is reserved/,
      ],
      "gives the header's length in words": [
        `headerBytes: headerBytes / 4,\n    flags`,
        /counts words of four bytes: multiply/,
      ],
    }),
    {
      name: "reads little-endian numbers",
      replace: ["view.getUint16(0)", "view.getUint16(0, true)"],
      diagnosis: /The byte order is wrong/,
    },
    {
      name: "reads from the start of the underlying buffer",
      replace: [", bytes.byteOffset, bytes.length)", ")"],
      diagnosis: /pass the place and the size/,
    },
    {
      name: "requires data after the header",
      replace: ["headerBytes > bytes", "headerBytes >= bytes"],
      diagnosis: /a segment may end where its header ends/,
    },
    {
      name: "throws a TypeError",
      replace: ["RangeError(`a TCP", "TypeError(`a TCP"],
      diagnosis: /tell failures apart by the class/,
    },
    {
      name: "measures the header by all that follows in the buffer",
      replace: [
        "headerBytes > bytes.length",
        "headerBytes > new DataView(bytes.buffer, bytes.byteOffset).byteLength",
      ],
      diagnosis: /with the same bytes as part of a larger buffer/,
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
    }),
    {
      name: "doesn't fold at all",
      replace: ["if (sum > 0xffff) sum -= 0xffff;", ""],
      diagnosis: /doesn't fit into 16 bits\. You lose/,
    },
    ...replacing(PAIR, {
      "takes the second byte for the upper half": [
        "bytes[at] | ((bytes[at + 1] ?? 0) << 8)",
        /two bytes of your result are swapped/,
      ],
      "adds bytes instead of pairs": [
        "bytes[at] + (bytes[at + 1] ?? 0)",
        /Two bytes make one number/,
      ],
    }),
    ...replacing("let sum = 0;", {
      "reads from the start of the underlying buffer": [
        "let sum = 0;\n  bytes = new Uint8Array(bytes.buffer, 0, bytes.length);",
        /pass the place and the size/,
      ],
      "adds to what the call before left": [
        "let sum = checksum.sum = 1 + (checksum.sum ?? -1);",
        /another result the second time/,
      ],
      "gives 0 for no bytes": [
        "if (bytes.length === 0) return 0;\n  let sum = 0;",
        /empty input has a checksum, too/,
      ],
      "puts 0 into the place of the checksum": [
        "bytes.fill(0, 10, 12);\n  let sum = 0;",
        /Sum up all bytes as they are, also those/,
      ],
    }),
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
        /make one of their difference instead/,
      ],
      "compares as usual": ["a < b", /`a < b` doesn't know that/],
      "takes half the sequence space for before, in both orders": [
        "((a - b) | 0) < 0",
        /Exactly half the sequence space apart/,
      ],
      "takes every negative distance for a small one": [
        "a !== b && b - a < 2 ** 31",
        /compare like any others/,
      ],
      "gives the distance": ["ahead as never", /Return true or false/],
    }),
    ...replacing("ahead < 2 ** 31", {
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
