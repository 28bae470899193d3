/** Checks answers to 16.2. */
import { seededRandom } from "../../../lib/net/mod.ts";
import {
  type CallResult,
  checkClass,
  type MethodCall,
  type ObjectCase,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";
import { RetransmitTimer as Solution } from "../solution.ts";
import type { RetransmitTimerClass } from "../types.ts";

/** A sample in milliseconds, or a timeout. */
type Event = number | "backOff";

/**
 * The events; what `rtoMs` must be afterward; the advice if it's wrong, and the
 * advice for certain wrong values.
 */
type Step = [
  events: Event[],
  rtoMs: number,
  likely: string,
  known?: Record<number, string>,
];

const FIRST = "The first sample sets srtt to R and rttvar to R / 2: rtoMs is " +
  "400 + 4 × 200.";
const SECOND = "In both averages, the old value counts most: 3/4 in rttvar, " +
  "7/8 in srtt. Here, rttvar is 3/4 × 200 + 1/4 × 800 = 350, and srtt 500.";
const THIRD = "Here, rttvar is 3/4 × 350 + 1/4 × 400 = 362.5, and srtt 450.";
const ORDER = "rttvar uses the mean before this sample: update it before you " +
  "change srtt.";
const SIGN =
  "A distance has no sign: a round trip 100 ms shorter than the mean changes " +
  "rttvar as much as one 100 ms longer. Take Math.abs() of the difference.";
const AFTER_0 = "Here, rttvar is 1/4 × 800 = 200, and srtt 1/8 × 800 = 100.";
const NO_SAMPLE = "0 is a measurement, so the next sample isn't the first. " +
  "`!srtt` is true for 0 too: compare with undefined.";
const LIKE_AT_FIRST =
  "After two samples of 400, rtoMs is 1000 by chance. That " +
  "doesn't mean that nothing was measured: keep srtt undefined until the first " +
  "sample, and look at that.";
const STEADY =
  "While the round trips don't vary, rttvar shrinks by a quarter " +
  "each time, and rtoMs gets close to srtt.";
const FLOOR =
  "The minimum of 200 ms is for rtoMs as a whole. You use a minimum for " +
  "4 × rttvar instead, as Linux does, so rtoMs is too long.";
const RFC_FLOOR = "RFC 6298 suggests at least 1000, and Linux uses 200. The " +
  "task says 200: on a fast network, a second is a long time.";
const ROUNDED = "Don't round srtt or rttvar: both are averages, and if each " +
  "sample drops a part of them, they never get to where they should.";
const LEAST = "rtoMs is at least 200: otherwise, a short pause of the peer " +
  "looks like a loss.";
const MOST = "rtoMs is at most 60000 ms, after backOff() too.";
const DOUBLES = "backOff() doubles rtoMs, each time.";
const SAMPLE_ENDS = "A sample ends the doubling: afterward, rtoMs depends " +
  "only on srtt and rttvar.";
const ONLY_RTO = "Limit only rtoMs, and not srtt or rttvar.";

const CASES: ObjectCase[] = [
  story("nothing has been measured yet", [
    [[], 1000, "Before the first sample, rtoMs is 1000."],
  ]),
  story("round trips take 400, 1200, and 100 ms", [
    [[400], 1200, FIRST],
    [[1200], 1900, SECOND, { 300: SIGN, 1800: ORDER }],
    [[100], 1900, THIRD, { 1100: SIGN, 1900: ROUNDED }],
  ]),
  story("a first round trip takes 0 ms, by a coarse clock, and the next 800", [
    [[0, 800], 900, AFTER_0, { 2400: NO_SAMPLE }],
  ]),
  story("round trips take 400, 400, and 800 ms", [
    [[400, 400], 1000, "Here, rttvar is 3/4 × 200 = 150, and srtt 400."],
    [
      [800],
      1300,
      "Here, rttvar is 3/4 × 150 + 1/4 × 400 = 212.5, and srtt 450.",
      {
        2400: LIKE_AT_FIRST,
      },
    ],
  ]),
  story("20 round trips take 500 ms each", [
    [Array(20).fill(500), 504.23, STEADY, {
      550: FLOOR,
      600: FLOOR,
      700: FLOOR,
    }],
  ]),
  story("one round trip takes 400 ms, and then 40 take 404", [
    [[400, ...Array(40).fill(404)], 404.14, ROUNDED],
  ]),
  story("one round trip takes 404 ms, and then 40 take 400", [
    [[404, ...Array(40).fill(400)], 400.18, ROUNDED],
  ]),
  story("20 round trips take 1 ms each, and then nothing is acknowledged", [
    [Array(20).fill(1), 200, LEAST],
    [["backOff"], 400, DOUBLES],
    [["backOff"], 800, DOUBLES],
    [Array(10).fill("backOff"), 60_000, MOST],
    [[1], 200, SAMPLE_ENDS],
    [["backOff"], 400, SAMPLE_ENDS],
  ]),
  story("the very first segment isn't acknowledged", [
    [["backOff"], 2000, DOUBLES],
    [[400], 1200, SAMPLE_ENDS],
  ]),
  story("two round trips take 100 s each, and then 30 take 1 s", [
    [[100_000], 60_000, "rtoMs is at most 60000, after a sample too."],
    [[100_000, ...Array(30).fill(1000)], 17_107.9, ONLY_RTO],
  ]),
];

/** Checks an answer to 16.2. */
export async function checkRetransmitTimer(
  RetransmitTimer: RetransmitTimerClass,
  trial: Trial,
): Promise<void> {
  const random = seededRandom(162);
  await checkClass(
    trial,
    () => new RetransmitTimer(),
    [
      ...CASES,
      ...Array.from({ length: 10 }, () => randomStory(random)),
    ],
    { name: "RetransmitTimer" },
  );
}

/** Events for one timer, with a look at `rtoMs` after each step. */
function story(step: string, steps: Step[]): ObjectCase {
  let doublings = 0;
  return {
    step,
    calls: steps.flatMap(([events, rtoMs, likely, known = {}]) => {
      for (const event of events) {
        doublings = event === "backOff" ? doublings + 1 : 0;
      }
      // Answers may round, and then double what they've rounded.
      const tolerance = Number.isInteger(rtoMs) ? 0 : 2 ** doublings;
      return [
        ...events.map((event): MethodCall =>
          event === "backOff"
            ? { do: "backOff", args: [] }
            : { do: "sample", args: [event] }
        ),
        {
          do: "rtoMs",
          returns: rtoMs,
          accepts: (value: number) => Math.abs(value - rtoMs) <= tolerance,
          likely: ({ value }: CallResult) =>
            value === 1000 && rtoMs < 1000
              ? RFC_FLOOR
              : Object.entries(known).find(([ms]) =>
                Math.abs(Number(value) - Number(ms)) < 5
              )?.[1] ?? likely,
        },
      ];
    }),
  };
}

/** Random events, compared with the workbook's own timer. */
function randomStory(random: () => number): ObjectCase {
  const right = new Solution();
  const events: Event[] = [];
  const steps = Array.from({ length: 20 }, (): Step => {
    const ms = Math.floor(random() * 2000) + 0.3;
    const event: Event = random() < 0.7 ? ms : "backOff";
    events.push(event);
    if (event === "backOff") right.backOff();
    else right.sample(event);
    const likely = `So far: ${
      events.map((one) => one === "backOff" ? "backOff()" : `sample(${one})`)
        .join(", ")
    }.`;
    return [[event], right.rtoMs, likely];
  });
  const step = "10 timers get random samples and back off at random";
  return story(step, steps);
}
