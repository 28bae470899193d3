import { isTodo } from "../kit/todo.ts";

/** The state of an answer before its check runs. */
export type Answer =
  | { state: "not started" }
  | { state: "started"; attempt: unknown }
  | { state: "broken"; error: unknown };

/**
 * Loads a learner's answers, even from a file that can't be loaded.
 *
 * @param load Imports the learner's `exercise.ts`.
 * @returns A function that finds an answer by the name it's exported under. If
 * the file can't be loaded, every answer is broken, with the error.
 *
 * @example A started answer, a placeholder, and a missing export
 * ```ts
 * import { loadAnswers } from "./answers.ts";
 * import { todo } from "../kit/todo.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const file = { echo: () => {}, exchange: todo("3.2 exchange") };
 * const answerTo = await loadAnswers(() => Promise.resolve(file));
 * assertEquals(
 *   ["echo", "exchange", "reply"].map((name) => answerTo(name).state),
 *   ["started", "not started", "broken"],
 * );
 * ```
 */
export async function loadAnswers(
  load: () => Promise<object>,
): Promise<(name: string) => Answer> {
  let exports: object;
  try {
    exports = await load();
  } catch (error) {
    return () => ({ state: "broken", error });
  }
  return (name) => {
    if (!(name in exports)) {
      const error = new Error(`exercise.ts doesn't export ${name}`);
      return { state: "broken", error };
    }
    const attempt = exports[name as keyof typeof exports];
    return isTodo(attempt)
      ? { state: "not started" }
      : { state: "started", attempt };
  };
}
