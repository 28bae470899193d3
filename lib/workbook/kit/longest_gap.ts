/**
 * The longest time without any event.
 *
 * A check that shows how an answer handles a peer that never pauses must be
 * sure that the peer didn't pause: if the machine was paused, so was the peer.
 */
export class LongestGap {
  #lastAt = performance.now();
  #ms = 0;

  /** The longest gap so far, in milliseconds. */
  get ms(): number {
    return this.#ms;
  }

  /** Records an event. */
  mark(): void {
    const now = performance.now();
    this.#ms = Math.max(this.#ms, now - this.#lastAt);
    this.#lastAt = now;
  }
}
