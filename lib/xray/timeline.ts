import type { ShowEvent } from "../show/mod.ts";
import {
  Conversations,
  formatTcpFlags,
  type Packet,
  type Timestamp,
} from "../wire/mod.ts";
import { Causes } from "./causes.ts";
import type { Socket, SocketCall } from "./socket_calls.ts";
import { KEPT_BYTES } from "./strace.ts";

/** One packet of the lesson, as the timeline has it. */
export interface WirePacket {
  /** Which of the two it is. */
  protocol: "tcp" | "udp";
  /** `127.0.0.1:42694` */
  source: string;
  /** `127.0.0.1:45885` */
  destination: string;
  /** `SYN,ACK`; TCP only. */
  flags?: string;
  /** The sequence number as it is in the header; TCP only. */
  sequence?: number;
  /** The acknowledgment as it is in the header; only where ACK is set. */
  acknowledgment?: number;
  /** The sequence number counted from the sender's SYN. */
  relativeSequence?: number;
  /** The acknowledgment counted from the receiver's SYN. */
  relativeAcknowledgment?: number;
  /** Room for more bytes at the sender, before scaling; TCP only. */
  window?: number;
  /** Whether all of its bytes were sent before. */
  retransmission?: boolean;
  /** Whether more of its data comes in other packets, which have no ports. */
  fragment?: boolean;
  /** Bytes of data. */
  bytes: number;
  /** The first of them, in hexadecimal. */
  data?: string;
}

/** A system call on the timeline, which has its time. */
export type TimedCall = Omit<SocketCall, "atMs" | "endMs" | "settledMs"> & {
  /** How long it took, in milliseconds. */
  tookMs: number;
};

/**
 * One thing that happened, and where it was seen. It is plain data: as JSON it
 * is one line of `--xray --json`, and of a recording.
 */
export type TimelineItem =
  & {
    /** Milliseconds since the lesson began. */
    atMs: number;
    /** The step in which it happened, from 1; 0 before the first. */
    step: number;
  }
  & (
    | { seen: "story"; event: ShowEvent }
    | { seen: "call"; call: TimedCall }
    | { seen: "packet"; packet: WirePacket }
    | { seen: "more"; more: LeftOut }
  );

/** A stretch of a recording that is left out, for it was like what is around. */
export interface LeftOut {
  /** How many system calls it had. */
  calls: number;
  /** How many packets it had. */
  packets: number;
  /** Bytes that calls were given to send, and those that they took. */
  sent: { asked: number; moved: number };
  /** Bytes that calls had room to receive, and those that they got. */
  received: { asked: number; moved: number };
}

/** What was seen of a run, from three sides. */
export interface Sightings {
  /** What the lesson told. */
  events: ShowEvent[];
  /**
   * When each of them left the lesson, in milliseconds since 1970, as far as it
   * is known.
   *
   * @default []
   */
  toldAtMs?: (number | undefined)[];
  /** The calls that it made on sockets. */
  calls: SocketCall[];
  /** What went over the loopback interface, the lesson's or not. */
  packets: Packet[];
  /**
   * Addresses besides those of its sockets to know the lesson's packets by, where its calls
   * were not seen.
   *
   * @default []
   */
  addresses?: string[];
}

/**
 * Puts what was seen from three sides on one timeline.
 *
 * All three go by the machine's one clock, so they are sorted by time; what has
 * the same time is put in the order of cause and effect. A call that gives
 * something to the kernel stands where it began: packets come after it. A call
 * that takes something stands where it returned: packets came before it, and if
 * the measured time says otherwise, it stands after the packet that caused it.
 *
 * @param sightings What was seen; calls and packets may be in any order.
 * @returns Everything that belongs to the lesson, in order.
 */
