/** The streams that an answer to 21.1 reads. */
import { Buffer } from "node:buffer";
import { printable } from "../../../lib/show/text.ts";
import { encodeCommand } from "../../../lib/wire/mod.ts";

/** The headings in the README. */
export const ARRAY = "A command is counted strings";
export const STREAM = "Many commands in one stream";
export const LIMIT = "A length is only a claim";
const INLINE = "Commands typed by hand";

/** What it means when a call does something else. */
export interface Advice {
  likely: string;
  read: string;
}

/** The class of an error that a call must throw. */
export type ErrorClass = new (message?: string) => Error;

/** A stream, and what must come of it. One character is one byte everywhere. */
export interface CommandCase extends Advice {
  step: string;
  sent: string;
  /** What each call must return: the strings, or `null` at the end. */
  due?: (string[] | null)[];
  /** The classes of the error that the next call may throw. */
  throws?: ErrorClass[];
  /** What it means if a command after the first is wrong. */
  later?: Advice;
  /** The most bytes that one read returns. */
  readSize?: number;
  /** Whether the client waits after this, instead of ending. */
  waits?: boolean;
}

/** Said where the next command is missing. */
export const LOST: Advice = {
  likely:
    "What you read after the end of a command is the next one: it came in " +
    "the same read. Give it back with reader.unread() before you return.",
  read: STREAM,
};

/** A command as an array, one character for each byte. */
export function array(...parts: string[]): string {
  return latin1(encodeCommand(parts.map(bytesOf)));
}

const VALUES: CommandCase[] = [
  {
    what: "a value with spaces",
    value: "  two  words ",
    likely:
      "A space in a value is a byte like any other: only the length says " +
      "where the value ends. Don't split at spaces, and don't trim.",
  },
  {
    what: "an empty value",
    value: "",
    likely:
      "$0 is a string without bytes, and it counts. Its \\r\\n comes all " +
      "the same.",
  },
  {
    what: "a value that looks like the protocol",
    value: "a\r\n$3\r\nDEL\r\n",
    likely:
      "A line ending inside a value is part of it. Take as many bytes as " +
      "the length says, whatever they are.",
  },
  {
    what: "a value that isn't ASCII",
    value: latin1(new TextEncoder().encode("zwölf 🐢")),
    likely:
      "The length counts bytes. Cut the value out of the bytes, not out of " +
      "decoded text: there, ö is one character instead of two bytes, and " +
      "everything after it shifts.",
  },
  {
    what: "a value of all 256 bytes",
    value: latin1(Uint8Array.from({ length: 256 }, (_, i) => i)),
    likely: "A value is any bytes. If you decode and encode them, bytes that " +
      "aren't UTF-8 become �: never turn a value into text.",
  },
].map(({ what, value, likely }) => ({
  step: `${what}: SET k ${shown(value)}, and PING after it`,
  sent: array("SET", "k", value) + array("PING"),
  due: [["SET", "k", value], ["PING"]],
  later: LOST,
  likely,
  read: ARRAY,
}));

const WORDS =
  "A line that doesn't begin with * is a command of words, with one or more " +
  "spaces between them, and \\n or \\r\\n at its end.";

const INLINE_COMMANDS: CommandCase[] = ([
  ["PING\r\n", [["PING"], null], WORDS],
  ["set key value\n", [["set", "key", "value"], null], WORDS],
  ["  SET   a  b \r\nGET a\r\n", [["SET", "a", "b"], ["GET", "a"]], WORDS],
  [
    "\r\n\n  \r\nPING\r\n\r\n",
    [["PING"], null],
    "A line without words isn't a command: skip it, and read the next one.",
  ],
  [
    "SET x \xc3\xa0\r\n",
    [["SET", "x", "\xc3\xa0"], null],
    "Words are bytes too, and in UTF-8 à is the two bytes c3 a0. If you make a " +
    "character of each byte, make a byte of each character again with " +
    "charCodeAt(): TextEncoder makes two. And split only at spaces: trim() and " +
    "/\\s/ take a0 for one as well.",
  ],
] satisfies [string, (string[] | null)[], string][]).map((
  [sent, due, likely],
) => ({
  step: `a client types ${shown(sent)}`,
  sent,
  due,
  likely,
  read: INLINE,
}));

const FOUR = [
  ["SET", "key", "a value\r\n"],
  ["PING"],
  ["DEL", "a", "bc", "def"],
  ["GET", ""],
];

