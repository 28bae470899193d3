import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { stripAnsiCode } from "@std/fmt/colors";
import { pathToFileURL } from "node:url";
import { lessons } from "../../lessons/mod.ts";
import { stateOf } from "../../lib/workbook/checker/attempts.ts";
import {
  fileOf,
  findLesson,
  folderOf,
  type Lesson,
} from "../../lib/workbook/checker/catalog.ts";
import { CheckFailed, type Exercise } from "../../lib/workbook/kit/mod.ts";
import { checkLesson, exercisesOf } from "../../lib/workbook/checker/checker.ts";
import { reportLines } from "../../lib/workbook/checker/report.ts";
import { splitSections } from "../../lib/workbook/checker/sections.ts";

/**
 * Registers the tests that every exercise of a lesson must pass.
 *
 * The learner's own answer is checked too, in a child process as by
 * `deno task check`; one that is not started shows as ignored.
 *
 * @param name The lesson's name in the catalogue.
 * @param exercises What its `checks.ts` exports.
 */
export function testExercises(
  name: string,
  exercises: Exercise<unknown>[],
): void {
  const lesson = findLesson(lessons, name);
  forgiveWrongAnswers();
  for (const exercise of exercises) testAnswer(lesson, exercise);
  testFiles(lesson, exercises);
  for (const exercise of exercises) testGates(lesson, exercise);
}

/**
 * Registers tests that a check accepts right answers unlike the solution.
 *
 * @param exercise The exercise.
 * @param answers Right answers, each with what is particular about it.
 */
export function testAccepted<T>(
  exercise: Exercise<unknown>,
  answers: Record<string, T>,
): void {
  for (const [name, answer] of Object.entries(answers)) {
    Deno.test(`${exercise.id}: accepted: ${name}`, async () => {
      await exercise.check(answer, { stallMs: 10_000 });
    });
  }
}

/**
 * What a wrong answer leaves behind may fail when its check is over, and with it
 * the folder of its sockets. That must not end the file of tests, as it does not
 * end `deno task check`; what fails in the workbook's own code does.
 */
export function forgiveWrongAnswers(): void {
  globalThis.addEventListener("unhandledrejection", (event) => {
    const stack = String(event.reason?.stack);
    if (stack.includes("/mistakes.ts") || !OWN_CODE.test(stack)) {
      event.preventDefault();
    }
  });
}

const OWN_CODE = /\/(lib|tests)\/|\/lessons\/\w+\/(?!mistakes)/;

/** The learner's answer. */
function testAnswer(lesson: Lesson, exercise: Exercise<unknown>): void {
  const { id, title } = exercise;
  if (stateOf(exercise.attempt) === "not started") {
    Deno.test.ignore(`${id} ${title} (not started)`, () => {});
    return;
  }
  Deno.test(`${id} ${title} (your answer)`, async () => {
    const [result] = await checkLesson(lesson, { ids: [id] });
    if (result.verdict.state === "passed") return;
    const report = reportLines(result, { width: 80 }).map(stripAnsiCode);
    throw new Error(`${report.join("\n")}\n`);
  });
}

/** What must be so in the lesson's files for its commands to work. */
function testFiles(lesson: Lesson, exercises: Exercise<unknown>[]): void {
  const folder = folderOf(lesson);
  Deno.test(`${folder}: each file has a section for each exercise`, () => {
    const ids = exercises.map(({ id }) => id);
    assertEquals(exercisesOf(lesson).map(({ id }) => id), ids);
    const solution = Deno.readTextFileSync(fileOf(lesson, "solution.ts"));
    assertEquals(splitSections(solution).sections.map(({ id }) => id), ids);
  });

  Deno.test(`${folder}: each exercise has three hints and a heading to read`, () => {
    const headings = headingsOf(lesson);
    for (const { id, hints, read } of exercises) {
      assert(hints.length >= 3, `${id} has ${hints.length} hints`);
      assert(headings.includes(read), `${id}: no heading "${read}"`);
    }
  });
}

/** The placeholder is known, the solution passes, no mistake does. */
function testGates(lesson: Lesson, exercise: Exercise<unknown>): void {
  const { id } = exercise;
  Deno.test(`${id}: the placeholder is not started, and passes no check`, async () => {
    const url = pathToFileURL(fileOf(lesson, "placeholder.ts")).href;
    const { name } = exercisesOf(lesson).find((one) => one.id === id)!;
    const placeholder = (await import(url))[name];
    assertEquals(stateOf(placeholder), "not started");
    await assertRejects(() => exercise.check(placeholder), CheckFailed);
  });

  Deno.test(`${id}: the solution passes`, async () => {
    await exercise.check(exercise.solution, { stallMs: 10_000 });
  });

  for (const mistake of exercise.mistakes) {
    Deno.test({
      name: `${id}: turned away: ${mistake.name}`,
      // Leaving things open is what some wrong answers do wrong.
      sanitizeOps: false,
      sanitizeResources: false,
      async fn() {
        const error = await assertRejects(
          () => exercise.check(mistake.attempt, { stallMs: 1000 }),
          CheckFailed,
        );
        assertMatch(error.message, mistake.diagnosis);
        assertStringIncludes(headingsOf(lesson).join("\n"), error.failure.read);
      },
    });
  }
}

function headingsOf(lesson: Lesson): string[] {
  const readme = Deno.readTextFileSync(fileOf(lesson, "README.md"));
  return [...readme.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => heading);
}
