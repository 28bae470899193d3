/**
 * Lets every timer that is started by the global `setTimeout` fire at once, as
 * if its time had passed.
 *
 * A check that asks whether an answer waits as long as it takes need not wait
 * itself: whoever gives up by a timer gives up now.
 */
export class HastyTimers {
  readonly #setTimeout = globalThis.setTimeout;
  #isOver = false;

  /** Begins. Whoever makes it must close it. */
  constructor() {
    const hasten = (...args: Parameters<typeof setTimeout>) => {
      const [callback, , ...rest] = args;
      return this.#setTimeout(callback, 0, ...rest);
    };
    globalThis.setTimeout = Object.assign(hasten, this.#setTimeout);
  }

  /** Timers take their time again; to close it twice does no harm. */
  close(): void {
    // By the second time another one may have begun.
    if (this.#isOver) return;
    this.#isOver = true;
    globalThis.setTimeout = this.#setTimeout;
  }
}
