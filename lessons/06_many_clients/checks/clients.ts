import { FakeConn, FakeListener } from "../../../lib/workbook/kit/mod.ts";
import type { Handler } from "../types.ts";

/** A client and its state. */
export interface Client {
  conn: FakeConn;
  state: "waiting" | "running" | "done";
  hasFailed?: boolean;
  /** The promise that the handler returns. */
  end: PromiseWithResolvers<void>;
  /** What the handler does instead of waiting for the check. */
  act?: Handler;
}

/** Clients that do what the check tells them, and their handler. */
export class Clients {
  readonly listener = new FakeListener();
  readonly all: Client[] = [];
  /** The largest number of handlers that were running at once. */
  most = 0;
  /** How many clients the handler was called for. */
  started = 0;
  /** Whether the handler got one client twice, or something else. */
  wasMistaken = false;
  /** Whether the check has closed the listener. */
  stopped = false;

  /** Lets clients connect. */
  connect(count: number, act?: Handler): void {
    for (let i = 0; i < count; i++) {
      const conn = new FakeConn({ then: "silence" });
      const end = Promise.withResolvers<void>();
      this.all.push({ conn, state: "waiting", end, act });
      this.listener.connects(conn);
    }
  }

  /** Ends a client's handler: it returns or, with `error`, fails. */
  end(index: number, error?: Error): void {
    const client = this.all[index];
    client.state = "done";
    client.hasFailed = error !== undefined;
    if (client.hasFailed) client.end.reject(error);
    else client.end.resolve();
  }

  /** Closes the listener, which tells the server to stop. */
  stop(): void {
    this.stopped = true;
    this.listener[Symbol.dispose]();
  }

  /** Ends the handlers that are running. */
  endRunning(): void {
    for (const [index, { state }] of this.all.entries()) {
      if (state === "running") this.end(index);
    }
  }

  /** Ends all handlers: the running ones, and those that start later. */
  endAll(): void {
    this.endRunning();
    for (const client of this.inState("waiting")) {
      client.act ??= () => Promise.resolve();
    }
  }

  /** Lists the clients in a state. */
  inState(state: Client["state"]): Client[] {
    return this.all.filter((client) => client.state === state);
  }

  /** The handler that the answer gets. */
  readonly handler: Handler = (conn) => {
    const client = this.all.find((client) => client.conn === conn);
    if (client?.state !== "waiting") {
      this.wasMistaken = true;
      return Promise.resolve();
    }
    this.started++;
    client.state = "running";
    this.most = Math.max(this.most, this.inState("running").length);
    if (client.act === undefined) return client.end.promise;
    client.state = "done";
    try {
      return client.act(conn);
    } catch (error) {
      client.hasFailed = true;
      throw error;
    }
  };
}
