import { dim } from "@std/fmt/colors";
import type { Lesson } from "../../checker/catalog.ts";
import { type CheckResult, isTouched } from "../../checker/checker.ts";
import { checkTypes } from "../../checker/type_check.ts";
import { afterLines } from "../after.ts";
import type { CommandContext } from "../command.ts";
import { parseCommandLine } from "../command_line.ts";
import { checkAll, checkAndRemember } from "../../checker/progress.ts";
import { resultLines } from "../../checker/report.ts";
import { findTarget } from "../targets.ts";

/** `deno task check`: checks answers, and explains what's wrong with them. */
export default async function check(
  args: string[],
  io: CommandContext,
): Promise<number> {
  const { words } = parseCommandLine(args, {
    usage: "deno task check [3 | echo | 3.1]",
    words: [0, 1],
  });
  const results = words.length === 0
    ? await checkAll(io.lessons, {
      types: checkTypes(io.lessons.filter(isTouched)),
      recheck: true,
    })
    : await checkOne(io.lessons, words[0]);
  io.print(...resultLines(results, io));
  const count = (...states: string[]) =>
    results.filter(({ verdict }) => states.includes(verdict.state)).length;
  const failed = count("failed", "broken");
  const open = count("not started");
  io.print(
    "",
    `${count("passed")} solved, ${failed} not right yet, ${open} not started`,
  );
  const first = results.find(({ verdict }) => verdict.state !== "passed");
  if (words.length > 0) io.print(...await afterLines(results, io));
  if (first === undefined) io.print("", dim("what's next: deno task next"));
  // For one lesson, each wrong answer has its own hint above.
  else if (words.length === 0 || failed === 0) {
    io.print(dim(`stuck? deno task hint ${first.id}`));
  }
  return failed > 0 ? 1 : 0;
}

async function checkOne(
  lessons: Lesson[],
  text: string,
): Promise<CheckResult[]> {
  const { lesson, id } = findTarget(lessons, text);
  return await checkAndRemember(lesson, {
    ids: id === undefined ? undefined : [id],
    types: isTouched(lesson) ? checkTypes([lesson]) : undefined,
  });
}
