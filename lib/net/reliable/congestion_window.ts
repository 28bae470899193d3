/**
 * How much may be under way before the link between is overfull.
 *
 * @module
 */

/**
 * The congestion window: slow start, congestion avoidance, fast recovery (RFC
 * 5681; RFC 6582 for acknowledgments that cover only part).
 *
 * Nobody tells a sender how much the link holds. It finds out: it sends more
 * until something gets lost, and then half as much.
 *
 * ```text
 *  window          lost           lost
 *    |             /|              /|
 *    |            / |            /  |            /
 *    |           /  |          /    |          /
 *    |         _/   |        /      |        /      one segment more
 *    |       _/     |      /        |      /        each round trip
 *    |     _/       |____/          |____/
 *    | ___/  twice as much each round trip
 *    +------------------------------------------------- time
 * ```
 *
 * @example Growth, a loss, and slower growth
 * ```ts
 * import { CongestionWindow } from "./congestion_window.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const window = new CongestionWindow({ segmentBytes: 1000, segments: 4 });
 * for (let n = 0; n < 4; n++) window.grow(1000);
 * assertEquals(window.bytes, 8000); // Slow start.
 * window.timeOut(8000);
 * assertEquals([window.bytes, window.threshold], [1000, 4000]);
 * ```
 */
export class CongestionWindow {
  readonly #segmentBytes: number;
  #bytes: number;
  #threshold = Infinity;
  /** Bytes acknowledged since the window last grew, in congestion avoidance. */
  #credit = 0;

  /**
   * Begins in slow start.
   *
   * @param options How large a segment is, in bytes of data, and how many may
   * be under way at first.
   */
  constructor(options: { segmentBytes: number; segments: number }) {
    this.#segmentBytes = options.segmentBytes;
    this.#bytes = options.segments * options.segmentBytes;
  }

  /** How many bytes may be under way: `cwnd`. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Up to here it is slow start, in bytes: `ssthresh`. At first there is no end. */
  get threshold(): number {
    return this.#threshold;
  }

  /**
   * Grows, since bytes have arrived (RFC 5681, section 3.1). Call it only when
   * the window was full: what was not tried out is not proved.
   *
   * @param acknowledged How many bytes.
   */
  grow(acknowledged: number): void {
    if (this.#bytes < this.#threshold) {
      this.#bytes += Math.min(acknowledged, this.#segmentBytes);
      return;
    }
    // One segment for each full window: one in a round trip.
    this.#credit += acknowledged;
    if (this.#credit >= this.#bytes) {
      this.#credit -= this.#bytes;
      this.#bytes += this.#segmentBytes;
    }
  }

  /**
   * Halves the window, since three duplicate acknowledgments say that one
   * segment is lost and three have arrived (RFC 5681, section 3.2).
   *
   * @param inFlight How many bytes were under way.
   */
  enterRecovery(inFlight: number): void {
    this.#lowerThreshold(inFlight);
    this.#bytes = this.#threshold + 3 * this.#segmentBytes;
  }

  /** One more duplicate: one more segment has left the link. */
  inflate(): void {
    this.#bytes += this.#segmentBytes;
  }

  /**
   * Bytes have arrived, but there is another gap (RFC 6582, section 3.2).
   *
   * @param acknowledged How many bytes.
   */
  deflate(acknowledged: number): void {
    this.#bytes = this.#segmentBytes +
      Math.max(this.#bytes - acknowledged, this.#segmentBytes);
  }

  /**
   * All that was under way at the loss has arrived.
   *
   * @param inFlight How many bytes are under way now.
   */
  leaveRecovery(inFlight: number): void {
    const oneMore = Math.max(inFlight, this.#segmentBytes) + this.#segmentBytes;
    this.#bytes = Math.min(this.#threshold, oneMore);
    this.#credit = 0;
  }

  /**
   * Begins again with one segment, since nothing has come back for so long (RFC
   * 5681, section 3.1).
   *
   * @param inFlight How many bytes were under way; `undefined` if the same
   * segment has timed out before: that says nothing new about the link.
   */
  timeOut(inFlight?: number): void {
    if (inFlight !== undefined) this.#lowerThreshold(inFlight);
    this.#bytes = this.#segmentBytes;
    this.#credit = 0;
  }

  #lowerThreshold(inFlight: number): void {
    const half = Math.floor(inFlight / 2);
    this.#threshold = Math.max(half, 2 * this.#segmentBytes);
  }
}
