import { join } from "node:path";
import { ROOT } from "../../checker/catalog.ts";
import { answerHelp } from "../command_line.ts";
import { runDeno } from "../run_deno.ts";

/** `deno task bench`: measures the overhead of the helpers. */
export default async function bench(args: string[]): Promise<number> {
  answerHelp(args, "deno task bench [NAME…] [--quick] [--json]");
  return await runDeno("run", [
    "--quiet",
    join(ROOT, "tests", "bench", "mod.ts"),
    ...args,
  ]);
}
