/**
 * Finds the path that an end of a connection has taken through the states of
 * TCP.
 *
 * @module
 */
import {
  TCP_STATES,
  TCP_TRANSITIONS,
  type TcpEvent,
  type TcpState,
  type TcpTransition,
} from "../../../wire/tcp/state.ts";
import { edgeId, isEdge, type StatePlace } from "./state_machine_layout.ts";

/** The path of one end. */
export interface Walk {
  /** The state that it's in now. */
  at: StatePlace | undefined;
  /** The ids of the arrows that it took. */
  taken: Set<string>;
  /** A text for each state that it reached, with the cause. */
  words: string[];
}

/** The states before a connection is open. */
const OPENING: StatePlace[] = ["CLOSED", "LISTEN", "SYN-SENT", "SYN-RECEIVED"];

/**
 * Finds the path of one end. A segment that is two events at once takes two
 * arrows: a FIN that also acknowledges ours leads from FIN-WAIT-1 through
 * FIN-WAIT-2 to TIME-WAIT.
 *
 * @param states The states that were seen, in order.
 * @param wasOpen Whether the connection was open before the first of them.
 */
export function walkStates(states: TcpState[], wasOpen = false): Walk {
  const walk: Walk = { at: undefined, taken: new Set(), words: [] };
  for (const state of states) {
    const isEnd: boolean = state === "CLOSED" && wasOpen;
    const place: StatePlace = isEnd ? "CLOSED again" : state;
    if (place === walk.at) continue;
    if (walk.at === undefined) walk.words.push(state);
    else {
      for (const [from, to] of wayBetween(walk.at, place)) {
        if (isEdge(from, to)) walk.taken.add(edgeId(from, to));
        walk.words.push(`${stateOf(to)} (${causeOf(from, to)})`);
      }
    }
    wasOpen ||= !OPENING.includes(place);
    walk.at = place;
  }
  return walk;
}

/** Returns one arrow, or two if a segment caused both. */
function wayBetween(
  from: StatePlace,
  to: StatePlace,
): [from: StatePlace, to: StatePlace][] {
  if (isEdge(from, to)) return [[from, to]];
  const by = TCP_STATES.find((state) =>
    isEdge(from, state) && isEdge(state, to) &&
    /^rcv/.test(causeOf(from, state)) && /^rcv/.test(causeOf(state, to))
  );
  return by === undefined ? [[from, to]] : [[from, by], [by, to]];
}

/** Returns the cause of a change: the event, and the segment that it sends. */
function causeOf(from: StatePlace, to: StatePlace): string {
  const target = stateOf(to);
  const transitions = Object.entries(TCP_TRANSITIONS[stateOf(from)]) as [
    TcpEvent,
    TcpTransition,
  ][];
  const found = transitions.find(([event, transition]) =>
    transition.to === target && !RESETS.includes(event) &&
    isEdge(from, to)
  );
  if (found === undefined) return "reset";
  const [event, { send }] = found;
  return send === null ? event : `${event}, send ${send}`;
}

const RESETS: TcpEvent[] = ["ABORT", "rcv RST"];

function stateOf(place: StatePlace): TcpState {
  return place === "CLOSED again" ? "CLOSED" : place;
}
