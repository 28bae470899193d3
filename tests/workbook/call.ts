import { setColorEnabled } from "@std/fmt/colors";
import type { Surroundings } from "../../lib/workbook/cli/command.ts";
import type { runCommand } from "../../lib/workbook/cli/run_command.ts";
import type { Outcome } from "./workbook_copy.ts";

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
 * @param run The `runCommand()` of the workbook in question.
 * @param args The command and its arguments.
 * @param options What is piped in.
 * @returns How it came out.
 */
export async function callCommand(
  run: typeof runCommand,
  args: string[],
  { stdin }: CallOptions = {},
): Promise<Outcome> {
  setColorEnabled(false);
  const [stdout, stderr] = [new Blocks(), new Blocks()];
  const io: Surroundings = {
    print: (...lines) => stdout.add(lines.join("\n") + "\n"),
    complain: (line) => stderr.add(line + "\n"),
    width: 80,
    input: {
      isTerminal: () => false,
      readable: ReadableStream.from(stdin === undefined ? [] : [stdin]),
    },
    output: { isTerminal: () => false, write: (bytes) => stdout.write(bytes) },
  };
  const code = await run(args, io);
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
