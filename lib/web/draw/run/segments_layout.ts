/**
 * Places the segments of a connection: an arrow for each, and below it the
 * states that it leads to.
 *
 * @module
 */
import { formatElapsed } from "../../../show/elapsed.ts";
import type { TcpState } from "../../../wire/tcp/state.ts";
import { type Fold, foldRepeats } from "../../../xray/fold.ts";
import { HEAD_HEIGHT, type Lifeline } from "../lifelines.tsx";
import { textWidth, wrapLabel } from "../metrics.ts";
import { segmentPhrases } from "../segment_words.ts";
import { LINE_HEIGHT } from "../shapes.tsx";
import type { DiagramSegment, EventOf, Side } from "../types.ts";
import { TIME_WIDTH } from "./lanes_layout.ts";

/** A state on its lifeline. */
export interface PlacedState {
  side: Side;
  name: TcpState;
  x: number;
  y: number;
}

/** A segment, placed. */
export interface SegmentRow {
  /** The index of its segment. */
  index: number;
  top: number;
  height: number;
  time: string;
  from: number;
  to: number;
  /** The height of the arrow. */
  y: number;
  /** Which end sent it. */
  side: Side;
  lines: string[];
  /**
   * The class that colors it: `bytes`, `packet`, `again`, `fail`, or `lost`.
   */
  kind: string;
  /** The states that begin with it. */
  states: PlacedState[];
}

/** A diagram, placed. */
export interface SegmentsLayout {
  width: number;
  height: number;
  lanes: Record<Side, Lifeline>;
  /** The states before the first segment. */
  before: PlacedState[];
  rows: SegmentRow[];
  /** The folds: what is left out of long repetitions, and where. */
  folds: { y: number; text: string }[];
}

/** The width of a state's box, in pixels. */
export const STATE_WIDTH: number = textWidth("SYN-RECEIVED") + 12;
/** The height of a state's box, in pixels. */
export const STATE_HEIGHT = 22;
const MAX_WIDTH = 620;
const FOLD_HEIGHT = 36;

/**
 * Places a diagram.
 *
 * @param event The segments, and the names of the ends.
 * @param available The available width, in pixels.
 * @returns Where everything is.
 */
export function layoutSegments(
  event: EventOf<"segments">,
  available: number,
): SegmentsLayout {
  const { client, server, numbers, segments } = event;
  const showsStates = hasStates(event);
  const width = Math.min(available, MAX_WIDTH);
  const half = STATE_WIDTH / 2 + 1;
  const lane = (name: string, x: number, kind: string): Lifeline => ({
    x,
    name,
    box: STATE_WIDTH,
    kind,
  });
  const lanes = {
    client: lane(client, TIME_WIDTH + half, "client socket"),
    server: lane(server, width - half, "server socket"),
  };
  const shown: Partial<Record<Side, TcpState>> = {};
  let top = HEAD_HEIGHT + 6;
  const changed = (states: Partial<Record<Side, TcpState>>, y: number) =>
    (["client", "server"] as const).flatMap((side): PlacedState[] => {
      const name = states[side];
      if (!showsStates || name === undefined || shown[side] === name) return [];
      shown[side] = name;
      return [{ side, name, x: lanes[side].x, y }];
    });
  const before = changed(statesBefore(segments), top + STATE_HEIGHT / 2);
  if (before.length > 0) top += STATE_HEIGHT + 6;

  const folds: SegmentsLayout["folds"] = [];
  const rows = foldSegments(segments).flatMap((part): SegmentRow[] => {
    if ("folded" in part) {
      const text = `${part.folded.length} more segments`;
      folds.push({ y: top + FOLD_HEIGHT / 2, text });
      top += FOLD_HEIGHT;
      return [];
    }
    const { segment, index } = part;
    const { atMs, from: side } = segment;
    const [from, end] = side === "client"
      ? [lanes.client.x + 4, lanes.server.x - 4]
      : [lanes.server.x - 4, lanes.client.x + 4];
    const kind = kindOf(segment);
    const to = kind === "lost" ? from + (end - from) * 0.8 : end;
    const lines = wrapLabel(
      segmentPhrases(segment, numbers).join(" "),
      Math.abs(to - from) - 2 * 12,
      { lines: 4 },
    );
    const y = top + lines.length * LINE_HEIGHT + 8;
    const states = changed(
      // Only the answer says whether anything listens there.
      index === 0 && serverUnknown(segments)
        ? { client: segment.clientState }
        : { client: segment.clientState, server: segment.serverState },
      y + 10 + STATE_HEIGHT / 2,
    );
    const height = y - top + 10 + (states.length > 0 ? STATE_HEIGHT + 6 : 2);
    const row: SegmentRow = {
      index,
      top,
      height,
      time: atMs === null ? "" : formatElapsed(atMs),
      from,
      to,
      y,
      side,
      lines,
      kind,
      states,
    };
    top += height;
    return [row];
  });
  return { width, height: top + 4, lanes, before, rows, folds };
}

interface Foldable {
  segment: DiagramSegment;
  index: number;
  like: string;
}

/** Leaves out the middle of a long transfer, but no change of a state. */
function foldSegments(
  segments: DiagramSegment[],
): (Foldable | Fold<Foldable>)[] {
  return foldRepeats(segments.map((segment, index) => {
    const { clientState, serverState, from, flags, payloadBytes } = segment;
    const before = segments[index - 1];
    const isChange = before?.clientState !== clientState ||
      before.serverState !== serverState;
    const notes = segment.notes?.join() ?? "";
    const like = isChange
      ? ""
      : `${from} ${flags} ${payloadBytes > 0} ${notes}`;
    return { segment, index, like };
  }));
}

/**
 * Returns the states before the first segment: CLOSED, and LISTEN for a server
 * that accepts the SYN.
 */
export function statesBefore(
  [first, second]: EventOf<"segments">["segments"],
): Partial<Record<Side, TcpState>> {
  if (first === undefined) return {};
  const isClosing = [first.clientState, first.serverState].toSorted()
    .join() === "CLOSE-WAIT,FIN-WAIT-1";
  // Both of these can only come from this state.
  if (isClosing) return { client: "ESTABLISHED", server: "ESTABLISHED" };
  if (!isOpening(first)) return {};
  const answer = second?.from === "server" ? second.flags : "";
  if (answer.includes("SYN,ACK")) return { client: "CLOSED", server: "LISTEN" };
  return {
    client: "CLOSED",
    ...(answer.includes("RST") ? { server: "CLOSED" as const } : {}),
  };
}

function kindOf(
  { flags, notes = [], retransmission, payloadBytes }: DiagramSegment,
): string {
  if (notes.some((note) => /\blost\b/.test(note))) return "lost";
  if (flags.includes("RST")) return "fail";
  if (retransmission) return "again";
  return payloadBytes > 0 ? "bytes" : "packet";
}

/** Whether the ends' states change, so that they're worth drawing. */
export function hasStates({ segments }: EventOf<"segments">): boolean {
  return ["clientState", "serverState"].some((side) =>
    new Set(segments.map((one) => one[side as "clientState"])).size > 1
  ) || segments.some(({ flags }) => /SYN|FIN|RST/.test(flags));
}

/** Whether no answer to the first SYN says yet if anything listens. */
function serverUnknown(segments: EventOf<"segments">["segments"]): boolean {
  const [first] = segments;
  return isOpening(first) && statesBefore(segments).server !== "LISTEN";
}

/** Whether a segment is the first one of a connection. */
export function isOpening(
  { flags, acknowledgment }: EventOf<"segments">["segments"][number],
): boolean {
  return flags.startsWith("SYN") && acknowledgment === null;
}
