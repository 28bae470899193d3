/**
 * Lets every timer that is started by the global `setTimeout` fire at once, as
 * if its time had passed.
 *
 * A check that asks whether an answer waits as long as it takes need not wait
 * itself: whoever gives up by a timer gives up now.
 */
export class HastyTimers implements Disposable {
  readonly #setTimeout = globalThis.setTimeout;

  /** Begins. Whoever makes it must dispose of it. */
  constructor() {
    const hasten = (...args: Parameters<typeof setTimeout>) => {
      const [callback, , ...rest] = args;
      return this.#setTimeout(callback, 0, ...rest);
    };
    globalThis.setTimeout = Object.assign(hasten, this.#setTimeout);
  }

  /** Timers take their time again. */
  [Symbol.dispose](): void {
    globalThis.setTimeout = this.#setTimeout;
  }
}
