import type { ShowEvent } from "../show/mod.ts";
import { Conversations, type Packet } from "../wire/mod.ts";
import { MARKER } from "./capture.ts";
import { Causes } from "./causes.ts";
import { type OwnedPacket, Ownership } from "./ownership.ts";
import { DataWords } from "./says.ts";
import type { Socket, SocketCall } from "./socket_calls.ts";
import { KEPT_BYTES } from "./strace.ts";
import {
  addTracked,
  epochMs,
  type WirePacket,
  wirePacketOf,
} from "./wire_packet.ts";

/** A system call on the timeline, whose item has the time. */
export type TimedCall = Omit<SocketCall, "atMs" | "endMs" | "settledMs"> & {
  /** The duration, in milliseconds. */
  tookMs: number;
  /** The meaning of its data, if it can be decoded, such as `HTTP GET /`. */
  says?: string;
};

/**
 * One item of a run: an event, a system call, or a packet. It's plain data:
 * encoded as JSON, it's one line of `--xray --json` and of a recording.
 */
export type TimelineItem =
  & {
    /** The time, in milliseconds since the lesson started. */
    atMs: number;
    /** The lesson's step, from 1; 0 before the first step. */
    step: number;
  }
  & (
    | { seen: "story"; event: ShowEvent }
    | { seen: "call"; call: TimedCall }
    | { seen: "packet"; packet: WirePacket }
    | { seen: "more"; more: LeftOut }
  );

/** The calls, packets, and bytes of a part of a run. */
export interface Cost {
  /** The number of system calls. */
  calls: number;
  /** The number of packets. */
  packets: number;
  /** The bytes that calls were asked to send, and the bytes that they took. */
  sent: { asked: number; moved: number };
  /** The bytes that calls had room for, and the bytes that they received. */
  received: { asked: number; moved: number };
}

/**
 * A part of a recording that is left out because it repeats the items around
 * it.
 */
export interface LeftOut extends Cost {
  /** The number of calls by their names, and of packets by their flags. */
  names: { call: Record<string, number>; packet: Record<string, number> };
  /**
   * The number of bytes that calls gave to each socket, by the socket's `id`.
   */
  given: Record<number, number>;
  /**
   * The number of bytes that each direction had sent after the last packet, by
   * its `source destination`.
   */
  reached: Record<string, number>;
}

/** The observations of a run: its story, system calls, and packets. */
export interface Observations {
  /** The events that the lesson reported. */
  events: ShowEvent[];
  /**
   * The time when the lesson wrote each event, in milliseconds since 1970, if
   * it's known.
   *
   * @default []
   */
  toldAtMs?: (number | undefined)[];
  /** The system calls on the lesson's sockets. */
  calls: SocketCall[];
  /**
   * All packets on the loopback interface, including those of other programs.
   */
  packets: Packet[];
  /**
   * More addresses that belong to the lesson, for runs whose system calls
   * weren't observed.
   *
   * @default []
   */
  addresses?: string[];
}

/**
 * Merges a run's story, system calls, and packets into one timeline.
 *
 * All three use the machine's clock, so they're sorted by time; items with the
 * same time are sorted by cause and effect. A call that sends is placed where
 * it started: its packets follow. A call that receives is placed where it
 * returned, after its packets. If the measured time says otherwise, it is
 * placed after the packet that caused it.
 *
 * Each item is in the step that caused it: a packet that the kernel sends later
 * belongs to the step of the last call on its connection.
 */
export class TimelineMerger {
  readonly #ownership = new Ownership();
  readonly #causes = new Causes();
  readonly #conversations = new Conversations();
  readonly #words = new DataWords();
  readonly #steps = new ConnectionSteps();
  /** Sockets that the lesson itself used to capture packets. */
  readonly #markers = new WeakSet<Socket>();
  #zeroMs?: number;
  #step = 0;

