import type { TimelineItem } from "../types.ts";

/**
 * Pairs the two sockets of each Unix stream. Their addresses don't show which
 * ones belong together, but a listening socket accepts its clients in the order
 * in which they connected.
 *
 * @param items The items, in order.
 * @returns The `id` of each socket's peer, by its own.
 */
export function pairUnixSockets(items: TimelineItem[]): Map<number, number> {
  const waiting = new Map<string, number[]>();
  const peers = new Map<number, number>();
  for (const item of items) {
    if (item.seen !== "call" || item.call.socket.kind !== "unix") continue;
    const { name, socket, made, error } = item.call;
    if (name === "connect" && error === undefined) {
      const path = socket.remote ?? "";
      waiting.set(path, [...waiting.get(path) ?? [], socket.id]);
    } else if (made !== undefined && made.role === "accepted") {
      const client = waiting.get(socket.local ?? "")?.shift();
      if (client === undefined) continue;
      peers.set(client, made.id);
      peers.set(made.id, client);
    }
  }
  return peers;
}
