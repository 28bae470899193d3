/**
 * The segments in flight, and how much more you may send.
 *
 * @module
 */

import { seqAdd, seqDiff } from "../../wire/tcp/sequence.ts";

/** The changes that an acknowledgment makes. */
export interface Acknowledged {
  /** How many positions it newly acknowledges. */
  count: number;
  /** Whether it moves the right edge of the window. */
  isWider: boolean;
}

/**
 * The send window (RFC 9293, section 3.3.1, figure 3). It keeps positions, not
 * bytes, and does no I/O.
 *
 * ```text
 *     acknowledged  |   in flight    | may send now  |  must wait
 *  -----------------+----------------+---------------+------------
 *                  una             next            edge
 * ```
 *
 * Positions are plain numbers that count from 0, which is the SYN, and never wrap.
 * Only segments on the wire have sequence numbers. To retransmit, it moves `next`
 * (SND.NXT) back to `una` (SND.UNA); `highest` remembers how far it had been.
 *
 * @example Send, get an acknowledgment, retransmit
 * ```ts
 * import { SendWindow } from "./send_window.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const window = new SendWindow(4294967290);
 * window.sent(1); // the SYN
 * window.acknowledge(4294967291, 10);
 * assertEquals(window.room(Infinity), 10);
 * window.sent(10);
 * window.acknowledge(0, 4); // 5 bytes have arrived, and there is room for 4
 * assertEquals([window.inFlight, window.room(Infinity)], [5, 0]);
 * window.goBack();
 * assertEquals([window.inFlight, window.room(Infinity)], [0, 5]);
 * assertEquals(window.seq(window.next), 0);
 * ```
 */
export class SendWindow {
  readonly #initial: number;
  #una = 0;
  #next = 0;
  #highest = 0;
  #edge = 0;
  #widest = 0;

  /**
   * Makes a window, before the SYN.
   *
   * @param initial The sequence number of the SYN, from 0 to 4294967295.
   */
  constructor(initial: number) {
    this.#initial = initial;
  }

  /** The first position that isn't acknowledged, SND.UNA. */
  get una(): number {
    return this.#una;
  }

  /** The next position to send or retransmit, SND.NXT. */
  get next(): number {
    return this.#next;
  }

  /** The first position that was never sent. */
  get highest(): number {
    return this.#highest;
  }

  /** The right edge: the first position that the peer has no room for. */
  get edge(): number {
    return this.#edge;
  }

  /** How many positions are in flight. */
  get inFlight(): number {
    return this.#next - this.#una;
  }

  /**
   * Converts a position to its sequence number.
   *
   * @param position The position to convert.
   * @returns The sequence number, from 0 to 4294967295.
   */
  seq(position: number): number {
    return seqAdd(this.#initial, position);
  }

  /**
   * Returns how much you may send now.
   *
   * @param congestionBytes The congestion window, in bytes.
   * @returns The number of positions from `next` on, >= 0.
   */
  room(congestionBytes: number): number {
    const end = Math.min(this.#edge, this.#una + congestionBytes);
    return Math.max(0, end - this.#next);
  }

  /**
   * Records that positions from `next` on were sent.
   *
   * @param count The number of positions.
   */
  sent(count: number): void {
    this.#next += count;
    this.#highest = Math.max(this.#highest, this.#next);
  }

  /**
   * Records a zero-window probe. It doesn't count as in flight, because the
   * peer will probably drop it, though it may accept it.
   *
   * @param count The number of positions, from `next` on.
   */
  probed(count: number): void {
    this.#highest = Math.max(this.#highest, this.#next + count);
  }

  /**
   * Handles an acknowledgment. An old one changes nothing: this kind of receiver
   * never takes back an acknowledgment or shrinks its window.
   *
   * @param ack The acknowledgment number.
   * @param window The peer's window, in bytes from `ack` on.
   * @returns The changes, or `null` if the acknowledgment can't belong to this
   * connection: it is for bytes that were never sent, or are too old (RFC 5961,
   * section 5.2).
   */
  acknowledge(ack: number, window: number): Acknowledged | null {
    const position = this.#una + seqDiff(ack, this.seq(this.#una));
    this.#widest = Math.max(this.#widest, window);
    if (position > this.#highest || position < this.#una - this.#widest) {
      return null;
    }
    const count = Math.max(0, position - this.#una);
    this.#una += count;
    // It may acknowledge bytes after `next`, if `next` went back for a
    // retransmission.
    this.#next = Math.max(this.#next, this.#una);
    const isWider = position + window > this.#edge;
    if (isWider) this.#edge = position + window;
    return { count, isWider };
  }

  /** Counts everything in flight as lost, to be retransmitted from `una` on. */
  goBack(): void {
    this.#next = this.#una;
  }
}
