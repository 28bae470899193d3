import { dim, green } from "@std/fmt/colors";
import { wrapText } from "../../show/mod.ts";
import type { CheckResult } from "../checker/checker.ts";
import { describeExercises } from "../checker/describe.ts";

/**
 * Formats what to do after a check: for a right answer, what was good about it
 * and what to read next; for a wrong one, how to get a hint.
 *
 * @param results The results of one lesson's exercises.
 * @param options `width`: the width, in columns.
 * @returns The lines; empty for exercises that haven't been started.
 */
export async function afterLines(
  results: CheckResult[],
  { width }: { width: number },
): Promise<string[]> {
  if (results.length === 0) return [];
  const exercises = await describeExercises(results[0].lesson);
  return results.flatMap(({ id, verdict }) => {
    const { passed, real, hints } = exercises.find((one) => one.id === id)!;
    if (verdict.state === "failed") {
      return ["", dim(`hint 1 of ${hints.length}: deno task hint ${id}`)];
    }
    if (verdict.state !== "passed" || passed === undefined) return [];
    const more = [[
      `deno task solution ${id} --compare`,
      "compares yours with ours",
    ]];
    if (real !== undefined) more.push([real, "is the workbook's own version"]);
    const column = Math.max(...more.map(([name]) => name.length));
    return [
      "",
      ...wrapText(green(`${id}: `) + passed, { width, indent: "  " }),
      ...more.map(([name, does]) => dim(`  ${name.padEnd(column)}  ${does}`)),
    ];
  });
}
