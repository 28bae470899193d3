/**
 * Tells the packets of several connections apart. If a step has more than one,
 * each packet gets the number of the client's socket, as the calls do.
 *
 * @module
 */
import type { TimelineItem, WirePacket } from "../types.ts";

/**
 * Finds the connections of each step.
 *
 * @param items The items.
 * @returns A function that returns a tag for the connection of a packet in a
 * step, or an empty text if it's the only connection.
 */
export function connectionTags(
  items: TimelineItem[],
): (step: number, packet: WirePacket) => string {
  const sockets = new Map<string, number>();
  const steps = new Map<number, Set<string>>();
  for (const item of items) {
    if (item.seen === "call") {
      const { local, remote, descriptor, role } = item.call.socket;
      // The accepted socket has the same two addresses the other way around.
      if (role === "accepted" || local === undefined) continue;
      sockets.set(`${local} ${remote}`, descriptor);
    } else if (item.seen === "packet" && item.packet.protocol === "tcp") {
      const pairs = steps.get(item.step) ?? new Set();
      steps.set(item.step, pairs);
      pairs.add(pairOf(item.packet));
    }
  }
  return (step, packet) => {
    if (packet.protocol !== "tcp" || steps.get(step)!.size < 2) return "";
    const { source, destination } = packet;
    const number = sockets.get(`${source} ${destination}`) ??
      sockets.get(`${destination} ${source}`);
    return number === undefined ? "" : `socket\u00a0${number}`;
  };
}

function pairOf({ source, destination }: WirePacket): string {
  return source < destination
    ? `${source} ${destination}`
    : `${destination} ${source}`;
}
