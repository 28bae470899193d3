import { truncateVisible } from "../show/mod.ts";
import type { TimelineItem } from "./timeline.ts";

/** A longer name would fill a column by itself. */
const MAX_NAME = 12;

/** A few words for an address: the lesson's name for it, or the port. */
export type NameOf = (address: string) => string;

/**
 * Gathers the names that a lesson gives to endpoints.
 *
 * @param items The timeline; names come late in it, and are wanted from the
 * beginning.
 * @returns Gives a name for an address: `client` for `127.0.0.1:42694`, `:42694`
 * where the lesson has none, and the last part of a Unix socket's path.
 */
export function namesIn(items: TimelineItem[]): NameOf {
  const names = new Map<string, string>();
  for (const item of items) {
    if (item.seen !== "story" || item.event.kind !== "endpoint") continue;
    const { endpoint, lane } = item.event;
    const address = endpoint.replace(/^\w+:\/\//, "");
    names.set(address, truncateVisible(lane, MAX_NAME));
  }
  return (address) => {
    const name = names.get(address);
    if (name !== undefined) return name;
    return address.startsWith("/")
      ? shortPath(address)
      : address.slice(address.lastIndexOf(":"));
  };
}

/**
 * Shortens the path of a Unix socket, most of which is a temporary folder.
 *
 * @param text A text with paths in it perhaps.
 * @returns The same, with `…` for the folders.
 *
 * @example Only the file's name says anything
 * ```ts
 * import { shortPath } from "./names.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(shortPath("/tmp/socket-workbook-1f2e/box.sock"), "…/box.sock");
 * assertEquals(shortPath("127.0.0.1:7000"), "127.0.0.1:7000");
 * ```
 */
export function shortPath(text: string): string {
  const path = text.match(/^\/.*\/(.*)$/s)?.[1];
  return path === undefined ? text : `…/${truncateVisible(path, 24)}`;
}
