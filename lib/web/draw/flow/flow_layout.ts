/**
 * Places a flow graph: a column for each end, in the order in which they appear.
 * If there isn't room for all ends, those with the fewest packets share the
 * last column.
 *
 * @module
 */
import { HEAD_HEIGHT, type Lifeline } from "../lifelines.tsx";
import { wrapLabel } from "../metrics.ts";
import { LINE_HEIGHT } from "../shapes.tsx";
import type { FlowRow } from "./flow_rows.ts";

/** A row, placed. */
export interface PlacedFlowRow {
  row: FlowRow;
  top: number;
  height: number;
  from: number;
  to: number;
  y: number;
  main: string[];
  details: string[];
}

/** A flow graph, placed. */
export interface FlowLayout {
  width: number;
  height: number;
  /** The right edge of the times. */
  time: number;
  columns: Lifeline[];
  rows: PlacedFlowRow[];
}

const TIME_WIDTH = 64;
/** The least distance between two columns. */
const MIN_GAP = 124;
const MAX_GAP = 300;
/** The width of an arrow whose ends are in the same column. */
const LOOP = 60;

/**
 * Places a flow graph.
 *
 * @param rows The packets.
 * @param available The available width, in pixels.
 */
export function layoutFlow(rows: FlowRow[], available: number): FlowLayout {
  const ends = endsOf(rows);
  const inset = 56;
  const room = available - TIME_WIDTH - 2 * inset;
  const most = Math.max(2, Math.floor(room / MIN_GAP) + 1);
  const named = mostActive(ends, most);
  const others = ends.size - named.length;
  const names = others > 0 ? [...named, `${others} others`] : named;
  const gap = Math.min(MAX_GAP, room / Math.max(1, names.length - 1));
  const xs = names.map((_, i) => Math.round(TIME_WIDTH + inset + i * gap));
  const xOf = (end: string) => {
    const at = named.indexOf(end);
    return xs[at === -1 ? xs.length - 1 : at];
  };
  const columns = names.map((name, i): Lifeline => ({
    x: xs[i],
    name,
    box: Math.min(2 * inset - 4, gap - 8),
    kind: "end",
  }));
  let top = 6;
  const placed = rows.map((row): PlacedFlowRow => {
    const [from, to] = [xOf(row.from), xOf(row.to)];
    const isLoop = from === to;
    const width = isLoop ? MIN_GAP : Math.abs(to - from) - 20;
    const main = wrapLabel(row.main, width, { lines: 2 });
    const details = row.details.flatMap((text) =>
      wrapLabel(text, width, { lines: 2 })
    );
    const count = main.length + details.length;
    const y = top + 4 + count * LINE_HEIGHT + 5;
    const height = y - top + 9;
    const one = { row, top, height, from, y, main, details };
    top += height;
    return { ...one, to: isLoop ? from + LOOP : to };
  });
  return {
    width: Math.min(available, (xs.at(-1) ?? 0) + inset + LOOP / 4),
    height: top + 8,
    time: TIME_WIDTH,
    columns,
    rows: placed,
  };
}

/** Counts the packets of each end, in the order in which the ends appear. */
function endsOf(rows: FlowRow[]): Map<string, number> {
  const ends = new Map<string, number>();
  for (const { from, to } of rows) {
    for (const end of [from, to]) ends.set(end, (ends.get(end) ?? 0) + 1);
  }
  return ends;
}

function mostActive(ends: Map<string, number>, most: number): string[] {
  const all = [...ends.keys()];
  if (all.length <= most) return all;
  const kept = new Set(
    all.toSorted((a, b) => ends.get(b)! - ends.get(a)!).slice(0, most - 1),
  );
  return all.filter((end) => kept.has(end));
}

/** The height of the heads above the graph, in pixels. */
export const FLOW_HEAD: number = HEAD_HEIGHT;
