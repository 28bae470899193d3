import { pathToFileURL } from "node:url";
import type { Exercise } from "../kit/exercise.ts";
import { fileOf, type Lesson } from "./catalog.ts";
import { splitSections } from "./sections.ts";

/** An exercise and its task. */
export interface ExerciseText extends Exercise<unknown> {
  /** The task, as Markdown: the comment above its placeholder. */
  task: string;
}

/**
 * Loads a lesson's exercises, and their tasks from its placeholder file,
 * without loading any of the learner's code.
 *
 * @param lesson The lesson.
 * @returns Its exercises, in order.
 */
export async function describeExercises(
  lesson: Lesson,
): Promise<ExerciseText[]> {
  const url = pathToFileURL(fileOf(lesson, "exercises.ts")).href;
  const { exercises } = await import(url) as {
    exercises: Exercise<unknown>[];
  };
  const source = await Deno.readTextFile(fileOf(lesson, "placeholder.ts"));
  const { sections } = splitSections(source);
  return exercises.map((exercise) => {
    const section = sections.find(({ id }) => id === exercise.id);
    return { ...exercise, task: taskOf(section?.text ?? "") };
  });
}

/**
 * Extracts the task from an exercise's section.
 *
 * @param section The section's text, from the placeholder file.
 * @returns The text of its last doc comment, or an empty string.
 *
 * @example The comment's text
 * ```ts
 * import { taskOf } from "./describe.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const section = "/**\n * Returns twice `n`.\n *\n * - 0 is 0.\n *\u002f\n";
 * assertEquals(taskOf(section), "Returns twice `n`.\n\n- 0 is 0.");
 * ```
 */
export function taskOf(section: string): string {
  const comment = [...section.matchAll(/\/\*\*([^]*?)\*\//g)].at(-1)?.[1] ?? "";
  return comment.replace(/^ *\* ?/gm, "").replace(/^\s*\n/, "").trimEnd();
}
