import { setColorEnabled } from "@std/fmt/colors";
import { wrapText } from "./text.ts";

/** Fewer columns than this cannot hold a sequence diagram. */
const MIN_WIDTH = 60;
/** Longer lines are hard to read. */
const MAX_WIDTH = 100;

/** What to fit. */
export interface FitOptions {
  /**
   * The most columns to use.
   *
   * @default {100}
   */
  maxWidth?: number;
}

/**
 * Fits what is printed to where it goes: no colour unless it is a terminal that
 * wants it, and lines as long as the terminal is wide.
 *
 * @param options How much may be used.
 * @returns Columns to use: the terminal's, from 60 to 100, or 80 where there is
 * no terminal.
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
 * Fits a message to where it goes: a terminal gets it broken at words, and a
 * file or another program gets it as the one line that it is.
 *
 * @param message One line.
 * @param width The terminal's columns.
 * @param output Where it goes.
 * @returns Text without a line break at its end.
 */
export function fitMessage(
  message: string,
  width: number,
  output: { isTerminal(): boolean } = Deno.stdout,
): string {
  if (!output.isTerminal()) return message;
  return wrapText(message, { width, firstIndent: "", indent: "  " }).join("\n");
}
