import { Printer, type ShowEvent } from "../show/mod.ts";
import { describeItem } from "./describe.ts";
import { type Fold, kindOf, likeOf } from "./fold.ts";
import type { Layout, View } from "./layout.ts";
import type { NameOf } from "./names.ts";
import type { LeftOut, TimelineItem } from "./timeline.ts";

/** One item on a timeline, before layout. */
export interface Row {
  atMs: number;
  view: View;
  /** Describes the item; called only for items that are shown. */
  text: () => string;
  /** Lines that use the full width, instead of `text`. */
  across?: string[];
  /** Whether it's less important than the rest. */
  quiet: boolean;
  failed: boolean;
  /** A key: rows with the same key look alike. It's empty for a unique row. */
  like: string;
  /** The name of its kind, for the line about omitted rows. */
  kind: string;
  /** The number of rows of each kind that are left out here. */
  leftOut?: Partial<Record<View, Record<string, number>>>;
}

/** Events that are drawn as in the lesson's own output. */
const ACROSS: ShowEvent["kind"][] = [
  ...["lesson", "step", "say", "predict", "predicted"] as const,
  ...["bytes", "bars", "table", "headers", "segments"] as const,
];

/** Returns whether to keep the text on one line, such as a command to copy. */
function goesAcross(event: ShowEvent): boolean {
  return ACROSS.includes(event.kind) ||
    (event.kind === "fact" && event.isCommand === true);
}

/** Events without an empty line before them. */
const PARAGRAPHS: ShowEvent["kind"][] = [
  ...["lesson", "say", "predict", "bytes", "fact"] as const,
];

/** Turns items into rows. */
export class Rows {
  readonly #layout: Layout;
  readonly #nameOf: NameOf;
  /** The number of calls that didn't become rows. */
  hidden = 0;
  readonly #all: boolean;

  /**
   * @param layout The layout, which knows the width.
   * @param options `nameOf` names addresses; `all` is whether to make rows for
   * the calls that only get or set something.
   */
  constructor(layout: Layout, options: { nameOf: NameOf; all: boolean }) {
    this.#layout = layout;
    this.#nameOf = options.nameOf;
    this.#all = options.all;
  }

  /**
   * Makes the rows of some items.
   *
   * @param items The items, in order.
   * @returns The rows.
   */
  of(items: TimelineItem[]): Row[] {
    const rows: Row[] = [];
    for (const item of items) {
      const row = this.#rowOf(item);
      if (row === undefined) continue;
      const last = rows.at(-1);
      // Calls that only get addresses and settings share one row.
      if (row.quiet && row.view === "call" && isQuietCall(last)) {
        const [before, more] = [last.text, row.text];
        last.text = () => `${before()}, ${more()}`;
      } else rows.push(row);
    }
    return rows;
  }

  #rowOf(item: TimelineItem): Row | undefined {
    if (item.seen === "more") return rowLeftOut(item.atMs, item.more);
    const { atMs, seen: view } = item;
    if (!this.#layout.views.includes(view)) return undefined;
    const row = { ...plainRow(atMs, view), like: likeOf(item) };
    row.kind = kindOf(item);
    if (item.seen === "story" && goesAcross(item.event)) {
      return { ...row, across: this.#linesOf(item.event) };
    }
    const nameOf = this.#nameOf;
    const width = this.#layout.widths[view];
    row.text = () => describeItem(item, { nameOf, width });
    if (item.seen === "story" && row.text() === "") return undefined;
    if (item.seen === "packet") {
      row.failed = item.packet.flags?.includes("RST") ?? false;
    } else if (item.seen === "call") {
      const { error, housekeeping } = item.call;
      const waits = error === "EAGAIN" || error === "EINPROGRESS";
      row.quiet = housekeeping && error === undefined;
      row.failed = error !== undefined && !waits;
      if (row.quiet && !this.#all) {
        this.hidden++;
        return undefined;
      }
    }
    return row;
  }

  #linesOf(event: ShowEvent): string[] {
    let text = "";
    const { width } = this.#layout;
    const printer = new Printer((line) => text += line, { width });
    printer.show(event);
    printer.flush();
    const lines = text.split("\n").slice(0, -1);
    return PARAGRAPHS.includes(event.kind) ? lines : ["", ...lines];
  }
}

function plainRow(atMs: number, view: View): Row {
  const flags = { quiet: false, failed: false };
  return { atMs, view, text: () => "", ...flags, like: "", kind: "" };
}

function isQuietCall(row: Row | undefined): row is Row {
  return row !== undefined && row.view === "call" && row.quiet;
}

/** Makes a row for the items that a recording leaves out. */
function rowLeftOut(atMs: number, { names }: LeftOut): Row {
  return { ...plainRow(atMs, "story"), quiet: true, leftOut: names };
}

/**
 * Makes one row for omitted rows.
 *
 * @param fold The rows.
 * @returns A row that says how many of each kind there are.
 */
export function rowOfFold({ folded }: Fold<Row>): Row {
  const leftOut: NonNullable<Row["leftOut"]> = {};
  for (const row of folded) {
    const kinds: Row["leftOut"] = row.leftOut ?? { [row.view]: kindsOf(row) };
    for (const [view, counts] of Object.entries(kinds)) {
      const sum = leftOut[view as View] ??= {};
      for (const [kind, count] of Object.entries(counts)) {
        sum[kind] = (sum[kind] ?? 0) + count;
      }
    }
  }
  const [{ atMs }] = folded;
  return { ...plainRow(atMs, "story"), quiet: true, leftOut };
}

function kindsOf({ kind, view }: Row): Record<string, number> {
  return { [kind || (view === "story" ? "line" : view)]: 1 };
}
