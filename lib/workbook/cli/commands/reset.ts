import { Buffer } from "node:buffer";
import { fitMessage } from "../../../show/terminal.ts";
import { fileOf, folderOf, type Lesson } from "../../checker/catalog.ts";
import type { CommandContext } from "../command.ts";
import { parseCommandLine } from "../command_line.ts";
import { replaceSection, splitSections } from "../../checker/sections.ts";
import { findTarget } from "../targets.ts";

/** `deno task reset 3.1`: restores the placeholder, and backs up your code. */
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
  const file = await realPathOf(fileOf(lesson, "exercise.ts"));
  const yours = await readIfThere(file);
  const placeholder = toText(
    await Deno.readFile(fileOf(lesson, "placeholder.ts")),
  );
  const fresh = id === undefined || yours === undefined
    ? placeholder
    : withoutAnswer(yours, placeholder, id);
  const shown = `lessons/${folderOf(lesson)}/exercise.ts`;
  if (fresh === undefined) {
    say(
      `${shown} doesn't have exactly one heading \`// ---- ${id} … ----\`, so ` +
        `${id} alone can't be reset: \`deno task reset ${lesson.number}\` ` +
        "resets the whole file",
    );
    return 1;
  }
  if (fresh === yours) {
    say(`you haven't changed ${words[0]}: nothing to reset`);
    return 0;
  }
  const kept = yours === undefined
    ? "the file was missing"
    : `your code is saved in ${await backUp(lesson)}`;
  await replaceFile(file, toBytes(fresh));
  say(`${words[0]} is reset; ${kept}`);
  return 0;
}

// A learner's file may contain any bytes. Latin-1 preserves all of them, and
// the headings are ASCII.
function toText(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("latin1");
}

function toBytes(text: string): Uint8Array {
  return Buffer.from(text, "latin1");
}

/** Follows a symbolic link to its file, so that the link isn't replaced. */
async function realPathOf(file: string): Promise<string> {
  try {
    return await Deno.realPath(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return file;
    throw error;
  }
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return toText(await Deno.readFile(file));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Replaces a file all at once, so that it's never half-written. */
async function replaceFile(file: string, bytes: Uint8Array): Promise<void> {
  const fresh = `${file}.new`;
  try {
    await Deno.writeFile(fresh, bytes);
    await Deno.rename(fresh, file);
  } catch (error) {
    await Deno.remove(fresh).catch(() => {});
    throw error;
  }
}

/** Returns the learner's file with one section reset. */
function withoutAnswer(
  yours: string,
  placeholder: string,
  id: string,
): string | undefined {
  // Use the line ending that most lines of the file have.
  const count = (ending: string) => yours.split(ending).length - 1;
  const own = 2 * count("\r\n") > count("\n")
    ? placeholder.replaceAll(/\r?\n/g, "\r\n")
    : placeholder;
  const { head, sections } = splitSections(own);
  const section = sections.find((one) => one.id === id)!;
  const fresh = replaceSection(yours, section);
  // After solving everything, the learner may have removed this import.
  const needed = head.match(/^import .*\btodo\b.*\n/m)?.[0] ?? "";
  return fresh === undefined || /^import\b[^;]*\btodo\b/m.test(yours)
    ? fresh
    : needed + fresh;
}

/** Copies the file, byte for byte, to an unused name. */
async function backUp(lesson: Lesson): Promise<string> {
  const yours = await Deno.readFile(fileOf(lesson, "exercise.ts"));
  const time = new Date().toISOString().slice(0, 19).replaceAll(":", "-");
  for (let n = 1;; n++) {
    const name = `exercise.${time}${n === 1 ? "" : `.${n}`}.bak`;
    try {
      await Deno.writeFile(fileOf(lesson, name), yours, { createNew: true });
      return `lessons/${folderOf(lesson)}/${name}`;
    } catch (error) {
      if (error instanceof Deno.errors.AlreadyExists) continue;
      // On a full disk, only part of the file is written.
      await Deno.remove(fileOf(lesson, name)).catch(() => {});
      throw error;
    }
  }
}
