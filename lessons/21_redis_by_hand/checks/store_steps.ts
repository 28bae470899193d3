/** The commands that an answer to 21.2 runs. */

const NIL = "Nil is not empty";
const TIME = "Values that end by themselves";
const COUNT = "A counter that many share";
const SAFE = "Myth: a text protocol can be put together from text";

/** One string of a command; text becomes UTF-8. */
export type Part = string | Uint8Array;

/** What any error is: a reason follows `-ERR `. */
export const ERROR = "-ERR …\r\n";
export const OK = "+OK\r\n";

/** A command, the reply that's due, and what another reply means. */
export interface Step {
  command: Part[];
  /** One character for each byte; ERROR for any error. @default OK */
  reply?: string;
  /** @default "SET returns +OK." */
  likely?: string;
  read?: string;
}

/** A step whose command is text without spaces in its parts. */
function step(
  command: string,
  reply?: string,
  likely?: string,
  read?: string,
): Step {
  return { command: command.split(" "), reply, likely, read };
}

/** The reply that is this value. */
function bulk(value: string): string {
  return `$${value.length}\r\n${value}\r\n`;
}

const BULK =
  "A text or value is a bulk string: $, the number of bytes, \\r\\n, the bytes, " +
  "\\r\\n.";

export const REPLY_STEPS: Step[] = [
  step("PING", "+PONG\r\n", "Without a text, PING returns +PONG."),
  step(
    "ping",
    "+PONG\r\n",
    "Command names are case-insensitive: convert them before you compare.",
  ),
  step("PING hi", bulk("hi"), BULK),
  { command: ["ECHO", "a b"], reply: bulk("a b"), likely: BULK },
  step(
    "ECHO zwölf",
    "$6\r\nzw\xc3\xb6lf\r\n",
    "The length in front counts bytes, not characters.",
  ),
  step(
    "ECHO a\r\n+OK\r\n",
    bulk("a\r\n+OK\r\n"),
    "A value may contain a line ending. That's why it's sent as a bulk string, " +
      "with its length in front, and never as +text.",
    SAFE,
  ),
  step("SET k v"),
  step("GET k", bulk("v"), BULK),
  step("SET k other"),
  step("get k", bulk("other"), "A second SET replaces the value."),
  step(
    "DEL k",
    ":1\r\n",
    "DEL returns how many of the keys existed, as an integer: `:1\\r\\n`.",
  ),
  step("DEL k", ":0\r\n", "That key is gone. DEL counts keys that existed."),
  step("SET a 1"),
  step("SET b 2"),
  step(
    "DEL a none b a",
    ":2\r\n",
    "DEL takes several keys, and counts each one that existed. The second time, " +
      "a is already gone.",
  ),
  { command: ["SET", Uint8Array.of(0xff), "first"] },
  { command: ["SET", Uint8Array.of(0xfe), "second"] },
  {
    command: ["GET", Uint8Array.of(0xff)],
    reply: bulk("first"),
    likely:
      "Keys with different bytes are different keys. Decoded as UTF-8, ff " +
      "and fe both become �, and so the same key.",
    read: SAFE,
  },
  { command: ["SET", Uint8Array.of(1, 23), "one"] },
  { command: ["SET", Uint8Array.of(12, 3), "two"] },
  {
    command: ["GET", Uint8Array.of(1, 23)],
    reply: bulk("one"),
    likely:
      "Keys with different bytes are different keys. Joined with nothing " +
      'between them, 1 and 23 become "123", and so do 12 and 3.',
    read: NIL,
  },
  { command: ["SET", "bytes", Uint8Array.of(0, 0xff, 0x0d, 0x0a, 0xc3)] },
  {
    command: ["GET", "bytes"],
    reply: bulk("\0\xff\r\n\xc3"),
    likely:
      "A value is any bytes, and comes back as it was. Keep the bytes: if " +
      "you decode and encode them, what isn't UTF-8 becomes �.",
    read: SAFE,
  },
];

