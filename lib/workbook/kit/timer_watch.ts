/**
 * Sees which timers an answer starts by the global `setTimeout`, and which of
 * them are still to fire.
 *
 * A timer that is left running keeps the program from ending, long after what
 * it was for. A check watches while it calls the answer, and may watch for the
 * length of a block (`using`) or leave the end of it to `trial.use`.
 */
export class TimerWatch implements Disposable {
  readonly #setTimeout = globalThis.setTimeout;
  readonly #clearTimeout = globalThis.clearTimeout;
  readonly #running = new Map<unknown, number>();
  #isOver = false;
  /** The delay of each timer that was started, in milliseconds. */
  readonly started: number[] = [];

  /** Begins to watch. Whoever makes it must close it. */
  constructor() {
    const watch = (...args: Parameters<typeof setTimeout>) => {
      const [callback, ms = 0, ...rest] = args;
      const timer = this.#setTimeout(
        (...given) => {
          this.#running.delete(timer);
          if (typeof callback === "function") callback(...given);
        },
        ms,
        ...rest,
      );
      this.started.push(ms);
      this.#running.set(timer, ms);
      return timer;
    };
    const unwatch = (timer?: Parameters<typeof clearTimeout>[0]) => {
      // A timer can be named by its number too.
      for (const one of this.#running.keys()) {
        if (Number(one) === Number(timer)) this.#running.delete(one);
      }
      this.#clearTimeout(timer);
    };
    globalThis.setTimeout = Object.assign(watch, this.#setTimeout);
    globalThis.clearTimeout = unwatch;
  }

  /**
   * The timers that are still to fire. Those that keep no program running do
   * not count.
   *
   * @param leastMs Shorter ones do not count either, in milliseconds: a check
   * that gives the answer a long time need not mind other people's short ones.
   * @returns The delay of each, in milliseconds.
   */
  running(leastMs = 0): number[] {
    return [...this.#running]
      .filter(([timer, ms]) => ms >= leastMs && keepsRunning(timer))
      .map(([, ms]) => ms);
  }

  /**
   * Ends the watch; closing twice is fine, also when another one has begun
   * meanwhile. Timers that are left run on: some may be other people's, who wait
   * for them.
   */
  close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    globalThis.setTimeout = this.#setTimeout;
    globalThis.clearTimeout = this.#clearTimeout;
  }

  /** Closes it. */
  [Symbol.dispose](): void {
    this.close();
  }
}

/** Whether the program waits for a timer before it ends. */
function keepsRunning(timer: unknown): boolean {
  const { hasRef, _destroyed } = Object(timer);
  // It may have been ended by its own close(), or by the end of a `using`
  // block: neither calls clearTimeout(), and only this tells.
  if (_destroyed === true) return false;
  return typeof hasRef === "function" ? hasRef.call(timer) : true;
}
