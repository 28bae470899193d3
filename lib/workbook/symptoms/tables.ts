import type { Symptom, SymptomGroup } from "./symptom.ts";

/**
 * Formats the table of all symptoms as Markdown, for the root README.
 *
 * @param groups All groups.
 * @returns A heading and a table for each group.
 */
export function symptomTables(groups: SymptomGroup[]): string {
  return groups.map(({ name, symptoms }) => {
    const rows = symptoms.map((symptom) => [
      symptom.title + namesIn(symptom),
      symptom.means,
      linkTo(symptom),
    ]);
    return `### ${name}\n\n${
      markdownTable(["what you see", "what it means", "lesson"], rows)
    }`;
  }).join("\n");
}

/**
 * Formats the table of the errors and results of Deno's calls as Markdown, for
 * lesson 8.
 *
 * @param groups The groups to search.
 * @returns A row for each entry that Deno can show.
 */
export function failureTable(groups: SymptomGroup[]): string {
  const shown = groups.flatMap(({ symptoms }) => symptoms)
    .filter(({ deno, classes, unproven }) =>
      deno !== undefined && (classes !== undefined || unproven === undefined)
    );
  return markdownTable(
    ["what you see", "what it means", "what to do"],
    shown.map(({ deno, means, todo }) => [deno!, means, todo]),
  );
}

/**
 * Replaces the text between two marks in Markdown.
 *
 * @param text The text, with `<!-- NAME -->` and `<!-- end of NAME -->`.
 * @param name The name in the marks.
 * @param content The new text between them.
 * @returns The new text.
 * @throws {RangeError} If the marks aren't there.
 *
 * @example The marks aren't removed
 * ```ts
 * import { replaceBetweenMarks } from "./tables.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const text = "<!-- x -->\n\nold\n\n<!-- end of x -->\n";
 * assertEquals(
 *   replaceBetweenMarks(text, "x", "new\n"),
 *   "<!-- x -->\n\nnew\n\n<!-- end of x -->\n",
 * );
 * ```
 */
export function replaceBetweenMarks(
  text: string,
  name: string,
  content: string,
): string {
  const [start, end] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`];
  const [from, to] = [text.indexOf(start), text.indexOf(end)];
  if (from < 0 || to < from) throw new RangeError(`no marks for ${name}`);
  return `${text.slice(0, from + start.length)}\n\n${content}\n${
    text.slice(to)
  }`;
}

/** Returns only the first code: a table has no room for more. */
function namesIn({ codes = [] }: Symptom): string {
  const [code] = codes;
  return code === undefined || /^\d+$/.test(code) ? "" : ` (\`${code}\`)`;
}

function linkTo({ lesson, heading }: Symptom): string {
  const anchor = heading === undefined ? "" : `#${slug(heading)}`;
  const link = `./lessons/${lesson}/README.md${anchor}`;
  return `[${Number.parseInt(lesson)}](${link})`;
}

/** Returns GitHub's anchor of a heading. */
function slug(heading: string): string {
  return heading.toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");
}

/** Formats a table as `deno fmt` does. */
function markdownTable(columns: string[], rows: string[][]): string {
  const cells = [columns, ...rows].map((row) =>
    row.map((cell) => cell.replaceAll("|", "\\|"))
  );
  const widths = columns.map((_, i) =>
    Math.max(...cells.map((row) => row[i].length))
  );
  const lines = cells.map((row) =>
    `| ${row.map((cell, i) => cell.padEnd(widths[i])).join(" | ")} |\n`
  );
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |\n`;
  return [lines[0], rule, ...lines.slice(1)].join("");
}
