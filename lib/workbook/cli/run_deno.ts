import { ROOT } from "../checker/catalog.ts";
import { onInterrupt, signalChild } from "../checker/interrupted.ts";
import { stdArgs } from "../checker/std_args.ts";

/**
 * Runs Deno in this process's terminal, with this process's @std packages.
 *
 * @param subcommand The subcommand: `test` or `run`.
 * @param args The arguments after it.
 * @param options `env`: more environment variables.
 * @returns Deno's exit status.
 */
export async function runDeno(
  subcommand: string,
  args: string[],
  options: { env?: Record<string, string> } = {},
): Promise<number> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [subcommand, "-A", ...stdArgs(), ...args],
    cwd: ROOT,
    ...options,
  }).spawn();
  using _ending = onInterrupt(() => signalChild(child, "SIGTERM"));
  return (await child.status).code;
}
