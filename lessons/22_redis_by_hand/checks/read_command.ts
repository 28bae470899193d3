/** Checks an answer to 22.1. */
import {
  type Advice,
  aroundLimit,
  checkStream,
  type StreamCase,
  type StreamResult,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";
import { ConnReader } from "../reader.ts";
import type { ReadCommand } from "../types.ts";
import {
  ARRAY,
  array,
  bytesOf,
  FIRST_COMMANDS,
  INCOMPLETE_COMMANDS,
  latin1,
  MALFORMED_COMMANDS,
  STREAM,
  VALID_COMMANDS,
} from "./commands.ts";

/** Checks an answer to 22.1. */
export async function checkReadCommand(
  readCommand: ReadCommand,
  trial: Trial,
): Promise<void> {
  await checkStream(trial, {
    name: "readCommand",
    open(conn) {
      const reader = new ConnReader(conn);
      return () => readCommand(reader);
    },
    what: "command",
    see: textsOf,
    explain,
    cut: () => ({
      likely:
        "A read may end anywhere: in a number, between \\r and \\n, in a " +
        "value. Keep reading until the command is complete, and give back any " +
        "bytes after it.",
      read: STREAM,
    }),
  }, [
    ...FIRST_COMMANDS,
    ...VALID_COMMANDS,
    ...MALFORMED_COMMANDS,
    ...LIMITS,
    ...INCOMPLETE_COMMANDS,
  ]);
}

/** Makes one character of each byte. Other values stay as they are, in an object. */
function textsOf(parts: unknown[]): unknown[] {
  return parts.map((one) => one instanceof Uint8Array ? latin1(one) : { one });
}

function explain({ values }: StreamResult): Partial<Advice> | undefined {
  if (values.length === 0) return undefined;
  const parts = values.at(-1) as Uint8Array[];
  if (
    !Array.isArray(parts) || parts.some((one) => !(one instanceof Uint8Array))
  ) {
    return {
      likely: "Return an array of Uint8Array, the strings of the command as " +
        "bytes: a value may be anything, not only text.",
      read: ARRAY,
    };
  }
  const starts = parts.filter(({ length }) => length > 0)
    .map(({ buffer, byteOffset }) => ({ buffer, byteOffset }));
  const isShared = starts.some((one, i) =>
    starts.slice(0, i).some(({ buffer, byteOffset }) =>
      buffer === one.buffer && byteOffset === one.byteOffset
    )
  );
  return isShared
    ? {
      likely: "Two of the strings are views of the same bytes, so the second " +
        "has overwritten the first. Make a new array for each: slice() copies, " +
        "subarray() doesn't.",
      read: ARRAY,
    }
    : undefined;
}

const MANY = ["DEL", ...Array.from({ length: 1023 }, (_, i) => `k${i}`)];
const EXACT = "Exactly as many strings or bytes as the limit are allowed.";

const EXACT_LINE =
  "A line of exactly 65536 bytes is allowed. Its line ending doesn't count.";

const LINE_LENGTHS = aroundLimit(65536).flatMap((size) =>
  ["\n", "\r\n"].map((end): StreamCase => {
    const line = "x".repeat(size);
    const isLong = size > 65536;
    return {
      step: `an inline command of ${size} bytes, and ${JSON.stringify(end)}`,
      // A read may end before the last byte of the line.
      sends: [`${line}${end.slice(0, -1)}`, "\nPING\r\n"],
      values: isLong ? [] : [[line], ["PING"]],
      ends: isLong ? RangeError : "end",
      readSizes: [4096],
      likely: isLong
        ? "One byte over the limit is too long, even if the end of the line " +
          "came in the same read. Check the length of each line."
        : EXACT_LINE,
      cut: isLong
        ? undefined
        : `${EXACT_LINE} A read may bring its \\r, and the ` +
          "next one its \\n: until then, a \\r at the end may be part of it.",
    };
  })
);

const ENDLESS = ["", "*", "*1\r\n$"].map((sends): StreamCase => ({
  step: `${JSON.stringify(sends)} and then "111…", without the end of a line`,
  sends,
  endless: "1",
  ends: RangeError,
  likely: "Check how much you've kept after each read without a \\n: at most " +
    "65536 bytes, and one more that may be the \\r. Anything more is too long, " +
    "whatever comes next.",
}));

const LIMITS: StreamCase[] = [
  {
    step: "a command of 1024 strings",
    sends: array(...MANY),
    values: [MANY],
    readSizes: [4096],
    likely: EXACT,
  },
  {
    step: "a string of 1048576 bytes, and a command after it",
    sends: bytesOf(array("ECHO", "x".repeat(1048576)) + array("PING")),
    values: [["ECHO", "x".repeat(1048576)], ["PING"]],
    readSizes: [],
    likely: EXACT,
  },
  ...LINE_LENGTHS,
  ...ENDLESS,
  ...["x", "xx", "\ry"].map((last): StreamCase => ({
    step: `${JSON.stringify(last)} after 65536 bytes, and the client waits`,
    sends: "x".repeat(65536) + last,
    then: "silence",
    ends: RangeError,
    readSizes: [4096],
    likely: ENDLESS[0].likely,
  })),
].map((one) => ({ ...one, read: "A length is only a claim" }));
