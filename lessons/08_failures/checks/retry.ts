/** How an answer to 8.3 is checked. */
import { connectTcp, listenTcp } from "../../../lib/net/mod.ts";
import { counted } from "../../../lib/show/counted.ts";
import {
  type Exercise,
  exercise,
  TimerWatch,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";
import { deafPort } from "../deaf_port.ts";
import { describeError } from "../describe_error.ts";
import * as solution from "../solution.ts";
import type { Retry, RetryOptions } from "../types.ts";

const TRY_AGAIN = "Try again, but not everything";
const LATER = "Later, and later still";

/** A delay that nobody should come to wait for, in milliseconds. */
const LONG_MS = 30_000;
/** A delay that the check waits for, in milliseconds. */
const SHORT_MS = 40;
/** Timers may fire this much early, by the clock that the check reads. */
const EARLY_MS = 5;

/** Makes 8.3. */
export function makeRetry(): Exercise<unknown> {
  return exercise<Retry>({
    id: "8.3",
    title: "Try again, later and later",
    solution: solution.retry,
    hints: [
      "Write down what happens in time for three attempts that all fail: how " +
      "many waits are there, where do they stand, and what is thrown?",
      "Loop over the attempts, with `try { return await attempt() }`. In the " +
      "`catch`, decide: is it no refusal, or was it the last attempt? Then " +
      "throw the error that you caught. Else wait, and double the delay.",
      "Nearly the code:\n" +
      "    for (let left = attempts;; left--) {\n" +
      "      try {\n" +
      "        return await attempt();\n" +
      "      } catch (error) {\n" +
      "        if (…no refusal… || left === 1) throw error;\n" +
      "      }\n" +
      "      await new Promise((resolve) => setTimeout(resolve, delayMs));\n" +
      "      delayMs *= 2;\n" +
      "    }",
    ],
    read: TRY_AGAIN,
    async check(retry, trial) {
      await checkSuccess(retry, trial);
      await checkLastAttempt(retry, trial);
      await checkDelays(retry, trial);
      await checkOtherErrors(retry, trial);
      await checkEarlyThrow(retry, trial);
      await checkRealRefusals(retry, trial);
    },
  });
}

/** It works at once. */
async function checkSuccess(retry: Retry, trial: Trial): Promise<void> {
  // Not every good result is a true one.
  for (const value of ["connected", 0, undefined]) {
    const gives = Deno.inspect(value);
    trial.step(`the first attempt gives ${gives}: retry() returns it`);
    const attempt = new Attempts(() => value);
    const options = { attempts: 3, firstDelayMs: LONG_MS };
    const result = await run(retry, attempt, options, trial);
    if (result.status === "rejected") failOn(result.reason, trial);
    trial.equal(attempt.calls, 1, {
      problem: `An attempt that works was made ${attempt.calls} times.`,
      likely: "It works when it does not throw, whatever it gives: 0, false " +
        "and undefined are results too. Return the first one.",
    });
    trial.equal(result.value, value, {
      likely: "Return what the attempt gave: `return await attempt()`.",
    });
  }
}

/** One attempt alone, refused. */
async function checkLastAttempt(retry: Retry, trial: Trial): Promise<void> {
  trial.step(`attempts: 1, and it is refused: retry() throws at once`);
  const attempt = new Attempts(refuse);
  const options = { attempts: 1, firstDelayMs: LONG_MS };
  const result = await run(retry, attempt, options, trial);
  assertCalls(attempt, 1, trial);
  assertThrew(result, attempt.errors.at(-1), trial);
}

/** Four attempts, three waits. */
async function checkDelays(retry: Retry, trial: Trial): Promise<void> {
  const due = [SHORT_MS, 2 * SHORT_MS, 4 * SHORT_MS];
  trial.step(
    `attempts: 4, all refused: waits of ${due.join(", ")} ms between them`,
  );
  const watch = trial.use(new TimerWatch());
  const attempt = new Attempts(refuse, watch);
  const options = { attempts: 4, firstDelayMs: SHORT_MS };
  const result = await run(retry, attempt, options, trial);
  watch.close();
  if (attempt.calls === 1) await failOnOneAttempt(retry, trial);
  assertCalls(attempt, 4, trial);
  const waited = attempt.waits();
  const asked = attempt.delays();
  // The clock alone cannot tell on a busy machine. Where there is one timer for
  // each wait, as in most answers, that timer tells.
  const isWrong = asked.length === 3 && asked.some((ms, i) => ms !== due[i]) ||
    waited.some((ms, i) => ms < due[i] - EARLY_MS);
  if (isWrong) {
    const got = asked.length === 3 ? asked : waited;
    trial.fail({
      problem: "The waits between the attempts are not the ones asked for.",
      expected: `${due.join(", ")} ms`,
      received: `${got.map((ms) => ms.toFixed(0)).join(", ")} ms`,
      likely: "The first wait is `firstDelayMs`, and each later one is twice " +
        "the one before: a server that is overloaded needs more time, not " +
        "more questions. Double the delay after each wait, not before it.",
      read: LATER,
    });
  }
  assertThrew(result, attempt.errors.at(-1), trial);
}

/** Why was there no second attempt? Two more trials tell. */
async function failOnOneAttempt(retry: Retry, trial: Trial): Promise<void> {
  const options = { attempts: 2, firstDelayMs: 1 };
  const asOfSystem = new Attempts(() => {
    const message = "Connection refused (os error 111)";
    const error = new Deno.errors.ConnectionRefused(message);
    throw Object.assign(error, { code: "ECONNREFUSED" });
  });
  await run(retry, asOfSystem, options, trial);
  const problem = "1 attempt was made, where 4 were due.";
  if (asOfSystem.calls > 1) {
    trial.fail({
      problem,
      likely:
        "It was refused by an error of the class ConnectionRefused, with " +
        "another message and no code. Decide by the class, which says what " +
        "happened: `error instanceof Deno.errors.ConnectionRefused`.",
    });
  }
  let calls = 0;
  await trial.waitFor(
    settle(() =>
      retry(() => {
        calls++;
        throw new Deno.errors.ConnectionRefused("before any promise");
      }, options)
    ),
    { waitingFor: "retry() to be done", likely: "It does not go on." },
  );
  if (calls === 1) return;
  trial.fail({
    problem,
    likely: "The refusal did not come to your `catch`, but to your caller. A " +
      "`try` catches what fails while it runs, and a promise that it returns " +
      "fails later: `return await attempt()`.",
  });
}

/** What is no refusal is not tried again. */
async function checkOtherErrors(retry: Retry, trial: Trial): Promise<void> {
  const others = [
    new Deno.errors.ConnectionReset("reset in the middle of it"),
    new Deno.errors.TimedOut("no answer"),
    new TypeError("a slip of the programmer"),
    // A class is not known by its message.
    new Error("Connection refused (os error 111)"),
  ];
  for (const error of others) {
    trial.step(`a refusal, then ${error.name}: retry() throws that at once`);
    const attempt = new Attempts((call) => {
      throw call === 1 ? new Deno.errors.ConnectionRefused("not yet") : error;
    });
    const options = { attempts: 4, firstDelayMs: 1 };
    const result = await run(retry, attempt, options, trial);
    if (attempt.calls > 2) {
      trial.fail({
        problem: `After ${describeError(error)}, retry() tried again.`,
        likely:
          "A refusal means that nothing was done: nobody was there. After " +
          "any other failure, something may have been done, and would be done " +
          "twice. Try again only if `error instanceof " +
          "Deno.errors.ConnectionRefused`.",
      });
    }
    assertCalls(attempt, 2, trial);
    assertThrew(result, error, trial);
  }
}

/** An attempt that throws before it has made a promise. */
async function checkEarlyThrow(retry: Retry, trial: Trial): Promise<void> {
  trial.step("an attempt is refused before it has returned a promise");
  let calls = 0;
  const result = await trial.waitFor(
    settle(() =>
      retry(() => {
        if (++calls === 1) throw new Deno.errors.ConnectionRefused("at once");
        return Promise.resolve("second");
      }, { attempts: 2, firstDelayMs: 1 })
    ),
    {
      waitingFor: "retry() to return what the second attempt gave",
      likely: "The first attempt was refused, and there is one more.",
    },
  );
  if (result.status === "fulfilled") {
    return trial.equal(result.value, "second", {
      likely: "Return what the attempt gave.",
    });
  }
  trial.fail({
    problem:
      "An attempt that throws before it has returned a promise was not " +
      "tried again.",
    received: describeError(result.reason),
    likely: "`attempt().catch(…)` sees only what the promise brings. With " +
      "`try { return await attempt() } catch`, both ways of failing come to " +
      "the same place.",
  }, { cause: result.reason });
}

/** With sockets: nobody listens, nobody listens, somebody does. */
async function checkRealRefusals(retry: Retry, trial: Trial): Promise<void> {
  trial.step("on sockets: two refusals, then a connection");
  const listener = trial.use(listenTcp());
  const { port } = listener.addr;
  const deaf = await deafPort(trial);
  const attempt = new Attempts((call) => connectTcp(call < 3 ? deaf : port));
  const options = { attempts: 5, firstDelayMs: 1 };
  const result = await run(retry, attempt, options, trial);
  if (result.status === "rejected") failOn(result.reason, trial);
  const conn = result.value as Deno.Conn;
  assertCalls(attempt, 3, trial);
  trial.use(conn);
}

/** Counts what `retry` makes of an attempt. */
class Attempts {
  readonly #attempt: (call: number) => unknown;
  readonly #watch?: TimerWatch;
  readonly #begins: number[] = [];
  readonly #ends: number[] = [];
  readonly #timers: number[] = [];
  /** What was thrown, in order. */
  readonly errors: unknown[] = [];

  constructor(attempt: (call: number) => unknown, watch?: TimerWatch) {
    this.#attempt = attempt;
    this.#watch = watch;
  }

  get calls(): number {
    return this.#begins.length;
  }

  async run(): Promise<unknown> {
    this.#begins.push(performance.now());
    this.#timers.push(this.#watch?.started.length ?? 0);
    try {
      return await this.#attempt(this.calls);
    } catch (error) {
      this.errors.push(error);
      throw error;
    } finally {
      this.#ends.push(performance.now());
    }
  }

  /** How long it was between two attempts, by the clock, in milliseconds. */
  waits(): number[] {
    return this.#begins.slice(1).map((begin, i) => begin - this.#ends[i]);
  }

  /** The delay of the timer between two attempts, if there was just one. */
  delays(): number[] {
    const started = this.#watch?.started ?? [];
    return this.#timers.slice(1).flatMap((end, i) => {
      const between = started.slice(this.#timers[i], end);
      return between.length === 1 ? between : [];
    });
  }
}

