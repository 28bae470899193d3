import {
  connectTcp,
  listenTcp,
  readExact,
  writeAll,
} from "../../../lib/net/mod.ts";
import {
  Collector,
  type ShortConn,
  type Trial,
  type TrialFailure,
  type Wait,
} from "../../../lib/workbook/kit/mod.ts";
import { connectToReset, type ResettingClient } from "../resetting_client.ts";
import type { Handler } from "../types.ts";
import { WatchedListener } from "./watched_listener.ts";

export const START = "Start, and go on accepting";
export const FAILURE = "A promise that nobody waits for";
export const CLOSING = "Who closes, and how it stops";
export const LEFT = "A client that leaves the queue";

/** One call of the handler, which runs until the check ends it. */
export interface HandlerCall {
  conn: ShortConn;
  /** Makes the handler return. */
  finish(): void;
  /** Makes the handler's promise reject. */
  fail(error: Error): void;
}

/** A client of the check. */
export interface Client {
  conn: Deno.Conn;
  /** All that the server sends, and whether it has ended. */
  received: Collector;
}

/** One run of an answer, with a listener, a handler, and clients. */
export class ServerRun {
  readonly #name: string;
  readonly #trial: Trial;
  readonly #port: number;
  #called = Promise.withResolvers<void>();
  #finishAtOnce = false;
  #serving: Promise<void> = Promise.resolve();
  #returnedEarly: Promise<never> = new Promise(() => {});
  #stopped = false;
  /** The listener that the answer gets. */
  readonly listener: WatchedListener;
  /** Every call of the handler that waits for the check, in order. */
  readonly calls: HandlerCall[] = [];
  /** What the handler does with the next clients, instead of waiting. */
  readonly nextHandlers: ((conn: ShortConn) => Promise<void>)[] = [];
  /** How many handlers are running. */
  running = 0;
  /** The most handlers that were running at once. */
  most = 0;

  /**
   * Opens the listener.
   *
   * @param name The name of the answer.
   * @param trial Closes the sockets when the check ends.
   */
  constructor(name: string, trial: Trial) {
    this.#name = name;
    this.#trial = trial;
    const listener = trial.use(listenTcp());
    this.#port = listener.addr.port;
    this.listener = new WatchedListener(listener);
    // What the answer leaves open, or waits for, must not outlive the check.
    trial.use({
      close: () => {
        this.finishAll();
        this.listener.stopFailing();
        this.listener.accepted.forEach((conn) => conn[Symbol.dispose]());
      },
    });
  }

