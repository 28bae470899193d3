import * as paint from "@std/fmt/colors";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { fitMessage, fitTerminal } from "../../show/terminal.ts";
import { ROOT } from "../checker/catalog.ts";
import { runCommand } from "./run_command.ts";

/**
 * Runs a command of the workbook, with the terminal of this process.
 *
 * @param args The command's name, and its arguments.
 * @returns The exit status.
 */
export async function main(args: string[]): Promise<number> {
  const { width } = fitTerminal();
  // Lessons talk with this machine only, and not by way of another one that a
  // person may have set for the network.
  for (const name of ["NO_PROXY", "no_proxy"]) Deno.env.set(name, "127.0.0.1");
  const catalog = pathToFileURL(join(ROOT, "lessons", "mod.ts")).href;
  const { lessons } = await import(catalog);
  return await runCommand(args, {
    lessons,
    paint,
    print: (...lines) => console.log(lines.join("\n")),
    complain: (line) => console.error(fitMessage(line, width, Deno.stderr)),
    width,
    input: Deno.stdin,
    output: Deno.stdout,
  });
}

if (import.meta.main) Deno.exit(await main(Deno.args));
