import type { Paint } from "../checker/report.ts";
import type { KeySource } from "./keys.ts";
import type { Lesson } from "../checker/catalog.ts";

/** The input and output of a command. */
export interface CommandContext {
  /** The catalog. */
  lessons: Lesson[];
  /** Prints lines. */
  print(...lines: string[]): void;
  /** Prints a one-line error message to standard error. */
  complain(line: string): void;
  /** The width, in columns. */
  width: number;
  /** The styles of reports. */
  paint: Paint;
  /** Standard input. */
  input: KeySource;
  /** The output of `print()`, to write bytes or to wait for a slow reader. */
  output: Pick<typeof Deno.stdout, "isTerminal" | "write">;
}

/**
 * Runs a command of the workbook.
 *
 * @param args The arguments after its name.
 * @param io The input and output.
 * @returns The exit status: 0 for success, 1 for failure.
 * @throws {UsageError} If the arguments are wrong: the caller prints the
 * message and exits with status 2.
 */
export type Command = (args: string[], io: CommandContext) => Promise<number>;
