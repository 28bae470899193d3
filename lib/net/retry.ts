/**
 * Trying again, later and later.
 *
 * @module
 */

import { assertTimer } from "./timer.ts";

/** Options for {@linkcode retry}. */
export interface RetryOptions {
  /** How often to try at most, an integer >= 1, or Infinity. */
  attempts: number;
  /** How long to wait after the first failure, in milliseconds, >= 0. */
  firstDelayMs: number;
  /**
   * The longest wait between two attempts, in milliseconds, from 0 to
   * 2147483647, the longest that a timer can run.
   *
   * @default 30000
   */
  maxDelayMs?: number;
  /**
   * Which part of each delay is left to chance, from 0 to 1: with 0.5, a delay
   * of 100 ms is a random one from 50 to 100 ms. Clients that all lost the same
   * server would otherwise all come back in the same moment.
   *
   * @default 0
   */
  jitter?: number;
  /**
   * Whether another attempt can help after this error.
   *
   * @default Only for ConnectionRefused: nobody listens yet, and nothing has
   * been sent that a second attempt would do twice.
   */
  isWorthRetrying?: (error: unknown) => boolean;
  /** Gives up when aborted, at once if it is waiting between two attempts. */
  signal?: AbortSignal;
  /**
   * Waits, for so many milliseconds or until the signal is aborted. A test puts
   * its own here, and does not wait.
   *
   * @default A timer
   */
  sleep?: (ms: number, signal?: AbortSignal) => Promise<void>;
}

/**
 * Tries until it works, waiting twice as long after each failure.
 *
 * @param attempt What to try: `() => connectTcp(port)`.
 * @param options How often and how long.
 * @returns What the first attempt that works gives.
 * @throws What the last attempt threw, as it is: the one that was not worth
 * retrying, or the one after which no attempts were left.
 * @throws {RangeError} If an option is out of range.
 * @throws The signal's reason, if it is aborted first.
 *
 * @example A server that is up at the third attempt
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

function sleepUnlessAborted(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    function onAbort() {
      clearTimeout(timer);
      reject(signal?.reason);
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    }, ms);
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}

function assertOption(isGood: boolean, problem: string): void {
  if (!isGood) throw new RangeError(`Cannot retry: ${problem}`);
}
