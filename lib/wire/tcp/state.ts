/**
 * The states that each end of a TCP connection goes through (RFC 9293, section
 * 3.3.2), as a table: for each state and event, the segment to send and the
 * next state.
 *
 * ```text
 *                        CLOSED
 *        passive OPEN  /        \  active OPEN, send SYN
 *                  LISTEN      SYN-SENT
 *     rcv SYN, send    \        /  rcv SYN,ACK, send ACK
 *       SYN,ACK     SYN-RECEIVED  |
 *       rcv ACK of SYN  \         |
 *                       ESTABLISHED
 *      CLOSE, send FIN /           \ rcv FIN, send ACK
 *              FIN-WAIT-1         CLOSE-WAIT
 *    rcv ACK  /     \ rcv FIN        | CLOSE, send FIN
 *     FIN-WAIT-2   CLOSING        LAST-ACK
 *      rcv FIN \    / rcv ACK        | rcv ACK
 *             TIME-WAIT -----------> CLOSED
 * ```
 *
 * @module
 */

/** The states, as RFC 9293 names them. */
export const TCP_STATES = [
  "CLOSED",
  "LISTEN",
  "SYN-SENT",
  "SYN-RECEIVED",
  "ESTABLISHED",
  "FIN-WAIT-1",
  "FIN-WAIT-2",
  "CLOSE-WAIT",
  "CLOSING",
  "LAST-ACK",
  "TIME-WAIT",
] as const;

/** A state of one end of a connection. */
export type TcpState = typeof TCP_STATES[number];

/** All events: calls of the program, arriving segments, and a timer. */
export const TCP_EVENTS = [
  "passive OPEN",
  "active OPEN",
  "SEND",
  "CLOSE",
  "ABORT",
  "rcv SYN",
  "rcv SYN,ACK",
  "rcv ACK of SYN",
  "rcv FIN",
  "rcv ACK of FIN",
  "rcv RST",
  "2MSL timeout",
] as const;

/**
 * Something that happens at one end of a connection.
 *
 * One segment can be several events. Their order is that of RFC 9293, section
 * 3.10.7.4: RST, SYN, ACK, FIN. So a FIN that also acknowledges our FIN is
 * first `rcv ACK of FIN`, then `rcv FIN`.
 */
export type TcpEvent = typeof TCP_EVENTS[number];

/** The segments that an end can send in answer to an event. */
export type TcpSend = "SYN" | "SYN,ACK" | "ACK" | "FIN" | "RST";

/** One arrow of the diagram. */
export interface TcpTransition {
  /** The next state, which may be the same one. */
  readonly to: TcpState;
  /** The segment to send; `null` for none. */
  readonly send: TcpSend | null;
}

/** Options for {@linkcode transitionOf}. */
export interface TcpStateOptions {
  /**
   * Whether this end started by listening (a passive open). It matters only in
   * SYN-RECEIVED: after a reset, such an end returns to LISTEN, and any other
   * goes to CLOSED.
   *
   * @default {false}
   */
  passive?: boolean;
}

const go = (to: TcpState, send: TcpSend | null = null): TcpTransition =>
  Object.freeze({ to, send });

/**
 * All transitions. If an event is missing, the state doesn't change: a call
 * fails, and a segment is dropped.
 */
export const TCP_TRANSITIONS: Readonly<
  Record<TcpState, Readonly<Partial<Record<TcpEvent, TcpTransition>>>>
