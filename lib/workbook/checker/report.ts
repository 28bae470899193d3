import { stripVTControlCharacters } from "node:util";
import { escapeControls } from "../../show/escape_controls.ts";
import { truncateVisible, wrapText } from "../../show/text.ts";
import { pathToFileURL } from "node:url";
import { folderOf, ROOT } from "./catalog.ts";
import type { CheckResult } from "./checker.ts";
import type { FailureReport } from "./check_events.ts";

/** The most lines to show of the learner's own output. */
const MAX_PRINTED_LINES = 20;

/** The most steps to show. */
const MAX_STEPS = 12;

/**
 * If there are more steps, the number of steps to show: the ones that led to
 * the failure.
 */
const LAST_STEPS = 6;

/** Styles for parts of a text: the functions of `@std/fmt/colors`. */
export type Paint = Record<
  "bold" | "dim" | "green" | "red" | "yellow",
  (text: string) => string
>;

const same = (text: string) => text;
const PLAIN: Paint = {
  bold: same,
  dim: same,
  green: same,
  red: same,
  yellow: same,
};

/** Options for laying out a report. */
export interface ReportOptions {
  /** The width, in columns. */
  width: number;
  /**
   * The styles to use. This module loads no @std package itself, so that
   * `deno test` can report in a fresh clone.
   *
   * @default none
   */
  paint?: Paint;
}

/**
 * Formats the state of an exercise in one line.
 *
 * @param result The result of its check.
 * @param options `paint`: the styles to use.
 * @returns Text such as `✓ 3.1 echo  solved`.
 */
export function summaryLine(
  { id, name, verdict }: CheckResult,
  { paint = PLAIN }: Pick<ReportOptions, "paint"> = {},
): string {
  const { bold, dim, green, red } = paint;
  const [mark, word] = {
    "passed": [green("✓"), green("solved")],
    "failed": [red("✗"), red("not right yet")],
    "broken": [red("✗"), red("cannot be loaded")],
    "not started": [dim("·"), dim("not started")],
  }[verdict.state];
  return `${mark} ${bold(`${id} ${name}`)}  ${word}`;
}

/**
 * Formats the full report of a check.
 *
 * @param result The result of the check.
 * @param options The width and the styles.
 * @returns The lines: the summary, and for a wrong answer, the steps, the
 * expected and the received value, the likely cause, and where to read.
 */
export function reportLines(
  result: CheckResult,
  options: ReportOptions,
): string[] {
  const { verdict, lesson } = result;
  const { yellow } = options.paint ?? PLAIN;
  const lines = [summaryLine(result, options)];
  const wrap = (text: string, first = "") =>
    wrapText(first + escapeControls(withShortPaths(text)), {
      width: options.width,
      indent: "    ",
      firstIndent: "  ",
    });
  const { typeErrors = [] } = result;
  if (typeErrors.length > 0) lines.push("");
  for (const error of typeErrors) lines.push(...wrap(error, yellow("Type: ")));
  if (verdict.state === "broken") {
    lines.push("", `  lessons/${folderOf(lesson)}/exercise.ts:`);
    lines.push(...messageLines(verdict.message, options));
  }
  if (verdict.state === "failed") {
    const { problem, likely, read, why, expected, received } = verdict.report;
    const steps = stepLines(verdict.report, options);
    if (steps.length > 0) lines.push("", ...steps);
    lines.push("", ...wrap(problem));
    lines.push(...comparison("expected", expected));
    lines.push(...comparison("received", received));
    if (likely !== "") lines.push(...wrap(likely));
    if (read !== "") {
      const file = `lessons/${folderOf(lesson)}/README.md`;
      lines.push(...wrap(`"${read}" in ${file}`, yellow("Read: ")));
    }
    if (why !== undefined) lines.push(...wrap(why, yellow("Why: ")));
  }
  if (result.printed !== "") {
    lines.push("", "  Your code printed:");
    lines.push(...printedLines(result.printed, options));
  }
  return lines;
}

/**
 * Formats the reports of several exercises.
 *
 * If a file can't be loaded, the reason is shown once, not for each exercise.
 *
 * @param results The results, in order.
 * @param options The width and the styles.
 * @returns The lines, with an empty line before and after each result that has
 * more than one line.
 */
export function resultLines(
  results: CheckResult[],
  options: ReportOptions,
): string[] {
  const blocks = results.map((result, i) =>
    isSaid(result, results[i - 1])
      ? [summaryLine(result, options)]
      : reportLines(result, options)
  );
  return blocks.flatMap((lines, i) => {
    const apart = lines.length > 1 || blocks[i - 1]?.length > 1;
    return i > 0 && apart ? ["", ...lines] : lines;
  });
}

function isSaid(result: CheckResult, before?: CheckResult): boolean {
  return result.verdict.state === "broken" &&
    before?.verdict.state === "broken" &&
    before.lesson === result.lesson &&
    before.verdict.message === result.verdict.message;
}

function stepLines(
  { steps }: FailureReport,
  { width, paint = PLAIN }: ReportOptions,
): string[] {
  const { green, red } = paint;
  const digits = Math.max(2, String(steps.length).length);
  const folded = steps.length > MAX_STEPS ? steps.length - LAST_STEPS : 0;
  const lines = steps.slice(folded).flatMap((step, i) => {
    const number = folded + i + 1;
    const mark = number === steps.length ? red("✗") : green("✓");
    return wrapText(escapeControls(step), {
      width,
      indent: " ".repeat(digits + 5),
      firstIndent: `  ${String(number).padStart(digits)} ${mark} `,
    });
  });
  if (folded === 0) return lines;
  const first = `  ${"…".padStart(digits)} ${green("✓")}`;
  return [`${first} the first ${folded} steps`, ...lines];
}

function comparison(name: string, lines: string[]): string[] {
  return lines.map((line, i) =>
    `  ${i === 0 ? name.padEnd(8) : " ".repeat(8)}  ${escapeControls(line)}`
  );
}

/** Wraps prose, but doesn't change source code, which is indented. */
function messageLines(message: string, { width }: { width: number }): string[] {
  return withShortPaths(message).split("\n").map(escapeControls).flatMap((
    line,
  ) =>
    /^\s/.test(line)
      ? [`    ${line}`]
      : wrapText(line, { width, indent: "    " })
  );
}

/** Shortens paths to be relative to the workbook's folder, so that they fit. */
function withShortPaths(text: string): string {
  return text.replaceAll(pathToFileURL(ROOT).href, "").replaceAll(ROOT, "");
}

/** Returns the learner's output, with control characters escaped. */
function printedLines(
  text: string,
  { width, paint = PLAIN }: ReportOptions,
): string[] {
  const lines = stripVTControlCharacters(text).trimEnd().split(/\r?\n/);
  const shown = lines.slice(0, MAX_PRINTED_LINES);
  if (lines.length > shown.length) shown.push("… and more");
  return shown
    .map((line) => escapeControls(line.replaceAll("\t", "    ")))
    .map((line) => paint.dim(`  │ ${truncateVisible(line, width - 4)}`));
}
