/**
 * Places the states of RFC 9293, section 3.3.2, and finds the arrows that an end
 * of a connection has taken.
 *
 * @module
 */
import type { TcpState } from "../../../wire/tcp/state.ts";

/** A place in the picture: CLOSED is there twice, before and after. */
export type StatePlace = TcpState | "CLOSED again";

/** Columns and rows of the places. */
const GRID: Record<StatePlace, [column: number, row: number]> = {
  "CLOSED": [1, 0],
  "LISTEN": [0, 1],
  "SYN-SENT": [2, 1],
  "SYN-RECEIVED": [0, 2],
  "ESTABLISHED": [1, 3],
  "FIN-WAIT-1": [0, 4],
  "CLOSE-WAIT": [2, 4],
  "FIN-WAIT-2": [0, 5],
  "CLOSING": [1, 5],
  "LAST-ACK": [2, 5],
  "TIME-WAIT": [0, 6],
  "CLOSED again": [2, 6],
};

/** The arrows of the RFC's diagram. A reset leads to CLOSED from anywhere. */
const EDGES: [from: StatePlace, to: StatePlace][] = [
  ["CLOSED", "LISTEN"],
  ["CLOSED", "SYN-SENT"],
  ["LISTEN", "SYN-RECEIVED"],
  ["SYN-SENT", "SYN-RECEIVED"],
  ["SYN-SENT", "ESTABLISHED"],
  ["SYN-RECEIVED", "ESTABLISHED"],
  ["SYN-RECEIVED", "FIN-WAIT-1"],
  ["ESTABLISHED", "FIN-WAIT-1"],
  ["ESTABLISHED", "CLOSE-WAIT"],
  ["FIN-WAIT-1", "FIN-WAIT-2"],
  ["FIN-WAIT-1", "CLOSING"],
  ["CLOSE-WAIT", "LAST-ACK"],
  ["FIN-WAIT-2", "TIME-WAIT"],
  ["CLOSING", "TIME-WAIT"],
  ["TIME-WAIT", "CLOSED again"],
  ["LAST-ACK", "CLOSED again"],
];

/** A state's box, by its middle. */
export interface StateNode {
  place: StatePlace;
  name: TcpState;
  x: number;
  y: number;
}

/** An arrow from one box to another. */
export interface StateEdge {
  id: string;
  from: [x: number, y: number];
  to: [x: number, y: number];
}

/** The picture, placed. */
export interface StateMachineLayout {
  width: number;
  height: number;
  nodes: StateNode[];
  edges: StateEdge[];
}

/** The size of a state's box, in pixels. */
export const NODE = { width: 102, height: 26 };
/** The width of the picture, in pixels. */
export const MACHINE_WIDTH = 344;
const ROW = 50;

/** Places all states and arrows. */
export function layoutStateMachine(): StateMachineLayout {
  const places = Object.keys(GRID) as StatePlace[];
  const nodes = places.map((place): StateNode => {
    const [column, row] = GRID[place];
    return {
      place,
      name: place === "CLOSED again" ? "CLOSED" : place,
      x: NODE.width / 2 + 1 +
        column * (MACHINE_WIDTH - NODE.width - 2) / 2,
      y: NODE.height / 2 + 1 + row * ROW,
    };
  });
  const nodeAt = new Map(nodes.map((node) => [node.place, node]));
  const edges = EDGES.map(([from, to]) => {
    const [a, b] = [nodeAt.get(from)!, nodeAt.get(to)!];
    return { id: keyOf(from, to), from: border(a, b), to: border(b, a) };
  });
  return {
    width: MACHINE_WIDTH,
    height: 6 * ROW + NODE.height + 2,
    nodes,
    edges,
  };
}

/** Where the line from the middle of one box to another leaves the first. */
function border(a: StateNode, b: StateNode): [number, number] {
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const scale = Math.min(
    dx === 0 ? Infinity : NODE.width / 2 / Math.abs(dx),
    dy === 0 ? Infinity : NODE.height / 2 / Math.abs(dy),
  );
  return [a.x + dx * scale, a.y + dy * scale];
}

/** How far an end has come. */
export interface Walk {
  /** Where it is now. */
  at: StatePlace | undefined;
  /** The ids of the arrows that it took. */
  taken: Set<string>;
}

/**
 * Finds the way that an end took through the states. A segment that is two
 * events at once takes two arrows: a FIN that also acknowledges ours leads from
 * FIN-WAIT-1 by FIN-WAIT-2 to TIME-WAIT.
 *
 * @param states The states that were seen, in order.
 */
export function walkStates(states: TcpState[]): Walk {
  const taken = new Set<string>();
  let at: StatePlace | undefined;
  for (const state of states) {
    const place: StatePlace = state === "CLOSED" && at !== undefined &&
        at !== "CLOSED"
      ? "CLOSED again"
      : state;
    if (at !== undefined && place !== at) {
      for (const key of shortestWay(at, place)) taken.add(key);
    }
    at = place;
  }
  return { at, taken };
}

/** The arrows from one place to another, or none if no way leads there. */
function shortestWay(from: StatePlace, to: StatePlace): string[] {
  const ways = new Map<StatePlace, string[]>([[from, []]]);
  for (const [place, way] of ways) {
    if (place === to) return way;
    for (const [a, b] of EDGES) {
      if (a === place && !ways.has(b)) ways.set(b, [...way, keyOf(a, b)]);
    }
  }
  return [];
}

function keyOf(from: StatePlace, to: StatePlace): string {
  return `${from} > ${to}`;
}
