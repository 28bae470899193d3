import { bold, dim } from "@std/fmt/colors";
import {
  padEndVisible,
  truncateVisible,
  visibleWidth,
  wrapText,
} from "../show/mod.ts";
import { ClosingEffects, type SocketEnding } from "./closing.ts";
import { nameOfSocket } from "./socket_calls.ts";
import type { Cost, TimelineItem } from "./timeline.ts";

/** The most endings that get a line each. */
const MAX_ENDINGS = 16;

/** The cost of one step. */
export interface StepCost extends Cost {
  /** The step's number and title. */
  title: string;
}

/** Options for drawing a summary. */
export interface SummaryOptions {
  /** The width in characters. */
  width: number;
  /** Whether calls were requested. */
  calls: boolean;
  /** Whether packets were captured, which show what each close sent. */
  packets: boolean;
  /**
   * The only step to summarize.
   *
   * @default {all of them}
   */
  step?: number;
}

/** Adds up a run item by item, and keeps only the sums. */
export class RunSummary {
  readonly #costs = new Map<number, StepCost>();
  readonly #closing = new ClosingEffects((ending) => this.#count(ending));
  /** Endings that are only counted, by their common text. */
  readonly #counted = new Map<string, { ending: Ending; count: number }>();

  /**
   * Adds items.
   *
   * @param items The next items of the timeline.
   */
  add(items: TimelineItem[]): void {
    for (const item of items) {
      this.#addCost(item);
      this.#closing.add(item);
    }
  }

