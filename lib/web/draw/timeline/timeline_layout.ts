/**
 * Places a timeline's rows on its five lifelines. Each row is as high as its
 * label, its buffer, and its calls need, so that texts don't overlap.
 *
 * @module
 */
import { foldHeight } from "../fold_line.tsx";
import { HEAD_HEIGHT, type Lifeline } from "../lifelines.tsx";
import { fitText, textWidth, wrapLabel } from "../metrics.ts";
import { PAUSE_HEIGHT, type PlacedPause, placePause } from "../pause.tsx";
import { LINE_HEIGHT, PILL_RADIUS, pillWidth } from "../shapes.tsx";
import type { EventOf, Side, Socket, TimelineItem } from "../types.ts";
import type { BufferLevel } from "./buffers.ts";
import type { TimelineRow } from "./rows.ts";
import type { Sides } from "./sides.ts";
import { shortAddress } from "./words.ts";

/** The places of the lifelines, from left to right. */
export interface Columns {
  width: number;
  isNarrow: boolean;
  /** The right edge of the times. */
  time: number;
  program: Record<Side, number>;
  socket: Record<Side, number>;
}

/** A label in lines, and its color. */
export interface PlacedLabel {
  lines: string[];
  /** The middle. */
  x: number;
  /** The baseline of the first line. */
  y: number;
  kind: string;
}

/** A row, placed. */
export interface PlacedRow {
  row: TimelineRow;
  top: number;
  height: number;
  arrow?: { from: number; to: number; y: number; kind: string };
  /** The arrow of bytes that went from socket to socket without a packet. */
  carried?: { from: number; to: number; y: number };
  labels: PlacedLabel[];
  pills: { x: number; y: number; text: string; side: Side; index: number }[];
  gauges: PlacedGauge[];
  /** The lines of a step's title. */
  title?: string[];
  /** The lines of a fold. */
  fold?: string[];
  /** The wait before it, if it's long. */
  pause?: PlacedPause;
}

/** A buffer beside its socket. */
export interface PlacedGauge {
  level: BufferLevel;
  /** Its left edge. */
  x: number;
  /** Its middle. */
  y: number;
  /** The room for its cells and its words. */
  room: number;
}

/** The size of labels on a narrow page, in pixels. */
export const SMALL = 11;
/** Below this width, labels are smaller, and times have no unit. */
const NARROW = 560;
const MAX_WIDTH = 1100;
const GAUGE_HEIGHT = 20;
const PILL_HEIGHT = 2 * PILL_RADIUS + 6;

/** Returns the places of the lifelines. */
export function columnsFor(available: number): Columns {
  const width = Math.min(available, MAX_WIDTH);
  const isNarrow = width < NARROW;
  const time = isNarrow ? 38 : 64;
  // A wider page leaves more room beside the programs.
  const inset = isNarrow ? 16 : 30 + 50 * Math.min(1, (width - NARROW) / 340);
  const left = time + (isNarrow ? 10 : Math.round(inset * 0.7));
  const right = Math.round(width - inset);
  const gap = Math.round((right - left) * (isNarrow ? 0.33 : 0.31));
  return {
    width,
    isNarrow,
    time,
    program: { client: left, server: right },
    socket: { client: left + gap, server: right - gap },
  };
}

