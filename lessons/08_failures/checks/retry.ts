/** Checks 8.3: how often it tries, how long it waits, and what it throws. */
import { connectTcp, listenTcp } from "../../../lib/net/mod.ts";
import { counted } from "../../../lib/show/counted.ts";
import { TimerWatch, type Trial } from "../../../lib/workbook/kit/mod.ts";
import type { Retry, RetryOptions } from "../types.ts";
import { outcomeOf } from "./outcome.ts";
import { refusingPort } from "./refusing_port.ts";

const LATER = "Later, and later still";

const { ConnectionRefused, ConnectionReset, TimedOut } = Deno.errors;

/** A delay that must never be waited for, in milliseconds. */
const LONG_MS = 30_000;
/** The waits that the check does wait for, in milliseconds. */
const WAITS_MS = [40, 80, 160];
/** How much too early a timer may fire, by `performance.now()`, in ms. */
const EARLY_MS = 5;

/** What retry() is given. */
interface Scenario extends RetryOptions {
  /** Makes an attempt; gets its number, from 1. */
  attempt(call: number): Promise<unknown>;
}

/** One attempt that retry() made. */
interface Call {
  beganAt: number;
  endedAt: number;
  /** What its promise rejected with. */
  error?: unknown;
}

/** What came of one call of retry(). */
interface Run {
  trial: Trial;
  calls: Call[];
  outcome: PromiseSettledResult<unknown>;
  /** The delays of all timers that were started meanwhile, in milliseconds. */
  timers: number[];
}

/** Calls retry(), and waits for it. */
type Runner = (scenario: Scenario) => Promise<Run>;

/** Checks an answer to 8.3. */
export async function checkRetry(retry: Retry, trial: Trial): Promise<void> {
  const run: Runner = (scenario) => runRetry(retry, trial, scenario);
  await checkSuccess(run, trial);
  await checkOneAttempt(run, trial);
  await checkWaits(run, trial);
  await checkOtherErrors(run, trial);
  await checkEarlyThrow(run, trial);
  await checkSockets(run, trial);
}

async function checkSuccess(run: Runner, trial: Trial): Promise<void> {
  for (const value of ["connected", 0, undefined]) {
    trial.step(
      `the first attempt gives ${Deno.inspect(value)}: retry() returns it`,
    );
    const attempt = () => Promise.resolve(value);
    const ran = await run({ attempt, attempts: 3, firstDelayMs: LONG_MS });
    trial.equal(ran.calls.length, 1, {
      problem: `An attempt that works was made ${ran.calls.length} times.`,
      likely: "An attempt works if it doesn't throw, whatever it gives: 0, " +
        "false, and undefined are results, too. Return the first one.",
    });
    assertReturned(ran, value);
  }
}

async function checkOneAttempt(run: Runner, trial: Trial): Promise<void> {
  trial.step("attempts: 1, and it's refused: retry() throws at once");
  const ran = await run({
    attempt: refuse,
    attempts: 1,
    firstDelayMs: LONG_MS,
  });
  assertCalls(ran, 1);
  assertThrew(ran, ran.calls[0].error);
}

async function checkWaits(run: Runner, trial: Trial): Promise<void> {
  const due = WAITS_MS.join(", ");
  trial.step(`attempts: 4, all refused: waits of ${due} ms between them`);
  const ran = await run({
    attempt: refuse,
    attempts: 4,
    firstDelayMs: WAITS_MS[0],
  });
  if (ran.calls.length === 1) await explainOneAttempt(run, trial);
  assertCalls(ran, 4);
  const { calls, timers } = ran;
  const waited = calls.slice(1)
    .map(({ beganAt }, i) => beganAt - calls[i].endedAt);
  // On a busy machine, the clock can't tell that a wait was too long. Where the
  // answer starts one timer for each wait, as most do, its delay can.
  const isTimed = timers.length === WAITS_MS.length;
  if (
    isTimed && timers.some((ms, i) => ms !== WAITS_MS[i]) ||
    waited.some((ms, i) => ms < WAITS_MS[i] - EARLY_MS)
  ) {
    const received = (isTimed ? timers : waited).map((ms) => ms.toFixed(0));
    trial.fail({
      problem: "The waits between the attempts are wrong.",
      expected: `${due} ms`,
      received: `${received.join(", ")} ms`,
      likely: "The first wait is `firstDelayMs`, and each later one is twice " +
        "as long as the one before: an overloaded server needs more time, not " +
        "more requests. Double the delay after each wait, not before it.",
      read: LATER,
    });
  }
  assertThrew(ran, calls[3].error);
}

/** Finds out why there was no second attempt. */
async function explainOneAttempt(run: Runner, trial: Trial): Promise<void> {
  const problem = "1 attempt was made, but 4 were due.";
  const options = { attempts: 2, firstDelayMs: 1 };
  const byCode = await run({
    ...options,
    attempt() {
      const error = new ConnectionRefused("Connection refused (os error 111)");
      return Promise.reject(Object.assign(error, { code: "ECONNREFUSED" }));
    },
  });
  if (byCode.calls.length > 1) {
    trial.fail({
      problem,
      likely: "It was refused with an error of the class ConnectionRefused " +
        "that has another message, and no code. Decide by the class: `error " +
        "instanceof Deno.errors.ConnectionRefused`.",
    });
  }
  const bySyncThrow = await run({
    ...options,
    attempt() {
      throw new ConnectionRefused("before any promise");
    },
  });
  if (bySyncThrow.calls.length > 1) {
    trial.fail({
      problem,
      likely: "The refusal went past your `catch`, to your caller. A `try` " +
        "catches only what fails inside it, and a promise that you return " +
        "without `await` fails later: `return await attempt()`.",
    });
  }
}