function refuse(call: number): never {
  throw new Deno.errors.ConnectionRefused(`refusal number ${call}`);
}

async function run(
  retry: Retry,
  attempt: Attempts,
  options: RetryOptions,
  trial: Trial,
): Promise<PromiseSettledResult<unknown>> {
  return await trial.waitFor(
    settle(() => retry(() => attempt.run(), options)),
    {
      waitingFor: "retry() to be done",
      likely: () =>
        attempt.calls === 0
          ? "It has not made an attempt yet. The first one comes at once: the " +
            "waits are between the attempts."
          : attempt.calls >= options.attempts
          ? "All attempts were made, and it waits: for what? No wait follows " +
            "the last attempt; its failure is thrown at once."
          : "It has made an attempt and does not go on.",
      read: LATER,
    },
  );
}

function assertCalls(attempt: Attempts, due: number, trial: Trial): void {
  if (attempt.calls === due) return;
  trial.fail({
    problem: `${counted(attempt.calls, "attempt")} ` +
      `${attempt.calls === 1 ? "was" : "were"} made, where ${due} ` +
      `${due === 1 ? "was" : "were"} due.`,
    likely: attempt.calls > due
      ? "`attempts` counts all of them, the first one too: it is not the " +
        "number of repetitions."
      : "After a refusal it tries again, until `attempts` are made.",
  });
}