/** Returns the lifelines with their names. */
export function lifelinesOf(
  items: TimelineItem[],
  columns: Columns,
  sides: Sides,
): Lifeline[] {
  const { program, socket, isNarrow } = columns;
  const lanes = items.find((item) =>
    item.seen === "story" && item.event.kind === "lanes"
  );
  const lane = lanes?.seen === "story"
    ? lanes.event as EventOf<"lanes">
    : undefined;
  const names = {
    client: lane?.left ?? "client",
    server: lane?.right ?? "server",
  };
  const sockets: Record<Side, Map<number, Socket>> = {
    client: new Map(),
    server: new Map(),
  };
  for (const item of items) {
    if (item.seen !== "call") continue;
    for (const one of [item.call.socket, item.call.made]) {
      if (one === undefined || one.role === "listening") continue;
      sockets[sides.ofSocket(one)].set(one.id, one);
    }
  }
  const gap = socket.client - program.client;
  const beside = 2 * (columns.width - program.server);
  const programBox = isNarrow
    ? 58
    : Math.min(116, gap - 20, Math.max(74, beside));
  const between = socket.server - socket.client;
  const socketBox = isNarrow
    ? Math.min(74, gap)
    : Math.min(130, gap - 10, between - 70);
  const wireBox = Math.min(90, between - socketBox - 12);
  const programLine = (side: Side): Lifeline => ({
    // Keep the box at the edge on the page, even if its line isn't in the
    // middle.
    x: Math.max(
      programBox / 2 + 1,
      Math.min(columns.width - programBox / 2 - 1, program[side]),
    ),
    name: names[side],
    detail: "program",
    box: programBox,
    kind: `${side} program`,
  });
  const socketLine = (side: Side): Lifeline => ({
    x: socket[side],
    ...namesOfSockets([...sockets[side].values()], socketBox),
    box: socketBox,
    size: isNarrow ? SMALL : undefined,
    kind: `${side} socket`,
  });
  return [
    programLine("client"),
    socketLine("client"),
    // If there's no room for a box, draw only the line between the sockets.
    ...(wireBox < 50 ? [] : [{
      x: Math.round((socket.client + socket.server) / 2),
      name: staysInMemory(items)
        ? "memory"
        : wireBox < 80
        ? "wire"
        : "the wire",
      box: wireBox,
      kind: "wire",
    }]),
    socketLine("server"),
    programLine("server"),
  ];
}

/** Whether all sockets are Unix sockets, whose bytes never become packets. */
export function staysInMemory(items: TimelineItem[]): boolean {
  const kinds = new Set(
    items.flatMap((item) => item.seen === "call" ? item.call.socket.kind : []),
  );
  return kinds.size > 0 && [...kinds].every((kind) => /^unix/.test(kind));
}

function namesOfSockets(
  sockets: Socket[],
  box: number,
): { name: string; detail: string } {
  const [first] = sockets;
  if (first === undefined) return { name: "socket", detail: "kernel" };
  if (sockets.length > 1) {
    const numbers = new Set(sockets.map(({ descriptor }) => descriptor));
    const name = `${sockets.length} sockets`;
    return textWidth(name, SMALL) <= box - 6
      ? { name, detail: firstOf([...numbers], box - 6) }
      : { name: "sockets", detail: String(sockets.length) };
  }
  return {
    name: `socket ${first.descriptor}`,
    detail: first.local === undefined ? "kernel" : shortAddress(first.local),
  };
}

/** As many of the numbers as there's room for. */
function firstOf(numbers: number[], room: number): string {
  for (let count = numbers.length; count > 0; count--) {
    const end = count < numbers.length ? "…" : "";
    const text = numbers.slice(0, count).join(", ") + end;
    if (textWidth(text, SMALL) <= room) return text;
  }
  return "";
}

/**
 * Places rows.
 *
 * @param rows The rows, in order.
 * @param columns The places of the lifelines.
 * @returns The placed rows, and the height of all of them.
 */
export function layoutTimeline(
  rows: TimelineRow[],
  columns: Columns,
): { rows: PlacedRow[]; height: number } {
  let top = 8;
  const placed = rows.map((row, i) => {
    const waitedMs = i === 0 ? 0 : row.atMs - endOf(rows[i - 1]);
    const pause = placePause(waitedMs, top);
    if (pause !== undefined) top += PAUSE_HEIGHT;
    const one = placeRow(row, top, columns);
    top += one.height;
    return { ...one, pause };
  });
  return { rows: placed, height: top + 8 };
}

