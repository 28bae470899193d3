/** How an answer to 21.2 is checked. */
import { printable } from "../../../lib/show/text.ts";
import type { Trial } from "../../../lib/workbook/kit/mod.ts";
import type { CommandStore, StoreOptions } from "../types.ts";

export type StoreClass = new (options?: StoreOptions) => CommandStore;

const REPLIES = "Five kinds of reply";
const NIL = "Nil is not empty";
const TIME = "Values that end by themselves";
const COUNT = "A counter that many share";
const SAFE = "Myth: a text protocol can be put together from text";

type Part = string | Uint8Array;

/** One command, the reply due, and what it means if another one comes. */
type Line = [command: Part[], reply: string, likely: string, read?: string];

/** Stands for an error: any text behind "-ERR ". */
const ERROR = "-ERR …\r\n";

export function checkStore(Store: StoreClass, trial: Trial): void {
  const run = (store: CommandStore, lines: Line[]) => {
    for (const line of lines) ask(store, trial, line);
  };
  run(new Store(), REPLY_LINES);
  run(new Store(), NIL_LINES);
  run(new Store(), COUNT_LINES);
  run(new Store(), ERROR_LINES);
  checkTime(Store, trial);
  checkTwoStores(Store, trial);
}

const bulkLikely = "A text or a value is a bulk string: $, how many bytes, " +
  "\\r\\n, the bytes, \\r\\n.";

const REPLY_LINES: Line[] = [
  [["PING"], "+PONG\r\n", "Without a text, PING is answered by +PONG."],
  [
    ["ping"],
    "+PONG\r\n",
    "A name may be in capitals or not: compare it in one form.",
  ],
  [["PING", "hi"], "$2\r\nhi\r\n", bulkLikely],
  [["ECHO", "a b"], "$3\r\na b\r\n", bulkLikely],
  [
    ["ECHO", encode("zwölf")],
    "$6\r\nzw\xc3\xb6lf\r\n",
    "The length in front counts bytes, and not characters.",
  ],
  [
    ["ECHO", "a\r\n+OK\r\n"],
    "$8\r\na\r\n+OK\r\n\r\n",
    "A value can have an end of a line in it. That is why it is sent as a " +
    "bulk string, with its length in front, and never as +text.",
    SAFE,
  ],
  [["SET", "k", "v"], "+OK\r\n", "SET is answered by +OK."],
  [["GET", "k"], "$1\r\nv\r\n", bulkLikely],
  [["SET", "k", "other"], "+OK\r\n", "SET is answered by +OK."],
  [
    ["get", "k"],
    "$5\r\nother\r\n",
    "A second SET puts a new value in the place of the old one.",
  ],
  [
    ["DEL", "k"],
    ":1\r\n",
    "DEL gives how many keys there were, as an integer: `:1\\r\\n`.",
  ],
  [
    ["DEL", "k"],
    ":0\r\n",
    "That key is gone: DEL counts keys that there were.",
  ],
  [["SET", "a", "1"], "+OK\r\n", "SET is answered by +OK."],
  [["SET", "b", "2"], "+OK\r\n", "SET is answered by +OK."],
  [
    ["DEL", "a", "none", "b", "a"],
    ":2\r\n",
    "DEL takes many keys, and counts each that there was. The second time, " +
    "a is gone already.",
  ],
  [
    ["SET", Uint8Array.of(0xff), "first"],
    "+OK\r\n",
    "SET is answered by +OK.",
  ],
  [
    ["SET", Uint8Array.of(0xfe), "second"],
    "+OK\r\n",
    "SET is answered by +OK.",
  ],
  [
    ["GET", Uint8Array.of(0xff)],
    "$5\r\nfirst\r\n",
    "Two keys of different bytes are two keys. Decoded as UTF-8, the bytes ff " +
    "and fe both become �, and so the same key.",
    SAFE,
  ],
  [["SET", Uint8Array.of(1, 23), "one"], "+OK\r\n", "SET is answered by +OK."],
  [["SET", Uint8Array.of(12, 3), "two"], "+OK\r\n", "SET is answered by +OK."],
  [
    ["GET", Uint8Array.of(1, 23)],
    "$3\r\none\r\n",
    "Two keys of different bytes are two keys. Their numbers in a row, with " +
    'nothing between them, are not: 1 and 23 give "123", and so do 12 and 3.',
    NIL,
  ],
  [
    ["SET", "bytes", Uint8Array.of(0, 0xff, 0x0d, 0x0a, 0xc3)],
    "+OK\r\n",
    "SET is answered by +OK.",
  ],
  [
    ["GET", "bytes"],
    "$5\r\n\0\xff\r\n\xc3\r\n",
    "A value is bytes of any kind, and comes back as it was. Keep the bytes: " +
    "decoded and encoded again, what is no text becomes �.",
    SAFE,
  ],
];