  /**
   * Returns the calls, packets, and bytes of each step.
   *
   * @returns One entry per step, in order, and one for the items before the
   * first.
   */
  costs(): StepCost[] {
    if (!this.#hasSteps) {
      return [...this.#costs.values()].map((cost) => ({ ...cost, title: "" }));
    }
    return [...this.#costs.values()].filter(({ title, calls, packets }) =>
      title !== BEFORE || calls + packets > 0
    );
  }

  /**
   * Draws the summary.
   *
   * @param options The parts to draw, and the width.
   * @returns The lines.
   */
  draw(options: SummaryOptions): string[] {
    const { calls, packets, step, width } = options;
    const all = [...this.#costs];
    const costs = step === undefined
      ? this.costs()
      : all.flatMap(([number, cost]) => number === step ? [cost] : []);
    const head = this.#hasSteps ? "What each step cost" : "What it cost";
    const lines = drawCosts(costs, { ...options, head });
    if (!calls || !packets) return lines;
    const counted = step === undefined ? [...this.#counted.values()] : [];
    const endings = this.#closing.endings()
      .filter((ending) => step === undefined || ending.step === step)
      .map((ending) => ({ ending: endingOf(ending), count: 1 }));
    const groups = groupAlike([...counted, ...endings]);
    if (groups.length === 0) return lines;
    const title = "What each close did" +
      (this.#hasSteps ? ", and in which step" : "");
    return [...lines, "", bold(title), ...drawEndings(groups, width)];
  }

  /** Whether there are steps; a server has none. */
  get #hasSteps(): boolean {
    return [...this.#costs.keys()].some((step) => step > 0);
  }

  #addCost(item: TimelineItem): void {
    const title = item.seen === "story" && item.event.kind === "step"
      ? `${item.event.number}  ${item.event.title}`
      : BEFORE;
    const cost = this.#costs.get(item.step) ?? { title, ...noCost() };
    this.#costs.set(item.step, cost);
    if (item.seen === "more") addUp(cost, item.more);
    else if (item.seen !== "story") addUp(cost, costOf(item));
  }

  #count(closed: SocketEnding): void {
    const ending = endingOf(closed);
    const key = `${ending.words}: ${ending.effects}`;
    const known = this.#counted.get(key);
    if (known === undefined) this.#counted.set(key, { ending, count: 1 });
    else known.count++;
  }
}

const BEFORE = "before the first step";

/**
 * Returns the cost of nothing.
 *
 * @returns A cost that can be added to.
 */
export function noCost(): Cost {
  const sent = { asked: 0, moved: 0 };
  const received = { asked: 0, moved: 0 };
  return { calls: 0, packets: 0, sent, received };
}

/**
 * Counts one item.
 *
 * @param item The call, packet, or event.
 * @returns The item's calls, packets, and bytes.
 */
export function costOf(item: TimelineItem): Cost {
  const cost = noCost();
  if (item.seen === "packet") return { ...cost, packets: 1 };
  if (item.seen !== "call") return cost;
  const { moves, asked = 0, moved = 0, error } = item.call;
  // If nothing had arrived yet, the program will ask for the same bytes again.
  const isCounted = moves !== undefined && error !== "EAGAIN";
  const way = moves === "out" ? "sent" : "received";
  return {
    ...cost,
    calls: 1,
    ...(isCounted ? { [way]: { asked, moved } } : {}),
  };
}

/**
 * Adds a cost to a sum.
 *
 * @param sum The sum, which is changed.
 * @param cost The cost to add.
 */
export function addUp(sum: Cost, cost: Cost): void {
  sum.calls += cost.calls;
  sum.packets += cost.packets;
  for (const way of ["sent", "received"] as const) {
    sum[way].asked += cost[way].asked;
    sum[way].moved += cost[way].moved;
  }
}

/**
 * Adds up the calls, packets, and bytes of each step of a whole run.
 *
 * @param items The timeline.
 * @returns One entry per step, in order, and one for the items before the first.
 */
export function costOfSteps(items: TimelineItem[]): StepCost[] {
  const summary = new RunSummary();
  summary.add(items);
  return summary.costs();
}

/**
 * Draws the summary of a whole run.
 *
 * @param items The timeline.
 * @param options The parts to draw, and the width.
 * @returns The lines.
 */
export function drawSummary(
  items: TimelineItem[],
  options: SummaryOptions,
): string[] {
  const summary = new RunSummary();
  summary.add(items);
  return summary.draw(options);
}

/** The ending of one socket, in words. */
interface Ending {
  step: number;
  /** The socket's name, such as `22, an accepted socket`. */
  name: string;
  /** The kind of socket, such as `accepted socket`. */
  words: string;
  effects: string;
  isUdp: boolean;
}

function endingOf({ socket, step, effects }: SocketEnding): Ending {
  const name = nameOfSocket(socket);
  return {
    step,
    name,
    words: name.replace(/^\d+, \w+ /, ""),
    effects: effects.join(", "),
    isUdp: socket.kind === "udp",
  };
}

/**
 * Makes one line per socket, or one for all sockets with the same ending if there
 * are many. UDP sockets always have the same ending, so they share one line.
 */
function groupAlike(
  endings: { ending: Ending; count: number }[],
): [name: string, effects: string][] {
  const areMany = endings.reduce(
    (n, { ending, count }) => n + (ending.isUdp ? 0 : count),
    0,
  ) >
    MAX_ENDINGS;
  const groups = Map.groupBy(
    endings,
    ({ ending: { isUdp, words, effects } }, i) =>
      isUdp || areMany ? `${words}: ${effects}` : i,
  );
  return [...groups.values()].map((group) => {
    const [{ ending: { step, name, words, effects } }] = group;
    const count = group.reduce((sum, { count }) => sum + count, 0);
    const one = step === 0 ? name : `${step}  ${name}`;
    return [count === 1 ? one : `   ${count} ${words}s`, effects];
  });
}

function drawEndings(
  groups: [name: string, effects: string][],
  width: number,
): string[] {
  const column = Math.max(...groups.map(([name]) => name.length)) + 2;
  return groups.flatMap(([name, effects]) =>
    wrapText(effects, {
      width,
      indent: " ".repeat(column),
      firstIndent: name.padEnd(column),
    })
  );
}

/** Draws what each step cost. */
function drawCosts(
  costs: StepCost[],
  { width, calls, packets, head }: SummaryOptions & { head: string },
): string[] {
  const columns = [
    ...(calls ? ["calls"] : []),
    ...(packets ? ["packets"] : []),
    ...(calls ? ["bytes sent", "bytes received"] : []),
  ];
  const rows = costs.map((cost) => [
    ...(calls ? [String(cost.calls)] : []),
    ...(packets ? [String(cost.packets)] : []),
    ...(calls
      ? [
        `${cost.sent.moved} of ${cost.sent.asked}`,
        `${cost.received.moved} of ${cost.received.asked}`,
      ]
      : []),
  ]);
  const titles = costs.map(({ title }) => title);
  return [
    ...drawTable(titles, columns, { rows, width, head }),
    ...(calls
      ? wrapText(
        dim(
          "bytes: how many were moved, out of how many there were to send " +
            "or room for",
        ),
        { width },
      )
      : []),
  ];
}

/** Draws a table with numbers on the right; titles get the remaining width. */
function drawTable(
  titles: string[],
  columns: string[],
  { rows, width, head }: { rows: string[][]; width: number; head: string },
): string[] {
  const widths = columns.map((name, i) =>
    Math.max(name.length, ...rows.map((row) => row[i].length)) + 2
  );
  const numbers = widths.reduce((sum, one) => sum + one, 0);
  const cellsOf = (cells: string[]) =>
    cells.map((cell, i) => cell.padStart(widths[i])).join("");
  const room = width - numbers;
  if (room < head.length) {
    // If the numbers are too wide for the terminal, each title gets its own
    // line.
    return [
      bold(head),
      bold(cellsOf(columns)),
      ...rows.flatMap((row, i) => [
        truncateVisible(titles[i], width),
        cellsOf(row),
      ]),
    ];
  }
  const titleWidth = Math.min(
    room,
    Math.max(head.length, ...titles.map(visibleWidth)),
  );
  const line = (title: string, cells: string[]) =>
    padEndVisible(truncateVisible(title, titleWidth), titleWidth) +
    cellsOf(cells);
  return [
    bold(line(head, columns)),
    ...rows.map((row, i) => line(titles[i], row)),
  ];
}
