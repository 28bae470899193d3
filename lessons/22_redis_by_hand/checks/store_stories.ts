/** The commands that the check of 22.2 runs, apart from times. */
import type { ObjectCase } from "../../../lib/workbook/kit/mod.ts";
import { ANY_ERROR, bulk, type Row, SAFE, story } from "./story.ts";

const NIL = "Nil isn't empty";
const COUNT = "A shared counter";

const BULK =
  "A text or value is a bulk string: $, the number of bytes, \\r\\n, the bytes " +
  "as they are, \\r\\n.";
const NAMES =
  "Command names are case-insensitive: convert them before you compare.";
const NO_NAME = "An unknown command is an error. Compare the whole name, and " +
  'convert it with toLowerCase(): "ſ".toUpperCase() is "S". And a TextDecoder ' +
  "drops a byte order mark unless you pass ignoreBOM: true.";
const MISSING =
  "There's no such key, so the reply is nil: $-1\\r\\n. An empty string " +
  "is different: it's a value that a client may have set.";
const EMPTY =
  "This key exists, and its value is empty: $0\\r\\n\\r\\n. Check whether " +
  "there's an entry, not whether its value is truthy.";
const OWN_NAMES =
  "An object already has names that you didn't put in it, such as constructor. " +
  "Use a Map to look up names and keys, or check with Object.hasOwn().";
const KEY =
  "Keys with different bytes are different keys: don't trim them, and " +
  "don't convert their case.";
const NOT_TEXT =
  "Keys with different bytes are different keys. Decoded as UTF-8, ff and fe " +
  "both become �, which makes them the same key.";
const JOINED =
  "Keys with different bytes are different keys. Joined without a separator, " +
  '1 and 23 become "123", and so do 12 and 3.';
const ANY_BYTES =
  "A value can be any bytes, and GET returns them unchanged. Keep the bytes: if " +
  "you decode and encode them, whatever isn't UTF-8 becomes �.";
const BYTES = Uint8Array.of(0, 0xff, 0x0d, 0x0a, 0xc3);
const DEL_COUNTS =
  "DEL takes several keys, and counts each one that existed. The second time, a " +
  "is already gone.";

const REPLIES: Row[][] = [
  [["PING", "+PONG\r\n", "Without a text, PING returns +PONG."]],
  [["ping", "+PONG\r\n", NAMES], ["pInG", "+PONG\r\n", NAMES]],
  [["PING Hi", bulk("Hi"), BULK], [["ECHO", "a B"], bulk("a B"), BULK]],
  [[
    "ECHO zwölf",
    bulk("zw\xc3\xb6lf"),
    "The length counts bytes, not characters.",
  ]],
  [[
    "ECHO a\r\n+OK\r\n",
    bulk("a\r\n+OK\r\n"),
    "A value may contain a line ending. That's why it's sent as a bulk string, " +
    "with its length before it, and never as +text.",
    SAFE,
  ]],
  [
    ["SET k v"],
    ["GET k", bulk("v"), BULK],
    ["SET k other"],
    ["get k", bulk("other"), "A second SET replaces the value."],
  ],
  [
    ["SET k v"],
    [
      "DEL k",
      ":1\r\n",
      "DEL returns how many of the keys existed, as an integer: `:1\\r\\n`.",
    ],
    ["DEL k", ":0\r\n", "That key is gone. DEL counts keys that existed."],
    ["GET k", "$-1\r\n", `DEL deletes the key. ${MISSING}`, NIL],
  ],
  [["SET a 1"], ["SET b 2"], ["DEL a none b a", ":2\r\n", DEL_COUNTS]],
  [
    [["SET", Uint8Array.of(0xff), "first"]],
    [["SET", Uint8Array.of(0xfe), "second"]],
    [["GET", Uint8Array.of(0xff)], bulk("first"), NOT_TEXT, SAFE],
  ],
  [
    [["SET", Uint8Array.of(1, 23), "one"]],
    [["SET", Uint8Array.of(12, 3), "two"]],
    [["GET", Uint8Array.of(1, 23)], bulk("one"), JOINED, NIL],
  ],
  [
    ["SET k v"],
    ...["K", " k", "k ", "k\n"].map((key): Row => [
      ["GET", key],
      "$-1\r\n",
      KEY,
      NIL,
    ]),
  ],
  [[["SET", "bytes", BYTES]], [
    ["GET", "bytes"],
    bulk("\0\xff\r\n\xc3"),
    ANY_BYTES,
    SAFE,
  ]],
];

const NILS: Row[][] = [
  [["GET missing", "$-1\r\n", MISSING, NIL]],
  [["GET constructor", "$-1\r\n", OWN_NAMES, NIL]],
  [
    ["SET empty "],
    ["GET empty", bulk(""), EMPTY, NIL],
    ["DEL empty", ":1\r\n", "A key with an empty value exists.", NIL],
  ],
  [["SET  v"], ["GET ", bulk("v"), "An empty key is a key, too.", NIL]],
  [[
    "PING ",
    bulk(""),
    "An empty text is a text: count the arguments instead of testing whether one " +
    "is truthy.",
    NIL,
  ]],
];

