import { fileOf, type Lesson } from "../checker/catalog.ts";
import { splitSections } from "../checker/sections.ts";

/**
 * Finds the exercises that a save changed.
 *
 * @param before The file's text before.
 * @param after The file's text now.
 * @returns The IDs of the exercises whose sections changed, or `undefined` (for
 * all exercises) if only the head of the file changed.
 */
export function changedExercises(
  before: string,
  after: string,
): string[] | undefined {
  const old = splitSections(before).sections.map(({ text }) => text);
  const changed = splitSections(after).sections
    .filter(({ text }) => !old.includes(text))
    .map(({ id }) => id);
  return changed.length > 0 ? changed : undefined;
}

/**
 * Reads a learner's file.
 *
 * @param lesson The lesson.
 * @returns The text, or `undefined` if the file is missing or can't be read
 * right now. In that case, the next save will be handled.
 */
export function readAnswers(lesson: Lesson): string | undefined {
  try {
    return Deno.readTextFileSync(fileOf(lesson, "exercise.ts"));
  } catch {
    return undefined;
  }
}
