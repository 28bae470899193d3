import type { ShowEvent } from "../show/mod.ts";
import { Conversations, type Packet } from "../wire/mod.ts";
import { Causes } from "./causes.ts";
import type { Socket, SocketCall } from "./socket_calls.ts";
import {
  epochMs,
  type TimedPacket,
  type WirePacket,
  wirePacketOf,
} from "./wire_packet.ts";

/** A system call on the timeline, whose item has the time. */
export type TimedCall = Omit<SocketCall, "atMs" | "endMs" | "settledMs"> & {
  /** How long it took, in milliseconds. */
  tookMs: number;
};

/**
 * One event of a run, and where it was observed. It is plain data: as JSON, it is
 * one line of `--xray --json` and of a recording.
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

/** A part of a recording that is left out because it repeats what's around it. */
export interface LeftOut {
  /** The number of system calls left out. */
  calls: number;
  /** The number of packets left out. */
  packets: number;
  /** Bytes that calls were asked to send, and bytes that they took. */
  sent: { asked: number; moved: number };
  /** Bytes that calls had room for, and bytes that they received. */
  received: { asked: number; moved: number };
}

/** What was observed of a run: its story, its system calls, and packets. */
export interface Observations {
  /** The events that the lesson reported. */
  events: ShowEvent[];
  /**
   * When the lesson wrote each event, in milliseconds since 1970, where that is
   * known.
   *
   * @default []
   */
  toldAtMs?: (number | undefined)[];
  /** The system calls on the lesson's sockets. */
  calls: SocketCall[];
  /** All packets on the loopback interface, also those of other programs. */
  packets: Packet[];
  /**
   * More addresses of the lesson's packets, for runs whose system calls weren't
   * observed.
   *
   * @default []
   */
  addresses?: string[];
}

/**
 * Merges a run's story, system calls, and packets into one timeline.
 *
 * All three use the machine's clock, so they are sorted by time, and at the same
 * time by cause and effect. A call that sends is placed where it started: its
 * packets follow. A call that receives is placed where it returned, after its
 * packets. If the measured time says otherwise, it is placed after the packet
 * that caused it.
 *
 * @param observations The observations; calls and packets may be in any order.
 * @returns All items of the lesson, in order.
 */
export function mergeTimeline(observations: Observations): TimelineItem[] {
  const { events, calls, toldAtMs = [] } = observations;
  const zeroMs = beginningOf(observations);
  const packets = packetsOf(observations);
  const causes = new Causes(packets);
  const items: Placed[] = [
    ...events.map((event, order) => {
      const toldMs = toldAtMs[order];
      const atMs = toldMs === undefined ? event.atMs : toldMs - zeroMs;
      const rank = event.kind === "step" ? RANK.step : RANK.story;
      return { atMs, rank, order, step: 0, seen: "story" as const, event };
    }),
    ...calls.toSorted((a, b) => a.atMs - b.atMs).map((call) => {
      const { atMs: beganMs, endMs, settledMs: _, ...rest } = call;
      const took = takes(call);
      return {
        atMs: (took ? returnedMs(call, causes) : beganMs) - zeroMs,
        rank: took ? RANK.taking : RANK.giving,
        order: beganMs,
        step: 0,
        seen: "call" as const,
        call: { ...rest, tookMs: roundMs(endMs - beganMs) },
      };
    }),
    ...packets.map(({ time, packet }, order) => ({
      atMs: time - zeroMs,
      rank: RANK.packet,
      order,
      step: 0,
      seen: "packet" as const,
      packet,
    })),
  ];
  items.sort((a, b) => a.atMs - b.atMs || a.rank - b.rank || a.order - b.order);
  let step = 0;
  return items.map(({ rank: _rank, order: _order, ...item }) => {
    if (item.seen === "story" && item.event.kind === "step") step++;
    return { ...item, atMs: roundMs(item.atMs), step };
  });
}

/** An item, and its place among items of the same time. */
type Placed = TimelineItem & { rank: number; order: number };

/** The order at the same time: causes before effects. */
const RANK = { step: 0, giving: 1, packet: 2, taking: 3, story: 4 };

