import { join } from "node:path";
import { ROOT } from "../../checker/catalog.ts";
import { answerHelp } from "../command_line.ts";
import { runDeno } from "../run_deno.ts";

/** `deno task mutate`: runs the checks on mutants of the solutions. */
export default async function mutate(args: string[]): Promise<number> {
  answerHelp(args, "deno task mutate [3 | 3.1 …]");
  return await runDeno("run", [
    "--quiet",
    join(ROOT, "tests", "mutate", "mod.ts"),
    ...args,
  ]);
}
