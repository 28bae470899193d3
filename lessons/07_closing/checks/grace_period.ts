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

/** The check's own timer, which a TimerWatch must not count. */
const { setTimeout } = globalThis;

/** A peer whose stream never ends, and how long to wait for it. */
interface Waiting {
  peer: string;
  options?: { graceMs?: number };
  connect: (trial: Trial) => Promise<FakeConn | ShortConn> | FakeConn;
  /** How late the connection may be closed, in milliseconds; 700 by default. */
  lateMs?: number;
  /** The diagnosis if the connection isn't closed in time. */
  likely: string;
}

const DEFAULT_MS = 1000;
const DEFAULT =
  "You don't use the default. Without options, or without graceMs, " +
  "the grace period is 1000 ms. (A timer of `undefined` ms fires at once.)";

const SILENT = { peer: "sends nothing", connect: connectSilent };

const CASES: Waiting[] = [
  { ...SILENT, likely: DEFAULT },
  { ...SILENT, options: {}, likely: DEFAULT },
  {
    ...SILENT,
    options: { graceMs: 0 },
    likely: "You ignored a grace period of 0: `graceMs || 1000` treats 0 as " +
      "missing. `??` and a default value don't.",
  },
  {
    ...SILENT,
    options: { graceMs: 200 },
    // This case is reported before the one above, if neither is closed.
    lateMs: 400,
    likely:
      "You're still waiting in read(), which waits forever for a peer that " +
      "sends nothing and never ends its stream. Set a timer that closes the " +
      "connection: read() then throws Interrupted. graceMs is in milliseconds, " +
      "as in setTimeout().",
  },
  {
    peer: "never stops sending",
    options: { graceMs: 600 },
    connect: connectEndless,
    likely:
      "You restarted the grace period. It starts with the call and applies " +
      "to all reads together. If you restart it for each read, a peer that " +
      "never stops sending keeps you waiting forever.",
  },
  {
    peer: "reads nothing, so an earlier write() is still waiting",
    options: { graceMs: 200 },
    connect: connectDeaf,
    likely: "You waited in closeWrite() without a time limit. It waits for " +
      "earlier writes, and a peer that doesn't read blocks those. The grace " +
      "period starts with the call, so set the timer first.",
  },
];

/**
 * Checks that an answer closes the connection when the grace period is over, and
 * not before, whatever the peer does. All cases run at the same time.
 *
 * @param closeGracefully The answer.
 * @param trial The run of the check.
 */
export async function checkGracePeriod(
  closeGracefully: CloseGracefully,
  trial: Trial,
): Promise<void> {
  trial.step("peers whose streams never end, each with a grace period");
  using timers = new TimerWatch();
  const runs = CASES.map((one) => checkOne(closeGracefully, one, trial));
  await trial.waitFor(Promise.all(runs), {
    waitingFor: "closeGracefully() to return after it has closed",
    likely: "You're still waiting, although the connection is closed. Return.",
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
  // If the machine stalls, all timers are due at once, even those that are too
  // late. Then the check runs once more.
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
    // Counts turns, not time: in each turn, a timer that's due can run.
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
          : "You closed too early. graceMs is in milliseconds, as in " +
            "setTimeout(). Until that time is up, only null means that the " +
            "peer's stream has ended.",
        read: DRAIN,
      });
    }
    await returned;
    if (ms < graceMs + lateMs) return;
  }
}

/** Records when a connection is closed. */
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
      // Full speed would only waste the CPU.
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
