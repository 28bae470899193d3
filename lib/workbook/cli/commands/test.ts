import { existsSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../checker/catalog.ts";
import { answerHelp } from "../command_line.ts";
import { describeFewFiles } from "../system_error.ts";
import { runDeno } from "../run_deno.ts";
import { downloadPackages, loadWeb } from "../web_packages.ts";

/** All folders with tests, and the documents whose examples are tests. */
const ALL = ["lessons", "lib", "tests", "README.md"];

/** Answers run only in their sandbox. */
const LEARNERS = ["lessons/*/exercise.ts", "lessons/*/scratch.ts"];

/**
 * `deno task test`: runs every test, the examples in the documentation, and the
 * learner's answers. Arguments go to `deno test`; a path among them limits the
 * run to that path.
 */
export default async function test(args: string[]): Promise<number> {
  answerHelp(args, "deno task test [PATH…] [--filter NAME]");
  const chosen = args.some((arg) => existsSync(join(ROOT, arg)));
  const paths = [...args, ...(chosen ? [] : ALL)];
  const ignored = [...LEARNERS];
  // All test files share one process, and with it its open files.
  const jobs = describeFewFiles() === undefined ? "6" : "1";
  const env = { DENO_JOBS: Deno.env.get("DENO_JOBS") ?? jobs };
  if (await loadWeb() === undefined && !await downloadPackages()) {
    // Deno would load no test at all.
    ignored.push("lib/web", "tests/web");
    paths.push("tests/without_npm_test.ts");
    Object.assign(env, { WORKBOOK_WITHOUT_NPM: "1" });
  }
  // Many tests wait for a deadline, so run more files at once than there are
  // processors.
  return await runDeno("test", [
    ...["--no-check", "--doc", "--parallel"],
    `--ignore=${ignored.join(",")}`,
    ...paths,
  ], { env });
}
