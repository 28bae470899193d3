/**
 * The longest time in which nothing happened.
 *
 * A check that shows how an answer bears with somebody who never stops must know
 * that nobody did stop: where the machine stood still, everybody was silent.
 */
export class LongestGap {
  #lastAt = performance.now();
  #ms = 0;

  /** How long it was so far, in milliseconds. */
  get ms(): number {
    return this.#ms;
  }

  /** Something happens now. */
  mark(): void {
    const now = performance.now();
    this.#ms = Math.max(this.#ms, now - this.#lastAt);
    this.#lastAt = now;
  }
}
