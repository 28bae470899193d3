import { bold, dim } from "@std/fmt/colors";
import {
  padEndVisible,
  truncateVisible,
  visibleWidth,
  wrapText,
} from "../show/mod.ts";
import { nameOfSocket, type Socket } from "./socket_calls.ts";
import type { LeftOut, TimedCall, TimelineItem } from "./timeline.ts";
import type { WirePacket } from "./wire_packet.ts";

/** The most endings that get a line each. */
const MAX_ENDINGS = 16;

/** The calls, packets, and bytes of one step. */
export interface StepCost extends LeftOut {
  /** The step's number and title. */
  title: string;
}

/**
 * Adds up the calls, packets, and bytes of each step.
 *
 * @param items The timeline.
 * @returns One entry per step, in order, and one for the items before the first.
 */
export function costOfSteps(items: TimelineItem[]): StepCost[] {
  const costs = new Map<number, StepCost>();
  for (const item of items) {
    const title = item.seen === "story" && item.event.kind === "step"
      ? `${item.event.number}  ${item.event.title}`
      : "before the first step";
    const cost = costs.get(item.step) ?? {
      title,
      calls: 0,
      packets: 0,
      sent: { asked: 0, moved: 0 },
      received: { asked: 0, moved: 0 },
    };
    costs.set(item.step, cost);
    if (item.seen === "more") addUp(cost, item.more);
    else if (item.seen !== "story") addUp(cost, costOf(item));
  }
  return [...costs.values()].filter(({ title, calls, packets }) =>
    title !== "before the first step" || calls + packets > 0
  );
}

/**
 * Counts one item.
 *
 * @param item The call, packet, or event.
 * @returns The item's calls, packets, and bytes.
 */
