/**
 * Random numbers from a seed: the same seed always produces the same numbers,
 * so you can repeat a failure that happened by chance.
 *
 * They're good enough for losing datagrams, but not for secrets.
 *
 * @module
 */

/**
 * Creates a random number generator.
 *
 * The algorithm is Mulberry32 (Tommy Ettinger, 2017). It has 32 bits of state,
 * to which each step adds an odd constant, so that the state goes through all
 * 2^32 values. The rest mixes the bits, so that successive numbers look
 * unrelated.
 *
 * @param seed The initial state; only its lowest 32 bits count.
 * @returns A function that returns the next number, >= 0 and < 1.
 *
 * @example The same seed returns the same numbers
 * ```ts
 * import { seededRandom } from "./random.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const dice = seededRandom(7);
 * const throws = Array.from({ length: 9 }, () => 1 + Math.floor(6 * dice()));
 * assertEquals(throws, [1, 1, 6, 5, 4, 3, 3, 2, 4]);
 * ```
 */
export function seededRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Combines several numbers into one seed that depends on all of them, and on
 * their order.
 *
 * @param numbers The integers to combine; only the lowest 32 bits of each count.
 * @returns An integer from 0 to 4294967295.
 *
 * @example The seed for the third datagram in the other direction
 * ```ts
 * import { mixSeed } from "./random.ts";
 * import { assertEquals, assertNotEquals } from "@std/assert";
 *
 * assertEquals(mixSeed(7, 1, 3), mixSeed(7, 1, 3));
 * assertNotEquals(mixSeed(7, 1, 3), mixSeed(7, 3, 1));
 * ```
 */
export function mixSeed(...numbers: number[]): number {
  let mixed = 0x9e3779b9;
  for (const number of numbers) {
    mixed = Math.imul(mixed ^ number, 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    mixed ^= mixed >>> 16;
  }
  return mixed >>> 0;
}
