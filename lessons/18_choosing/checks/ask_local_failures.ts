/** How calls of 18.1 must fail. */
import {
  LongestGap,
  settle,
  TimerWatch,
  type Wait,
} from "../../../lib/workbook/kit/mod.ts";
import { fillQueue } from "../experiments.ts";
import {
  encode,
  expectOwnPathGone,
  expectServerPath,
  open,
  PLENTY_MS,
  PROMISES,
  type Run,
  WAITS,
} from "./ask_local_run.ts";

/** How long to wait when no answer will come, in milliseconds. */
const SHORT_MS = 100;
/**
 * How long to wait while a stranger sends, in milliseconds: much longer than a
 * busy machine pauses, because a wait that restarts could end in a pause.
 */
const NOISY_MS = 500;

/** Checks what a call throws without an answer, and that it throws in time. */
export async function checkFailures(run: Run): Promise<void> {
  await checkSilence(run);
  await checkNoise(run);
  await checkFullQueue(run);
  for (const one of MISSING_SERVERS) await checkMissingServer(run, one);
}

async function checkSilence(run: Run): Promise<void> {
  run.trial.step(
    `the server receives the question and never answers: ${SHORT_MS} ms`,
  );
  await untilAsked(run, () =>
    expectTimedOut(run, SHORT_MS, {
      likely:
        "A datagram may never be answered, and receive() waits forever. " +
        "Race it against a timer.",
    }));
}

/**
 * Other messages don't extend the time.
 *
 * If the machine pauses, so does the noise, and even a wait that restarts on
 * every message can end. Then the check tries again.
 */
async function checkNoise(run: Run): Promise<void> {
  const { trial, own, otherPath } = run;
  trial.step(
    `the server never answers, and a stranger keeps sending: ${NOISY_MS} ms`,
  );
  const stranger = open(otherPath, trial);
  for (let turn = 0; turn < 10; turn++) {
    const gap = new LongestGap();
    await untilAsked(run, async () => {
      // The client's path may not exist yet, or no more.
      const noise = setInterval(() => {
        gap.mark();
        stranger.send(encode("it's me!"), {
          transport: "unixpacket",
          path: own,
        })
          .catch(() => {});
      }, 5);
      try {
        await expectTimedOut(run, NOISY_MS, {
          likely:
            "Every message restarts your timer, so a stranger that sends " +
            "often enough makes you wait forever. Start the timer once, before " +
            "you send, and let it run when a stranger's message arrives.",
        });
        gap.mark();
      } finally {
        clearInterval(noise);
      }
    });
    if (gap.ms < 0.75 * NOISY_MS) break;
  }
  stranger.close();
  Deno.removeSync(otherPath);
}

/**
 * Makes calls until the server has received a question. If the machine pauses,
 * a call may time out before it has sent one.
 */
async function untilAsked(
  { trial, server }: Run,
  call: () => Promise<void>,
): Promise<void> {
  let isAsked = false;
  const receiving = server.receive().then(() => isAsked = true);
  receiving.catch(() => {});
  for (let turn = 0; turn < 5 && !isAsked; turn++) {
    await call();
    await settle();
  }
  await trial.waitFor(receiving, {
    waitingFor: "the question to reach the server",
    likely: "Send the question before you do anything else that takes time.",
    read: WAITS,
  });
}

/** Not only the answer can take forever. */
async function checkFullQueue(run: Run): Promise<void> {
  const { trial, server, path, otherPath } = run;
  trial.step("the server's queue is full, so send() waits");
  const stranger = open(otherPath, trial);
  const { taken, waiting } = await fillQueue(() =>
    stranger.send(new Uint8Array(1), server.addr)
  );
  // On macOS, send() throws instead, so no call can wait.
  if (waiting !== undefined) {
    await expectTimedOut(run, SHORT_MS, {
      likely: "When the queue is full, send() itself waits until the server " +
        "reads. `timeoutMs` covers sending too: start the timer first, and " +
        "race everything.",
    });
  }
  // The sends that are waiting end when there's room again.
  const queued = waiting === undefined ? taken : taken + 1;
  for (let i = 0; i < queued; i++) await server.receive();
  await waiting;
  stranger.close();
  server.close();
  Deno.removeSync(path);
  Deno.removeSync(otherPath);
}

/** A server that isn't there, and the error that send() throws at once. */
const MISSING_SERVERS = [
  {
    step: "there's no file at the server's path",
    Expected: Deno.errors.NotFound,
    leavesFile: false,
  },
  {
    step: "the server has gone and left its file",
    Expected: Deno.errors.ConnectionRefused,
    leavesFile: true,
  },
];

async function checkMissingServer(
  run: Run,
  { step, Expected, leavesFile }: typeof MISSING_SERVERS[number],
): Promise<void> {
  const { trial, path } = run;
  trial.step(step);
  if (leavesFile) open(path, trial).close();
  using timers = new TimerWatch();
  const error = await errorOf(run, PLENTY_MS, {
    waitingFor: `askLocal() to throw ${Expected.name}`,
    likely:
      "send() says at once that no server is there. Let the caller have " +
      "that error, instead of waiting for an answer until the time is over.",
    read: PROMISES,
  });
  if (!(error instanceof Expected)) {
    trial.fail({
      problem: `Wrong error: expected ${Expected.name}, got ` +
        `${trial.describe(error)}.`,
      likely: "Let the caller have the error of send() unchanged: its class " +
        "says whether the server never started or has gone. (If your error is " +
        "about removing a file, remove your own path, not the server's.)",
      read: PROMISES,
    });
  }
  expectOwnPathGone(run);
  // The check may have short timers of its own.
  if (timers.running(PLENTY_MS / 2).length > 0) {
    run.timersLeft.push(`The call threw ${Expected.name}`);
  }
}

/** Makes a call that must fail; returns its error. */
async function errorOf(
  { askLocal, trial, path }: Run,
  timeoutMs: number,
  wait: Wait,
): Promise<unknown> {
  const [outcome] = await trial.waitFor(
    Promise.allSettled([
      (async () => await askLocal(path, encode("hello?"), { timeoutMs }))(),
    ]),
    wait,
  );
  if (outcome.status === "rejected") {
    trial.failOnSlip("askLocal()", outcome.reason);
    return outcome.reason;
  }
  return trial.fail({
    problem: "askLocal() returned as if it had an answer.",
    expected: "an error",
    received: Deno.inspect(outcome.value),
    likely: "The caller can't tell that value from an answer. Throw instead.",
    read: wait.read as string,
  });
}

async function expectTimedOut(
  run: Run,
  timeoutMs: number,
  { likely }: { likely: string },
): Promise<void> {
  const { trial } = run;
  const startedAt = performance.now();
  const error = await errorOf(run, timeoutMs, {
    waitingFor: "askLocal() to throw TimedOut",
    likely,
    read: WAITS,
  });
  if (!(error instanceof Error && /^Timed?[Oo]ut/.test(error.name))) {
    trial.fail({
      problem: `Wrong error: expected TimedOut, got ${trial.describe(error)}.`,
      likely: "A caller decides by the class of an error: throw new " +
        "Deno.errors.TimedOut(…). BadResource comes from a socket that was " +
        "closed while it was waiting: throw TimedOut before you close it.",
      read: WAITS,
    });
  }
  // The clocks of timers and of this measurement may differ a little.
  if (performance.now() - startedAt < 0.9 * timeoutMs) {
    trial.fail({
      problem: "askLocal() gave up before the time was over.",
      likely: "timeoutMs is in milliseconds, as for setTimeout().",
      read: WAITS,
    });
  }
  expectServerPath(run);
  expectOwnPathGone(run);
}
