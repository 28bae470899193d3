/** Checks 8.1: a server that accepts, one that refuses, one that's silent. */
import { listenTcp, writeAll } from "../../../lib/net/mod.ts";
import {
  TimerWatch,
  type Trial,
  type Wait,
} from "../../../lib/workbook/kit/mod.ts";
import { FullBacklog } from "../full_backlog.ts";
import type { ConnectWithin } from "../types.ts";
import { outcomeOf } from "./outcome.ts";
import { refusingPort } from "./refusing_port.ts";

const REFUSED = "Refused is an answer";
const NO_ANSWER = "No answer is no answer";
const NOTHING_LEFT = "Give up, and leave nothing behind";

const TIMEOUT = "Deno.errors.TimedOut, or a DOMException named TimeoutError";

/** A deadline that must never pass, in milliseconds. */
const LONG_MS = 30_000;
/** A deadline that passes, in milliseconds. */
const SHORT_MS = 200;
/** How much too early a timer may fire, by `performance.now()`, in ms. */
const EARLY_MS = 5;
/**
 * A client that gets no answer repeats its SYN after a second (RFC 6298,
 * section 2.1). So it's connected by now if there is room, in milliseconds.
 */
const SECOND_SYN_MS = 1500;

/** Checks an answer to 8.1. */
export async function checkConnectWithin(
  connectWithin: ConnectWithin,
  trial: Trial,
): Promise<void> {
  await checkListening(connectWithin, trial);
  await checkRefused(connectWithin, trial);
  await checkSilent(connectWithin, trial);
}

async function checkListening(
  connectWithin: ConnectWithin,
  trial: Trial,
): Promise<void> {
  trial.step(`a server listens; connectWithin(port, ${LONG_MS}) connects`);
  const listener = trial.use(listenTcp());
  const { port } = listener.addr;
  const watch = trial.use(new TimerWatch());
  const conn = await trial.waitFor(
    trial.start("connectWithin", () => connectWithin(port, LONG_MS)),
    {
      waitingFor: "connectWithin() to return the connection",
      likely:
        "The server is listening, so connect() succeeds at once. Return " +
        "as soon as it does: `ms` is the longest time to wait, not the " +
        "shortest.",
    },
  );
  if (typeof conn?.read !== "function") {
    trial.fail({
      problem: `connectWithin() returned ${Deno.inspect(conn)}.`,
      expected: "the connection, a Deno.Conn",
      likely: "Await Deno.connect(), and return what it gives you.",
    });
  }
  trial.use(conn);
  assertNoTimer(trial, watch, "it has connected");

  trial.step("the connection works: the server sends 2 bytes");
  const server = trial.use(await listener.accept());
  await writeAll(server, new Uint8Array([1, 2]));
  const likely =
    "Return the connection that connect() gave you, and leave it " +
    "open.";
  const count = await trial.waitFor(conn.read(new Uint8Array(8)), {
    waitingFor: "the 2 bytes on the connection that you returned",
    likely,
  });
  trial.equal(count, 2, {
    problem: "The 2 bytes didn't arrive on the connection that you returned.",
    likely,
  });
}

async function checkRefused(
  connectWithin: ConnectWithin,
  trial: Trial,
): Promise<void> {
  trial.step(`no server listens; connectWithin(port, ${LONG_MS}) is refused`);
  const port = await refusingPort(trial);
  const watch = trial.use(new TimerWatch());
  const error = await errorOf(() => connectWithin(port, LONG_MS), trial, {
    expected: "ConnectionRefused",
    because: "no server listens on that port",
    waitingFor: "connectWithin() to throw ConnectionRefused",
    likely:
      "A refusal is an answer, and it comes at once. Don't wait for the " +
      "deadline, and don't try again: let the error of connect() through.",
    read: REFUSED,
  });
  if (!(error instanceof Deno.errors.ConnectionRefused)) {
    trial.fail({
      problem: isTimeout(error)
        ? "connectWithin() turned a refusal into a timeout."
        : "connectWithin() didn't throw the refusal unchanged.",
      expected: "ConnectionRefused, as connect() throws it",
      received: trial.describe(error),
      likely: "A refusal is an answer: no server listens on that port. A " +
        "timeout means that there was no answer, and calls for another " +
        "remedy. Throw what connect() throws, and turn only your own abort " +
        "into a timeout.",
      read: REFUSED,
    }, { cause: error });
  }
  assertNoTimer(trial, watch, "it was refused");
}

