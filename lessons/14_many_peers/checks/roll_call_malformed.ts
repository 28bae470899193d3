/** Malformed messages for the check of 14.1. */
import {
  type CallResult,
  NOT_UTF8,
  toBytes,
} from "../../../lib/workbook/kit/mod.ts";
import { concat } from "../../../lib/wire/bytes.ts";
import { handle, present, READ, story } from "./roll_call_stories.ts";

const UPPERCASE = "HELLO, SAY, and BYE are uppercase only.";
const STRICT =
  "HELLO, SAY, and BYE start at the first character, and only one \\n may " +
  "follow a name or BYE. trim() removes more, and a regular expression needs " +
  "^ and $.";
const ONE_END = "One \\n at the end doesn't count. A second one does, and a " +
  "name, a text, or BYE can't contain a \\n.";
const LETTERS = "A name has only letters A to Z and a to z, and digits.";
const ONE_SPACE = "There's one space between HELLO or SAY and what follows.";

/** Messages, and what to say if an answer acts on one. */
const MESSAGES: [message: string | Uint8Array, likely: string][] = [
  ["", "A message may be empty. It isn't in the table, so send nothing."],
  ["\n", "This is what nc sends for an empty line. Send nothing."],
  ["ping", "It isn't HELLO, SAY, or BYE: send nothing."],
  ["hello dot", UPPERCASE],
  ["say hi", UPPERCASE],
  ["bye", UPPERCASE],
  ["HELLO", "HELLO needs a name."],
  ["HELLO ", "HELLO needs a name of at least 1 character."],
  ["HELLO  dot", ONE_SPACE],
  ["HELLO\tdot", ONE_SPACE],
  [" HELLO dot", STRICT],
  ["xHELLO dot", STRICT],
  ["\nHELLO dot", STRICT],
  ["HELLO dot ", STRICT],
  ["HELLO dot\r\n", STRICT],
  ["HELLO dot\n\n", ONE_END],
  ["HELLO dot\nBYE", ONE_END],
  ["HELLO a_b", "A name has only letters and digits. \\w matches _, too."],
  ["HELLO dot dot", "A name has only letters and digits, so no space."],
  ["HELLO dödel", LETTERS],
  ["HELLO d[t", LETTERS],
  [`HELLO ${"x".repeat(21)}`, "A name has at most 20 characters."],
  ["SAY", "SAY needs a text."],
  ["SAY ", "SAY needs a text of at least 1 character."],
  ["SAYhello", ONE_SPACE],
  ["SAY\thello", ONE_SPACE],
  [" SAY hi", STRICT],
  ["xSAY hi", STRICT],
  [
    "SAY hi\nbob: I lied",
    "A text can't contain a \\n: the receiver would see two lines, and the " +
    "second one looks as if another peer had said it.",
  ],
  ["SAY hi\n\n", ONE_END],
  ["SAY \n", "SAY needs a text. The \\n at the end of the message isn't one."],
  [
    "HELLO \n",
    "HELLO needs a name. The \\n at the end of the message isn't one.",
  ],
  ["BYE now", "Nothing may follow BYE."],
  ["BYE ", STRICT],
  [" BYE", STRICT],
  ["xBYE", STRICT],
  ["BYEBYE", STRICT],
  ["BYE\n\n", ONE_END],
  ...["HELLO dot", "SAY hi", "BYE"].map((message): [string, string] => [
    `\ufeff${message}`,
    `There's a byte order mark before ${message}. A TextDecoder drops it, ` +
    "unless you construct it with { ignoreBOM: true }.",
  ]),
  ...Object.values(NOT_UTF8).map((text): [Uint8Array, string] => [
    concat([toBytes("SAY "), text]),
    "These bytes aren't valid UTF-8, so ignore them. A TextDecoder replaces them " +
    "with U+FFFD, unless you construct it with { fatal: true }.",
  ]),
];

/** Each of these must be ignored, no matter which peer sends it. */
export const MALFORMED = MESSAGES.map(([message, likely]) => {
  const advice = {
    likely: ({ error }: CallResult) =>
      error === undefined
        ? likely
        : "Any program can send any bytes, and an error here would end the " +
          "server for everyone. Ignore a message that isn't in the table.",
    again: true,
  };
  return {
    ...story(
      `${MESSAGES.length} malformed messages, from a stranger and from ann`,
      "ann bob",
      likely,
      { ...handle("eve", message, {}), ...advice },
      present("ann bob"),
      { ...handle("ann", message, {}), ...advice },
      present("ann bob"),
    ),
    read: READ.bytes,
  };
});
