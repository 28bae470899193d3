/**
 * How long the workbook's own commands take, next to what Deno itself takes to
 * run an empty file.
 *
 * @module
 */
import type { Bench } from "./bench.ts";
import type { Contender } from "./contest.ts";
import { WorkbookCopy } from "../workbook/workbook_copy.ts";

/** The commands that a learner gives most often. */
const COMMANDS: string[][] = [
  ["lesson"],
  ["next"],
  ["check", "3.1"],
  ["lesson", "1"],
];

/** Compares the commands of a copy that nobody else uses. */
export default async function (bench: Bench): Promise<void> {
  await using copy = await WorkbookCopy.make({ whole: true, fullSize: true });
  await copy.answer();
  const empty = copy.path("empty.ts");
  await Deno.writeTextFile(empty, "");
  await bench.compete({
    title: "from a command to its end",
    unit: "ms",
    better: "less",
    contenders: [
      toEnd(copy, ["run", "--no-check", empty], "deno run, an empty file"),
      ...COMMANDS.map((words) => toEnd(copy, ["task", "-q", ...words])),
      { name: "deno task web, to its first page", run: () => firstPage(copy) },
    ],
  }, bench.quick ? 1 : 9);
  bench.note(
    "What limits them: a task is two programs, since Deno starts the task, and " +
      "the task starts the command; where JSR can't be reached, the command " +
      "starts again with the offline editions. A check runs the answer in a " +
      "child process with few permissions.",
  );
}

/** Milliseconds from a command to its end. */
function toEnd(
  copy: WorkbookCopy,
  args: string[],
  name = `deno task ${args.slice(2).join(" ")}`,
): Contender {
  return {
    name,
    async run() {
      const startMs = performance.now();
      const { code } = await new Deno.Command(Deno.execPath(), {
        args,
        cwd: copy.root,
        stdin: "null",
        stdout: "null",
        stderr: "null",
      }).output();
      if (code !== 0) throw new Error(`${name} ended with ${code}`);
      return performance.now() - startMs;
    },
  };
}

/** Milliseconds from the command until the first page has come. */
async function firstPage(copy: WorkbookCopy): Promise<number> {
  const startMs = performance.now();
  await using server = copy.start("web", "--no-open");
  const [url] = await server.expect(/^http:\S+/);
  await (await fetch(url)).text();
  return performance.now() - startMs;
}
