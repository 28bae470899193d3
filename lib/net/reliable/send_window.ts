/**
 * What is under way, and what may go: the sending half of a reliable stream.
 *
 * @module
 */

import { seqAdd, seqDiff } from "../../wire/tcp/sequence.ts";

/** What an acknowledgment has changed. */
export interface Acknowledged {
  /** How many positions it covers that were not covered before. */
  count: number;
  /** Whether the receiver has room for more than it had before. */
  isWider: boolean;
}

/**
 * The send window (RFC 9293, section 3.3.1, figure 3). It holds numbers, not
 * bytes, and does no input or output.
 *
 * ```text
 *     acknowledged  |   under way    |  may go now   |  must wait
 *  -----------------+----------------+---------------+------------
 *                  una             next            edge
 * ```
 *
 * All places are positions: plain numbers that count from 0, which is the SYN,
 * and never wrap. Only what goes on the wire, or comes from it, is a sequence
 * number. When it has to send again, it moves `next` back to `una`; `highest`
 * remembers how far it has been.
 *
 * @example Send, hear, send again
 * ```ts
 * import { SendWindow } from "./send_window.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const window = new SendWindow(4294967290);
 * window.sent(1); // the SYN
 * window.acknowledge(4294967291, 10);
 * assertEquals(window.room(Infinity), 10);
 * window.sent(10);
 * window.acknowledge(0, 4); // 5 of them have come, and there is room for 4
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
   * Has sent nothing yet, and has no room but for the SYN, which needs none.
   *
   * @param initial The sequence number of the SYN, from 0 to 4294967295.
   */
  constructor(initial: number) {
    this.#initial = initial;
  }

  /** The first position that is not acknowledged. */
  get una(): number {
    return this.#una;
  }

  /** The first position that has not been sent, or must be sent again. */
  get next(): number {
    return this.#next;
  }

  /** The first position that has never been sent. */
  get highest(): number {
    return this.#highest;
  }

  /** The first position that the receiver has no room for. */
  get edge(): number {
    return this.#edge;
  }

  /** How many are under way. */
  get inFlight(): number {
    return this.#next - this.#una;
  }

  /**
   * Gives the number that a position has on the wire.
   *
   * @param position The position.
   * @returns The sequence number, from 0 to 4294967295.
   */
  seq(position: number): number {
    return seqAdd(this.#initial, position);
  }

  /**
   * Says how much may go now.
   *
   * @param congestionBytes How much the link may hold.
   * @returns How many positions from `next` on, >= 0.
   */
  room(congestionBytes: number): number {
    const end = Math.min(this.#edge, this.#una + congestionBytes);
    return Math.max(0, end - this.#next);
  }

  /**
   * Remembers that more was sent, from `next` on.
   *
   * @param count How many positions.
   */
  sent(count: number): void {
    this.#next += count;
    this.#highest = Math.max(this.#highest, this.#next);
  }

  /**
   * Remembers that something was sent without room for it, to ask for room. It
   * does not count as under way, since it will hardly be taken; but it may be.
   *
   * @param count How many positions, from `next` on.
   */
  probed(count: number): void {
    this.#highest = Math.max(this.#highest, this.#next + count);
  }

  /**
   * Takes an acknowledgment. One that comes late changes nothing: no receiver
   * of this kind ever takes back an acknowledgment or room.
   *
   * @param ack The number of the byte that the receiver waits for.
   * @param window How many bytes from there on it has room for.
   * @returns What has changed; `null` if it cannot be meant for this stream: it
   * acknowledges what was never sent, or long ago (RFC 5961, section 5.2).
   */
  acknowledge(ack: number, window: number): Acknowledged | null {
    const position = this.#una + seqDiff(ack, this.seq(this.#una));
    this.#widest = Math.max(this.#widest, window);
    if (position > this.#highest || position < this.#una - this.#widest) {
      return null;
    }
    const count = Math.max(0, position - this.#una);
    this.#una += count;
    // It may cover more than was sent since it went back.
    this.#next = Math.max(this.#next, this.#una);
    const isWider = position + window > this.#edge;
    if (isWider) this.#edge = position + window;
    return { count, isWider };
  }

  /** Takes all that is under way for lost: it must be sent again, from `una` on. */
  goBack(): void {
    this.#next = this.#una;
  }
}
