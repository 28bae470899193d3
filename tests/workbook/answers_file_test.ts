import { assert, assertEquals, assertMatch } from "@std/assert";
import { stripAnsiCode } from "@std/fmt/colors";
import { lessons } from "../../lessons/mod.ts";
import { fileOf, folderOf } from "../../lib/workbook/checker/catalog.ts";
import { exercisesOf } from "../../lib/workbook/checker/checker.ts";
import { assertLacks } from "./text.ts";
import { type Outcome, runDeno, useCopy } from "./workbook_copy.ts";

const copy = useCopy({ whole: true });
const ALL = lessons.flatMap(exercisesOf);
/** The lessons that can be solved here: Deno has no Unix sockets on Windows. */
const SOLVABLE = lessons.filter(({ name }) =>
  Deno.build.os !== "windows" || !["unix_streams", "choosing"].includes(name)
);

/** Runs `deno test` in the copy, where no @std package has been loaded. */
async function denoTest(...args: string[]): Promise<Outcome> {
  const outcome = await runDeno(["test", "--no-check", ...args], {
    cwd: copy().root,
    env: { NO_COLOR: "1", FORCE_COLOR: "" },
  });
  assertLacks(outcome.stderr, /jsr/);
  return outcome;
}

/** Puts a text into a lesson's `exercise.ts`. */
async function answer(lesson: string, text: string): Promise<void> {
  await Deno.writeTextFile(
    copy().path("lessons", lesson, "exercise.ts"),
    text,
  );
}

async function solveAll(): Promise<void> {
  for (const lesson of SOLVABLE) {
    const solution = fileOf(lesson, "solution.ts");
    await answer(folderOf(lesson), await Deno.readTextFile(solution));
  }
}

Deno.test("with nothing solved, deno test ignores every answer and says why", async () => {
  for (const args of [[], ["-P"]]) {
    const { code, stdout } = await denoTest(...args);
    assertEquals(code, 0);
    assertMatch(stdout, new RegExp(`0 failed \\| ${ALL.length} ignored`));
    const why = args.length > 0 ? "not started" : "needs sockets: deno test -P";
    assert(stdout.includes(`3.1 echo (${why}) ... ignored`), stdout);
    assert(stdout.includes("11.2 checksum (not started) ... ignored"), stdout);
  }
});

// Elsewhere in the tests, a check runs with every permission. Learners' answers
// run with hardly any, and each solution must pass with those.
Deno.test("with everything solved, deno test -P passes every answer, in its sandbox", async () => {
  await solveAll();
  const { code, stdout } = await denoTest("-P");
  assertEquals(code, 0, stdout);
  const solved = SOLVABLE.flatMap(exercisesOf).length;
  assertMatch(stdout, new RegExp(`${solved} passed \\| 0 failed`));
});

Deno.test("with everything solved, plain deno test passes what needs no socket, without any permission", async () => {
  await solveAll();
  const { code, stdout } = await denoTest();
  assertEquals(code, 0, stdout);
  for (const id of ["1.1 ", "5.2 ", "10.2 ", "12.3 ", "16.3 ", "19.2 "]) {
    assert(stdout.includes(`\n${id}`), stdout);
  }
  assertMatch(stdout, / \d\d passed \| 0 failed \| \d\d ignored/);
});

Deno.test("deno test -P reports a wrong answer as deno task check does, without a stack trace", async () => {
  await solveAll();
  const solution = await Deno.readTextFile(fileOf(lessons[2], "solution.ts"));
  await answer(
    "03_echo",
    solution.replace("subarray(sent, count)", "slice(sent)"),
  );
  const checked = await copy().call("check", "3.1");
  const report = stripAnsiCode(checked.stdout).split("\n\n1 solved")[0]
    .split("\n\n0 solved")[0].trim();
  assertMatch(report, /not right yet/);
  const { code, stdout } = await denoTest("-P", "--filter", "3.1");
  assertEquals(code, 1);
  const [, details] = stdout.split(" ERRORS \n");
  assertEquals(
    details.split("FAILURES")[0].trim(),
    `3.1 echo => ./lessons/answers_test.ts:${
      details.match(/answers_test\.ts:(\d+:\d+)/)![1]
    }\nerror: \n${report}`,
  );
  assertLacks(stdout, /^3\.2/m);
});

Deno.test("deno test says why a file that can't be loaded fails", async () => {
  await solveAll();
  await answer("11_tcp_segment", "export function decodeSegment( {");
  for (const args of [[], ["-P"]]) {
    const { code, stdout } = await denoTest(...args, "--filter", "11.2");
    assertEquals(code, 1);
    assertMatch(stdout, /11\.2 checksum {2}cannot be loaded/);
  }
});