function endOf(row: TimelineRow): number {
  return row.kind === "fold" ? row.endMs : row.atMs;
}

function placeRow(
  row: TimelineRow,
  top: number,
  columns: Columns,
): PlacedRow {
  const empty = { row, top, labels: [], pills: [], gauges: [] };
  switch (row.kind) {
    case "step": {
      // Its font is wider than that of the labels.
      const title = wrapLabel(
        `Step ${row.number}: ${row.title}`,
        columns.width - 24,
        { lines: 3, size: 14.5 },
      );
      return { ...empty, title, height: 28 + title.length * 18 };
    }
    case "fold": {
      const words = row.opens ? `${row.words}: show them` : row.words;
      const fold = wrapLabel(words, columns.width - columns.time - 30, {
        lines: 4,
      });
      return { ...empty, fold, height: foldHeight(fold) + 12 };
    }
    case "story":
      return {
        ...empty,
        pills: placePills(row, top + 2 + PILL_RADIUS, columns),
        height: row.pills.length * PILL_HEIGHT + 2,
      };
    case "call":
      return placeCall(row, top, columns);
    case "packet":
      return placePacket(row, top, columns);
    default:
      return row satisfies never;
  }
}

function placeCall(
  row: TimelineRow & { kind: "call" },
  top: number,
  columns: Columns,
): PlacedRow {
  const { side, isTaking, mood, levels, carries } = row;
  const [a, b] = [columns.program[side], columns.socket[side]];
  const way = Math.sign(b - a);
  const [from, to] = isTaking
    ? [b - way * 3, a + way * 4]
    : [a + way * 3, b - way * 4];
  const room = Math.abs(b - a) - (columns.isNarrow ? 8 : 20);
  const lines = linesOf(row.words, room, columns, columns.isNarrow ? 7 : 4);
  const { client, server } = columns.socket;
  const carried = carries === undefined
    ? []
    : linesOf(carries, server - client - 16, columns, 2);
  const y = top + 4 + Math.max(lines.length, carried.length) * LINE_HEIGHT + 5;
  const baseline = (count: number) => y - 6 - (count - 1) * LINE_HEIGHT;
  const bottom = y + 7;
  const own = levels.filter((level) => level.side === side);
  const others = levels.filter((level) => level.side !== side);
  const gauges = [
    ...own.map((level, i) =>
      placeGauge(level, bottom + GAUGE_HEIGHT * (i + 0.5) - 2, columns)
    ),
    ...others.map((level) => placeGauge(level, y - 4, columns)),
  ];
  const pillTop = bottom + own.length * GAUGE_HEIGHT;
  const pills = placePills(row, pillTop + PILL_RADIUS + 2, columns);
  return {
    row,
    top,
    height: pillTop - top + pills.length * PILL_HEIGHT + 2,
    arrow: { from, to, y, kind: `${side} ${mood}` },
    ...(carries === undefined
      ? {}
      : { carried: carriedArrow(side, y, columns) }),
    labels: [
      {
        lines,
        x: (a + b) / 2,
        y: baseline(lines.length),
        kind: mood === "fails" ? "fail" : mood === "waits" ? "packet" : side,
      },
      {
        lines: carried,
        x: (client + server) / 2 - (side === "client" ? 4 : -4),
        y: baseline(carried.length),
        kind: "bytes",
      },
    ].filter((label) => label.lines.length > 0),
    pills,
    gauges,
  };
}

/** Places the arrow of bytes that go to the other socket without a packet. */
function carriedArrow(
  side: Side,
  y: number,
  { socket: { client, server } }: Columns,
): NonNullable<PlacedRow["carried"]> {
  return side === "client"
    ? { from: client + 4, to: server - 4, y }
    : { from: server - 4, to: client + 4, y };
}

