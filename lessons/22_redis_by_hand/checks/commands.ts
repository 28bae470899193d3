/** The streams that 22.1 reads. */
import { Buffer } from "node:buffer";
import { encodeCommand } from "../../../lib/wire/mod.ts";
import {
  type ErrorClass,
  SAMPLE_TEXTS,
  type StreamCase,
} from "../../../lib/workbook/kit/mod.ts";

/** The headings in the README. */
export const ARRAY = "A command is counted strings";
export const STREAM = "Many commands in one stream";
const LIMIT = "A length is only a claim";
const INLINE = "Commands typed by hand";

/** Encodes a command as an array, with one character for each byte. */
export function array(...parts: string[]): string {
  return latin1(encodeCommand(parts.map(bytesOf)));
}

const LOST =
  "Bytes after the end of a command belong to the next one, which came in the " +
  "same read. Give them back with reader.unread() before you return.";
const ECHOES = ["one", "two", "three"].map((text) => ["ECHO", text]);

/** Streams to try first. */
export const FIRST_COMMANDS: StreamCase[] = [
  {
    sends: [array("ECHO", "hello"), array("PING")],
    early: true,
    values: [["ECHO", "hello"], ["PING"]],
    likely:
      "Return the strings without their lengths, as soon as the last one is " +
      "complete: the client sends nothing more until you reply.",
    ifEndless: {
      likely:
        "A loop doesn't end. reader.read() returns a promise, which has " +
        "no length and is never null: write `await reader.read()`.",
      read: STREAM,
    },
    read: ARRAY,
  },
  {
    step: "a client sends three commands in one piece, and ends",
    sends: ECHOES.map((parts) => array(...parts)).join(""),
    values: ECHOES,
    likely: ({ values, error }) =>
      values.length === 3 && error !== undefined
        ? "If the stream ends between two commands, return null."
        : LOST,
    read: STREAM,
  },
];

const CUT_BYTES =
  "The length counts bytes. Cut the value out of the bytes, not out of decoded " +
  "text: there, ö is one character instead of two bytes, and everything after " +
  "it shifts.";

const VALUES = ([
  [
    "  two  words ",
    "A space in a value is a byte like any other: only the length says where " +
    "the value ends. Don't split at spaces, and don't trim.",
  ],
  [
    "",
    "$0 is a string of no bytes. It counts as one of the strings, and \\r\\n " +
    "follows it.",
  ],
  [
    "a\r\n$3\r\nDEL\r\n",
    "A line ending inside a value is part of it. Take as many bytes as the " +
    "length says, whatever they are.",
  ],
  [utf8("zwölf 🐢"), CUT_BYTES],
  [
    latin1(Uint8Array.from({ length: 256 }, (_, i) => i)),
    "A value can be any bytes. If you decode and encode them, bytes that aren't " +
    "UTF-8 become �: never turn a value into text.",
  ],
  ...Object.values(SAMPLE_TEXTS).map((text) =>
    [utf8(text), CUT_BYTES] as const
  ),
] as const).map(([value, likely]): StreamCase => ({
  sends: bytesOf(array("SET", "k", value) + array("PING")),
  values: [["SET", "k", value], ["PING"]],
  likely: ({ values }) => values.length > 1 ? LOST : likely,
  read: ARRAY,
}));

const WORDS =
  "A line that doesn't start with * is a command of words, with one or more " +
  "spaces or tabs between them, and \\n or \\r\\n at its end.";
const MARKS =
  "Only * starts an array. A line that starts with anything else, even " +
  "$ or +, is an inline command.";

const INLINE_COMMANDS = ([
  ["PING\r\n", [["PING"]], WORDS],
  ["set key value\n", [["set", "key", "value"]], WORDS],
  ["  SET   a  b \r\nGET a\r\n", [["SET", "a", "b"], ["GET", "a"]], WORDS],
  [
    "SET\ta \tb\t\nGET\t\ta\r\n",
    [["SET", "a", "b"], ["GET", "a"]],
    "A tab separates words, too: split at /[ \\t]+/.",
  ],
  [
    `DEL${" k".repeat(300)}\n`,
    [["DEL", ...Array(300).fill("k")]],
    "A command may have many words: the task limits only the length of the line.",
  ],
  [
    "\r\n\n  \r\n\t\nPING\r\n\r\n",
    [["PING"]],
    "A line without words isn't a command: skip it, and read the next one.",
  ],
  [
    "SET x \xc3\xa0\r\n",
    [["SET", "x", "\xc3\xa0"]],
    "Words are bytes, too: in UTF-8, à is the two bytes c3 a0. If you've made one " +
    "character of each byte, turn each back into one byte with charCodeAt(): " +
    "TextEncoder makes two. And split only at spaces and tabs: trim() and /\\s/ " +
    "take a0 for a space as well.",
  ],
  ["$4\r\n+OK a\n", [["$4"], ["+OK", "a"]], MARKS],
  ["-1 :5\r\nGET *2\r\n", [["-1", ":5"], ["GET", "*2"]], MARKS],
  [
    " *1\r\n GET k\n",
    [["*1"], ["GET", "k"]],
    "This line begins with a space, so it's an inline command, and *1 is its " +
    "word: look at the line's first byte, before you remove anything.",
  ],
  [
    "GET \ra\r\r\nPING\r\n",
    [["GET", "\ra\r"], ["PING"]],
    "Only the \\r right before \\n is part of the line ending. Any other is a " +
    "byte of the line.",
  ],
] satisfies [string, string[][], string][]).map((
  [sends, values, likely],
): StreamCase => ({ sends: bytesOf(sends), values, likely, read: INLINE }));

