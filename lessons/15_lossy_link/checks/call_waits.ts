/** Checks how long answers to 15.1 wait after each attempt. */
import {
  FakeSocket,
  toBytes,
  type Trial,
  type TrialFailure,
} from "../../../lib/workbook/kit/mod.ts";
import type { Call, CallOptions } from "../types.ts";
import { AGAIN } from "./call_numbers.ts";
import { datagram, SERVER, STRANGER } from "./datagrams.ts";

const ATTEMPTS = 4;
/**
 * How long each attempt waits, in milliseconds. If the machine pauses, a wait
 * can look too long or too short, so a call that fails gets another try with more time.
 */
const TIMEOUTS_MS = [40, 120, 360];
const NOISE_MS = 10;

const RESTARTED =
  "Every datagram restarts your timer, so on a busy socket you " +
  "never ask again. Start the timer once per attempt, right after send(), and " +
  "let it run when a stray datagram arrives.";
const TOO_SHORT = "Wait `timeoutMs` after every attempt, including the last: " +
  "it may be the one that gets through.";
const TOO_LONG = "Wait the same `timeoutMs` after every attempt. Waiting " +
  "longer each time (exponential backoff) helps a congested network, but here " +
  "the caller sets the wait, and expects to wait `attempts` times that.";

/**
 * Checks that a call that gets no answer waits `timeoutMs` after each attempt,
 * whatever else arrives.
 */
export async function checkWaits(call: Call, trial: Trial): Promise<void> {
  trial.step(
    `call with ${ATTEMPTS} attempts of 40 ms, and keep sending other datagrams`,
  );
  for (const timeoutMs of TIMEOUTS_MS) {
    const options = { timeoutMs, attempts: ATTEMPTS };
    const failure = await waitsOf(call, trial, { options, isNoisy: true });
    if (failure === undefined) return;
    if (timeoutMs !== TIMEOUTS_MS.at(-1)) continue;
    const silent = await waitsOf(call, trial, { options, isNoisy: false });
    // If it's right in a silent run, the other datagrams are the cause.
    trial.fail(silent ?? { ...failure, likely: RESTARTED });
  }
}

/**
 * Lets one call time out, and returns what was wrong with its waits.
 *
 * The clock keeps running while the machine pauses. Timers, though, fire in the
 * order they're due, however late they are.
 */
async function waitsOf(
  call: Call,
  trial: Trial,
  { options, isNoisy }: { options: CallOptions; isNoisy: boolean },
): Promise<TrialFailure | undefined> {
  const { timeoutMs, attempts } = options;
  const socket = trial.use(new FakeSocket());
  const waits: { isLong: boolean; isTooLong: boolean }[] = [];
  let timers: ReturnType<typeof setTimeout>[] = [];
  const tooLong = Promise.withResolvers<void>();
  const send = socket.send.bind(socket);
  socket.send = (message, to) => {
    trial.progress();
    timers.forEach(clearTimeout);
    const wait = { isLong: false, isTooLong: false };
    waits.push(wait);
    timers = [
      setTimeout(() => wait.isLong = true, 0.75 * timeoutMs),
      setTimeout(() => {
        wait.isTooLong = true;
        tooLong.resolve();
      }, 1.5 * timeoutMs),
    ];
    return send(message, to);
  };
  const noise = setInterval(() => {
    if (!isNoisy) return;
    socket.arrives(toBytes("noise"), STRANGER);
    const number = crypto.getRandomValues(new Uint8Array(4));
    socket.arrives(datagram(number, ""), SERVER);
  }, NOISE_MS);
  const calling = call(socket, SERVER, toBytes("?"), options).catch(() => {});
  try {
    await trial.waitFor(Promise.race([calling, tooLong.promise]), {
      waitingFor: `call() to send its ${attempts} attempts and give up`,
      likely: "Send the first attempt at once.",
      read: AGAIN,
    });
  } finally {
    clearInterval(noise);
    timers.forEach(clearTimeout);
    socket.close();
  }
  const wrong = waits.findIndex((wait) => !wait.isLong || wait.isTooLong);
  if (wrong === -1) return undefined;
  const { isTooLong } = waits[wrong];
  const what = wrong + 1 === attempts ? "gave up" : "asked again";
  return {
    problem: `After attempt ${wrong + 1}, call() ${what} ` +
      `${isTooLong ? "much too late" : "too early"}.`,
    expected: `${timeoutMs} ms after each attempt`,
    likely: isTooLong ? TOO_LONG : TOO_SHORT,
    read: AGAIN,
  };
}
