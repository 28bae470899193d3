/**
 * Makes every timer that's started by the global `setTimeout`, `setInterval`,
 * or `AbortSignal.timeout` fire at once, as if its time were up.
 *
 * That way, a check can tell whether an answer gives up after some time, without
 * waiting that long.
 */
export class ImmediateTimers {
  readonly #setTimeout = globalThis.setTimeout;
  readonly #setInterval = globalThis.setInterval;
  readonly #timeout = AbortSignal.timeout;
  #isClosed = false;

  /** Replaces the globals, until it's closed. */
  constructor() {
    globalThis.setTimeout = atOnce(this.#setTimeout);
    globalThis.setInterval = atOnce(this.#setInterval);
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

function atOnce<S extends typeof setTimeout | typeof setInterval>(start: S): S {
  return Object.assign(
    (...[callback, , ...rest]: Parameters<S>) => start(callback, 0, ...rest),
    start,
  );
}
