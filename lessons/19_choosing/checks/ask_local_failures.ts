/** Checks that calls to 19.1 fail as they must. */
import {
  every,
  shown,
  toBytes,
  type Trial,
  type TrialFailure,
} from "../../../lib/workbook/kit/mod.ts";
import { fillQueue } from "../experiments.ts";
import {
  type AskRun,
  end,
  type Peer,
  PROMISES,
  WAITS,
} from "./ask_local_run.ts";

/** How long to wait when no answer will come, in milliseconds. */
const SHORT_MS = 60;
/** How long to wait while a stranger sends, and how often that does. */
const [NOISY_MS, NOISE_MS] = [200, 5];

const SILENT =
  "A datagram may never get an answer, and then receive() waits forever. " +
  "Race it against a timer.";
const RESTARTED =
  "Every message restarts your timer, so a stranger that sends " +
  "often enough makes you wait forever. Start the timer once, before you send, " +
  "and don't touch it when a stranger's message arrives.";
const SENDING =
  "When the queue is full, send() itself waits until the server " +
  "reads. `timeoutMs` covers sending, too: start the timer first, and await " +
  "send() inside the race, as in Promise.race([sendAndReceive(), late]).";

/** Checks what a call throws without an answer, and that it throws in time. */
export async function checkFailures(run: AskRun): Promise<void> {
  const { trial, paths } = run;
  trial.step(`the server never answers: ${SHORT_MS} ms`);
  const server = run.bind(paths.server);
  await expectTimedOut(run, SHORT_MS, SILENT);

  trial.step(
    `the server never answers, and a stranger keeps sending: ${NOISY_MS} ms`,
  );
  const stranger = run.bind(paths.strangers[0]);
  // On a busy machine, the stranger may be silent for so long that even a timer
  // that it restarts goes off. Then try again.
  let tries = 0;
  while (await expectDeaf(run, stranger) > NOISY_MS / 2 && ++tries < 5);
  end(server, stranger);

  await checkFullQueue(run);
  for (const one of MISSING_SERVERS) await checkMissingServer(run, one);
}

/** Returns the stranger's longest silence, in milliseconds. */
async function expectDeaf(run: AskRun, stranger: Peer): Promise<number> {
  const own = { transport: "unixpacket", path: run.paths.own } as const;
  const sentAt = [performance.now()];
  const endNoise = every(NOISE_MS, () => {
    sentAt.push(performance.now());
    // The client's path may not exist yet, or not anymore.
    stranger.socket.send(toBytes("it's me!"), own).catch(() => {});
  });
  await expectTimedOut(run, NOISY_MS, RESTARTED).finally(endNoise);
  sentAt.push(performance.now());
  return Math.max(...sentAt.slice(1).map((at, i) => at - sentAt[i]));
}

/** Checks that the timeout covers sending, too. */
async function checkFullQueue(run: AskRun): Promise<void> {
  run.trial.step("the server's queue is full, so send() waits");
  const server = run.bind(run.paths.server);
  const stranger = run.bind(run.paths.strangers[0]);
  run.trial.onForgotten((error) =>
    error instanceof Deno.errors.TimedOut
      ? {
        problem: "Your timer threw TimedOut while you were awaiting send(), " +
          "outside the race.",
        likely: SENDING,
        read: WAITS,
      }
      : undefined
  );
  const { waiting } = await fillQueue(() =>
    stranger.socket.send(new Uint8Array(1), server.socket.addr)
  );
  // On macOS, send() throws instead, so no call can wait.
  if (waiting !== undefined) {
    // The sends that are waiting fail when the server closes.
    waiting.catch(() => {});
    await expectTimedOut(run, SHORT_MS, SENDING);
  }
  end(server, stranger);
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
  run: AskRun,
  { step, Expected, leavesFile }: typeof MISSING_SERVERS[number],
): Promise<void> {
  const { trial, paths } = run;
  trial.step(step);
  const server = run.bind(paths.server);
  if (leavesFile) server.socket.close();
  else end(server);
  const { value, error } = await trial.waitFor(run.ask(toBytes("hello?")), {
    waitingFor: `askLocal() to throw ${Expected.name}`,
    likely:
      "send() says at once that no server is there. Let the caller have " +
      "that error, instead of waiting for an answer until the time is over.",
    read: PROMISES,
  });
  if (error === undefined) failReturned(trial, value, PROMISES);
  if (!(error instanceof Expected)) {
    trial.failOnSlip("askLocal()", error);
    trial.fail({
      problem: `Wrong error: expected ${Expected.name}, got ` +
        `${trial.describe(error)}.`,
      likely: "Let the caller have the error of send() unchanged: its class " +
        "says whether the server never started or has gone. (If your error is " +
        "about removing a file, remove your own path, not the server's.)",
      read: PROMISES,
    });
  }
  if (leavesFile) Deno.removeSync(paths.server);
}