  /**
   * Merges the observations of a period, or of the whole run.
   *
   * @param observations The observations; calls and packets may be in any order.
   * They must be later than those of the last call.
   * @returns All items of the lesson, in order.
   */
  merge(observations: Observations): TimelineItem[] {
    const { events, toldAtMs = [], addresses = [] } = observations;
    const isEmpty = events.length + observations.calls.length +
        observations.packets.length === 0;
    if (isEmpty) return [];
    // Before the lesson starts, all packets are other programs'.
    this.#zeroMs ??= beginningOf(observations);
    const zeroMs = this.#zeroMs ?? 0;
    this.#ownership.know(addresses);
    const calls = this.#withoutMarkers(observations.calls)
      .toSorted((a, b) => a.atMs - b.atMs);
    const packets = this.#packetsOf(observations.packets, calls);
    this.#causes.add(packets);
    const items: Placed[] = [];
    events.forEach((event, order) => {
      const toldMs = toldAtMs[order];
      const atMs = toldMs === undefined ? event.atMs : toldMs - zeroMs;
      const rank = event.kind === "step" ? RANK.step : RANK.story;
      items.push({ atMs, rank, order, step: 0, seen: "story", event });
    });
    for (const call of calls) {
      const took = takes(call);
      const atMs = (took ? returnedMs(call, this.#causes) : call.atMs) - zeroMs;
      const rank = took ? RANK.taking : RANK.giving;
      const order = call.atMs;
      const timed = timedCall(call);
      items.push({ atMs, rank, order, step: 0, seen: "call", call: timed });
    }
    packets.forEach(({ time, packet, original }, order) => {
      const atMs = time - zeroMs;
      const { payload } = original;
      const place = { atMs, rank: RANK.packet, order, step: 0, payload };
      items.push({ ...place, seen: "packet", packet });
    });
    items.sort((a, b) =>
      a.atMs - b.atMs || a.rank - b.rank || a.order - b.order
    );
    return this.#finish(items);
  }

  /**
   * Drops everything that later observations can't depend on, so that a server
   * can run for days.
   *
   * @param beforeMs The time, in milliseconds since 1970, before which everything
   * has been merged.
   */
  forget(beforeMs: number): void {
    this.#causes.forget(beforeMs);
  }

  /** Assigns each item to its step, and describes its data. */
  #finish(placed: Placed[]): TimelineItem[] {
    let isLate = false;
    const items = placed.map(({ rank: _r, order: _o, payload, ...item }) => {
      item.atMs = roundMs(item.atMs);
      item.step = this.#step;
      if (item.seen === "story") {
        if (item.event.kind === "step") item.step = ++this.#step;
      } else if (item.seen === "call") {
        this.#steps.note(item.call, this.#step);
        this.#sayCall(item.call);
      } else if (item.seen === "packet") {
        item.step = this.#steps.of(item.packet) ?? this.#step;
        isLate ||= item.step < this.#step;
        this.#sayPacket(item.packet, payload!);
      }
      return item;
    });
    return isLate ? items.sort((a, b) => a.step - b.step) : items;
  }

  #sayPacket(packet: WirePacket, payload: Uint8Array): void {
    const { source, destination, bytes, protocol } = packet;
    if (protocol === "icmp" || packet.fragmentFrom !== undefined) return;
    const isStream = protocol === "tcp";
    const place = { source, destination, isStream, bytes };
    const says = this.#words.of(payload, place);
    if (says !== undefined) packet.says = says;
  }

  #sayCall(call: TimedCall): void {
    const { socket, peer, moves, moved = 0, asked = 0, data } = call;
    if (data === undefined) return;
    const local = socket.local ?? `socket ${socket.id}`;
    const remote = socket.remote ?? peer ?? `peer of ${socket.id}`;
    const [source, destination] = moves === "out"
      ? [local, remote]
      : [remote, local];
    const isStream = socket.kind === "tcp" || socket.kind === "unix";
    const bytes = moves === "out" ? asked : moved;
    const payload = Uint8Array.fromHex(data).subarray(0, bytes);
    const place = { source, destination, isStream, bytes };
    const says = this.#words.of(payload, place);
    if (says !== undefined) call.says = says;
    call.data = data.slice(0, 2 * KEPT_BYTES);
  }

  /** Returns the packets of the lesson's sockets, in order. */
  #packetsOf(packets: Packet[], calls: SocketCall[]): ObservedPacket[] {
    const all = packets.flatMap((original) => {
      const packet = wirePacketOf(original);
      if (packet === undefined || original.time === null) return [];
      const { identification } = original.ip!;
      const time = epochMs(original.time);
      return [{ time, packet, original, identification }];
    });
    // Several processors send packets, so the capture may be out of order.
    all.sort((a, b) =>
      a.time - b.time || a.original.number - b.original.number
    );
    this.#ownership.add(calls, all);
    const own = all.filter((observed) => this.#ownership.owns(observed));
    for (const { packet, original } of own) {
      const tracked = this.#conversations.add(original);
      if (tracked !== null) addTracked(packet, tracked);
    }
    return own;
  }

  /**
   * Leaves out the marker that the lesson's own capture uses to find its end.
   */
  #withoutMarkers(calls: SocketCall[]): SocketCall[] {
    for (const { moves, data, socket } of calls) {
      if (moves === "out" && data?.startsWith(MARKER_HEX)) {
        this.#markers.add(socket);
      }
    }
    return calls.filter(({ socket }) => !this.#markers.has(socket));
  }
}

