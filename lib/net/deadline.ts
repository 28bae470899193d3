/**
 * A deadline that moves often, such as one for each request.
 *
 * Setting a timer for each request would cost more than handling the request.
 * So one timer keeps running, and when it fires, it checks whether the deadline
 * has moved.
 *
 * @example The deadline for a whole message, however many reads it takes
 * ```ts
 * import { Deadline } from "./deadline.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const passed = Promise.withResolvers<string>();
 * using deadline = new Deadline(() => passed.resolve("too late"));
 * deadline.within(60_000); // The first message may take a minute.
 * deadline.within(1); // The second one may take a millisecond.
 * assertEquals(await passed.promise, "too late");
 * ```
 */
export class Deadline implements Disposable {
  readonly #onPassed: () => void;
  #atMs = Infinity;
  #firesAtMs = Infinity;
  #timer?: ReturnType<typeof setTimeout>;

  /**
   * Makes a deadline that isn't set yet.
   *
   * @param onPassed Called when the deadline passes.
   */
  constructor(onPassed: () => void) {
    this.#onPassed = onPassed;
  }

  /**
   * Sets the deadline, replacing the last one.
   *
   * @param ms The time until the deadline, in milliseconds.
   */
  within(ms: number): void {
    this.#atMs = performance.now() + ms;
    if (this.#atMs < this.#firesAtMs) this.#wait(ms);
  }

  /** Clears the deadline. */
  clear(): void {
    this.#atMs = Infinity;
  }

  /** Clears the deadline for good, and stops the timer. */
  [Symbol.dispose](): void {
    this.clear();
    clearTimeout(this.#timer);
  }

  #wait(ms: number): void {
    clearTimeout(this.#timer);
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
    this.#onPassed();
  }
}
