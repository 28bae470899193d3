import { bold, dim } from "@std/fmt/colors";
import { wrapText } from "../../show/mod.ts";
import type { ExerciseText } from "../checker/describe.ts";

/**
 * Formats the hints of an exercise.
 *
 * @param exercise The exercise.
 * @param options `count`: the number of hints to show. `byKey`: whether
 * the reader asks for each with a key, and so sees only the last of them.
 * `width`: the width, in columns.
 * @returns Lines: the title, the hints, and how to get more help.
 */
export function hintLines(
  { id, title, hints }: ExerciseText,
  { count, byKey = false, width }: {
    count: number;
    byKey?: boolean;
    width: number;
  },
): string[] {
  const shown = Math.min(count, hints.length);
  const lines = hints.slice(0, shown).flatMap((text, i) =>
    byKey && i < shown - 1
      ? []
      : ["", ...laidOut(`Hint ${i + 1} of ${hints.length}: `, text, width)]
  );
  const further = shown < hints.length
    ? byKey
      ? "press h again for the next hint"
      : `next hint: deno task hint ${id}${" --more".repeat(shown)}`
    : `that was the last hint; deno task solution ${id} shows an answer`;
  return [bold(`${id} ${title}`), ...lines, "", dim(further)];
}

/** Wraps prose, but doesn't change lines of code, which are indented. */
function laidOut(head: string, text: string, width: number): string[] {
  return text.split("\n").flatMap((line, i) =>
    line.startsWith("  ")
      ? [line]
      : wrapText((i === 0 ? head : "") + line, { width })
  );
}
