/**
 * Runs an answer that reads a stream through a table of cases, with probes for
 * mistakes that a table's author wouldn't think of.
 *
 * @module
 */
import { PROBES } from "./probes.ts";
import { StreamDriver } from "./stream_driver.ts";
import { readInTurn } from "./stream_turns.ts";
import {
  endOf,
  stepOf,
  type StreamAdvice,
  type StreamAnswer,
  type StreamCase,
  type StreamResult,
  type StreamRun,
} from "./stream_types.ts";
import { TimerWatch } from "./timer_watch.ts";
import type { Trial } from "./trial.ts";
import { bytesIn, toBytes } from "./values.ts";

/**
 * Checks an answer that reads a stream by a table of cases.
 *
 * Every case runs over a {@linkcode FakeConn} in one piece, and then again; in
 * the pieces of the case; in reads of 1, 5, and 4096 bytes; with bytes in the
 * arguments as views into larger buffers; and over a real socket. Then two
 * connections are read alternately, and the caller leaves a generator early.
 * After an expected failure, the first good stream runs again. After each run,
 * the connection must be open or closed, as the answer says, only the expected
 * bytes may have been sent, and no timer or read may be left.
 *
 * @param trial The run of the check.
 * @param answer The answer.
 * @param cases The table.
 * @throws {CheckFailed} If any run goes wrong.
 */
export async function checkStream(
  trial: Trial,
  answer: StreamAnswer,
  cases: StreamCase[],
): Promise<void> {
  using timers = trial.use(new TimerWatch());
  const driver = new StreamDriver(trial, answer, timers);
  const good = cases.filter(canBeHalved);
  for (const one of cases) {
    trial.step(stepOf(one), one.ifEndless);
    for (const run of runsOf(one, answer)) {
      await driver.run(one, run);
      if (good.length > 0 && isFailing(one) && isQuick(run)) {
        const probe = PROBES.afterFailure(`${answer.name}()`);
        await driver.run(good[0], { probe });
      }
    }
  }
  if (good.length === 0) return;
  trial.step("the first stream again, after all the others");
  await driver.run(good[0], { probe: PROBES.state(`${answer.name}()`) });
  trial.step("two connections are used at the same time");
  for (const [i, one] of good.slice(0, 3).entries()) {
    const other = good[(i + 1) % good.length];
    await driver.runTwo(one, other);
    for (const isLate of [false, true]) {
      await readInTurn(trial, answer, [one, other], isLate);
    }
  }
  await driver.leaveEarly(good[0]);
}

/**
 * Creates the `open` function of an answer that's called once for each
 * argument.
 *
 * @param call A function that calls the answer; `null` and `undefined` become
 * `"nothing"`.
 * @returns The `open` function for {@linkcode checkStream}.
 */
export function forEachArgument<A>(
  call: (conn: Deno.Conn, arg: A) => Promise<unknown>,
): StreamAnswer["open"] {
  return (conn, ...args: A[]) => async () =>
    args.length === 0 ? null : await call(conn, args.shift()!) ?? "nothing";
}

/**
 * The most reads in one run, which take about a second; a read size that needs
 * more is skipped.
 */
const MAX_READS = 50_000;

/**
 * A stream with this many bytes isn't read twice, because a slow answer would
 * take too long.
 */
const LARGE = 32 * 1024;

/** Returns the runs of one case, in order. */
function runsOf(
  one: StreamCase,
  { name, cut }: StreamAnswer,
): StreamRun[] {
  const { sends = "", then = "end", readSizes = [1, 5, 4096] } = one;
  const size = sizeOf(one);
  const runs: StreamRun[] = [{}];
  if (size + toBytes(one.writes ?? "").length < LARGE) {
    runs.push({ probe: PROBES.twice(`${name}()`) });
  }
  if (bytesIn(one.args).length > 0) {
    runs.push({ views: true, probe: PROBES.views(`${name}()`) });
  }
  if (one.early || one.endless !== undefined) return runs;
  const likely = (result: StreamResult) =>
    adviceFor(one.cut, result) ?? adviceFor(cut, result);
  if (Array.isArray(sends)) runs.push({ inPieces: true, likely });
  for (const readSize of readSizes) {
    if (readSize >= size || size / readSize > MAX_READS) continue;
    runs.push({ readSize, likely });
  }
  // A real connection would fail at an unpredictable moment.
  const fails = one.breakAt !== undefined || one.closeWriteError !== undefined;
  if (then === "end" && !fails) runs.push({ overSocket: true });
  return runs;
}

function adviceFor(advice: StreamAdvice | undefined, result: StreamResult) {
  return typeof advice === "function" ? advice(result) : advice;
}

function isFailing(one: StreamCase): boolean {
  return typeof endOf(one) !== "string";
}

/** Returns whether the first good stream runs again after a run. */
function isQuick({ readSize = 1, overSocket, probe }: StreamRun): boolean {
  return readSize === 1 && !overSocket && probe === undefined;
}

/** Returns whether two connections can be read alternately with a case. */
function canBeHalved(one: StreamCase): boolean {
  const { values = [], then = "end", endless } = one;
  return values.length > 0 && then === "end" && endless === undefined &&
    ["end", "more"].includes(String(endOf(one))) &&
    sizeOf(one) < 10_000;
}

function sizeOf({ sends = "" }: StreamCase): number {
  return [sends].flat().reduce((sum, piece) => sum + toBytes(piece).length, 0);
}
