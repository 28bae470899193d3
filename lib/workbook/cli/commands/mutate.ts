import { join } from "node:path";
import { ROOT } from "../../checker/catalog.ts";
import { runDeno } from "../run_deno.ts";

/** `deno task mutate`: tries the checks on mutants of the solutions. */
export default function mutate(args: string[]): Promise<number> {
  return runDeno("run", [
    "--quiet",
    join(ROOT, "tests", "mutate", "mod.ts"),
    ...args,
  ]);
}
