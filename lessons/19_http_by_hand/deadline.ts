/**
 * A deadline that is set anew for each request.
 *
 * A timer for each would cost more than the request. So one timer runs, and
 * when it fires it looks whether the deadline has been moved meanwhile.
 */
export class Deadline {
  readonly #onLate: () => void;
  #atMs = Infinity;
  #firesAtMs = Infinity;
  #timer?: ReturnType<typeof setTimeout>;

  /** @param onLate Called when the deadline passes. */
  constructor(onLate: () => void) {
    this.#onLate = onLate;
  }

  /** Sets the deadline, so many milliseconds from now, in place of the last. */
  within(ms: number): void {
    this.#atMs = performance.now() + ms;
    if (this.#atMs >= this.#firesAtMs) return;
    clearTimeout(this.#timer);
    this.#wait(ms);
  }

  /** Takes it back. */
  clear(): void {
    this.#atMs = Infinity;
  }

  /** Takes it back for good; no timer is left behind. */
  close(): void {
    this.clear();
    clearTimeout(this.#timer);
  }

  #wait(ms: number): void {
    this.#firesAtMs = performance.now() + ms;
    this.#timer = setTimeout(() => this.#fire(), ms);
  }

  #fire(): void {
    this.#firesAtMs = Infinity;
    if (this.#atMs === Infinity) return;
    const leftMs = this.#atMs - performance.now();
    // A timer may fire a little early.
    if (leftMs > 1) return this.#wait(leftMs);
    this.#atMs = Infinity;
    this.#onLate();
  }
}
