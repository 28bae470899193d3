/** How an answer to 16.2 is checked. */
import { seededRandom } from "../../../lib/net/mod.ts";
import type { Trial } from "../../../lib/workbook/kit/mod.ts";
import { RetransmitTimer as Solution } from "../solution.ts";
import type { RetransmitTimerClass } from "../types.ts";

/** Answers may round, in milliseconds. */
const TOLERANCE = 1;

const SIGN =
  "A distance has no sign: a round trip 100 ms shorter than the mean changes " +
  "rttvar as much as one 100 ms longer. Take Math.abs() of the difference.";

interface Step {
  step: string;
  /** Starts over with a new timer. */
  isNew?: boolean;
  /** The samples to add, or how often to back off. */
  samples?: number[];
  backOffs?: number;
  rtoMs: number;
  /** What it means if `rtoMs` is something else. */
  likely: string;
  /** What certain wrong values mean. */
  known?: Record<number, string>;
}

const STEPS: Step[] = [
  {
    step: "nothing has been measured yet",
    isNew: true,
    rtoMs: 1000,
    likely: "Before the first sample, rtoMs is 1000.",
  },
  {
    step: "the first round trip takes 400 ms",
    samples: [400],
    rtoMs: 1200,
    likely: "The first sample sets srtt to R and rttvar to R / 2: rtoMs is " +
      "400 + 4 × 200.",
  },
  {
    step: "the second round trip takes 1200 ms",
    samples: [1200],
    rtoMs: 1900,
    likely: "In both averages, the old value counts most: 3/4 in rttvar, 7/8 " +
      "in srtt. Here, rttvar is 3/4 × 200 + 1/4 × 800 = 350, and srtt 500.",
    known: {
      300: SIGN,
      1800: "rttvar uses the mean before this sample: update it before you " +
        "change srtt.",
    },
  },
  {
    step: "the third round trip takes 100 ms",
    samples: [100],
    rtoMs: 1900,
    likely: "Here, rttvar is 3/4 × 350 + 1/4 × 400 = 362.5, and srtt 450.",
    known: { 1100: SIGN },
  },
  {
    step: "a first round trip takes 50 s",
    isNew: true,
    samples: [50_000],
    rtoMs: 60_000,
    likely: "rtoMs is at most 60000, after a sample too.",
  },
  {
    step: "a first round trip takes 0 ms, by a coarse clock, and the next 800",
    isNew: true,
    samples: [0, 800],
    rtoMs: 900,
    likely: "Here, rttvar is 1/4 × 800 = 200, and srtt 1/8 × 800 = 100.",
    known: {
      2400: "0 is a measurement, so the next sample isn't the first. `!srtt` " +
        "is true for 0 too: compare with undefined.",
    },
  },
  {
    step: "round trips take 1 ms",
    isNew: true,
    samples: Array(20).fill(1),
    rtoMs: 200,
    likely:
      "rtoMs is at least 200: otherwise, a short pause of the peer looks " +
      "like a loss.",
  },
  {
    step: "no acknowledgment arrives",
    backOffs: 1,
    rtoMs: 400,
    likely: "backOff() doubles rtoMs.",
  },
  {
    step: "again, no acknowledgment arrives",
    backOffs: 1,
    rtoMs: 800,
    likely: "backOff() doubles rtoMs each time.",
  },
  {
    step: "ten more times, no acknowledgment arrives",
    backOffs: 10,
    rtoMs: 60_000,
    likely: "rtoMs is at most 60000 ms, after backOff() too.",
  },
  {
    step: "then a round trip takes 1 ms",
    samples: [1],
    rtoMs: 200,
    likely:
      "A sample ends the doubling: afterward, rtoMs depends only on srtt " +
      "and rttvar.",
  },
];

/** Checks an answer to 16.2. */
export function checkRetransmitTimer(
  RetransmitTimer: RetransmitTimerClass,
  trial: Trial,
): void {
  let timer = new RetransmitTimer();
  for (const { step, isNew, samples = [], backOffs = 0, ...due } of STEPS) {
    trial.step(step);
    if (isNew) timer = new RetransmitTimer();
    for (const rttMs of samples) timer.sample(rttMs);
    for (let i = 0; i < backOffs; i++) timer.backOff();
    expectRto(timer.rtoMs, due, trial);
  }

  trial.step("40 timers get random samples and back off at random");
  const random = seededRandom(162);
  for (let i = 0; i < 40; i++) {
    const [timer, right] = [new RetransmitTimer(), new Solution()];
    const calls: string[] = [];
    for (let j = 0; j < 20; j++) {
      const ms = Math.floor(random() * 2000);
      const isSample = random() < 0.7;
      calls.push(isSample ? `sample(${ms})` : "backOff()");
      for (const each of [timer, right]) {
        if (isSample) each.sample(ms);
        else each.backOff();
      }
      const likely = `The calls so far: ${calls.join(", ")}.`;
      expectRto(timer.rtoMs, { rtoMs: right.rtoMs, likely }, trial);
    }
  }
}

function expectRto(
  received: number,
  { rtoMs, likely, known = {} }: Pick<Step, "rtoMs" | "likely" | "known">,
  trial: Trial,
): void {
  const isNear = (ms: number) => Math.abs(received - ms) <= TOLERANCE;
  if (isNear(rtoMs)) return;
  const cause = Object.entries(known).find(([ms]) => isNear(Number(ms)));
  trial.fail({
    problem: `rtoMs is ${Deno.inspect(received)}, not ${rtoMs}.`,
    likely: cause?.[1] ?? likely,
  });
}
