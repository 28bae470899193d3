/**
 * Follows how the kernel's buffers fill and drain, by what was observed alone:
 *
 * - A send buffer has what calls gave it, until the other end acknowledges it.
 * - A receive buffer has what packets brought, until calls take it.
 *
 * Only streams have both; of datagrams, the kernel may drop any without a sign.
 *
 * @module
 */
import type { Side, TimelineItem, WirePacket } from "../types.ts";
import type { Sides } from "./sides.ts";

/** How full a buffer is after an item. */
export interface BufferLevel {
  side: Side;
  which: "send" | "receive";
  /** The bytes in it. */
  bytes: number;
  /** The most bytes that it has in this timeline. */
  most: number;
  /** The bytes themselves in hexadecimal, if they're known. */
  content?: string;
}

/** Bytes of a buffer that are kept, so that a small one can show them. */
const KEPT_BYTES = 24;

/** One direction of a connection. */
class Stream {
  /** The bytes that calls gave, that arrived, were acknowledged, and taken. */
  given = 0;
  arrived = 0;
  acknowledged = 0;
  taken = 0;
  /** The bytes that are in the receive buffer, if all of them are known. */
  content: string | undefined = "";
  /** Whether all of its calls are there; a recording may leave some out. */
  isWhole = true;
  /** Bytes before the first packet that is there. */
  base: number | undefined;
  readonly most = { send: 0, receive: 0 };
  readonly levels: BufferLevel[] = [];

  level(side: Side, which: "send" | "receive"): BufferLevel {
    const bytes = Math.max(
      0,
      which === "send"
        ? this.given - this.acknowledged
        : this.arrived - this.taken,
    );
    this.most[which] = Math.max(this.most[which], bytes);
    const level: BufferLevel = { side, which, bytes, most: 0 };
    if (which === "receive" && this.content?.length === 2 * bytes) {
      level.content = this.content;
    }
    this.levels.push(level);
    return level;
  }
}

/**
 * Returns how full buffers are after each item that changes them.
 *
 * @param items The items, in order.
 * @param sides Where each socket is.
 * @returns The levels, by the index of the item.
 */
export function followBuffers(
  items: TimelineItem[],
  sides: Sides,
): Map<number, BufferLevel[]> {
  const streams = new Map<string, Stream>();
  const all: Stream[] = [];
  const changes = new Map<number, BufferLevel[]>();
  // Where calls aren't observed, nobody knows what's taken.
  const withCalls = new Set<string>();
  for (const item of items) {
    if (item.seen !== "call") continue;
    const { local, remote } = item.call.made ?? item.call.socket;
    withCalls.add(`${local} ${remote}`);
  }
  const begin = (key: string) => {
    const stream = new Stream();
    streams.set(key, stream);
    all.push(stream);
    return stream;
  };
  const streamOf = (key: string) => streams.get(key) ?? begin(key);
  const note = (index: number, level: BufferLevel) => {
    const levels = changes.get(index);
    if (levels === undefined) changes.set(index, [level]);
    else levels.push(level);
  };

  items.forEach((item, index) => {
    if (item.seen === "packet") {
      const { protocol, source, destination } = item.packet;
      if (protocol !== "tcp") return;
      const there = `${source} ${destination}`;
      const back = `${destination} ${source}`;
      // Ports may be used again.
      if (item.packet.flags?.includes("SYN")) begin(there);
      const side = sides.ofSender(protocol, source, destination);
      const other = side === "client" ? "server" : "client";
      if (arrive(streamOf(there), item.packet) && withCalls.has(back)) {
        note(index, streamOf(there).level(other, "receive"));
      }
      if (acknowledge(streamOf(back), item.packet) && withCalls.has(back)) {
        note(index, streamOf(back).level(other, "send"));
      }
    } else if (item.seen === "call") {
      const { socket, moves, moved = 0, error } = item.call;
      const { kind, local, remote } = socket;
      if (kind !== "tcp" || moves === undefined || error !== undefined) return;
      const side = sides.ofSocket(socket);
      if (moves === "out") {
        const stream = streamOf(`${local} ${remote}`);
        stream.given += moved;
        note(index, stream.level(side, "send"));
      } else {
        const stream = streamOf(`${remote} ${local}`);
        stream.taken += moved;
        stream.content = stream.content?.slice(2 * moved);
        note(index, stream.level(side, "receive"));
      }
    } else if (item.seen === "more") {
      // How much each socket took isn't known, so nothing more is claimed.
      for (const stream of streams.values()) stream.isWhole = false;
    }
  });
  for (const stream of all) {
    for (const level of stream.levels) level.most = stream.most[level.which];
  }
  return withoutGuesses(changes, all);
}

/** Adds a packet's bytes; says whether they are new. */
function arrive(
  stream: Stream,
  { bytes, relativeSequence = 1, data }: WirePacket,
): boolean {
  stream.base ??= Math.max(0, relativeSequence - 1);
  const end = relativeSequence - 1 + bytes - stream.base;
  if (bytes === 0 || end <= stream.arrived) return false;
  const isNext = end - bytes === stream.arrived;
  const isKnown = data !== undefined && data.length === 2 * bytes && isNext;
  const content = isKnown && stream.content !== undefined
    ? stream.content + data
    : undefined;
  stream.content = content !== undefined && content.length <= 2 * KEPT_BYTES
    ? content
    : undefined;
  stream.arrived = end;
  return true;
}

/** Notes what a packet acknowledges; says whether that is new. */
function acknowledge(
  stream: Stream,
  { relativeAcknowledgment }: WirePacket,
): boolean {
  if (relativeAcknowledgment === undefined) return false;
  stream.base ??= Math.max(0, relativeAcknowledgment - 1);
  // A FIN counts as a byte, and has none.
  const end = Math.min(
    stream.given,
    relativeAcknowledgment - 1 - stream.base,
  );
  if (end <= stream.acknowledged) return false;
  stream.acknowledged = end;
  return true;
}

/** Leaves out buffers of streams of which some calls are left out. */
function withoutGuesses(
  changes: Map<number, BufferLevel[]>,
  streams: Stream[],
): Map<number, BufferLevel[]> {
  const guesses = new Set(
    streams.filter(({ isWhole }) => !isWhole).flatMap(({ levels }) => levels),
  );
  if (guesses.size === 0) return changes;
  return new Map(
    [...changes].map(([index, levels]) => [
      index,
      levels.filter((level) => !guesses.has(level)),
    ]),
  );
}
