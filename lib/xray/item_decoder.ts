import type { Socket } from "./socket_calls.ts";
import type { TimelineItem } from "./timeline.ts";

/**
 * Reads the lines that `ItemEncoder` wrote, one by one. It imports nothing, so a
 * page can use it, too.
 */
export class ItemDecoder {
  readonly #sockets = new Map<number, Socket>();

  /**
   * Reads the next line.
   *
   * @param text The line: one JSON object.
   * @returns The item in the line; `undefined` for a line that describes a
   * socket.
   */
  items(text: string): TimelineItem[] {
    const line = JSON.parse(text);
    if (line.seen === "socket") {
      // During a run, a socket's addresses and role become known.
      const { id } = line.socket;
      const known = this.#sockets.get(id) ?? {};
      this.#sockets.set(id, Object.assign(known, line.socket));
      return [];
    }
    if (line.seen === "story") line.event.atMs = line.atMs;
    if (line.seen === "call") {
      const { call } = line;
      call.socket = this.#sockets.get(call.socket);
      if (call.made !== undefined) call.made = this.#sockets.get(call.made);
    }
    return [line];
  }
}