  /** The handler that the answer gets. */
  readonly handler: Handler = (conn) => {
    const handle = this.nextHandlers.shift() ?? ((conn) => this.#wait(conn));
    this.most = Math.max(this.most, ++this.running);
    const done = () => void this.running--;
    try {
      return handle(conn as ShortConn).finally(done);
    } catch (error) {
      done();
      throw error;
    }
  };

  #wait(conn: ShortConn): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.calls.push({ conn, finish: resolve, fail: reject });
    if (this.#finishAtOnce) resolve();
    this.#called.resolve();
    this.#called = Promise.withResolvers();
    return promise;
  }

  /** Waits until this many calls of the handler have begun to wait. */
  async called(count: number): Promise<void> {
    while (this.calls.length < count) await this.#called.promise;
  }

  /** Ends every handler, those that are running and those to come. */
  finishAll(): void {
    this.#finishAtOnce = true;
    for (const call of this.calls) call.finish();
  }

  /** Connects a client, and collects what it is sent. */
  async connect(): Promise<Client> {
    const conn = this.#trial.use(await connectTcp(this.#port));
    return { conn, received: new Collector(conn, this.#trial) };
  }

  /** Connects several clients, one after the other. */
  async connectMany(count: number): Promise<Client[]> {
    const clients: Client[] = [];
    for (let i = 0; i < count; i++) clients.push(await this.connect());
    return clients;
  }

  /** Connects a client that resets its connection when it is told to. */
  async connectToReset(): Promise<ResettingClient> {
    return this.#trial.use(await connectToReset(this.#port));
  }

  /** Connects a client that resets its connection before it's accepted. */
  async connectAndReset(): Promise<void> {
    await this.listener.reset(this.connectToReset());
  }

  /** Starts the answer, and watches all its promises. */
  start(serve: () => Promise<void>): void {
    this.#serving = this.#trial.start(
      this.#name,
      serve,
      (error) => this.#explain(error, "thrown"),
    );
    this.#returnedEarly = this.#serving.then(() =>
      this.#stopped ? new Promise<never>(() => {}) : this.#failEarly()
    );
    this.#returnedEarly.catch(() => {});
    this.#trial.onForgotten((error) => this.#explain(error, "forgotten"));
  }

  /** Waits, but no longer once the answer has returned too early. */
  wait<V>(event: Promise<V>, wait: Wait): Promise<V> {
    const { likely } = wait;
    return this.#trial.waitFor(Promise.race([event, this.#returnedEarly]), {
      ...wait,
      likely: () => {
        // The answer may have caught that error and stopped.
        if (this.listener.wasBusy) return ONE_ACCEPT;
        return typeof likely === "string" ? likely : likely();
      },
    });
  }

  /** Lets whatever is due happen, and notices if the answer fails. */
  settle(): Promise<void> {
    return this.wait(roundTrips(this.#trial), {
      waitingFor: "the check's own messages to arrive",
      likely: "Give control back: await something that takes time.",
    });
  }

  /** Connects another client, which must be served. */
  async expectNextServed(
    advice = {
      likely: "Whatever happened to the last client, go on accepting.",
      read: FAILURE,
    },
  ): Promise<void> {
    // First, whatever happened before takes effect.
    await this.settle();
    const count = this.calls.length + 1;
    await this.connect();
    await this.wait(this.called(count), {
      waitingFor: "a handler for the next client to start",
      ...advice,
    });
  }

  /** Fails if a connection is closed whose handler is still running. */
  expectOpen(except?: { closed: boolean }): void {
    if (!this.calls.some(({ conn }) => conn !== except && conn.closed)) return;
    this.#trial.fail({
      problem: "You closed a connection whose handler was still running.",
      likely: "Await the handler before you close its connection, in a " +
        "function of your own that the accept loop doesn't wait for.",
      read: CLOSING,
    });
  }

  /** Closes the listener, which tells the server to stop. */
  stop(): void {
    this.#stopped = true;
    this.listener[Symbol.dispose]();
  }

  /** Waits for the answer to return, with everything closed. */
  async returned(): Promise<void> {
    const { listener } = this;
    await this.#trial.waitFor(this.#serving, {
      waitingFor: `${this.#name}() to return after the listener has closed`,
      likely: () =>
        listener.loopsForever
          ? "accept() throws BadResource once the listener is closed, and will " +
            "always throw it: if you go on after every error, you loop " +
            "forever. Go on at once after NotConnected only."
          : "When the listener is closed, accept() throws BadResource, and a " +
            "`for await` loop over it ends. No handler is running any more.",
      read: () => listener.loopsForever ? LEFT : CLOSING,
    });
    await roundTrips(this.#trial);
    const { open, accepted } = listener;
    if (open === 0) return;
    this.#trial.fail({
      problem: `${open} of ${accepted.length} connections ` +
        `${open === 1 ? "is" : "are"} still open at the end.`,
      likely: "Close each connection when its handler is done, also after a " +
        "failure: in `finally`, or with `using`.",
      read: CLOSING,
    });
  }

  #failEarly(): never {
    if (this.listener.closed) {
      this.#trial.fail({
        problem: "You closed the listener.",
        likely: "It belongs to the caller, who closes it to stop the server. " +
          "One client's failure is no reason to stop serving the others.",
        read: FAILURE,
      });
    }
    const problem = `${this.#name}() returned while the listener was open.`;
    this.#trial.fail(
      this.listener.lost > 0
        ? {
          problem,
          likely:
            "accept() threw NotConnected, because a client had reset its " +
            "connection. Only that client is gone, so go on accepting. Only " +
            "BadResource means that the listener has been closed.",
          read: LEFT,
        }
        : {
          problem,
          likely: "Go on accepting until the listener is closed.",
          read: CLOSING,
        },
    );
  }

  /** What it means that the answer threw an error, or forgot its promise. */
  #explain(error: unknown, how: "thrown" | "forgotten"): TrialFailure {
    const problem = how === "thrown"
      ? `${this.#name}() threw ${error}.`
      : `A promise that you didn't await failed: ${error}.`;
    if (error instanceof Deno.errors.Busy) {
      return { problem, likely: ONE_ACCEPT, read: START };
    }
    if (error instanceof Deno.errors.BadResource) {
      return {
        problem,
        likely: this.#stopped
          ? "The caller closes the listener to stop the server, and accept() " +
            "throws BadResource then. That's the time to return."
          : "The handler had closed the connection, and a second close() " +
            "throws BadResource. `using` and conn[Symbol.dispose]() don't, and " +
            "a close() in a `try` block is fine, too.",
        read: CLOSING,
      };
    }
    if (error instanceof Deno.errors.NotConnected) {
      return {
        problem,
        likely:
          "A client had reset its connection before you accepted it, and " +
          "accept() throws NotConnected for that one. A `for await` loop over " +
          "the listener rethrows the error and ends. Call accept() in a loop of " +
          "your own, which goes on after NotConnected.",
        read: LEFT,
      };
    }
    return {
      problem,
      likely: how === "forgotten"
        ? "A handler failed, and nothing was awaiting that promise. In a " +
          "program of your own, this ends the whole process, and every " +
          "client's connection with it. Catch the error where you call the " +
          "handler."
        : /at once/.test(String(error))
        ? "That handler threw before it returned a promise, so .catch() on its " +
          "result never ran. Write an async function with `await handler(conn)` " +
          "in a `try` block, and start it for each client: it catches both " +
          "kinds of failure."
        : "One client's failure has ended the server. Catch what a handler " +
          "throws, in an async function that you start for each client.",
      read: FAILURE,
    };
  }
}

const ONE_ACCEPT =
  "Deno lets only one accept() at a time wait on a listener, " +
  "and a second one throws Busy: accept in one loop.";

/**
 * Sends messages back and forth over a socket of the check's own, so that the
 * system and the event loop have time for whatever else is due.
 *
 * @param trial Closes the socket.
 */
export async function roundTrips(trial: Trial): Promise<void> {
  using listener = listenTcp();
  const near = trial.use(await connectTcp(listener.addr.port));
  const far = trial.use(await listener.accept());
  for (let i = 0; i < 20; i++) {
    await writeAll(near, new Uint8Array([i]));
    await writeAll(far, await readExact(far, 1));
    await readExact(near, 1);
  }
}
