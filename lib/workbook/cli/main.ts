/**
 * The workbook's command line. `deno.json` has a task for each command.
 */
import { fitMessage, fitTerminal } from "../../show/terminal.ts";
import { runCommand } from "./run_command.ts";

const { width } = fitTerminal();

// Lessons talk with this machine only, and not by way of another one that a
// person may have set for the network.
for (const name of ["NO_PROXY", "no_proxy"]) Deno.env.set(name, "127.0.0.1");

const status = await runCommand(Deno.args, {
  print: (...lines) => console.log(lines.join("\n")),
  complain: (line) => console.error(fitMessage(line, width, Deno.stderr)),
  width,
  input: Deno.stdin,
  output: Deno.stdout,
});

Deno.exit(status);
