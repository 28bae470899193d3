/** Checks 8.1 with a server that accepts, one that refuses, and a silent one. */
import { listenTcp, writeAll } from "../../../lib/net/mod.ts";
import { TimerWatch, type Trial } from "../../../lib/workbook/kit/mod.ts";
import { every } from "../../../lib/workbook/kit/own_timers.ts";
import { FullBacklog } from "../full_backlog.ts";
import type { ConnectWithin } from "../types.ts";
import { ConnectWatch } from "./connect_watch.ts";
import { outcomeOf } from "./outcome.ts";
import { refusingPort } from "./refusing_port.ts";

const REFUSED = "Refused is an answer";
const NO_ANSWER = "A timeout isn't an answer";
const NOTHING_LEFT = "Give up, and leave nothing behind";

/** A deadline that must never pass, in milliseconds. */
const LONG_MS = 30_000;
/** A deadline that passes, in milliseconds. */
const SHORT_MS = 100;
/** How much too early a timer may fire, by `performance.now()`, in ms. */
const EARLY_MS = 5;

/** The required outcome of a call. */
interface Due {
  expected: string;
  /** The reason; it ends the sentence "connectWithin() returned …, but …". */
  because: string;
  /** Whether an error is the right one. */
  isRight(error: unknown): boolean;
  /** The diagnosis of another error. */
  likely: string;
  /** The diagnosis if the call doesn't end. */
  ifSilent: string;
  read: string;
}

const OWN_ABORT = "Throw the error that connect() throws, and turn only your " +
  "own abort into a timeout.";

const CONNECTION: Due = {
  expected: "the connection, a Deno.Conn",
  because: "a server is listening on that port",
  isRight: () => false,
  likely: "Return the connection as soon as connect() returns it.",
  ifSilent:
    "You're still waiting, but the server is listening, and connect() " +
    "succeeds at once. `ms` is the longest time to wait, not the shortest.",
  read: NOTHING_LEFT,
};

const REFUSAL: Due = {
  expected: "ConnectionRefused, as connect() throws it",
  because: "no server is listening on that port",
  isRight: (error) => error instanceof Deno.errors.ConnectionRefused,
  likely:
    "You hid a refusal, which is an answer: no server is listening on that " +
    "port. A timeout means that there was no answer, and your caller reacts " +
    `differently to it. ${OWN_ABORT}`,
  ifSilent:
    "You're still waiting, although connect() was refused at once. Don't wait " +
    "for the deadline, and don't try again: let the error from connect() " +
    "through.",
  read: REFUSED,
};

const NO_SUCH_PORT: Due = {
  expected: "RangeError, as connect() throws it",
  because: "there's no such port",
  isRight: (error) => error instanceof RangeError,
  likely:
    "You hid a RangeError, which is neither a refusal nor a timeout: connect() " +
    `doesn't even try. ${OWN_ABORT}`,
  ifSilent: "You're still waiting, although connect() threw a RangeError at " +
    "once. Let it through.",
  read: NO_ANSWER,
};

const TIMEOUT: Due = {
  expected: "Deno.errors.TimedOut, or a DOMException named TimeoutError",
  because: "the server didn't answer",
  isRight: (error) =>
    isTimeout(error) ||
    // Windows refuses a client when the backlog is full.
    error instanceof Deno.errors.ConnectionRefused &&
      Deno.build.os !== "linux",
  likely:
    "You threw the wrong class of error. Callers decide by the class, and can't " +
    "see a timeout that's only in the message. If you call abort(), pass the " +
    "reason: `abort(new Deno.errors.TimedOut(…))`.",
  ifSilent:
    "You're still waiting: there's no answer, and connect() by itself waits for " +
    "minutes. Is `ms` in milliseconds, and do you stop waiting when they're " +
    "over? A `return` without `await` runs the `finally` at once, and that " +
    "clears your timer.",
  read: NO_ANSWER,
};

function isTimeout(error: unknown): boolean {
  return error instanceof Deno.errors.TimedOut ||
    error instanceof DOMException && error.name === "TimeoutError";
}

