/** Checks 8.3 by a table of attempts: how often, after how long, and what comes. */
import { connectTcp, listenTcp } from "../../../lib/net/mod.ts";
import { counted } from "../../../lib/show/counted.ts";
import {
  type Advice,
  differenceAt,
  PROBES,
  settle,
  shown,
  TimerWatch,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";
import { every } from "../../../lib/workbook/kit/own_timers.ts";
import type { Retry } from "../types.ts";
import { outcomeOf } from "./outcome.ts";
import { refusingPort } from "./refusing_port.ts";
import {
  ALL_REFUSED,
  type Attempt,
  type Scenario,
  SCENARIOS,
  THIRD_WORKS,
} from "./retry_scenarios.ts";

const LATER = "Later, and later still";

/** How much too early a timer may fire, by `performance.now()`, in ms. */
const EARLY_MS = 5;

/** Checks an answer to 8.3. */
export async function checkRetry(retry: Retry, trial: Trial): Promise<void> {
  const subject = { retry, trial, timers: trial.use(new TimerWatch()) };
  for (const scenario of SCENARIOS) {
    trial.step(scenario.step);
    const isTimed = await run(subject, scenario);
    if (scenario !== ALL_REFUSED || !isTimed) continue;
    trial.step("attempts: 12, all refused, on a clock that's fast");
    await runFast(subject);
  }

  trial.step("two calls at once, with delays of 10 and 20 ms");
  const probe = PROBES.twoAtOnce("retry()");
  const { length } = subject.timers.started;
  await Promise.all([10, 20].map((firstDelayMs) =>
    run(
      { ...subject, probe },
      { ...THIRD_WORKS, options: { attempts: 4, firstDelayMs } },
    )
  ));
  const started = subject.timers.started.slice(length).sort((a, b) => a - b);
  if (started.length === 4 && `${started}` !== "10,20,20,40") trial.fail(probe);

  trial.step("on sockets: two refusals, then a connection");
  const { port } = trial.use(listenTcp()).addr;
  const refusing = await refusingPort(trial);
  const ports = [refusing, refusing, port];
  const connect = () => connectTcp(ports.shift() ?? port);
  const options = { attempts: 5, firstDelayMs: 1 };
  trial.use(
    await trial.waitFor(trial.start("retry", () => retry(connect, options)), {
      waitingFor: "retry() to return the connection",
      likely: "Two attempts are refused, and the third connects.",
    }),
  );
}

/** The answer, and what watches it. */
interface Subject {
  retry: Retry;
  trial: Trial;
  timers: TimerWatch;
  /** What a failure means, whatever it is. */
  probe?: Advice;
}

/**
 * Calls retry(), and judges the attempts, the waits, and what comes of it.
 *
 * @returns Whether it started one timer for each wait.
 */
async function run(
  subject: Subject,
  { options, made }: Scenario,
): Promise<boolean> {
  const { retry, trial, timers, probe } = subject;
  const last = made.at(-1)!;
  const calls: { beganAt: number; endedAt: number; beats: number }[] = [];
  let [beats, isPending, hasOverlapped] = [0, false, false];
  function attempt(): Promise<unknown> {
    const call = { beganAt: performance.now(), endedAt: NaN, beats };
    beats = 0;
    // Attempts that are too many work, so that they come to an end.
    const one = made[calls.push(call) - 1] ?? { value: "one too many" };
    function end(): unknown {
      isPending = false;
      beats = 0;
      call.endedAt = performance.now();
      if ("error" in one) throw one.error;
      return one.value;
    }
    if ("error" in one && one.isSync) end();
    hasOverlapped ||= isPending;
    isPending = true;
    return settle().then(end);
  }

  const endBeats = every(5, () => beats++);
  const given = { ...options };
  const { length } = timers.started;
  const outcome = await trial.waitFor(outcomeOf(() => retry(attempt, given)), {
    waitingFor: "retry() to return or throw",
    likely: () =>
      calls.length === 0
        ? "It hasn't made an attempt yet. Make the first one at once: the " +
          "waits come between the attempts."
        : calls.length >= made.length
        ? isRefusal(last)
          ? "It has made all its attempts, and still waits. Don't wait after " +
            "the last attempt: throw its error at once."
          : whyTooMany(last)
        : "It has made an attempt, and then neither returned nor made the " +
          "next one. Does each `await` come to an end, and are the delays in " +
          "milliseconds?",
    read: LATER,
    ...probe,
  }).finally(endBeats);

  if (hasOverlapped) {
    fail(subject, {
      problem: "An attempt began before the one before it had ended.",
      likely: "Await each attempt: only then do you know whether it failed.",
    });
  }
  if (calls.length !== made.length) {
    const was = calls.length === 1 ? "was" : "were";
    fail(subject, {
      problem: `${counted(calls.length, "attempt")} ${was} made, but ` +
        `${made.length} ${made.length === 1 ? "was" : "were"} due.`,
      likely: calls.length > made.length
        ? whyTooMany(last)
        : await whyTooFew(subject, made[calls.length - 1]),
    });
  }
  judgeOutcome(subject, outcome, last);

  const due = calls.slice(1).map((_, i) => options.firstDelayMs * 2 ** i);
  const waited = calls.slice(1)
    .map(({ beganAt }, i) => beganAt - calls[i].endedAt);
  // On a busy machine, the clock can't tell that a wait was too long. Where the
  // answer starts one timer for each wait, as most do, its delay can.
  const started = probe ? [] : timers.started.slice(length);
  const isTimed = started.length === due.length;
  if (
    isTimed && differenceAt(started, due) !== undefined ||
    waited.some((ms, i) => ms < due[i] - EARLY_MS)
  ) {
    failWaits(subject, isTimed ? started : waited, due);
  }
  if (due.some((ms, i) => ms > 50 && calls[i + 1].beats === 0)) {
    fail(subject, {
      problem: "While it waits, retry() lets nothing else happen.",
      likely:
        "A loop that looks at the clock until it's time keeps every other " +
        "task waiting, too. Await a promise that a timer resolves.",
      read: LATER,
    });
  }
  if (differenceAt(given, options) !== undefined) {
    fail(subject, {
      ...PROBES.inputs("retry()"),
      likely:
        "The caller may use `options` again. Put what you count down or " +
        "double into variables of your own.",
    });
  }
  if (!probe && timers.runningCount > 0) fail(subject, PROBES.timer("retry()"));
  return isTimed;
}

function fail(subject: Subject, failure: Advice & { problem: string }): never {
  subject.trial.fail({ ...failure, ...subject.probe });
}

function isRefusal(attempt: Attempt): boolean {
  return "error" in attempt &&
    attempt.error instanceof Deno.errors.ConnectionRefused;
}

function whyTooMany(last: Attempt): string {
  if ("value" in last) {
    return "An attempt works if it doesn't throw, whatever it gives: 0, false, " +
      "and undefined are results, too. Return the first one.";
  }
  return isRefusal(last)
    ? "`attempts` counts all attempts, including the first: it isn't the number " +
      "of repetitions."
    : "A refusal means that nothing was done. After any other failure, the " +
      "attempt may have done something, which would be done twice. Try again " +
      "only if `error instanceof Deno.errors.ConnectionRefused`.";
}

/** Finds out why there was no attempt after this one. */
async function whyTooFew({ retry, trial }: Subject, last: Attempt) {
  if ("error" in last && last.isSync) {
    return "This attempt threw before it returned a promise. `attempt()" +
      ".catch(…)` sees only what the promise rejects with; `try { return await " +
      "attempt() } catch` sees both kinds of failure.";
  }
  let count = 0;
  const attempt = () => {
    count++;
    const error = new Deno.errors.ConnectionRefused(
      "Connection refused (os error 111)",
    );
    return Promise.reject(Object.assign(error, { code: "ECONNREFUSED" }));
  };
  const result = outcomeOf(() =>
    retry(attempt, { attempts: 2, firstDelayMs: 1 })
  );
  await trial.waitFor(result, { waitingFor: "retry() to end", likely: "" });
  return count > 1
    ? "It was refused with an error of the class ConnectionRefused that has " +
      "another message, and no code. Decide by the class: `error instanceof " +
      "Deno.errors.ConnectionRefused`."
    : "After a refusal, try again until this call has made `attempts` attempts; " +
      "a variable outside the function counts those of other calls, too. A `try` " +
      "catches only what fails inside it, and a promise that you return without " +
      "`await` fails later: `return await attempt()`.";
}

function judgeOutcome(
  subject: Subject,
  outcome: PromiseSettledResult<unknown>,
  due: Attempt,
): void {
  const { trial } = subject;
  const isReturned = outcome.status === "fulfilled";
  if ("value" in due) {
    if (isReturned && outcome.value === due.value) return;
    fail(subject, {
      problem: isReturned
        ? `retry() returned ${shown(outcome.value)}.`
        : `retry() threw ${
          trial.describe(outcome.reason)
        }, though an attempt ` +
          "worked.",
      expected: shown(due.value),
      likely:
        "An attempt that works ends the loop: return what it gave, as it " +
        "is, with `return await attempt()`.",
    });
  }
  const error = trial.describe(due.error);
  if (isReturned) {
    fail(subject, {
      problem: "retry() returned a value, though no attempt worked.",
      received: shown(outcome.value),
      expected: error,
      likely:
        "Throw the error of the last attempt: your caller must know that " +
        "there is no result.",
    });
  }
  if (outcome.reason === due.error) return;
  trial.failOnSlip("retry()", outcome.reason);
  fail(subject, {
    problem: "retry() didn't throw the last error unchanged.",
    expected: error,
    received: trial.describe(outcome.reason),
    likely:
      "Throw the very error that you caught last. Callers decide by its " +
      "class, and an error of your own around it hides that.",
  });
}

function failWaits(subject: Subject, received: number[], due: number[]): never {
  const list = (all: number[]) => all.map((ms) => ms.toFixed(0)).join(", ");
  fail(subject, {
    problem: "The waits between the attempts are wrong.",
    expected: `${list(due)} ms`,
    received: `${list(received)} ms`,
    likely:
      "The first wait is `firstDelayMs`, even if that's 0, and each later " +
      "one is twice as long as the one before, however long that gets: an " +
      "overloaded server needs more time, not more requests. Double the delay " +
      "after each wait, not before it.",
    read: LATER,
  });
}

/** Makes many attempts with timers that fire at once, to see long delays. */
async function runFast(subject: Subject): Promise<void> {
  const { retry, trial } = subject;
  const { setTimeout } = globalThis;
  const delays: number[] = [];
  const fast = (callback: () => void, ms = 0) => {
    delays.push(ms);
    return setTimeout(callback, 0);
  };
  globalThis.setTimeout = Object.assign(fast, setTimeout);
  try {
    const attempt = () =>
      Promise.reject(new Deno.errors.ConnectionRefused("again"));
    const options = { attempts: 12, firstDelayMs: 100 };
    await trial.waitFor(outcomeOf(() => retry(attempt, options)), {
      waitingFor: "retry() to throw",
      likely: "All attempts were refused.",
    });
  } finally {
    globalThis.setTimeout = setTimeout;
  }
  const due = Array.from({ length: 11 }, (_, i) => 100 * 2 ** i);
  if (differenceAt(delays, due) !== undefined) failWaits(subject, delays, due);
}