function failReturned(trial: Trial, value: unknown, read: string): never {
  trial.fail({
    problem: "askLocal() returned as if it had an answer.",
    expected: "an error",
    received: shown(value),
    likely: "The caller can't tell that value from an answer. Throw instead.",
    read,
  });
}

/**
 * Requires that a call throws TimedOut in time. If the machine pauses, it may
 * look late, but hardly three times in a row.
 */
async function expectTimedOut(
  run: AskRun,
  timeoutMs: number,
  likely: string,
): Promise<void> {
  let failure: TrialFailure | undefined;
  for (let turn = 0; turn < 3; turn++) {
    failure = await timeOut(run, timeoutMs, likely);
    if (failure === undefined) return;
  }
  run.trial.fail(failure!);
}

/**
 * Lets one call time out, and returns a failure that a pause of the machine
 * could also explain. Timers fire in the order in which they're due, however
 * late they are.
 */
async function timeOut(
  run: AskRun,
  timeoutMs: number,
  likely: string,
): Promise<TrialFailure | undefined> {
  const trial: Trial = run.trial;
  const timersBefore = run.timersStarted.length;
  let [isLong, isTooLong] = [false, false];
  const watches = [
    every(0.75 * timeoutMs, () => isLong = true),
    // Cleaning up after the timeout may take a while: on a busy machine,
    // removing a file does.
    every(1.5 * timeoutMs, () => isTooLong ||= !run.hasGivenUp),
  ];
  const asking = run.ask(toBytes("hello?"), { timeoutMs });
  const { value, error } = await trial.waitFor(asking, {
    waitingFor: "askLocal() to throw TimedOut",
    likely: () => whyLate(),
    read: WAITS,
  }).finally(() => watches.forEach((endWatch) => endWatch()));
  if (error === undefined) failReturned(trial, value, WAITS);
  if (!(error instanceof Deno.errors.TimedOut)) {
    trial.failOnSlip("askLocal()", error);
    trial.fail({
      problem: `Wrong error: expected TimedOut, got ${trial.describe(error)}.`,
      likely: "Callers look at the class of an error: throw new " +
        "Deno.errors.TimedOut(…). BadResource and Interrupted come from a " +
        "socket that was closed while it was waiting: throw TimedOut before " +
        "you close it.",
      read: WAITS,
    });
  }
  if (!isLong) {
    trial.fail({
      problem: "askLocal() gave up before the time was over.",
      likely: "timeoutMs is in milliseconds, as for setTimeout().",
      read: WAITS,
    });
  }
  if (!isTooLong) return undefined;
  return {
    problem: `askLocal() gave up much later than after ${timeoutMs} ms.`,
    likely: whyLate(),
    read: WAITS,
  };

  function whyLate(): string {
    const longer = run.timersStarted.slice(timersBefore)
      .find((ms) => ms > 1.2 * timeoutMs);
    if (longer === undefined) return likely;
    return `You started a timer of ${longer} ms, and timeoutMs is ` +
      `${timeoutMs}: it's in milliseconds, as for setTimeout().`;
  }
}
