import { fileOf, type Lesson } from "./catalog.ts";
import {
  type CheckOutcome,
  runCheck,
  type RunCheckOptions,
} from "./run_check.ts";
import { splitSections } from "./sections.ts";
import type { TypeErrors } from "./type_check.ts";

/** The result of checking one exercise. */
export interface CheckResult extends CheckOutcome {
  lesson: Lesson;
  /** The exercise's id: `3.1`. */
  id: string;
  /** The name of the learner's function or class, such as `echo`. */
  name: string;
  /** The compiler's errors, one per line, if types were checked. */
  typeErrors?: string[];
}

/** Options for checking a lesson's exercises. */
export interface CheckLessonOptions extends RunCheckOptions {
  /**
   * The exercises to check, by id.
   *
   * @default all of the lesson
   */
  ids?: string[];
  /**
   * The compiler's errors: `checkTypes([lesson])`.
   *
   * @default types aren't checked
   */
  types?: Promise<TypeErrors>;
}

const NOT_STARTED: CheckOutcome = {
  verdict: { state: "not started" },
  printed: "",
};

/**
 * Lists the exercises of a lesson, by the headings of its placeholder file.
 *
 * @param lesson The lesson.
 * @returns Their ids and names, in order, without loading any code.
 */
export function exercisesOf(lesson: Lesson): { id: string; name: string }[] {
  const source = Deno.readTextFileSync(fileOf(lesson, "placeholder.ts"));
  return splitSections(source).sections;
}

/**
 * Checks the answers of one lesson, each in its own child process, so that one
 * can't affect the next.
 *
 * @param lesson The lesson.
 * @param options The exercises to check, and the limits.
 * @returns One result for each requested exercise, in order.
 * @throws {Interrupted} If a signal ends it, or the reason of `options.signal`.
 */
export async function checkLesson(
  lesson: Lesson,
  options: CheckLessonOptions = {},
): Promise<CheckResult[]> {
  const all = exercisesOf(lesson);
  const asked = all.filter(({ id }) => options.ids?.includes(id) ?? true);
  const touched = isTouched(lesson);
  const results: CheckResult[] = [];
  for (const { id, name } of asked) {
    const outcome = touched
      ? await runCheck(lesson, { id, name }, options)
      : NOT_STARTED;
    results.push({ lesson, id, name, ...outcome });
    // Another child process would fail in the same way.
    if (outcome.ended === "loading") {
      const rest = asked.slice(results.length);
      results.push(...rest.map((one) => ({ lesson, ...one, ...outcome })));
      break;
    }
  }
  const types = await options.types;
  return results.map((result) => ({
    ...result,
    typeErrors: types?.get(result.id),
  }));
}

/**
 * Lists the exercises of a lesson that the learner has started (their
 * placeholders are gone), without running any code.
 *
 * @param lesson The lesson.
 * @returns Their ids, in order.
 */
export function startedExercises(lesson: Lesson): string[] {
  const ids = exercisesOf(lesson).map(({ id }) => id);
  if (!isTouched(lesson)) return [];
  let answers: string;
  try {
    answers = Deno.readTextFileSync(fileOf(lesson, "exercise.ts"));
  } catch {
    // The report will say why the file can't be read.
    return ids;
  }
  return ids.filter((id) =>
    !new RegExp(`^[^/*]*\\btodo\\(\\s*"${id} `, "m").test(answers)
  );
}

/**
 * Returns whether the learner has changed anything, without running any code.
 *
 * @param lesson The lesson.
 * @returns Whether `exercise.ts` differs from the placeholder.
 */
export function isTouched(lesson: Lesson): boolean {
  const placeholder = Deno.readTextFileSync(fileOf(lesson, "placeholder.ts"));
  try {
    return Deno.readTextFileSync(fileOf(lesson, "exercise.ts")) !== placeholder;
  } catch {
    // Loading the file will report that it's missing or can't be read.
    return true;
  }
}
