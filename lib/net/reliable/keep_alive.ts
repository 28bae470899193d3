/**
 * Keep-alives, which find out whether a silent peer is still alive.
 *
 * @module
 */

/**
 * Decides when to send a keep-alive to a silent peer, and when to give up (RFC
 * 9293, section 3.8.4). It has no timer: the caller passes the time.
 *
 * @example Four keep-alives without an answer
 * ```ts
 * import { KeepAlive } from "./keep_alive.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const keepAlive = new KeepAlive({ keepAliveMs: 1000, userTimeoutMs: 300 });
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
  readonly #settings: { keepAliveMs?: number; userTimeoutMs: number };
  #heardAt = 0;
  #askedAt = -Infinity;

  /**
   * Creates the state before the first segment.
   *
   * @param settings The silence before the first keep-alive, in milliseconds
   * (`undefined` for none), and how long to wait for an answer.
   */
  constructor(settings: { keepAliveMs?: number; userTimeoutMs: number }) {
    this.#settings = settings;
  }

  /** The time to call {@linkcode KeepAlive.check}, in milliseconds. */
  get deadline(): number {
    const { keepAliveMs, userTimeoutMs } = this.#settings;
    if (keepAliveMs === undefined) return Infinity;
    const silentAt = this.#heardAt + keepAliveMs;
    // A keep-alive can get lost, so send four of them.
    const nextAt = this.#askedAt + Math.max(1, userTimeoutMs / 4);
    return Math.min(Math.max(silentAt, nextAt), silentAt + userTimeoutMs);
  }

  /**
   * Notes that the peer has sent a segment.
   *
   * @param now The time, in milliseconds.
   */
  heard(now: number): void {
    this.#heardAt = now;
  }

  /**
   * Returns what to do now.
   *
   * @param now The time, in milliseconds.
   * @returns `ask` to send a keep-alive, `gone` to give up, or `wait`.
   */
  check(now: number): "ask" | "gone" | "wait" {
    if (now < this.deadline) return "wait";
    const { keepAliveMs = 0, userTimeoutMs } = this.#settings;
    if (now >= this.#heardAt + keepAliveMs + userTimeoutMs) return "gone";
    this.#askedAt = now;
    return "ask";
  }
}
