/** How an answer to 5.3 is checked. */
import {
  aroundLimit,
  checkStream,
  NOT_UTF8,
  SAMPLE_TEXTS,
  type StreamCase,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";
import { concat } from "../../../lib/wire/bytes.ts";
import { encodeFrame } from "../solution.ts";
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
import { explainMistake, FRAME_MISTAKES } from "./mistakes.ts";

/** The limit where none is given, in bytes. */
const DEFAULT_LIMIT = 1024 * 1024;

const LONG = "zwölf 🐢 ".repeat(400);

const UNTIL_WHOLE = "A text may come in many reads: read on until as many " +
  "bytes are there as its length says.";

const FORMS: StreamCase[] = [
  {
    sends: frames("one", "two", "three"),
    values: ["one", "two", "three"],
    likely: ({ values, error }) =>
      values.length === 0 && error instanceof Deno.errors.UnexpectedEof
        ? "All bytes are there, but you lost some: what you read with the " +
          "length, and after it, is the text. Keep it, or read just four bytes."
        : "One read may bring many frames. What follows the first one is the " +
          "next ones: keep it, and look at it before you read again.",
    cut: ({ values, error }) =>
      /^[ot]/.test(String(values.at(-1))) || error !== undefined
        ? UNTIL_WHOLE
        : "The four bytes of the length may come in two reads, or in four: " +
          "read on until all of them are there.",
    read: CUT,
  },
  {
    sends: ["one", "two"].map(encodeFrame),
    values: ["one", "two"],
    early: true,
    likely:
      "Yield each text as soon as as many bytes have come as its length " +
      "says: the client may wait for a reply before it sends more.",
  },
  {
    sends: frames("", "a", ""),
    values: ["", "a", ""],
    likely: "A length of 0 is an empty text, which counts. It isn't the end.",
  },
  {
    step: "a client sends frames of 200 and 300 bytes",
    sends: frames("x".repeat(200), "y".repeat(300)),
    values: ["x".repeat(200), "y".repeat(300)],
    likely: UNTIL_WHOLE,
  },
  {
    step: "a client sends a frame of 4800 bytes",
    sends: frames(LONG),
    values: [LONG],
    likely: UNTIL_WHOLE,
    cut: UNTIL_WHOLE,
    read: CUT,
  },
  {
    step: "a client sends a frame of 70,000 bytes, and a short one",
    sends: frames("x".repeat(70_000), "end"),
    values: ["x".repeat(70_000), "end"],
    readSizes: [],
    likely: ({ then }) =>
      then === "error"
        ? allowed(DEFAULT_LIMIT, true)
        : "The length has four bytes, and all of them count.",
    read: LIMIT,
  },
  {
    step: "a client sends 100 frames of all sizes",
    sends: frames(...MANY_TEXTS),
    values: MANY_TEXTS,
    likely: "The same bytes are the same texts, however they come: what you " +
      "read after the end of one is the start of the next.",
    read: CUT,
  },
];

const SAMPLES = ["\ufefffirst", ...Object.values(SAMPLE_TEXTS), "\r\nlast\n"];

const TEXTS = Object.values(NOT_UTF8).map((bytes): StreamCase => ({
  sends: concat([frames("good"), headerOf(bytes.length), bytes]),
  then: "silence",
  values: ["good"],
  ends: TypeError,
  likely: ({ values, then }) =>
    values.length === 0
      ? "The first frame is whole, and UTF-8: yield it before you look at the " +
        "second."
      : then === "error"
      ? undefined
      : String(values[1]).includes("\ufffd")
      ? NOT_STRICT
      : STREAMING,
  read: CUT,
})).concat({
  step:
    "a client sends frames with characters of one to four bytes, and with " +
    "line endings",
  sends: frames(...SAMPLES),
  values: SAMPLES,
  likely: "Decode the bytes of a text as UTF-8, and change nothing in it.",
  read: CUT,
});

const BROKEN_OFF: StreamCase[] = [
  // In the length, after it, and in the text.
  ...[1, 3, 4, 8].map((size): StreamCase => ({
    sends: concat([frames("good"), frames("0123456789").subarray(0, size)]),
    values: ["good"],
    ends: Deno.errors.UnexpectedEof,
    likely: ({ values, then }) =>
      values.length > 1
        ? "This text isn't whole: the stream ended first. Nobody can tell it " +
          "from a whole one if you yield it."
        : then === "end"
        ? "Between two frames the end is no error, but this one is in the " +
          "middle of a frame: something has been lost, and the caller must " +
          "learn of it."
        : undefined,
    read: END,
  })),
  {
    sends: concat([frames("one"), frames("two").subarray(0, 5)]),
    then: "reset",
    values: ["one"],
    likely: () => RESET,
    read: END,
  },
];

const OF_1000 = Array.from({ length: 20 }, () => "x".repeat(1000));
const EACH_BY_ITSELF =
  "The limit is for each text by itself, and one of just " +
  "`maxBytes` bytes is allowed. The four bytes in front do not count, and " +
  "neither do other frames that came with it.";

const LIMITS: StreamCase[] = [
  {
    step: "maxBytes 1000: 20 frames of 1000 bytes each",
    sends: frames(...OF_1000),
    args: [{ maxBytes: 1000 }],
    values: OF_1000,
    likely: EACH_BY_ITSELF,
    cut: EACH_BY_ITSELF,
  },
  ...aroundLimit(1000).map((size): StreamCase => ({
    step: `maxBytes 1000: a frame "ok", and then one of ${size} bytes`,
    sends: frames("ok", "x".repeat(size)),
    args: [{ maxBytes: 1000 }],
    ...size > 1000
      ? { values: ["ok"], ends: RangeError, likely: TOO_LONG }
      : { values: ["ok", "x".repeat(size)], likely: EACH_BY_ITSELF },
  })),
  ...[DEFAULT_LIMIT, DEFAULT_LIMIT + 5000].map((limit): StreamCase => ({
    sends: headerOf(limit),
    args: isDefault(limit) ? [] : [{ maxBytes: limit }],
    ends: Deno.errors.UnexpectedEof,
    likely: () =>
      `${allowed(limit, isDefault(limit))} So this frame would be good, but ` +
      "the stream ends inside it.",
  })),
  {
    sends: frames("", "x"),
    args: [{ maxBytes: 0 }],
    values: [""],
    ends: RangeError,
    likely: LIMIT_OF_ZERO,
  },
  ...[0xffffffff, 0x80000000, DEFAULT_LIMIT + 1].map((length): StreamCase => ({
    sends: headerOf(length),
    then: "silence",
    ends: RangeError,
    maxRoom: 16 * DEFAULT_LIMIT,
    likely: () =>
      length === DEFAULT_LIMIT + 1
        ? `${length} bytes are one more than are allowed where no maxBytes is ` +
          "given."
        : "The length is all that it takes to reject the frame: judge it before " +
          "you make room or wait for that many bytes. And read it without a " +
          "sign, by getUint32(): with one, it is negative, and under any limit.",
  })),
  ...[{}].map((options): StreamCase => ({
    sends: headerOf(DEFAULT_LIMIT + 1),
    args: [options],
    then: "silence",
    ends: RangeError,
    likely: () => noMaxBytes(DEFAULT_LIMIT),
  })),
].map((one) => ({ ...one, read: LIMIT }));

function isDefault(limit: number): boolean {
  return limit === DEFAULT_LIMIT;
}

function frames(...texts: string[]): Uint8Array {
  return concat(texts.map(encodeFrame));
}

function headerOf(length: number): Uint8Array {
  const header = new Uint8Array(4);
  new DataView(header.buffer).setUint32(0, length);
  return header;
}

/**
 * Checks an answer to 5.3.
 *
 * @param readFrames The answer.
 * @param trial The run of the check.
 */
export async function checkReadFrames(
  readFrames: ReadMessages,
  trial: Trial,
): Promise<void> {
  await checkStream(trial, {
    name: "readFrames",
    open: readFrames,
    what: "text",
    explain: (result, due) =>
      explainMistake(FRAME_MISTAKES, result, due) ??
        explainMessages(result, due),
    cut: () => ({
      likely: "A read may end anywhere, also inside a length. Read on until " +
        "you have what you need, and never take more than that.",
      read: CUT,
    }),
  }, [...FORMS, ...BROKEN_OFF, ...LIMITS, ...TEXTS]);
}
