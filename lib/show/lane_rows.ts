import { cyan, dim } from "@std/fmt/colors";
import { formatElapsed } from "./elapsed.ts";
import { padEndVisible, visibleWidth, wrapText } from "./text.ts";

/** The width of the time on the left, in columns. */
export const TIME_WIDTH = 10;

/**
 * The width of everything but the lanes and the arrow: the time, two bars, and
 * two spaces.
 */
export const FRAME_WIDTH: number = TIME_WIDTH + 4;

/**
 * The width of everything around an arrow's label: spaces, two dashes, and the
 * arrowhead.
 */
const ARROW_FRAME = 5;

/** One row in a diagram of two lanes. */
export interface LaneRow {
  /** The time, in milliseconds, if known. */
  atMs?: number;
  /** The text in the left lane. */
  left: string;
  /** The text in the right lane. */
  right: string;
  /** The arrow from one lane to the other. */
  arrow?: LaneArrow;
}

/** An arrow between two lanes. */
export interface LaneArrow {
  /**
   * The label, as phrases; each phrase stays on one line if it fits. Lines that
   * don't fit on the arrow go above it.
   */
  phrases: string[];
  /** Whether it goes from left to right. */
  toRight: boolean;
}

/** The width of each part of a diagram, in columns, at least 1. */
export interface LaneLayout {
  /** Columns of the left lane. */
  left: number;
  /** Columns of the right lane. */
  right: number;
  /** Columns between the bars. */
  arrow: number;
}

/**
 * Draws one row of a sequence diagram: time, left lane, arrow, right lane.
 *
 * @param row The row.
 * @param layout The width of each part; the same for all rows of a diagram.
 * @returns The row's lines, at least one.
 *
 * @example A label with two lines
 * ```ts
 * import { drawLaneRow } from "./lane_rows.ts";
 * import { stripAnsiCode } from "@std/fmt/colors";
 * import { assertEquals } from "@std/assert";
 *
 * const lines = drawLaneRow({
 *   atMs: 0.5,
 *   left: "SYN-SENT",
 *   right: "",
 *   arrow: { phrases: ["SYN", "seq 0"], toRight: true },
 * }, { left: 8, right: 8, arrow: 12 });
 * assertEquals(lines.map(stripAnsiCode), [
 *   "                   │    SYN     │",
 *   " 0.50 ms  SYN-SENT │── seq 0 ──▶│",
 * ]);
 * ```
 */
export function drawLaneRow(row: LaneRow, layout: LaneLayout): string[] {
  const { atMs, arrow } = row;
  const lefts = wrapText(row.left, { width: layout.left });
  const rights = wrapText(row.right, { width: layout.right });
  const labels = packPhrases(arrow?.phrases ?? [], layout.arrow - ARROW_FRAME);
  // Lines that don't fit on the arrow go above the whole row.
  const above = labels.slice(0, -1)
    .map((label) => line("", "", centre(label, layout.arrow), ""));
  const height = Math.max(lefts.length, rights.length);
  const rest = Array.from({ length: height }, (_, i) => {
    const time = i === 0 && atMs !== undefined ? formatElapsed(atMs) : "";
    const middle = i === 0 && arrow !== undefined
      ? drawArrow(labels.at(-1) ?? "", arrow.toRight, layout.arrow)
      : " ".repeat(layout.arrow);
    return line(time, lefts[i] ?? "", middle, rights[i] ?? "");
  });
  return [...above, ...rest];

  function line(time: string, left: string, middle: string, right: string) {
    return [
      dim(time.padStart(TIME_WIDTH - 2)) + "  ",
      padEndVisible(left, layout.left),
      ` │${middle}│ `,
      right,
    ].join("").trimEnd();
  }
}

/**
 * Puts phrases on as few lines as possible, and shortens only those that are
 * too long for a line.
 */
function packPhrases(phrases: string[], width: number): string[] {
  const lines: string[] = [];
  for (const phrase of phrases) {
    const last = lines.at(-1);
    if (
      last !== undefined &&
      visibleWidth(last) + 1 + visibleWidth(phrase) <= width
    ) {
      lines[lines.length - 1] = `${last} ${phrase}`;
    } else {
      lines.push(...wrapText(phrase, { width: Math.max(1, width) }));
    }
  }
  return lines;
}

function centre(text: string, width: number): string {
  const before = Math.floor((width - visibleWidth(text)) / 2);
  return padEndVisible(" ".repeat(Math.max(0, before)) + text, width);
}

/**
 * Draws an arrow of a given width with its label in the middle: `── "hi" ──▶`.
 */
function drawArrow(label: string, toRight: boolean, width: number): string {
  const text = label === "" ? "" : ` ${label} `;
  const line = Math.max(0, width - 1 - visibleWidth(text));
  const before = "─".repeat(Math.floor(line / 2));
  const after = "─".repeat(Math.ceil(line / 2));
  return toRight
    ? cyan(before) + text + cyan(`${after}▶`)
    : cyan(`◀${before}`) + text + cyan(after);
}
