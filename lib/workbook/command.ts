/** What a command is given to speak through. */
export interface Surroundings {
  /** Prints lines for the person. */
  print(...lines: string[]): void;
  /** Columns to fit into. */
  width: number;
}

/**
 * A command of the workbook.
 *
 * @param args What follows its name.
 * @param io Where to print, and how wide.
 * @returns The exit status: 0 done, 1 failed.
 * @throws {UsageError} If it was misused: one line, and exit status 2.
 */
export type Command = (args: string[], io: Surroundings) => Promise<number>;
