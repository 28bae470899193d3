/**
 * Retries, with a delay that doubles.
 *
 * @module
 */

import { setTimeout as wait } from "node:timers/promises";
import { assertTimer } from "./timer.ts";

/** Options for {@linkcode retry}. */
export interface RetryOptions {
  /** The most attempts to make, an integer >= 1, or Infinity. */
  attempts: number;
  /** The delay after the first failure, in milliseconds, >= 0. */
  firstDelayMs: number;
  /**
   * The longest delay between two attempts, in milliseconds, from 0 to
   * 2147483647, the longest time a timer can run.
   *
   * @default 30000
   */
  maxDelayMs?: number;
  /**
   * The part of each delay that is random, from 0 to 1: with 0.5, a delay of
   * 100 ms becomes a random one from 50 to 100 ms. Without it, all clients that
   * lost the same server reconnect at the same moment.
   *
   * @default 0
   */
  jitter?: number;
  /**
   * Returns whether another attempt can help after this error.
   *
   * @default Only after ConnectionRefused: no server is listening yet, so a
   * second attempt can't send anything twice.
   */
  isWorthRetrying?: (error: unknown) => boolean;
  /** Gives up when aborted, even during a delay. */
  signal?: AbortSignal;
  /**
   * Waits for `ms` milliseconds, or until the signal is aborted. A test can
   * pass a function that doesn't wait.
   *
   * @default A timer
   */
  sleep?: (ms: number, signal?: AbortSignal) => Promise<void>;
}

/**
 * Tries until an attempt succeeds, with a delay that doubles after each failure
 * (exponential backoff).
 *
 * @param attempt The function to try, such as `() => connectTcp(port)`.
 * @param options The number of attempts, the delays, and the signal.
 * @returns The result of the first attempt that succeeds.
 * @throws The last attempt's error, unchanged, if it isn't worth retrying or no
 * attempts are left.
 * @throws {RangeError} If an option is out of range.
 * @throws The signal's reason, if it is aborted first.
 *
 * @example A server that accepts the third attempt
 * ```ts
 * import { retry } from "./retry.ts";
 * import { assertEquals } from "@std/assert";
 *
 * let attempts = 0;
 * const delays: number[] = [];
 * const answer = await retry(() => {
 *   if (++attempts < 3) throw new Deno.errors.ConnectionRefused("not yet");
 *   return Promise.resolve("hello");
 * }, {
 *   attempts: 5,
 *   firstDelayMs: 100,
 *   sleep: (ms) => Promise.resolve(void delays.push(ms)),
 * });
 * assertEquals(answer, "hello");
 * assertEquals(delays, [100, 200]);
 * ```
 */
export async function retry<T>(
  attempt: () => Promise<T>,
  options: RetryOptions,
): Promise<T> {
  const {
    attempts,
    firstDelayMs,
    maxDelayMs = 30_000,
    jitter = 0,
    isWorthRetrying = isRefusal,
    signal,
    sleep = sleepUnlessAborted,
  } = options;
  assertOption(
    attempts === Infinity || Number.isInteger(attempts) && attempts >= 1,
    `attempts ${attempts} is not an integer >= 1`,
  );
  assertOption(firstDelayMs >= 0, `firstDelayMs ${firstDelayMs} is not >= 0`);
  assertTimer(maxDelayMs, "Cannot retry: maxDelayMs");
  assertOption(jitter >= 0 && jitter <= 1, `jitter ${jitter} is not in 0 to 1`);

  let delayMs = firstDelayMs;
  for (let left = attempts;; left--) {
    signal?.throwIfAborted();
    try {
      return await attempt();
    } catch (error) {
      if (left === 1 || !isWorthRetrying(error)) throw error;
    }
    const steadyMs = Math.min(delayMs, maxDelayMs);
    await sleep(steadyMs * (1 - jitter * Math.random()), signal);
    delayMs *= 2;
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof Deno.errors.ConnectionRefused;
}

async function sleepUnlessAborted(
  ms: number,
  signal?: AbortSignal,
): Promise<void> {
  try {
    await wait(ms, undefined, { signal });
  } catch (error) {
    // It throws an AbortError, not the signal's reason.
    signal?.throwIfAborted();
    throw error;
  }
}

function assertOption(isGood: boolean, problem: string): void {
  if (!isGood) throw new RangeError(`Cannot retry: ${problem}`);
}
