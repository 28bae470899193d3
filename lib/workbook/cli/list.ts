import { bold, dim, green, red } from "@std/fmt/colors";
import type { Lesson } from "../checker/catalog.ts";
import type { CheckResult } from "../checker/checker.ts";

/**
 * Lists the lessons by part, with the state of each exercise.
 *
 * @param lessons The catalog.
 * @param results The results of all exercises.
 * @returns Lines.
 */
export function listLines(lessons: Lesson[], results: CheckResult[]): string[] {
  const marks = {
    "passed": green("✓"),
    "failed": red("✗"),
    "broken": red("✗"),
    "not started": dim("·"),
  };
  const column = Math.max(...lessons.map(({ title }) => title.length)) + 2;
  const lines = lessons.flatMap((lesson, i) => {
    const exercises = results
      .filter((result) => result.lesson === lesson)
      .map(({ id, verdict }) => `${id} ${marks[verdict.state]}`);
    return [
      ...(lesson.part === lessons[i - 1]?.part ? [] : ["", bold(lesson.part)]),
      `  ${String(lesson.number).padStart(2)}  ${lesson.title.padEnd(column)}` +
      exercises.join("  "),
    ];
  });
  const solved = results.filter(({ verdict }) => verdict.state === "passed");
  return [
    ...lines.slice(1),
    "",
    `${marks.passed} solved  ${marks.failed} not right yet  ` +
    `${marks["not started"]} not started    ` +
    `${solved.length} of ${results.length} solved`,
    dim("run one: deno task lesson 1    what to do next: deno task next"),
  ];
}
