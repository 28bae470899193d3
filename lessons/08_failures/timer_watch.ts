/**
 * Sees which timers are started by the global `setTimeout`, and which of them
 * are still to fire. Timers that keep no program running do not count.
 */
export class TimerWatch {
  readonly #setTimeout = globalThis.setTimeout;
  readonly #clearTimeout = globalThis.clearTimeout;
  readonly #running = new Map<unknown, number>();
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
   * The timers that are still to fire.
   *
   * @param leastMs Shorter ones do not count: those are other people's.
   * @returns The delay of each.
   */
  running(leastMs: number): number[] {
    return [...this.#running]
      .filter(([timer, ms]) => ms >= leastMs && keepsRunning(timer))
      .map(([, ms]) => ms);
  }

  /** Ends the watch, and every timer that was left. */
  close(): void {
    globalThis.setTimeout = this.#setTimeout;
    globalThis.clearTimeout = this.#clearTimeout;
    for (const timer of this.#running.keys()) {
      this.#clearTimeout(timer as number);
    }
  }
}

/** Whether the program waits for a timer before it ends. */
function keepsRunning(timer: unknown): boolean {
  const { hasRef } = Object(timer);
  return typeof hasRef === "function" ? hasRef.call(timer) : true;
}
