/** The check of exercise 5.1. */
import {
  checkStream,
  NOT_UTF8,
  SAMPLE_TEXTS,
  type StreamCase,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";
import { concat } from "../../../lib/wire/bytes.ts";
import type { ReadMessages } from "../types.ts";
import {
  allowed,
  CUT,
  END,
  explainMessages,
  LIMIT,
  LIMIT_OF_ZERO,
  MANY_TEXTS,
  noMaxBytes,
  NOT_STRICT,
  RESET,
  STREAMING,
  TOO_LONG,
} from "./explain.ts";
import { explainMistake, LINE_MISTAKES } from "./mistakes.ts";

/** The default limit, in bytes. */
const DEFAULT_LIMIT = 65536;

const FORMS: StreamCase[] = [
  {
    sends: ["one\n", "two\n"],
    values: ["one", "two"],
    early: true,
    likely:
      "You waited too long to yield a line. The client might wait for a reply " +
      "before it sends more, so yield the line as soon as its \\n has arrived.",
  },
  {
    sends: "one\ntwo\nthree\n",
    values: ["one", "two", "three"],
    likely:
      "You lost the bytes after the first line. One read can return many " +
      "lines, so keep the rest, and look at it before you read again.",
    read: CUT,
  },
  {
    sends: "one\r\ntwo\r\n",
    values: ["one", "two"],
    likely:
      "You left a \\r at the end of the line. A line can end in \\r\\n as well " +
      "as in \\n: remove the \\r right before the \\n.",
    cut:
      "You missed a \\r\\n whose two bytes arrived in two reads. Look for the " +
      "\\r when you have the complete line, not in each piece.",
  },
  {
    sends: "a\n\nb\n",
    values: ["a", "", "b"],
    likely:
      "You skipped an empty line. It's between the two \\n in a row, and " +
      "it counts.",
  },
  {
    sends: "one\nx",
    values: ["one", "x"],
    likely: "You lost the last line, which has no \\n. When read() returns " +
      "null, yield the bytes you have left, if there are any.",
    read: END,
  },
  {
    sends: "  in the middle \t\na\rb\r\r\n",
    values: ["  in the middle \t", "a\rb\r"],
    likely:
      "You removed too much. A line ending has one \\r at most; spaces, " +
      "tabs, and any other \\r are part of the line.",
  },
  {
    sends: "one\nlast\r",
    values: ["one", "last\r"],
    likely: "You removed a \\r that's part of the line: no \\n follows it. " +
      "Remove a \\r only if it's right before a \\n.",
    read: END,
  },
  {
    step: "a client sends 100 lines of all sizes",
    sends: MANY_TEXTS.map((text) => `${text}\n`).join(""),
    values: MANY_TEXTS,
    likely: "You lost bytes between two lines. The bytes you read after the " +
      "end of one line are the start of the next, so keep them.",
    read: CUT,
  },
];

const SAMPLES = Object.values(SAMPLE_TEXTS);

const TEXTS: StreamCase[] = [
  ...Object.values(NOT_UTF8).map((bytes): StreamCase => ({
    sends: concat([bytesOf("good\n"), bytes, bytesOf("\n")]),
    then: "silence",
    values: ["good"],
    ends: TypeError,
    likely: ({ values, then }) =>
      values.length === 0
        ? "You didn't yield the first line, which is complete and valid UTF-8. " +
          "Split the bytes into lines first, and decode each line separately."
        : then === "error"
        ? undefined
        : String(values[1]).includes("\ufffd")
        ? NOT_STRICT
        : STREAMING,
    read: CUT,
  })),
  {
    sends: Uint8Array.of(0x61, 0x62, 0xc3),
    ends: TypeError,
    likely: STREAMING,
    read: CUT,
  },
];

const TEN = "0123456789";
const MANY_OF_TEN = Array.from({ length: 200 }, () => TEN);
const EACH_BY_ITSELF =
  "You rejected a line that's within the limit. The limit " +
  "applies to each line separately, and exactly `maxBytes` bytes are allowed. " +
  "The line ending doesn't count, and neither do the other lines.";
const CR_MAY_END =
  "You counted a \\r that's part of the line ending \\r\\n, so " +
  "this line isn't too long. After 10 bytes and a \\r, wait for the next byte " +
  "before you count the \\r: a read can end just before that byte.";

const KNOWN_EARLY = "You waited for the end of a line that was already too " +
  "long, and that end might never come. Check how many bytes you're keeping " +
  "after each read.";

const LIMITS: StreamCase[] = [
  {
    step: "maxBytes 10: 200 lines of 10 bytes each",
    sends: MANY_OF_TEN.map((line) => `${line}\n`).join(""),
    values: MANY_OF_TEN,
    likely: EACH_BY_ITSELF,
  },
  {
    step: "maxBytes 10: the same lines with \\r\\n",
    sends: MANY_OF_TEN.map((line) => `${line}\r\n`).join(""),
    values: MANY_OF_TEN,
    readSizes: [1, 5, 11, 4096],
    likely: CR_MAY_END,
    cut: CR_MAY_END,
  },
  tooLong(`${TEN}!\n`),
  tooLong(`good\n${TEN}!\n`, { values: ["good"] }),
  tooLong("öööööö\n"),
  tooLong(`${TEN}!`),
  tooLong(`${TEN}!!`, { then: "silence", likely: () => KNOWN_EARLY }),
  tooLong(`${TEN}!`, {
    then: "silence",
    likely: () =>
      "You waited for another byte, but you know already that this line is too " +
      "long: its 11th byte isn't a \\r. Only a \\r can be one byte over the " +
      "limit.",
  }),
  tooLong("öööööö", { then: "silence" }),
  tooLong(`${TEN}\r`, {
    likely: "You accepted a line of 11 bytes: no \\n follows its \\r, so the " +
      "\\r is part of it. Check the limit again when the stream ends.",
  }),
].map((one) => ({ ...one, args: [{ maxBytes: 10 }], read: LIMIT }));

const MORE_LIMITS: StreamCase[] = [
  {
    sends: "\nx\n",
    args: [{ maxBytes: 0 }],
    values: [""],
    ends: RangeError,
    likely: LIMIT_OF_ZERO,
    read: LIMIT,
  },
  nearLimit(DEFAULT_LIMIT, DEFAULT_LIMIT),
  nearLimit(DEFAULT_LIMIT + 1, DEFAULT_LIMIT),
  // A function call can't take this many arguments.
  nearLimit(150_000, 150_000),
  {
    step: `{}: a line of ${DEFAULT_LIMIT + 1} bytes`,
    args: [{}],
    sends: `${"x".repeat(DEFAULT_LIMIT + 1)}\n`,
    then: "silence",
    readSizes: [],
    ends: RangeError,
    likely: noMaxBytes(DEFAULT_LIMIT),
    read: LIMIT,
  },
  {
    sends: "ok\n",
    endless: "x",
    args: [{ maxBytes: 1000 }],
    values: ["ok"],
    ends: RangeError,
    likely: KNOWN_EARLY,
    read: LIMIT,
  },
];

const LAST: StreamCase[] = [
  {
    sends: "one\ntw",
    then: "reset",
    values: ["one"],
    likely: () => RESET,
    read: END,
  },
  {
    sends: "\ufeffone\n\ufefftwo\n",
    values: ["\ufeffone", "\ufefftwo"],
    likely:
      "You changed a line. A byte order mark is part of it, even in the " +
      "first line.",
    read: CUT,
  },
  {
    step: "a client sends lines with characters of one to four bytes",
    sends: SAMPLES.map((text) => `${text}\n`).join(""),
    values: SAMPLES,
    likely:
      "You changed a line. Decode its bytes as UTF-8, and do nothing else " +
      "to it.",
    read: CUT,
  },
];

/** Makes a case with a line whose size is near a limit of thousands of bytes. */
function nearLimit(size: number, limit: number): StreamCase {
  const line = "x".repeat(size);
  const isDefault = limit === DEFAULT_LIMIT;
  return {
    step: `${isDefault ? "no maxBytes" : `maxBytes ${limit}`}: a line of ` +
      `${size} bytes`,
    args: isDefault ? [] : [{ maxBytes: limit }],
    sends: `${line}\n`,
    then: "silence",
    readSizes: [],
    ...size > limit
      ? { ends: RangeError, likely: TOO_LONG }
      : { values: [line], likely: allowed(limit, isDefault) },
    read: LIMIT,
  };
}

function tooLong(sends: string, more: Partial<StreamCase> = {}): StreamCase {
  const { length: good } = more.values ?? [];
  return {
    sends,
    ends: RangeError,
    likely: ({ values, then }) =>
      values.length < good
        ? "You didn't yield the first line, which is within the limit. Yield it " +
          "before you reject the second."
        : then === "error"
        ? undefined
        : sends.startsWith("ö")
        ? "You counted characters, but the limit is in bytes, because bytes are " +
          "what fills the memory. text.length doesn't count bytes."
        : TOO_LONG,
    ...more,
  };
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/**
 * Checks an answer to 5.1.
 *
 * @param readLines The answer.
 * @param trial The run of the check.
 */
export async function checkReadLines(
  readLines: ReadMessages,
  trial: Trial,
): Promise<void> {
  await checkStream(trial, {
    name: "readLines",
    open: readLines,
    what: "line",
    explain: (result, due) =>
      explainMistake(LINE_MISTAKES, result, due) ??
        explainMessages(result, due),
    cut: () => ({
      likely:
        "You yielded other lines when the same bytes arrived in smaller " +
        "reads. Keep the bytes after the end of a line, and collect all the " +
        "bytes of a line before you decode it.",
      read: CUT,
    }),
  }, [...FORMS, ...TEXTS, ...LIMITS, ...MORE_LIMITS, ...LAST]);
}
