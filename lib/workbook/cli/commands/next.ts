import { bold, dim, green } from "@std/fmt/colors";
import { renderMarkdown } from "../../../show/mod.ts";
import type { CommandContext } from "../command.ts";
import { folderOf } from "../../checker/catalog.ts";
import type { CheckResult } from "../../checker/checker.ts";
import { parseCommandLine } from "../command_line.ts";
import { describeExercises } from "../../checker/describe.ts";
import { findNext } from "../../checker/progress.ts";
import { type ReportOptions, summaryLine } from "../../checker/report.ts";

/** `deno task next`: shows the first unsolved exercise, and what to do. */
export default async function next(
  args: string[],
  io: CommandContext,
): Promise<number> {
  parseCommandLine(args, { usage: "deno task next", words: [0, 0] });
  io.print(...await nextLines(await findNext(io.lessons), io));
  return 0;
}

/**
 * Formats what to do next.
 *
 * @param open The first unsolved exercise, if any is left.
 * @param options The width and the styles.
 * @returns The lines: its state, its task, and the commands for it.
 */
export async function nextLines(
  open: CheckResult | undefined,
  { width, paint }: Required<ReportOptions>,
): Promise<string[]> {
  if (open === undefined) return [green("You've solved every exercise.")];
  const { lesson, id } = open;
  const exercises = await describeExercises(lesson);
  const { title, task } = exercises.find((one) => one.id === id)!;
  const commands = [
    [`lessons/${folderOf(lesson)}/exercise.ts`, "is the file to edit"],
    [`deno task read ${lesson.number}`, "explains it"],
    [`deno task check ${id}`, "checks your answer"],
    [`deno task hint ${id}`, "helps"],
  ];
  const column = Math.max(...commands.map(([command]) => command.length));
  return [
    summaryLine(open, { paint }),
    "",
    bold(title),
    renderMarkdown(task, { width }).trimEnd(),
    "",
    ...commands.map(([command, does]) =>
      `  ${command.padEnd(column)}  ${dim(does)}`
    ),
  ];
}
