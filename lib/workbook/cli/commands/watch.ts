import { join } from "node:path";
import { fileOf, type Lesson, ROOT } from "../../checker/catalog.ts";
import type { CommandContext } from "../command.ts";
import { parseCommandLine } from "../command_line.ts";
import { onInterrupt } from "../../checker/interrupted.ts";
import { checkAndRemember, findNext } from "../../checker/progress.ts";
import { resultLines } from "../../checker/report.ts";
import { checkTypes } from "../../checker/type_check.ts";
import { splitSections } from "../../checker/sections.ts";
import { nextLines } from "./next.ts";

/** How long to wait for the rest of a save, in milliseconds. */
const SETTLE_MS = 50;

/** `deno task watch`: checks each exercise as it is saved, until Ctrl-C. */
export default async function watch(
  args: string[],
  io: CommandContext,
): Promise<number> {
  parseCommandLine(args, { usage: "deno task watch", words: [0, 0] });
  const seen = new Map<Lesson, string>();
  for (const lesson of io.lessons) seen.set(lesson, readAnswers(lesson) ?? "");

  using watcher = Deno.watchFs(join(ROOT, "lessons"));
  using _ending = onInterrupt(() => watcher.close());
  io.print("Save an exercise.ts to have it checked; Ctrl-C ends.");

  let checking: Promise<void> | undefined;
  let outdated = new AbortController();
  let settled: ReturnType<typeof setTimeout> | undefined;
  async function startOver(): Promise<void> {
    // What was saved now makes the check under way pointless.
    outdated.abort();
    await checking;
    outdated = new AbortController();
    checking = checkSaved(seen, io, outdated.signal);
    await checking;
  }
  for await (const { paths } of watcher) {
    if (!paths.some((path) => path.endsWith("exercise.ts"))) continue;
    clearTimeout(settled);
    settled = setTimeout(startOver, SETTLE_MS);
  }
  clearTimeout(settled);
  outdated.abort();
  await checking;
  return 0;
}

/** Checks the exercises whose text is not what it was. */
async function checkSaved(
  seen: Map<Lesson, string>,
  io: CommandContext,
  signal: AbortSignal,
): Promise<void> {
  for (const lesson of io.lessons) {
    const text = readAnswers(lesson);
    const before = seen.get(lesson)!;
    // Some editors remove the file and write it anew: it will be back.
    if (text === undefined || text === before) continue;
    try {
      const results = await checkAndRemember(lesson, {
        ids: changedExercises(before, text),
        types: checkTypes([lesson]),
        signal,
      });
      io.print("", ...resultLines(results, io));
      seen.set(lesson, text);
      if (results.every(({ verdict }) => verdict.state === "passed")) {
        // Whoever works at lesson 3 goes on there, whatever was left out before.
        const next = await findNext(io.lessons, { from: lesson, signal });
        io.print("", "Next:", "", ...await nextLines(next, io));
      }
    } catch (error) {
      if (!signal.aborted) throw error;
      return;
    }
  }
}

/** The exercises whose section is new; all of them if only the head is. */
function changedExercises(before: string, after: string): string[] | undefined {
  const old = splitSections(before).sections.map(({ text }) => text);
  const changed = splitSections(after).sections
    .filter(({ text }) => !old.includes(text))
    .map(({ id }) => id);
  return changed.length > 0 ? changed : undefined;
}

function readAnswers(lesson: Lesson): string | undefined {
  try {
    return Deno.readTextFileSync(fileOf(lesson, "exercise.ts"));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
