/** The commands that the check of 22.2 runs as time passes. */
import type { ObjectCase } from "../../../lib/workbook/kit/mod.ts";
import { ANY_ERROR, bulk, type Row, story } from "./story.ts";

const TIME = "Values that expire";

/** The diagnosis for a key that should have expired. */
export const OVER =
  "This key has expired. Store with each value the time at which it expires, and " +
  "compare that with `now()` on each access. A timer doesn't use the clock that " +
  "the store was given.";
const EARLY =
  "This key hasn't expired yet. EX counts seconds; PX and `now()` count milliseconds.";
const EXACTLY =
  "The key still exists in the very millisecond when its time has passed, as in " +
  "the real Redis. It's gone only when `now()` is greater.";
const DEFAULT =
  "This key has expired. If no clock is given, call Date.now() on each access: a " +
  "time that you took once never moves.";
const SET = "EX and PX are case-insensitive, and SET returns +OK.";
const ONLY =
  "After SET key value, only EX or PX and an integer above 0, in digits without " +
  "leading zeros, may follow. Anything else is an error, and sets nothing.";
const KEPT =
  "An error changes nothing. This SET was an error, so the old value is still " +
  "there: check all arguments before you change anything in the store.";
const KEPT_TIME =
  "An error changes nothing, not even the time at which the value expires: check " +
  "all arguments before you change anything in the store.";

const EXPIRY: Row[][] = [
  // First, more time than really passes: an answer may use the machine's clock.
  [["SET m v PX 600000"], 600_001, ["GET m", "$-1\r\n", OVER, TIME]],
  [
    ["SET m v px 10", "+OK\r\n", SET, TIME],
    ["GET m", bulk("v"), EARLY, TIME],
    9,
    ["GET m", bulk("v"), EARLY, TIME],
    1,
    ["GET m", bulk("v"), EXACTLY, TIME],
    1,
    ["GET m", "$-1\r\n", OVER, TIME],
    ["DEL m", ":0\r\n", OVER, TIME],
  ],
  [["SET m v PX 10"], 11, ["DEL m", ":0\r\n", OVER, TIME]],
  [["SET m v PX 10"], 10, ["DEL m", ":1\r\n", EXACTLY, TIME]],
  ...[9, 1234567890].map((ms): Row[] => [
    [`SET m v PX ${ms}`, "+OK\r\n", ONLY, TIME],
    ms - 1,
    ["GET m", bulk("v"), EARLY, TIME],
    2,
    ["GET m", "$-1\r\n", OVER, TIME],
  ]),
  [
    ["SET s v Ex 10", "+OK\r\n", SET, TIME],
    9999,
    ["GET s", bulk("v"), EARLY, TIME],
    2,
    ["DEL s", ":0\r\n", OVER, TIME],
    ["GET s", "$-1\r\n", OVER, TIME],
  ],
  [
    ["SET s v EX 4294968"],
    4294967999,
    ["GET s", bulk("v"), EARLY, TIME],
    2,
    ["GET s", "$-1\r\n", OVER, TIME],
  ],
  [["SET n 1 EX 1"], 1000, ["INCR n", ":2\r\n", EXACTLY, TIME]],
  [
    ["SET a 1 PX 10"],
    ["SET b 2 PX 20"],
    ["SET c 3"],
    11,
    ["DEL a b c", ":2\r\n", OVER, TIME],
  ],
  [
    ["SET n 41 EX 10"],
    ["INCR n", ":42\r\n", "INCR returns the sum.", TIME],
    9999,
    ["GET n", bulk("42"), `INCR keeps the time that SET gave. ${EARLY}`, TIME],
    2,
    ["GET n", "$-1\r\n", `INCR keeps the time that SET gave. ${OVER}`, TIME],
  ],
  [
    ["SET n 41 EX 10"],
    10001,
    [
      "INCR n",
      ":1\r\n",
      `INCR starts at 0 again: the old value is gone. ${OVER}`,
      TIME,
    ],
    1e13,
    [
      "INCR n",
      ":2\r\n",
      "A key that INCR created has no time, so it never expires.",
      TIME,
    ],
  ],
  [
    ["SET n text EX 10"],
    ["INCR n", ANY_ERROR, "That value isn't an integer.", TIME],
    9999,
    ["GET n", bulk("text"), KEPT_TIME, TIME],
    2,
    ["GET n", "$-1\r\n", KEPT_TIME, TIME],
  ],
  [
    ["SET k v EX 10"],
    ["SET k stays"],
    10001,
    [
      "GET k",
      bulk("stays"),
      "A SET without a time removes the old time, so the new value never expires.",
      TIME,
    ],
  ],
  [
    ["SET k v EX 10"],
    ["SET k w EX 20"],
    19_999,
    ["GET k", bulk("w"), "The time of the last SET counts.", TIME],
    2,
    ["GET k", "$-1\r\n", OVER, TIME],
  ],
  ...[
    ...["EX", "EX 0", "EX -1", "PX 0", "PX soon", "EX 1.5", "EX 5.0", "EX 1e3"],
    ...[
      "EX 0x10",
      "EX 10s",
      "EX 010",
      "EX 00",
      "EX  5",
      "EX ",
      "XX 1",
      "EX 1 PX 1",
      "5 EX",
    ],
  ].map((rest): Row[] => [
    ["SET a kept EX 10"],
    [
      // A time may have a space before it.
      ["SET", "a", "b", ...rest.split(/(?<! ) /)],
      ANY_ERROR,
      ONLY,
      TIME,
    ],
    ["GET a", bulk("kept"), KEPT, TIME],
    9999,
    ["GET a", bulk("kept"), KEPT_TIME, TIME],
    2,
    ["GET a", "$-1\r\n", KEPT_TIME, TIME],
  ]),
  [["SET a b E\r\nX 1", ANY_ERROR, ONLY, TIME]],
  ...[" EX", "EX "].map((unit): Row[] => [
    [["SET", "a", "b", unit, "1"], ANY_ERROR, ONLY, TIME],
  ]),
  [["SET a b EX 1\r\n2", ANY_ERROR, ONLY, TIME]],
];

/** Stories of stores with their own clock. */
export const EXPIRY_STORIES: ObjectCase[] = [
  // Not a whole number of seconds.
  ...EXPIRY.map((rows) => story(rows, 1_700_000_000_987)),
  // A clock may start at 0.
  story(EXPIRY[1], 0),
  // And the default clock works.
  story([["SET s v EX 1000"], ["GET s", bulk("v"), EARLY, TIME]]),
  story([["SET s v PX 1"], 5, ["GET s", "$-1\r\n", DEFAULT, TIME]]),
];
