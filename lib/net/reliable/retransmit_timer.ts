/**
 * The retransmission timeout: how long to wait for an acknowledgment before a
 * retransmission.
 *
 * @module
 */

/** Options for {@linkcode RetransmitTimer}. */
export interface RetransmitTimerOptions {
  /**
   * The RTO before the first measurement, in milliseconds (RFC 6298, rule 2.1).
   *
   * @default 1000
   */
  initialMs?: number;
  /**
   * The shortest RTO, in milliseconds. RFC 6298, rule 2.4, says 1000; systems use
   * 200 or less, and 10 is enough on a loopback interface.
   *
   * @default 200
   */
  minMs?: number;
  /**
   * The longest RTO, in milliseconds (rule 2.5).
   *
   * @default 60000
   */
  maxMs?: number;
}

/**
 * Computes the retransmission timeout (RTO) from measured round-trip times (RFC
 * 6298).
 *
 * The mean alone would be too short half the time, so the RTO adds four times the
 * mean deviation. Both are smoothed, so one outlier barely changes the RTO.
 *
 * It has no clock: the caller measures. By Karn's algorithm (section 3), never
 * pass the time of a segment that was retransmitted: you can't tell which of the
 * two segments the acknowledgment is for.
 *
 * @example A steady link, then a timeout
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
   * Makes a timer, before the first measurement.
   *
   * @param options The initial, shortest, and longest RTO.
   */
  constructor(options: RetransmitTimerOptions = {}) {
    const { initialMs = 1000, minMs = 200, maxMs = 60_000 } = options;
    this.#minMs = minMs;
    this.#maxMs = maxMs;
    this.#rtoMs = this.#limit(initialMs);
  }

  /** The retransmission timeout now, in milliseconds. */
  get rtoMs(): number {
    return this.#rtoMs;
  }

  /** The smoothed round-trip time, in milliseconds, after the first measurement. */
  get srttMs(): number | undefined {
    return this.#srttMs;
  }

  /** The round-trip time variation, in milliseconds. */
  get rttvarMs(): number {
    return this.#rttvarMs;
  }

  /**
   * Updates the RTO with a measured round-trip time. That also undoes
   * {@linkcode RetransmitTimer.backOff}.
   *
   * @param rttMs The round-trip time, in milliseconds, >= 0.
   */
  sample(rttMs: number): void {
    if (this.#srttMs === undefined) {
      // Rule 2.2.
      this.#srttMs = rttMs;
      this.#rttvarMs = rttMs / 2;
    } else {
      // Rule 2.3. Update the deviation first: it uses the old mean.
      const deviation = Math.abs(this.#srttMs - rttMs);
      this.#rttvarMs = 0.75 * this.#rttvarMs + 0.25 * deviation;
      this.#srttMs = 0.875 * this.#srttMs + 0.125 * rttMs;
    }
    const granularityMs = 1;
    this.#rtoMs = this.#limit(
      this.#srttMs + Math.max(granularityMs, 4 * this.#rttvarMs),
    );
  }

  /** Doubles the RTO, after a timeout (rule 5.5). */
  backOff(): void {
    this.#rtoMs = this.#limit(2 * this.#rtoMs);
  }

  #limit(ms: number): number {
    return Math.min(Math.max(ms, this.#minMs), this.#maxMs);
  }
}
