/** The check of exercise 4.1. */
import {
  type Advice,
  checkStream,
  countedSample,
  explainBytes,
  forEachArgument,
  lettersFirst,
  PROBES,
  READ_ON,
  type StreamCase,
  type StreamResult,
  toBytes,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";
import type { ReadExact } from "../types.ts";

const END = "An early end is an error";

const NO_READ_FOR_0 = "For 0 bytes you need no read at all: test whether you " +
  "have enough before you read, not after.";

const NO_ERROR = "There's nothing to throw here: every byte that you need " +
  "arrives, in one read or in several. Keep reading until you have them all, " +
  "and then stop: what follows belongs to the next reader.";

/** Makes a case: a peer sends `sends`, and calls with these sizes read it. */
function reads(
  sends: string | Uint8Array,
  sizes: number[],
  due: Partial<StreamCase> = {},
): StreamCase {
  const sent = toBytes(sends);
  const { then = "end", ends } = due;
  const starts = sizes.map((_, i) =>
    sizes.slice(0, i).reduce((sum, size) => sum + size, 0)
  );
  const values = starts.map((at, i) => sent.subarray(at, at + sizes[i]));
  return {
    step: `the peer sends ${countedSample(sent)}, ${AND[then]}; ` +
      `you read ${listed(sizes)}`,
    sends: sent,
    args: sizes,
    // The last call can't return anything where it must throw.
    values: ends === undefined ? values : values.slice(0, -1),
    ends: "end",
    leaves: sent.subarray(starts.at(-1)! + sizes.at(-1)!),
    likely: READ_ON,
    ...due,
  };
}

const AND = {
  end: "and closes its side",
  reset: "and resets the connection",
  silence: "and then waits",
};

const CASES: StreamCase[] = [
  reads("0123456789", [4]),
  reads("onetwo", [3, 3], { then: "silence" }),
  reads("!?", [0, 1, 0], { likely: NO_READ_FOR_0 }),
  reads("", [0], { then: "silence", likely: NO_READ_FOR_0 }),
  ...lettersFirst((sample) => reads(sample(3000), [2997])),
  ...lettersFirst((sample) =>
    reads(sample(3000), Array.from({ length: 60 }, (_, i) => i))
  ),
  // A call can't take that many arguments, so `push(...bytes)` fails.
  ...lettersFirst((sample) =>
    reads(sample(200_000), [200_000], { readSizes: [4096] })
  ),
  ...([["", [8]], ["0123", [8]], ["0123456789abcde", [8, 8]]] as const).map((
    [sends, sizes],
  ) =>
    reads(sends, [...sizes], {
      ends: Deno.errors.UnexpectedEof,
      likely: explainEnd,
      read: END,
    })
  ),
  reads("0123", [8], {
    then: "silence",
    ends: "waiting",
    likely: "4 bytes aren't 8: the peer may send the others at any time, so " +
      "wait for them in read().",
  }),
  reads("0123", [8], {
    then: "reset",
    ends: Deno.errors.ConnectionReset,
    likely: () =>
      "read() threw ConnectionReset. Let it through as it is: only null means " +
      "that the peer has closed its side.",
    read: END,
  }),
];

function explainEnd({ then }: StreamResult): string {
  if (then === "more") {
    return "read() returned null: the stream has ended. The caller would take " +
      "your result for all 8 bytes, so throw an error instead.";
  }
  if (then === "error") {
    return "Your caller recognizes a stream that ended early by the error's " +
      "class: throw new Deno.errors.UnexpectedEof(…), with a message.";
  }
  return "Once the peer has closed its side, every read() returns null. A " +
    "loop that only counts bytes never ends then: throw when you get null.";
}

function listed(sizes: number[]): string {
  return sizes.length < 5
    ? sizes.join(", then ")
    : `${sizes[0]}, ${sizes[1]}, and so on, up to ${sizes.at(-1)}`;
}

/** Tells whether `value` is a later part of what the peer sent. */
function isLater(
  value: unknown,
  expected: Uint8Array,
  { sends }: StreamCase,
): boolean {
  if (!(sends instanceof Uint8Array) || !(value instanceof Uint8Array)) {
    return false;
  }
  if (value.length === 0 || value.length !== expected.length) return false;
  // What's due is a view of what the peer sent.
  const from = expected.byteOffset - sends.byteOffset;
  return sends.subarray(from + 1).keys().some((skipped) =>
    value.every((byte, i) => byte === sends[from + 1 + skipped + i])
  );
}

/** Finds the mistake behind a wrong array. */
function explain(
  { values, then }: StreamResult,
  due: StreamCase,
): Partial<Advice> | undefined {
  if (then === "error" && due.ends === "end") return { likely: NO_ERROR };
  const expected = due.values?.[values.length - 1];
  if (then !== "more" || !(expected instanceof Uint8Array)) return undefined;
  if (isLater(values.at(-1), expected, due)) {
    return PROBES.tookTooMuch("An earlier readExact()");
  }
  return {
    likely: expected.length === 0
      ? NO_READ_FOR_0
      : explainBytes(values.at(-1), expected),
  };
}

/**
 * Checks an answer to 4.1.
 *
 * @param readExact The answer.
 * @param trial The run of the check.
 */
export async function checkReadExact(
  readExact: ReadExact,
  trial: Trial,
): Promise<void> {
  await checkStream(trial, {
    name: "readExact",
    open: forEachArgument(readExact),
    what: "result",
    explain,
    cut: READ_ON,
  }, CASES);
}
