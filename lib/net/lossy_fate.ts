/**
 * The faults of a lossy link: decides at random, from a seed, what happens to
 * each datagram.
 *
 * @module
 */

import { mixSeed, seededRandom } from "./random.ts";

/** The faults of one direction of a link. All shares are from 0 to 1. */
export interface LinkFaults {
  /**
   * The share of datagrams that never arrive.
   *
   * @default 0
   */
  loss?: number;
  /**
   * The share of datagrams that arrive twice.
   *
   * @default 0
   */
  duplication?: number;
  /**
   * The share of datagrams that are held back until others have overtaken them.
   *
   * @default 0
   */
  reordering?: number;
  /**
   * The most datagrams that overtake one that is held back, an integer >= 1.
   *
   * @default 3
   */
  overtakers?: number;
  /**
   * How long a datagram is held back if no others arrive, in milliseconds.
   *
   * @default 10
   */
  holdMs?: number;
  /**
   * The delay of each datagram, in milliseconds.
   *
   * @default 0
   */
  delayMs?: number;
  /**
   * The most extra delay, in milliseconds: each datagram gets a random one from 0
   * to this. Datagrams that follow each other more closely than that may overtake
   * each other.
   *
   * @default 0
   */
  jitterMs?: number;
  /**
   * The rate of the link, in bytes of messages per second. Datagrams over the
   * rate wait in a queue.
   *
   * @default {Infinity}
   */
  bytesPerSecond?: number;
  /**
   * The size of the queue for datagrams that are held back, delayed, or
   * waiting, in bytes; each message takes 28 extra bytes for its headers. If
   * the queue is full, the datagram is lost, as in a router.
   *
   * @default 1048576
   */
  queueBytes?: number;
}

/** The fate of one datagram. */
export interface Fate {
  /** Whether it never arrives. */
  isLost: boolean;
  /** Whether it arrives twice. */
  isDuplicated: boolean;
  /** How many others overtake it; 0 if it isn't held back. */
  overtakers: number;
  /** The jitter of the datagram and of its copy, as shares of `jitterMs`. */
  jitter: [number, number];
}

/**
 * Decides what happens to one datagram.
 *
 * It depends only on the seed, the direction, and the number of datagrams
 * before this one: not on the time, and not on what happened to the others. So
 * the same seed has the same effect on the same sequence of datagrams, and
 * turning off one fault doesn't change the others.
 *
 * @param seed The seed, an integer.
 * @param lane The direction of the link, an integer.
 * @param ordinal The number of datagrams before it in this direction.
 * @param faults The faults of this direction.
 * @returns The fate of the datagram.
 *
 * @example A fifth of the datagrams is lost, the same ones each time
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
  // Draw all the random numbers in this order, even those that aren't needed.
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
 * Throws if a fault is out of range.
 *
 * @param faults The faults to check.
 * @throws {RangeError} If a share isn't from 0 to 1, or if a time, a rate, or a
 * size is out of range.
 *
 * @example A share isn't a percentage
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