async function checkOtherErrors(run: Runner, trial: Trial): Promise<void> {
  const others = [
    new ConnectionReset("reset in the middle of it"),
    new TimedOut("no answer"),
    new TypeError("a slip of the programmer"),
    // The message of a refusal, but another class.
    new Error("Connection refused (os error 111)"),
  ];
  for (const error of others) {
    trial.step(`a refusal, then ${error.name}: retry() throws that at once`);
    const ran = await run({
      attempt: (call) => call === 1 ? refuse(call) : Promise.reject(error),
      attempts: 4,
      firstDelayMs: 1,
    });
    if (ran.calls.length > 2) {
      trial.fail({
        problem: `After ${trial.describe(error)}, retry() tried again.`,
        likely: "A refusal means that nothing was done. After any other " +
          "failure, the attempt may have done something, which would be done " +
          "twice. Try again only if `error instanceof " +
          "Deno.errors.ConnectionRefused`.",
      });
    }
    assertCalls(ran, 2);
    assertThrew(ran, error);
  }
}

async function checkEarlyThrow(run: Runner, trial: Trial): Promise<void> {
  trial.step("an attempt throws ConnectionRefused before it returns a promise");
  const ran = await run({
    attempt(call) {
      if (call === 1) throw new ConnectionRefused("before any promise");
      return Promise.resolve("second");
    },
    attempts: 2,
    firstDelayMs: 1,
  });
  assertReturned(ran, "second", {
    problem:
      "An attempt that threw before it returned a promise wasn't tried " +
      "again.",
    likely: "`attempt().catch(…)` sees only what the promise rejects with. " +
      "`try { return await attempt() } catch` sees both kinds of failure.",
  });
}

async function checkSockets(run: Runner, trial: Trial): Promise<void> {
  trial.step("on sockets: two refusals, then a connection");
  const listener = trial.use(listenTcp());
  const refusing = await refusingPort(trial);
  const ran = await run({
    attempt: async (call) =>
      trial.use(await connectTcp(call < 3 ? refusing : listener.addr.port)),
    attempts: 5,
    firstDelayMs: 1,
  });
  assertCalls(ran, 3);
  if (ran.outcome.status === "rejected") assertReturned(ran, "a connection");
}

async function runRetry(
  retry: Retry,
  trial: Trial,
  { attempt, attempts, firstDelayMs }: Scenario,
): Promise<Run> {
  using watch = new TimerWatch();
  const calls: Call[] = [];
  const next = () => {
    const call: Call = { beganAt: performance.now(), endedAt: NaN };
    calls.push(call);
    return attempt(calls.length)
      .catch((error) => {
        call.error = error;
        throw error;
      })
      .finally(() => call.endedAt = performance.now());
  };
  const outcome = await trial.waitFor(
    outcomeOf(() => retry<unknown>(next, { attempts, firstDelayMs })),
    {
      waitingFor: "retry() to return or throw",
      likely: () =>
        calls.length === 0
          ? "It hasn't made an attempt yet. Make the first one at once: the " +
            "waits come between the attempts."
          : calls.length >= attempts
          ? "It has made all its attempts, and still waits. Don't wait after " +
            "the last attempt: throw its error at once."
          : "It has made an attempt, and then neither returned nor made the " +
            "next one.",
      read: LATER,
    },
  );
  return { trial, calls, outcome, timers: watch.started };
}

function refuse(call: number): Promise<never> {
  return Promise.reject(new ConnectionRefused(`refusal number ${call}`));
}

function assertCalls({ trial, calls }: Run, due: number): void {
  if (calls.length === due) return;
  const were = (count: number) => count === 1 ? "was" : "were";
  trial.fail({
    problem:
      `${counted(calls.length, "attempt")} ${were(calls.length)} made, ` +
      `but ${due} ${were(due)} due.`,
    likely: calls.length > due
      ? "`attempts` counts all attempts, including the first: it isn't the " +
        "number of repetitions."
      : "After a refusal, try again until you've made `attempts` attempts.",
  });
}

function assertReturned(
  { trial, outcome }: Run,
  due: unknown,
  ifThrown?: { problem: string; likely: string },
): void {
  if (outcome.status === "fulfilled") {
    return trial.equal(outcome.value, due, {
      likely: "Return what the attempt gave: `return await attempt()`.",
    });
  }
  const thrown = trial.describe(outcome.reason);
  trial.fail({
    problem: `retry() threw ${thrown}, though an attempt worked.`,
    received: thrown,
    likely: "An attempt that works ends the loop, and after a refusal there " +
      "was another attempt to make: return what it gave.",
    ...ifThrown,
  }, { cause: outcome.reason });
}

function assertThrew({ trial, outcome }: Run, due: unknown): void {
  if (outcome.status === "fulfilled") {
    return trial.fail({
      problem: `retry() returned ${Deno.inspect(outcome.value)}, though no ` +
        "attempt worked.",
      expected: trial.describe(due),
      likely:
        "Throw the error of the last attempt: your caller must know that " +
        "there is no result.",
    });
  }
  const { reason } = outcome;
  if (reason === due) return;
  const [received, expected] = [trial.describe(reason), trial.describe(due)];
  trial.fail({
    problem: "retry() didn't throw the last error unchanged.",
    expected,
    received: received === expected
      ? `${received}, but another object`
      : received,
    likely:
      "Throw the very error that you caught last. Callers decide by its " +
      "class, and an error of your own around it hides that.",
  }, { cause: reason });
}
