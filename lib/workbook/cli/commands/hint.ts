import { bold, dim } from "@std/fmt/colors";
import { wrapText } from "../../../show/mod.ts";
import type { CommandContext } from "../command.ts";
import { parseCommandLine } from "../command_line.ts";
import { describeExercises } from "../../checker/describe.ts";
import { findExercise } from "../targets.ts";

/** `deno task hint 3.1`: a first hint, and further ones when asked for. */
export default async function hint(
  args: string[],
  io: CommandContext,
): Promise<number> {
  const { words, flags } = parseCommandLine(args, {
    usage: "deno task hint 3.1 [--more [--more …] | --all]",
    flags: ["more", "all"],
    words: [1, 1],
    noun: "exercise",
  });
  const { lesson, id } = findExercise(io.lessons, words[0]);
  const exercises = await describeExercises(lesson);
  const { title, hints } = exercises.find((one) => one.id === id)!;
  const shown = flags.all > 0
    ? hints
    : hints.slice(0, Math.min(flags.more + 1, hints.length));

  io.print(bold(`${id} ${title}`));
  for (const [i, text] of shown.entries()) {
    io.print("", ...hintLines(`Hint ${i + 1} of ${hints.length}: `, text, io));
  }
  const further = shown.length < hints.length
    ? `next hint: deno task hint ${id}${" --more".repeat(shown.length)}`
    : `that was the last hint; deno task solution ${id} shows an answer`;
  io.print("", dim(further));
  return 0;
}

/** Prose is wrapped; lines of code, which are indented, stay as they are. */
function hintLines(head: string, text: string, io: CommandContext): string[] {
  return text.split("\n").flatMap((line, i) =>
    line.startsWith("  ")
      ? [line]
      : wrapText((i === 0 ? head : "") + line, { width: io.width })
  );
}
