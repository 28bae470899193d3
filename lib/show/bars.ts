import { cyan } from "@std/fmt/colors";
import type { Bar } from "./events.ts";
import { padEndVisible, visibleWidth, wrapText } from "./text.ts";

/** Comparable measurements. */
export interface Bars {
  /** The quantity that was measured. */
  title: string;
  /** The unit of the values, such as `µs`. */
  unit: string;
  /** The values, in drawing order. */
  bars: Bar[];
  /**
   * Whether the values are a series in time, for which a ratio means nothing.
   *
   * @default false
   */
  series?: boolean;
}

/** The end of a bar, to an eighth of a column. */
const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/** The longest bar, in columns. */
const MAX_BAR = 40;

/**
 * Draws measurements as bars, with their values and their ratios to the
 * smallest one.
 *
 * @param chart The chart. Values must be at least 0. There are no ratios if the
 * smallest is 0.
 * @param width The width, in columns.
 * @returns The lines, beginning with the title.
 *
 * @example Two durations
 * ```ts
 * import { drawBars } from "./bars.ts";
 * import { setColorEnabled } from "@std/fmt/colors";
 * import { assertEquals } from "@std/assert";
 *
 * setColorEnabled(false);
 * const bars = [{ name: "here", value: 5 }, { name: "there", value: 10 }];
 * assertEquals(drawBars({ title: "walk", unit: "min", bars }, 33), [
 *   "walk",
 *   "here   ██████       5 min   × 1.0",
 *   "there  ████████████ 10 min  × 2.0",
 * ]);
 * ```
 */
export function drawBars(chart: Bars, width: number): string[] {
  const { title, unit, bars, series = false } = chart;
  const values = bars.map(({ value }) => value);
  const marks = bars.flatMap(({ mark }) => mark ?? []);
  const least = Math.min(...values);
  const most = Math.max(...values, ...marks);
  // If all values are integers, they're counts, so don't write 92.0 messages.
  const format = values.every(Number.isInteger) ? String : formatValue;
  const rows = bars.map(({ name, value, mark }) => ({
    name,
    value,
    mark,
    text: `${format(value)} ${unit}`.trimEnd(),
    ratio: least > 0 && !series ? `× ${(value / least).toFixed(1)}` : "",
  }));
  const nameWidth = widest(rows.map(({ name }) => name));
  const textWidth = widest(rows.map(({ text }) => text));
  const ratioWidth = widest(rows.map(({ ratio }) => ratio));
  const barWidth = Math.min(
    MAX_BAR,
    Math.max(1, width - nameWidth - textWidth - ratioWidth - 5),
  );
  return [
    ...wrapText(title, { width }),
    ...rows.map(({ name, value, mark, text, ratio }) => {
      const bar = drawBar(most > 0 ? value / most : 0, barWidth);
      const row = padEndVisible(bar, barWidth);
      return [
        padEndVisible(name, nameWidth),
        "  ",
        cyan(mark === undefined ? row : withMark(row, mark / most)),
        " ",
        padEndVisible(text, textWidth),
        "  ",
        ratio.padStart(ratioWidth),
      ].join("").trimEnd();
    }),
  ];
}

/**
 * Draws one bar, to an eighth of a column.
 *
 * @param share The bar's share of the width, from 0 to 1.
 * @param width The full width, in columns.
 * @returns The bar; a share over 0 is always visible.
 */
export function drawBar(share: number, width: number): string {
  if (share === 0) return "";
  const eighths = Math.max(1, Math.round(share * width * 8));
  return "█".repeat(Math.floor(eighths / 8)) + EIGHTHS[eighths % 8];
}

/** Puts a mark in the column where a share of the row ends. */
function withMark(row: string, share: number): string {
  if (!Number.isFinite(share)) return row;
  const at = Math.max(0, Math.round(share * row.length) - 1);
  return `${row.slice(0, at)}│${row.slice(at + 1)}`;
}

/**
 * Formats three significant digits, and integers in full: `0.05`, `18.2`,
 * `2150`.
 */
function formatValue(value: number): string {
  if (value >= 100 || value === 0) return value.toFixed(0);
  return value.toFixed(value >= 10 ? 1 : 2);
}

function widest(texts: string[]): number {
  return Math.max(0, ...texts.map(visibleWidth));
}
