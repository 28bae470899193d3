/** How an answer to 11.3 is checked. */
import { seededRandom } from "../../../lib/net/mod.ts";
import { checkFunction, type Trial } from "../../../lib/workbook/kit/mod.ts";
import * as solution from "../solution.ts";
import type { SeqLess } from "../types.ts";

const HALF = 2 ** 31;
const LAST = 2 ** 32 - 1;
const RANDOM_COUNT = 500;

const WRAPAROUND = "After 4294967295 comes 0, so 0 is one step ahead of " +
  "4294967295. `a < b` doesn't know that: look at the distance, modulo 2^32.";

type Pair = [a: number, b: number];

/** Pairs to compare, and what a wrong result means. */
const CASES: [step: string, pairs: Pair[], likely: string][] = [
  [
    "numbers far from the wraparound",
    [[5, 7], [7, 5], [0, 1], [1, 0]],
    "Far from the wraparound, sequence numbers compare like any others: 5 " +
    "comes before 7, and 7 doesn't come before 5.",
  ],
  [
    "equal numbers",
    [[7, 7], [0, 0], [LAST, LAST]],
    "A number doesn't come before itself: use `<`, not `<=`.",
  ],
  [
    "neighbors in the middle of the sequence space",
    [[HALF - 1, HALF], [HALF, HALF - 1], [HALF - 5, HALF + 5]],
    "These are neighbors like any others. `| 0` and `>> 0` make signed numbers " +
    "of `a` and `b`, so 2147483648 becomes -2147483648: make one of their " +
    "difference instead, or make unsigned ones with `>>> 0`.",
  ],
  [
    "one number before the wraparound, one after it",
    [[LAST, 0], [0, LAST], [4294967290, 5], [5, 4294967290]],
    WRAPAROUND,
  ],
  [
    "almost half the sequence space apart",
    [
      [0, HALF - 1],
      [HALF + 1, 0],
      [HALF, LAST],
      [LAST, HALF - 2],
      [3_000_000_000, 852_516_351],
    ],
    "The way forward is one step less than half the sequence space, so it's " +
    "the shorter way, if only just.",
  ],
  [
    "exactly half the sequence space apart",
    [[0, HALF], [HALF, 0], [7, HALF + 7], [LAST, HALF - 1]],
    "Exactly half the sequence space apart, both ways are equally long, and " +
    "neither number comes before the other. (a - b) | 0 is -2147483648 in both " +
    "orders, so `< 0` is true for both.",
  ],
  [
    "slightly more than half the sequence space apart",
    [[0, HALF + 1], [HALF - 1, 0], [1, LAST]],
    "The way forward is longer than half the sequence space, so the shorter " +
    "way leads backward.",
  ],
  [`${RANDOM_COUNT} random pairs, in both orders`, randomPairs(), WRAPAROUND],
];

/** Checks an answer to 11.3, `seqLess()`. */
export async function checkSeqLess(
  seqLess: SeqLess,
  trial: Trial,
): Promise<void> {
  const cases = CASES.flatMap(([step, pairs, likely]) =>
    pairs.map((args) => ({
      step,
      args,
      returns: solution.seqLess(...args),
      likely,
    }))
  );
  await checkFunction(trial, seqLess, cases, {
    name: "seqLess",
    explain: ({ value, error }) =>
      error === undefined && typeof value !== "boolean"
        ? "Return true or false: whether `a` comes before `b`."
        : undefined,
  });
}

function randomPairs(): Pair[] {
  const random = seededRandom(1982);
  return Array.from({ length: RANDOM_COUNT }, () => {
    const a = Math.floor(random() * 2 ** 32);
    // Small distances are as likely as large ones.
    const ahead = Math.floor(2 ** (random() * 32));
    return [a, (a + ahead) % 2 ** 32] satisfies Pair;
  }).flatMap(([a, b]): Pair[] => [[a, b], [b, a]]);
}
