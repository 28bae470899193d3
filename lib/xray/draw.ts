import { bold, cyan, dim, green, red, yellow } from "@std/fmt/colors";
import { padEndVisible, wrapText } from "../show/mod.ts";
import { describeItem, MIN_NUMBERS_WIDTH } from "./describe.ts";
import { type Fold, foldRepeats, likeOf } from "./fold.ts";
import { type NameOf, namesIn } from "./names.ts";
import type { LeftOut, TimelineItem } from "./timeline.ts";

/** Where a thing was seen. */
export type View = "story" | "call" | "packet";

/** How a timeline is drawn. */
export interface DrawOptions {
  /** Columns to fit into, at least 60. */
  width: number;
  /** What to draw besides the story. */
  views: Exclude<View, "story">[];
}

const TIME_WIDTH = 11;
/** Fewer columns than this cannot hold two views, or three, side by side. */
const MIN_WIDTH = [0, 0, 76, 100];
const GAP = 3;
const MAX_STORY_WIDTH = 34;

type Paint = (text: string) => string;

const VIEWS: Record<View, {
  title: string;
  mark: string;
  paint: Paint;
}> = {
  story: { title: "the lesson", mark: "●", paint: cyan },
  call: { title: "system calls", mark: "▸", paint: yellow },
  packet: { title: "packets", mark: "⇢", paint: green },
};

/** What is to be seen, by the views beside the story. */
const CONTENTS: Record<string, string> = {
  "": "What the lesson did.",
  "call": "What the lesson did, and the system calls that it made for that.",
  "packet": "What the lesson did, and the packets that went out because of it.",
  "call packet": "What the lesson did, the system calls that it made for " +
    "that, and the packets that went out because of them.",
};

const NO_PACKETS = "Unix sockets have no packets: their bytes go from one " +
  "socket to the other inside the kernel.";

/**
 * Draws a timeline: columns side by side where there is room for all, and
 * otherwise one line after another, each marked with where it was seen.
 *
 * @param items What happened, in order.
 * @param options What to draw, and how wide.
 * @returns Lines.
 */
export function drawTimeline(
  items: TimelineItem[],
  options: DrawOptions,
): string[] {
  const views: View[] = ["story", ...options.views];
  const layout = layOut(views, options.width);
  const rows = rowsOf(items, layout);
  return [
    ...legendOf(items, layout),
    "",
    ...headOf(layout),
    ...foldRepeats(rows).flatMap((row) => drawRow(row, layout)),
  ];
}

/** Which views go where. */
interface Layout {
  views: View[];
  /** Columns of the whole. */
  width: number;
  /** Columns of each view, or of all of them where they share one column. */
  widths: Record<View, number>;
  sideBySide: boolean;
}

function layOut(views: View[], width: number): Layout {
  const sideBySide = width >= MIN_WIDTH[views.length];
  const room = width - TIME_WIDTH -
    (sideBySide ? GAP * (views.length - 1) : 2);
  const others = views.length - 1;
  // A little less for the story, whose lines are short, and no more than fits.
  const story = sideBySide
    ? Math.min(MAX_STORY_WIDTH, Math.floor(room * 10 / (10 + 12 * others)))
    : room;
  const other = sideBySide ? Math.floor((room - story) / others) : room;
  const widths = { story, call: other, packet: other };
  return { views, width, widths, sideBySide };
}

