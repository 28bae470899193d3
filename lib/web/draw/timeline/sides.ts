/**
 * Finds out which side of the drawing each socket is on. A lesson runs both ends
 * in one process, so its system calls alone don't say.
 *
 * | socket                            | side                                 |
 * | --------------------------------- | ------------------------------------ |
 * | connects                          | client                               |
 * | listens, or was accepted          | server                               |
 * | has datagrams, sent the first one | client                               |
 * | has datagrams, got the first one  | server                               |
 *
 * @module
 */
import {
  otherSide,
  type Side,
  type Socket,
  type TimelineItem,
} from "../types.ts";

/** Says on which side something is. */
export interface Sides {
  /** The side of a socket. */
  ofSocket(socket: Socket): Side;
  /** The side of a packet's sender. */
  ofSender(protocol: string, source: string, destination: string): Side;
  /** The side of a lane of the story, by the lane's name. */
  ofLane(lane: string, step: number): Side;
}

/**
 * Finds the sides in a timeline.
 *
 * @param items The items, in order.
 */
export function findSides(items: TimelineItem[]): Sides {
  const addresses = new Map<string, Side>();
  const lanes = new Map<string, Side>();
  const learn = (kind: string, address: string | undefined, side: Side) => {
    if (address === undefined || address === "") return;
    const key = `${kind} ${address}`;
    if (!addresses.has(key)) addresses.set(key, side);
  };
  const meet = (kind: string, from?: string, to?: string) => {
    const known = addresses.get(`${kind} ${from}`);
    const other = addresses.get(`${kind} ${to}`);
    const side = known ?? (other === undefined ? "client" : otherSide(other));
    learn(kind, from, side);
    learn(kind, to, otherSide(side));
  };
  // A socket's role says more than who sent first.
  for (const item of items) {
    if (item.seen !== "call") continue;
    for (const { kind, role, local, remote } of socketsOf(item)) {
      if (role === "connecting") {
        learn(kind, local, "client");
        learn(kind, remote, "server");
      } else if (role === "listening") learn(kind, local, "server");
    }
  }
  for (const item of items) {
    if (item.seen === "packet") {
      const { protocol, source, destination, flags } = item.packet;
      if (protocol === "icmp" || flags === "RST,ACK") continue;
      meet(protocol, source, destination);
    } else if (item.seen === "call") {
      const { socket: { kind, local }, peer, moves } = item.call;
      if (peer === undefined || (kind !== "udp" && kind !== "unixpacket")) {
        continue;
      }
      if (moves === "out") meet(kind, local, peer);
      else if (moves === "in") meet(kind, peer, local);
    }
  }
  for (const item of items) {
    if (item.seen !== "story") continue;
    const { event } = item;
    if (event.kind === "lanes") {
      learnLane(lanes, item.step, event.left, "client");
      learnLane(lanes, item.step, event.right, "server");
    }
  }
  for (const item of items) {
    if (item.seen !== "story" || item.event.kind !== "endpoint") continue;
    const { lane, endpoint } = item.event;
    const address = endpoint.replace(/^\w+:(\/\/)?/, "");
    const side = ["tcp", "udp", "unix", "unixpacket"]
      .map((kind) => addresses.get(`${kind} ${address}`))
      .find((side) => side !== undefined);
    if (side !== undefined) learnLane(lanes, item.step, lane, side);
  }
  return {
    ofSocket({ kind, role, local, remote }) {
      if (role === "connecting") return "client";
      if (role === "listening" || role === "accepted") return "server";
      const own = addresses.get(`${kind} ${local}`);
      const other = addresses.get(`${kind} ${remote}`);
      return own ?? (other === undefined ? "client" : otherSide(other));
    },
    ofSender(protocol, source, destination) {
      const own = addresses.get(`${protocol} ${source}`);
      if (own !== undefined) return own;
      const other = addresses.get(`${protocol} ${destination}`);
      return other === undefined ? "server" : otherSide(other);
    },
    ofLane: (lane, step) => lanes.get(`${step} ${lane}`) ?? "client",
  };
}

function socketsOf(item: TimelineItem): Socket[] {
  if (item.seen !== "call") return [];
  const { socket, made } = item.call;
  return made === undefined ? [socket] : [socket, made];
}

function learnLane(
  lanes: Map<string, Side>,
  step: number,
  lane: string,
  side: Side,
): void {
  lanes.set(`${step} ${lane}`, side);
}
