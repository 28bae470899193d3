/**
 * How long to wait for an acknowledgment before sending again.
 *
 * @module
 */

/** Options for {@linkcode RetransmitTimer}. */
export interface RetransmitTimerOptions {
  /**
   * The time before anything is measured, in milliseconds (RFC 6298, rule 2.1).
   *
   * @default 1000
   */
  initialMs?: number;
  /**
   * The shortest time, in milliseconds. RFC 6298, rule 2.4, says 1000; systems
   * use 200 or less, and a loopback interface can do with 10.
   *
   * @default 200
   */
  minMs?: number;
  /**
   * The longest time, in milliseconds (rule 2.5).
   *
   * @default 60000
   */
  maxMs?: number;
}

/**
 * Computes the retransmission time-out from measured round trips (RFC 6298).
 *
 * The mean alone would be too short every other time, so the mean deviation
 * comes on top of it four times. Both are smoothed: one slow answer changes
 * little, a slow link does.
 *
 * It holds no clock. The caller measures, and by Karn's rule (section 3) never
 * gives it the time of a segment that was sent twice: nobody can tell which of
 * the two an acknowledgment answers.
 *
 * @example A steady link, then a time-out
 * ```ts
 * import { RetransmitTimer } from "./retransmit_timer.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const timer = new RetransmitTimer({ minMs: 10 });
 * assertEquals(timer.rtoMs, 1000);
 * timer.sample(100);
 * assertEquals(timer.rtoMs, 300); // 100 + 4 * 50
 * timer.sample(100);
 * assertEquals(timer.rtoMs, 250); // 100 + 4 * 37.5
 * timer.backOff();
 * assertEquals(timer.rtoMs, 500);
 * ```
 */
export class RetransmitTimer {
  readonly #minMs: number;
  readonly #maxMs: number;
  #srttMs?: number;
  #rttvarMs = 0;
  #rtoMs: number;

  /**
   * Has measured nothing yet.
   *
   * @param options The limits.
   */
  constructor(options: RetransmitTimerOptions = {}) {
    const { initialMs = 1000, minMs = 200, maxMs = 60_000 } = options;
    this.#minMs = minMs;
    this.#maxMs = maxMs;
    this.#rtoMs = this.#limit(initialMs);
  }

  /** How long to wait for an acknowledgment now, in milliseconds. */
  get rtoMs(): number {
    return this.#rtoMs;
  }

  /** The smoothed round-trip time, in milliseconds, once one was measured. */
  get srttMs(): number | undefined {
    return this.#srttMs;
  }

  /** How far round trips are from that, smoothed, in milliseconds. */
  get rttvarMs(): number {
    return this.#rttvarMs;
  }

  /**
   * Learns from a round trip. It also takes back what
   * {@linkcode RetransmitTimer.backOff} did.
   *
   * @param rttMs How long the acknowledgment took, in milliseconds, >= 0.
   */
  sample(rttMs: number): void {
    if (this.#srttMs === undefined) {
      // Rule 2.2.
      this.#srttMs = rttMs;
      this.#rttvarMs = rttMs / 2;
    } else {
      // Rule 2.3. The deviation is from the mean before this round trip.
      const deviation = Math.abs(this.#srttMs - rttMs);
      this.#rttvarMs = 0.75 * this.#rttvarMs + 0.25 * deviation;
      this.#srttMs = 0.875 * this.#srttMs + 0.125 * rttMs;
    }
    const granularityMs = 1;
    this.#rtoMs = this.#limit(
      this.#srttMs + Math.max(granularityMs, 4 * this.#rttvarMs),
    );
  }

  /** Doubles the time after it has run out (rule 5.5). */
  backOff(): void {
    this.#rtoMs = this.#limit(2 * this.#rtoMs);
  }

  #limit(ms: number): number {
    return Math.min(Math.max(ms, this.#minMs), this.#maxMs);
  }
}
