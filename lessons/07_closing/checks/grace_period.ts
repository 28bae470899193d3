import { writeAll } from "../../../lib/net/mod.ts";
import {
  connectPair,
  FakeConn,
  PROBES,
  type ShortConn,
  TimerWatch,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";
import type { CloseGracefully } from "../types.ts";
import { DRAIN, explainError } from "./closing_error.ts";

/** The check's own timers, which no TimerWatch is to count. */
const { setTimeout } = globalThis;

/** A peer that never closes its side, and how long to wait for it. */
interface Waiting {
  peer: string;
  options?: { graceMs?: number };
  connect: (trial: Trial) => Promise<FakeConn | ShortConn> | FakeConn;
  /** How much later than the grace period is too late; 700 by default. */
  lateMs?: number;
  /** What it means that the connection isn't closed in time. */
  likely: string;
}

const DEFAULT_MS = 1000;
const DEFAULT = "Without options, or without graceMs, the grace period is " +
  "1000 ms. A timer of `undefined` ms runs at once.";

const SILENT = { peer: "sends nothing", connect: connectSilent };

const CASES: Waiting[] = [
  { ...SILENT, likely: DEFAULT },
  { ...SILENT, options: {}, likely: DEFAULT },
  {
    ...SILENT,
    options: { graceMs: 0 },
    likely:
      "0 is a number like any other, but `graceMs || 1000` takes it for " +
      "a missing one. `??` and a default value don't.",
  },
  {
    ...SILENT,
    options: { graceMs: 200 },
    // So it's reported before the case above, if neither is closed.
    lateMs: 400,
    likely: "read() waits forever for a peer that sends nothing and never " +
      "closes its side. Set a timer that closes the connection: the read() " +
      "then throws Interrupted. graceMs is in milliseconds, as setTimeout() " +
      "takes it.",
  },
  {
    peer: "never stops sending",
    options: { graceMs: 600 },
    connect: connectEndless,
    likely: "The grace period begins with the call, and holds for all reads " +
      "together. If it begins again with each read, a peer that never stops " +
      "keeps you forever.",
  },
  {
    peer: "reads nothing, and a write() still waits",
    options: { graceMs: 200 },
    connect: connectDeaf,
    likely: "closeWrite() waits until everything written before has been " +
      "taken, and a peer that doesn't read takes nothing. The grace period " +
      "begins with the call: set the timer first.",
  },
];

/**
 * Checks that an answer closes the connection when the grace period is over, and
 * not before, whatever the peer does. All of the cases run at the same time.
 *
 * @param closeGracefully The answer.
 * @param trial The run of the check.
 */
export async function checkGracePeriod(
  closeGracefully: CloseGracefully,
  trial: Trial,
): Promise<void> {
  trial.step("peers that never close their side, each for a grace period");
  using timers = new TimerWatch();
  const runs = CASES.map((one) => checkOne(closeGracefully, one, trial));
  await trial.waitFor(Promise.all(runs), {
    waitingFor: "closeGracefully() to return when it has closed",
    likely: "Once the connection is closed, there's nothing left to wait for.",
    read: DRAIN,
  });
  if (timers.runningCount > 0) trial.fail(PROBES.timer("closeGracefully()"));
}

async function checkOne(
  closeGracefully: CloseGracefully,
  { peer, options, connect, lateMs = 700, likely }: Waiting,
  trial: Trial,
): Promise<void> {
  const graceMs = options?.graceMs ?? DEFAULT_MS;
  const args = options === undefined ? "" : `, ${Deno.inspect(options)}`;
  const call = `closeGracefully(conn${args})`;
  // If the machine stands still, all timers are due, those that are too late as
  // well: then it's called once more.
  for (let run = 0; run < 10; run++) {
    const conn = await connect(trial);
    const closed = watchClose(conn);
    const begin = performance.now();
    const returned = trial.start(
      "closeGracefully",
      () =>
        options === undefined
          ? closeGracefully(conn)
          : closeGracefully(conn, { ...options }),
      (error) => explainError(error),
    );
    // Turns instead of the clock: in each of them a timer that is due can run.
    const turns = (graceMs + lateMs) / 20;
    for (let turn = 0; turn < turns && !conn.closed; turn++) {
      await pause(20);
      trial.progress();
    }
    if (!conn.closed) {
      trial.fail({
        problem: `The peer ${peer}, and ${call} hasn't closed the connection ` +
          `${lateMs} ms after its time was up.`,
        likely,
        read: DRAIN,
      });
    }
    const ms = closed.at - begin;
    if (ms < 0.9 * graceMs) {
      trial.fail({
        problem: `The peer ${peer}, and ${call} closed the connection after ` +
          `${Math.round(ms)} ms, before its time was up.`,
        likely: graceMs === DEFAULT_MS
          ? DEFAULT
          : "graceMs is in milliseconds, as setTimeout() takes it. Until it's " +
            "over, only null is the end of the peer's side.",
        read: DRAIN,
      });
    }
    await returned;
    if (ms < graceMs + lateMs) return;
  }
}

/** When a connection is closed. */
function watchClose(conn: FakeConn | ShortConn): { at: number } {
  const closed = { at: Infinity };
  const close = conn.close.bind(conn);
  conn.close = () => {
    closed.at = Math.min(closed.at, performance.now());
    close();
  };
  return closed;
}

async function connectSilent(trial: Trial): Promise<ShortConn> {
  return (await connectPair(trial)).conn;
}

async function connectEndless(trial: Trial): Promise<ShortConn> {
  const { peer, conn } = await connectPair(trial);
  async function send() {
    while (!conn.closed) {
      await writeAll(peer, new Uint8Array(1));
      // Full speed would only warm the machine.
      await pause(1);
    }
  }
  send().catch(() => {});
  return conn;
}

function connectDeaf(trial: Trial): FakeConn {
  const conn = trial.use(new FakeConn({ then: "silence", room: 0 }));
  conn.write(new Uint8Array(1)).catch(() => {});
  return conn;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
