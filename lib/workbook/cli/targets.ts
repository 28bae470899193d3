import { findLesson, type Lesson } from "../checker/catalog.ts";
import { exercisesOf } from "../checker/checker.ts";
import { UsageError } from "../checker/usage_error.ts";

/** A lesson, and possibly one of its exercises. */
export interface Target {
  lesson: Lesson;
  /** The exercise's id, `3.1`, or `undefined` for the whole lesson. */
  id?: string;
}

/**
 * Finds the lesson or exercise for `3`, `echo`, or `3.1`.
 *
 * @param lessons The catalog.
 * @param text The argument.
 * @returns The lesson, and the exercise if the argument names one.
 * @throws {UsageError} If there is no such lesson or exercise.
 */
export function findTarget(lessons: Lesson[], text: string): Target {
  const match = text.match(/^(\d+)\.(\d+)$/);
  if (match === null) return { lesson: findLesson(lessons, text) };
  const lesson = findLesson(lessons, match[1]);
  const id = `${lesson.number}.${Number(match[2])}`;
  const ids = exercisesOf(lesson).map((exercise) => exercise.id);
  if (ids.includes(id)) return { lesson, id };
  throw new UsageError(
    `no exercise ${text}: lesson ${lesson.number} has ${list(ids, "and")}`,
  );
}

/**
 * Finds one exercise.
 *
 * @param lessons The catalog.
 * @param text The argument, such as `3.1`.
 * @returns The exercise's lesson and ID.
 * @throws {UsageError} If the argument names a lesson, or there is no such
 * exercise.
 */
export function findExercise(
  lessons: Lesson[],
  text: string,
): Required<Target> {
  const { lesson, id } = findTarget(lessons, text);
  if (id !== undefined) return { lesson, id };
  const ids = exercisesOf(lesson).map((exercise) => exercise.id);
  throw new UsageError(
    `${text} is a lesson: name one of its exercises, ${list(ids, "or")}`,
  );
}

function list(ids: string[], word: "and" | "or"): string {
  const type = word === "and" ? "conjunction" : "disjunction";
  return new Intl.ListFormat("en-GB", { type }).format(ids);
}
