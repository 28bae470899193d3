/**
 * Places the states of RFC 9293, section 3.3.2.
 *
 * @module
 */
import type { TcpState } from "../../../wire/tcp/state.ts";

/**
 * A place in the picture. CLOSED has two: before the connection, and after it.
 */
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
    return { id: edgeId(from, to), from: border(a, b), to: border(b, a) };
  });
  return {
    width: MACHINE_WIDTH,
    height: 6 * ROW + NODE.height + 2,
    nodes,
    edges,
  };
}

/** Returns where the line between the middles of two boxes leaves the first. */
function border(a: StateNode, b: StateNode): [number, number] {
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const scale = Math.min(
    dx === 0 ? Infinity : NODE.width / 2 / Math.abs(dx),
    dy === 0 ? Infinity : NODE.height / 2 / Math.abs(dy),
  );
  return [a.x + dx * scale, a.y + dy * scale];
}

/** Returns the ID of an arrow. */
export function edgeId(from: StatePlace, to: StatePlace): string {
  return `${from} > ${to}`;
}

/** Whether an arrow leads from one place to another. */
export function isEdge(from: StatePlace, to: StatePlace): boolean {
  return EDGES.some(([a, b]) => a === from && b === to);
}
