/**
 * Places a series of measurements whose names begin with their times. A line
 * over time shows at a glance how a window grows and is cut.
 *
 * @module
 */
import { charactersIn, textWidth } from "../metrics.ts";
import type { EventOf } from "../types.ts";
import { formatValue } from "./bars_layout.ts";

/** A measurement on the plot. */
export interface PlotPoint {
  x: number;
  y: number;
  /** Which of the plot's notes it has, or -1. */
  note: number;
  /** Its description, in words. */
  words: string;
}

/** A line of the grid, and its label. */
export interface Tick {
  at: number;
  label: string;
}

/** A plot, placed. */
export interface PlotLayout {
  width: number;
  height: number;
  /** The frame of the points. */
  left: number;
  right: number;
  top: number;
  bottom: number;
  points: PlotPoint[];
  /**
   * The limit over time, as a line of steps: `x,y x,y`; empty if there's none.
   */
  marks: string;
  xTicks: Tick[];
  yTicks: Tick[];
  /** The meanings of the points' marks, in the order of their shapes. */
  notes: string[];
}

/** The unit of the times. */
type Measured = {
  time: number;
  unit: string;
  note: string;
  value: number;
  mark?: number;
};

const MAX_WIDTH = 760;
const HEIGHT = 240;
/** The most notes that have different shapes. */
const MAX_NOTES = 6;
const TIME = /^\s*([\d.]+) (ms|s)[ ,]*(.*)$/;

/**
 * Places a plot.
 *
 * @param chart The measurements.
 * @param available The available width, in pixels.
 * @returns Where everything is; `undefined` if the chart isn't a series over
 * time, or its points have too many different notes.
 */
export function layoutPlot(
  chart: EventOf<"bars">,
  available: number,
): PlotLayout | undefined {
  const measured = measurements(chart);
  if (measured === undefined) return undefined;
  const notes = [...new Set(measured.map(({ note }) => note))]
    .filter((note) => note !== "");
  // "1 sent again" comes before "2 sent again".
  if (notes.every((note) => /^\d/.test(note))) {
    notes.sort((a, b) => parseFloat(a) - parseFloat(b));
  }
  if (notes.length > MAX_NOTES) return undefined;
  const width = Math.min(available, MAX_WIDTH);
  const most = Math.max(
    ...measured.map(({ value, mark = 0 }) => Math.max(value, mark)),
  );
  const unit = measured[0].unit;
  const ySteps = steps(most, 4);
  const labels = ySteps.map((value) => `${value}`);
  const left = Math.max(...labels.map((label) => textWidth(label, 11))) + 10;
  const [right, top, bottom] = [width - 12, 12, HEIGHT - 24];
  const end = measured.at(-1)!.time;
  const xOf = (time: number) => left + time / end * (right - left);
  const highest = Math.max(most, ySteps.at(-1)!);
  const yOf = (value: number) => bottom - value / highest * (bottom - top);
  const xSteps = steps(
    end,
    Math.max(2, Math.floor(charactersIn(right - left, 11) / 12)),
  );
  return {
    width,
    height: HEIGHT,
    left,
    right,
    top,
    bottom,
    notes,
    points: measured.map(({ time, note, value, mark }, i) => ({
      x: xOf(time),
      y: yOf(value),
      note: notes.indexOf(note),
      words:
        `${chart.bars[i].name.trim()}: ${formatValue(value)} ${chart.unit}` +
        (mark === undefined ? "" : `, limit ${formatValue(mark)}`),
    })),
    marks: markLine(measured, xOf, yOf),
    xTicks: xSteps.map((time) => ({ at: xOf(time), label: `${time} ${unit}` }))
      .filter(({ at, label }) => at + textWidth(label, 11) / 2 <= width),
    yTicks: ySteps.map((value) => ({ at: yOf(value), label: `${value}` })),
  };
}

/** Returns the measurements with their times, if all of them have one. */
function measurements(
  { bars, series = false }: EventOf<"bars">,
): Measured[] | undefined {
  if (!series || bars.length < 6) return undefined;
  const measured = bars.flatMap(({ name, value, mark }): Measured[] => {
    const [, time, unit, note] = name.match(TIME) ?? [];
    return time === undefined
      ? []
      : [{ time: Number(time), unit, note, value, mark }];
  });
  const isOneUnit = new Set(measured.map(({ unit }) => unit)).size === 1;
  return measured.length === bars.length && isOneUnit ? measured : undefined;
}

/** Makes the line of the limit, which holds until it changes. */
function markLine(
  measured: Measured[],
  xOf: (time: number) => number,
  yOf: (value: number) => number,
): string {
  let y: number | undefined;
  const points: [number, number][] = [];
  for (const { time, mark } of measured) {
    if (mark === undefined) continue;
    if (y !== undefined && yOf(mark) !== y) points.push([xOf(time), y]);
    y = yOf(mark);
    points.push([xOf(time), y]);
  }
  return points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ");
}

/** Returns round numbers from 0 up to the first one that isn't below `most`. */
function steps(most: number, count: number): number[] {
  const rough = (most || 1) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= rough)!;
  const all = Math.ceil((most || 1) / step - 1e-9);
  return Array.from(
    { length: all + 1 },
    (_, i) => Number((i * step).toPrecision(6)),
  );
}
