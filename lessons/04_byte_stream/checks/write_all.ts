/** The check of exercise 4.2. */
import {
  type Advice,
  checkStream,
  countedSample,
  type ErrorClass,
  forEachArgument,
  lettersFirst,
  type StreamCase,
  toBytes,
  type Trial,
  wentThroughText,
} from "../../../lib/workbook/kit/mod.ts";
import { concat } from "../../../lib/wire/bytes.ts";
import type { WriteAll } from "../types.ts";

/** Makes a case: calls that write these parts, one after the other. */
function writes(
  parts: (string | Uint8Array)[],
  writeSize?: number,
  due: Partial<StreamCase> = {},
): StreamCase {
  const args = parts.map(toBytes);
  const [first, ...more] = args;
  const sizes = [countedSample(first), ...more.map(({ length }) => length)];
  return {
    step: `you write ${sizes.join(", then ")}` +
      (writeSize ? `; each write() takes at most ${writeSize}` : ""),
    args,
    values: args.map(() => "returned"),
    writes: concat(args),
    writeSize,
    likely: ({ then }) =>
      then === "error"
        ? undefined
        : "Return as soon as the last byte has been " +
          "taken. Don't wait for an answer or for the peer to close: neither " +
          "will come.",
    ...due,
  };
}

/** Makes a case: a connection that fails, after some bytes or at once. */
function fails(
  how: string,
  taken: string,
  error: ErrorClass,
  due: Partial<StreamCase>,
): StreamCase {
  return {
    ...writes(["0123456789"], 4),
    step: `you write 10 bytes; ${how}`,
    values: [],
    writes: taken,
    ends: error,
    likely: ({ then }) =>
      then === "error"
        ? "That's a different error than write() threw. Callers tell failures " +
          "apart by their class, so let the error through as it is."
        : then === "more"
        ? "If you catch the error and say nothing, the caller believes that " +
          "all went well. Let it through: leave out the try and catch."
        : "write() threw because the peer has gone. Trying again doesn't help, " +
          "since every further write throws, too: let the error reach the " +
          "caller.",
    ...due,
  };
}

const CASES: StreamCase[] = [
  writes(["0123456789"]),
  writes(["0123456789"], 4),
  ...lettersFirst((sample) => writes([sample(1500)], 1)),
  ...lettersFirst((sample) => writes([sample(2000)], 5)),
  ...lettersFirst((sample) => writes([sample(9000)], 4096)),
  writes(["hello, ", "", "world"], undefined, { then: "silence", ends: "end" }),
  ...lettersFirst((sample) =>
    writes([0, 1, 2, 3, 4, 5, 6, 7, 0].map(sample), 3)
  ),
  ...lettersFirst((sample) => writes([sample(130_000)], 7000)),
  fails(
    "the second write() throws BrokenPipe",
    "0123",
    Deno.errors.BrokenPipe,
    {
      breakAt: 4,
    },
  ),
  fails(
    "the first write() throws ConnectionReset",
    "",
    Deno.errors.ConnectionReset,
    { then: "reset" },
  ),
];

const SHORT_WRITE =
  "Did you throw because write() took fewer bytes than you offered? That isn't " +
  "an error: it returns how many it took. Offer the rest until nothing is left, " +
  "however many bytes and writes that takes.";

/** Finds the mistake behind the bytes that were written. */
function explainSent(
  sent: Uint8Array,
  due: Uint8Array,
): string | Partial<Advice> {
  if (wentThroughText(sent, due)) {
    return {
      likely: "TextDecoder puts EF BF BD in place of bytes that aren't valid " +
        "UTF-8. Write the bytes as they are.",
      read: "No boundaries",
    };
  }
  const isStart = sent.every((byte, i) => byte === due[i]);
  if (isStart && sent.length === due.length - 1) {
    return "The last byte is missing: keep writing while your count is less " +
      "than data.length.";
  }
  if (isStart) {
    return "write() returns how many bytes it took, which may be fewer than " +
      "you offered. Count what it took, and offer the rest until nothing is " +
      "left.";
  }
  return "write() returns how many bytes it took. Start the next one right " +
    "after those, at data.subarray(written): not at byte 0 again, and not " +
    "further on.";
}

/**
 * Checks an answer to 4.2.
 *
 * @param writeAll The answer.
 * @param trial The run of the check.
 */
export async function checkWriteAll(
  writeAll: WriteAll,
  trial: Trial,
): Promise<void> {
  await checkStream(trial, {
    name: "writeAll",
    open: forEachArgument(writeAll),
    see: () => "returned",
    what: "result",
    explain: ({ then, error }, { ends }) =>
      /locked/.test(String(error))
        ? "A writer locks the stream until you call its releaseLock()."
        : then === "error" && typeof ends !== "function"
        ? SHORT_WRITE
        : undefined,
    explainSent,
    cut: "",
  }, CASES);
}
