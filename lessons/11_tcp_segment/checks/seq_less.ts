/** Checks answers to 11.3. */
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
  "4294967295. `a < b` doesn't know that. Look at the distance, modulo 2 ** 32.";

type Pair = [a: number, b: number];

/** Pairs to compare, and the likely cause of a wrong result. */
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
    "A number doesn't come before itself. Use `<`, not `<=`, and require a " +
    "distance above 0.",
  ],
  [
    "neighbors in the middle of the sequence space",
    [[HALF - 1, HALF], [HALF, HALF - 1], [HALF - 5, HALF + 5]],
    "These are neighbors like any others. `| 0`, `>> 0`, and `&` turn `a` and " +
    "`b` into signed numbers, so 2147483648 becomes -2147483648. Do that to " +
    "their difference instead, or get unsigned numbers with `>>> 0`.",
  ],
  [
    "numbers with the same lower 16 bits",
    [[7, 65_543], [65_543, 7]],
    "These numbers are 65,536 apart. Look at all 32 bits, not only the lower 16.",
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
    "the shorter way, but only just.",
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
    "The way forward is longer than half the sequence space, so the way back is " +
    "shorter.",
  ],
  [`${RANDOM_COUNT} random pairs, in both orders`, randomPairs(), WRAPAROUND],
];

const UNSIGNED =
  "Your distance can be negative, and then it's always less than half the " +
  "sequence space. `|`, `&` (even `& 0xffffffff`), and `<<` give signed 32-bit " +
  "numbers, and `%` keeps the sign. `>>> 0` gives an unsigned number.";

/** Makes a comparison that takes a distance below `half` for forward. */
const isWithin = (half: number) => (a: number, b: number) =>
  a !== b && ((b - a) >>> 0) < half;

/** Comparisons that are wrong for some pairs, and their diagnoses. */
const MISTAKES: Mistake<Pair>[] = [
  [(a, b) => a < b, WRAPAROUND],
  [
    (a, b) => solution.seqLess(b, a),
    "You measure the way from `b` to `a`. The way forward from `a` to `b` is " +
    "`b - a`, modulo 2 ** 32.",
  ],
  [
    () => false,
    "You return false for every pair. `1 << 31` is -2147483648, because `<<` " +
    "gives signed numbers, and no distance is less than that. Write 2 ** 31.",
  ],
  [() => true, UNSIGNED],
  [(a, b) => a !== b, UNSIGNED],
  [(a, b) => a > b || solution.seqLess(a, b), UNSIGNED],
  [
    (a, b) => b > a && b - a < HALF,
    "You lose the wraparound. If `b` comes after it, `b - a` is negative. In " +
    "JavaScript, `%` keeps the sign, so (5 - 4294967290) % 2 ** 32 isn't 11. " +
    "`>>> 0` takes a number modulo 2 ** 32, and the result is unsigned.",
  ],
  [
    (a, b) => a !== b && Math.abs(b - a) < HALF,
    "Math.abs() forgets the direction: it's as far from 5 to 7 as from 7 to 5. " +
    "Measure the way forward: `b - a`, modulo 2 ** 32.",
  ],
  [
    (a, b) => a !== 0 && b !== 0 && solution.seqLess(a, b),
    "0 is a sequence number like any other, but it's falsy: `!a` is true for 0. " +
    "You always get both numbers, so don't test for that.",
  ],
  [
    (a, b) => {
      const ahead = ((b - a) % LAST + LAST) % LAST;
      return ahead > 0 && ahead < HALF;
    },
    "There are 4294967296 sequence numbers, from 0 to 4294967295. Take the " +
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
    "In JavaScript, `^` is exclusive or, not a power: `2 ^ 31` is 29. Write " +
    "2 ** 31.",
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
