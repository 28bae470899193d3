/** Something that has a deadline, such as one end of a connection. */
export interface Timed {
  /** When to call `tick()`, in milliseconds; Infinity if never. */
  readonly deadline: number;
  /** Does what is due. */
  tick(): void;
}

/**
 * A clock that jumps from one event to the next, so half a minute of network
 * time takes a few milliseconds, and every run is the same.
 */
export class VirtualClock {
  /** The time, in milliseconds. */
  now = 0;
  readonly #events: { at: number; run: () => void }[] = [];
  readonly #timed: Timed[] = [];

  /**
   * Does something later.
   *
   * @param ms How much later, in milliseconds.
   * @param run What to do.
   */
  after(ms: number, run: () => void): void {
    const at = this.now + ms;
    // Events for the same moment keep their order.
    let index = this.#events.length;
    while (index > 0 && this.#events[index - 1].at > at) index--;
    this.#events.splice(index, 0, { at, run });
  }

  /**
   * Calls `tick()` at each deadline from now on.
   *
   * @param timed The object that has the deadlines.
   */
  watch(timed: Timed): void {
    this.#timed.push(timed);
  }

  /**
   * Lets time pass.
   *
   * @param untilMs The time at which to stop, in milliseconds.
   */
  runUntil(untilMs: number): void {
    while (true) {
      const due = this.#nextDeadline();
      const at = Math.min(due, this.#events[0]?.at ?? Infinity);
      if (at > untilMs) break;
      this.now = Math.max(this.now, at);
      if (this.#events[0]?.at <= this.now) this.#events.shift()!.run();
      for (const timed of this.#timed) {
        if (timed.deadline <= this.now) timed.tick();
      }
    }
    this.now = untilMs;
  }

  #nextDeadline(): number {
    let next = Infinity;
    for (const { deadline } of this.#timed) next = Math.min(next, deadline);
    return next;
  }
}
