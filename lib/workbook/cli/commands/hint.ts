import { describeExercises } from "../../checker/describe.ts";
import type { CommandContext } from "../command.ts";
import { parseCommandLine } from "../command_line.ts";
import { hintLines } from "../hints.ts";
import { findExercise } from "../targets.ts";

/** `deno task hint 3.1`: shows the first hint, or more on request. */
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
  const count = flags.all > 0 ? Infinity : flags.more + 1;
  const exercise = exercises.find((one) => one.id === id)!;
  io.print(...hintLines(exercise, { count, width: io.width }));
  return 0;
}
