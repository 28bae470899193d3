/** The exercises of lesson 20, and how an answer to each is checked. */
import { DNS_TYPES, encodeDns } from "../../lib/wire/mod.ts";
import {
  type Exercise,
  exercise,
  type Trial,
} from "../../lib/workbook/kit/mod.ts";
import {
  checkDecodeMessage,
  type DecodeMessage,
} from "./checks/decode_message.ts";
import { requireThrow } from "./require_throw.ts";
import * as solution from "./solution.ts";

type EncodeQuery = (
  id: number,
  name: string,
  type: "A" | "AAAA" | "TXT",
) => Uint8Array;

const HEADER = "A question in one datagram";
const NAMES = "Names are labels";
const RECORDS = "Records";

const encodeQuery = exercise<EncodeQuery>({
  id: "20.1",
  pure: true,
  title: "Encode a query",
  solution: solution.encodeQuery,
  hints: [
    "How does somebody who reads the labels one by one know that there is no " +
    "other one? And how many bytes is `a.bc` then?",
    'Collect the bytes of the name first: split at ".", and for each label its ' +
    "length and its bytes; then a 0. Now you know how long the query is, and a " +
    "DataView writes the numbers around it.",
    "Nearly the code:\n" +
    '    for (const label of name.replace(/\\.$/, "").split(".")) {\n' +
    "      if (label.length < 1 || label.length > 63) throw new RangeError(…);\n" +
    "      encoded.push(label.length, ...new TextEncoder().encode(label));\n" +
    "    }\n" +
    "    encoded.push(0);\n" +
    "    view.setUint16(0, id); // and so on: 0x0100, 1, 0, 0, 0",
  ],
  read: HEADER,
  check(encode, trial) {
    const x63 = "x".repeat(63);
    const longest = `${x63}.${x63}.${x63}.${"y".repeat(61)}`;
    const cases: [number, string, "A" | "AAAA" | "TXT"][] = [
      [0x1234, "host.example.test", "A"],
      [0xfffe, "a", "AAAA"],
      [1, "note.example.test", "TXT"],
      [2, "host.example.test.", "A"],
      [3, `${x63}.test`, "A"],
      [4, longest, "A"],
      [5, `${longest}.`, "A"],
    ];
    for (const [id, name, type] of cases) {
      const short = name.length > 40 ? `(${name.length} characters)` : name;
      trial.step(`id ${id}, ${short}, ${type}`);
      const expected = encodeDns({
        id,
        wantsRecursion: true,
        questions: [{ name, type: DNS_TYPES[type], class: 1 }],
      });
      const bytes = encodeGood(encode, trial, { id, name, type });
      compareQuery(trial, bytes, expected, name);
    }
    requireOwnArray(encode, trial);
    const bad = [
      ["x".repeat(64) + ".test", "a label of 64 bytes"],
      ["a..b", "an empty label"],
      [".a", "an empty label in front of the first dot"],
      ["a..", "an empty label in front of the dot at the end"],
      [`${longest}y`, "a name of 256 bytes as it is sent"],
    ];
    for (const [name, what] of bad) {
      trial.step(`${what}`);
      requireThrow(trial, () => encode(5, name, "A"), {
        Class: RangeError,
        likely: what.includes("64")
          ? "The two highest bits of a length mean something else, so a label " +
            "has at most 63 bytes. A length of 64 would be read as no label."
          : what.includes("empty")
          ? "An empty label is the root, and ends the name: what is behind it " +
            "would be read as the type. Only one dot at the end is no label."
          : "A name has at most 255 bytes, with all lengths and the root.",
        read: NAMES,
      });
    }
  },
});

/** A query that was made before must stay as it was. */
function requireOwnArray(encode: EncodeQuery, trial: Trial): void {
  trial.step("two queries, one after the other");
  const first = encodeGood(encode, trial, { id: 6, name: "a.bc", type: "A" });
  const before = first.slice();
  encodeGood(encode, trial, { id: 7, name: "x.yz", type: "TXT" });
  trial.equalBytes(first, before, {
    problem: "The second call has changed what the first one returned.",
    likely:
      "Both are made in the same memory, as `subarray` of one buffer gives it. " +
      "Make a new array in each call: a query may still have to be sent again " +
      "when the next one is made.",
    read: HEADER,
  });
}

/** Encodes what is well, so that nothing may be thrown. */
function encodeGood(
  encode: EncodeQuery,
  trial: Trial,
  { id, name, type }: { id: number; name: string; type: "A" | "AAAA" | "TXT" },
): Uint8Array {
  let bytes: Uint8Array;
  try {
    bytes = encode(id, name, type);
  } catch (error) {
    trial.failOnSlip("encodeQuery()", error, TypeError);
    trial.fail({
      problem: `encodeQuery() threw ${trial.describe(error)}.`,
      ...whyWell(name),
    }, { cause: error });
  }
  if (bytes instanceof Uint8Array) return bytes;
  trial.fail({
    problem: `It returned ${Deno.inspect(bytes)}, and no Uint8Array.`,
    likely: "Return the query as bytes.",
  });
}

