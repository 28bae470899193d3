/**
 * Turns a timeline's items into rows. A row is drawn at one height, from one
 * lifeline to the next.
 *
 * @module
 */
import {
  countedKinds,
  foldRepeats,
  kindOf,
  likeOf,
} from "../../../xray/fold.ts";
import type {
  LeftOut,
  RunEvent,
  Side,
  TimedCall,
  TimelineItem,
  WirePacket,
} from "../types.ts";
import { type BufferLevel, followBuffers } from "./buffers.ts";
import { type DenoCall, placeDenoCalls } from "./deno_calls.ts";
import { connectionTags } from "./connection_tags.ts";
import type { Sides } from "./sides.ts";
import { pairUnixSockets } from "./unix_pairs.ts";
import {
  callWords,
  carriedWords,
  type PacketWords,
  packetWords,
} from "./words.ts";

/** The properties of every row. */
interface RowBase {
  /** The index of its item. */
  index: number;
  atMs: number;
  /** Calls of the program that belong here. */
  pills: DenoCall[];
  /** How full the buffers are after it. */
  levels: BufferLevel[];
}

/** One row of the timeline. */
export type TimelineRow =
  & RowBase
  & (
    | { kind: "step"; number: number; title: string }
    | {
      kind: "call";
      call: TimedCall;
      side: Side;
      /** Whether the result matters most: bytes, or a new socket. */
      isTaking: boolean;
      words: string;
      /**
       * The bytes that went straight to the peer's socket, without a packet.
       */
      carries?: string;
      /** `waits` if nothing was there yet, `fails` if it's an error. */
      mood: "" | "waits" | "fails";
    }
    | { kind: "packet"; packet: WirePacket; side: Side; words: PacketWords }
    | { kind: "story" }
    | {
      kind: "fold";
      words: string;
      /** The time of the last item that is left out. */
      endMs: number;
      /** Whether its items were recorded, so that it can be opened. */
      opens: boolean;
    }
  );

/**
 * Turns items into rows.
 *
 * @param items The items, in order.
 * @param sides The side of each socket.
 * @param opened The indexes of folds that the reader has opened.
 */
export function rowsOf(
  items: TimelineItem[],
  sides: Sides,
  opened: ReadonlySet<number>,
): TimelineRow[] {
  const calls = placeDenoCalls(items, sides);
  const levels = followBuffers(items, sides);
  const tagOf = connectionTags(items);
  const unixPeers = pairUnixSockets(items);
  const rows = items.flatMap((item, index): Foldable[] => {
    const base = {
      index,
      atMs: item.atMs,
      pills: calls.at.get(index) ?? calls.alone.get(index) ?? [],
      levels: levels.get(index) ?? [],
    };
    const row = rowOf(item, base, { sides, tagOf, unixPeers });
    if (row === undefined) return [];
    return [{ row, like: likeRow(item, row), kind: kindOf(item) || "line" }];
  });
  return foldRepeats(rows).flatMap((part): TimelineRow[] => {
    if (!("folded" in part)) return [part.row];
    const all = part.folded.map(({ row }) => row);
    if (opened.has(all[0].index)) return all;
    return [foldOf(part.folded)];
  });
}

interface Foldable {
  row: TimelineRow;
  like: string;
  kind: string;
}

function rowOf(
  item: TimelineItem,
  base: RowBase,
  { sides, tagOf, unixPeers }: {
    sides: Sides;
    tagOf: ReturnType<typeof connectionTags>;
    unixPeers: Map<number, number>;
  },
): TimelineRow | undefined {
  switch (item.seen) {
    case "story":
      return storyRow(item.event, base);
    case "call": {
      const { call } = item;
      const { error, moves, made, name } = call;
      const isWaiting = error === "EAGAIN" || error === "EINPROGRESS";
      // Calls that only ask for addresses and options aren't drawn.
      if (call.housekeeping && error === undefined) return undefined;
      return {
        ...base,
        kind: "call",
        call,
        side: sides.ofSocket(call.socket),
        isTaking: moves === "in" || (made !== undefined && name !== "socket") ||
          /^get/.test(name),
        words: callWords(call),
        ...(moves === "out" && unixPeers.has(call.socket.id) &&
            error === undefined
          ? { carries: carriedWords(call) }
          : {}),
        mood: isWaiting ? "waits" : error === undefined ? "" : "fails",
      };
    }
    case "packet": {
      const { packet } = item;
      const { protocol, source, destination, quoted } = packet;
      const side = quoted === undefined
        ? sides.ofSender(protocol, source, destination)
        // An ICMP error comes from the quoted packet's destination.
        : sides.ofSender(quoted.protocol, quoted.destination, quoted.source);
      return {
        ...base,
        kind: "packet",
        packet,
        side,
        words: packetWords(packet, tagOf(item.step, packet)),
      };
    }
    case "more":
      return {
        ...base,
        kind: "fold",
        words: leftOutWords(item.more),
        endMs: base.atMs,
        opens: false,
      };
    default:
      return item satisfies never;
  }
}

/** Makes a row for a part of the story: a step, or a call of the program. */
function storyRow(event: RunEvent, base: RowBase): TimelineRow | undefined {
  switch (event.kind) {
    case "step": {
      const { number, title } = event;
      return { ...base, kind: "step", number, title };
    }
    case "call":
    case "arrow":
      return base.pills.length === 0 ? undefined : { ...base, kind: "story" };
    // The rest of the story is beside this drawing, as text.
    case "lesson":
    case "say":
    case "predict":
    case "predicted":
    case "fact":
    case "bytes":
    case "lanes":
    case "endpoint":
    case "bars":
    case "table":
    case "headers":
    case "segments":
    case "note":
      return undefined;
    default:
      return event satisfies never;
  }
}

/** Returns a text that's the same for rows that look alike. */
function likeRow(item: TimelineItem, row: TimelineRow): string {
  if (row.kind === "story") {
    return row.pills.map(({ side, text }) =>
      `${side} ${text.replaceAll(/\d+|".*"/g, "")}`
    ).join();
  }
  return likeOf(item);
}

function foldOf(folded: Foldable[]): TimelineRow {
  const counts: Record<string, number> = {};
  for (const { row, kind } of folded) {
    if (row.kind === "fold") continue;
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  const [{ row: { index, atMs } }] = folded;
  return {
    kind: "fold",
    index,
    atMs,
    pills: [],
    levels: [],
    words: `${countedKinds(counts)} left out`,
    endMs: folded.at(-1)!.row.atMs,
    opens: true,
  };
}

function leftOutWords({ names }: LeftOut): string {
  const words = countedKinds({ ...names.call, ...names.packet });
  return `${words} left out of the recording`;
}
