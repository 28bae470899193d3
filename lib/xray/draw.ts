import { dim, red } from "@std/fmt/colors";
import { wrapText } from "../show/mod.ts";
import { MIN_NUMBERS_WIDTH } from "./describe.ts";
import { countedKinds, type Fold, foldRepeats } from "./fold.ts";
import { Layout, type View, VIEWS } from "./layout.ts";
import { Names } from "./names.ts";
import { type Row, rowOfFold, Rows } from "./rows.ts";
import { NewTerms } from "./terms.ts";
import type { TimelineItem } from "./timeline.ts";

/** Options for drawing a timeline. */
export interface DrawOptions {
  /** The width, in columns, at least 60. */
  width: number;
  /** The views to draw besides the story. */
  views: Exclude<View, "story">[];
  /**
   * Whether to draw the calls that only get or set something.
   *
   * @default {false}
   */
  all?: boolean;
  /**
   * Whether each line also has the time since the previous one.
   *
   * @default {false}
   */
  delta?: boolean;
  /**
   * The only step to draw.
   *
   * @default {all of them}
   */
  step?: number;
}

/** Room for the times of a live run: `123.45678 s`. */
const LIVE_LAST_MS = 999_000;
/** The most lines at once that you can read as they scroll by. */
const MAX_LIVE_ROWS = 100;

/** The introductions, by the views besides the story. */
const CONTENTS: Record<string, string> = {
  "": "What the lesson did.",
  "call": "What the lesson did, and the system calls that it made.",
  "packet": "What the lesson did, and the packets that were sent.",
  "call packet": "What the lesson did, the system calls that it made, and " +
    "the packets that were sent.",
};

const NO_PACKETS = "Unix sockets have no packets: the kernel copies their " +
  "bytes from one socket to the other.";

/**
 * Draws a timeline: columns side by side if there is room, or else one line
 * after another, each marked with its view.
 *
 * @param items The items, in order.
 * @param options The parts to draw, and the width.
 * @returns Lines.
 */
export function drawTimeline(
  items: TimelineItem[],
  options: DrawOptions,
): string[] {
  const lastMs = Math.max(0, items.at(-1)?.atMs ?? 0);
  const drawer = new TimelineDrawer(options, lastMs);
  // A name appears late in the timeline, but is needed from the beginning.
  drawer.learn(items);
  const { step } = options;
  const shown = step === undefined
    ? items
    : items.filter((item) => item.step === step);
  return [...drawer.draw(shown), ...drawer.end()];
}

/** Draws a timeline piece by piece. */
export class TimelineDrawer {
  readonly #options: DrawOptions;
  readonly #layout: Layout;
  readonly #names = new Names();
  readonly #rows: Rows;
  readonly #terms = new NewTerms();
  readonly #isLive: boolean;
  #hasBegun = false;
  #lastLine = "";

