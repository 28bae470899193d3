/** Which timers an answer leaves running. */

/**
 * Counts the timers that are started by `setTimeout` and neither run nor are
 * cleared. It lasts as long as its block.
 */
export class TimerWatch implements Disposable {
  readonly #setTimeout = globalThis.setTimeout;
  readonly #clearTimeout = globalThis.clearTimeout;
  readonly #running = new Set<unknown>();

  constructor() {
    const set = (
      callback: (...args: unknown[]) => void,
      ms?: number,
      ...args: unknown[]
    ) => {
      const id: unknown = this.#setTimeout(() => {
        this.#running.delete(id);
        callback(...args);
      }, ms);
      this.#running.add(id);
      return id;
    };
    const clear = (id?: Parameters<typeof clearTimeout>[0]) => {
      this.#running.delete(id);
      this.#clearTimeout(id);
    };
    globalThis.setTimeout = set as typeof setTimeout;
    globalThis.clearTimeout = clear as typeof clearTimeout;
  }

  /** How many run now. */
  get running(): number {
    return this.#running.size;
  }

  [Symbol.dispose](): void {
    globalThis.setTimeout = this.#setTimeout;
    globalThis.clearTimeout = this.#clearTimeout;
  }
}