const ownNames = "An object has names that nobody put into it, such as " +
  "constructor. What comes from a client is looked up in a Map, or with " +
  "Object.hasOwn().";

const NIL_LINES: Line[] = [
  [
    ["GET", "missing"],
    "$-1\r\n",
    "There is no such key, which is nil: $-1\\r\\n. An empty string is a value " +
    "that somebody may have set.",
    NIL,
  ],
  [["GET", "constructor"], "$-1\r\n", ownNames, NIL],
  [["SET", "empty", ""], "+OK\r\n", "An empty value is a value."],
  [
    ["GET", "empty"],
    "$0\r\n\r\n",
    "That key is there, and its value has no bytes: $0\\r\\n, nothing, \\r\\n. " +
    "Ask whether there is an entry, not whether its value is true.",
    NIL,
  ],
  [
    ["DEL", "empty"],
    ":1\r\n",
    "A key with an empty value is there, and counts.",
    NIL,
  ],
  [
    ["PING", ""],
    "$0\r\n\r\n",
    "An empty text is a text: count the arguments, and do not ask whether one " +
    "of them is true.",
    NIL,
  ],
];

const sum = "INCR gives the sum as an integer, `:1\\r\\n`; a key that is not " +
  "there counts as 0.";
const notNumber = "INCR takes digits, perhaps with a - in front, and nothing " +
  'else. parseInt("12abc") is 12, Number("") is 0, Number("1e3") is 1000 ' +
  'and BigInt("+5") is 5: ' +
  "look at the text before you convert it.";
const exact =
  "A number of JavaScript is exact up to 9007199254740991 (2^53 - 1); " +
  "beyond it, adding 1 can change nothing, and Number() of the text can give " +
  "another one. BigInt is exact, if it is made of the text.";
const fits = "An integer here has 64 bits with a sign: at most " +
  "9223372036854775807. BigInt has no such limit of its own; " +
  "BigInt.asIntN(64, n) === n tells whether n fits.";
const allFit = "INCR takes every integer of 64 bits with a sign, from " +
  "-9223372036854775808 to 9223372036854775807: up to 19 digits. How many " +
  "there are does not tell whether a number fits; " +
  "BigInt.asIntN(64, n) === n does.";
const oldFits = "The value that is there must be an integer of 64 bits too, " +
  "and not the sum alone: this one is 1 below the lowest, " +
  "-9223372036854775808, and no integer of the store's.";
const oneLine = "An error is one line. If the client's words are put in it " +
  "as they are, an end of a line in them ends it, and the rest is read as " +
  "another reply: take out each \\r and each \\n, also where it stands alone.";

