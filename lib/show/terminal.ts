import { setColorEnabled } from "@std/fmt/colors";
import { wrapText } from "./text.ts";

/** The fewest columns for a sequence diagram. */
const MIN_WIDTH = 60;
/** The most columns that are easy to read. */
const MAX_WIDTH = 100;

/** Options for fitting output to a terminal. */
export interface FitOptions {
  /**
   * The most columns to use.
   *
   * @default {100}
   */
  maxWidth?: number;
}

/**
 * Fits the output to its destination: turns on colors only for a terminal that
 * supports them, and returns the width to use.
 *
 * @param options The limit.
 * @returns The number of columns to use: the terminal's, from 60 to 100, or 80
 * without a terminal.
 */
export function fitTerminal(options: FitOptions = {}): { width: number } {
  const { maxWidth = MAX_WIDTH } = options;
  if (!Deno.stdout.isTerminal()) {
    setColorEnabled(false);
    return { width: 80 };
  }
  setColorEnabled(!Deno.noColor);
  const { columns } = Deno.consoleSize();
  return { width: Math.min(maxWidth, Math.max(MIN_WIDTH, columns)) };
}

/**
 * Fits a message to its destination: wrapped for a terminal, and as one line
 * for a file or another program.
 *
 * @param message The message, on one line.
 * @param width The terminal's width, in columns.
 * @param output The destination.
 * @returns The text, without a line break at its end.
 */
export function fitMessage(
  message: string,
  width: number,
  output: { isTerminal(): boolean } = Deno.stdout,
): string {
  if (!output.isTerminal()) return message;
  return wrapText(message, { width, firstIndent: "", indent: "  " }).join("\n");
}