  /**
   * Starts to draw.
   *
   * @param options The parts to draw, and the width.
   * @param lastMs The time of the last item, in milliseconds; `undefined` if it
   * draws a run that hasn't ended yet.
   */
  constructor(options: DrawOptions, lastMs?: number) {
    this.#options = options;
    const { width, delta = false, all = false } = options;
    this.#isLive = lastMs === undefined;
    this.#layout = new Layout(["story", ...options.views], {
      width,
      lastMs: lastMs ?? LIVE_LAST_MS,
      delta,
    });
    const nameOf = (address: string) => this.#names.of(address);
    this.#rows = new Rows(this.#layout, { nameOf, all });
  }

  /**
   * Records the names, addresses, and lesson number in items before they're
   * drawn.
   *
   * @param items The items.
   */
  learn(items: TimelineItem[]): void {
    this.#names.add(items);
    for (const item of items) {
      if (item.seen !== "story" || item.event.kind !== "lesson") continue;
      this.#terms.lesson(item.event.number);
    }
  }

  /**
   * Draws the next items.
   *
   * @param items The items, in order.
   * @returns Lines.
   */
  draw(items: TimelineItem[]): string[] {
    if (this.#isLive) this.learn(items);
    const lines: string[] = [];
    const add = (more: string[]) => {
      for (const line of more) {
        // Never draw two empty lines in a row.
        if (line !== "" || this.#lastLine !== "") lines.push(line);
        this.#lastLine = line;
      }
    };
    // A step ends with the meanings of its new terms.
    for (const part of splitAtSteps(items)) {
      const rows = this.#rows.of(part);
      for (const item of part) this.#note(item);
      let at = 0;
      if (!this.#hasBegun) {
        const isTitle = part[0].seen === "story" &&
          part[0].event.kind === "lesson";
        if (isTitle) add([...rows[at++].across!, ""]);
        add([...this.#legend(items), "", ...this.#layout.head()]);
        this.#hasBegun = true;
      }
      for (const row of this.#fold(rows.slice(at))) add(this.#drawRow(row));
      add(this.#meanings());
    }
    return lines;
  }

  /**
   * Draws the lines below the timeline.
   *
   * @returns Lines.
   */
  end(): string[] {
    const { hidden } = this.#rows;
    if (hidden === 0) return [];
    const { width } = this.#layout;
    const calls = hidden === 1 ? "1 call" : `${hidden} calls`;
    const text = `${calls} that only get or set something (getsockname, ` +
      "setsockopt, …) aren't shown: --all shows them";
    return ["", ...wrapText(dim(text), { width })];
  }

  #note(item: TimelineItem): void {
    const isShown = item.seen === "story" || item.seen === "more" ||
      this.#options.views.includes(item.seen);
    if (isShown) this.#terms.add(item);
  }

  #meanings(): string[] {
    const line = this.#terms.take();
    if (line === undefined) return [];
    const { width } = this.#layout;
    return wrapText(dim(line), { width, indent: "   " });
  }

  #fold(rows: Row[]): (Row | Fold<Row>)[] {
    const folded = foldRepeats(rows);
    if (!this.#isLive || folded.length <= MAX_LIVE_ROWS) return folded;
    const rest = folded.slice(MAX_LIVE_ROWS).flatMap((row) =>
      "folded" in row ? row.folded : [row]
    );
    return [...folded.slice(0, MAX_LIVE_ROWS), { folded: rest }];
  }

  #drawRow(row: Row | Fold<Row>): string[] {
    if ("folded" in row) return this.#drawRow(rowOfFold(row));
    if (row.across) return row.across;
    if (row.leftOut === undefined) {
      return this.#layout.row(row.atMs, { [row.view]: paint(row) });
    }
    const cells = Object.entries(row.leftOut).map(([view, counts]) => [
      view,
      // Keep a number with its kind.
      dim(`… ${countedKinds(counts).replaceAll(" × ", "\u00a0×\u00a0")}`),
    ]);
    if (cells.length === 0) return [];
    return this.#layout.row(row.atMs, Object.fromEntries(cells));
  }

  /** Explains how to read the timeline, as briefly as possible. */
  #legend(items: TimelineItem[]): string[] {
    const { views, width, widths } = this.#layout;
    const sockets = items.flatMap((item) =>
      item.seen === "call" ? [item.call.socket] : []
    );
    const sentences = [
      CONTENTS[views.slice(1).join(" ")],
      "Time runs from top to bottom, by one clock.",
    ];
    if (views.includes("call") && sockets.length > 0) {
      const [{ descriptor }] = sockets;
      sentences.push(
        `Numbers such as ${descriptor} are file descriptors: the program's ` +
          "numbers for its sockets.",
      );
    }
    if (views.includes("packet")) {
      const isTcp = this.#isLive ||
        items.some((item) =>
          item.seen === "packet" && item.packet.protocol === "tcp"
        );
      if (isTcp && widths.packet >= MIN_NUMBERS_WIDTH) {
        sentences.push("seq and ack count the bytes of each direction.");
      }
      if (sockets.some(({ kind }) => kind.startsWith("unix"))) {
        sentences.push(NO_PACKETS);
      }
    }
    return wrapText(dim(sentences.join(" ")), { width });
  }
}

/** Splits items before each step, so that each part has at most one step. */
function splitAtSteps(items: TimelineItem[]): TimelineItem[][] {
  const parts: TimelineItem[][] = [];
  let from = 0;
  for (let at = 1; at <= items.length; at++) {
    const item = items[at];
    const isStep = item?.seen === "story" && item.event.kind === "step";
    if (at < items.length && !isStep) continue;
    parts.push(items.slice(from, at));
    from = at;
  }
  return parts.filter((part) => part.length > 0);
}

function paint(row: Row): string {
  const text = row.text();
  if (row.quiet) return dim(text);
  if (row.failed) return red(text);
  return row.view === "story" ? text : VIEWS[row.view].paint(text);
}
