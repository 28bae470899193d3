/** Messages that the check of 14.1 sends, and that mean nothing. */
import {
  type CallResult,
  NOT_UTF8,
  toBytes,
} from "../../../lib/workbook/kit/mod.ts";
import { concat } from "../../../lib/wire/bytes.ts";
import { handle, present, READ, story } from "./roll_call_stories.ts";

const UPPERCASE = "HELLO, SAY, and BYE are uppercase only.";
const STRICT =
  "HELLO, SAY, and BYE start at the first character, and after a " +
  "name or BYE there's nothing but one \\n. trim() removes more, and a regular " +
  "expression needs ^ and $.";
const ONE_END = "One \\n at the end doesn't count. A second one does, and " +
  "there's no \\n in a name, in a text, or in BYE.";
const LETTERS = "A name has the letters A to Z and a to z, and digits.";
const ONE_SPACE = "There's one space between HELLO or SAY and what follows.";

/** Messages, and what it means to act on one. */
const MESSAGES: [message: string | Uint8Array, likely: string][] = [
  ["", "A message may be empty. It means nothing, so send nothing."],
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
  ["HELLO a_b", "A name has letters and digits. \\w matches _, too."],
  ["HELLO dot dot", "A name has letters and digits, and no space."],
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
    "A \\n inside a text makes two lines of it, and the second one looks as if " +
    "another peer had said it. That isn't a text.",
  ],
  ["SAY hi\n\n", ONE_END],
  ["SAY \n", "SAY needs a text. The \\n at the end of the message isn't one."],
  [
    "HELLO \n",
    "HELLO needs a name. The \\n at the end of the message isn't one.",
  ],
  ["BYE now", "There's nothing after BYE."],
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
    "These bytes aren't UTF-8, so this isn't a message. A TextDecoder replaces " +
    "them with U+FFFD, unless you construct it with { fatal: true }.",
  ]),
];

/** Whoever sends one of them, nothing comes of it. */
export const MALFORMED = MESSAGES.map(([message, likely]) => {
  const advice = {
    likely: ({ error }: CallResult) =>
      error === undefined
        ? likely
        : "Anyone can send anything, and an error here would end the server " +
          "for all. Ignore a message that isn't in the table.",
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
