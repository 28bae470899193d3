/** The check of exercise 5.3. */
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

/** The default limit, in bytes. */
const DEFAULT_LIMIT = 1024 * 1024;

const LONG = "zwölf 🐢 ".repeat(400);

const UNTIL_WHOLE =
  "You stopped reading before the text was complete. A text " +
  "can arrive in many reads: keep reading until you have as many bytes as its " +
  "length says.";

const FORMS: StreamCase[] = [
  {
    sends: frames("one", "two", "three"),
    values: ["one", "two", "three"],
    likely: ({ values, error }) =>
      values.length === 0 && error instanceof Deno.errors.UnexpectedEof
        ? "You lost some bytes: the ones you read together with the length " +
          "are the start of the text. Keep them, or read exactly four bytes."
        : "You lost the bytes after the first frame. One read can return many " +
          "frames, so keep the rest, and look at it before you read again.",
    cut: ({ values, error }) =>
      /^[ot]/.test(String(values.at(-1))) || error !== undefined
        ? UNTIL_WHOLE
        : "You used the length before all four of its bytes were there. They " +
          "can arrive in two reads, or in four: keep reading until you have " +
          "them all.",
    read: CUT,
  },
  {
    sends: ["one", "two"].map(encodeFrame),
    values: ["one", "two"],
    early: true,
    likely:
      "You waited too long to yield a text. The client might wait for a reply " +
      "before it sends more, so yield the text as soon as you have as many " +
      "bytes as its length says.",
  },
  {
    sends: frames("", "a", ""),
    values: ["", "a", ""],
    likely: "You ignored a length of 0. It's an empty text, and not the end " +
      "of the stream: yield it.",
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
        : "You didn't use all four bytes of the length.",
    read: LIMIT,
  },
  {
    step: "a client sends 100 frames of all sizes",
    sends: frames(...MANY_TEXTS),
    values: MANY_TEXTS,
    likely: "You lost bytes between two texts. The bytes you read after the " +
      "end of one frame are the start of the next, so keep them.",
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
      ? "You didn't yield the first frame, which is complete and valid UTF-8. " +
        "Yield it before you look at the second."
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
  likely:
    "You changed the text. Decode its bytes as UTF-8, and do nothing else " +
    "to it.",
  read: CUT,
});

const BROKEN_OFF: StreamCase[] = [
  // Inside the length, right after it, and inside the text.
  ...[1, 3, 4, 8].map((size): StreamCase => ({
    sends: concat([frames("good"), frames("0123456789").subarray(0, size)]),
    values: ["good"],
    ends: Deno.errors.UnexpectedEof,
    likely: ({ values, then }) =>
      values.length > 1
        ? "You yielded a text that isn't complete: the stream ended first. " +
          "Your caller can't tell it from a complete one, so throw instead."
        : then === "end"
        ? "You returned as if nothing had happened, but the stream ended in the " +
          "middle of a frame: something was lost, and your caller has to know."
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
  "You rejected a text that's within the limit. The limit " +
  "applies to each text separately, and exactly `maxBytes` bytes are allowed. " +
  "The four bytes of the length don't count, and neither do the other frames.";

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
      `${allowed(limit, isDefault(limit))} So this length is fine, but the ` +
      "stream ends inside the frame.",
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
        ? `You accepted ${length} bytes, one more than the default limit.`
        : "You didn't reject this length. Check it before you allocate memory " +
          "or wait for that many bytes, and read it with getUint32(): as a " +
          "signed number it's negative, and below any limit.",
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
      likely:
        "You expected a whole length or text from one read, but a read may " +
        "end anywhere, even inside a length. Keep reading until you have the " +
        "bytes you need, and never take more than that.",
      read: CUT,
    }),
  }, [...FORMS, ...BROKEN_OFF, ...LIMITS, ...TEXTS]);
}