/** Why a query for a name is nothing to throw for. */
function whyWell(name: string): { likely: string; read: string } {
  const labels = name.replace(/\.$/, "").split(".");
  const hasLongLabel = labels.some((label) => label.length === 63);
  if (name.endsWith(".") && hasLongLabel) {
    return {
      likely: "This name is well. The limit of 255 is for the bytes that are " +
        "sent, and not for the characters of the text: with a dot at its end " +
        "this text has one more, and sends the same bytes.",
      read: NAMES,
    };
  }
  if (name.endsWith(".")) {
    return {
      likely: "A name may have one dot at its end, which says that the root " +
        "follows. Take it off before you cut the name at its dots: behind " +
        "it there is no label, and so no empty one.",
      read: NAMES,
    };
  }
  if (hasLongLabel) {
    return {
      likely:
        "This name is well. A label may have 63 bytes, and a name 255 with " +
        "the lengths of its labels and the root: just so many are allowed.",
      read: NAMES,
    };
  }
  return {
    likely: "All of this is well: an id of any 16 bits, a name of one label " +
      "or more, and each of the three types: A is 1, TXT 16 and AAAA 28.",
    read: HEADER,
  };
}

function compareQuery(
  trial: Trial,
  bytes: Uint8Array,
  expected: Uint8Array,
  name: string,
): void {
  const root = expected.length - 5;
  const without = [
    ...expected.subarray(0, root),
    ...expected.subarray(root + 1),
  ];
  const is = (other: number[]) =>
    bytes.length === other.length && bytes.every((b, i) => b === other[i]);
  const differs = (from: number, to: number) =>
    bytes.subarray(from, to).toHex() !== expected.subarray(from, to).toHex();
  const swapped = (at: number) =>
    bytes[at] === expected[at + 1] && bytes[at + 1] === expected[at];
  const end = bytes.length - 4;
  const isLonger = bytes.length > expected.length &&
    !differs(0, expected.length);
  const likely = isLonger
    ? `The query is there, and ${bytes.length - expected.length} bytes more. ` +
      "Give an array as long as the query: 12 bytes, the name, and 4."
    : is(without)
    ? "Behind the last label stands a 0, the root. Without it the type is read " +
      "as one label more."
    : differs(0, 2) && swapped(0)
    ? "The least significant byte came first, which is little-endian. Numbers " +
      "in DNS are big-endian, as a DataView writes them unless told otherwise."
    : differs(0, 2)
    ? "The id has two bytes, id >> 8 and id & 0xff. An element of a " +
      "Uint8Array has room for one, and takes the lowest eight bits of what " +
      "it is given."
    : differs(2, 4)
    ? 'The flags are 0x0100: only "recursion desired" is set.'
    : differs(4, 12)
    ? "Behind the flags stand four counts: 1 question, and 0, 0, 0."
    : bytes.length > expected.length && name.endsWith(".")
    ? "A dot at the end of a name is no label: the root stands there anyway."
    : differs(12, expected.length - 4)
    ? "A name is its labels, each with its length in front, and no dots: " +
      "04 h o s t 07 e x a m p l e 04 t e s t 00."
    : swapped(end) || swapped(end + 2)
    ? "The least significant byte came first, which is little-endian."
    : "The last four bytes are the type (A 1, TXT 16, AAAA 28) and the class 1.";
  trial.equalBytes(bytes, expected, {
    likely,
    read: is(without) || /label/.test(likely) ? NAMES : HEADER,
  });
}

const decodeMessage = exercise<DecodeMessage>({
  id: "20.2",
  pure: true,
  title: "Decode the answer",
  solution: solution.decodeMessage,
  hints: [
    "Where does the next field begin behind a name that ended in a pointer: " +
    "behind the pointer, or behind what it points at?",
    "Keep one index `at`, and write `byte(index)`, which throws beyond the end, " +
    "`number(size)` and `name()`. In name(), a second index follows the " +
    "pointers. Skip each question (a name and four bytes); after a record's " +
    "data, set `at` to where its size says they end.",
    "Nearly the code, in the loop of name():\n" +
    "    if (length >= 0xc0) {\n" +
    "      const target = (length & 0x3f) * 256 + byte(from + 1);\n" +
    "      if (target >= limit) throw new TypeError(…);\n" +
    "      if (end === -1) end = from + 2;\n" +
    "      from = limit = target; // a smaller offset each time\n" +
    "      continue;\n" +
    "    }",
  ],
  read: RECORDS,
  check: checkDecodeMessage,
});

/** Both exercises, in order. */
export const exercises = [encodeQuery, decodeMessage] as Exercise<unknown>[];
