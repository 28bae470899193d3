/** How an answer to 4.1 is checked. */
import { counted } from "../../../lib/show/counted.ts";
import {
  type Advice,
  checkStream,
  sampleBytes,
  type StreamCase,
  type StreamResult,
  toBytes,
  type Trial,
  wentThroughText,
} from "../../../lib/workbook/kit/mod.ts";
import type { ReadExact } from "../types.ts";

const END = "An end in the middle is an error";

const NO_READ_FOR_0 = "For 0 bytes you need no read at all: test whether you " +
  "have enough before you read, not after.";
const KEEP_READING =
  "One read() returns whatever has arrived, even if that's " +
  "a single byte. Keep reading into the free part of the array, " +
  "data.subarray(filled), until you have `size` bytes.";

/** A peer sends something, and calls with these sizes read of it. */
function reads(
  sends: string | number,
  sizes: number[],
  due: Partial<StreamCase> = {},
): StreamCase {
  const sent = typeof sends === "string" ? toBytes(sends) : sampleBytes(sends);
  const { then = "end", ends } = due;
  const starts = sizes.map((_, i) =>
    sizes.slice(0, i).reduce((sum, size) => sum + size, 0)
  );
  const values = starts.map((at, i) => sent.subarray(at, at + sizes[i]));
  return {
    step: `the peer sends ${counted(sent.length, "byte")}, ${AND[then]}; ` +
      `you read ${listed(sizes)}`,
    sends: sent,
    args: sizes,
    // The last call can't return anything where it must throw.
    values: ends === undefined ? values : values.slice(0, -1),
    ends: "end",
    leaves: sent.subarray(starts.at(-1)! + sizes.at(-1)!),
    likely: KEEP_READING,
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
  reads(3000, [2997]),
  reads(3000, Array.from({ length: 60 }, (_, i) => i)),
  reads(100_000, [100_000], { readSizes: [4096] }),
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
    return "By the class, callers tell a stream that ended early from other " +
      "failures: throw new Deno.errors.UnexpectedEof(…), with a message.";
  }
  return "Once the peer has closed its side, every read() returns null. A " +
    "loop that only counts bytes never ends then: throw when you get null.";
}

function listed(sizes: number[]): string {
  return sizes.length < 5
    ? sizes.join(", then ")
    : `${sizes[0]}, ${sizes[1]}, and so on, up to ${sizes.at(-1)}`;
}

/** Names the mistake that a wrong array looks like. */
function explain(
  { values, then }: StreamResult,
  due: StreamCase,
): Partial<Advice> | undefined {
  const expected = due.values?.[values.length - 1];
  const received = see(values.at(-1));
  if (then !== "more" || !(expected instanceof Uint8Array)) return undefined;
  if (!(received instanceof Uint8Array)) {
    return {
      likely: "Return the bytes themselves, `size` of them, as a Uint8Array.",
    };
  }
  if (expected.length === 0) {
    return {
      problem: `You were asked for 0 bytes, but returned ${received.length}.`,
      likely: NO_READ_FOR_0,
    };
  }
  if (wentThroughText(received, expected)) {
    return {
      likely: "TextDecoder puts EF BF BD in place of bytes that aren't valid " +
        "UTF-8. These bytes aren't text, so don't decode them.",
      read: "No boundaries",
    };
  }
  if (received.length > expected.length) {
    return {
      likely: "The caller asked for exactly `size` bytes, so return an array " +
        "of that length, even if your own buffer is longer.",
    };
  }
  if (received.length < expected.length) return { likely: KEEP_READING };
  const filled = received.findLastIndex((byte) => byte !== 0) + 1;
  const isStart = received.subarray(0, filled)
    .every((byte, i) => byte === expected[i]);
  return {
    likely: isStart
      ? `The rest of the array was never filled. ${KEEP_READING}`
      : "Each piece belongs after the ones before it. read() writes to the " +
        "start of the buffer you pass, so pass data.subarray(filled).",
  };
}

/** An object for each call, since a call may return null by mistake. */
function see(call: unknown): unknown {
  return Object(call).bytes;
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
    open: (conn, ...sizes: number[]) => async () =>
      sizes.length === 0
        ? null
        : { bytes: await readExact(conn, sizes.shift()!) },
    what: "result",
    see,
    explain,
    cut: KEEP_READING,
  }, CASES);
}
