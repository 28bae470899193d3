import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { pathToFileURL } from "node:url";
import { lessons } from "../../lessons/mod.ts";
import {
  fileOf,
  findLesson,
  folderOf,
  type Lesson,
} from "../../lib/workbook/checker/catalog.ts";
import { CheckFailed, type Exercise } from "../../lib/workbook/kit/mod.ts";
import { exercisesOf } from "../../lib/workbook/checker/checker.ts";
import { isTodo } from "../../lib/workbook/kit/mod.ts";
import { splitSections } from "../../lib/workbook/checker/sections.ts";
import { sampleOf } from "../sample.ts";

/** A wrong answer, which the check must reject with its own diagnosis. */
export type WrongAnswer<T> =
  & {
    /** What is wrong with it, for the name of its test. */
    name: string;
    /** Matches the message of the failure. */
    diagnosis: RegExp;
  }
  & ({
    /** The answer. */
    attempt: T;
  } | {
    /**
     * The one thing that differs from the solution: a piece of its section of
     * `solution.ts`, which occurs there exactly once, and what replaces it.
     */
    replace: [target: string, replacement: string];
  });

/** The wrong answers to each exercise of a lesson, by its id. */
// deno-lint-ignore no-explicit-any -- Each exercise has a type of its own.
export type WrongAnswers = Record<string, WrongAnswer<any>[]>;

/**
 * Makes wrong answers that differ from the solution in the same place.
 *
 * @param target What they replace, which occurs once in the solution.
 * @param answers What each replaces it by, and its diagnosis.
 * @returns The wrong answers.
 */
export function replacing(
  target: string,
  answers: Record<string, [replacement: string, diagnosis: RegExp]>,
): WrongAnswer<never>[] {
  return Object.entries(answers).map(([name, [replacement, diagnosis]]) => ({
    name,
    replace: [target, replacement],
    diagnosis,
  }));
}

/**
 * Registers the tests that every exercise of a lesson must pass: the
 * placeholder counts as not started, the solution passes, and each wrong answer
 * gets its diagnosis.
 *
 * @param name The lesson's name in the catalog.
 * @param exercises What its `exercises.ts` exports.
 * @param wrongAnswers The wrong answers to each.
 */
export function testExercises(
  name: string,
  exercises: Exercise<unknown>[],
  wrongAnswers: WrongAnswers,
): void {
  const lesson = findLesson(lessons, name);
  forgiveWrongAnswers();
  testFiles(lesson, exercises);
  for (const exercise of exercises) {
    testGates(lesson, exercise, wrongAnswers[exercise.id] ?? []);
  }
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
    if (WRONG.test(stack) || !OWN_CODE.test(stack)) {
      event.preventDefault();
    }
  });
}

const WRONG = /\/wrong_answers\.ts|data:application\/typescript/;
const OWN_CODE = /\/(lib|tests|lessons)\//;

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

function testGates(
  lesson: Lesson,
  exercise: Exercise<unknown>,
  wrongAnswers: WrongAnswer<unknown>[],
): void {
  const { id } = exercise;
  Deno.test(`${id}: the placeholder counts as not started, and its check fails`, async () => {
    const url = pathToFileURL(fileOf(lesson, "placeholder.ts")).href;
    const { name } = exercisesOf(lesson).find((one) => one.id === id)!;
    const placeholder = (await import(url))[name];
    assert(isTodo(placeholder));
    await assertRejects(() => exercise.check(placeholder), CheckFailed);
  });

  Deno.test(`${id}: the solution passes`, async () => {
    await exercise.check(exercise.solution, { stallMs: 10_000 });
  });

  for (const wrong of sampleOf(wrongAnswers)) {
    Deno.test({
      name: `${id}: rejected: ${wrong.name}`,
      // Leaving things open is what some wrong answers do wrong.
      sanitizeOps: false,
      sanitizeResources: false,
      async fn() {
        const attempt = "attempt" in wrong
          ? wrong.attempt
          : await changedSolution(lesson, id, wrong.replace);
        const error = await assertRejects(
          () => exercise.check(attempt, { stallMs: 1000 }),
          CheckFailed,
        );
        assertMatch(error.message, wrong.diagnosis);
        assertStringIncludes(headingsOf(lesson).join("\n"), error.failure.read);
      },
    });
  }
}

/**
 * Loads a lesson's solution with one thing changed.
 *
 * @param lesson The lesson.
 * @param id The exercise whose section has the target.
 * @param replace The target, and what replaces it.
 * @returns The changed answer.
 */
async function changedSolution(
  lesson: Lesson,
  id: string,
  [target, replacement]: [target: string, replacement: string],
): Promise<unknown> {
  const source = await Deno.readTextFile(fileOf(lesson, "solution.ts"));
  const { head, sections } = splitSections(source);
  const section = sections.find((one) => one.id === id)!;
  const parts = section.text.split(target);
  assertEquals(
    parts.length - 1,
    1,
    `this must occur exactly once in ${id} of solution.ts: ${target}`,
  );
  const code = sections
    .map((one) => one === section ? parts.join(replacement) : one.text)
    .join("");
  const base = pathToFileURL(fileOf(lesson, "solution.ts"));
  const absolute = (head + code).replace(
    /(from ")(\.[^"]*)"/g,
    (_, from, path) => `${from}${new URL(path, base)}"`,
  );
  const url = `data:application/typescript,${encodeURIComponent(absolute)}`;
  return (await import(url))[section.name];
}

function headingsOf(lesson: Lesson): string[] {
  const readme = Deno.readTextFileSync(fileOf(lesson, "README.md"));
  return [...readme.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => heading);
}