> = {
  "CLOSED": {
    "passive OPEN": go("LISTEN"),
    "active OPEN": go("SYN-SENT", "SYN"),
    // There's no connection: everything that arrives, except a reset, is
    // answered with a reset.
    "rcv SYN": go("CLOSED", "RST"),
    "rcv SYN,ACK": go("CLOSED", "RST"),
    "rcv ACK of SYN": go("CLOSED", "RST"),
    "rcv FIN": go("CLOSED", "RST"),
    "rcv ACK of FIN": go("CLOSED", "RST"),
  },
  "LISTEN": {
    "active OPEN": go("SYN-SENT", "SYN"),
    "SEND": go("SYN-SENT", "SYN"),
    "CLOSE": go("CLOSED"),
    "ABORT": go("CLOSED"),
    "rcv SYN": go("SYN-RECEIVED", "SYN,ACK"),
    // An acknowledgment of something never sent is from an old connection.
    "rcv SYN,ACK": go("LISTEN", "RST"),
    "rcv ACK of SYN": go("LISTEN", "RST"),
    "rcv ACK of FIN": go("LISTEN", "RST"),
  },
  "SYN-SENT": {
    "CLOSE": go("CLOSED"),
    "ABORT": go("CLOSED"),
    "rcv SYN,ACK": go("ESTABLISHED", "ACK"),
    // Both opened at once.
    "rcv SYN": go("SYN-RECEIVED", "SYN,ACK"),
    "rcv RST": go("CLOSED"),
  },
  "SYN-RECEIVED": {
    "CLOSE": go("FIN-WAIT-1", "FIN"),
    "ABORT": go("CLOSED", "RST"),
    "rcv ACK of SYN": go("ESTABLISHED"),
    "rcv FIN": go("CLOSE-WAIT", "ACK"),
    "rcv RST": go("CLOSED"),
  },
  "ESTABLISHED": {
    "CLOSE": go("FIN-WAIT-1", "FIN"),
    "ABORT": go("CLOSED", "RST"),
    "rcv FIN": go("CLOSE-WAIT", "ACK"),
    "rcv RST": go("CLOSED"),
  },
  "FIN-WAIT-1": {
    "ABORT": go("CLOSED", "RST"),
    "rcv ACK of FIN": go("FIN-WAIT-2"),
    // Both closed at once.
    "rcv FIN": go("CLOSING", "ACK"),
    "rcv RST": go("CLOSED"),
  },
  "FIN-WAIT-2": {
    "ABORT": go("CLOSED", "RST"),
    "rcv FIN": go("TIME-WAIT", "ACK"),
    "rcv RST": go("CLOSED"),
  },
  "CLOSE-WAIT": {
    "CLOSE": go("LAST-ACK", "FIN"),
    "ABORT": go("CLOSED", "RST"),
    "rcv RST": go("CLOSED"),
  },
  "CLOSING": {
    "ABORT": go("CLOSED"),
    "rcv ACK of FIN": go("TIME-WAIT"),
    "rcv RST": go("CLOSED"),
  },
  "LAST-ACK": {
    "ABORT": go("CLOSED"),
    "rcv ACK of FIN": go("CLOSED"),
    "rcv RST": go("CLOSED"),
  },
  "TIME-WAIT": {
    "ABORT": go("CLOSED"),
    // The other end didn't get the last acknowledgment and sends its FIN again:
    // that's what TIME-WAIT is for.
    "rcv FIN": go("TIME-WAIT", "ACK"),
    "rcv RST": go("CLOSED"),
    "2MSL timeout": go("CLOSED"),
  },
};

/**
 * Looks up a transition.
 *
 * @param state The state that the end is in.
 * @param event The event.
 * @param options Whether this end opened the connection by listening.
 * @returns The next state and the segment to send; `null` if the event is
 * ignored.
 *
 * @example A SYN arrives at a listening server
 * ```ts
 * import { transitionOf } from "./state.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(transitionOf("LISTEN", "rcv SYN"), {
 *   to: "SYN-RECEIVED",
 *   send: "SYN,ACK",
 * });
 * assertEquals(transitionOf("LISTEN", "rcv FIN"), null);
 * ```
 */
export function transitionOf(
  state: TcpState,
  event: TcpEvent,
  options: TcpStateOptions = {},
): TcpTransition | null {
  const { passive = false } = options;
  if (state === "SYN-RECEIVED" && event === "rcv RST" && passive) {
    return go("LISTEN");
  }
  return TCP_TRANSITIONS[state][event] ?? null;
}

/**
 * Returns the next state.
 *
 * @param state The state that the end is in.
 * @param event The event.
 * @param options Whether this end opened the connection by listening.
 * @returns The next state, which is `state` if the event changes nothing.
 *
 * @example Both ends close at once
 * ```ts
 * import { nextState } from "./state.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(nextState("ESTABLISHED", "CLOSE"), "FIN-WAIT-1");
 * assertEquals(nextState("FIN-WAIT-1", "rcv FIN"), "CLOSING");
 * assertEquals(nextState("CLOSING", "rcv ACK of FIN"), "TIME-WAIT");
 * ```
 */
export function nextState(
  state: TcpState,
  event: TcpEvent,
  options: TcpStateOptions = {},
): TcpState {
  return transitionOf(state, event, options)?.to ?? state;
}