/** Checks an answer to 8.1. */
export async function checkConnectWithin(
  connectWithin: ConnectWithin,
  trial: Trial,
): Promise<void> {
  const listener = trial.use(listenTcp());
  const { port } = listener.addr;
  const refusing = await refusingPort(trial);
  const [silent, ending] = [await makeFull(trial), await makeFull(trial)];
  const timers = trial.use(new TimerWatch());
  const calls = new Calls(connectWithin, trial, timers);

  trial.onForgotten((error) => ({
    problem: "connect() failed, and so did a promise that you made from its " +
      `promise. Nothing handled that failure: ${trial.describe(error)}.`,
    likely:
      "then() and finally() return a new promise, and it fails when the " +
      "first one does. An unhandled rejection ends the program, so add a " +
      "`catch` to the new one, too.",
    read: NOTHING_LEFT,
  }));

  trial.step(
    `a server is listening; connectWithin(port, ${LONG_MS}) connects`,
  );
  const conn = await calls.make(port, LONG_MS, CONNECTION);
  calls.requireNoTimer("it has connected");

  trial.step("the connection works: the server sends 2 bytes");
  const server = trial.use(await listener.accept());
  await writeAll(server, new Uint8Array([1, 2]));
  const likely =
    "Return the connection that connect() returned, and leave it " +
    "open.";
  const count = await trial.waitFor(conn!.read(new Uint8Array(8)), {
    waitingFor: "the 2 bytes on the connection that you returned",
    likely,
  });
  trial.equal(count, 2, {
    problem: "The 2 bytes didn't arrive on the connection that you returned.",
    likely,
  });

  trial.step(
    `no server is listening; connectWithin(port, ${LONG_MS}) is refused`,
  );
  await calls.make(refusing, LONG_MS, REFUSAL);
  calls.requireNoTimer("it was refused");

  trial.step(`connectWithin(70000, ${LONG_MS}): there's no such port`);
  await calls.make(70_000, LONG_MS, NO_SUCH_PORT);
  calls.requireNoTimer("connect() failed");

  trial.step(
    "a server's backlog is full, so the kernel doesn't answer; " +
      `connectWithin(port, ${SHORT_MS}) gives up`,
  );
  await calls.make(silent.port, SHORT_MS, TIMEOUT);
  calls.requireNoTimer("it gave up");

  trial.step("then the backlog has room, but no late connection may stay open");
  await silent.drain();
  await calls.requireNoneLate(silent.listener);

  trial.step("three calls at once: one gives up, one is refused, one connects");
  await Promise.all([
    calls.make(ending.port, SHORT_MS, TIMEOUT),
    calls.make(refusing, LONG_MS, REFUSAL),
    calls.make(port, LONG_MS, CONNECTION),
  ]);
  calls.requireNoTimer("all three are done");

  trial.step("the silent server closes, after you gave up on it");
  trial.onForgotten((error) => ({
    problem: "The attempt that you gave up on failed later, and nothing " +
      `handled that: ${trial.describe(error)}.`,
    likely: "An unhandled rejection ends the program. End the attempt with a " +
      "signal, or add a `catch` to its promise.",
    read: NOTHING_LEFT,
  }));
  ending[Symbol.dispose]();
  await calls.settled(ending.port);
}

async function makeFull(trial: Trial): Promise<FullBacklog> {
  const full = await FullBacklog.make();
  trial.use({ close: () => full[Symbol.dispose]() });
  return full;
}

/** Calls the answer, and judges the outcome. */
class Calls {
  readonly #connectWithin: ConnectWithin;
  readonly #trial: Trial;
  readonly #timers: TimerWatch;
  readonly #connects: ConnectWatch;

  constructor(connectWithin: ConnectWithin, trial: Trial, timers: TimerWatch) {
    this.#connectWithin = connectWithin;
    this.#trial = trial;
    this.#timers = timers;
    this.#connects = trial.use(new ConnectWatch());
  }