const COUNT_LINES: Line[] = [
  [["INCR", "n"], ":1\r\n", sum, COUNT],
  [["INCR", "n"], ":2\r\n", sum, COUNT],
  [["GET", "n"], "$1\r\n2\r\n", "The sum is kept, as text in digits.", COUNT],
  ...["-1", "99", "0"].flatMap((text): Line[] => [
    [["SET", "n", text], "+OK\r\n", "SET is answered by +OK."],
    [
      ["INCR", "n"],
      `:${Number(text) + 1}\r\n`,
      "INCR adds 1 to what SET left, also below 0.",
      COUNT,
    ],
  ]),
  ...["12abc", "abc", "", " 1", "+5", "1.5", "1e3", "0x10", "--1"].flatMap(
    (text): Line[] => [
      [["SET", "t", text], "+OK\r\n", "SET is answered by +OK."],
      [["INCR", "t"], ERROR, notNumber, COUNT],
      [
        ["GET", "t"],
        `$${text.length}\r\n${text}\r\n`,
        "An error changes nothing.",
        COUNT,
      ],
    ],
  ),
  [["SET", "big", "9007199254740992"], "+OK\r\n", "SET is answered by +OK."],
  [["INCR", "big"], ":9007199254740993\r\n", exact, COUNT],
  [["SET", "big", "9007199254740993"], "+OK\r\n", "SET is answered by +OK."],
  [["INCR", "big"], ":9007199254740994\r\n", exact, COUNT],
  [["SET", "big", "9223372036854775807"], "+OK\r\n", "SET is answered by +OK."],
  [["INCR", "big"], ERROR, fits, COUNT],
  [
    ["GET", "big"],
    "$19\r\n9223372036854775807\r\n",
    "An error changes nothing.",
    COUNT,
  ],
  [
    ["SET", "big", "99999999999999999999"],
    "+OK\r\n",
    "SET is answered by +OK.",
  ],
  [["INCR", "big"], ERROR, fits, COUNT],
  [["SET", "big", "9223372036854775806"], "+OK\r\n", "SET is answered by +OK."],
  [["INCR", "big"], ":9223372036854775807\r\n", allFit, COUNT],
  [
    ["SET", "low", "-9223372036854775808"],
    "+OK\r\n",
    "SET is answered by +OK.",
  ],
  [["INCR", "low"], ":-9223372036854775807\r\n", allFit, COUNT],
  [
    ["SET", "low", "-9223372036854775809"],
    "+OK\r\n",
    "SET is answered by +OK.",
  ],
  [["INCR", "low"], ERROR, oldFits, COUNT],
  [
    ["GET", "low"],
    "$20\r\n-9223372036854775809\r\n",
    "An error changes nothing.",
    COUNT,
  ],
  [["SET", "t", "1\r\n:2"], "+OK\r\n", "SET is answered by +OK."],
  [["INCR", "t"], ERROR, oneLine, SAFE],
];

const count = "Look at how many arguments there are before you use them: a " +
  "wrong number is answered by an error.";
const seconds = "Behind SET key value nothing may stand but EX or PX and an " +
  "integer over 0. Anything else is an error, and sets nothing.";

const ERROR_LINES: Line[] = [
  [["HELLO"], ERROR, "A command that is unknown is answered by an error."],
  [["constructor"], ERROR, ownNames, REPLIES],
  ...["a\r\n+OK\r\n", "a\nb", "a\rb"].map(
    (name): Line => [[name], ERROR, oneLine, SAFE],
  ),
  [["SET", "a", "kept"], "+OK\r\n", "SET is answered by +OK."],
  ...[
    ["ECHO"],
    ["ECHO", "a", "b"],
    ["PING", "a", "b"],
    ["GET"],
    ["GET", "a", "b"],
    ["SET"],
    [
      "SET",
      "a",
    ],
    ["DEL"],
    ["INCR"],
    ["INCR", "a", "b"],
  ].map((command): Line => [command, ERROR, count]),
  ...[
    ["EX"],
    ["EX", "0"],
    ["EX", "-1"],
    ["PX", "soon"],
    ["EX", "1.5"],
    ["EX", "10s"],
    ["XX", "1"],
    ["EX", ""],
    [
      "EX",
      "1",
      "PX",
      "1",
    ],
  ].map((rest): Line => [["SET", "a", "b", ...rest], ERROR, seconds, TIME]),
  [["SET", "a", "b", "E\r\nX", "1"], ERROR, oneLine, SAFE],
  [
    ["GET", "a"],
    "$4\r\nkept\r\n",
    "An error changes nothing. Each SET behind the first was refused, so its " +
    "value is still there: look at all arguments before you put anything in " +
    "the store, or take anything out of it.",
  ],
  [
    ["PING"],
    "+PONG\r\n",
    "After an error the next command is answered as ever.",
  ],
];

/**
 * What the time does, by a clock that the check moves.
 *
 * It never asks at the very millisecond at which a value ends: the real Redis
 * still has it then, and "has passed" can be read in either way.
 */
