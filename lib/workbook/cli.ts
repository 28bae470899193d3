/**
 * The workbook's command line. `deno.json` has a task for each command.
 */
import { fitMessage, fitTerminal } from "../show/terminal.ts";
import type { Command } from "./command.ts";
import { Interrupted } from "./interrupted.ts";
import { repeated, UsageError } from "./usage_error.ts";

// Loaded when asked for: a lesson should not wait for the code of the others.
const commands: Record<string, () => Promise<{ default: Command }>> = {
  lesson: () => import("./commands/lesson.ts"),
  read: () => import("./commands/read.ts"),
  check: () => import("./commands/check.ts"),
  watch: () => import("./commands/watch.ts"),
  hint: () => import("./commands/hint.ts"),
  solution: () => import("./commands/solution.ts"),
  reset: () => import("./commands/reset.ts"),
  next: () => import("./commands/next.ts"),
  packets: () => import("./commands/packets.ts"),
};

async function main([name, ...args]: string[]): Promise<number> {
  const { width } = fitTerminal();
  function print(...lines: string[]): void {
    console.log(lines.join("\n"));
  }
  try {
    if (name === undefined || !Object.hasOwn(commands, name)) {
      throw new UsageError(
        (name === undefined
          ? "which command?"
          : `no command ${repeated(name)}:`) +
          ` commands are ${Object.keys(commands).join(", ")}`,
      );
    }
    const { default: command } = await commands[name]();
    return await command(args, { print, width });
  } catch (error) {
    // 128 and the number of SIGINT is what a shell gives for Ctrl-C.
    if (error instanceof Interrupted) return 130;
    if (!(error instanceof UsageError)) throw error;
    console.error(fitMessage(error.message, width, Deno.stderr));
    return 2;
  }
}

Deno.exit(await main(Deno.args));
