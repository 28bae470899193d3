/** Checks an answer to 21.1. */
import {
  type CallDue,
  type CallResult,
  checkFunction,
  type FunctionCase,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";
import { encodeQuery as solution } from "../solution.ts";
import type { EncodeQuery } from "../types.ts";

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
const CHARACTERS =
  "A label may have any ASCII characters: an underscore, a hyphen, capitals. Copy " +
  "them as they are.";
const EXACT =
  "This name is valid. A label may have up to 63 bytes, and a name up to 255, " +
  "with its length bytes and the root.";
const EXACT_WITH_DOT =
  "This name is valid. The limit of 255 is for the bytes you send, not for the " +
  "characters of the text. A dot at the end makes the text longer, but not the " +
  "bytes.";

const QUERIES = ([
  [0x1234, "host.example.test", "A", VALID],
  [0xfffe, "a", "AAAA", VALID],
  [0, "note.example.test", "TXT", VALID],
  [0x8000, "a.b.c.d.e.f", "A", VALID],
  [0xffff, "host.test", "A", VALID],
  [2, "host.example.test.", "A", FINAL_DOT],
  [3, "_sip._tcp.EXAMPLE-1.test", "AAAA", CHARACTERS],
  [4, `${X63}.test`, "A", EXACT],
  [5, `test.${X63}`, "TXT", EXACT],
  [6, LONGEST, "A", EXACT],
  [7, `${LONGEST}.`, "A", EXACT_WITH_DOT],
] satisfies [...Parameters<EncodeQuery>, string][]).map((
  [id, name, type, likely],
): FunctionCase => ({
  args: [id, name, type],
  returns: solution(id, name, type),
  likely,
  read: likely === VALID ? HEADER : NAMES,
}));

const EMPTY =
  "An empty label is the root, which ends the name: a reader would take what " +
  "follows it for the type. Only a single dot at the end may have no label after " +
  "it.";
const LONG_LABEL =
  "The two highest bits of a length byte mean something else, so a label has " +
  "at most 63 bytes. A reader wouldn't take a length of 64 for a label.";
const LONG_NAME =
  "A name has at most 255 bytes, with all its length bytes and the root.";

const BAD_NAMES = Object.entries({
  [`${"x".repeat(64)}.test`]: LONG_LABEL,
  [`a.${"x".repeat(64)}.test`]: LONG_LABEL,
  [`test.${"x".repeat(64)}`]: LONG_LABEL,
  ["x".repeat(260)]: LONG_LABEL,
  "a..b": EMPTY,
  ".a": EMPTY,
  "a..": EMPTY,
  [`${LONGEST}y`]: LONG_NAME,
  [`a.${LONGEST}`]: LONG_NAME,
  [`${"a.".repeat(126)}bc`]: LONG_NAME,
}).map(([name, likely]): FunctionCase => ({
  args: [5, name, "A"],
  throws: RangeError,
  likely,
  read: NAMES,
}));

/** Checks an answer to 21.1. */
export async function checkEncodeQuery(
  encodeQuery: EncodeQuery,
  trial: Trial,
): Promise<void> {
  await checkFunction(trial, encodeQuery, [...QUERIES, ...BAD_NAMES], {
    name: "encodeQuery",
    explain,
  });
}

/** Recognizes mistakes by the first wrong bytes. */
function explain(
  { value: query, error }: CallResult,
  { returns: expected, args: [, name] }: CallDue & { args: unknown[] },
) {
  if (error !== undefined || !(expected instanceof Uint8Array)) {
    return undefined;
  }
  if (!(query instanceof Uint8Array)) {
    return { likely: "Return the query as bytes, in a Uint8Array." };
  }
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
      `The query is right, but ${
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
      "holds only the low eight bits. Any id from 0 to 65535 is valid.",
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
      query.length > length && String(name).endsWith("."),
      "A dot at the end of a name isn't a label: the root ends the name anyway.",
      NAMES,
    ],
    [
      differs(12, length - 4),
      "A name is written as labels, each with its length before it and without " +
      "dots: 04 h o s t 07 e x a m p l e 04 t e s t 00. The characters stay as " +
      "they are.",
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