const MIXED = [
  ["SET", "key", "a value\r\n"],
  ["PING"],
  ["DEL", "a", "bc", "def"],
  ["GET", ""],
];

/** Streams of valid commands. */
export const VALID_COMMANDS: StreamCase[] = [
  ...VALUES,
  ...INLINE_COMMANDS,
  ...[undefined, [2, 3, 7, 20]].map((readSizes): StreamCase => ({
    step: "four commands, one of them inline",
    sends: MIXED.map((parts) =>
      parts[0] === "PING" ? "PING\r\n" : array(...parts)
    ).join(""),
    values: MIXED,
    readSizes,
    likely: LOST,
    read: STREAM,
  })),
];

/** Streams to reject in the same way, and the diagnosis if they're accepted. */
interface Malformed {
  sends: string[];
  ends: ErrorClass[];
  maxRoom?: number;
  likely: string;
}

const MALFORMED: Malformed[] = [
  {
    sends: [
      "*1\r\n$-1\r\n",
      "*-1\r\n",
      "*0\r\n",
      "*2\r\n$3\r\nGET\r\n$-4\r\n",
    ],
    ends: [RangeError, TypeError],
    likely:
      "A number can be too low as well: there must be at least 1 string, " +
      "and at least 0 bytes. Check both ends of the range.",
  },
  {
    sends: [
      "*1\r\n$1048577\r\n",
      "*1\r\n$4294967299\r\nabc\r\n",
      "*1025\r\n",
      "*4294967297\r\n$4\r\nPING\r\n",
    ],
    ends: [RangeError],
    maxRoom: 2 ** 24,
    likely:
      "Compare the number with its limits as soon as you have its line, " +
      "before you wait for that much or allocate it. If you believe it, you wait " +
      "for bytes that never arrive, and keep everything that does.",
  },
  {
    sends: [
      "*1\r\n$0x4\r\nPING\r\n",
      "*1\r\n$+4\r\nPING\r\n",
      "*1\r\n$4x\r\nPING\r\n",
      "*1\r\n$4.0\r\nPING\r\n",
      "*1\r\n$ 4\r\nPING\r\n",
      "*1\r\n$4\rjunk\r\nPING\r\n",
      "*1x\r\n$4\r\nPING\r\n",
      "*1\rx\r\n$4\r\nPING\r\n",
      "*1\r\n$\r\n\r\n",
      "*\r\n",
      "*1\r\n$04\r\nPING\r\n",
      "*1\r\n$00\r\n\r\n",
      "*01\r\n$4\r\nPING\r\n",
    ],
    ends: [TypeError],
    likely:
      "A number is digits and nothing else, up to the \\r\\n, and its first digit " +
      "isn't 0, unless it's the only one. Number() and parseInt() also accept " +
      '"04", "0x4", "+4", "4x", "1e1", or "". If two programs read a number ' +
      "differently, a client can smuggle in a command.",
  },
  {
    sends: ["*1\r\n$-0\r\n\r\n"],
    ends: [RangeError, TypeError],
    likely:
      "-0 isn't just digits, although as a number it's in the range: -0 >= 0. " +
      "Test the characters first.",
  },
  {
    sends: [
      "*1\r\n4\r\nPING\r\n",
      "*1\r\n:4\r\nPING\r\n",
      "*2\r\n$4\r\nECHO\r\n+4\r\nPING\r\n",
      "*1\r\n$4\r\nPINGPONG\r\n",
      "*1\r\n$4\r\nPING\rX\r\n",
      "*1\r\n$4\r\nPINGX\n\r\n",
    ],
    ends: [TypeError],
    likely:
      "Each string of an array starts with $, and both \\r and \\n follow " +
      "its last byte. If anything else is there, you can't trust what comes " +
      "after it.",
  },
  {
    sends: ["*1\n$4\r\nPING\r\n", "*1\r\n$4\nPING\r\n"],
    ends: [TypeError],
    likely:
      "The lines of an array end with \\r\\n. \\n alone ends only a line " +
      "that's typed by hand: if you accept it here, you see a command where " +
      "another program on the way sees none.",
  },
];

/** Streams to reject. */
export const MALFORMED_COMMANDS: StreamCase[] = MALFORMED.flatMap(
  ({ sends, ...rest }) =>
    sends.map((text): StreamCase => ({
      sends: text,
      then: "silence",
      ...rest,
      read: LIMIT,
    })),
);

const ECHO = array("ECHO", "hello");

/** Streams that end too early. */
export const INCOMPLETE_COMMANDS: StreamCase[] = [
  "PING",
  " ",
  ...[1, 3, 4, 7, 12, 20, ECHO.length - 1].map((size) => ECHO.slice(0, size)),
].map((sends): StreamCase => ({
  sends: array("PING") + sends,
  values: [["PING"]],
  ends: Deno.errors.UnexpectedEof,
  likely:
    "The stream ended in the middle of a command: something was lost, and " +
    "the caller must know. Return null only if the stream ends where a command " +
    "could begin.",
  read: STREAM,
})).concat({
  sends: array("PING") + ECHO.slice(0, 12),
  then: "reset",
  values: [["PING"]],
  likely: () =>
    "The connection failed. Don't catch the error of read(): it's neither the " +
    "end of the stream nor a mistake in the command.",
  read: STREAM,
});

function utf8(text: string): string {
  return latin1(new TextEncoder().encode(text));
}

export function bytesOf(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, "latin1"));
}

export function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("latin1");
}
