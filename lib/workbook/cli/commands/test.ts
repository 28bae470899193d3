import { existsSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../checker/catalog.ts";
import { answerHelp } from "../command_line.ts";
import { runDeno } from "../run_deno.ts";

/** All folders with tests, and the documents whose examples are tests. */
const ALL = ["lessons", "lib", "tests", "README.md"];

/** What the last line says unless `CI` is set: see tests/sample.ts. */
const SAMPLE = "This run took a sample of the fuzzing, of the lessons in the " +
  "browser, and of other long tests. CI=1 deno task test runs everything.";

/**
 * `deno task test`: runs every test, the examples in the documentation, and the
 * learner's answers. Arguments go to `deno test`; a path among them limits the
 * run to that path.
 */
export default async function test(args: string[]): Promise<number> {
  answerHelp(args, "deno task test [PATH…] [--filter NAME]");
  const chosen = args.some((arg) => existsSync(join(ROOT, arg)));
  // Many tests wait for a deadline, so run more files at once than there are
  // processors.
  const code = await runDeno("test", [
    ...["--no-check", "--doc", "--parallel"],
    // Answers run only in their sandbox.
    "--ignore=lessons/*/exercise.ts,lessons/*/scratch.ts",
    ...args,
    ...(chosen ? [] : ALL),
  ], { env: { DENO_JOBS: Deno.env.get("DENO_JOBS") ?? "6" } });
  if (!chosen && !Deno.env.has("CI")) console.log(SAMPLE);
  return code;
}
