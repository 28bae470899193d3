import * as paint from "@std/fmt/colors";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { fitMessage, fitTerminal } from "../../show/terminal.ts";
import { ROOT } from "../checker/catalog.ts";
import { endWithParent } from "../checker/interrupted.ts";
import { runCommand } from "./run_command.ts";

/**
 * Runs a command of the workbook in this process's terminal.
 *
 * @param args The command's name, and its arguments.
 * @returns The exit status.
 */
export async function main(args: string[]): Promise<number> {
  const { width } = fitTerminal();
  // Lessons talk to this machine only, so ignore proxy settings.
  for (const name of ["NO_PROXY", "no_proxy"]) Deno.env.set(name, "127.0.0.1");
  const catalog = pathToFileURL(join(ROOT, "lessons", "mod.ts")).href;
  const { lessons } = await import(catalog);
  return await runCommand(args, {
    lessons,
    paint,
    print: (...lines) => write(lines.map((line) => `${line}\n`).join("")),
    complain: (line) => console.error(fitMessage(line, width, Deno.stderr)),
    width,
    input: Deno.stdin,
    output: Deno.stdout,
  });
}

/** Writes everything at once: a pipe may take only part of a long text. */
function write(text: string): void {
  const bytes = new TextEncoder().encode(text);
  for (let sent = 0; sent < bytes.length;) {
    sent += Deno.stdout.writeSync(bytes.subarray(sent));
  }
}

if (import.meta.main) {
  endWithParent(() => Deno.kill(Deno.pid, "SIGTERM"));
  Deno.exit(await main(Deno.args));
}