  /** Makes a call; returns the connection, if there is one. */
  async make(port: number, ms: number, due: Due): Promise<Deno.Conn | void> {
    const attempts = this.#connects.count(port);
    const { length: timers } = this.#timers.started;
    const start = performance.now();
    const result = outcomeOf(() => this.#connectWithin(port, ms));
    const delays = this.#timers.started.slice(timers);
    const outcome = await this.#trial.waitFor(result, {
      waitingFor: `connectWithin(port, ${ms}) to return or throw`,
      likely: due.ifSilent,
      read: due.read,
    });
    const tookMs = performance.now() - start;
    const conn = this.#judge(outcome, due);
    const { read } = due;
    if (due === TIMEOUT && tookMs < ms - EARLY_MS) {
      this.#trial.fail({
        problem: `connectWithin() gave up after ${tookMs.toFixed(0)} ms.`,
        expected: `${ms} ms`,
        likely: "You gave up too early: the answer might still come. If your " +
          "AbortController is outside the function, all calls share it, and " +
          "once aborted, it stays aborted.",
        read,
      });
    }
    if (this.#connects.count(port) > attempts + 1) {
      this.#trial.fail({
        problem: "connectWithin() called Deno.connect() more than once.",
        likely:
          "Make one attempt per call. Your caller decides whether to try " +
          "again, and relies on `ms`.",
        read,
      });
    }
    const { otherHost } = this.#connects;
    if (otherHost !== undefined) {
      this.#trial.fail({
        problem: `connectWithin() connected to ${otherHost}, not 127.0.0.1.`,
        likely:
          "A name can mean several addresses: localhost is ::1, too, and " +
          "another server may be listening on that port there. Connect to " +
          "127.0.0.1.",
      });
    }
    if (delays.length === 1 && delays[0] !== ms) {
      this.#trial.fail({
        problem: `connectWithin(port, ${ms}) started a timer of ${
          delays[0]
        } ms.`,
        likely:
          "You changed the timeout. Your caller says how long to wait, in " +
          "milliseconds, so pass `ms` on unchanged.",
        read: NO_ANSWER,
      });
    }
    return conn;
  }

  #judge(
    outcome: PromiseSettledResult<Deno.Conn>,
    due: Due,
  ): Deno.Conn | void {
    const { because, expected, likely, read } = due;
    if (outcome.status === "rejected") {
      const { reason } = outcome;
      if (due.isRight(reason)) return;
      const error = this.#trial.describe(reason);
      this.#trial.failThrown("connectWithin()", reason, {
        problem: `connectWithin() threw ${error}, but ${because}.`,
        expected,
        likely: due === TIMEOUT && /^Time(dO|o)ut/.test(reason?.name)
          ? "The error has the name, but not the class. Callers ask for " +
            "`error instanceof Deno.errors.TimedOut`, so throw a " +
            "`new Deno.errors.TimedOut(…)`."
          : likely,
        read,
      });
    }
    const { value } = outcome;
    const isConn = typeof value?.read === "function";
    if (isConn) this.#trial.use(value);
    if (isConn && due === CONNECTION) return value;
    const returned = Object(value) instanceof Error
      ? this.#trial.describe(value)
      : Deno.inspect(value, { depth: 0 });
    this.#trial.fail({
      problem: `connectWithin() returned ${returned}, but ${because}.`,
      expected,
      likely: due === CONNECTION
        ? "Await Deno.connect(), and return its result."
        : "Your caller would use this as a connection. If there is no " +
          "connection, throw an error, and don't catch errors that you can't " +
          "fix.",
      read,
    });
  }

  /** Requires that no timer keeps the program from ending. */
  requireNoTimer(when: string): void {
    if (this.#timers.runningCount === 0) return;
    this.#trial.fail({
      problem: `A timer is still running after ${when}.`,
      likely:
        "You didn't clear your timer. It keeps the program from ending until " +
        "it fires, and by then your function has long returned. Clear it in " +
        "a `finally`, so that it's cleared whether connect() succeeds or fails.",
      read: NOTHING_LEFT,
    });
  }

  /** Requires that a listener gets no late connection, or a closed one. */
  async requireNoneLate(listener: Deno.TcpListener): Promise<void> {
    const late = listener.accept();
    late.catch(() => {});
    const come = await this.#wait(
      Promise.race([late, this.#connects.hasConnected(listener.addr.port)]),
    );
    if (come === false) return;
    const server = this.#trial.use(await late);
    await this.#trial.waitFor(
      server.read(new Uint8Array(1)).catch(() => null),
      {
        waitingFor: "the late connection to be closed",
        likely:
          "You left a connection open that was made after you gave up: a race " +
          "ends your waiting, not the connecting. End the attempt with a " +
          "signal, or close the connection when it comes.",
        read: NOTHING_LEFT,
      },
    );
  }

  /** Waits until all attempts to connect to a port are over. */
  settled(port: number): Promise<boolean> {
    return this.#wait(this.#connects.hasConnected(port));
  }

  /** Waits for the kernel; that time doesn't count as a stall of the answer. */
  async #wait<V>(event: Promise<V>): Promise<V> {
    const end = every(50, () => this.#trial.progress());
    try {
      return await event;
    } finally {
      end();
    }
  }
}
