import { describeSystemError } from "./system_error.ts";
import type { Command, CommandContext } from "./command.ts";
import { Interrupted } from "../checker/interrupted.ts";
import { HelpRequest, repeated, UsageError } from "../checker/usage_error.ts";

type CommandLoader = () => Promise<{ default: Command }>;

// Loaded on demand, so that no command waits for the code of the others.
const commands: Record<string, CommandLoader> = {
  lesson: () => import("./commands/lesson.ts"),
  read: () => import("./commands/read.ts"),
  check: () => import("./commands/check.ts"),
  watch: () => import("./commands/watch.ts"),
  try: () => import("./commands/try.ts"),
  hint: () => import("./commands/hint.ts"),
  solution: () => import("./commands/solution.ts"),
  reset: () => import("./commands/reset.ts"),
  next: () => import("./commands/next.ts"),
  web: () => import("./commands/web.ts"),
  packets: () => import("./commands/packets.ts"),
  why: () => import("./commands/why.ts"),
  test: () => import("./commands/test.ts"),
  bench: () => import("./commands/bench.ts"),
  mutate: () => import("./commands/mutate.ts"),
};

/**
 * Runs a command of the workbook.
 *
 * It doesn't use the process's standard streams, so that tests can run commands
 * without starting processes.
 *
 * @param args The command's name and arguments.
 * @param io The input and output.
 * @returns The exit status: 0 for success, 1 for failure, 2 for incorrect
 * usage, and 130 after an interrupt.
 */
export async function runCommand(
  [name, ...args]: string[],
  io: CommandContext,
): Promise<number> {
  try {
    const { default: command } = await findCommand(name)();
    return await command(args, io);
  } catch (error) {
    // Like a shell: 128 plus the number of SIGINT.
    if (error instanceof Interrupted) return 130;
    if (error instanceof HelpRequest) {
      io.print(error.message);
      return 0;
    }
    if (error instanceof UsageError) {
      io.complain(error.message);
      return 2;
    }
    // The reader closed the pipe, as in `deno task check | head -1`.
    if (error instanceof Deno.errors.BrokenPipe) return 0;
    const line = describeSystemError(error);
    if (line === undefined) throw error;
    io.complain(line);
    return 1;
  }
}

function findCommand(name: string | undefined): CommandLoader {
  if (name !== undefined && Object.hasOwn(commands, name)) {
    return commands[name];
  }
  const names = Object.keys(commands).join(", ");
  if (name === "--help" || name === "-h") {
    throw new HelpRequest(`usage: deno task COMMAND; commands are ${names}`);
  }
  const problem = name === undefined
    ? "which command?"
    : `no command ${repeated(name)}:`;
  throw new UsageError(`${problem} commands are ${names}`);
}
