/** Checks 8.3: the number of attempts, the waits, and the result. */
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

const LATER = "Exponential backoff";

/** How much too early a timer may fire, by `performance.now()`, in ms. */
const EARLY_MS = 5;

/** Checks an answer to 8.3. */
export async function checkRetry(retry: Retry, trial: Trial): Promise<void> {
  const subject = { retry, trial, timers: trial.use(new TimerWatch()) };
  for (const scenario of SCENARIOS) {
    trial.step(scenario.step);
    const isTimed = await run(subject, scenario);
    if (scenario !== ALL_REFUSED || !isTimed) continue;
    trial.step(
      "attempts: 12, firstDelayMs: 62.5, all refused, on a fast clock",
    );
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
      likely:
        "You didn't return the connection: two attempts are refused, and " +
        "the third one connects.",
    }),
  );
}

/** The answer, and its watch for timers. */
interface Subject {
  retry: Retry;
  trial: Trial;
  timers: TimerWatch;
  /** The diagnosis of any failure. */
  probe?: Advice;
}

/**
 * Calls retry(), and judges the attempts, the waits, and the outcome.
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
    // Extra attempts succeed, so that they come to an end.
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
        ? "You waited before the first attempt. Make the first one at once: the " +
          "waits come between the attempts."
        : calls.length >= made.length
        ? isRefusal(last)
          ? "You waited after the last attempt. Don't wait after it: throw its " +
            "error at once."
          : whyTooMany(last)
        : "You made an attempt, and then neither returned nor made the next " +
          "one. Does each `await` come to an end, and are the delays in " +
          "milliseconds?",
    read: LATER,
    ...probe,
  }).finally(endBeats);

  if (hasOverlapped) {
    fail(subject, {
      problem: "You started an attempt before the previous one had ended.",
      likely: "Await each attempt: only then do you know whether it failed.",
    });
  }
  if (calls.length !== made.length) {
    fail(subject, {
      problem: `You made ${counted(calls.length, "attempt")} instead of ` +
        `${made.length}.`,
      likely: calls.length > made.length
        ? whyTooMany(last)
        : await whyTooFew(subject, made[calls.length - 1]),
    });
  }
  judgeOutcome(subject, outcome, last);

  const due = calls.slice(1).map((_, i) => options.firstDelayMs * 2 ** i);
  const waited = calls.slice(1)
    .map(({ beganAt }, i) => beganAt - calls[i].endedAt);
  // On a busy machine, the clock can't tell whether a wait was too long. But if
  // the answer starts one timer for each wait, as most do, its delay can.
  const started = probe ? [] : timers.started.slice(length);
  const isTimed = started.length === due.length;
  const isLong = options.firstDelayMs === 0 && started.some((ms) => ms > 0);
  if (
    isTimed && differenceAt(started, due) !== undefined || isLong ||
    waited.some((ms, i) => ms < due[i] - EARLY_MS)
  ) {
    failWaits(subject, isTimed || isLong ? started : waited, due);
  }
  if (due.some((ms, i) => ms > 50 && calls[i + 1].beats === 0)) {
    fail(subject, {
      problem: "While retry() waits, no other task can run.",
      likely:
        "Your loop watches the clock, so every other task has to wait, too. " +
        "Await a promise that a timer resolves.",
      read: LATER,
    });
  }
  if (differenceAt(given, options) !== undefined) {
    fail(subject, {
      ...PROBES.inputs("retry()"),
      likely:
        "You changed `options`, which your caller may use again. Count down " +
        "and double in your own variables.",
    });
  }
  if (!probe && timers.runningCount > 0) {
    fail(subject, {
      ...PROBES.timer("retry()"),
      likely:
        "You started a timer, and no attempt followed it. (resolve() and " +
        "reject() don't leave a function: return after them.) If you race " +
        "against a timer, clear it in a `finally`.",
    });
  }
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
    return "You retried after a success. An attempt succeeds if it doesn't " +
      "throw: 0, false, and undefined are results, too. Return the first one.";
  }
  return isRefusal(last)
    ? "You made one attempt too many: `attempts` counts all attempts, including " +
      "the first."
    : "You retried after an error that isn't a refusal. Only a refusal means " +
      "that no program got your request; after any other failure, something " +
      "might be done twice. Retry only if `error instanceof " +
      "Deno.errors.ConnectionRefused`.";
}

/** Finds out why the answer made no attempt after this one. */
async function whyTooFew({ retry, trial }: Subject, last: Attempt) {
  if ("error" in last && last.isSync) {
    return "You didn't catch an error that was thrown before attempt() returned " +
      "a promise. `attempt().catch(…)` only sees a rejected promise; `try { " +
      "return await attempt() } catch` sees both kinds of failure.";
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
    ? "You didn't recognize a ConnectionRefused that has another message, and " +
      "no code. Decide by the class: `error instanceof " +
      "Deno.errors.ConnectionRefused`."
    : "You gave up too early. After a refusal, try again until this call has " +
      "made `attempts` attempts. A variable outside the function also counts " +
      "those of other calls. And a `try` doesn't catch the error of a promise " +
      "that you return without `await`: write `return await attempt()`.";
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
        }, although an attempt ` +
          "succeeded.",
      expected: shown(due.value),
      likely:
        "You didn't return the attempt's result as it is. The first success " +
        "ends the loop: `return await attempt()`.",
    });
  }
  const error = trial.describe(due.error);
  if (isReturned) {
    fail(subject, {
      problem: "retry() returned a value, although no attempt succeeded.",
      received: shown(outcome.value),
      expected: error,
      likely: due.error === 0
        ? "An attempt can throw anything, even 0, so `if (error)` " +
          "doesn't tell you whether it failed. Decide in the `catch` itself."
        : "Throw the error of the last attempt, because your caller has to know " +
          "that there's no result.",
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
      "class, and if you wrap it in another error, they can't.",
  });
}

function failWaits(subject: Subject, received: number[], due: number[]): never {
  const list = (all: number[]) =>
    all.map((ms) => Math.round(10 * ms) / 10).join(", ");
  const isCut = due[0] % 1 > 0 &&
    received.at(-1) === Math.trunc(due[0]) * 2 ** (due.length - 1);
  fail(subject, {
    problem: "The waits between the attempts are wrong.",
    expected: `${list(due)} ms`,
    received: `${list(received)} ms`,
    likely: isCut
      ? "You dropped the fraction of a millisecond. Operators on bits, such as " +
        "<< and |, turn their operands into 32-bit integers: multiply by 2."
      : "Your waits don't double, or start with another delay. The first wait is " +
        "`firstDelayMs`, even if that's 0, and each later one is twice as long as " +
        "the one before, with no upper limit. Double the delay after each wait, " +
        "not before it.",
    read: LATER,
  });
}

/** Makes many attempts with timers that fire at once, to check long delays. */
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
    const options = { attempts: 12, firstDelayMs: 62.5 };
    await trial.waitFor(outcomeOf(() => retry(attempt, options)), {
      waitingFor: "retry() to throw",
      likely: "You didn't throw, although all attempts were refused.",
    });
  } finally {
    globalThis.setTimeout = setTimeout;
  }
  const due = Array.from({ length: 11 }, (_, i) => 62.5 * 2 ** i);
  if (differenceAt(delays, due) !== undefined) failWaits(subject, delays, due);
}
