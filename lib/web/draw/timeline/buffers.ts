/**
 * Follows how the kernel's buffers fill and drain, using only observed events:
 *
 * - A send buffer has the bytes that calls wrote, until the other end
 *   acknowledges them.
 * - A receive buffer has the bytes that packets carried, until calls read them.
 *
 * The bytes of a Unix stream go straight from a call into the receive buffer of
 * its peer. The kernel may drop datagrams without a sign, so they aren't
 * followed.
 *
 * @module
 */
import {
  otherSide,
  type TimedCall,
  type TimelineItem,
  type WirePacket,
} from "../types.ts";
import { type BufferLevel, Stream } from "./stream.ts";
import type { Sides } from "./sides.ts";
import { pairUnixSockets } from "./unix_pairs.ts";

export type { BufferLevel } from "./stream.ts";

/**
 * Returns how full buffers are after each item that changes them.
 *
 * @param items The items, in order.
 * @param sides The side of each socket.
 * @returns The levels, by the index of the item.
 */
export function followBuffers(
  items: TimelineItem[],
  sides: Sides,
): Map<number, BufferLevel[]> {
  const follower = new BufferFollower(items, sides);
  const changes = new Map<number, BufferLevel[]>();
  items.forEach((item, index) => {
    const levels = follower.follow(item);
    if (levels.length > 0) changes.set(index, levels);
  });
  const guesses = follower.end();
  if (guesses.size === 0) return changes;
  return new Map(
    [...changes].map(([index, levels]) => [
      index,
      levels.filter((level) => !guesses.has(level)),
    ]),
  );
}

class BufferFollower {
  readonly #sides: Sides;
  /** The stream from one address to another, or into a Unix socket. */
  readonly #streams = new Map<string, Stream>();
  readonly #all: Stream[] = [];
  /**
   * The ends whose calls are observed. For others, the bytes read are unknown.
   */
  readonly #observed = new Set<string>();
  readonly #unixPeers: Map<number, number>;
  #step = 0;

  constructor(items: TimelineItem[], sides: Sides) {
    this.#sides = sides;
    this.#unixPeers = pairUnixSockets(items);
    for (const item of items) {
      if (item.seen !== "call") continue;
      const { local, remote } = item.call.made ?? item.call.socket;
      this.#observed.add(`${local} ${remote}`);
    }
  }

  /** Returns the levels that an item changes. */
  follow(item: TimelineItem): BufferLevel[] {
    this.#step = item.step;
    if (item.seen === "packet" && item.packet.protocol === "tcp") {
      return this.#packet(item.packet);
    }
    if (item.seen === "call") return this.#call(item.call);
    if (item.seen === "more") {
      // The bytes that each socket read are unknown, so show no level.
      for (const stream of this.#all) {
        if (stream.step === item.step) stream.isWhole = false;
      }
    }
    return [];
  }

  /**
   * Sets the maximum of each level, and returns the levels that aren't certain.
   */
  end(): Set<BufferLevel> {
    const guesses = new Set<BufferLevel>();
    for (const { levels, most, isWhole } of this.#all) {
      for (const level of levels) {
        level.most = most[level.which];
        if (!isWhole) guesses.add(level);
      }
    }
    return guesses;
  }

  #packet(packet: WirePacket): BufferLevel[] {
    const { protocol, source, destination, flags = "" } = packet;
    const there = `${source} ${destination}`;
    const back = `${destination} ${source}`;
    // The same ports may be used again, for a new connection.
    if (flags.includes("SYN")) this.#begin(there);
    const side = otherSide(
      this.#sides.ofSender(protocol, source, destination),
    );
    if (!this.#observed.has(back)) return [];
    const incoming = this.#stream(there);
    const outgoing = this.#stream(back);
    return [
      ...(incoming.arrive(packet) ? [incoming.level(side, "receive")] : []),
      ...(outgoing.acknowledge(packet) ? [outgoing.level(side, "send")] : []),
    ];
  }

  #call({ socket, moves, moved = 0, error, data }: TimedCall): BufferLevel[] {
    const { kind, local, remote, id } = socket;
    if (moves === undefined || error !== undefined) return [];
    const side = this.#sides.ofSocket(socket);
    if (kind === "unix") {
      const peer = this.#unixPeers.get(id);
      if (peer === undefined) return [];
      return moves === "out"
        ? [this.#stream(`unix ${peer}`).put(moved, data, otherSide(side))]
        : [this.#stream(`unix ${id}`).take(moved, side)];
    }
    if (kind !== "tcp") return [];
    return moves === "out"
      ? [this.#stream(`${local} ${remote}`).give(moved, side)]
      : [this.#stream(`${remote} ${local}`).take(moved, side)];
  }

  #stream(key: string): Stream {
    const stream = this.#streams.get(key) ?? this.#begin(key);
    stream.step = this.#step;
    return stream;
  }

  #begin(key: string): Stream {
    const stream = new Stream();
    this.#streams.set(key, stream);
    this.#all.push(stream);
    return stream;
  }
}
