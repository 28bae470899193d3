/** How long an answer to 15.1 waits, and how it gives up. */
import type { TrialFailure } from "../../../lib/workbook/kit/mod.ts";
import type { CallOptions } from "../types.ts";
import { AGAIN, type CallDriver } from "./call_driver.ts";
import { encode } from "./datagrams.ts";

const OPTIONS: CallOptions = { timeoutMs: 60, attempts: 4 };
/** How often to look whether a call is still waiting, in milliseconds. */
const TICK_MS = 10;

/**
 * Checks that a call nobody answers is over after `attempts` waits of
 * `timeoutMs`, and rejects with TimedOut.
 *
 * On a machine that pauses, a last wait can look too short or too long, but
 * hardly five times in a row.
 */
export async function checkTimeOut(driver: CallDriver): Promise<void> {
  const { trial } = driver;
  trial.step("call with 4 attempts of 60 ms, and never answer");
  let failure = await timeOut(driver);
  for (let run = 2; run <= 5 && failure !== undefined; run++) {
    trial.step("the last wait was too short or too long: call again");
    failure = await timeOut(driver);
  }
  if (failure !== undefined) trial.fail(failure);
}

/** Lets one call time out; returns a failure that a pause could explain. */
async function timeOut(driver: CallDriver): Promise<TrialFailure | undefined> {
  const { trial, socket } = driver;
  const before = socket.sent.length;
  // A call that waits too long gets the time to finish. An endless one doesn't.
  socket.onSend = () => {
    if (socket.sent.length - before <= OPTIONS.attempts) trial.progress();
  };
  const startedAt = performance.now();
  // Counts ticks after the last attempt, because the clock also runs while the
  // machine pauses.
  let lastTicks = 0;
  const clock = setInterval(() => {
    if (socket.sent.length - before >= OPTIONS.attempts) lastTicks++;
  }, TICK_MS);
  const [outcome] = await trial.waitFor(
    Promise.allSettled([driver.callUnwatched(encode("?"), OPTIONS)]),
    {
      waitingFor: "call() to give up",
      likely:
        "Send the question `attempts` times in all, wait once more, and " +
        "reject. If you retry forever, your caller never learns that the " +
        "server is gone.",
      read: AGAIN,
    },
  ).finally(() => clearInterval(clock));
  const endedAt = performance.now();
  assertTimedOut(driver, outcome);
  await assertAttempts(driver);

  const sentAt = socket.sent.slice(before).map(({ at }) => at);
  const waitsMs = sentAt.map((at, i) => (sentAt[i + 1] ?? endedAt) - at);
  const lastWaitMs = waitsMs[waitsMs.length - 1];
  const tookMs = endedAt - startedAt;
  const leastMs = OPTIONS.attempts * OPTIONS.timeoutMs;
  const tooShort: TrialFailure = {
    problem: `call() gave up after ${tookMs.toFixed(0)} ms, ` +
      `${lastWaitMs.toFixed(0)} ms after its last attempt.`,
    expected: `after ${leastMs} ms: ${OPTIONS.attempts} attempts of ` +
      `${OPTIONS.timeoutMs} ms each`,
    likely:
      "Wait `timeoutMs` after every attempt, including the last: it may " +
      "be the one that gets through.",
    read: AGAIN,
  };
  // However busy the machine is, four waits never end sooner than this. The
  // clocks of the timers and of this measurement may differ a little.
  if (tookMs < 0.9 * leastMs) trial.fail(tooShort);
  // Late timers can hide that the last wait is missing. It may be a little
  // shorter if all attempts follow one timetable.
  if (lastTicks * TICK_MS < 0.25 * OPTIONS.timeoutMs) return tooShort;
  if (lastWaitMs < 2.5 * OPTIONS.timeoutMs) return undefined;
  const tooLong: TrialFailure = {
    problem: "call() waited much longer than `timeoutMs` after its last " +
      "attempt.",
    expected: `${OPTIONS.timeoutMs} ms after each attempt`,
    received: `${waitsMs.map((ms) => ms.toFixed(0)).join(", ")} ms`,
    likely: "Wait the same `timeoutMs` after every attempt. Waiting longer " +
      "each time (exponential backoff) spares a congested network, but here " +
      "the caller has set the wait, and counts on `attempts` times that.",
    read: AGAIN,
  };
  // Timers fire in the order in which they're due, so a timer of `timeoutMs`
  // fires before this many ticks, however late both are.
  if (lastTicks * TICK_MS > 1.5 * OPTIONS.timeoutMs) trial.fail(tooLong);
  return tooLong;
}

function assertTimedOut(
  { trial }: CallDriver,
  outcome: PromiseSettledResult<unknown>,
): void {
  if (outcome.status === "fulfilled") {
    trial.fail({
      problem: `call() returned ${Deno.inspect(outcome.value)}, although no ` +
        "answer came.",
      expected: "a rejection with Deno.errors.TimedOut",
      likely: 'No return value can mean "no answer": even an empty array is ' +
        "an answer. Throw after the loop.",
      read: AGAIN,
    });
  }
  const { reason } = outcome as PromiseRejectedResult;
  if (reason instanceof Deno.errors.TimedOut) return;
  trial.failOnSlip("call()", reason);
  trial.fail({
    problem: `call() rejected with ${trial.describe(reason)}.`,
    expected: "Deno.errors.TimedOut",
    likely:
      "A timeout has its own error class, so that the caller knows what " +
      'to do: throw new Deno.errors.TimedOut("…").',
    read: AGAIN,
  });
}

async function assertAttempts(driver: CallDriver): Promise<void> {
  const count = await driver.countQuestions();
  if (count === OPTIONS.attempts) return;
  driver.trial.fail({
    problem: `call() sent the question ${count} times.`,
    expected: `${OPTIONS.attempts} times`,
    likely: count === OPTIONS.attempts + 1
      ? "`attempts` includes the first attempt; it isn't the number of retries."
      : count < OPTIONS.attempts
      ? "call() gave up too early. After each wait, send again until you've " +
        "sent `attempts` times."
      : "Send `attempts` times in all, then stop.",
    read: AGAIN,
  });
}
