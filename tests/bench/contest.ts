/**
 * A contest: the same work done by several contenders in turn, in one run, so
 * that whatever else the machine does slows them all alike.
 *
 * @module
 */

/** One way to do the work. */
export interface Contender {
  /** What it is, for example `lib/net`. */
  name: string;
  /** Does the work once; gives a number in the contest's unit. */
  run: () => Promise<number>;
}

/** What is compared. */
export interface Contest {
  /** What the work is. */
  title: string;
  /** What the numbers count: `round trips/s`. */
  unit: string;
  /**
   * Which numbers are good.
   *
   * @default "more"
   */
  better?: "more" | "less";
  /**
   * Whether it takes so long that nobody does it once without counting.
   *
   * @default false
   */
  isLong?: boolean;
  /** Who takes part; the first is the one that the others are compared with. */
  contenders: Contender[];
  /**
   * What the numbers say in a sentence, once they are there.
   *
   * @default {undefined} nothing
   */
  verdict?: (result: Result) => string;
}

/** The middle of several numbers, and where the middle half of them is. */
export interface Summary {
  median: number;
  quartiles: [lower: number, upper: number];
}

/** How one contender did. */
export interface Standing extends Summary {
  name: string;
  /** Its number in each round. */
  numbers: number[];
  /** Its number over the first contender's of the same round. */
  ratio: Summary;
}

/** How a contest ended. */
export interface Result {
  title: string;
  unit: string;
  better: "more" | "less";
  rounds: number;
  standings: Standing[];
}

/**
 * Lets all contenders take turns, each round in another order.
 *
 * @param contest Who does what.
 * @param rounds How many times each does it, after once that does not count.
 * @returns Medians, ratios and their spread.
 */
export async function compete(
  contest: Contest,
  rounds: number,
): Promise<Result> {
  const { title, unit, better = "more", contenders } = contest;
  const numbers = contenders.map((): number[] => []);
  // The first time is for compilers and caches.
  if (!contest.isLong) { for (const { run } of contenders) await run(); }
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < contenders.length; turn++) {
      // Nobody always comes after the same one.
      const who = (turn + round) % contenders.length;
      numbers[who].push(await contenders[who].run());
    }
  }
  const standings = contenders.map(({ name }, who) => ({
    name,
    ...summarise(numbers[who]),
    numbers: numbers[who],
    ratio: ratioOf(numbers[who], numbers[0]),
  }));
  return { title, unit, better, rounds, standings };
}

/**
 * Compares two round by round: what slows the machine for a while slows both.
 *
 * @param one The numbers of one.
 * @param other Those of the other, in the same rounds.
 * @returns How many times the other's number the one's is.
 */
export function ratioOf(one: number[], other: number[]): Summary {
  return summarise(one.map((number, round) => number / other[round]));
}

/**
 * Finds the middle of numbers, and how far they are spread around it.
 *
 * @param numbers At least one.
 * @returns The median and the quartiles, between two numbers where need be.
 */
export function summarise(numbers: number[]): Summary {
  const sorted = numbers.toSorted((a, b) => a - b);
  const at = (share: number) => {
    const place = share * (sorted.length - 1);
    const below = sorted[Math.floor(place)];
    const above = sorted[Math.ceil(place)];
    return below + (above - below) * (place - Math.floor(place));
  };
  return { median: at(0.5), quartiles: [at(0.25), at(0.75)] };
}
