/**
 * Whether a silent end is still there.
 *
 * @module
 */

/**
 * Says when to ask an end that owes no answer for a sign of life, and when to
 * take it for gone (RFC 9293, section 3.8.4). It has no timer.
 *
 * @example Four questions, no answer
 * ```ts
 * import { KeepAlive } from "./keep_alive.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const keepAlive = new KeepAlive({ keepAliveMs: 1000, giveUpMs: 300 });
 * keepAlive.heard(0);
 * const seen = Array.from({ length: 5 }, () => {
 *   const at = keepAlive.deadline;
 *   return `${at} ${keepAlive.check(at)}`;
 * });
 * assertEquals(seen, [
 *   "1000 ask",
 *   "1075 ask",
 *   "1150 ask",
 *   "1225 ask",
 *   "1300 gone",
 * ]);
 * ```
 */
export class KeepAlive {
  readonly #settings: { keepAliveMs?: number; giveUpMs: number };
  #heardAt = 0;
  #askedAt = -Infinity;

  /**
   * Has heard nothing yet.
   *
   * @param settings After what silence to ask, in milliseconds (`undefined` for
   * never), and how long to wait for an answer then.
   */
  constructor(settings: { keepAliveMs?: number; giveUpMs: number }) {
    this.#settings = settings;
  }

  /** When to call {@linkcode KeepAlive.check}, in milliseconds. */
  get deadline(): number {
    const { keepAliveMs, giveUpMs } = this.#settings;
    if (keepAliveMs === undefined) return Infinity;
    const silentAt = this.#heardAt + keepAliveMs;
    // A question can get lost, so it is asked four times.
    const nextAt = this.#askedAt + Math.max(1, giveUpMs / 4);
    return Math.min(Math.max(silentAt, nextAt), silentAt + giveUpMs);
  }

  /**
   * The other end has sent something.
   *
   * @param now The time, in milliseconds.
   */
  heard(now: number): void {
    this.#heardAt = now;
  }

  /**
   * Says what to do now.
   *
   * @param now The time, in milliseconds.
   * @returns `ask` for a sign of life, take it for `gone`, or `wait`.
   */
  check(now: number): "ask" | "gone" | "wait" {
    if (now < this.deadline) return "wait";
    const { keepAliveMs = 0, giveUpMs } = this.#settings;
    if (now >= this.#heardAt + keepAliveMs + giveUpMs) return "gone";
    this.#askedAt = now;
    return "ask";
  }
}
