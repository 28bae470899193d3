/**
 * Runs the benchmarks: `deno task bench` runs all, `deno task bench streams`
 * one. `--quick` gives a first look, `--full` adds the largest sizes, `--cpu`
 * counts processor time instead of real time, and `--json` prints one line for
 * each contest.
 *
 * @module
 */
import { parseCommandLine } from "../../lib/workbook/cli/command_line.ts";
import {
  repeated,
  UsageError,
} from "../../lib/workbook/checker/usage_error.ts";
import { Bench } from "./bench.ts";

const folder = new URL("./", import.meta.url);
const names = [...Deno.readDirSync(folder)]
  .flatMap(({ name }) => name.match(/^(\w+)_bench\.ts$/)?.[1] ?? [])
  .sort();

try {
  const { words, flags } = parseCommandLine(Deno.args, {
    usage: "deno task bench [NAME…] [--quick] [--full] [--cpu] [--json]",
    flags: ["quick", "full", "cpu", "json"],
    words: [0, names.length],
  });
  const unknown = words.find((word) => !names.includes(word));
  if (unknown !== undefined) {
    throw new UsageError(
      `no benchmark ${repeated(unknown)}: there are ${names.join(", ")}`,
    );
  }
  const bench = new Bench({
    quick: flags.quick > 0,
    full: flags.full > 0,
    cpu: flags.cpu > 0,
    json: flags.json > 0,
  });
  for (const name of words.length === 0 ? names : words) {
    bench.note("");
    bench.note(`── ${name}`);
    const { default: run } = await import(`./${name}_bench.ts`);
    await run(bench);
  }
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(error.message);
  Deno.exit(2);
}