const SUM =
  "INCR returns the sum as an integer, `:1\\r\\n`. A missing key counts " +
  "as 0.";
const NOT_NUMBER =
  "INCR accepts only digits, with or without a - before them. " +
  'parseInt("12abc") is 12, Number("") is 0, Number("1e3") is 1000, and ' +
  'BigInt("+5"), BigInt("05"), and BigInt("5\\n") are 5: test the text before ' +
  "you convert it. The first digit isn't 0, unless the number is 0. " +
  "And a TextDecoder drops a byte order mark unless you pass ignoreBOM: true.";
const EXACT =
  "JavaScript's numbers are exact up to 9007199254740991 (2^53 - 1). Beyond that, " +
  "adding 1 may change nothing, and Number() may round the text. BigInt is " +
  "exact, if you make it from the text.";
const FITS =
  "The sum must be a signed 64-bit integer: at most 9223372036854775807. BigInt " +
  "has no such limit, but BigInt.asIntN(64, n) === n tells whether n fits.";
const ALL_FIT =
  "INCR accepts every signed 64-bit integer, from -9223372036854775808 to " +
  "9223372036854775807. That's up to 19 digits, but counting digits doesn't tell " +
  "you whether n fits; BigInt.asIntN(64, n) === n does.";
const OLD_FITS =
  "The stored value must be a 64-bit integer too, not only the sum. This one is 1 " +
  "below the lowest, -9223372036854775808.";
const STORED = "The sum is stored as text, in digits.";
const UNCHANGED = "An error changes nothing.";
const ADDS = "INCR adds 1 to the value that SET stored, even below 0.";

/** Sets a key, adds 1, and gets the key. */
function increment(old: string, reply: string, likely: string): Row[] {
  const utf8 = String.fromCharCode(...new TextEncoder().encode(old));
  const then: Row = reply === ANY_ERROR
    ? [["GET", "n"], bulk(utf8), UNCHANGED, COUNT]
    : ["GET n", bulk(reply.slice(1, -2)), STORED, COUNT];
  return [[["SET", "n", old]], ["INCR n", reply, likely, COUNT], then];
}

const COUNTERS: Row[][] = [
  [
    ["INCR n", ":1\r\n", SUM, COUNT],
    ["INCR n", ":2\r\n", SUM, COUNT],
    ["GET n", bulk("2"), STORED, COUNT],
  ],
  ...["-1", "-10", "99", "0"].map((old) =>
    increment(old, `:${Number(old) + 1}\r\n`, ADDS)
  ),
  ...[
    ...["12abc", "abc", "", " 1", "1 ", "5\n", "+5", "1.5", "1e3", "0x10"],
    ...["--1", "-", "1-1", "\ufeff5", "05", "-05", "00", "-0"],
  ].map((old) => increment(old, ANY_ERROR, NOT_NUMBER)),
  increment("9007199254740992", ":9007199254740993\r\n", EXACT),
  increment("9007199254740993", ":9007199254740994\r\n", EXACT),
  increment("9223372036854775807", ANY_ERROR, FITS),
  increment("99999999999999999999", ANY_ERROR, FITS),
  increment("9223372036854775806", ":9223372036854775807\r\n", ALL_FIT),
  increment("-9223372036854775808", ":-9223372036854775807\r\n", ALL_FIT),
  increment("-9223372036854775809", ANY_ERROR, OLD_FITS),
  [["SET n 1\r\n:2"], ["INCR n", ANY_ERROR, NOT_NUMBER, COUNT]],
];

const ARGUMENTS =
  "Check how many arguments there are before you use them: a wrong number is an " +
  "error.";

const ERRORS: Row[][] = [
  ...["HELLO", "ſet a b", "\ufeffPING", " PING", "PINGS", "GE a", ""].map((
    command,
  ): Row[] => [[
    command.startsWith(" ") ? [command] : command,
    ANY_ERROR,
    NO_NAME,
  ]]),
  [["constructor", ANY_ERROR, OWN_NAMES]],
  ...["a\r\n+OK\r\n", "a\nb", "a\rb"].map((name): Row[] => [
    [name, ANY_ERROR, NO_NAME],
    ["PING", "+PONG\r\n", "After an error, the next command works as usual."],
  ]),
  ...["ECHO", "ECHO a b", "PING a b", "GET", "GET a b", "SET", "SET a"].concat(
    ["DEL", "INCR", "INCR a b"],
  ).map((command): Row[] => [[command, ANY_ERROR, ARGUMENTS]]),
];

/** The commands for each store, in the order in which they're tried. */
export const STORIES: ObjectCase[] = [
  ...REPLIES,
  ...NILS,
  ...COUNTERS,
  ...ERRORS,
].map((rows) => story(rows));
