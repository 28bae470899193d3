/** Wrong answers to the exercises of lesson 21, and the diagnosis of each. */
import type { WrongAnswers } from "../gates.ts";

// The lines where the solution decides.
const FINAL_DOT = '.replace(/\\.$/, "")';
const ROOT = "encoded.push(0);";
const START = "const encoded: number[] = [];";
const END_TEST = 'throw new TypeError("the message ends too early")';
const ID_TEST = "number(2) !== id";
const NEXT_NAME = "from = limit = target;";
const TC = "(flags & 0x0200) !== 0";

export const wrongAnswers: WrongAnswers = {
  "21.1": [
    {
      name: "accepts a label of more than 63 bytes",
      replace: ["label.length > 63", "false"],
      diagnosis: /a label has at most 63 bytes/,
    },
    {
      name: "accepts an empty label",
      replace: ["label.length === 0 ||", ""],
      diagnosis: /An empty label is the root/,
    },
    {
      name: "removes all dots at the end",
      replace: [FINAL_DOT, '.replace(/\\.+$/, "")'],
      diagnosis: /Only a single dot at the end may have no label after it/,
    },
    {
      name: "doesn't count the root in a name",
      replace: ["encoded.length > 255", "encoded.length > 256"],
      diagnosis: /with all its length bytes and the root/,
    },
    {
      name: "omits the root",
      replace: [ROOT, ""],
      diagnosis: /A 0, the root, must follow the last label/,
    },
    {
      name: "writes the low byte of the id first",
      replace: ["(0, id)", "(0, id, true)"],
      diagnosis: /low byte of the id first, which is little-endian/,
    },
    {
      name: "writes the low byte of the type first",
      replace: ["[type])", "[type], true)"],
      diagnosis: /low byte of the type or class first, which is little-endian/,
    },
    {
      name: "sets no flags",
      replace: ["0x0100", "0"],
      diagnosis: /The flags are 0x0100/,
    },
    {
      name: "counts no question",
      replace: ["(4, 1)", "(4, 0)"],
      diagnosis: /1 question, and then 0, 0, 0/,
    },
    {
      name: "keeps the dots",
      replace: ["(encoded, 12)", "(new TextEncoder().encode(name), 12)"],
      diagnosis: /each with its length before it and without dots/,
    },
    {
      name: "always asks for A",
      replace: ["[type]", ".A"],
      diagnosis: /The last four bytes are the type/,
    },
    {
      name: "takes the final dot for one more label",
      replace: [ROOT, `${ROOT} if (name.endsWith(".")) ${ROOT}`],
      diagnosis: /A dot at the end of a name isn't a label/,
    },
    {
      name: "rejects a final dot",
      replace: [FINAL_DOT, ""],
      diagnosis: /Remove it before you split the name at its dots/,
    },
    {
      name: "rejects a label of 63 bytes",
      replace: ["label.length > 63", "label.length > 62"],
      diagnosis: /A label may have up to 63 bytes/,
    },
    {
      name: "rejects a text of more than 253 characters",
      replace: [START, `${START} if (name[253]) throw new RangeError();`],
      diagnosis: /for the bytes you send, not for the characters/,
    },
    {
      name: "doesn't know AAAA",
      replace: [START, `${START} if (type[3]) throw new RangeError();`],
      diagnosis: /each of the three types/,
    },
    {
      name: "puts the id in one byte",
      replace: ["view.setUint16(0, id)", "query[1] = id"],
      diagnosis: /The id has two bytes/,
    },
    {
      name: "returns all of its buffer",
      replace: ["12 + encoded.length + 4", "512"],
      diagnosis: /Return an array exactly as long as the query/,
    },
    {
      name: "makes all queries in one buffer",
      replace: [
        "new Uint8Array(12 + encoded.length + 4)",
        `(encodeQuery.buffer ??= new Uint8Array(512))
          .subarray(0, 16 + encoded.length)`,
      ],
      diagnosis: /Make a new array in each call/,
    },
    {
      name: "throws TypeError for a label that's too long",
      replace: ["RangeError(`a label", "TypeError(`a label"],
      diagnosis: /Callers tell errors apart by their class/,
    },
    {
      name: "divides the id by one too few",
      replace: ["setUint16(0, id)", "setUint16(0, id % 65535)"],
      diagnosis: /Any id from 0 to 65535 is valid/,
    },
  ],
  "21.2": [
    {
      name: "doesn't know compression",
      replace: ["length >= 0xc0", "false"],
      diagnosis: /it's a pointer: the name continues at the offset/,
    },
    {
      name: "continues after what a pointer points to",
      replace: ["end === -1 ? from + 1 : end", "from + 1"],
      diagnosis: /the next field follows the pointer's two bytes/,
    },
    {
      name: "follows pointers by calling itself, forever",
      replace: [
        `if (target >= limit || target < 12) {
          throw new TypeError("a pointer doesn't lead back to a name");
        }
        if (end === -1) end = from + 2;
        from = limit = target;
        continue;`,
        `at = target;
        labels.push(name());
        at = from + 2;
        return labels.join(".");`,
      ],
      diagnosis: /A function calls itself .* or endlessly/,
    },
    {
      name: "takes the second byte of a pointer for the offset",
      replace: ["(length & 0x3f) * 256 +", ""],
      diagnosis: /An offset has 14 bits/,
    },
    {
      name: "follows at most two pointers",
      replace: [
        NEXT_NAME,
        `${NEXT_NAME}
        labels.jumps = (labels.jumps ?? 0) + 1;
        if (labels.jumps > 2) throw new TypeError("pointers");`,
      ],
      diagnosis: /That's not a loop/,
    },
    {
      name: "reads the buffer from its start",
      replace: [
        "let at = 0;",
        "bytes = new Uint8Array(bytes.buffer, 0, bytes.length);\nlet at = 0;",
      ],
      diagnosis: /is wrong if its bytes are part of a larger buffer/,
    },
    {
      name: "rejects a label of 63 bytes",
      replace: ["length > 63", "length > 62"],
      diagnosis: /A label has up to 63 bytes/,
    },
    {
      name: "leaves a dot at the end of a name",
      replace: ['labels.join(".")', 'labels.join(".") + "."'],
      diagnosis: /Names must not end with a dot/,
    },
    {
      name: "skips data that isn't there",
      replace: ["end > bytes.length", "end > bytes.length && type < 16"],
      diagnosis: /Even data that you skip must be there/,
    },
    {
      name: "reads past the end",
      replace: [END_TEST, "return bytes[index] ?? 0"],
      diagnosis: /Past its end, an array returns undefined/,
    },
    {
      name: "leaves the RangeError of a DataView to the caller",
      replace: [END_TEST, "return new DataView(bytes.buffer).getUint8(1e9)"],
      diagnosis: /Past its end, a DataView throws RangeError/,
    },
    {
      name: "throws an error of another class for a pointer",
      replace: ['TypeError("a pointer', 'Error("a pointer'],
      diagnosis: /Callers tell errors apart by their class/,
    },
    {
      name: "accepts an address of three bytes",
      replace: ["size !== 4", "size > 4"],
      diagnosis: /Compare the size of the data with 4/,
    },
    {
      name: "accepts another id",
      replace: [ID_TEST, "number(2) < 0"],
      diagnosis: /Compare the id before/,
    },
    {
      name: "compares only the first byte of the id",
      replace: [ID_TEST, "(number(2) ^ id) >> 8"],
      diagnosis: /One byte of the id is different/,
    },
    {
      name: "accepts a query",
      replace: ["(flags & 0x8000) === 0", "false"],
      diagnosis: /QR, says that it's a response/,
    },
    {
      name: "takes a length of 40 for a label's",
      replace: ["length > 63", "length > 64"],
      diagnosis: /This is neither: a label has at most 63 bytes/,
    },
    {
      name: "accepts letters, digits, and hyphens in a label",
      replace: [
        "labels.push(new TextDecoder().decode(label));",
        `labels.push(new TextDecoder().decode(label));
        if (/[^a-z0-9-]/i.test(labels.at(-1))) throw new TypeError("a letter");`,
      ],
      diagnosis: /Its bytes are ASCII, and stay as they are/,
    },
    {
      name: 'returns the root as "."',
      replace: ['labels.join(".")', 'labels.join(".") || "."'],
      diagnosis: /The root has no labels, so its name is ""/,
    },
    {
      name: "recognizes TC alone",
      replace: [TC, "flags === 0x8200"],
      diagnosis: /TC is the bit 0x0200 of the flags/,
    },
    {
      name: "takes the second byte of a type for all of it",
      replace: [
        "[number(2), number(2), number(4)",
        "[number(2) & 0xff, number(2), number(4)",
      ],
      diagnosis: /A type has two bytes, so 257 isn't 1/,
    },
    {
      name: "reads on after the last pointer of a name",
      replace: ["if (end === -1) end = from + 2;", "end = from + 2;"],
      diagnosis: /next field follows the first pointer, wherever that leads/,
    },
    {
      name: "counts answers in one byte",
      replace: ["i < answers;", "i < (answers & 0xff);"],
      diagnosis: /a number of 16 bits/,
    },
    {
      name: "treats an id of 0 as any id",
      replace: [ID_TEST, "number(2) !== id && id !== 0"],
      diagnosis: /0 is an id like any other/,
    },
    {
      name: "requires the flags 8000",
      replace: ["(flags & 0x8000) === 0", "flags !== 0x8000"],
      diagnosis: /Only one flag must be set, the highest bit/,
    },
    {
      name: "takes the last byte of the flags for the response code",
      replace: ["flags & 0xf", "flags & 0xff"],
      diagnosis: /The response code is only the last four bits of the flags/,
    },
    {
      name: "doesn't see that a response was truncated",
      replace: [TC, "false"],
      diagnosis: /TC is the bit 0x0200 of the flags/,
    },
    {
      name: "returns TC as a number",
      replace: [TC, "flags & 0x0200"],
      diagnosis: /`isTruncated` must be true or false/,
    },
    {
      name: "combines the bytes of the time with a sign",
      replace: ["ttl, value };", "ttl: ttl | 0, value };"],
      diagnosis: /Four bytes combined with << make a signed number/,
    },
    {
      name: "leaves out the types that it doesn't know",
      replace: [
        "decoded.push(answer())",
        'decoded.push(...[answer()].filter(({ type }) => type !== "other"))',
      ],
      diagnosis: /skip the data of types that you don't know/,
    },
    {
      name: "returns AAAA as a type",
      replace: [': "other"', ': type === 28 ? "AAAA" : "other"'],
      diagnosis: /All others, such as AAAA, are "other"/,
    },
    {
      name: "skips one question, however many there are",
      replace: ["i < questions", "i < 1"],
      diagnosis: /Skip that many, not always one/,
    },
    {
      name: "requires the class 1",
      replace: [
        "const [type, , ttl, size] = [number(2), number(2), number(4), number(2)];",
        `const [type, group] = [number(2), number(2)];
    if (group !== 1) throw new TypeError("not the Internet");
    const [ttl, size] = [number(4), number(2)];`,
      ],
      diagnosis: /Another class than 1 is no reason to throw/,
    },
    {
      name: "skips the end of a question that isn't there",
      replace: ["number(4);", "at += 4;"],
      diagnosis: /The question ends too early/,
    },
    {
      name: "remembers pointers beyond the end of a name",
      replace: [
        "let limit = at;",
        `let limit = 0x4000;
    const seen = bytes.seen ??= new Set();
    const first = bytes[at] >= 0xc0 ? bytes[at + 1] : -at;
    if (seen.has(first)) throw new TypeError("a ring");
    seen.add(first);`,
      ],
      diagnosis: /that's not a ring.*start over with each name/s,
    },
    {
      name: "follows pointers into the header",
      replace: ["|| target < 12", ""],
      diagnosis: /The header's twelve bytes hold no name/,
    },
    {
      name: "looks only at the first pointer for the header",
      replace: ["|| target < 12", "|| end === -1 && target < 12"],
      diagnosis: /The header's twelve bytes hold no name/,
    },
    {
      name: "compares pointers with the start of the name, and counts them",
      replace: [
        "if (target >= limit ||",
        "labels.jumps = (labels.jumps ?? 0) + 1;\nif (labels.jumps > 20 || target >= at ||",
      ],
      diagnosis: /This one leads forward/,
    },
    {
      name: "gives up after 50 pointers to the same place, and goes on",
      replace: [
        NEXT_NAME,
        `from = target;
        limit = target + 1;
        labels.jumps = (labels.jumps ?? 0) + 1;
        if (labels.jumps > 50) break;`,
      ],
      diagnosis: /If you follow this pointer, you never reach an end/,
    },
    {
      name: "throws for some response codes",
      replace: [
        "const decoded: DnsAnswer[] = [];",
        'const decoded: DnsAnswer[] = [];\nif ((flags & 15) === 5) throw new TypeError("refused");',
      ],
      diagnosis: /no reason to throw/,
    },
    {
      name: "takes offset 11 for that of a name",
      replace: ["target < 12", "target < 11"],
      diagnosis: /The header's twelve bytes hold no name/,
    },
    {
      name: "counts pointers, and lets them lead forward",
      replace: [
        "if (target >= limit ||",
        "labels.jumps = (labels.jumps ?? 0) + 1;\nif (labels.jumps > 20 ||",
      ],
      diagnosis: /This one leads forward\. If you count pointers/,
    },
    {
      name: "reads on after the name of a CNAME, whatever its size",
      replace: [
        'if (at !== end) throw new TypeError("the data isn\'t one name");\n    }\n    at = end;',
        "} else at = end;",
      ],
      diagnosis: /one name and nothing else, so the name must end/,
    },
    {
      name: "skips what follows the name in a CNAME's data",
      replace: ["at !== end", "at > end"],
      diagnosis: /one name and nothing else, so the name must end/,
    },
    {
      name: "reads a name beyond the end of a CNAME's data",
      replace: ["at !== end", "at < end"],
      diagnosis: /one name and nothing else, so the name must end/,
    },
  ],
};
