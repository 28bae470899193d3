/** How an answer to 11.3 is checked. */
import { seededRandom } from "../../../lib/net/mod.ts";
import {
  type Exercise,
  exercise,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";
import * as solution from "../solution.ts";
import type { SeqLess } from "../types.ts";

const CIRCLE = "Round in a circle";
const HALF = 2 ** 31;
const LAST = 2 ** 32 - 1;
const RANDOM_COUNT = 500;

/**
 * Makes exercise 11.3.
 *
 * @returns The exercise.
 */
export function makeSeqLess(): Exercise<unknown> {
  return exercise<SeqLess>({
    id: "11.3",
    pure: true,
    title: "Before, in a circle",
    solution: solution.seqLess,
    hints: [
      "4294967290 and 5: which of them comes first, when the stream has just " +
      "come round? How far is it from the one to the other, going forward?",
      "Subtract, and take the result modulo 2^32, so that it is how far one " +
      "must go forward from a to b: between 0 and 4294967295. Then compare " +
      "that with half the circle, and look at 0 and at the half itself.",
      "Nearly the code:\n" +
      "    const ahead = (b - a) >>> 0; // modulo 2 ** 32\n" +
      "`ahead` is 0 for the same number, and 2 ** 31 for exactly half the " +
      "circle. Neither of those two counts as before.",
    ],
    read: CIRCLE,
    check: checkSeqLess,
  });
}

const PLAIN = "Away from the end of the circle it is as with other numbers.";
const WRAP = "Behind 4294967295 comes 0, so from 4294967295 to 0 it is one " +
  "step forward. `a < b` knows nothing of that: look at how far it is.";
const SAME = "A number does not come before itself: `<`, not `<=`.";
const JUST_BELOW = "The way forward is one less than half the circle: the " +
  "shorter way, if only just.";
const EXACTLY = "Exactly half the circle apart, both ways are equally long, " +
  "and neither comes before the other. (a - b) | 0 is -2147483648 for both " +
  "orders, so `< 0` is true for both.";
const JUST_ABOVE = "The way forward is longer than half the circle, so the " +
  "shorter way leads back.";

/** Pairs, what is right, and what it means if it goes wrong. */
const CASES: [step: string, pairs: [number, number][], likely: string][] = [
  ["numbers like any others", [[5, 7], [7, 5], [0, 1], [1, 0]], PLAIN],
  ["the same number twice", [[7, 7], [0, 0], [LAST, LAST]], SAME],
  ["one before the end, the other behind it", [
    [LAST, 0],
    [0, LAST],
    [4294967290, 5],
    [5, 4294967290],
  ], WRAP],
  ["nearly half the circle apart", [
    [0, HALF - 1],
    [HALF - 1, 0],
    [HALF, LAST],
    [LAST, HALF - 2],
    [3_000_000_000, 852_516_351],
  ], JUST_BELOW],
  ["exactly half the circle apart", [
    [0, HALF],
    [HALF, 0],
    [7, HALF + 7],
    [LAST, HALF - 1],
  ], EXACTLY],
  ["a little more than half the circle apart", [
    [0, HALF + 1],
    [HALF + 1, 0],
    [1, LAST],
  ], JUST_ABOVE],
];

function checkSeqLess(seqLess: SeqLess, trial: Trial): void {
  for (const [step, pairs, likely] of CASES) {
    trial.step(step);
    for (const [a, b] of pairs) expectLess(seqLess, a, b, trial, likely);
  }
  trial.step(`${RANDOM_COUNT} random pairs, in both orders`);
  const random = seededRandom(1982);
  for (let i = 0; i < RANDOM_COUNT; i++) {
    const a = Math.floor(random() * 2 ** 32);
    // Small distances are as likely as large ones.
    const ahead = Math.floor(2 ** (random() * 32));
    const b = (a + ahead) % 2 ** 32;
    expectLess(seqLess, a, b, trial, WRAP);
    expectLess(seqLess, b, a, trial, WRAP);
  }
}

function expectLess(
  seqLess: SeqLess,
  a: number,
  b: number,
  trial: Trial,
  likely: string,
): void {
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
