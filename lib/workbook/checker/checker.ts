import { fileOf, type Lesson } from "./catalog.ts";
import {
  type CheckOutcome,
  runCheck,
  type RunCheckOptions,
} from "./run_check.ts";
import { splitSections } from "./sections.ts";
import type { TypeErrors } from "./type_check.ts";

/** How one exercise came out. */
export interface CheckResult extends CheckOutcome {
  lesson: Lesson;
  /** `3.1` */
  id: string;
  /** The name of what the learner writes: `echo`. */
  name: string;
  /** What the compiler says of it, if it was asked: one line for each error. */
  typeErrors?: string[];
}

/** How a lesson's exercises are checked. */
export interface CheckLessonOptions extends RunCheckOptions {
  /**
   * The exercises to check, by id.
   *
   * @default all of the lesson
   */
  ids?: string[];
  /**
   * What the compiler says, as soon as it says it: `checkTypes([lesson])`.
   *
   * @default types are not checked
   */
  types?: Promise<TypeErrors>;
}

const NOT_STARTED: CheckOutcome = {
  verdict: { state: "not started" },
  printed: "",
};

/**
 * The exercises of a lesson, by the headings of its placeholder file.
 *
 * @param lesson The lesson.
 * @returns Their ids and names, in order, without loading any code.
 */
export function exercisesOf(lesson: Lesson): { id: string; name: string }[] {
  const source = Deno.readTextFileSync(fileOf(lesson, "placeholder.ts"));
  return splitSections(source).sections;
}

/**
 * Checks the answers of one lesson, each in a child process of its own: what one
 * leaves behind can't harm the next.
 *
 * @param lesson The lesson.
 * @param options Which exercises, and the limits.
 * @returns One result for each exercise that was asked for, in order.
 * @throws {Interrupted} If a signal ends it; with `options.signal`, what that
 * was aborted with.
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
    // Another child would come no further with the same file.
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
 * The exercises of a lesson that the learner has started: their placeholder is
 * gone. No code is run.
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
    // The report says why it can't be read.
    return ids;
  }
  return ids.filter((id) =>
    !new RegExp(`^[^/*]*\\btodo\\(\\s*"${id} `, "m").test(answers)
  );
}

/**
 * Says whether the learner has written anything, without running any code.
 *
 * @param lesson The lesson.
 * @returns Whether `exercise.ts` differs from the placeholder.
 */
export function isTouched(lesson: Lesson): boolean {
  const placeholder = Deno.readTextFileSync(fileOf(lesson, "placeholder.ts"));
  try {
    return Deno.readTextFileSync(fileOf(lesson, "exercise.ts")) !== placeholder;
  } catch {
    // That it is missing, or cannot be read, is said where it is loaded.
    return true;
  }
}