const OWN_NAMES =
  "An object already has names that you didn't put in it, such as constructor. " +
  "Look up what a client sends in a Map, or with Object.hasOwn().";

export const NIL_STEPS: Step[] = [
  step(
    "GET missing",
    "$-1\r\n",
    "There's no such key, which is nil: $-1\\r\\n. An empty string is a value " +
      "that a client may have set.",
    NIL,
  ),
  step("GET constructor", "$-1\r\n", OWN_NAMES, NIL),
  step("SET empty "),
  step(
    "GET empty",
    bulk(""),
    "This key exists, and its value is empty: $0\\r\\n\\r\\n. Check whether " +
      "there's an entry, not whether its value is truthy.",
    NIL,
  ),
  step("DEL empty", ":1\r\n", "A key with an empty value exists.", NIL),
  step(
    "PING ",
    bulk(""),
    "An empty text is a text: count the arguments instead of testing whether one " +
      "is truthy.",
    NIL,
  ),
];

const SUM =
  "INCR returns the sum as an integer, `:1\\r\\n`. A missing key counts " +
  "as 0.";
const NOT_NUMBER =
  "INCR accepts digits, with or without a - in front, and nothing else. " +
  'parseInt("12abc") is 12, Number("") is 0, Number("1e3") is 1000, and ' +
  'BigInt("+5") is 5: test the text before you convert it.';
const EXACT =
  "JavaScript's numbers are exact up to 9007199254740991 (2^53 - 1). Beyond that, " +
  "adding 1 may change nothing, and Number() may round the text. BigInt is " +
  "exact, if you make it from the text.";
const FITS =
  "An integer here has 64 bits with a sign: at most 9223372036854775807. BigInt " +
  "has no such limit, but BigInt.asIntN(64, n) === n tells whether n fits.";
const ALL_FIT =
  "INCR accepts every signed 64-bit integer, from -9223372036854775808 to " +
  "9223372036854775807. That's up to 19 digits, but their number doesn't tell " +
  "whether n fits; BigInt.asIntN(64, n) === n does.";
const OLD_FITS =
  "The stored value must be a 64-bit integer too, not only the sum. This one is 1 " +
  "below the lowest, -9223372036854775808.";
const ONE_LINE =
  "An error is one line. If you put the client's words in it as they are, a line " +
  "ending in them ends it, and the client reads the rest as another reply: " +
  "remove each \\r and each \\n, even one that's alone.";
const STORED = "The sum is stored as text, in digits.";
const UNCHANGED = "An error changes nothing.";

/** Sets a key, adds 1, and looks at what the key is then. */
function increment(old: string, reply: string, likely: string): Step[] {
  const value = reply === ERROR ? old : reply.slice(1, -2);
  return [
    { command: ["SET", "n", old] },
    step("INCR n", reply, likely, COUNT),
    step(
      "GET n",
      bulk(value),
      reply === ERROR ? UNCHANGED : STORED,
      COUNT,
    ),
  ];
}

export const COUNTER_STEPS: Step[] = [
  step("INCR n", ":1\r\n", SUM, COUNT),
  step("INCR n", ":2\r\n", SUM, COUNT),
  step("GET n", bulk("2"), STORED, COUNT),
  ...["-1", "99", "0"].flatMap((old) =>
    increment(
      old,
      `:${Number(old) + 1}\r\n`,
      "INCR adds 1 to what SET left, below 0 as well.",
    )
  ),
  ...["12abc", "abc", "", " 1", "+5", "1.5", "1e3", "0x10", "--1"].flatMap(
    (old) => increment(old, ERROR, NOT_NUMBER),
  ),
  ...increment("9007199254740992", ":9007199254740993\r\n", EXACT),
  ...increment("9007199254740993", ":9007199254740994\r\n", EXACT),
  ...increment("9223372036854775807", ERROR, FITS),
  ...increment("99999999999999999999", ERROR, FITS),
  ...increment("9223372036854775806", ":9223372036854775807\r\n", ALL_FIT),
  ...increment("-9223372036854775808", ":-9223372036854775807\r\n", ALL_FIT),
  ...increment("-9223372036854775809", ERROR, OLD_FITS),
  step("SET n 1\r\n:2"),
  step("INCR n", ERROR, ONE_LINE, SAFE),
];

