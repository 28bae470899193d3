/** How an answer to 20.1 is checked. */
import { DNS_TYPES, encodeDns } from "../../../lib/wire/mod.ts";
import type { Trial } from "../../../lib/workbook/kit/mod.ts";
import type { EncodeQuery } from "../types.ts";
import { requireThrow } from "./require_throw.ts";

const HEADER = "A question in one datagram";
const NAMES = "Names are labels";

const X63 = "x".repeat(63);
const LONGEST = `${X63}.${X63}.${X63}.${"y".repeat(61)}`;

const VALID =
  "These arguments are valid: any id of 16 bits, a name of one or more labels, " +
  "and each of the three types (A is 1, TXT is 16, AAAA is 28).";
const FINAL_DOT =
  "A dot at the end of a name is allowed: it says that the root follows. Remove " +
  "it before you split the name at its dots, because no label follows it.";
const EXACT =
  "This name is valid. A label may have up to 63 bytes, and a name up to 255, " +
  "with its length bytes and the root.";
const EXACT_WITH_DOT =
  "This name is valid. The limit of 255 is for the bytes you send, not for the " +
  "characters of the text. A dot at the end makes the text longer, but not the " +
  "bytes.";

/** A query, and what it means to throw for it. */
type Row = [...query: Parameters<EncodeQuery>, likely: string];

const ROWS: Row[] = [
  [0x1234, "host.example.test", "A", VALID],
  [0xfffe, "a", "AAAA", VALID],
  [1, "note.example.test", "TXT", VALID],
  [2, "host.example.test.", "A", FINAL_DOT],
  [3, `${X63}.test`, "A", EXACT],
  [4, LONGEST, "A", EXACT],
  [5, `${LONGEST}.`, "A", EXACT_WITH_DOT],
];

const EMPTY =
  "An empty label is the root, which ends the name: a reader would take what " +
  "follows it for the type. Only one dot, at the end, may have no label after it.";

const BAD_NAMES: [what: string, name: string, likely: string][] = [
  [
    "a label of 64 bytes",
    `${"x".repeat(64)}.test`,
    "The two highest bits of a length byte mean something else, so a label has " +
    "at most 63 bytes. A reader wouldn't take a length of 64 for a label.",
  ],
  ["an empty label", "a..b", EMPTY],
  ["an empty label before the first dot", ".a", EMPTY],
  ["an empty label before the final dot", "a..", EMPTY],
  [
    "a name that takes 256 bytes",
    `${LONGEST}y`,
    "A name has at most 255 bytes, with all its length bytes and the root.",
  ],
];

/** Checks an answer to 20.1. */
export function checkEncodeQuery(encode: EncodeQuery, trial: Trial): void {
  for (const [id, name, type, likely] of ROWS) {
    const short = name.length > 40 ? `(${name.length} characters)` : name;
    trial.step(`id ${id}, ${short}, ${type}`);
    const query = call(encode, trial, [id, name, type, likely]);
    const expected = encodeDns({
      id,
      wantsRecursion: true,
      questions: [{ name, type: DNS_TYPES[type], class: 1 }],
    });
    trial.equalBytes(query, expected, difference(query, expected, name));
  }

  trial.step("two queries, one after the other");
  const first = call(encode, trial, [6, "a.bc", "A", VALID]);
  const before = first.slice();
  call(encode, trial, [7, "x.yz", "TXT", VALID]);
  trial.equalBytes(first, before, {
    problem: "The second call changed the query that the first one returned.",
    likely:
      "Both are in the same memory, as `subarray` of one buffer would be. " +
      "Make a new array in each call: a query may have to be sent again after " +
      "the next one is made.",
  });

  for (const [what, name, likely] of BAD_NAMES) {
    trial.step(what);
    requireThrow(trial, () => encode(5, name, "A"), {
      name: "encodeQuery",
      Class: RangeError,
      likely,
      read: NAMES,
    });
  }
}

/** Makes a call that has no reason to throw. */
function call(
  encode: EncodeQuery,
  trial: Trial,
  [id, name, type, likely]: Row,
): Uint8Array {
  let query: Uint8Array;
  try {
    query = encode(id, name, type);
  } catch (error) {
    trial.failOnSlip("encodeQuery()", error, TypeError);
    trial.fail({
      problem: `encodeQuery() threw ${trial.describe(error)}.`,
      likely,
      read: likely === VALID ? HEADER : NAMES,
    }, { cause: error });
  }
  if (query instanceof Uint8Array) return query;
  trial.fail({
    problem: `encodeQuery() returned ${Deno.inspect(query)}.`,
    expected: "a Uint8Array",
    likely: "Return the query as bytes.",
  });
}

/** What the first difference means. */
function difference(
  query: Uint8Array,
  expected: Uint8Array,
  name: string,
): { likely: string; read: string } {
  const [length, end] = [expected.length, query.length - 4];
  const hex = (bytes: Uint8Array) => bytes.toHex();
  const differs = (from: number, to: number) =>
    hex(query.subarray(from, to)) !== hex(expected.subarray(from, to));
  const isSwapped = (at: number) =>
    query[at] === expected[at + 1] && query[at + 1] === expected[at];
  const withoutRoot = hex(expected.subarray(0, length - 5)) +
    hex(expected.subarray(length - 4));
  const meanings: [applies: boolean, likely: string, read: string][] = [
    [
      query.length > length && !differs(0, length),
      `The query is there, but ${
        query.length - length
      } more bytes follow it. ` +
      "Return an array exactly as long as the query: 12 bytes, the name, and 4.",
      HEADER,
    ],
    [
      hex(query) === withoutRoot,
      "A 0, the root, must follow the last label. Without it, the type is read " +
      "as one more label.",
      NAMES,
    ],
    [
      differs(0, 2) && isSwapped(0),
      "You wrote the low byte of the id first, which is little-endian. Numbers " +
      "in DNS are big-endian, and a DataView writes them that way by default.",
      HEADER,
    ],
    [
      differs(0, 2),
      "The id has two bytes, id >> 8 and id & 0xff. One element of a Uint8Array " +
      "holds only the low eight bits.",
      HEADER,
    ],
    [
      differs(2, 4),
      'The flags are 0x0100: only "recursion desired" is set.',
      HEADER,
    ],
    [
      differs(4, 12),
      "Four counts follow the flags: 1 question, and then 0, 0, 0.",
      HEADER,
    ],
    [
      query.length > length && name.endsWith("."),
      "A dot at the end of a name isn't a label: the root ends the name anyway.",
      NAMES,
    ],
    [
      differs(12, length - 4),
      "A name is written as labels, each with its length in front and without " +
      "dots: 04 h o s t 07 e x a m p l e 04 t e s t 00.",
      NAMES,
    ],
    [
      isSwapped(end) || isSwapped(end + 2),
      "You wrote the low byte of the type or class first, which is little-endian.",
      HEADER,
    ],
    [
      true,
      "The last four bytes are the type (A 1, TXT 16, AAAA 28) and the class, 1.",
      HEADER,
    ],
  ];
  const [, likely, read] = meanings.find(([applies]) => applies)!;
  return { likely, read };
}