export function mergeTimeline(sightings: Sightings): TimelineItem[] {
  const { events, calls, toldAtMs = [] } = sightings;
  const zeroMs = beginningOf(sightings);
  const packets = packetsOf(sightings);
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

/** An item, and what decides where it goes. */
type Placed = TimelineItem & { rank: number; order: number };

/** Of two things at the same time, the one that caused the other is lower. */
const RANK = { step: 0, giving: 1, packet: 2, taking: 3, story: 4 };

/** When the lesson's own clock was 0, in milliseconds since 1970. */
function beginningOf({ events, toldAtMs = [], calls }: Sightings): number {
  const first = events.findIndex((event) => event.kind === "lesson");
  const lesson = events[first];
  if (lesson?.kind !== "lesson") return calls[0]?.atMs ?? 0;
  const toldMs = toldAtMs[first];
  return toldMs === undefined ? lesson.startedAtMs : toldMs - lesson.atMs;
}

/** Whether a call's result is the effect of something before it. */
function takes({ name, moves, error }: SocketCall): boolean {
  return error !== "EAGAIN" && (moves === "in" ||
    ["accept", "accept4", "getsockopt", "getpeername"].includes(name));
}

/** When a call that takes something had it: not before its cause. */
function returnedMs(call: SocketCall, causes: Causes): number {
  const { endMs, settledMs = Infinity } = call;
  const causeMs = causes.timeOf(call) ?? endMs;
  return causeMs > endMs && causeMs <= settledMs ? causeMs : endMs;
}

/** A packet with its time, in milliseconds since 1970. */
interface Sighting {
  time: number;
  packet: WirePacket;
  original: Packet;
}

/** The packets of the lesson's sockets in order, with what TCP says in them. */
function packetsOf(sightings: Sightings): Sighting[] {
  const all = sightings.packets.flatMap((original) => {
    const packet = decode(original);
    return packet === undefined || original.time === null
      ? []
      : [{ time: epochMs(original.time), packet, original }];
  });
  // More than one processor sends packets, so they may come out of order.
  all.sort((a, b) => a.time - b.time || a.original.number - b.original.number);
  learnOwnAddresses(sightings.calls, all);
  const isOwn = ownershipBy(sightings);
  const conversations = new Conversations();
  return all.filter(isOwn).map((sighting) => {
    const { packet, original } = sighting;
    if (original.tcp === null) return sighting;
    const tracked = conversations.add(original);
    if (tracked === null) return sighting;
    packet.relativeSequence = tracked.relativeSequence;
    if (tracked.relativeAcknowledgment !== null) {
      packet.relativeAcknowledgment = tracked.relativeAcknowledgment;
    }
    if (tracked.retransmission) packet.retransmission = true;
    return sighting;
  });
}

/**
 * A program need not ask which port its connection has, and after a refusal it
 * cannot; but the SYN says it, which goes out while `connect` is under way: before
 * the program does anything else.
 */
function learnOwnAddresses(calls: SocketCall[], all: Sighting[]): void {
  for (const { name, socket, atMs, settledMs = Infinity } of calls) {
    if (name !== "connect" || socket.local !== undefined) continue;
    socket.local = all.find(({ time, packet }) =>
      packet.flags === "SYN" && packet.destination === socket.remote &&
      time >= atMs && time <= settledMs
    )?.packet.source;
  }
}

/**
 * Tells the lesson's packets from those of other programs: by the addresses of
 * its sockets, from the birth of each. A port may have been somebody else's
 * before, and a UDP port may be again after its close.
 */
function ownershipBy(
  { calls, addresses = [] }: Sightings,
): (sighting: Sighting) => boolean {
  const lives = new Map<string, [fromMs: number, toMs: number][]>();
  const closed = new Map<Socket, number>();
  for (const { name, socket, endMs } of calls) {
    if (name === "close") closed.set(socket, endMs);
  }
  for (const { made, atMs } of calls) {
    if (made?.local === undefined) continue;
    // TCP says its last word after the close.
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

/** The host of a socket that is bound to every address. */
const ANY_ADDRESS = /^(0\.0\.0\.0|\[::\])(?=:)/;

function decode(packet: Packet): WirePacket | undefined {
  const { ip, tcp, udp, payload, payloadBytes } = packet;
  const ports = tcp ?? udp;
  if (ip === null || ports === null) return undefined;
  return {
    protocol: tcp === null ? "udp" : "tcp",
    source: endpoint(ip.source, ports.sourcePort),
    destination: endpoint(ip.destination, ports.destinationPort),
    ...(tcp === null ? {} : {
      flags: formatTcpFlags(tcp.flags),
      sequence: tcp.sequence,
      ...(tcp.flags.ack ? { acknowledgment: tcp.acknowledgment } : {}),
      window: tcp.window,
    }),
    ...(ip.moreFragments ? { fragment: true } : {}),
    bytes: payloadBytes,
    ...(payload.length > 0
      ? { data: payload.subarray(0, KEPT_BYTES).toHex() }
      : {}),
  };
}

function endpoint(address: string, port: number): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

/** Milliseconds since 1970: a number holds them to a quarter of a microsecond. */
function epochMs({ seconds, nanoseconds }: Timestamp): number {
  return seconds * 1000 + nanoseconds / 1e6;
}

/** To the microsecond, which is what can be told apart. */
function roundMs(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
