/**
 * `deno task mutate [3 | 3.1 …]`: changes each solution in every small way that
 * it can think of, checks each change as an answer, and lists those that pass
 * though nothing says that they may. It takes about half an hour for all.
 *
 * @module
 */
import { lessons } from "../../lessons/mod.ts";
import {
  fileOf,
  folderOf,
  type Lesson,
} from "../../lib/workbook/checker/catalog.ts";
import { splitSections } from "../../lib/workbook/checker/sections.ts";
import { findTarget } from "../../lib/workbook/cli/targets.ts";
import { UsageError } from "../../lib/workbook/checker/usage_error.ts";
import { WorkbookCopy } from "../workbook/workbook_copy.ts";
import { equivalent } from "./equivalent.ts";
import { type Mutant, mutantsOf } from "./mutants.ts";

/** How long a mutant may be silent, in milliseconds. Many loop for ever. */
const SILENCE_MS = 1500;

/** How long a mutant may take in all, in milliseconds. */
const LIMIT_MS = 20_000;

interface Job {
  id: string;
  mutant: Mutant;
  /** The folder of its lesson. */
  folder: string;
  number: number;
}

function jobsOf(texts: string[]): Job[] {
  const targets = texts.map((text) => findTarget(lessons, text));
  return lessons.flatMap((lesson) => {
    const source = Deno.readTextFileSync(fileOf(lesson, "solution.ts"));
    const { head, sections } = splitSections(source);
    const chosen = (id: string) =>
      targets.length === 0 ||
      targets.some((target) =>
        target.lesson === lesson && (target.id ?? id) === id
      );
    let before = head;
    return sections.flatMap((section) => {
      const [start, rest] = [
        before,
        source.slice(before.length + section.text.length),
      ];
      before += section.text;
      if (!chosen(section.id)) return [];
      return mutantsOf(section.text).map((mutant) => ({
        id: section.id,
        folder: folderOf(lesson),
        number: lesson.number,
        mutant: { ...mutant, source: start + mutant.source + rest },
      }));
    });
  });
}

function isEquivalent({ id, mutant }: Job): boolean {
  return (equivalent[id] ?? []).some(({ before, after }) =>
    before === mutant.before && after === mutant.after
  );
}

async function mutate(jobs: Job[]): Promise<Job[]> {
  const survivors: Job[] = [];
  const waiting = [...jobs];
  async function work(): Promise<void> {
    await using copy = await WorkbookCopy.make({ whole: true });
    const { checkLesson } = await copy.import(
      "lib/workbook/checker/checker.ts",
    );
    const catalog = await copy.import("lessons/mod.ts");
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
      const { id, folder, number, mutant } = job;
      await Deno.writeTextFile(
        copy.path("lessons", folder, "exercise.ts"),
        mutant.source,
      );
      const [{ verdict }] = await checkLesson(
        catalog.lessons.find((one: Lesson) => one.number === number),
        { ids: [id], silenceMs: SILENCE_MS, limitMs: LIMIT_MS },
      );
      if (verdict.state === "passed") survivors.push(job);
    }
  }
  await Promise.all(
    Array.from({ length: navigator.hardwareConcurrency }, work),
  );
  return survivors;
}

/** The mutants that are named as equivalent, and rejected. */
function unneeded(jobs: Job[], survivors: Job[]): Job[] {
  const textOf = ({ id, mutant }: Job) =>
    [id, mutant.before, mutant.after].join("\n");
  const passed = new Set(survivors.map(textOf));
  return jobs.filter((job) => isEquivalent(job) && !passed.has(textOf(job)));
}

function scoreOf(lists: Job[][]): string {
  const [all, passed, wrong] = lists.map(({ length }) => length);
  const killed = all - passed;
  const score = (100 * killed / (killed + wrong)).toFixed(1);
  return `${all} mutants, ${killed} rejected, ${passed - wrong} equivalent, ` +
    `${wrong} passed that should not; score ${score}%`;
}

try {
  const jobs = jobsOf(Deno.args);
  const survivors = await mutate(jobs);
  const wrong = survivors.filter((job) => !isEquivalent(job));
  for (const { id, mutant: { line, before, after } } of wrong) {
    console.log(`${id}, line ${line}:\n  - ${before}\n  + ${after}`);
  }
  for (const { id, mutant: { before, after } } of unneeded(jobs, survivors)) {
    console.log(
      `${id}, rejected, not equivalent:\n  - ${before}\n  + ${after}`,
    );
  }
  const ids = [...new Set(jobs.map(({ id }) => id))];
  const lists = [jobs, survivors, wrong];
  for (const one of ids) {
    const own = lists.map((list) => list.filter(({ id }) => id === one));
    console.log(`${one}: ${scoreOf(own)}`);
  }
  if (ids.length > 1) console.log(`all: ${scoreOf(lists)}`);
  Deno.exitCode = wrong.length > 0 ? 1 : 0;
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(error.message);
  Deno.exitCode = 2;
}
