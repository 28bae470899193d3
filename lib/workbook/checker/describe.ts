import { pathToFileURL } from "node:url";
import { skipAttempts } from "./attempts.ts";
import { fileOf, type Lesson } from "./catalog.ts";
import type { Exercise } from "../kit/exercise.ts";

/**
 * Loads a lesson's exercises for their words: titles, tasks and hints.
 *
 * None of the learner's code is loaded, so this works whatever state it is in.
 *
 * @param lesson The lesson.
 * @returns Its exercises; their attempts are not to be used.
 */
export async function describeExercises(
  lesson: Lesson,
): Promise<Exercise<unknown>[]> {
  skipAttempts();
  const url = pathToFileURL(fileOf(lesson, "checks.ts")).href;
  return (await import(url)).exercises;
}