export function costOf(item: TimelineItem): LeftOut {
  const nothing = { asked: 0, moved: 0 };
  const cost = { calls: 0, packets: 0, sent: nothing, received: nothing };
  if (item.seen === "packet") return { ...cost, packets: 1 };
  if (item.seen !== "call") return cost;
  const { moves, asked = 0, moved = 0, error } = item.call;
  // Where nothing was there yet, it asks for the same once more.
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
export function addUp(sum: LeftOut, cost: LeftOut): void {
  sum.calls += cost.calls;
  sum.packets += cost.packets;
  for (const way of ["sent", "received"] as const) {
    sum[way].asked += cost[way].asked;
    sum[way].moved += cost[way].moved;
  }
}

/** The effects of the calls that closed one socket. */
export interface SocketEnding {
  /** The socket. */
  socket: Socket;
  /** The step of the first such call: file descriptors are reused. */
  step: number;
  /** What each `shutdown` and `close` sent. */
  effects: string[];
}

/**
 * Finds what each `shutdown` and `close` sent.
 *
 * @param items The timeline.
 * @returns One entry per socket, in the order of the first such call.
 */
export function effectsOfClosing(items: TimelineItem[]): SocketEnding[] {
  const endings = new Map<number, SocketEnding>();
  items.forEach((item, i) => {
    if (item.seen !== "call") return;
    const { socket, name, given } = item.call;
    if (name !== "shutdown" && name !== "close") return;
    const { step } = item;
    const ending = endings.get(socket.id) ?? { socket, step, effects: [] };
    endings.set(socket.id, ending);
    const what = name === "shutdown" ? `shutdown(${given})` : "close()";
    const effect = effectOf(item.call, items, i);
    ending.effects.push(`${what} ${effect}`);
  });
  return [...endings.values()];
}

function effectOf(call: TimedCall, items: TimelineItem[], at: number): string {
  const { socket, error } = call;
  if (error !== undefined) return `failed with ${error}`;
  if (socket.role === "listening") return "lets no more clients come";
  if (socket.kind === "udp") return "sent nothing: UDP has no end";
  if (socket.kind !== "tcp") return "sent no packet";
  const mine = (item: TimelineItem) =>
    item.seen === "call" && item.call.socket.id === socket.id;
  const later = items.slice(at + 1);
  // Until the next call on this socket; after its close, to the very end.
  const next = later.findIndex(mine);
  const window = next === -1 ? later : later.slice(0, next);
  const [fin, rst] = ["FIN", "RST"].map((flag) =>
    window.findIndex((item) =>
      item.seen === "packet" && isSentBy(item.packet, socket) &&
      (item.packet.flags ?? "").includes(flag)
    )
  );
  // A socket that is closed answers data, and it is these that bring the RST.
  const isAnswer = rst !== -1 &&
    window.slice(0, rst).some((item) =>
      item.seen === "packet" && item.packet.bytes > 0 &&
      isSentTo(item.packet, socket)
    );
  const words = [
    ...(fin !== -1 ? ["FIN"] : []),
    ...(rst !== -1 && !isAnswer ? ["RST"] : []),
  ];
  const answered = isAnswer ? ", and RST later, in answer to data" : "";
  if (words.length > 0) return `sent ${words.join(", then ")}${answered}`;
  const before = items.slice(0, at).findLast((item) =>
    mine(item) && item.seen === "call" && item.call.name === "shutdown" &&
    item.call.error === undefined
  );
  const nothing = before === undefined ? "sent nothing" : "nothing more";
  return nothing + answered;
}

function isSentTo({ source, destination }: WirePacket, socket: Socket) {
  const { local, remote = source } = socket;
  return source === remote && destination === local;
}

function isSentBy({ source, destination }: WirePacket, socket: Socket) {
  const { local, remote = destination } = socket;
  return source === local && destination === remote;
}

/**
 * Draws the summary below a timeline.
 *
 * @param items The timeline.
 * @param options `width`: the width in characters; `packets`: whether packets were
 * captured, so that the summary can say what each close sent; `calls`: whether
 * calls were requested.
 * @returns The lines.
 */
export function drawSummary(
  items: TimelineItem[],
  options: { width: number; calls: boolean; packets: boolean },
): string[] {
  const { width, calls, packets } = options;
  const steps = costOfSteps(items);
  const columns = [
    ...(calls ? ["calls"] : []),
    ...(packets ? ["packets"] : []),
    ...(calls ? ["bytes sent", "bytes received"] : []),
  ];
  const rows = steps.map((cost) => [
    ...(calls ? [String(cost.calls)] : []),
    ...(packets ? [String(cost.packets)] : []),
    ...(calls
      ? [
        `${cost.sent.moved} of ${cost.sent.asked}`,
        `${cost.received.moved} of ${cost.received.asked}`,
      ]
      : []),
  ]);
  const lines = [
    ...drawCosts(steps.map(({ title }) => title), columns, { rows, width }),
    ...(calls
      ? wrapText(
        dim(
          "bytes: how many were moved, of how many there were or was room for",
        ),
        { width },
      )
      : []),
  ];
  const endings = calls && packets ? groupAlike(effectsOfClosing(items)) : [];
  if (endings.length > 0) {
    lines.push("", bold("What each close did, and in which step"));
  }
  const column = Math.max(0, ...endings.map(([name]) => name.length)) + 2;
  for (const [name, effects] of endings) {
    lines.push(...wrapText(effects, {
      width,
      indent: " ".repeat(column),
      firstIndent: name.padEnd(column),
    }));
  }
  return lines;
}

/**
 * Makes one line per socket, or one for all sockets with the same ending if there
 * are many. UDP sockets always have the same ending, so they share one line.
 */
function groupAlike(
  endings: SocketEnding[],
): [name: string, effects: string][] {
  const named = endings.map(({ socket, step, effects }) => ({
    isUdp: socket.kind === "udp",
    step,
    name: nameOfSocket(socket),
    effects: effects.join(", "),
  }));
  const areMany = named.filter(({ isUdp }) => !isUdp).length > MAX_ENDINGS;
  const groups = Map.groupBy(
    named,
    ({ isUdp, name, effects }, i) =>
      isUdp || areMany ? `${name.replace(/^\d+, \w+ /, "")}: ${effects}` : i,
  );
  return [...groups.values()].map(([first, ...others]) => {
    const [, words] = first.name.match(/^\d+, \w+ (.*)$/)!;
    const name = others.length === 0
      ? `${first.step}  ${first.name}`
      : `   ${others.length + 1} ${words}s`;
    return [name, first.effects];
  });
}

/** Draws a table with numbers on the right; titles get the remaining width. */
function drawCosts(
  titles: string[],
  columns: string[],
  { rows, width }: { rows: string[][]; width: number },
): string[] {
  const widths = columns.map((name, i) =>
    Math.max(name.length, ...rows.map((row) => row[i].length)) + 2
  );
  const numbers = widths.reduce((sum, one) => sum + one, 0);
  const head = "What each step cost";
  const cellsOf = (cells: string[]) =>
    cells.map((cell, i) => cell.padStart(widths[i])).join("");
  const room = width - numbers;
  if (room < head.length) {
    // Big numbers on a narrow terminal: each title has a line of its own.
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
