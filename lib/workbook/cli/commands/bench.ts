import { join } from "node:path";
import { ROOT } from "../../checker/catalog.ts";
import { runDeno } from "../run_deno.ts";

/** `deno task bench`: measures what the helpers cost. */
export default function bench(args: string[]): Promise<number> {
  return runDeno("run", [
    "--quiet",
    join(ROOT, "tests", "bench", "mod.ts"),
    ...args,
  ]);
}
