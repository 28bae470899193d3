import { connectTcp, listenTcp } from "../../lib/net/mod.ts";

/** How long to wait for one more client if the limit is unknown, in ms. */
const FULL_AFTER_MS = 1000;
/** More clients than any system queues for a backlog of 0. */
const MOST_CLIENTS = 100;

/**
 * A listener whose backlog is full (lesson 6): the next client that connects
 * gets no answer at all. It's the most reliable timeout on a single machine.
 */
export class FullBacklog implements Disposable {
  /** The listener. It accepts no clients before `drain()`. */
  readonly listener: Deno.TcpListener;
  /** The clients that fill its backlog. */
  readonly clients: Deno.Conn[] = [];

  private constructor(listener: Deno.TcpListener) {
    this.listener = listener;
  }

  /** Listens, and fills the backlog. */
  static async make(): Promise<FullBacklog> {
    const full = new FullBacklog(listenTcp(0, { backlog: 0 }));
    if (Deno.build.os === "linux") {
      // On Linux, a backlog of n has room for n + 1 clients.
      full.clients.push(await connectTcp(full.port));
      return full;
    }
    try {
      while (full.clients.length < MOST_CLIENTS) {
        const timeoutMs = FULL_AFTER_MS;
        full.clients.push(await connectTcp(full.port, { timeoutMs }));
      }
    } catch {
      // It's full: the system either doesn't answer or refuses.
    }
    return full;
  }

  /** The port that doesn't answer. */
  get port(): number {
    return this.listener.addr.port;
  }

  /** Accepts every client in the backlog, so that there's room again. */
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
