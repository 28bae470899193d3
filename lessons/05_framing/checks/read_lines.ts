/** How an answer to 5.1 is checked. */
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

/** The limit where none is given, in bytes. */
const DEFAULT_LIMIT = 65536;

const FORMS: StreamCase[] = [
  {
    sends: ["one\n", "two\n"],
    values: ["one", "two"],
    early: true,
    likely:
      "Yield each line as soon as its end has come: the client may wait " +
      "for a reply before it sends more, or ends.",
  },
  {
    sends: "one\ntwo\nthree\n",
    values: ["one", "two", "three"],
    likely:
      "One read may bring many lines. What follows the first one is the " +
      "next ones: keep it, and look at it before you read again.",
    read: CUT,
  },
  {
    sends: "one\r\ntwo\r\n",
    values: ["one", "two"],
    likely:
      "A line may end in \\r\\n as well as in \\n: take the \\r away if " +
      "it's the last character before the \\n.",
    cut:
      "The \\r and its \\n can come in two reads. Look for the \\r when the " +
      "line is whole, not in each piece.",
  },
  {
    sends: "a\n\nb\n",
    values: ["a", "", "b"],
    likely: "Two \\n in a row have an empty line between them, which counts.",
  },
  {
    sends: "one\nx",
    values: ["one", "x"],
    likely: "A last line with no \\n counts: at null, yield what is left, if " +
      "there is any.",
    read: END,
  },
  {
    sends: "  in the middle \t\na\rb\r\r\n",
    values: ["  in the middle \t", "a\rb\r"],
    likely: "Remove only the end of the line, and that has one \\r at most: " +
      "spaces, tabs, and a \\r anywhere else belong to the line.",
  },
  {
    sends: "one\nlast\r",
    values: ["one", "last\r"],
    likely: "No \\n follows this \\r, so it's not the end of a line, but a " +
      "character in it. Take a \\r away only in front of a \\n.",
    read: END,
  },
  {
    step: "a client sends 100 lines of all sizes",
    sends: MANY_TEXTS.map((text) => `${text}\n`).join(""),
    values: MANY_TEXTS,
    likely: "The same bytes are the same lines, however they come: what you " +
      "read after the end of one is the start of the next.",
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
        ? "The first line is whole, and UTF-8: yield it. What follows is " +
          "another line, so cut the bytes into lines first, and decode each " +
          "line by itself."
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
const EACH_BY_ITSELF = "The limit is for each line by itself, and a line of " +
  "just `maxBytes` bytes is allowed. Its end does not count, and neither do " +
  "other lines that came with it.";
const CR_MAY_END = "The end of a line does not count, and \\r\\n is one: 10 " +
  "bytes and a \\r may be a line that is not too long. You know whether the " +
  "\\r counts when the next byte is there, and a read may end just before that.";

const KNOWN_EARLY =
  "Look at how much you keep after each read. That a line is " +
  "too long is known before its end has come, and its end may never come.";

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
      "This line has 11 bytes, and the last one isn't a \\r, so you know that " +
      "it's too long, whatever comes next. One byte over the limit may only be " +
      "a \\r.",
  }),
  tooLong("öööööö", { then: "silence" }),
  tooLong(`${TEN}\r`, {
    likely: "No \\n follows this \\r, so it's part of the line, which has 11 " +
      "bytes. Look at the limit once more when the stream ends.",
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
  // So many bytes are too many for the arguments of one call.
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
    likely: "Change nothing in a line, not even in the first one.",
    read: CUT,
  },
  {
    step: "a client sends lines with characters of one to four bytes",
    sends: SAMPLES.map((text) => `${text}\n`).join(""),
    values: SAMPLES,
    likely: "Decode the bytes of a line as UTF-8, and change nothing in it.",
    read: CUT,
  },
];

/** A line of a size near a limit of thousands of bytes. */
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
        ? "The first line is whole, and within the limit: yield it, before you " +
          "reject the second."
        : then === "error"
        ? undefined
        : sends.startsWith("ö")
        ? "The limit is in bytes, since bytes fill the memory: text.length " +
          "counts something else."
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
        "The same bytes are the same lines, however they come: keep what " +
        "you read after the end of a line, and put the pieces of a line " +
        "together first, before you decode it.",
      read: CUT,
    }),
  }, [...FORMS, ...TEXTS, ...LIMITS, ...MORE_LIMITS, ...LAST]);
}
