/**
 * The congestion window: the sender's estimate of how much data the network can
 * hold.
 *
 * @module
 */

/**
 * The congestion window: slow start, congestion avoidance, and fast recovery (RFC
 * 5681; RFC 6582 for partial acknowledgments).
 *
 * A sender doesn't know how much data the network can hold. It finds out by
 * sending more and more until a segment gets lost, and then sends half as much.
 *
 * ```text
 *  window          lost           lost
 *    |             /|              /|
 *    |            / |            /  |            /
 *    |           /  |          /    |          /
 *    |         _/   |        /      |        /      one segment more
 *    |       _/     |      /        |      /        each round trip
 *    |     _/       |____/          |____/
 *    | ___/  doubles each round trip
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
 * assertEquals(window.cwnd, 8000); // Slow start.
 * window.timeOut(8000);
 * assertEquals([window.cwnd, window.ssthresh], [1000, 4000]);
 * ```
 */
export class CongestionWindow {
  readonly #segmentBytes: number;
  readonly #initial: number;
  #cwnd: number;
  #ssthresh = Infinity;
  /** Bytes acknowledged since the window last grew, in congestion avoidance. */
  #credit = 0;

  /**
   * Makes a window in slow start.
   *
   * @param options The size of a segment, in bytes of data, and the initial window,
   * in segments.
   */
  constructor(options: { segmentBytes: number; segments: number }) {
    this.#segmentBytes = options.segmentBytes;
    this.#initial = this.#cwnd = options.segments * options.segmentBytes;
  }

  /** The congestion window: how many bytes may be in flight. */
  get cwnd(): number {
    return this.#cwnd;
  }

  /** The slow start threshold, in bytes; Infinity before the first loss. */
  get ssthresh(): number {
    return this.#ssthresh;
  }

  /**
   * Grows the window for acknowledged data (RFC 5681, section 3.1). Call it only
   * if the window was full: otherwise, the acknowledgment doesn't show that the
   * network can hold more.
   *
   * @param acknowledged The number of bytes newly acknowledged.
   */
  grow(acknowledged: number): void {
    if (this.#cwnd < this.#ssthresh) {
      this.#cwnd += Math.min(acknowledged, this.#segmentBytes);
      return;
    }
    // One segment for each full window, so one per round trip.
    this.#credit += acknowledged;
    if (this.#credit >= this.#cwnd) {
      this.#credit -= this.#cwnd;
      this.#cwnd += this.#segmentBytes;
    }
  }

  /**
   * Starts fast recovery: halves the window, because three duplicate ACKs mean
   * that one segment was lost and three arrived (RFC 5681, section 3.2).
   *
   * @param inFlight The flight size, in bytes, without the segments that
   * limited transmit (RFC 3042) has sent since the first duplicate ACK.
   */
  enterRecovery(inFlight: number): void {
    this.#lowerSsthresh(inFlight);
    this.#cwnd = this.#ssthresh + 3 * this.#segmentBytes;
  }

  /** Handles another duplicate ACK: one more segment has left the network. */
  inflate(): void {
    this.#cwnd += this.#segmentBytes;
  }

  /**
   * Handles a partial acknowledgment (RFC 6582, section 3.2). The window never
   * gets smaller than one segment, even if duplicate ACKs were lost.
   *
   * @param acknowledged The number of bytes newly acknowledged.
   */
  deflate(acknowledged: number): void {
    const left = this.#cwnd - acknowledged;
    const added = acknowledged >= this.#segmentBytes ? this.#segmentBytes : 0;
    this.#cwnd = Math.max(left + added, this.#segmentBytes);
  }

  /**
   * Ends fast recovery, when all data that was in flight at the loss is
   * acknowledged.
   *
   * @param inFlight The number of bytes in flight now.
   */
  leaveRecovery(inFlight: number): void {
    const oneMore = Math.max(inFlight, this.#segmentBytes) + this.#segmentBytes;
    this.#cwnd = Math.min(this.#ssthresh, oneMore);
    this.#credit = 0;
  }

  /**
   * Restarts with one segment, after a retransmission timeout (RFC 5681, section
   * 3.1).
   *
   * @param inFlight The number of bytes that were in flight; `undefined` if the same
   * segment has timed out before, which says nothing new about the network.
   */
  timeOut(inFlight?: number): void {
    if (inFlight !== undefined) this.#lowerSsthresh(inFlight);
    this.#cwnd = this.#segmentBytes;
    this.#credit = 0;
  }

  /**
   * Reduces the window to the initial window at most, after a pause longer than
   * the RTO (RFC 5681, section 4.1).
   */
  restart(): void {
    this.#cwnd = Math.min(this.#cwnd, this.#initial);
  }

  #lowerSsthresh(inFlight: number): void {
    const half = Math.floor(inFlight / 2);
    this.#ssthresh = Math.max(half, 2 * this.#segmentBytes);
  }
}
