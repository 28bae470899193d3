/**
 * Lets every timer that is started by the global `setTimeout`, `setInterval` or
 * `AbortSignal.timeout` fire at once, as if its time had passed.
 *
 * A check that asks whether an answer waits as long as it takes need not wait
 * itself: whoever gives up by a timer gives up now. An interval fires at once
 * the first time only, so that the wait of the check itself, which counts by
 * one, goes on.
 */
export class HastyTimers {
  readonly #setTimeout = globalThis.setTimeout;
  readonly #setInterval = globalThis.setInterval;
  readonly #timeout = AbortSignal.timeout;
  #isOver = false;

  /** Begins. Whoever makes it must close it. */
  constructor() {
    const hasten = (...args: Parameters<typeof setTimeout>) => {
      const [callback, , ...rest] = args;
      return this.#setTimeout(callback, 0, ...rest);
    };
    globalThis.setTimeout = Object.assign(hasten, this.#setTimeout);
    const hastenFirst = (...args: Parameters<typeof setInterval>) => {
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
    globalThis.setInterval = Object.assign(hastenFirst, this.#setInterval);
    AbortSignal.timeout = () => this.#timeout.call(AbortSignal, 0);
  }

  /** Timers take their time again; to close it twice does no harm. */
  close(): void {
    // By the second time another one may have begun.
    if (this.#isOver) return;
    this.#isOver = true;
    globalThis.setTimeout = this.#setTimeout;
    globalThis.setInterval = this.#setInterval;
    AbortSignal.timeout = this.#timeout;
  }
}
