import { renderMarkdown } from "../../../show/mod.ts";
import { fileOf, findLesson } from "../../checker/catalog.ts";
import type { CommandContext } from "../command.ts";
import { page } from "../pager.ts";
import { parseCommandLine } from "../command_line.ts";

/** `deno task read 3`: shows the lesson's reading in the terminal. */
export default async function read(
  args: string[],
  io: CommandContext,
): Promise<number> {
  const { words, flags } = parseCommandLine(args, {
    usage: "deno task read 3 [--no-pager]",
    flags: ["no-pager"],
    words: [1, 1],
    noun: "lesson",
  });
  const lesson = findLesson(io.lessons, words[0]);
  const source = await Deno.readTextFile(fileOf(lesson, "README.md"));
  const text = renderMarkdown(source, io).trimEnd();
  const paged = io.output.isTerminal() && flags["no-pager"] === 0 &&
    await page(`${text}\n`);
  if (!paged) io.print(text);
  return 0;
}
