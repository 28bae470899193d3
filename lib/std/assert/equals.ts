import { diff, styleText } from "node:util";
import { AssertionError, ending } from "./assertion_error.ts";
import { equal } from "./equal.ts";
import { format } from "./format.ts";

/**
 * Asserts that two values are equal in content.
 *
 * @param actual The actual value.
 * @param expected The expected value.
 * @param msg A text to add to the error's message.
 * @throws {AssertionError} If they differ; the message shows where.
 */
export function assertEquals<T>(actual: T, expected: T, msg?: string): void {
  if (equal(actual, expected)) return;
  throw new AssertionError(
    `Values are not equal${ending(msg)}\n${difference(actual, expected)}`,
  );
}

/**
 * Asserts that two values aren't equal in content.
 *
 * @param actual The actual value.
 * @param expected The value that it must not equal.
 * @param msg A text to add to the error's message.
 * @throws {AssertionError} If they are equal.
 */
export function assertNotEquals<T>(actual: T, expected: T, msg?: string): void {
  if (!equal(actual, expected)) return;
  throw new AssertionError(
    `Expected actual: ${format(actual)} not to be: ${format(expected)}${
      ending(msg)
    }`,
  );
}

/**
 * Asserts that two values are the same, by `Object.is`.
 *
 * @param actual The actual value.
 * @param expected The expected value.
 * @param msg A text to add to the error's message.
 * @throws {AssertionError} If they aren't the same; the message shows where they
 * differ, or that only the references do.
 */
export function assertStrictEquals<T>(
  actual: unknown,
  expected: T,
  msg?: string,
): asserts actual is T {
  if (Object.is(actual, expected)) return;
  const written = format(actual);
  if (written === format(expected)) {
    const indented = written.replaceAll(/^/gm, "    ");
    throw new AssertionError(
      `Values have the same structure but are not reference-equal${
        ending(msg)
      }\n\n${paint("red", indented)}\n`,
    );
  }
  throw new AssertionError(
    `Values are not strictly equal${ending(msg)}\n${
      difference(actual, expected)
    }`,
  );
}

/**
 * How many lines of each value a message compares. The time and memory of `diff`
 * grow with the square of it: for 65536 bytes, no memory would be left.
 */
const MOST_LINES = 200;

/**
 * Shows both values, with a `-` before each line that only the actual value has,
 * and a `+` before each that only the expected one has.
 */
function difference(actual: unknown, expected: unknown): string {
  const texts = typeof actual === "string" && typeof expected === "string";
  const [came, wanted] = [actual, expected].map(
    texts ? linesOf : (value) => format(value).split("\n"),
  );
  const most = Math.max(came.length, wanted.length);
  let start = 0;
  if (most > MOST_LINES) {
    while (start < most && came[start] === wanted[start]) start++;
    start = Math.max(0, start - 3);
  }
  const [left, right] = [came, wanted].map((lines) =>
    lines.slice(start, start + MOST_LINES)
  );
  // `diff` marks what only its first argument has with 1, and what only its
  // second has with -1.
  const lines = diff(left, right).map(([side, line]) =>
    side === 0
      ? `    ${line}`
      : side === 1
      ? paint("red", `-   ${line}`)
      : paint("green", `+   ${line}`)
  );
  if (start > 0) lines.unshift(`    (the first ${start} lines are the same)`);
  if (start + MOST_LINES < most) {
    lines.push(`    (only ${MOST_LINES} lines of each are compared)`);
  }
  const title = `    ${paint("gray", "[Diff]")} ${paint("red", "Actual")} / ${
    paint("green", "Expected")
  }`;
  return ["", "", title, "", "", ...lines, ""].join("\n");
}

/**
 * Splits a text after its line endings, and escapes those, so that CR LF differs
 * from LF.
 */
function linesOf(text: unknown): string[] {
  return String(text).split(/(?<=\n)/).map((line) =>
    JSON.stringify(line).slice(1, -1)
  );
}

function paint(color: "gray" | "green" | "red", text: string): string {
  return Deno.noColor
    ? text
    : styleText(color, text, { validateStream: false });
}
