import { renderMarkdown } from "../../../show/mod.ts";
import { fileOf, findLesson } from "../../checker/catalog.ts";
import type { CommandContext } from "../command.ts";
import { parseCommandLine } from "../command_line.ts";

/** `deno task read 3`: the lesson's text, in the terminal. */
export default async function read(
  args: string[],
  io: CommandContext,
): Promise<number> {
  const { words } = parseCommandLine(args, {
    usage: "deno task read 3",
    words: [1, 1],
    noun: "lesson",
  });
  const lesson = findLesson(io.lessons, words[0]);
  const source = await Deno.readTextFile(fileOf(lesson, "README.md"));
  io.print(renderMarkdown(source, io).trimEnd());
  return 0;
}
