import { bold, dim } from "@std/fmt/colors";
import { padEndVisible, wrapText } from "../../../show/mod.ts";
import { fileOf, type Lesson } from "../../checker/catalog.ts";
import { checkAndRemember } from "../../checker/progress.ts";
import type { CommandContext } from "../command.ts";
import { parseCommandLine } from "../command_line.ts";
import { splitSections } from "../../checker/sections.ts";
import { findExercise } from "../targets.ts";
import { UsageError } from "../../checker/usage_error.ts";

/**
 * `deno task solution 3.1`: shows a good answer, and asks first if yours isn't
 * solved.
 */
export default async function solution(
  args: string[],
  io: CommandContext,
): Promise<number> {
  const { words, flags } = parseCommandLine(args, {
    usage: "deno task solution 3.1 [--compare] [--yes]",
    flags: ["yes", "compare"],
    words: [1, 1],
    noun: "exercise",
  });
  const { lesson, id } = findExercise(io.lessons, words[0]);
  if (flags.yes === 0) {
    // If the answer hangs, the check takes a while.
    if (io.output.isTerminal()) io.print(dim(`checking ${id} …`));
    const [{ verdict }] = await checkAndRemember(lesson, { ids: [id] });
    if (verdict.state !== "passed") {
      if (!agreed(id, io)) return 1;
      // The prompt leaves the cursor on its own line.
      io.print("");
    }
  }
  const ours = await sectionOf(lesson, "solution.ts", id);
  if (flags.compare > 0) {
    const yours = await sectionOf(lesson, "exercise.ts", id);
    io.print(...sideBySide(["yours", yours], ["ours", ours], io.width));
  } else {
    io.print(ours);
  }
  io.print("", dim(`the whole file: ${fileOf(lesson, "solution.ts")}`));
  return 0;
}

/** Returns the code of one exercise in a file, without its heading. */
async function sectionOf(
  lesson: Lesson,
  file: string,
  id: string,
): Promise<string> {
  const { sections } = splitSections(
    await Deno.readTextFile(fileOf(lesson, file)),
  );
  return sections.find((section) => section.id === id)?.text.trim() ??
    `(no section ${id})`;
}

/** The narrowest column that's easy to read. */
const MIN_COLUMN = 45;

/** Puts two texts side by side, or one below the other if there's no room. */
function sideBySide(
  [leftName, left]: [string, string],
  [rightName, right]: [string, string],
  width: number,
): string[] {
  const column = Math.floor((width - 3) / 2);
  if (column < MIN_COLUMN) {
    return [bold(leftName), left, "", bold(rightName), right];
  }
  // A line that's too long continues below, indented.
  const fold = (text: string) =>
    text.split("\n").flatMap((line) => {
      const indent = line.match(/^ */)![0];
      return wrapText(line.trimStart(), {
        width: column,
        firstIndent: indent,
        indent: `${indent}    `,
      });
    });
  const [a, b] = [[bold(leftName), ...fold(left)], [
    bold(rightName),
    ...fold(right),
  ]];
  return Array.from(
    { length: Math.max(a.length, b.length) },
    (_, i) =>
      `${padEndVisible(a[i] ?? "", column)} ${dim("│")} ${b[i] ?? ""}`
        .trimEnd(),
  );
}

function agreed(id: string, { input }: CommandContext): boolean {
  if (!input.isTerminal()) {
    throw new UsageError(
      `${id} is not solved: \`deno task solution ${id} --yes\` shows the ` +
        "solution anyway",
    );
  }
  return confirm(`${id} isn't solved yet. Show the solution anyway?`);
}
