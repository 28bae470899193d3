import { connectTcp, listenTcp } from "../../lib/net/mod.ts";

/** How long to wait for one more, where nobody knows how many fit, in ms. */
const NO_ROOM_AFTER_MS = 1000;
/** More than a system lets wait in front of a backlog of 0. */
const MOST = 100;

/**
 * A listener with a full queue in front of `accept()` (lesson 6). Whoever
 * connects to it now hears nothing at all: the surest time-out that there is
 * without leaving this machine.
 */
export class FullQueue implements Disposable {
  /** Nobody accepts from it. */
  readonly listener: Deno.TcpListener;
  /** The clients that fill its queue. */
  readonly clients: Deno.Conn[] = [];

  private constructor(listener: Deno.TcpListener) {
    this.listener = listener;
  }

  /** Listens, and fills the queue. */
  static async make(): Promise<FullQueue> {
    const queue = new FullQueue(listenTcp(0, { backlog: 0 }));
    if (Deno.build.os === "linux") {
      // Here a backlog of n has room for n + 1, so there is nothing to try.
      queue.clients.push(await connectTcp(queue.port));
      return queue;
    }
    try {
      while (queue.clients.length < MOST) {
        const timeoutMs = NO_ROOM_AFTER_MS;
        queue.clients.push(await connectTcp(queue.port, { timeoutMs }));
      }
    } catch {
      // No room, or a system that refuses where others keep silent.
    }
    return queue;
  }

  /** The port to connect to in vain. */
  get port(): number {
    return this.listener.addr.port;
  }

  /** Takes all that fill the queue, so that there is room again. */
  async drain(): Promise<void> {
    for (const client of this.clients.splice(0)) {
      (await this.listener.accept()).close();
      client.close();
    }
  }

  [Symbol.dispose](): void {
    for (const client of this.clients) client.close();
    this.listener[Symbol.dispose]();
  }
}
