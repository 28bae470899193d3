/** How an answer to 8.1 is checked. */
import { listenTcp, writeAll } from "../../../lib/net/mod.ts";
import { deafPort } from "../deaf_port.ts";
import { describeError } from "../describe_error.ts";
import { FullQueue } from "../full_queue.ts";
import type { ConnectWithin } from "../types.ts";
import * as solution from "../solution.ts";
import {
  type Exercise,
  exercise,
  TimerWatch,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";

const REFUSED = "Refused is an answer";
const NO_ANSWER = "No answer is no answer";
const NOTHING_LEFT = "Give up, and leave nothing behind";

/** A deadline that no check waits for, in milliseconds. */
const LONG_MS = 30_000;
/** A deadline that the check does wait for, in milliseconds. */
const SHORT_MS = 200;
/** Timers may fire this much early, by the clock that the check reads. */
const EARLY_MS = 5;
/**
 * A client that gets no answer sends its first segment again after a second
 * (RFC 6298, section 2.1), and so connects if there is room by then.
 */
const SECOND_TRY_MS = 1500;

/** Makes 8.1. */
export function makeConnectWithin(): Exercise<unknown> {
  return exercise<ConnectWithin>({
    id: "8.1",
    title: "Connect, but not for ever",
    solution: solution.connectWithin,
    hints: [
      "If you stop waiting for Deno.connect(), does it stop connecting? And " +
      "who closes the connection if it does come, later?",
      "Deno.connect() takes a `signal`. When the signal is aborted, the " +
      "attempt is over, and connect() rejects with the reason. So it is enough " +
      "to abort it in time, and not to abort it (nor to leave a timer that " +
      "would) once connect() is done.",
      "Nearly the code:\n" +
      "    const giveUp = new AbortController();\n" +
      "    const reason = new Deno.errors.TimedOut(…);\n" +
      "    const timer = setTimeout(() => giveUp.abort(reason), ms);\n" +
      "    try {\n" +
      "      return await Deno.connect({ …, signal: giveUp.signal });\n" +
      "    } finally {\n" +
      "      clearTimeout(timer);\n" +
      "    }\n" +
      "And there is a signal in the language that does most of it for you: " +
      "AbortSignal.timeout(ms).",
    ],
    read: NOTHING_LEFT,
    async check(connectWithin, trial) {
      await checkAnswer(connectWithin, trial);
      await checkRefusal(connectWithin, trial);
      await checkNoAnswer(connectWithin, trial);
    },
  });
}

/** Somebody listens. */
async function checkAnswer(
  connectWithin: ConnectWithin,
  trial: Trial,
): Promise<void> {
  trial.step(`a server listens; connectWithin(port, ${LONG_MS}) connects`);
  const listener = trial.use(listenTcp());
  const watch = trial.use(new TimerWatch());
  const conn = await trial.waitFor(
    trial.start(
      "connectWithin",
      () => connectWithin(listener.addr.port, LONG_MS),
    ),
    {
      waitingFor: "connectWithin() to return the connection",
      likely: "The server listens, so connect() is done at once. Return as " +
        "soon as it is: `ms` is the longest time to wait, not the shortest.",
    },
  );
  if (typeof conn?.read !== "function") {
    trial.fail({
      problem: `connectWithin() returned ${Deno.inspect(conn)}.`,
      expected: "the connection, a Deno.Conn",
      likely: "Return what Deno.connect() gives, once it has been awaited.",
    });
  }
  trial.use(conn);
  assertNoTimer(trial, watch, "it has connected");
  watch.close();

  trial.step("the connection works: the server sends 2 bytes");
  const server = trial.use(await listener.accept());
  await writeAll(server, new Uint8Array([1, 2]));
  const buffer = new Uint8Array(8);
  const count = await trial.waitFor(conn.read(buffer), {
    waitingFor: "the 2 bytes on the connection that was returned",
    likely: "Return the connection that connect() gave, and leave it open.",
  });
  trial.equal(count, 2, {
    problem: "The connection that was returned did not bring the 2 bytes.",
    likely: "Return the connection that connect() gave, and leave it open.",
  });
}

/** Nobody listens. */
async function checkRefusal(
  connectWithin: ConnectWithin,
  trial: Trial,
): Promise<void> {
  trial.step(`nobody listens; connectWithin(port, ${LONG_MS}) is refused`);
  const port = await deafPort(trial);
  const watch = trial.use(new TimerWatch());
  const result = await trial.waitFor(
    settle(() => connectWithin(port, LONG_MS)),
    {
      waitingFor: "connectWithin() to throw ConnectionRefused",
      likely:
        "A refusal is an answer, and comes at once. Do not wait for the " +
        "deadline, and do not try again: let the failure of connect() through.",
      read: REFUSED,
    },
  );
  if (result.status === "fulfilled") {
    trial.fail({
      problem: `connectWithin() returned ${
        Deno.inspect(result.value, { depth: 0 })
      }, where nobody listens.`,
      expected: "ConnectionRefused",
      likely: "The caller cannot use that. Let the failure of connect() " +
        "through: do not catch what you do not mend.",
      read: REFUSED,
    });
  }
  const error = result.reason;
  if (!(error instanceof Deno.errors.ConnectionRefused)) {
    trial.fail({
      problem: isTimeOut(error)
        ? "connectWithin() turned a refusal into a time-out."
        : "connectWithin() did not throw the refusal as it is.",
      expected: "ConnectionRefused, as connect() throws it",
      received: describeError(error),
      likely: "A refusal is an answer: somebody said at once that nobody " +
        "listens there. No answer is another failure, with another cure. Throw " +
        "what connect() throws, and turn only your own abort into a time-out.",
      read: REFUSED,
    }, { cause: error });
  }
  assertNoTimer(trial, watch, "it was refused");
  watch.close();
}

/** Somebody listens, and does not answer. */
async function checkNoAnswer(
  connectWithin: ConnectWithin,
  trial: Trial,
): Promise<void> {
  const queue = await FullQueue.make();
  trial.use({ close: () => queue[Symbol.dispose]() });
  const watch = trial.use(new ConnectWatch());
  trial.step(
    "the queue of a server is full, so that nobody answers; " +
      `connectWithin(port, ${SHORT_MS}) gives up`,
  );
  const start = performance.now();
  const result = await trial.waitFor(
    settle(() => connectWithin(queue.port, SHORT_MS)),
    {
      waitingFor: `connectWithin() to give up after ${SHORT_MS} ms`,
      likely:
        "Nobody answers here, and connect() alone waits for minutes. Is " +
        "`ms` in milliseconds, and does its end end the waiting?",
      read: NO_ANSWER,
    },
  );
  const tookMs = performance.now() - start;
  if (result.status === "rejected") {
    // Some systems refuse where others keep silent: nothing to see there.
    if (result.reason instanceof Deno.errors.ConnectionRefused) return;
    assertTimeOut(trial, result.reason);
  } else {
    trial.fail({
      problem: `connectWithin() returned ${
        Deno.inspect(result.value, { depth: 0 })
      }, where nobody answers.`,
      expected: "Deno.errors.TimedOut, or a DOMException named TimeoutError",
      likely: "Its caller asked for a connection, and would go on with this " +
        "as if it were one. Throw when there is none.",
      read: NO_ANSWER,
    });
  }
  if (tookMs < SHORT_MS - EARLY_MS) {
    trial.fail({
      problem: `connectWithin() gave up after ${tookMs.toFixed(0)} ms.`,
      expected: `${SHORT_MS} ms`,
      likely: "It is to wait as long as it was told: an answer may still come.",
      read: NO_ANSWER,
    });
  }
  await checkLate(queue, watch, trial);
}

/** There is room again, when nobody waits for the connection any more. */
async function checkLate(
  queue: FullQueue,
  watch: ConnectWatch,
  trial: Trial,
): Promise<void> {
  trial.step("after that the queue has room, and no connection comes late");
  await queue.drain();
  const late = queue.listener.accept();
  late.catch(() => {});
  // Whoever gave up rightly is past this at once, and sees nothing come.
  const came = await keepAlive(trial, Promise.race([late, watch.allSettled()]));
  if (came === undefined && !watch.hasConnected) return;
  const server = trial.use(await late);
  await trial.waitFor(
    server.read(new Uint8Array(1)).catch(() => null),
    {
      waitingFor: "the late connection to be closed",
      likely: "The connection came late, nobody waits for it, and it is left " +
        "open: a race ends the waiting, not the connecting. End the attempt " +
        "with a signal, or close what it still brings.",
      read: NOTHING_LEFT,
    },
  );
}

/** Knows of the attempts to connect that are made while it watches. */
class ConnectWatch {
  readonly #connect = Deno.connect;
  readonly #attempts: Promise<Deno.Conn>[] = [];
  /** Whether one of them has brought a connection. */
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

  /** Waits until none is under way. */
  async allSettled(): Promise<void> {
    if (this.#attempts.length > 0) {
      await Promise.allSettled(this.#attempts);
    } else {
      // It connects in some other way, so only time will tell.
      await new Promise((resolve) => setTimeout(resolve, SECOND_TRY_MS));
    }
  }

  close(): void {
    Deno.connect = this.#connect;
  }
}

/** Waits for something that is the system's to do, and so is no stall. */
async function keepAlive<V>(trial: Trial, event: Promise<V>): Promise<V> {
  const beat = setInterval(() => trial.progress(), 50);
  try {
    return await event;
  } finally {
    clearInterval(beat);
  }
}

function assertTimeOut(trial: Trial, error: unknown): void {
  if (isTimeOut(error)) return;
  const name = error instanceof Error ? error.name : "";
  trial.fail({
    problem: "connectWithin() gave up, but does not say that by its class.",
    expected: "Deno.errors.TimedOut, or a DOMException named TimeoutError",
    received: describeError(error),
    likely: name === "AbortError"
      ? "abort() without a reason says only that somebody aborted. Give it the " +
        "reason: `abort(new Deno.errors.TimedOut(…))`."
      : "A caller decides by the class what to do. An error that only says it " +
        "in its message looks like any other: throw the class for it.",
    read: NO_ANSWER,
  }, { cause: error });
}

function isTimeOut(error: unknown): boolean {
  return error instanceof Deno.errors.TimedOut ||
    error instanceof DOMException && error.name === "TimeoutError";
}

function assertNoTimer(trial: Trial, watch: TimerWatch, when: string): void {
  const [ms] = watch.running(1000);
  if (ms === undefined) return;
  trial.fail({
    problem: `A timer of ${ms} ms still runs after ${when}.`,
    likely: "A timer keeps the program running until it fires, and then it " +
      "acts on something that is long over. Clear it in a `finally`, whatever " +
      "came of the attempt.",
    read: NOTHING_LEFT,
  });
}

/** Calls the answer, and takes whatever comes of it. */
async function settle<V>(
  run: () => Promise<V>,
): Promise<PromiseSettledResult<V>> {
  const [result] = await Promise.allSettled([(async () => await run())()]);
  return result;
}
