import {
  type Advice,
  FakeConn,
  FakeListener,
  PROBES,
  settle,
  TimerWatch,
  type Trial,
  type TrialFailure,
  until,
} from "../../../lib/workbook/kit/mod.ts";
import type { Handler, ServeAtMost } from "../types.ts";
import {
  CLOSING,
  explainError,
  FAILURE,
  LEFT,
  LIMIT,
  ONE_ACCEPT,
} from "./explain.ts";

/** A client, and what has become of it. */
interface Client {
  conn: FakeConn;
  state: "waiting" | "running" | "done";
  /** How the handler's promise settles. */
  end: PromiseWithResolvers<void>;
  /** What the handler does instead of waiting for the check. */
  act?: Handler;
  hasFailed?: boolean;
}

/** The answer to check, and how many clients it may serve at once. */
export interface Server {
  name: string;
  serve: ServeAtMost;
  limit: number;
}

/** Something that happens to a server. */
export interface Action {
  /** What happens, for the report. */
  step: string;
  /** Makes it happen. */
  run: (run: ServerRun) => void;
  /** What it means if fewer handlers are running afterward than should be. */
  fewer: string | ((running: number) => string);
  /** What it means if more are running than the limit allows. */
  more?: string | ((running: number, limit: number) => string);
  /** What it means if the answer has started a timer. */
  timer?: string;
  /** The heading in the README that explains it. */
  read: string;
}

/**
 * One run of an answer, with clients that do as they are told.
 *
 * After each action the check knows which handlers must be running, and which
 * connections must be open: it waits until that is so, and looks whether it stays
 * so.
 */
export class ServerRun {
  readonly #server: Server;
  readonly #trial: Trial;
  readonly #timers: TimerWatch;
  readonly #probe?: Advice;
  readonly #serving: Promise<void>;
  readonly #endedEarly: Promise<never>;
  #most = 0;
  #calls = 0;
  #stopped = false;
  #returned = false;
  #wrongCall?: TrialFailure;
  readonly listener = new FakeListener();
  readonly clients: Client[] = [];

