import type { Paint } from "../checker/report.ts";
import type { KeySource } from "./keys.ts";
import type { Lesson } from "../checker/catalog.ts";

/** What a command works on, and how it talks to the person who runs it. */
export interface CommandContext {
  /** The catalog. */
  lessons: Lesson[];
  /** Prints lines for the person. */
  print(...lines: string[]): void;
  /** Says in one line what went wrong, apart from what is printed. */
  complain(line: string): void;
  /** Columns to fit into. */
  width: number;
  /** The styles of reports. */
  paint: Paint;
  /** What is typed or piped in. */
  input: KeySource;
  /** Where `print()` prints, for bytes, and to see how fast they are taken. */
  output: Pick<typeof Deno.stdout, "isTerminal" | "write">;
}

/**
 * A command of the workbook.
 *
 * @param args What follows its name.
 * @param io What to speak and to listen through.
 * @returns The exit status: 0 done, 1 failed.
 * @throws {UsageError} If it was misused: one line, and exit status 2.
 */
export type Command = (args: string[], io: CommandContext) => Promise<number>;
