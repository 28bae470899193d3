/**
 * What a bad link does to each datagram, decided by chance from a seed.
 *
 * @module
 */

import { mixSeed, seededRandom } from "./random.ts";

/** How bad one direction of a link is. All shares are from 0 to 1. */
export interface LinkFaults {
  /**
   * Share of datagrams that never arrive.
   *
   * @default 0
   */
  loss?: number;
  /**
   * Share of datagrams that arrive twice.
   *
   * @default 0
   */
  duplication?: number;
  /**
   * Share of datagrams that are held back until others have overtaken them.
   *
   * @default 0
   */
  reordering?: number;
  /**
   * The most that overtake a datagram which is held back, an integer >= 1.
   *
   * @default 3
   */
  overtakers?: number;
  /**
   * How long a datagram is held back if no others come, in milliseconds.
   *
   * @default 10
   */
  holdMs?: number;
  /**
   * How long each datagram is under way, in milliseconds.
   *
   * @default 0
   */
  delayMs?: number;
  /**
   * The most that comes on top of `delayMs`, in milliseconds: for each datagram
   * a new time between 0 and this. Where datagrams follow one another more
   * closely than that, some overtake others.
   *
   * @default 0
   */
  jitterMs?: number;
  /**
   * How much goes through, in bytes of messages in a second; the rest waits in
   * a queue.
   *
   * @default {Infinity}
   */
  bytesPerSecond?: number;
  /**
   * Room for what is held back, delayed or queued, in bytes; each message takes
   * 28 besides for its headers. What finds it full is lost, as in a router.
   *
   * @default 1048576
   */
  queueBytes?: number;
}

/** What happens to one datagram. */
export interface Fate {
  /** Whether it never arrives. */
  isLost: boolean;
  /** Whether it arrives twice. */
  isDuplicated: boolean;
  /** How many others overtake it, 0 if it is not held back. */
  overtakers: number;
  /** How much jitter it gets, as a share of `jitterMs`; its copy gets the second. */
  jitter: [number, number];
}

/**
 * Decides what happens to one datagram.
 *
 * It depends on the seed, the direction and how many datagrams came before, and
 * on nothing else: not on the time, and not on what happened to the others. So
 * the same seed does the same to the same sequence of datagrams, and a fault
 * that is switched off leaves the others as they are.
 *
 * @param seed Which world this is, an integer.
 * @param lane Which direction of the link, an integer.
 * @param ordinal How many came before it in this direction.
 * @param faults The shares.
 * @returns Its fate.
 *
 * @example A fifth is lost, the same fifth each time
 * ```ts
 * import { fateOf } from "./lossy_fate.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const lost = [...Array(20).keys()].filter((ordinal) =>
 *   fateOf(1, 0, ordinal, { loss: 0.2 }).isLost
 * );
 * assertEquals(lost, [1, 2, 3, 12, 19]);
 * ```
 */
export function fateOf(
  seed: number,
  lane: number,
  ordinal: number,
  faults: LinkFaults,
): Fate {
  const { loss = 0, duplication = 0, reordering = 0, overtakers = 3 } = faults;
  const random = seededRandom(mixSeed(seed, lane, ordinal));
  // All numbers are drawn, in this order, whether they are needed or not.
  const isLost = random() < loss;
  const isDuplicated = random() < duplication;
  const isHeld = random() < reordering;
  const overtaken = 1 + Math.floor(random() * overtakers);
  return {
    isLost,
    isDuplicated,
    overtakers: isHeld ? overtaken : 0,
    jitter: [random(), random()],
  };
}

/**
 * Turns away faults that cannot be.
 *
 * @param faults What somebody asks for.
 * @throws {RangeError} If a share is not from 0 to 1, or a time, a rate or a
 * size is not a number that is large enough.
 *
 * @example A share is no percentage
 * ```ts
 * import { assertFaults } from "./lossy_fate.ts";
 * import { assertThrows } from "@std/assert";
 *
 * assertThrows(
 *   () => assertFaults({ loss: 20 }),
 *   RangeError,
 *   "Cannot make a lossy link: loss 20 is not in 0 to 1",
 * );
 * ```
 */
export function assertFaults(faults: LinkFaults): void {
  const limits: Record<keyof LinkFaults, [min: number, max: number]> = {
    loss: [0, 1],
    duplication: [0, 1],
    reordering: [0, 1],
    overtakers: [1, 1000],
    holdMs: [0, 60_000],
    delayMs: [0, 60_000],
    jitterMs: [0, 60_000],
    bytesPerSecond: [1, Infinity],
    queueBytes: [0, Infinity],
  };
  for (const [name, [min, max]] of Object.entries(limits)) {
    const value = faults[name as keyof LinkFaults];
    if (value === undefined || (value >= min && value <= max)) continue;
    throw new RangeError(
      `Cannot make a lossy link: ${name} ${value} is not in ${min} to ${max}`,
    );
  }
}
