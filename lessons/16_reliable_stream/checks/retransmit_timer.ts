/** How an answer to 16.2 is checked. */
import { seededRandom } from "../../../lib/net/mod.ts";
import {
  type Exercise,
  exercise,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";
import * as solution from "../solution.ts";
import type { TimerClass, Timing } from "../types.ts";

/** Answers may round, in milliseconds. */
const TOLERANCE = 1;

const SIGN =
  "A distance has no sign: a round trip that is shorter than the mean and one " +
  "that is longer by as much count the same in rttvar. Take Math.abs() of the " +
  "difference.";

/**
 * Makes exercise 16.2.
 *
 * @returns The exercise.
 */
export function makeRetransmitTimer(): Exercise<unknown> {
  return exercise<TimerClass>({
    id: "16.2",
    pure: true,
    title: "How long to wait",
    solution: solution.RetransmitTimer,
    hints: [
      "Round trips of 100, 100, 100 and of 20, 180, 100: the mean is the same. " +
      "Which of the two needs the longer time-out?",
      "Keep three numbers: srtt (undefined before the first sample), rttvar " +
      "and rto. Limit rto where it is set, and keep srtt and rttvar unlimited.",
      "For each sample but the first:\n" +
      "    rttvar = 0.75 * rttvar + 0.25 * Math.abs(srtt - r);\n" +
      "    srtt = 0.875 * srtt + 0.125 * r;\n" +
      "    rto = Math.min(60000, Math.max(200, srtt + 4 * rttvar));",
    ],
    read: "How long to wait",
    check: checkTimer,
  });
}

function checkTimer(RetransmitTimer: TimerClass, trial: Trial): void {
  trial.step("nothing is measured yet");
  const timer = new RetransmitTimer();
  expectRto(timer, 1000, trial, "Before the first sample rtoMs is 1000.");

  trial.step("the first round trip takes 400 ms");
  timer.sample(400);
  expectRto(
    timer,
    1200,
    trial,
    "After the first sample srtt is R, and rttvar begins with R / 2: " +
      "400 + 4 × 200.",
  );

  trial.step("the second one takes 1200 ms");
  timer.sample(1200);
  expectRto(
    timer,
    1900,
    trial,
    isNear(timer.rtoMs, 1800)
      ? "rttvar goes by the mean before this sample: update it before srtt is " +
        "changed."
      : isNear(timer.rtoMs, 300)
      ? SIGN
      : "In either average the old value weighs most: 3/4 in rttvar, 7/8 in " +
        "srtt. Here rttvar is 3/4 × 200 + 1/4 × 800 = 350, srtt 500.",
  );

  trial.step("the third one takes 100 ms");
  timer.sample(100);
  expectRto(
    timer,
    1900,
    trial,
    isNear(timer.rtoMs, 1100)
      ? SIGN
      : "Here rttvar is 3/4 × 350 + 1/4 × 400 = 362.5, srtt 450.",
  );

  trial.step("round trips of 1 ms");
  const quick = new RetransmitTimer();
  for (let i = 0; i < 20; i++) quick.sample(1);
  expectRto(
    quick,
    200,
    trial,
    "rtoMs is at least 200: below that, a pause of the other end would be " +
      "taken for a loss.",
  );

  trial.step("a first round trip of 0 ms, by a coarse clock, and one of 800");
  const coarse = new RetransmitTimer();
  coarse.sample(0);
  coarse.sample(800);
  expectRto(
    coarse,
    900,
    trial,
    isNear(coarse.rtoMs, 2400)
      ? "0 is a measurement, and so the second sample is not the first one " +
        "again. `!srtt` is true of 0 as well: compare with undefined."
      : "Here rttvar is 1/4 × 800 = 200, srtt 1/8 × 800 = 100.",
  );

  trial.step("time after time nothing comes");
  quick.backOff();
  expectRto(quick, 400, trial, "backOff() doubles rtoMs.");
  quick.backOff();
  expectRto(quick, 800, trial, "backOff() doubles rtoMs, each time.");
  for (let i = 0; i < 10; i++) quick.backOff();
  expectRto(
    quick,
    60_000,
    trial,
    "rtoMs is at most 60000 ms, after backOff() too.",
  );

  trial.step("then a round trip of 1 ms is measured");
  quick.sample(1);
  expectRto(
    quick,
    200,
    trial,
    "The next measurement is the truth again: a sample ends the doubling. " +
      "rtoMs follows from srtt and rttvar alone.",
  );

  trial.step("the first round trip takes 50 s");
  const slow = new RetransmitTimer();
  slow.sample(50_000);
  expectRto(slow, 60_000, trial, "rtoMs is at most 60000, after a sample too.");

  trial.step("40 lives at random");
  const random = seededRandom(162);
  for (let i = 0; i < 40; i++) {
    const [one, other] = [
      new RetransmitTimer(),
      new solution.RetransmitTimer(),
    ];
    const calls: string[] = [];
    for (let j = 0; j < 20; j++) {
      const ms = Math.floor(random() * 2000);
      const isSample = random() < 0.7;
      calls.push(isSample ? `sample(${ms})` : "backOff()");
      for (const each of [one, other]) {
        if (isSample) each.sample(ms);
        else each.backOff();
      }
      expectRto(one, other.rtoMs, trial, `This came of ${calls.join(", ")}.`);
    }
  }
}

function isNear(rtoMs: number, expected: number): boolean {
  return Math.abs(rtoMs - expected) <= TOLERANCE;
}

function expectRto(
  { rtoMs }: Timing,
  expected: number,
  trial: Trial,
  likely: string,
): void {
  if (isNear(rtoMs, expected)) return;
  trial.fail({
    problem: "rtoMs is wrong.",
    expected: `${expected}`,
    received: Deno.inspect(rtoMs),
    likely,
  });
}
