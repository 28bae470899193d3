/**
 * The receive side of a reliable connection: order, window, acknowledgments.
 *
 * @module
 */

import { seqAdd, seqDiff } from "../../wire/tcp/sequence.ts";
import { ByteQueue } from "./byte_queue.ts";
import type { ReliableSettings } from "./options.ts";
import { Receiver } from "./receiver.ts";
import { FIN, type Segment } from "./segment.ts";
import type { ReliableCounts } from "./trace.ts";

/**
 * Keeps received bytes until they are read, and decides when to acknowledge
 * them.
 */
export class ReceiveSide {
  readonly #settings: ReliableSettings;
  readonly #counts: ReliableCounts;
  readonly #receiver: Receiver;
  readonly #unread: ByteQueue;
  /** The sequence number of the peer's FIN, once it arrives. */
  #finAt?: number;
  #isFinished = false;
  /** The right edge of the window that this end has advertised. */
  #edge: number;
  /** Segments received since the last acknowledgment. */
  #pending = 0;
  #ackAt = Infinity;

  /**
   * Makes the receive side, before the first byte.
   *
   * @param first The sequence number of the first byte: one after the SYN's.
   * @param settings All the settings.
   * @param counts The counts to update.
   */
  constructor(
    first: number,
    settings: ReliableSettings,
    counts: ReliableCounts,
  ) {
    this.#settings = settings;
    this.#counts = counts;
    this.#receiver = new Receiver(first, settings.receiveBytes);
    this.#unread = new ByteQueue(settings.receiveBytes);
    this.#edge = first;
  }

  /** The acknowledgment number, RCV.NXT. */
  get ack(): number {
    return seqAdd(this.#receiver.ack, this.#isFinished ? 1 : 0);
  }

  /** Whether all the data and the FIN have arrived. */
  get isFinished(): boolean {
    return this.#isFinished;
  }

  /** How many bytes can be read now. */
  get unread(): number {
    return this.#unread.length;
  }

  /** The latest time to send a delayed ACK, in milliseconds. */
  get ackAt(): number {
    return this.#ackAt;
  }

  /** The free room in the receive buffer, in bytes. */
  get window(): number {
    return this.#receiver.window;
  }

  /**
   * Accepts a segment's data and FIN.
   *
   * @param segment The segment.
   * @param now The time, in milliseconds.
   * @returns Whether to acknowledge it at once with a pure ACK, because it isn't
   * the next segment (RFC 5681, section 4.2).
   */
  accept(segment: Segment, now: number): boolean {
    const { seq, data, flags } = segment;
    const hasFin = (flags & FIN) !== 0;
    const isEarlier = seqDiff(seq, this.ack) < 0;
    // It has no data. An old sequence number is a keep-alive, which asks for an ACK.
    if (data.length === 0 && !hasFin) return isEarlier;

    const receiver = this.#receiver;
    const hadGap = receiver.hasGap;
    const fresh = this.#isFinished
      ? data.subarray(0, 0)
      : receiver.accept(seq, data);
    this.#unread.push(fresh);
    this.#counts.bytesReceived += fresh.length;
    if (hasFin) this.#noteFin(seqAdd(seq, data.length));
    const isEnd = !this.#isFinished && this.#finAt === receiver.ack;
    if (isEnd) this.#isFinished = true;

    if (isEnd || hadGap || fresh.length !== data.length || fresh.length === 0) {
      return true;
    }
    // A delayed ACK: one for two segments, or after `ackDelayMs` for one.
    this.#pending++;
    const isDue = this.#pending >= 2 || this.#settings.ackDelayMs === 0;
    this.#ackAt = isDue
      ? now
      : Math.min(this.#ackAt, now + this.#settings.ackDelayMs);
    return false;
  }

  /**
   * Records that an acknowledgment is sent now, and decides which window it
   * advertises.
   *
   * The window grows by whole segments, or by half the buffer: if this end
   * advertised each byte of room, the peer would send single bytes (silly window
   * syndrome, RFC 9293, section 3.8.6.2.2).
   *
   * @returns The window to advertise, in bytes.
   */
  acknowledge(): number {
    this.settle();
    const { ack, window } = this.#receiver;
    const { receiveBytes, segmentBytes } = this.#settings;
    const isWorthSaying =
      this.#gain >= Math.min(segmentBytes, receiveBytes / 2);
    if (isWorthSaying) this.#edge = seqAdd(ack, window);
    // The byte of a zero-window probe may have been accepted.
    if (seqDiff(this.#edge, ack) < 0) this.#edge = ack;
    return seqDiff(this.#edge, ack);
  }

  /** Cancels the delayed ACK. */
  settle(): void {
    this.#pending = 0;
    this.#ackAt = Infinity;
  }

  /**
   * Reads bytes in order.
   *
   * @param target The buffer for the bytes.
   * @param now The time, in milliseconds.
   * @returns The number of bytes.
   */
  read(target: Uint8Array, now: number): number {
    const count = this.#unread.copyTo(target);
    this.#unread.drop(count);
    this.#receiver.release(count);
    // If the window grows a lot, send a window update.
    const { receiveBytes, segmentBytes } = this.#settings;
    const isNews = this.#gain >= Math.min(2 * segmentBytes, receiveBytes / 2);
    if (isNews && !this.#isFinished) this.#ackAt = now;
    return count;
  }

  /**
   * Returns whether a sequence number is in the receive window. A reset with a
   * number outside it is forged or old (RFC 5961, section 3.2).
   *
   * @param seq The sequence number.
   * @returns Whether it is in the window.
   */
  isInWindow(seq: number): boolean {
    const ahead = seqDiff(seq, this.ack);
    return ahead >= 0 && ahead <= Math.max(this.#receiver.window, 1);
  }

  /** The difference between the window and the advertised one, in bytes. */
  get #gain(): number {
    const { ack, window } = this.#receiver;
    return seqDiff(seqAdd(ack, window), this.#edge);
  }

  #noteFin(seq: number): void {
    const ahead = seqDiff(seq, this.#receiver.ack);
    if (ahead >= 0 && ahead <= this.#receiver.window) this.#finAt = seq;
  }
}
