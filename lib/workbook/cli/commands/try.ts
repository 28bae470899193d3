import { dim, green, red } from "@std/fmt/colors";
import {
  fileOf,
  findLesson,
  folderOf,
  type Lesson,
  ROOT,
} from "../../checker/catalog.ts";
import {
  type Example,
  examplesIn,
  inCurrentFolder,
  joinExamples,
  socketFilesIn,
} from "../../checker/examples.ts";
import { onInterrupt, signalChild } from "../../checker/interrupted.ts";
import { sandboxArgs } from "../../checker/sandbox.ts";
import { temporaryFolder } from "../../checker/temporary_folder.ts";
import { repeated, UsageError } from "../../checker/usage_error.ts";
import type { CommandContext } from "../command.ts";
import { parseCommandLine } from "../command_line.ts";
import { Saves } from "../saves.ts";

/**
 * `deno task try 3 [2]`: copies a reading's examples, or one of them, to a
 * scratch file, and runs it in the sandbox each time you save it.
 */
export default async function tryExamples(
  args: string[],
  io: CommandContext,
): Promise<number> {
  const { words } = parseCommandLine(args, {
    usage: "deno task try 3 [2]",
    words: [1, 2],
    noun: "lesson",
  });
  const lesson = findLesson(io.lessons, words[0]);
  const examples = await chosenExamples(lesson, words[1]);
  const shown = `lessons/${folderOf(lesson)}/scratch.ts`;
  const text = inCurrentFolder(joinExamples(examples));
  const kept = await prepare(lesson, text, {
    overwrite: words.length > 1,
  });
  io.print(kept === undefined ? shown : `${shown}  ${dim(kept)}`);

  const interrupted = Promise.withResolvers<void>();
  using _ending = onInterrupt(() => interrupted.resolve());
  let stop = new AbortController();
  let running = run(lesson, stop.signal);
  // Without a terminal, there's no reader to edit the file.
  if (!io.input.isTerminal()) return await report(running, io);
  io.print(dim(
    "Edit the file and save it to run it again. Press Ctrl-C to " +
      "stop.",
  ));
  using _saves = new Saves(io.lessons, {
    file: "scratch.ts",
    onSave() {
      stop.abort();
      stop = new AbortController();
      const { signal } = stop;
      running = running.then(() => run(lesson, signal));
      report(running, io);
    },
    onPoll: () => {},
  });
  report(running, io);
  await interrupted.promise;
  stop.abort();
  await running;
  return 0;
}

async function chosenExamples(
  lesson: Lesson,
  number: string | undefined,
): Promise<Example[]> {
  const all = examplesIn(await Deno.readTextFile(fileOf(lesson, "README.md")));
  if (all.length === 0) {
    throw new UsageError(`lesson ${lesson.number} has no examples to try`);
  }
  if (number === undefined) return all;
  const chosen = /^\d+$/.test(number) ? all[Number(number) - 1] : undefined;
  if (chosen !== undefined) return [chosen];
  throw new UsageError(
    `no example ${repeated(number)}: lesson ${lesson.number} has 1 to ` +
      `${all.length}`,
  );
}

/**
 * Writes the scratch file. If the learner has changed it, leaves it as it is,
 * or renames it to a backup before it's overwritten.
 */
async function prepare(
  lesson: Lesson,
  text: string,
  { overwrite }: { overwrite: boolean },
): Promise<string | undefined> {
  const file = fileOf(lesson, "scratch.ts");
  let yours: string;
  try {
    yours = await Deno.readTextFile(file);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    await Deno.writeTextFile(file, text);
    return undefined;
  }
  if (yours === text) return undefined;
  if (!overwrite) return "has your earlier changes; delete it to start over";
  const time = new Date().toISOString().slice(0, 19).replaceAll(":", "-");
  const backup = `scratch.${time}.bak`;
  await Deno.rename(file, fileOf(lesson, backup));
  await Deno.writeTextFile(file, text);
  return `your code is saved in lessons/${folderOf(lesson)}/${backup}`;
}

/** Runs the scratch file in the sandbox, and returns its exit status. */
async function run(
  lesson: Lesson,
  signal: AbortSignal,
): Promise<number | undefined> {
  if (signal.aborted) return undefined;
  await using folder = await temporaryFolder();
  const source = await Deno.readTextFile(fileOf(lesson, "scratch.ts"));
  const child = new Deno.Command(Deno.execPath(), {
    args: sandboxArgs(fileOf(lesson, "scratch.ts"), {
      folder: folder.path,
      socketFiles: socketFilesIn(source, lesson.socketFiles),
      read: [ROOT],
    }),
    cwd: folder.path,
    stdin: "null",
  }).spawn();
  const kill = () => signalChild(child, "SIGKILL");
  signal.addEventListener("abort", kill);
  if (signal.aborted) kill();
  const { code } = await child.status;
  return signal.aborted ? undefined : code;
}

/** Formats how a run ended. */
async function report(
  running: Promise<number | undefined>,
  io: CommandContext,
): Promise<number> {
  const code = await running;
  if (code === undefined) return 0;
  io.print(
    code === 0
      ? `${green("✓")} it ran to the end: every assertion holds`
      : `${red("✗")} it ended with exit code ${code}`,
  );
  return code === 0 ? 0 : 1;
}
