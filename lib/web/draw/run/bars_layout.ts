/**
 * Places the bars of a chart: as long as their values, the name beside each bar
 * or, on a narrow page, above it.
 *
 * @module
 */
import { textWidth } from "../metrics.ts";
import type { EventOf } from "../types.ts";

/** One bar, placed. */
export interface PlacedBar {
  name: string;
  /** The value with its unit, and its ratio to the smallest value. */
  value: string;
  /** Where the name starts, and its baseline. */
  nameAt: [x: number, y: number];
  x: number;
  y: number;
  width: number;
  /** The place of its mark, if it has one. */
  mark?: number;
}

/** A chart, placed. */
export interface BarsLayout {
  width: number;
  height: number;
  bars: PlacedBar[];
  /** Where all bars start. */
  axis: number;
}

/** The height of a bar, in pixels. */
export const BAR_HEIGHT = 16;
const MAX_WIDTH = 760;
const ROW = 26;
/** Below this width, names are above their bars. */
const NARROW = 520;

/**
 * Places the bars of a chart.
 *
 * @param chart The values.
 * @param available The available width, in pixels.
 * @returns Where everything is.
 */
export function layoutBars(
  { bars, unit, series = false }: EventOf<"bars">,
  available: number,
): BarsLayout {
  const width = Math.min(available, MAX_WIDTH);
  const values = bars.map(({ value }) => value);
  const marks = bars.flatMap(({ mark }) => mark ?? []);
  const least = Math.min(...values);
  const most = Math.max(...values, ...marks);
  const format = values.every(Number.isInteger) ? String : formatValue;
  const words = values.map((value) =>
    `${format(value)} ${unit}`.trimEnd() +
    (least > 0 && !series && bars.length > 1 && value > least
      ? `, × ${formatRatio(value / least)}`
      : "")
  );
  const names = bars.map(({ name }) => name.trim());
  const nameColumn = Math.max(...names.map((name) => textWidth(name)));
  const isNarrow = width < NARROW || nameColumn > width * 0.4;
  const axis = isNarrow ? 1 : nameColumn + 12;
  const valueColumn = Math.max(...words.map((text) => textWidth(text)));
  const room = Math.max(10, width - axis - valueColumn - 10);
  const row = isNarrow ? ROW + 18 : ROW;
  return {
    width,
    height: bars.length * row + 2,
    axis,
    bars: values.map((value, i) => {
      const y = i * row + (isNarrow ? 20 : 4);
      return {
        name: names[i],
        value: words[i],
        nameAt: [0, isNarrow ? y - 6 : y + 12],
        x: axis,
        y,
        width: barLength(value, most) * room,
        ...(bars[i].mark === undefined
          ? {}
          : { mark: axis + (most === 0 ? 0 : bars[i].mark / most) * room }),
      };
    }),
  };
}

/** Returns a bar's length. Any value above 0 is visible. */
function barLength(value: number, most: number): number {
  return value === 0 || most === 0 ? 0 : Math.max(0.004, value / most);
}

/** Formats a value with three significant digits, such as `18.2` or `2150`. */
export function formatValue(value: number): string {
  if (value >= 100 || value === 0) return value.toFixed(0);
  return value.toFixed(value >= 10 ? 1 : 2);
}

function formatRatio(ratio: number): string {
  return ratio.toFixed(ratio < 99.5 ? 1 : 0);
}
