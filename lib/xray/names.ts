import { truncateVisible } from "../show/mod.ts";
import type { TimelineItem } from "./timeline.ts";

/** The longest name, in columns. */
const MAX_NAME = 12;

/**
 * Returns a short name for an address: the lesson's name for it, or the port.
 */
export type NameOf = (address: string) => string;

/**
 * The address of most lessons, where the port is enough to tell addresses
 * apart.
 */
const USUAL_HOST = "127.0.0.1";

/**
 * Collects the names that a lesson gives its sockets.
 *
 * An address without a name is written as its port if that's enough. If several
 * addresses have that port, or the address isn't 127.0.0.1, it's written in
 * full. For a Unix socket's path, the last part is enough.
 */
export class Names {
  readonly #names = new Map<string, string>();
  /** The address that a port was seen with, or `null` if there are several. */
  readonly #hosts = new Map<string, string | null>();

  /**
   * Records the names and addresses in a timeline.
   *
   * @param items The items.
   */
  add(items: TimelineItem[]): void {
    for (const item of items) {
      if (item.seen === "story" && item.event.kind === "endpoint") {
        const { endpoint, lane } = item.event;
        const address = endpoint.replace(/^\w+:\/\//, "");
        this.#names.set(address, truncateVisible(lane, MAX_NAME));
      } else if (item.seen === "packet") {
        this.#see(item.packet.source);
        this.#see(item.packet.destination);
      } else if (item.seen === "call") {
        this.#see(item.call.socket.local);
        this.#see(item.call.socket.remote);
      }
    }
  }

  /**
   * Returns a short name for an address.
   *
   * @param address An address with its port, or a path.
   * @returns `client` for `127.0.0.1:42694`, or `:42694` if the lesson has no
   * name for it.
   */
  of(address: string): string {
    const name = this.#names.get(address);
    if (name !== undefined) return name;
    if (address.startsWith("/")) return shortPath(address);
    const [, host, port] = address.match(PORT) ?? [];
    return host === USUAL_HOST && this.#hosts.get(port) !== null
      ? `:${port}`
      : address;
  }

  #see(address: string | undefined): void {
    const [, host, port] = address?.match(PORT) ?? [];
    if (port === undefined) return;
    const known = this.#hosts.get(port);
    this.#hosts.set(port, known === undefined || known === host ? host : null);
  }
}

const PORT = /^([\d.]+|\[.*\]):(\d+)$/;

/**
 * Collects the names in a whole timeline.
 *
 * @param items The timeline; names appear late in it, but are needed from the
 * beginning.
 * @returns A function that returns a short name for an address.
 */
export function namesIn(items: TimelineItem[]): NameOf {
  const names = new Names();
  names.add(items);
  return (address) => names.of(address);
}

/**
 * Shortens the path of a Unix socket, most of which is a temporary folder.
 *
 * @param text A text that may be a path.
 * @returns The text, with `…` for the folders.
 *
 * @example Only the file's name matters
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