/** Returns the time when the lesson's clock was 0, in milliseconds since 1970. */
function beginningOf({ events, toldAtMs = [], calls }: Observations): number {
  const first = events.findIndex((event) => event.kind === "lesson");
  const lesson = events[first];
  if (lesson?.kind !== "lesson") return calls[0]?.atMs ?? 0;
  const toldMs = toldAtMs[first];
  return toldMs === undefined ? lesson.startedAtMs : toldMs - lesson.atMs;
}

/** Says whether a call's result is the effect of an earlier event. */
function takes({ name, moves, error }: SocketCall): boolean {
  return error !== "EAGAIN" && (moves === "in" ||
    ["accept", "accept4", "getsockopt", "getpeername"].includes(name));
}

/** Returns when a call had its result: not before its cause. */
function returnedMs(call: SocketCall, causes: Causes): number {
  const { endMs, settledMs = Infinity } = call;
  const causeMs = causes.timeOf(call) ?? endMs;
  return causeMs > endMs && causeMs <= settledMs ? causeMs : endMs;
}

/** A packet for the timeline, with the captured one. */
interface ObservedPacket extends TimedPacket {
  original: Packet;
}

/** Returns the packets of the lesson's sockets, in order. */
function packetsOf(observations: Observations): ObservedPacket[] {
  const all = observations.packets.flatMap((original) => {
    const packet = wirePacketOf(original);
    return packet === undefined || original.time === null
      ? []
      : [{ time: epochMs(original.time), packet, original }];
  });
  // Several processors send packets, so the capture may be out of order.
  all.sort((a, b) => a.time - b.time || a.original.number - b.original.number);
  learnOwnAddresses(observations.calls, all);
  const isOwn = ownershipBy(observations);
  const conversations = new Conversations();
  return all.filter(isOwn).map((observed) => {
    const { packet, original } = observed;
    if (original.tcp === null) return observed;
    const tracked = conversations.add(original);
    if (tracked === null) return observed;
    packet.relativeSequence = tracked.relativeSequence;
    if (tracked.relativeAcknowledgment !== null) {
      packet.relativeAcknowledgment = tracked.relativeAcknowledgment;
    }
    if (tracked.retransmission) packet.retransmission = true;
    return observed;
  });
}

/**
 * Finds the local addresses of connections. A program needn't ask for its port,
 * and can't after a refusal; but the SYN has it, and is sent during `connect`.
 */
function learnOwnAddresses(calls: SocketCall[], all: ObservedPacket[]): void {
  for (const { name, socket, atMs, settledMs = Infinity } of calls) {
    if (name !== "connect" || socket.local !== undefined) continue;
    socket.local = all.find(({ time, packet }) =>
      packet.flags === "SYN" && packet.destination === socket.remote &&
      time >= atMs && time <= settledMs
    )?.packet.source;
  }
}

/**
 * Recognizes the lesson's packets by the addresses of its sockets, while each is
 * open: another program may have had the same port before, and may get the same
 * UDP port later.
 */
function ownershipBy(
  { calls, addresses = [] }: Observations,
): (observed: ObservedPacket) => boolean {
  const lives = new Map<string, [fromMs: number, toMs: number][]>();
  const closed = new Map<Socket, number>();
  for (const { name, socket, endMs } of calls) {
    if (name === "close") closed.set(socket, endMs);
  }
  for (const { made, atMs } of calls) {
    if (made?.local === undefined) continue;
    // TCP still sends segments after the close.
    const toMs = made.kind === "tcp" ? Infinity : closed.get(made) ?? Infinity;
    const key = `${made.kind} ${made.local.replace(ANY_ADDRESS, "*")}`;
    lives.set(key, [...lives.get(key) ?? [], [atMs, toMs]]);
  }
  const told = new Set(addresses);
  return ({ time, packet: { protocol, source, destination } }) =>
    [source, destination].some((address) => {
      const port = address.slice(address.lastIndexOf(":"));
      const own = [address, `*${port}`].flatMap((name) =>
        lives.get(`${protocol} ${name}`) ?? []
      );
      return told.has(address) ||
        own.some(([fromMs, toMs]) => time >= fromMs && time <= toMs);
    });
}

/** The wildcard address, of a socket that is bound to all addresses. */
const ANY_ADDRESS = /^(0\.0\.0\.0|\[::\])(?=:)/;

/** Rounds to a microsecond, the precision of the measurements. */
function roundMs(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