function checkTime(Store: StoreClass, trial: Trial): void {
  let time = 1_700_000_000_000;
  const store = new Store({ now: () => time });
  const over =
    "Its time is over, so there is no such key any more. Keep with " +
    "each value the time at which it ends, and compare that with `now()` " +
    "whenever somebody asks. A timer does not know of the clock that is given.";
  const early =
    "Its time is not over yet. EX counts seconds, PX milliseconds, " +
    "and `now()` milliseconds.";
  const lines: (Line | number)[] = [
    [["SET", "s", "v", "EX", "10"], "+OK\r\n", "SET is answered by +OK.", TIME],
    [
      ["SET", "m", "v", "px", "10"],
      "+OK\r\n",
      "EX and PX may be in capitals or not.",
      TIME,
    ],
    [["GET", "m"], "$1\r\nv\r\n", early, TIME],
    9,
    [["GET", "m"], "$1\r\nv\r\n", early, TIME],
    2,
    [["GET", "m"], "$-1\r\n", over, TIME],
    [["DEL", "m"], ":0\r\n", over, TIME],
    9987,
    [["GET", "s"], "$1\r\nv\r\n", early, TIME],
    3,
    [["DEL", "s"], ":0\r\n", over, TIME],
    [["GET", "s"], "$-1\r\n", over, TIME],
    [
      ["SET", "n", "41", "EX", "10"],
      "+OK\r\n",
      "SET is answered by +OK.",
      TIME,
    ],
    [["INCR", "n"], ":42\r\n", sum, TIME],
    10001,
    [
      ["GET", "n"],
      "$-1\r\n",
      "INCR leaves the time that SET gave. " + over,
      TIME,
    ],
    [
      ["SET", "n", "41", "EX", "10"],
      "+OK\r\n",
      "SET is answered by +OK.",
      TIME,
    ],
    10001,
    [
      ["INCR", "n"],
      ":1\r\n",
      "INCR begins at 0 again: the old value is gone. " + over,
      TIME,
    ],
    [["SET", "k", "v", "EX", "10"], "+OK\r\n", "SET is answered by +OK.", TIME],
    [["SET", "k", "stays"], "+OK\r\n", "SET is answered by +OK.", TIME],
    10001,
    [
      ["GET", "k"],
      "$5\r\nstays\r\n",
      "A SET without a time takes the old time away: the new value stays.",
      TIME,
    ],
    [
      ["INCR", "n"],
      ":2\r\n",
      "A key that INCR made has no time, and stays.",
      TIME,
    ],
  ];
  for (const line of lines) {
    if (typeof line === "number") {
      trial.step(`${line} ms pass, by the clock that the store was given`);
      time += line;
    } else {
      ask(store, trial, line);
    }
  }
}

function checkTwoStores(Store: StoreClass, trial: Trial): void {
  trial.step("two stores at once");
  const [one, other] = [new Store(), new Store()];
  ask(one, trial, [["SET", "k", "v"], "+OK\r\n", "SET is answered by +OK."]);
  ask(other, trial, [
    ["GET", "k"],
    "$-1\r\n",
    "Each store has keys of its own: keep them in the object, not beside it.",
  ]);
}

function ask(
  store: CommandStore,
  trial: Trial,
  [command, reply, likely, read = REPLIES]: Line,
): void {
  const parts = command.map((part) =>
    typeof part === "string" ? encode(part) : part
  );
  const words = parts.map((part) => printable(part, { max: 30 })).join(" ");
  trial.step(words);
  let received: Uint8Array;
  try {
    received = store.run(parts);
  } catch (error) {
    // Where an error is due, a slip is what the client has led to.
    if (reply !== ERROR) trial.failOnSlip("run()", error, TypeError);
    trial.fail({
      problem: `run() threw ${trial.describe(error)}.`,
      expected: Deno.inspect(reply),
      likely:
        "A client's mistake must not end the server: run() answers with " +
        `an error of RESP, and throws none. ${likely}`,
      read,
    }, { cause: error });
  }
  if (!(received instanceof Uint8Array)) {
    trial.fail({
      problem: `run() gave ${Deno.inspect(received)}, and no Uint8Array.`,
      likely:
        "run() returns the reply as bytes, and at once: no text, and no " +
        `promise. ${likely}`,
      read,
    });
  }
  if (reply === ERROR) return requireError(trial, received, likely, read);
  trial.equalBytes(received, latin1Bytes(reply), { likely, read });
}

function requireError(
  trial: Trial,
  received: Uint8Array,
  likely: string,
  read: string,
): void {
  const text = new TextDecoder().decode(received);
  if (/^-ERR [^\r\n]+\r\n$/.test(text)) return;
  trial.fail({
    problem: text.startsWith("-")
      ? "The error is not one line that begins with -ERR and a blank."
      : "This is no error of RESP.",
    expected: Deno.inspect(ERROR),
    received,
    likely: text.startsWith("-") && !text.startsWith("-ERR ")
      ? "Behind the - stands a code, ERR, a blank, and then the reason: " +
        "clients go by the code."
      : /^.?ERR|error/i.test(text) && !text.startsWith("-")
      ? "The first byte says what kind of reply it is, and an error's is -. " +
        "Without it, the client takes the reason for a value, or for nothing."
      : likely,
    read,
  });
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function latin1Bytes(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}
