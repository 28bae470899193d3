import { seededRandom } from "../../../lib/net/mod.ts";
import type { Trial } from "../../../lib/workbook/kit/mod.ts";
import * as solution from "../solution.ts";
import type { SeqLess } from "../types.ts";

const HALF = 2 ** 31;
const LAST = 2 ** 32 - 1;
const RANDOM_COUNT = 500;

const WRAPAROUND = "After 4294967295 comes 0, so 0 is one step ahead of " +
  "4294967295. `a < b` doesn't know that: look at the distance, modulo 2^32.";

/** Pairs to compare, and what a wrong result means. */
const CASES: [step: string, pairs: [number, number][], likely: string][] = [
  [
    "numbers far from the wraparound",
    [[5, 7], [7, 5], [0, 1], [1, 0]],
    "Far from the wraparound, sequence numbers compare like any others.",
  ],
  [
    "equal numbers",
    [[7, 7], [0, 0], [LAST, LAST]],
    "A number doesn't come before itself: use `<`, not `<=`.",
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
];

/** Checks an answer to 11.3, `seqLess()`. */
export function checkSeqLess(seqLess: SeqLess, trial: Trial): void {
  function expectRight(a: number, b: number, likely: string): void {
    const expected = solution.seqLess(a, b);
    const received = seqLess(a, b);
    if (received === expected) return;
    trial.fail({
      problem: `seqLess(${a}, ${b}) is wrong.`,
      expected: `${expected}`,
      received: Deno.inspect(received),
      likely: typeof received === "boolean"
        ? likely
        : "Return true or false: whether `a` comes before `b`.",
    });
  }

  for (const [step, pairs, likely] of CASES) {
    trial.step(step);
    for (const [a, b] of pairs) expectRight(a, b, likely);
  }
  trial.step(`${RANDOM_COUNT} random pairs, in both orders`);
  const random = seededRandom(1982);
  for (let i = 0; i < RANDOM_COUNT; i++) {
    const a = Math.floor(random() * 2 ** 32);
    // Small distances are as likely as large ones.
    const ahead = Math.floor(2 ** (random() * 32));
    const b = (a + ahead) % 2 ** 32;
    expectRight(a, b, WRAPAROUND);
    expectRight(b, a, WRAPAROUND);
  }
}
