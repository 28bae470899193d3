import { bold, cyan, dim, green, yellow } from "@std/fmt/colors";
import { padEndVisible, visibleWidth, wrapText } from "../show/mod.ts";

/** The source of an item: the lesson's story, a system call, or a packet. */
export type View = "story" | "call" | "packet";

/** The width that a column loses to a space at each end. */
const GAP = 3;
/** The number of spaces after a time. */
const TIME_GAP = 2;
/** The width of the time since the previous line: ` +1.23456 s`. */
const DELTA_WIDTH = 11;
/** The fewest columns for two views, or three, side by side. */
const MIN_WIDTH = [0, 0, 76, 100];
const MAX_STORY_WIDTH = 34;

/** The marks of the views. */
export const VIEWS: Record<View, {
  title: string;
  mark: string;
  paint: (text: string) => string;
}> = {
  story: { title: "the lesson", mark: "●", paint: cyan },
  call: { title: "system calls", mark: "▸", paint: yellow },
  packet: { title: "packets", mark: "⇢", paint: green },
};

/** Options for {@linkcode Layout}. */
export interface LayoutOptions {
  /** The total width, in columns, at least 60. */
  width: number;
  /** The time of the last line, in milliseconds. */
  lastMs: number;
  /** Whether each line has the time since the previous one, too. */
  delta: boolean;
}

/**
 * Arranges lines in columns side by side if there is room for all views, and
 * otherwise one after another, each marked with its view.
 */
export class Layout {
  readonly #timeWidth: number;
  readonly #delta: boolean;
  #previousMs?: number;
  /** The views, from left to right. */
  readonly views: View[];
  /** The total width, in columns. */
  readonly width: number;
  /** The width of each view, or of the column that they share. */
  readonly widths: Record<View, number>;
  /** Whether the views are side by side. */
  readonly sideBySide: boolean;

  /**
   * Chooses the layout that fits.
   *
   * @param views The views, from left to right.
   * @param options The available width.
   */
  constructor(views: View[], options: LayoutOptions) {
    const { width, lastMs, delta } = options;
    const timeWidth = Math.max(9, formatTime(lastMs).length);
    this.#timeWidth = timeWidth + (delta ? DELTA_WIDTH : 0) + TIME_GAP;
    this.#delta = delta;
    this.views = views;
    this.width = width;
    this.sideBySide = width >= MIN_WIDTH[views.length];
    const room = width - this.#timeWidth -
      (this.sideBySide ? GAP * (views.length - 1) : 2);
    const others = views.length - 1;
    // The story's lines are short, so its column is a little narrower; no
    // column is wider than there's room for.
    const story = this.sideBySide
      ? Math.min(MAX_STORY_WIDTH, Math.floor(room * 10 / (10 + 12 * others)))
      : room;
    const other = this.sideBySide ? Math.floor((room - story) / others) : room;
    this.widths = { story, call: other, packet: other };
  }

  /**
   * Draws the heading above the columns.
   *
   * @returns The lines.
   */
  head(): string[] {
    const { views, widths } = this;
    const start = " ".repeat(this.#timeWidth);
    if (!this.sideBySide) {
      const marks = views.map((view) => {
        const { mark, title, paint } = VIEWS[view];
        return `${paint(mark)} ${title}`;
      });
      const line = marks.join("   ");
      const room = Math.max(0, this.width - visibleWidth(line));
      return [start.slice(0, room) + line];
    }
    const cells = views.map((view) =>
      padEndVisible(bold(VIEWS[view].title), widths[view])
    );
    const rules = views.map((view) => "─".repeat(widths[view]));
    return [
      start + cells.join(dim(" │ ")).trimEnd(),
      dim("─".repeat(this.#timeWidth) + rules.join("─┼─")),
    ];
  }

  /**
   * Draws one row: the items of one time.
   *
   * @param atMs The time, in milliseconds.
   * @param cells A text for each view that has one.
   * @returns The lines.
   */
  row(atMs: number, cells: Partial<Record<View, string>>): string[] {
    const time = this.#time(atMs);
    const { views, width, widths } = this;
    if (!this.sideBySide) {
      return views.flatMap((view) => {
        const text = cells[view];
        if (text === undefined) return [];
        const { mark, paint } = VIEWS[view];
        return untie(wrapText(text, {
          width,
          indent: " ".repeat(this.#timeWidth + 4),
          firstIndent: `${dim(time)}${paint(mark)} `,
        }));
      });
    }
    const columns = views.map((view) =>
      untie(wrapText(cells[view] ?? "", {
        width: widths[view],
        indent: "  ",
        firstIndent: "",
      }))
    );
    const height = Math.max(...columns.map((lines) => lines.length));
    return Array.from({ length: height }, (_, i) => {
      const texts = views.map((view, at) =>
        padEndVisible(columns[at][i] ?? "", widths[view])
      );
      const first = i === 0 ? dim(time) : " ".repeat(this.#timeWidth);
      return `${first}${texts.join(dim(" │ "))}`.trimEnd();
    });
  }

  #time(atMs: number): string {
    const passedMs = Math.max(0, atMs - (this.#previousMs ?? atMs));
    this.#previousMs = atMs;
    const delta = this.#delta
      ? `+${formatTime(passedMs)}`.padStart(DELTA_WIDTH)
      : "";
    const width = this.#timeWidth - TIME_GAP - delta.length;
    return formatTime(atMs).padStart(width) + delta + " ".repeat(TIME_GAP);
  }
}

/**
 * Formats a time to a hundredth of a millisecond, even after many seconds, so
 * that close events have different times.
 *
 * @param ms Milliseconds.
 * @returns Text such as `12.34 ms` or `1.23456 s`.
 *
 * @example Before and after the first second
 * ```ts
 * import { formatTime } from "./layout.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(formatTime(12.341), "12.34 ms");
 * assertEquals(formatTime(1471.238), "1.47124 s");
 * ```
 */
export function formatTime(ms: number): string {
  return ms < 999.995 ? `${ms.toFixed(2)} ms` : `${(ms / 1000).toFixed(5)} s`;
}

/** Spaces at the end of a line, and the escapes that end its colors. */
// deno-lint-ignore no-control-regex
const TRAILING = / +((?:\x1b\[\d+m)*)$/;

/**
 * Replaces no-break spaces with plain ones; where a line was cut, a space may
 * be left.
 */
function untie(lines: string[]): string[] {
  return lines.map((line) =>
    line.replaceAll("\u00a0", " ").replace(TRAILING, "$1")
  );
}
