/** How an answer to 11.3 is checked. */
import { seededRandom } from "../../../lib/net/mod.ts";
import {
  checkFunction,
  type Mistake,
  mistakeOf,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";
import * as solution from "../solution.ts";
import type { SeqLess } from "../types.ts";

const HALF = 2 ** 31;
const LAST = 2 ** 32 - 1;
const RANDOM_COUNT = 500;

const WRAPAROUND = "After 4294967295 comes 0, so 0 is one step ahead of " +
  "4294967295. `a < b` doesn't know that: look at the distance, modulo 2 ** 32.";

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
    "A number doesn't come before itself: a distance of 0 isn't forward. Use " +
    "`<`, not `<=`, and require a distance above 0.",
  ],
  [
    "neighbors in the middle of the sequence space",
    [[HALF - 1, HALF], [HALF, HALF - 1], [HALF - 5, HALF + 5]],
    "These are neighbors like any others. `| 0`, `>> 0`, and `&` make signed numbers " +
    "of `a` and `b`, so 2147483648 becomes -2147483648: make one of their " +
    "difference instead, or make unsigned ones with `>>> 0`.",
  ],
  [
    "numbers with the same lower 16 bits",
    [[7, 65_543], [65_543, 7]],
    "They're 65,536 apart, like any other numbers: look at all 32 bits.",
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

const UNSIGNED =
  "Your distance can be negative, and then it's less than half the sequence " +
  "space, whatever the numbers: `|`, `&` (also `& 0xffffffff`), and `<<` give " +
  "signed 32-bit numbers, and `%` keeps the sign. `>>> 0` gives an unsigned one.";

/** What comes out as less if the distance is less than `half`. */
const isWithin = (half: number) => (a: number, b: number) =>
  a !== b && ((b - a) >>> 0) < half;

/** Comparisons that are wrong for some pairs, and how they come about. */
const MISTAKES: Mistake<Pair>[] = [
  [(a, b) => a < b, WRAPAROUND],
  [
    (a, b) => solution.seqLess(b, a),
    "You measure the way from `b` to `a`. The way forward from `a` to `b` is " +
    "`b - a`, modulo 2 ** 32.",
  ],
  [
    () => false,
    "It's false for every pair. `1 << 31` is -2147483648, since `<<` gives " +
    "signed numbers, and no distance is less than that: write 2 ** 31.",
  ],
  [() => true, UNSIGNED],
  [(a, b) => a !== b, UNSIGNED],
  [(a, b) => a > b || solution.seqLess(a, b), UNSIGNED],
  [
    (a, b) => b > a && b - a < HALF,
    "You lose the wraparound: if `b` comes after it, `b - a` is negative, and " +
    "`%` keeps the sign in JavaScript, so (5 - 4294967290) % 2 ** 32 isn't 11. " +
    "`>>> 0` takes a number modulo 2 ** 32 and gives an unsigned one.",
  ],
  [
    (a, b) => a !== b && Math.abs(b - a) < HALF,
    "Math.abs() forgets the direction: from 5 to 7 it's as far as from 7 to 5. " +
    "Measure the way forward: `b - a`, modulo 2 ** 32.",
  ],
  [
    (a, b) => a !== 0 && b !== 0 && solution.seqLess(a, b),
    "0 is a sequence number like any other, but it's falsy: `!a` is true for " +
    "it. Both numbers are always there, so don't ask for that.",
  ],
  [
    (a, b) => {
      const ahead = ((b - a) % LAST + LAST) % LAST;
      return ahead > 0 && ahead < HALF;
    },
    "There are 4294967296 sequence numbers, from 0 to 4294967295: take the " +
    "distance modulo 2 ** 32, or use `>>> 0`.",
  ],
  ...[HALF, 2 ** 16, 2 ** 15].map((half): Mistake<Pair> => [
    (a, b) => isWithin(half)(0, (b - a) & 0xffff),
    "You look at only 16 bits of the distance: `& 0xffff` drops the upper ones. " +
    "Sequence numbers have 32 bits, and `>>> 0` keeps them all.",
  ]),
  ...[2 ** 16, 2 ** 15].map((half): Mistake<Pair> => [
    isWithin(half),
    `You count only distances below ${half} as forward. Half the sequence space ` +
    "is 2 ** 31.",
  ]),
  ...[2, 32].map((base): Mistake<Pair> => [
    isWithin(base ^ 31),
    "`^` isn't a power in JavaScript, but an exclusive or: `2 ^ 31` is 29. " +
    "Write 2 ** 31.",
  ]),
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
  const pairs = CASES.flatMap(([, pairs]) => pairs);
  await checkFunction(trial, seqLess, cases, {
    name: "seqLess",
    explain: ({ value, error }) =>
      error !== undefined
        ? undefined
        : typeof value !== "boolean"
        ? "Return true or false: whether `a` comes before `b`."
        : mistakeOf(seqLess, pairs, MISTAKES),
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
