import type { TimelineItem } from "../../../xray/timeline.ts";

/** The part of an X-ray to show; all of it if nothing is set. */
export interface Filter {
  /** The only step to show. */
  step?: number;
  /** The only connection to show: its two ends. */
  connection?: string;
}

/**
 * Whether to show an item. The story of a step isn't filtered by connection.
 */
export function passes(item: TimelineItem, filter: Filter): boolean {
  if (filter.step !== undefined && item.step !== filter.step) return false;
  if (filter.connection === undefined) return true;
  return item.seen === "story" || connectionOf(item) === filter.connection;
}

/**
 * Lists the connections of a run, in the order in which they begin.
 *
 * @param items The run's items.
 * @returns Each connection's two ends, in one text.
 */
export function connectionsOf(items: TimelineItem[]): string[] {
  const found = items.map(connectionOf);
  return [...new Set(found)].filter((one) => one !== undefined);
}

/**
 * Names a connection's two ends, with the lesson's names for them.
 *
 * @param connection Its two ends.
 * @param items The run's items.
 * @returns For example `client :40538 ↔ server :39833`.
 */
export function connectionLabel(
  connection: string,
  items: TimelineItem[],
): string {
  const names = new Map(
    items.flatMap((item) =>
      item.seen === "story" && item.event.kind === "endpoint"
        ? [[item.event.endpoint.replace(/^\w+:\/\//, ""), item.event.lane]]
        : []
    ),
  );
  return connection.split(BETWEEN).map((end) =>
    [names.get(end), end.replace(/^127\.0\.0\.1:/, ":")].filter(Boolean).join(
      " ",
    )
  ).join(BETWEEN);
}

const BETWEEN = " ↔ ";

/** Returns the two ends of an item's connection, whichever way it goes. */
function connectionOf(item: TimelineItem): string | undefined {
  if (item.seen === "packet") {
    return between(item.packet.source, item.packet.destination);
  }
  if (item.seen !== "call") return undefined;
  const { socket, peer, made } = item.call;
  const { local, remote = peer } = made ?? socket;
  return local === undefined || remote === undefined
    ? undefined
    : between(local, remote);
}

function between(a: string, b: string): string {
  return [a, b].sort().join(BETWEEN);
}