function placePacket(
  row: TimelineRow & { kind: "packet" },
  top: number,
  columns: Columns,
): PlacedRow {
  const { side, packet, words: { main, numbers, notes }, levels } = row;
  const { client, server } = columns.socket;
  const [from, to] = side === "client"
    ? [client + 4, server - 4]
    : [server - 4, client + 4];
  const isFailure = packet.flags?.includes("RST") || packet.protocol === "icmp";
  const kind = isFailure
    ? "fail"
    : packet.retransmission
    ? "again"
    : packet.bytes > 0 || packet.protocol === "udp"
    ? "bytes"
    : "packet";
  // The ground of an arrow with bytes ends before its head.
  const room = server - client - (kind === "bytes" ? 24 : 16);
  const all = [main, numbers].filter((text) => text !== "").join(" ");
  const size = columns.isNarrow ? SMALL : undefined;
  const isOneLine = textWidth(all, size) <= room;
  const mains = isOneLine
    ? [all]
    : linesOf(main, room, columns, columns.isNarrow ? 7 : 4);
  const small = (text: string) =>
    text === "" ? [] : linesOf(text, room, columns, columns.isNarrow ? 4 : 2);
  const parts = [
    { lines: mains, kind },
    { lines: isOneLine ? [] : small(numbers), kind: "packet" },
    { lines: small(notes), kind: "packet notes" },
  ];
  const count = parts.reduce((sum, { lines }) => sum + lines.length, 0);
  const y = top + 4 + count * LINE_HEIGHT + 5;
  // Keep the label away from the arrow's head.
  const x = (client + server) / 2 - (side === "client" ? 4 : -4);
  const first = y - 6 - (count - 1) * LINE_HEIGHT;
  // A packet with data and an acknowledgment changes two buffers of one side.
  const gauges = levels.map((level, i) => {
    const above = levels.slice(0, i).filter(({ side }) => side === level.side);
    return placeGauge(level, y - 4 + above.length * GAUGE_HEIGHT, columns);
  });
  const bottom = Math.max(
    ...gauges.map(({ y }) => y + GAUGE_HEIGHT / 2),
    y + 6,
  );
  return {
    row,
    top,
    height: bottom - top + 4,
    arrow: { from, to, y, kind },
    labels: stackLabels(parts, x, first),
    pills: [],
    gauges,
  };
}

/** Places labels one below the other. */
function stackLabels(
  parts: { lines: string[]; kind: string }[],
  x: number,
  first: number,
): PlacedLabel[] {
  let y = first;
  return parts.filter(({ lines }) => lines.length > 0).map((part) => {
    const label = { ...part, x, y };
    y += part.lines.length * LINE_HEIGHT;
    return label;
  });
}

function linesOf(
  text: string,
  room: number,
  { isNarrow }: Columns,
  lines: number,
): string[] {
  return wrapLabel(text, room, isNarrow ? { lines, size: SMALL } : { lines });
}

/** Places a buffer between its socket and its program, at the socket. */
function placeGauge(
  level: BufferLevel,
  y: number,
  { program, socket }: Columns,
): PlacedGauge {
  const { side } = level;
  const room = Math.abs(socket[side] - program[side]) - 16;
  const x = side === "client" ? socket[side] - 8 - room : socket[side] + 8;
  return { level, x, y, room };
}

/** Places the program's calls on its lifeline, one below the other. */
function placePills(
  { pills }: TimelineRow,
  y: number,
  { program, width, time }: Columns,
): PlacedRow["pills"] {
  return pills.map(({ side, text, index }, i) => {
    const fitted = fitText(text, width - 24);
    const half = pillWidth(fitted) / 2;
    return {
      text: fitted,
      side,
      index,
      y: y + i * PILL_HEIGHT,
      x: Math.max(time + half + 1, Math.min(width - half - 1, program[side])),
    };
  });
}

/** The height of the heads above the timeline, in pixels. */
export const TIMELINE_HEAD: number = HEAD_HEIGHT;