  /**
   * Starts the answer.
   *
   * @param server The answer.
   * @param trial The run of the check.
   * @param timers Watches all runs together.
   * @param probe What it means if anything goes wrong, whatever it is.
   */
  constructor(
    server: Server,
    trial: Trial,
    timers: TimerWatch,
    probe?: Advice,
  ) {
    const { name, serve, limit } = server;
    this.#server = server;
    this.#trial = trial;
    this.#timers = timers;
    this.#probe = probe;
    // What the answer waits for must not outlive the check.
    trial.use({
      close: () => {
        this.#endAll();
        this.stop();
      },
    });
    trial.onForgotten((error) => this.#explain(error, true));
    this.#serving = trial.start(
      name,
      () => serve(this.listener, this.#handler, limit),
      (error) => this.#explain(error, false),
    );
    this.#endedEarly = this.#serving.then(() => {
      this.#returned = true;
      return this.#stopped ? new Promise(() => {}) : this.#failEarly();
    });
    this.#endedEarly.catch(() => {});
  }

  /** Lets clients connect. */
  connect(count: number, act?: Handler): void {
    for (let i = 0; i < count; i++) {
      const conn = new FakeConn({ then: "silence" });
      const end = Promise.withResolvers<void>();
      this.clients.push({ conn, state: "waiting", end, act });
      this.listener.connects(conn);
    }
  }

  /** Ends the handler of a client, by an error if there is one. */
  end(index: number, error?: Error): void {
    const client = this.clients[index];
    client.state = "done";
    client.hasFailed = error !== undefined;
    if (error === undefined) client.end.resolve();
    else client.end.reject(error);
  }

  /** Closes the listener, which tells the server to stop. */
  stop(): void {
    this.#stopped = true;
    this.listener[Symbol.dispose]();
  }

  /** Does one thing, and requires that the answer does what it must. */
  async perform(action: Action): Promise<void> {
    this.#trial.step(action.step);
    action.run(this);
    await this.#reach(() => this.#whatIsMissing(action));
    await settle();
    this.#requireNothingElse(action);
  }

  /** Ends all handlers, and requires that the answer returns. */
  async finish(): Promise<void> {
    this.#trial.step("all handlers return, and so does the server");
    this.#endAll();
    const { listener } = this;
    await this.#reach(() =>
      this.#returned ? undefined : {
        problem:
          `${this.#server.name}() to return after the listener has closed`,
        likely: listener.loopsForever
          ? "accept() throws BadResource once the listener is closed, and will " +
            "always throw it: if you go on after every error, you loop forever. " +
            "Go on at once after NotConnected only."
          : "When the listener is closed, accept() throws BadResource, and a " +
            "`for await` loop over it ends. No handler is running any more.",
        read: listener.loopsForever ? LEFT : CLOSING,
      }
    );
    await settle();
    const open = listener.accepted.filter(({ closed }) => !closed);
    if (open.length > 0) {
      this.#fail({
        problem: `${open.length} of ${listener.accepted.length} connections ` +
          `${open.length === 1 ? "is" : "are"} still open at the end.`,
        likely: CLOSE_ALL,
        read: CLOSING,
      });
    }
    if (this.#timers.runningCount > 0) {
      this.#fail(PROBES.timer(`${this.#server.name}()`));
    }
  }

  /** Ends all handlers, those that are running and those to come. */
  #endAll(): void {
    for (const [index, client] of this.clients.entries()) {
      if (client.state === "running") this.end(index);
      else client.act ??= () => Promise.resolve();
    }
  }

  /** The handler that the answer gets. */
  readonly #handler: Handler = (conn) => {
    const client = this.clients.find((client) => client.conn === conn);
    if (client?.state !== "waiting") {
      this.#wrongCall = {
        problem: client === undefined
          ? "You called the handler with something else than a connection that " +
            "accept() returned."
          : "You called the handler twice for the same client.",
        likely: "Call it once for each client, with what accept() returned.",
      };
      return Promise.resolve();
    }
    this.#calls++;
    client.state = "running";
    this.#most = Math.max(this.#most, this.#running);
    if (client.act === undefined) return client.end.promise;
    client.state = "done";
    try {
      return client.act(conn);
    } catch (error) {
      client.hasFailed = true;
      throw error;
    }
  };

  get #running(): number {
    return this.clients.filter(({ state }) => state === "running").length;
  }

  /** Waits until nothing is missing. */
  async #reach(missing: () => TrialFailure | undefined): Promise<void> {
    const reached = until(
      this.#trial,
      () => missing() === undefined || this.#wrongCall !== undefined,
    );
    await this.#trial.waitFor(Promise.race([reached, this.#endedEarly]), {
      waitingFor: () => missing()?.problem ?? "",
      likely: () =>
        // The answer may have caught that error and stopped.
        this.listener.wasBusy
          ? ONE_ACCEPT
          : (this.#probe ?? missing())?.likely ?? "",
      read: () => missing()?.read ?? "",
    });
    if (this.#wrongCall !== undefined) this.#fail(this.#wrongCall);
  }

  /** What the answer must still do. */
  #whatIsMissing({ fewer, read }: Action): TrialFailure | undefined {
    const left = this.clients.filter(({ state }) => state !== "done");
    const due = this.#stopped
      ? []
      : left.slice(0, this.#server.limit).filter(({ state }) =>
        state === "waiting"
      );
    const running = this.#running;
    if (due.length > 0) {
      return {
        problem: `${running + due.length} handlers to run at once`,
        likely: typeof fewer === "string" ? fewer : fewer(running),
        read,
      };
    }
    const open = this.clients.find(({ state, conn }) =>
      state === "done" && !conn.closed
    );
    return open && {
      problem: "a connection to be closed whose handler has " +
        (open.hasFailed ? "failed" : "returned"),
      likely: open.hasFailed
        ? "Its client waits forever, and the process has one descriptor less. " +
          "Close in `finally`, or with `using`: then it also happens after a " +
          "failure."
        : "When a handler is done, close its connection: nothing else does.",
      read: CLOSING,
    };
  }

  /** Rejects an answer that did more than it should. */
  #requireNothingElse({ more, timer, read }: Action): void {
    const { name, limit } = this.#server;
    if (this.#most > limit) {
      this.#fail({
        problem: `${this.#most} handlers were running at once, but the limit ` +
          `is ${limit}.`,
        likely: typeof more === "function"
          ? more(this.#most, limit)
          : more ?? "",
        read,
      });
    }
    const closed = this.clients.find(({ state, conn }) =>
      state !== "done" && conn.closed
    );
    if (closed !== undefined) {
      this.#fail(closed.state === "running" ? CLOSED_RUNNING : CLOSED_WAITING);
    }
    const { accepted } = this.listener;
    // It may accept one more before it waits for a place.
    if (limit < Infinity && accepted.length > this.#calls + 1) {
      this.#fail({
        problem: `You have accepted ${accepted.length} clients, with a limit ` +
          `of ${limit}, and ${this.#running} of them are being served.`,
        likely:
          "A client that you don't accept waits in the queue, and costs " +
          "you nothing. Wait for a place before you accept the next client, or " +
          "at least before the one after that.",
        read,
      });
    }
    const { started, runningCount, isImmediateDue } = this.#timers;
    const isPolling = started.length + runningCount > 0 || isImmediateDue;
    if (limit < Infinity && isPolling) {
      this.#fail({
        problem: `${name}() uses a timer, or another way to look again and ` +
          "again.",
        likely: timer ??
          "That wastes time while nothing happens, and comes late when " +
            "something does. You get a promise from each handler: wait for that.",
        read,
      });
    }
  }

  #failEarly(): never {
    const { listener } = this;
    if (listener.closed) {
      this.#fail({
        problem: "You closed the listener.",
        likely: "It belongs to the caller, who closes it to stop the server. " +
          "One client's failure is no reason to stop serving the others.",
        read: FAILURE,
      });
    }
    this.#fail({
      problem: `${this.#server.name}() returned while the listener was open.`,
      ...listener.lost > 0
        ? {
          likely:
            "accept() threw NotConnected, because a client had reset its " +
            "connection. Only that client is gone, so go on accepting. Only " +
            "BadResource means that the listener has been closed.",
          read: LEFT,
        }
        : {
          likely: "Go on accepting until the listener is closed.",
          read: CLOSING,
        },
    });
  }

  #explain(error: unknown, forgotten: boolean): TrialFailure {
    const stopped = this.#stopped;
    return {
      ...explainError(this.#server.name, error, { forgotten, stopped }),
      ...this.#probe,
    };
  }

  #fail(failure: TrialFailure): never {
    this.#trial.fail({ ...failure, ...this.#probe });
  }
}