function assertThrew(
  result: PromiseSettledResult<unknown>,
  due: unknown,
  trial: Trial,
): void {
  if (result.status === "fulfilled") {
    trial.fail({
      problem: `retry() returned ${Deno.inspect(result.value)}, though no ` +
        "attempt worked.",
      expected: describeError(due),
      likely:
        "Throw the error of the last attempt: its caller must know that " +
        "there is nothing to go on with.",
    });
  }
  const { reason } = result;
  if (reason === due) return;
  trial.fail({
    problem: "retry() did not throw the last error as it is.",
    expected: describeError(due),
    received: reason instanceof Error && due instanceof Error &&
        reason.name === due.name && reason.message === due.message
      ? `${describeError(reason)}, which is another object`
      : describeError(reason),
    likely: "Throw the very error that was caught last. A caller decides by " +
      "its class, and an error of your own around it hides that.",
  }, { cause: reason });
}

function failOn(error: unknown, trial: Trial): never {
  trial.fail({
    problem: `retry() threw ${describeError(error)}.`,
    likely:
      "There were attempts left, or the last one worked: return what it " +
      "gave.",
  }, { cause: error });
}

/** Calls the answer, and takes whatever comes of it. */
async function settle<V>(
  run: () => Promise<V>,
): Promise<PromiseSettledResult<V>> {
  const [result] = await Promise.allSettled([(async () => await run())()]);
  return result;
}
