import { assert, assertEquals, assertMatch } from "@std/assert";
import * as paint from "@std/fmt/colors";
import { stripAnsiCode } from "@std/fmt/colors";
import { lessons } from "../../lessons/mod.ts";
import { findLesson } from "../../lib/workbook/checker/catalog.ts";
import {
  reportOf,
  type Verdict,
} from "../../lib/workbook/checker/check_events.ts";
import {
  CheckFailed,
  type Failure,
} from "../../lib/workbook/kit/check_failed.ts";
import type { CheckResult } from "../../lib/workbook/checker/checker.ts";
import { reportLines, resultLines } from "../../lib/workbook/checker/report.ts";
import { testColours } from "../lib/colour_fixture.ts";

const lesson = findLesson(lessons, "echo");

function result(verdict: Verdict, printed = ""): CheckResult {
  return { lesson, id: "3.1", name: "echo", verdict, printed };
}

function failed(failure: Partial<Failure>, steps: string[] = []): CheckResult {
  const whole = { problem: "Wrong.", likely: "Look.", read: "", ...failure };
  const report = reportOf(new CheckFailed(whole, steps));
  return result({ state: "failed", report });
}

function linesOf(one: CheckResult): string[] {
  return reportLines(one, { width: 80 }).map(stripAnsiCode);
}

function bytes(length: number, at?: number): Uint8Array {
  const data = new Uint8Array(length).map((_, i) => i);
  if (at !== undefined) data[at] ^= 0xff;
  return data;
}

/** The line behind a name, and the columns of the carets below it. */
function dumped(lines: string[], name: string): [string, number[]] {
  const at = lines.findIndex((line) => line.startsWith(`  ${name}`));
  const columns = [...(lines[at + 1] ?? "").matchAll(/\^+/g)];
  return [lines[at], columns.map(({ index }) => index)];
}

Deno.test("a report stands in order: steps, problem, comparison, cause, place to read", () => {
  assertEquals(
    linesOf(failed({
      problem: "The result is not what was asked for.",
      expected: "42",
      received: "43",
      likely: "Count again.",
      read: "Numbers",
    }, ["call it", "compare"])),
    [
      "✗ 3.1 echo  not right yet",
      "",
      "   1 ✓ call it",
      "   2 ✗ compare",
      "",
      "  The result is not what was asked for.",
      "  expected  42",
      "  received  43",
      "  Count again.",
      '  Read: "Numbers" in lessons/03_echo/README.md',
    ],
  );
});

Deno.test("a report without steps has no gap for them", () => {
  assertEquals(linesOf(failed({})), [
    "✗ 3.1 echo  not right yet",
    "",
    "  Wrong.",
    "  Look.",
  ]);
});

for (const at of [0, 7, 8, 1000]) {
  Deno.test(`a report puts the caret at byte ${at} where that is the first to differ`, () => {
    const lines = linesOf(failed({
      expected: bytes(2000),
      received: bytes(2000, at),
    }));
    const [expected, carets] = dumped(lines, "expected");
    const [received, same] = dumped(lines, "received");
    assertEquals(carets, same);
    const start = at - at % 8;
    assertMatch(
      expected,
      new RegExp(` ${start.toString(16).padStart(8, "0")} `),
    );
    const hex = (byte: number) => byte.toString(16).padStart(2, "0");
    assertEquals(expected.slice(carets[0], carets[0] + 2), hex(at & 0xff));
    assertEquals(
      received.slice(carets[0], carets[0] + 2),
      hex(at & 0xff ^ 0xff),
    );
  });
}

Deno.test("a report says where the shorter one of two byte strings ends", () => {
  const short = linesOf(failed({ expected: bytes(20), received: bytes(9) }));
  assert(short.includes("  received  (ends after 9 bytes)"), short.join("\n"));
  const long = linesOf(failed({ expected: bytes(0), received: bytes(9) }));
  assert(long.includes("  expected  (ends after 0 bytes)"), long.join("\n"));
});