const MARKER_HEX = new TextEncoder().encode(MARKER).toHex();

/**
 * Merges all observations of a run.
 *
 * @param observations The observations; calls and packets may be in any order.
 * @returns All items of the lesson, in order.
 */
export function mergeTimeline(observations: Observations): TimelineItem[] {
  return new TimelineMerger().merge(observations);
}

/** A packet for the timeline, with the captured packet. */
interface ObservedPacket extends OwnedPacket {
  original: Packet;
}

/** An item, its rank among items of the same time, and its data. */
type Placed = TimelineItem & {
  rank: number;
  order: number;
  payload?: Uint8Array;
};

/** The order at the same time: causes before effects. */
const RANK = { step: 0, giving: 1, packet: 2, taking: 3, story: 4 };

/**
 * The most connections to remember. If there are more, the oldest is dropped.
 */
const MAX_CONNECTIONS = 10_000;

/** The step in which the program last used a connection. */
class ConnectionSteps {
  readonly #steps = new Map<string, number>();

  note({ socket, made, name }: TimedCall, step: number): void {
    const { kind, local, remote } = made ?? socket;
    if (kind !== "tcp" || local === undefined || remote === undefined) return;
    const key = connectionOf(local, remote);
    // A new connection may have the ports of an old one.
    if (name === "connect") this.#steps.delete(key);
    this.#steps.set(key, step);
    if (this.#steps.size <= MAX_CONNECTIONS) return;
    this.#steps.delete(this.#steps.keys().next().value!);
  }

  of({ protocol, source, destination }: WirePacket): number | undefined {
    if (protocol !== "tcp") return undefined;
    return this.#steps.get(connectionOf(source, destination));
  }
}

function connectionOf(a: string, b: string): string {
  return a < b ? `${a} ${b}` : `${b} ${a}`;
}

/** Returns the time when the lesson's clock was 0, in milliseconds since 1970. */
function beginningOf(
  { events, toldAtMs = [], calls }: Observations,
): number | undefined {
  const first = events.findIndex((event) => event.kind === "lesson");
  const lesson = events[first];
  if (lesson?.kind !== "lesson") return calls[0]?.atMs;
  const toldMs = toldAtMs[first];
  return toldMs === undefined ? lesson.startedAtMs : toldMs - lesson.atMs;
}

function timedCall(call: SocketCall): TimedCall {
  const { atMs, endMs, settledMs: _, ...rest } = call;
  return { ...rest, tookMs: roundMs(endMs - atMs) };
}

/** Returns whether a call's result is the effect of an earlier event. */
function takes({ name, moves, error }: SocketCall): boolean {
  return error !== "EAGAIN" && (moves === "in" ||
    ["accept", "accept4", "getsockopt", "getpeername"].includes(name));
}

/** Returns the time of a call's result, which can't be before its cause. */
function returnedMs(call: SocketCall, causes: Causes): number {
  const { endMs, settledMs = Infinity } = call;
  const causeMs = causes.timeOf(call) ?? endMs;
  return causeMs > endMs && causeMs <= settledMs ? causeMs : endMs;
}

/** Rounds to a microsecond, the precision of the measurements. */
function roundMs(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
