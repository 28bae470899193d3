import { fitMessage } from "../../../show/terminal.ts";
import { fileOf, folderOf, type Lesson } from "../../checker/catalog.ts";
import type { CommandContext } from "../command.ts";
import { parseCommandLine } from "../command_line.ts";
import { replaceSection, splitSections } from "../../checker/sections.ts";
import { findTarget } from "../targets.ts";

/** `deno task reset 3.1`: the placeholder again; your text is kept beside it. */
export default async function reset(
  args: string[],
  io: CommandContext,
): Promise<number> {
  const { words } = parseCommandLine(args, {
    usage: "deno task reset 3.1 (or 3, for the whole lesson)",
    words: [1, 1],
    noun: "exercise",
  });
  const { lesson, id } = findTarget(io.lessons, words[0]);
  const say = (message: string) =>
    io.print(fitMessage(message, io.width, io.output));
  const file = fileOf(lesson, "exercise.ts");
  const yours = await readIfThere(file);
  const placeholder = await Deno.readTextFile(fileOf(lesson, "placeholder.ts"));
  const fresh = id === undefined || yours === undefined
    ? placeholder
    : withoutAnswer(yours, placeholder, id);
  const shown = `lessons/${folderOf(lesson)}/exercise.ts`;
  if (fresh === undefined) {
    say(
      `${shown} has not just one heading \`// ---- ${id} … ----\`, so ${id} ` +
        `alone cannot be reset: \`deno task reset ${lesson.number}\` resets ` +
        "the whole file",
    );
    return 1;
  }
  if (fresh === yours) {
    say(`${words[0]} is as it was in the beginning: nothing to reset`);
    return 0;
  }
  const kept = yours === undefined
    ? "the file was not there"
    : `what you had is in ${await backUp(lesson)}`;
  // A rename is all or nothing: the file is never half-written.
  await Deno.writeTextFile(`${file}.new`, fresh);
  await Deno.rename(`${file}.new`, file);
  say(`${words[0]} is reset; ${kept}`);
  return 0;
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** The learner's file with one section as it was in the beginning. */
function withoutAnswer(
  yours: string,
  placeholder: string,
  id: string,
): string | undefined {
  const { head, sections } = splitSections(placeholder);
  const section = sections.find((one) => one.id === id)!;
  const fresh = replaceSection(yours, section);
  // Whoever has solved all may have removed the import of todo as unused.
  const needed = head.match(/^import .*\btodo\b.*\n/m)?.[0] ?? "";
  return fresh === undefined || /^import\b[^;]*\btodo\b/m.test(yours)
    ? fresh
    : needed + fresh;
}

/** Copies the file, byte for byte, to a name that is not taken. */
async function backUp(lesson: Lesson): Promise<string> {
  const yours = await Deno.readFile(fileOf(lesson, "exercise.ts"));
  const time = new Date().toISOString().slice(0, 19).replaceAll(":", "-");
  for (let n = 1;; n++) {
    const name = `exercise.${time}${n === 1 ? "" : `.${n}`}.bak`;
    try {
      await Deno.writeFile(fileOf(lesson, name), yours, { createNew: true });
      return `lessons/${folderOf(lesson)}/${name}`;
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    }
  }
}
