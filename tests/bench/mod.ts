/**
 * Runs the benchmarks: `deno task bench` runs all, `deno task bench reliable`
 * one. Each is a program of its own that prints its ratios; options behind the
 * name are passed on to it.
 *
 * @module
 */
const folder = new URL("./", import.meta.url);
const names = [...Deno.readDirSync(folder)]
  .flatMap(({ name }) => name.match(/^(\w+)_bench\.ts$/)?.[1] ?? [])
  .sort();

const [chosen, ...options] = Deno.args;
if (chosen !== undefined && !names.includes(chosen)) {
  console.error(`no benchmark ${chosen}: there are ${names.join(", ")}`);
  Deno.exit(2);
}
for (const name of chosen === undefined ? names : [chosen]) {
  console.log(`\n${name}`);
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-qA", new URL(`${name}_bench.ts`, folder).href, ...options],
  }).spawn().status;
  if (code !== 0) Deno.exit(code);
}
