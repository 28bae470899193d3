import * as paint from "@std/fmt/colors";
import type { Lesson } from "../../lib/workbook/checker/catalog.ts";
import type { CommandContext } from "../../lib/workbook/cli/command.ts";
import type { runCommand } from "../../lib/workbook/cli/run_command.ts";
import type { Outcome } from "./workbook_copy.ts";

/** What it takes to run a command. */
export interface Callable {
  runCommand: typeof runCommand;
  lessons: Lesson[];
}

/** How a command is called. */
export interface CallOptions {
  /**
   * What is piped in.
   *
   * @default {nothing}
   */
  stdin?: Uint8Array;
}

/**
 * Runs a command in this process, as it runs where nothing is a terminal. It
 * takes a fraction of the time of a process of its own; what only such a
 * process can show needs one all the same: its exit, its pipes and signals, and
 * the output of a child that it starts.
 *
 * It leaves colours off.
 *
 * @param workbook The `runCommand()` and the catalog of the workbook.
 * @param args The command and its arguments.
 * @param options What is piped in.
 * @returns How it came out.
 */
export async function callCommand(
  { runCommand, lessons }: Callable,
  args: string[],
  { stdin }: CallOptions = {},
): Promise<Outcome> {
  paint.setColorEnabled(false);
  const [stdout, stderr] = [new Blocks(), new Blocks()];
  const io: CommandContext = {
    print: (...lines) => stdout.add(lines.map((line) => `${line}\n`).join("")),
    complain: (line) => stderr.add(line + "\n"),
    lessons,
    paint,
    width: 80,
    input: {
      isTerminal: () => false,
      readable: ReadableStream.from(stdin === undefined ? [] : [stdin]),
    },
    output: { isTerminal: () => false, write: (bytes) => stdout.write(bytes) },
  };
  const code = await runCommand(args, io);
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}

/** Keeps what is written, as a pipe would. */
class Blocks {
  readonly #decoder = new TextDecoder();
  #text = "";

  add(text: string): void {
    this.#text += text;
  }

  write(bytes: Uint8Array): Promise<number> {
    this.#text += this.#decoder.decode(bytes, { stream: true });
    return Promise.resolve(bytes.length);
  }

  text(): string {
    return this.#text + this.#decoder.decode();
  }
}