async function checkSilent(
  connectWithin: ConnectWithin,
  trial: Trial,
): Promise<void> {
  const full = await FullBacklog.make();
  trial.use({ close: () => full[Symbol.dispose]() });
  const watch = trial.use(new ConnectWatch());
  trial.step(
    "a server's backlog is full, so the kernel doesn't answer; " +
      `connectWithin(port, ${SHORT_MS}) gives up`,
  );
  const start = performance.now();
  const error = await errorOf(() => connectWithin(full.port, SHORT_MS), trial, {
    expected: TIMEOUT,
    because: "the server didn't answer",
    waitingFor: `connectWithin() to give up after ${SHORT_MS} ms`,
    likely: "No answer comes, and connect() alone waits for minutes. Is `ms` " +
      "in milliseconds, and do you stop waiting when they're over?",
    read: NO_ANSWER,
  });
  const tookMs = performance.now() - start;
  // Some systems refuse a client when the backlog is full.
  if (error instanceof Deno.errors.ConnectionRefused) return;
  if (!isTimeout(error)) {
    trial.fail({
      problem: "connectWithin() gave up, but the error's class doesn't say so.",
      expected: TIMEOUT,
      received: trial.describe(error),
      likely: error instanceof Error && error.name === "AbortError"
        ? "abort() without a reason says only that the call was aborted, not " +
          "why. Pass the reason: `abort(new Deno.errors.TimedOut(…))`."
        : "Callers decide by the class what to do. An error that says so " +
          "only in its message looks like any other: throw one of these " +
          "classes.",
      read: NO_ANSWER,
    }, { cause: error });
  }
  if (tookMs < SHORT_MS - EARLY_MS) {
    trial.fail({
      problem: `connectWithin() gave up after ${tookMs.toFixed(0)} ms.`,
      expected: `${SHORT_MS} ms`,
      likely: "Wait for the whole time: the answer may still come.",
      read: NO_ANSWER,
    });
  }
  await checkLate(full, watch, trial);
}

/** The backlog has room again, after connectWithin() has given up. */
async function checkLate(
  full: FullBacklog,
  watch: ConnectWatch,
  trial: Trial,
): Promise<void> {
  trial.step("after that the backlog has room, and no connection comes late");
  await full.drain();
  const late = full.listener.accept();
  late.catch(() => {});
  // If the attempt was ended, it has settled already, and no client comes.
  const client = await keepAlive(
    trial,
    Promise.race([late, watch.allSettled()]),
  );
  if (client === undefined && !watch.hasConnected) return;
  const server = trial.use(await late);
  await trial.waitFor(
    server.read(new Uint8Array(1)).catch(() => null),
    {
      waitingFor: "the late connection to be closed",
      likely: "The connection came after you gave up, and it's still open: a " +
        "race ends the waiting, not the connecting. End the attempt with a " +
        "signal, or close the connection when it comes.",
      read: NOTHING_LEFT,
    },
  );
}

/** Watches the calls of Deno.connect(). */
class ConnectWatch {
  readonly #connect = Deno.connect;
  readonly #attempts: Promise<Deno.Conn>[] = [];
  /** Whether one of them has connected. */
  hasConnected = false;

  constructor() {
    const watch = (...args: unknown[]) => {
      const attempt: Promise<Deno.Conn> = Reflect.apply(
        this.#connect,
        Deno,
        args,
      );
      this.#attempts.push(attempt);
      attempt.then(() => this.hasConnected = true, () => {});
      return attempt;
    };
    Deno.connect = watch as typeof Deno.connect;
  }

  /** Waits until every attempt has connected or failed. */
  async allSettled(): Promise<void> {
    if (this.#attempts.length > 0) {
      await Promise.allSettled(this.#attempts);
    } else {
      // It connects by some other call, so only time will tell.
      await new Promise((resolve) => setTimeout(resolve, SECOND_SYN_MS));
    }
  }

  close(): void {
    Deno.connect = this.#connect;
  }
}

/** Waits for the kernel, which doesn't count as a stall of the answer. */
async function keepAlive<V>(trial: Trial, event: Promise<V>): Promise<V> {
  const beat = setInterval(() => trial.progress(), 50);
  try {
    return await event;
  } finally {
    clearInterval(beat);
  }
}

/** Waits for the error that connectWithin() must throw. */
async function errorOf(
  run: () => Promise<Deno.Conn>,
  trial: Trial,
  wait: Wait & { expected: string; because: string; read: string },
): Promise<unknown> {
  const { expected, because, read } = wait;
  const outcome = await trial.waitFor(outcomeOf(run), wait);
  if (outcome.status === "rejected") return outcome.reason;
  const received = Deno.inspect(outcome.value, { depth: 0 });
  trial.fail({
    problem: `connectWithin() returned ${received}, but ${because}.`,
    expected: `${expected}, thrown`,
    likely:
      "Your caller wants a connection, and would use this as one. Throw " +
      "an error when there is no connection; don't catch what you can't fix.",
    read,
  });
}

function isTimeout(error: unknown): boolean {
  return error instanceof Deno.errors.TimedOut ||
    error instanceof DOMException && error.name === "TimeoutError";
}

function assertNoTimer(trial: Trial, watch: TimerWatch, when: string): void {
  const [ms] = watch.running(1000);
  watch.close();
  if (ms === undefined) return;
  trial.fail({
    problem: `A timer of ${ms} ms still runs after ${when}.`,
    likely: "A timer keeps the program from ending until it fires, and then " +
      "acts on something that's long over. Clear it in a `finally`, so that " +
      "it's cleared whether connect() succeeds or fails.",
    read: NOTHING_LEFT,
  });
}