const PIECES = [1, 2, 3, 7, 20].map((readSize): CommandCase => ({
  step: `four commands; each read returns at most ${readSize} bytes`,
  sent: FOUR.map((parts) => parts[0] === "PING" ? "PING\r\n" : array(...parts))
    .join(""),
  due: [...FOUR, null],
  readSize,
  likely:
    "A read may end anywhere: in a number, between \\r and \\n, in a value. " +
    "Read on until you have all that's due, and give back what comes after it.",
  read: STREAM,
}));

/** Streams of valid commands. */
export const VALID_COMMANDS: CommandCase[] = [
  ...VALUES,
  ...INLINE_COMMANDS,
  ...PIECES,
];

/** Streams to reject in the same way, and what accepting them means. */
interface Malformed {
  sent: string[];
  throws: ErrorClass[];
  likely: string;
}

const MALFORMED: Malformed[] = [
  {
    sent: [
      "*1\r\n$-1\r\n",
      "*-1\r\n",
      "*0\r\n",
      "*2\r\n$3\r\nGET\r\n$-4\r\n",
    ],
    throws: [RangeError, TypeError],
    likely:
      "A number can be too low as well: there must be at least 1 string, " +
      "and at least 0 bytes. Check both ends of the range.",
  },
  {
    sent: [
      "*1\r\n$1048577\r\n",
      "*1\r\n$4294967299\r\nabc",
      "*1025\r\n",
      "*1000000000\r\n$4\r\nPING\r\n",
    ],
    throws: [RangeError],
    likely:
      "Compare the number with its limits as soon as you have its line, " +
      "before you wait for that much or allocate it. If you believe it, you wait " +
      "for bytes that never come, and keep all that do.",
  },
  {
    sent: [
      "*1\r\n$0x4\r\nPING\r\n",
      "*1\r\n$+4\r\nPING\r\n",
      "*1\r\n$4x\r\nPING\r\n",
      "*1x\r\n$4\r\nPING\r\n",
      "*1\r\n$\r\n\r\n",
    ],
    throws: [TypeError],
    likely:
      "A number is digits and nothing else. Number() and parseInt() also " +
      'accept "0x4", "+4", "4x", "1e1", or "". If two programs read a number ' +
      "differently, a client can smuggle in a command.",
  },
  {
    sent: [
      "*1\r\n4\r\nPING\r\n",
      "*1\r\n:4\r\nPING\r\n",
      "*1\r\n$4\r\nPINGPONG\r\n",
      "*1\r\n$4\r\nPING\rX",
      "*1\r\n$4\r\nPINGX\n",
    ],
    throws: [TypeError],
    likely:
      "Each string of an array begins with $, and both \\r and \\n follow " +
      "its last byte. If anything else is there, you can't trust what comes " +
      "after it.",
  },
  {
    sent: ["*1\n$4\r\nPING\r\n", "*1\r\n$4\nPING\r\n"],
    throws: [TypeError],
    likely:
      "The lines of an array end with \\r\\n. \\n alone ends only a line " +
      "that's typed by hand: if you accept it here, you see a command where " +
      "another program on the way sees none.",
  },
];

/** Streams to reject. */
export const MALFORMED_COMMANDS: CommandCase[] = MALFORMED.flatMap(
  ({ sent, ...rest }) =>
    sent.map((text) => ({
      step: `a client sends ${shown(text)}, and waits`,
      sent: text,
      waits: true,
      ...rest,
      read: LIMIT,
    })),
);

const ECHO = array("ECHO", "hello");

/** Streams that end too early. */
export const INCOMPLETE_COMMANDS: CommandCase[] = [
  ...[1, 3, 4, 7, 12, 20, ECHO.length - 1].map((size) => ECHO.slice(0, size)),
  "PING",
].map((sent) => ({
  step: `a client sends ${shown(sent)}, and ends`,
  sent,
  throws: [Deno.errors.UnexpectedEof],
  likely:
    "The stream ended in the middle of a command: something was lost, and " +
    "the caller must know. Return null only if the stream ends where a command " +
    "could begin.",
  read: STREAM,
}));

/** Shows text that has one character for each byte. */
export function shown(text: string): string {
  return printable(bytesOf(text), { max: 40 });
}

export function bytesOf(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, "latin1"));
}

export function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("latin1");
}
