import { bold } from "@std/fmt/colors";
import { padEndVisible, visibleWidth, wrapText } from "./text.ts";

/** A table: the names of the columns, and rows of cells. */
export interface Table {
  /** The name of each column. */
  columns: string[];
  /** The rows; a missing cell is empty. */
  rows: string[][];
}

/** The separator between two columns. */
const GAP = "  ";

/** The minimum width of a column that's narrowed to fit. */
const MIN_COLUMN = 6;

/**
 * Draws a table in columns. If it's too wide, the cells of the widest columns
 * are wrapped.
 *
 * @param table The table.
 * @param width The width, in columns.
 * @returns The lines: the names, a rule, and the rows.
 *
 * @example Two columns
 * ```ts
 * import { drawTable } from "./table.ts";
 * import { setColorEnabled } from "@std/fmt/colors";
 * import { assertEquals } from "@std/assert";
 *
 * setColorEnabled(false);
 * const columns = ["", "TCP", "UDP"];
 * const rows = [["order", "kept", "not promised"]];
 * assertEquals(drawTable({ columns, rows }, 22), [
 *   "       TCP   UDP",
 *   "─────  ────  ─────────",
 *   "order  kept  not",
 *   "             promised",
 * ]);
 * ```
 */
export function drawTable(table: Table, width: number): string[] {
  const { columns, rows } = table;
  const widths = columns.map((name, i) =>
    Math.max(...[name, ...rows.map((row) => row[i] ?? "")].map(visibleWidth))
  );
  const room = width - GAP.length * (columns.length - 1);
  while (widths.reduce((sum, one) => sum + one, 0) > room) {
    const widest = widths.indexOf(Math.max(...widths));
    if (widths[widest] <= MIN_COLUMN) break;
    widths[widest]--;
  }
  const rule = widths.map((one) => "─".repeat(one)).join(GAP);
  return [
    ...drawRow(columns, widths).map(bold),
    rule,
    ...rows.flatMap((row) => drawRow(row, widths)),
  ];
}

/** Draws one row, with as many lines as its tallest cell. */
function drawRow(row: string[], widths: number[]): string[] {
  const cells = widths.map((width, i) =>
    wrapText(row[i] ?? "", { width: Math.max(1, width) })
  );
  const height = Math.max(...cells.map(({ length }) => length));
  return Array.from(
    { length: height },
    (_, line) =>
      cells.map((cell, i) => padEndVisible(cell[line] ?? "", widths[i]))
        .join(GAP).trimEnd(),
  );
}