/**
 * Runs servers at the same time; each thing happens to all of them in turn.
 *
 * @param servers The servers.
 * @param actions What happens.
 * @param options The run of the check, the watch of all runs together, and what
 * it means if something goes wrong.
 */
export async function runAtOnce(
  servers: Server[],
  actions: Action[],
  { trial, timers, probe }: {
    trial: Trial;
    timers: TimerWatch;
    probe: Advice;
  },
): Promise<void> {
  trial.step(
    `${servers.length} servers at the same time, each with a listener`,
  );
  const runs = servers.map((server) =>
    new ServerRun(server, trial, timers, probe)
  );
  for (const action of actions) {
    for (const run of runs) await run.perform(action);
  }
  for (const run of runs) {
    run.stop();
    await run.finish();
  }
}

const CLOSE_ALL =
  "Close each connection when its handler is done, also after " +
  "a failure: in `finally`, or with `using`.";

const CLOSED_RUNNING = {
  problem: "You closed a connection whose handler was still running.",
  likely:
    "Await the handler before you close its connection, in a function of " +
    "your own that the accept loop doesn't wait for.",
  read: CLOSING,
};
const CLOSED_WAITING = {
  problem: "You closed the connection of a client that had no place yet.",
  likely:
    "That client has to wait, which costs you nothing: don't accept it, " +
    "and it waits in the listener's queue.",
  read: LIMIT,
};