/** Says how to read what follows, no more than it needs. */
function legendOf(items: TimelineItem[], layout: Layout): string[] {
  const { views, width, widths } = layout;
  const sockets = items.flatMap((item) =>
    item.seen === "call" ? [item.call.socket] : []
  );
  const sentences = [
    CONTENTS[views.slice(1).join(" ")],
    "Time runs down, by one clock.",
  ];
  if (views.includes("call") && sockets.length > 0) {
    const [{ descriptor }] = sockets;
    sentences.push(
      `${descriptor} and the like are descriptors: the program's numbers for ` +
        "its sockets.",
    );
  }
  if (views.includes("packet")) {
    const isTcp = items.some((item) =>
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

function headOf({ views, widths, sideBySide }: Layout): string[] {
  if (sideBySide) {
    const cells = views.map((view) =>
      padEndVisible(bold(VIEWS[view].title), widths[view])
    );
    const rules = views.map((view) => "─".repeat(widths[view]));
    return [
      " ".repeat(TIME_WIDTH) + cells.join(dim(" │ ")).trimEnd(),
      dim("─".repeat(TIME_WIDTH) + rules.join("─┼─")),
    ];
  }
  const marks = views.map((view) => {
    const { mark, title, paint } = VIEWS[view];
    return `${paint(mark)} ${title}`;
  });
  return [" ".repeat(TIME_WIDTH) + marks.join("   ")];
}

/** Something that was seen, and is not left out. */
type Seen = Exclude<TimelineItem, { seen: "more" }>;

/** One thing on a timeline, before it is laid out. */
interface Row {
  atMs: number;
  view: View;
  text: string;
  /** A step's title goes across everything. */
  heading: boolean;
  /** What is less worth reading than the rest. */
  quiet: boolean;
  failed: boolean;
  like: string;
  /** How many rows of each view stood here that are left out. */
  leftOut?: Partial<Record<View, number>>;
}

function rowsOf(items: TimelineItem[], layout: Layout): Row[] {
  const nameOf = namesIn(items);
  const rows: Row[] = [];
  for (const item of items) {
    if (item.seen === "more") {
      rows.push(rowLeftOut(item.atMs, item.more));
      continue;
    }
    if (!layout.views.includes(item.seen)) continue;
    const row = rowOf(item, nameOf, layout);
    if (row.text === "") continue;
    const last = rows.at(-1);
    // What only asks for addresses and settings, one after another, is one row.
    if (
      row.view === "call" && row.quiet && last?.view === "call" && last.quiet
    ) {
      last.text += `, ${row.text}`;
    } else rows.push(row);
  }
  return rows;
}

/** A row for what a recording leaves out. */
function rowLeftOut(atMs: number, { calls, packets }: LeftOut): Row {
  const common = { text: "", heading: false, quiet: true, failed: false };
  const leftOut = { call: calls, packet: packets };
  return { atMs, view: "story", ...common, like: "", leftOut };
}

function rowOf(item: Seen, nameOf: NameOf, layout: Layout): Row {
  const { atMs, seen: view } = item;
  const row = {
    atMs,
    view,
    text: describeItem(item, { nameOf, width: layout.widths[view] }),
    heading: false,
    quiet: false,
    failed: false,
    like: likeOf(item),
  };
  if (item.seen === "story") {
    if (item.event.kind !== "step") return row;
    const { number, title } = item.event;
    return { ...row, text: `${number}  ${title}`, heading: true };
  }
  if (item.seen === "packet") {
    return { ...row, failed: item.packet.flags?.includes("RST") ?? false };
  }
  const { error, housekeeping } = item.call;
  const waits = error === "EAGAIN" || error === "EINPROGRESS";
  return {
    ...row,
    quiet: housekeeping && error === undefined,
    failed: error !== undefined && !waits,
  };
}

function drawRow(row: Row | Fold<Row>, layout: Layout): string[] {
  if ("folded" in row) {
    const leftOut: Partial<Record<View, number>> = {};
    for (const { view } of row.folded) leftOut[view] = (leftOut[view] ?? 0) + 1;
    return drawLeftOut(row.folded[0].atMs, leftOut, layout);
  }
  if (row.leftOut) return drawLeftOut(row.atMs, row.leftOut, layout);
  if (row.heading) return ["", bold(row.text)];
  return drawCells(row.atMs, { [row.view]: paint(row) }, layout);
}

/** Says in each view how many rows of it are left out. */
function drawLeftOut(
  atMs: number,
  leftOut: Partial<Record<View, number>>,
  layout: Layout,
): string[] {
  const cells = layout.views.flatMap((view) => {
    const count = leftOut[view] ?? 0;
    return count === 0 ? [] : [[view, dim(`… ${count} more like these`)]];
  });
  if (cells.length === 0) return [];
  return drawCells(atMs, Object.fromEntries(cells), layout);
}

function drawCells(
  atMs: number,
  cells: Partial<Record<View, string>>,
  { views, width, widths, sideBySide }: Layout,
): string[] {
  const time = formatTime(atMs).padStart(TIME_WIDTH - 2);
  if (!sideBySide) {
    return views.flatMap((view) => {
      const text = cells[view];
      if (text === undefined) return [];
      const { mark, paint } = VIEWS[view];
      return untie(wrapText(text, {
        width,
        indent: " ".repeat(TIME_WIDTH + 4),
        firstIndent: `${dim(time)}  ${paint(mark)} `,
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
    const first = i === 0 ? dim(time) : " ".repeat(TIME_WIDTH - 2);
    return `${first}  ${texts.join(dim(" │ "))}`.trimEnd();
  });
}

/** To a hundredth of a millisecond, so that what is close can be told apart. */
function formatTime(ms: number): string {
  return ms < 999.995 ? `${ms.toFixed(2)} ms` : `${(ms / 1000).toFixed(3)} s`;
}

/** Spaces at the end of a line, and the escapes that end its colours. */
// deno-lint-ignore no-control-regex
const TRAILING = / +((?:\x1b\[\d+m)*)$/;

/** Makes tied words plain; where they had to be cut, a space may be left. */
function untie(lines: string[]): string[] {
  return lines.map((line) =>
    line.replaceAll("\u00a0", " ").replace(TRAILING, "$1")
  );
}

function paint({ view, text, quiet, failed }: Row): string {
  if (quiet) return dim(text);
  if (failed) return red(text);
  return view === "story" ? text : VIEWS[view].paint(text);
}
