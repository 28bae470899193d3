import { dim } from "@std/fmt/colors";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../checker/catalog.ts";
import type { CommandContext } from "../command.ts";
import { answerHelp } from "../command_line.ts";
import { describeFewFiles } from "../system_error.ts";
import { runDeno } from "../run_deno.ts";
import { downloadPackages, loadWeb } from "../web_packages.ts";

/** All folders with tests, and the documents whose examples are tests. */
const ALL = ["lessons", "lib", "tests", "README.md"];

/** What the last line says of a run that took a sample: see tests/sample.ts. */
const SAMPLED =
  "This was a sample: some of the wrong answers, of the lessons " +
  "in a browser, and of the fuzzing. CI=1 deno task test runs everything, and " +
  "so does a path for what is in it.";

/** Answers run only in their sandbox. */
const LEARNERS = ["lessons/*/exercise.ts", "lessons/*/scratch.ts"];

/**
 * `deno task test`: runs every test, the examples in the documentation, and the
 * learner's answers. Where many tests are alike, it runs a sample, unless `CI` is
 * set. Arguments go to `deno test`; a path among them limits the run to that
 * path, and runs everything in it.
 */
export default async function test(
  args: string[],
  io: CommandContext,
): Promise<number> {
  answerHelp(args, "deno task test [PATH…] [--filter NAME]");
  const chosen = args.some((arg) => existsSync(join(ROOT, arg)));
  const isSample = !chosen && !Deno.env.has("CI");
  const paths = [...args, ...(chosen ? [] : ALL)];
  const ignored = [...LEARNERS];
  // Many tests wait for a deadline, so run more files at once than there are
  // processors. All test files share one process, and with it its open files.
  const jobs = describeFewFiles(1024) === undefined ? "6" : "1";
  const env = {
    DENO_JOBS: Deno.env.get("DENO_JOBS") ?? jobs,
    ...isSample ? { WORKBOOK_SAMPLE: "1" } : {},
  };
  if (await loadWeb() === undefined && !await downloadPackages()) {
    // Deno would load no test at all.
    ignored.push("lib/web", "tests/web");
    paths.push("tests/without_npm_test.ts");
    Object.assign(env, { WORKBOOK_WITHOUT_NPM: "1" });
  }
  const code = await runDeno("test", [
    ...["--no-check", "--parallel"],
    // In a sample, tests/examples_test.ts runs the examples: much faster.
    ...isSample ? [] : ["--doc"],
    `--ignore=${ignored.join(",")}`,
    ...paths,
  ], { env });
  if (isSample) io.print("", dim(SAMPLED));
  return code;
}