export const ERROR_STEPS: Step[] = [
  step("HELLO", ERROR, "An unknown command is an error."),
  step("constructor", ERROR, OWN_NAMES),
  ...["a\r\n+OK\r\n", "a\nb", "a\rb"].map((name) =>
    step(name, ERROR, ONE_LINE, SAFE)
  ),
  step("SET a kept"),
  ...[
    "ECHO",
    "ECHO a b",
    "PING a b",
    "GET",
    "GET a b",
    "SET",
    "SET a",
    "DEL",
    "INCR",
    "INCR a b",
  ].map((command) =>
    step(
      command,
      ERROR,
      "Check how many arguments there are before you use them: a wrong number is " +
        "an error.",
    )
  ),
  ...[
    "EX",
    "EX 0",
    "EX -1",
    "PX soon",
    "EX 1.5",
    "EX 10s",
    "XX 1",
    "EX ",
    "EX 1 PX 1",
  ].map((rest) =>
    step(
      `SET a b ${rest}`,
      ERROR,
      "After SET key value, only EX or PX and an integer above 0 may follow. " +
        "Anything else is an error, and sets nothing.",
      TIME,
    )
  ),
  step("SET a b E\r\nX 1", ERROR, ONE_LINE, SAFE),
  step(
    "GET a",
    bulk("kept"),
    `${UNCHANGED} Each SET after the first was an error, so its value is still ` +
      "there: check all arguments before you change anything in the store.",
  ),
  step("PING", "+PONG\r\n", "After an error, the next command works as usual."),
];

const OVER =
  "Its time is over, so the key is gone. Keep with each value the time at which " +
  "it expires, and compare that with `now()` on each access. A timer doesn't " +
  "know the clock that the store is given.";
const EARLY =
  "Its time isn't over yet. EX counts seconds; PX and `now()` count milliseconds.";

/**
 * Commands, and milliseconds that pass between them.
 *
 * None is run at the very millisecond at which a value expires: the real Redis
 * still has it then, and "has passed" can be read in either way.
 */
export const EXPIRY_STEPS: (Step | number)[] = [
  step("SET s v EX 10"),
  step("SET m v px 10", OK, "EX and PX are case-insensitive.", TIME),
  step("GET m", bulk("v"), EARLY, TIME),
  9,
  step("GET m", bulk("v"), EARLY, TIME),
  2,
  step("GET m", "$-1\r\n", OVER, TIME),
  step("DEL m", ":0\r\n", OVER, TIME),
  9987,
  step("GET s", bulk("v"), EARLY, TIME),
  3,
  step("DEL s", ":0\r\n", OVER, TIME),
  step("GET s", "$-1\r\n", OVER, TIME),
  step("SET n 41 EX 10"),
  step("INCR n", ":42\r\n", SUM, TIME),
  10001,
  step("GET n", "$-1\r\n", `INCR keeps the time that SET gave. ${OVER}`, TIME),
  step("SET n 41 EX 10"),
  10001,
  step(
    "INCR n",
    ":1\r\n",
    `INCR starts at 0 again: the old value is gone. ${OVER}`,
    TIME,
  ),
  step("SET k v EX 10"),
  step("SET k stays"),
  10001,
  step(
    "GET k",
    bulk("stays"),
    "A SET without a time removes the old time, so the new value stays.",
    TIME,
  ),
  step(
    "INCR n",
    ":2\r\n",
    "A key that INCR made has no time, and stays.",
    TIME,
  ),
];