Deno.test("a report breaks a long step between words, under its beginning", () => {
  const step = `${"x".repeat(60)} and then two more words`;
  const lines = linesOf(failed({}, ["short", step]));
  assertEquals(lines.slice(2, 5), [
    "   1 ✓ short",
    `   2 ✗ ${"x".repeat(60)} and then two`,
    "       more words",
  ]);
});

Deno.test("a report folds the first of many steps, and keeps its columns from step 100 on", () => {
  const steps = (count: number) =>
    Array.from({ length: count }, (_, i) => `step ${i + 1}`);
  const all = linesOf(failed({}, steps(12)));
  assertEquals([all[2], all[13]], ["   1 ✓ step 1", "  12 ✗ step 12"]);
  assertEquals(linesOf(failed({}, steps(101))).slice(2, 9), [
    "    … ✓ the first 95 steps",
    "   96 ✓ step 96",
    "   97 ✓ step 97",
    "   98 ✓ step 98",
    "   99 ✓ step 99",
    "  100 ✓ step 100",
    "  101 ✗ step 101",
  ]);
});

Deno.test("a report dumps bytes where there are none to compare them with", () => {
  const dump = linesOf(failed({ expected: "an error", received: bytes(10) }));
  assertEquals(dump.slice(3, 6), [
    "  expected  an error",
    "  received  00000000  00 01 02 03 04 05 06 07  |........|",
    "            00000008  08 09                    |..|",
  ]);
  const long = linesOf(failed({ expected: "none", received: bytes(1000) }));
  assertEquals([long.length, long[8]], [10, "            (1000 bytes)"]);
  const none = linesOf(failed({ expected: "some", received: bytes(0) }));
  assertEquals(none[4], "  received  (0 bytes)");
});

Deno.test("a report indents a text of several lines as one", () => {
  const lines = linesOf(failed({ expected: "{\n  a: 1\n}" }));
  assertEquals(lines.slice(3, 6), [
    "  expected  {",
    "              a: 1",
    "            }",
  ]);
});

Deno.test("a report fits 80 columns, and says where it has left something out", () => {
  const flood = `${"x".repeat(500)}\n${"y\n".repeat(500)}`;
  const words = "word ".repeat(50);
  const { verdict } = failed({ problem: words, likely: words });
  const lines = linesOf(result(verdict, flood));
  for (const line of lines) assert([...line].length <= 80, line);
  assertMatch(lines.join("\n"), /│ x{70,}…\n {2}│ y\n/);
  assertEquals(lines.at(-1), "  │ … and more");
  assert(lines.length < 40);
});

Deno.test("what the learner's code prints can't act on the terminal", () => {
  const printed = "\x1b[31mred\x1b[0m\ta\rb\0\u009b2J\r\nnext\n\n";
  const lines = linesOf(result({ state: "passed" }, printed));
  assertEquals(lines.slice(-2), ["  │ red    a\\x0db\\x00", "  │ next"]);
});

Deno.test("why a file can't be loaded is said once", () => {
  const one = result({ state: "broken", message: "missing }" });
  const two = { ...one, id: "3.2", name: "exchange" };
  const lines = resultLines([one, two], { width: 80 }).map(stripAnsiCode);
  assertEquals(lines, [
    "✗ 3.1 echo  cannot be loaded",
    "",
    "  lessons/03_echo/exercise.ts:",
    "    missing }",
    "",
    "✗ 3.2 exchange  cannot be loaded",
  ]);
  const other: CheckResult = {
    ...two,
    verdict: { state: "broken", message: "b" },
  };
  assertEquals(resultLines([one, other], { width: 80 }).length, 9);
});

testColours("a report has colors only if it is given some", () => {
  const one = failed({ expected: "a", received: "b", read: "c" }, ["step"]);
  paint.setColorEnabled(true);
  const coloured = reportLines(one, { width: 80, paint });
  paint.setColorEnabled(false);
  const plain = reportLines(one, { width: 80 });
  assert(coloured.join("\n") !== plain.join("\n"));
  assertEquals(coloured.map(stripAnsiCode), plain);
});
