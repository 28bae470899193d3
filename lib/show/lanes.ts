import { bold } from "@std/fmt/colors";
import type { ShowEvent } from "./events.ts";
import { drawLaneRow, FRAME_WIDTH, type LaneRow } from "./lane_rows.ts";
import { truncateVisible, visibleWidth } from "./text.ts";

/** The shortest arrow, in columns: it has room for a few letters. */
const MIN_ARROW = 14;
/** The longest arrow, in columns. */
const MAX_ARROW = 34;

/**
 * Draws a sequence diagram: time, left lane, arrows, right lane.
 *
 * Every event is one line. Texts that don't fit in their lane are wrapped;
 * labels that don't fit on their arrow are shortened.
 *
 * @param events The diagram's events, starting with its `lanes` event.
 * @param width The width, in columns, at least 40.
 * @returns The diagram's lines.
 *
 * @example A message from a client to a server
 * ```ts
 * import { drawLanes } from "./lanes.ts";
 * import { stripAnsiCode } from "@std/fmt/colors";
 * import { assertEquals } from "@std/assert";
 *
 * const lines = drawLanes([
 *   { atMs: 0, kind: "lanes", left: "client", right: "server" },
 *   { atMs: 0, kind: "endpoint", lane: "server", endpoint: "127.0.0.1:7000" },
 *   {
 *     atMs: 0.25,
 *     kind: "arrow",
 *     from: "client",
 *     to: "server",
 *     label: '"hi" 2 bytes',
 *     sent: "write() took 2",
 *     received: "read() got 2",
 *   },
 * ], 72);
 * assertEquals(lines.map(stripAnsiCode), [
 *   "          client         │                    │ server",
 *   "                         │                    │ 127.0.0.1:7000",
 *   ' 0.25 ms  write() took 2 │── "hi" 2 bytes ───▶│ read() got 2',
 * ]);
 * ```
 */
export function drawLanes(events: ShowEvent[], width: number): string[] {
  const [head, ...rest] = events;
  if (head?.kind !== "lanes") {
    throw new TypeError("Cannot draw lanes: the first event must name them");
  }
  const places = new Map<string, string>();
  for (const event of rest) {
    if (event.kind === "endpoint") places.set(event.lane, event.endpoint);
  }
  const rows: LaneRow[] = [
    { left: bold(head.left), right: bold(head.right) },
    { left: places.get(head.left) ?? "", right: places.get(head.right) ?? "" },
    ...rest.flatMap((event) => rowOf(event, head.left)),
  ].filter(({ left, right }, i) => i !== 1 || left !== "" || right !== "");
  return drawRows(rows, width);
}

function rowOf(event: ShowEvent, leftLane: string): LaneRow[] {
  const { atMs } = event;
  if (event.kind === "call") {
    const onLeft = event.lane === leftLane;
    return [{
      atMs,
      left: onLeft ? event.call : "",
      right: onLeft ? "" : event.call,
    }];
  }
  if (event.kind === "arrow") {
    const toRight = event.from === leftLane;
    const { label, sent, received } = event;
    return [{
      atMs,
      left: toRight ? sent : received,
      right: toRight ? received : sent,
      arrow: { phrases: label === "" ? [] : [label], toRight },
    }];
  }
  return [];
}

function drawRows(rows: LaneRow[], width: number): string[] {
  const room = width - FRAME_WIDTH;
  const wantLeft = widest(rows.map(({ left }) => left));
  const wantRight = widest(rows.map(({ right }) => right));
  const half = Math.floor((room - MIN_ARROW) / 2);
  const left = Math.min(
    wantLeft,
    Math.max(half, room - MIN_ARROW - wantRight),
  );
  const right = Math.min(wantRight, room - MIN_ARROW - left);
  const arrow = Math.min(
    MAX_ARROW,
    Math.max(
      MIN_ARROW,
      widest(rows.flatMap(({ arrow }) => arrow?.phrases ?? [])) + 8,
    ),
    room - left - right,
  );
  return rows.flatMap((row) =>
    drawLaneRow(cutLabel(row, arrow - 6), { left, right, arrow })
  );
}

/** One line per event: a label never uses a second line. */
function cutLabel(row: LaneRow, width: number): LaneRow {
  if (row.arrow === undefined) return row;
  const phrases = row.arrow.phrases.map((text) => truncateVisible(text, width));
  return { ...row, arrow: { ...row.arrow, phrases } };
}

function widest(texts: string[]): number {
  return Math.max(1, ...texts.map(visibleWidth));
}
