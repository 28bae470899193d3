/**
 * Makes every timer that's started by the global `setTimeout`, `setInterval`,
 * or `AbortSignal.timeout` fire at once, as if its time were up.
 *
 * That way, a check finds out whether an answer gives up after some time,
 * without waiting for that time. Only the first tick of an interval fires at
 * once, so the check's own wait, which counts ticks, still lasts.
 */
export class ImmediateTimers {
  readonly #setTimeout = globalThis.setTimeout;
  readonly #setInterval = globalThis.setInterval;
  readonly #timeout = AbortSignal.timeout;
  #isClosed = false;

  /** Replaces the globals, until it's closed. */
  constructor() {
    const setTimeoutNow = (...args: Parameters<typeof setTimeout>) => {
      const [callback, , ...rest] = args;
      return this.#setTimeout(callback, 0, ...rest);
    };
    globalThis.setTimeout = Object.assign(setTimeoutNow, this.#setTimeout);
    const setIntervalNow = (...args: Parameters<typeof setInterval>) => {
      const [callback, ms = 0, ...rest] = args;
      let nextAt = -Infinity;
      return this.#setInterval(
        (...given) => {
          if (performance.now() < nextAt) return;
          nextAt = performance.now() + ms;
          if (typeof callback === "function") callback(...given);
        },
        0,
        ...rest,
      );
    };
    globalThis.setInterval = Object.assign(setIntervalNow, this.#setInterval);
    AbortSignal.timeout = () => this.#timeout.call(AbortSignal, 0);
  }

  /** Restores the globals. Closing it twice does no harm. */
  close(): void {
    // By the second time, another one may have replaced them.
    if (this.#isClosed) return;
    this.#isClosed = true;
    globalThis.setTimeout = this.#setTimeout;
    globalThis.setInterval = this.#setInterval;
    AbortSignal.timeout = this.#timeout;
  }
}
