/**
 * The workbook itself: how soon a lesson begins, how soon a save is judged, and
 * how long it takes to check and to test everything.
 *
 * @module
 */
import { join } from "node:path";
import { lessons } from "../../lessons/mod.ts";
import { fileOf, ROOT } from "../../lib/workbook/checker/catalog.ts";
import { echoWith, WorkbookCopy } from "../workbook/workbook_copy.ts";
import type { Bench } from "./bench.ts";
import type { Contender } from "./contest.ts";
import { stdArgs } from "../../lib/workbook/checker/std_args.ts";

/** How long commands take, which is less the better. */
const TIMES = { unit: "ms", better: "less" } as const;

/** Compares the commands with what Deno takes for the least there is to do. */
export default async function (bench: Bench): Promise<void> {
  const rounds = bench.quick ? 1 : 7;
  const lesson = fileOf(lessons[0], "lesson.ts");
  await bench.compete({
    ...TIMES,
    title: "from the command to a lesson's first line",
    contenders: [
      firstLine("deno run lesson.ts", ["run", "-qA", ...stdArgs(), lesson]),
      firstLine("deno task lesson 1", ["task", "-q", "lesson", "1"]),
    ],
    verdict({ standings: [alone, task] }) {
      const more = Math.round(task.median - alone.median);
      return `The task begins ${more} ms after the lesson alone would.`;
    },
  }, rounds);

  await using copy = await WorkbookCopy.make({
    whole: !bench.quick,
    fullSize: true,
    types: true,
  });
  await (bench.quick ? copy.answer() : solveAll(copy));
  const empty = copy.path("empty_test.ts");
  await Deno.writeTextFile(empty, 'Deno.test("nothing", () => {});\n');
  const nothing = toEnd(
    "an empty deno test",
    ["test", "-A", "--no-check", empty],
    copy.root,
  );
  await bench.compete({
    ...TIMES,
    title: "to check answers that are all right",
    contenders: [
      nothing,
      toEnd("deno task check 3", ["task", "-q", "check", "3"], copy.root),
      ...(bench.quick ? [] : [
        toEnd("deno task check, of all", ["task", "-q", "check"], copy.root),
        toEnd("deno test -P, of all", ["test", "-q", "-P"], copy.root),
      ]),
    ],
  }, Math.min(rounds, 3));
  await compareWatch(bench, copy, rounds);
  if (bench.quick) return;
  await bench.compete({
    ...TIMES,
    title: "to test the whole workbook",
    contenders: [nothing, toEnd("deno task test", ["task", "-q", "test"])],
    isLong: true,
  }, 1);
}

/** The answers of all lessons are the solutions. */
async function solveAll(copy: WorkbookCopy): Promise<void> {
  for (const lesson of lessons) {
    const solution = fileOf(lesson, "solution.ts");
    const exercise = fileOf(lesson, "exercise.ts");
    const place = exercise.slice(ROOT.length);
    await Deno.copyFile(solution, join(copy.root, place));
  }
}

/** Milliseconds from a command to its first line. */
function firstLine(name: string, args: string[]): Contender {
  return {
    name,
    async run() {
      const startMs = performance.now();
      const child = spawn(args);
      const reader = child.stdout.getReader();
      await reader.read();
      const spentMs = performance.now() - startMs;
      while (!(await reader.read()).done);
      await child.status;
      return spentMs;
    },
  };
}

/** Milliseconds from a command to its end. */
function toEnd(name: string, args: string[], cwd = ROOT): Contender {
  return {
    name,
    async run() {
      const startMs = performance.now();
      const { success } = await spawn(args, cwd).output();
      if (!success) throw new Error(`${name} failed`);
      return performance.now() - startMs;
    },
  };
}

/** How long `watch` takes to judge what was saved, next to a whole command. */
async function compareWatch(
  bench: Bench,
  copy: WorkbookCopy,
  rounds: number,
): Promise<void> {
  await using watching = copy.start("watch");
  await watching.expect(/^Save/);
  let saves = 0;
  await bench.compete({
    ...TIMES,
    title: "from a save to its verdict",
    contenders: [
      toEnd("deno task check 3.1", ["task", "-q", "check", "3.1"], copy.root),
      {
        name: "deno task watch",
        async run() {
          // What was saved as it was is not checked again.
          await copy.answer({ echo: echoWith(`// Save ${++saves}`) });
          const startMs = performance.now();
          await watching.expect(new RegExp(`(✓ 3\\.1 [^]*?){${saves}}`));
          return performance.now() - startMs;
        },
      },
    ],
  }, rounds);
}

function spawn(args: string[], cwd = ROOT): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args,
    cwd,
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
}
