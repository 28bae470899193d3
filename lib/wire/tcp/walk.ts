/**
 * Walks the two ends of a TCP connection through the state machine side by
 * side: a segment that one end sends is in flight until the other receives it.
 *
 * It's a simplified model: segments have no bytes and never get lost.
 *
 * @module
 */

import { type TcpEvent, type TcpSend, type TcpState } from "./state.ts";
import { transitionOf } from "./state.ts";

/** One of the two ends. */
export type Side = "client" | "server";

/** The parts of a segment that matter to the states. */
export interface WalkSegment {
  /** Whether it has the SYN flag, which opens its direction. */
  readonly syn: boolean;
  /** Whether it has the FIN flag, which ends its direction. */
  readonly fin: boolean;
  /** Whether it has the RST flag, which aborts the connection. */
  readonly rst: boolean;
  /** Whether it acknowledges the other end's SYN. */
  readonly acksSyn: boolean;
  /** Whether it acknowledges the other end's FIN. */
  readonly acksFin: boolean;
}

/** One end, and the segments on their way to it. */
export interface WalkEnd {
  /** The current state. */
  readonly state: TcpState;
  /** Whether it started by listening. */
  readonly passive: boolean;
  /** Whether the other end's SYN has arrived here. */
  readonly heardSyn: boolean;
  /** Whether the other end's FIN has arrived here. */
  readonly heardFin: boolean;
  /** The segments sent to this end that haven't arrived, the oldest first. */
  readonly incoming: readonly WalkSegment[];
}

/** Both ends. */
export type WalkPair = Readonly<Record<Side, WalkEnd>>;

/**
 * One step: an end acts on its own, or `receive`s the oldest segment on its way
 * to it.
 */
export type WalkStep = readonly [
  side: Side,
  what:
    | "passive OPEN"
    | "active OPEN"
    | "CLOSE"
    | "ABORT"
    | "2MSL timeout"
    | "receive",
];

/** The effect of one step. */
export interface WalkRecord {
  /** The end that took the step. */
  side: Side;
  /** The events, in the order in which they must be handled. */
  events: TcpEvent[];
  /** The state before. */
  from: TcpState;
  /** The state after. */
  to: TcpState;
  /** The segments that it sent, such as `SYN` and `ACK`. */
  sent: TcpSend[];
  /**
   * The segment that it received, such as `FIN,ACK`; `null` if it acted by
   * itself.
   */
  received: string | null;
}

/** Two ends without a connection. */
export const CLOSED_PAIR: WalkPair = {
  client: newEnd(),
  server: newEnd(),
};

/**
 * The ways in which connections open and close, each starting from two closed
 * ends.
 */
export const TCP_WALKS: Readonly<Record<string, readonly WalkStep[]>> = {
  "open": [
    ["server", "passive OPEN"],
    ["client", "active OPEN"],
    ["server", "receive"],
    ["client", "receive"],
    ["server", "receive"],
  ],
  "simultaneous open": [
    ["client", "active OPEN"],
    ["server", "active OPEN"],
    ["client", "receive"],
    ["server", "receive"],
    ["client", "receive"],
    ["server", "receive"],
  ],
  "close": [
    ["client", "CLOSE"],
    ["server", "receive"],
    ["client", "receive"],
    ["server", "CLOSE"],
    ["client", "receive"],
    ["server", "receive"],
    ["client", "2MSL timeout"],
  ],
  "simultaneous close": [
    ["client", "CLOSE"],
    ["server", "CLOSE"],
    ["client", "receive"],
    ["server", "receive"],
    ["client", "receive"],
    ["server", "receive"],
    ["client", "2MSL timeout"],
    ["server", "2MSL timeout"],
  ],
  "half-close": [
    ["client", "CLOSE"],
    ["server", "receive"],
    ["client", "receive"],
  ],
  "reset": [
    ["client", "ABORT"],
    ["server", "receive"],
  ],
};

/**
 * Takes one step.
 *
 * @param pair Both ends before the step.
 * @param step The end, and the event.
 * @returns Both ends after the step, and a record of it.
 * @throws {RangeError} If the step is `receive` and no segment is on its way.
 *
 * @example The client sends the first segment
 * ```ts
 * import { CLOSED_PAIR, walkStep } from "./walk.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const { pair, record } = walkStep(CLOSED_PAIR, ["client", "active OPEN"]);
 * assertEquals(pair.client.state, "SYN-SENT");
 * assertEquals(record.sent, ["SYN"]);
 * assertEquals(pair.server.incoming.length, 1);
 * ```
 */
