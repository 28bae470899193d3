/**
 * Places the events of a sequence diagram of two lanes. Time runs from top to
 * bottom, and each row is as high as it needs to be, so that texts don't
 * overlap.
 *
 * @module
 */
import { formatElapsed } from "../../../show/elapsed.ts";
import { HEAD_HEIGHT, type Lifeline } from "../lifelines.tsx";
import { fitText, FONT_SIZE, nameWidth, wrapLabel } from "../metrics.ts";
import { LINE_HEIGHT, PILL_RADIUS, pillWidth } from "../shapes.tsx";
import { PAUSE_HEIGHT, placePause } from "../pause.tsx";
import type { Side } from "../types.ts";
import type { LanesBlock } from "./blocks.ts";
import { foldLaneEvents } from "./fold_lanes.ts";

/** A call on its lane. */
export interface PlacedPill {
  x: number;
  y: number;
  text: string;
  side: Side;
}

/** A row of the diagram. */
export interface LaneRow {
  /** The middle of its first line, in pixels. */
  y: number;
  /** When it happened; empty for a fold. */
  time: string;
  pills: PlacedPill[];
  arrow?: {
    from: number;
    to: number;
    y: number;
    lines: string[];
    /** The class that colors it: `bytes`, `packet`, or `fail` for a reset. */
    kind: string;
  };
  fold?: string;
  /** How long nothing happened before it, if that was long. */
  pause?: { y: number; text: string };
}

/** A diagram, placed. */
export interface LanesLayout {
  width: number;
  height: number;
  lanes: Record<Side, Lifeline>;
  rows: LaneRow[];
}

/** The column of the times, in pixels. */
export const TIME_WIDTH = 58;
/** The greatest width: a wider diagram wouldn't show more. */
const MAX_WIDTH = 760;
const ROW_GAP = 8;

/**
 * Places a diagram.
 *
 * @param block The diagram.
 * @param available The available width, in pixels.
 * @returns Where everything is.
 */
export function layoutLanes(
  block: LanesBlock,
  available: number,
): LanesLayout {
  const width = Math.min(available, MAX_WIDTH);
  const lanes = placeLanes(block, width);
  const rows: LaneRow[] = [];
  let top = HEAD_HEIGHT + 10;
  let lastMs = Infinity;
  for (const event of foldLaneEvents(block.events)) {
    if (event.kind === "fold") {
      rows.push({ y: top + 12, time: "", pills: [], fold: event.text });
      top += 24 + ROW_GAP;
      lastMs = Infinity;
      continue;
    }
    const time = formatElapsed(event.atMs);
    const pause = placePause(event.atMs - lastMs, top);
    if (pause !== undefined) top += PAUSE_HEIGHT;
    lastMs = event.atMs;
    if (event.kind === "call") {
      const side = sideOf(event.lane, block);
      const y = top + PILL_RADIUS;
      const pills = [placePill(event.call, side, { y, lanes, width })];
      rows.push({ y, time, pills, pause });
      top += 2 * PILL_RADIUS + ROW_GAP;
      continue;
    }
    const row = placeArrow(event, top, { block, lanes, width });
    rows.push({ ...row, time, pause });
    top = bottomOf(row) + ROW_GAP;
  }
  return { width, height: top + 4, lanes, rows };
}

/** Places the lanes, at the same distance from both edges. */
function placeLanes(
  { left, right, endpoints }: LanesBlock,
  width: number,
): Record<Side, Lifeline> {
  const box = Math.min(
    Math.floor((width - TIME_WIDTH) / 2) - 12,
    Math.max(
      130,
      ...[left, right].map((name) => nameWidth(name, 13) + 16),
      ...Object.values(endpoints).map((text) => nameWidth(text, 11) + 16),
    ),
  );
  const inset = Math.max(box / 2, Math.min(120, (width - TIME_WIDTH) / 5));
  const lane = (name: string, x: number, side: Side): Lifeline => ({
    x,
    name,
    detail: endpoints[name]?.replace(/^\w+:\/\//, ""),
    box,
    kind: `${side} program`,
  });
  return {
    client: lane(left, Math.round(TIME_WIDTH + inset), "client"),
    server: lane(right, Math.round(width - inset - 1), "server"),
  };
}

function sideOf(lane: string, { left }: LanesBlock): Side {
  return lane === left ? "client" : "server";
}

interface Place {
  lanes: Record<Side, Lifeline>;
  width: number;
}

/** Places a call on its lane, or beside it if the edge is too near. */
function placePill(
  call: string,
  side: Side,
  { y, lanes, width }: Place & { y: number },
): PlacedPill {
  const text = fitText(call, width - TIME_WIDTH - 24);
  const half = pillWidth(text) / 2;
  const x = Math.max(
    TIME_WIDTH + half,
    Math.min(width - half - 1, lanes[side].x),
  );
  return { x, y, text, side };
}

/**
 * Places the sender's call, the arrow, and the receiver's call below its head.
 */
function placeArrow(
  { from, label, sent, received }: {
    from: string;
    label: string;
    sent: string;
    received: string;
  },
  top: number,
  { block, ...place }: Place & { block: LanesBlock },
): Omit<LaneRow, "time"> {
  const { lanes } = place;
  const side = sideOf(from, block);
  const other = side === "client" ? "server" : "client";
  const way = side === "client" ? 1 : -1;
  const to = lanes[other].x - way * 4;
  const half = sent === "" ? 0 : pillWidth(sent) / 2;
  const sender = placePill(sent, side, { ...place, y: 0 });
  // If a call leaves no room for the arrow, the call is above it.
  const start = sender.x + way * (half + 6);
  const fits = Math.abs(to - start) >= 110 && Math.sign(to - start) === way;
  const arrowFrom = fits ? start : lanes[side].x + way * 6;
  const room = Math.abs(to - arrowFrom) - 20;
  const lines = label === "" ? [] : wrapLabel(label, room, { lines: 3 });
  const pills: PlacedPill[] = [];
  let y = top;
  if (!fits && sent !== "") {
    pills.push({ ...sender, y: y + PILL_RADIUS });
    y += 2 * PILL_RADIUS + 6;
  }
  const height = Math.max(
    fits && sent !== "" ? 2 * PILL_RADIUS : 0,
    lines.length * LINE_HEIGHT + 12,
  );
  const arrowY = fits && sent !== ""
    ? y + Math.max(PILL_RADIUS, lines.length * LINE_HEIGHT + 4)
    : y + height - 8;
  if (fits && sent !== "") pills.push({ ...sender, y: arrowY });
  if (received !== "") {
    pills.push(placePill(received, other, {
      ...place,
      y: arrowY + PILL_RADIUS + 10,
    }));
  }
  return {
    y: pills[0]?.side === side ? pills[0].y : arrowY,
    pills,
    arrow: {
      from: arrowFrom,
      to,
      y: arrowY,
      lines,
      kind: kindOf(label),
    },
  };
}

function bottomOf({ pills, arrow, y }: Omit<LaneRow, "time">): number {
  return Math.max(
    y + FONT_SIZE,
    (arrow?.y ?? 0) + 8,
    ...pills.map((pill) => pill.y + PILL_RADIUS),
  );
}

/** Whether an arrow carries bytes, a sign of TCP, or a reset. */
export function kindOf(label: string): "bytes" | "packet" | "fail" {
  if (/\bRST\b/.test(label)) return "fail";
  return /\d|"/.test(label) ? "bytes" : "packet";
}
