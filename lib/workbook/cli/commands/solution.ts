import { dim } from "@std/fmt/colors";
import { fileOf } from "../../checker/catalog.ts";
import { checkAndRemember } from "../../checker/progress.ts";
import type { CommandContext } from "../command.ts";
import { parseCommandLine } from "../command_line.ts";
import { splitSections } from "../../checker/sections.ts";
import { findExercise } from "../targets.ts";
import { UsageError } from "../../checker/usage_error.ts";

/** `deno task solution 3.1`: a good answer; asks first if yours is not one. */
export default async function solution(
  args: string[],
  io: CommandContext,
): Promise<number> {
  const { words, flags } = parseCommandLine(args, {
    usage: "deno task solution 3.1 [--yes]",
    flags: ["yes"],
    words: [1, 1],
    noun: "exercise",
  });
  const { lesson, id } = findExercise(io.lessons, words[0]);
  if (flags.yes === 0) {
    // An answer that hangs takes its time to be found out.
    if (io.output.isTerminal()) io.print(dim(`checking ${id} …`));
    const [{ verdict }] = await checkAndRemember(lesson, { ids: [id] });
    if (verdict.state !== "passed") {
      if (!agreed(id, io)) return 1;
      // The prompt leaves the cursor behind the answer to it.
      io.print("");
    }
  }
  const source = await Deno.readTextFile(fileOf(lesson, "solution.ts"));
  const { sections } = splitSections(source);
  io.print(sections.find((section) => section.id === id)!.text.trimEnd());
  io.print("", dim(`the whole file: ${fileOf(lesson, "solution.ts")}`));
  return 0;
}

function agreed(id: string, { input }: CommandContext): boolean {
  if (!input.isTerminal()) {
    throw new UsageError(
      `${id} is not solved: \`deno task solution ${id} --yes\` shows the ` +
        "solution all the same",
    );
  }
  return confirm(`${id} is not solved yet. Show the solution all the same?`);
}