export function walkStep(
  pair: WalkPair,
  step: WalkStep,
): { pair: WalkPair; record: WalkRecord } {
  const [side, what] = step;
  const peer: Side = side === "client" ? "server" : "client";
  const before = pair[side];
  let end = before;
  let received: WalkSegment | null = null;
  if (what === "receive") {
    if (end.incoming.length === 0) {
      throw new RangeError(`Cannot receive: nothing is on its way to ${side}`);
    }
    received = end.incoming[0];
    end = {
      ...end,
      heardSyn: end.heardSyn || received.syn,
      heardFin: end.heardFin || received.fin,
      incoming: end.incoming.slice(1),
    };
  }
  const events = received ? eventsOf(received, end.state) : [what as TcpEvent];
  const sent: TcpSend[] = [];
  for (const event of events) {
    const { passive } = end;
    const transition = transitionOf(end.state, event, { passive });
    if (transition === null) continue;
    end = arrive(end, transition.to, event);
    if (transition.send !== null) sent.push(transition.send);
    // A reset answers the segment as a whole.
    if (transition.send === "RST") break;
  }
  const incoming = [
    ...pair[peer].incoming,
    ...sent.map((name) => segmentOf(name, end)),
  ];
  const record: WalkRecord = {
    side,
    events,
    from: before.state,
    to: end.state,
    sent,
    received: received && nameOf(received),
  };
  const after = { ...pair, [side]: end };
  return { pair: { ...after, [peer]: { ...pair[peer], incoming } }, record };
}

/**
 * Takes several steps.
 *
 * @param steps The steps, in order.
 * @param pair Both ends before the first step.
 * @returns Both ends after the last step, and a record of each step.
 * @throws {RangeError} If a step is `receive` and no segment is on its way.
 *
 * @example Three segments open a connection, four close it
 * ```ts
 * import { TCP_WALKS, walk } from "./walk.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const opened = walk(TCP_WALKS["open"]);
 * assertEquals(opened.pair.client.state, "ESTABLISHED");
 * assertEquals(opened.records.flatMap(({ sent }) => sent), [
 *   "SYN",
 *   "SYN,ACK",
 *   "ACK",
 * ]);
 *
 * const closed = walk(TCP_WALKS["close"], opened.pair);
 * assertEquals(closed.pair.client.state, "CLOSED");
 * assertEquals(closed.records.flatMap(({ sent }) => sent).length, 4);
 * ```
 */
export function walk(
  steps: readonly WalkStep[],
  pair: WalkPair = CLOSED_PAIR,
): { pair: WalkPair; records: WalkRecord[] } {
  const records: WalkRecord[] = [];
  for (const step of steps) {
    const result = walkStep(pair, step);
    pair = result.pair;
    records.push(result.record);
  }
  return { pair, records };
}

/** Returns the events that a segment causes at a receiver in that state. */
function eventsOf(segment: WalkSegment, state: TcpState): TcpEvent[] {
  if (segment.rst) return ["rcv RST"];
  // Only an end without a connection handles SYN and ACK as one event; any
  // other end has already received the SYN, or is about to answer it.
  if (segment.syn && segment.acksSyn && state === "SYN-SENT") {
    return ["rcv SYN,ACK"];
  }
  const events: TcpEvent[] = [];
  if (segment.syn && !segment.acksSyn) events.push("rcv SYN");
  if (segment.acksFin) events.push("rcv ACK of FIN");
  else if (segment.acksSyn) events.push("rcv ACK of SYN");
  if (segment.fin) events.push("rcv FIN");
  return events;
}

/** An end that is closed or listening again has no connection any more. */
function arrive(end: WalkEnd, state: TcpState, event: TcpEvent): WalkEnd {
  if (state === "CLOSED" || state === "LISTEN") {
    const passive = state === "LISTEN";
    return { ...newEnd(), state, passive, incoming: end.incoming };
  }
  const passive = end.passive && event !== "active OPEN";
  return { ...end, state, passive };
}

/** Each segment acknowledges everything received so far. */
function segmentOf(name: TcpSend, end: WalkEnd): WalkSegment {
  return {
    syn: name.startsWith("SYN"),
    fin: name === "FIN",
    rst: name === "RST",
    acksSyn: name !== "SYN" && name !== "RST" && end.heardSyn,
    acksFin: name !== "SYN" && name !== "RST" && end.heardFin,
  };
}

function nameOf({ syn, fin, rst, acksSyn, acksFin }: WalkSegment): string {
  const ack = acksSyn || acksFin;
  return [syn && "SYN", fin && "FIN", rst && "RST", ack && "ACK"]
    .filter((part) => part !== false).join(",");
}

function newEnd(): WalkEnd {
  return {
    state: "CLOSED",
    passive: false,
    heardSyn: false,
    heardFin: false,
    incoming: [],
  };
}
