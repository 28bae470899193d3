/**
 * Receiving, in order: the incoming half of a reliable stream.
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
 * Keeps what has come until it is read, and decides when to say so to the other
 * end.
 */
export class Inbound {
  readonly #settings: ReliableSettings;
  readonly #counts: ReliableCounts;
  readonly #receiver: Receiver;
  readonly #unread: ByteQueue;
  /** The number of the FIN, once it has come. */
  #finAt?: number;
  #isFinished = false;
  /** Up to where the other end was told that there is room. */
  #edge: number;
  /** Segments that came since the last acknowledgment. */
  #pending = 0;
  #ackAt = Infinity;

  /**
   * Waits for the first byte.
   *
   * @param first Its number: one more than the SYN's.
   * @param settings Sizes and times.
   * @param counts Where to count.
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

  /** The number to acknowledge. */
  get ack(): number {
    return seqAdd(this.#receiver.ack, this.#isFinished ? 1 : 0);
  }

  /** Whether all has come. */
  get isFinished(): boolean {
    return this.#isFinished;
  }

  /** How many bytes can be read now. */
  get unread(): number {
    return this.#unread.length;
  }

  /** When an acknowledgment must go at the latest, in milliseconds. */
  get ackAt(): number {
    return this.#ackAt;
  }

  /** How much room there is, in bytes. */
  get window(): number {
    return this.#receiver.window;
  }

  /**
   * Takes a segment's data and FIN.
   *
   * @param segment What came.
   * @param now The time, in milliseconds.
   * @returns Whether it must be acknowledged at once, by a segment without
   * data, since it is not what was expected (RFC 5681, section 4.2).
   */
  accept(segment: Segment, now: number): boolean {
    const { seq, data, flags } = segment;
    const hasFin = (flags & FIN) !== 0;
    const isEarlier = seqDiff(seq, this.ack) < 0;
    // No data, and no question either: an earlier number is one (keep-alive).
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
    // One acknowledgment for two segments, and not too late for one.
    this.#pending++;
    const isDue = this.#pending >= 2 || this.#settings.ackDelayMs === 0;
    this.#ackAt = isDue
      ? now
      : Math.min(this.#ackAt, now + this.#settings.ackDelayMs);
    return false;
  }

  /**
   * An acknowledgment goes now, and with it the news of how much room there is.
   *
   * The room that it tells of grows by whole segments, or by half of all there
   * is: who hears of every byte of room sends single bytes (the silly window
   * syndrome, RFC 9293, section 3.8.6.2.2).
   *
   * @returns How much room to tell of, in bytes.
   */
  acknowledge(): number {
    this.settle();
    const { ack, window } = this.#receiver;
    const { receiveBytes, segmentBytes } = this.#settings;
    const isWorthSaying =
      this.#gain >= Math.min(segmentBytes, receiveBytes / 2);
    if (isWorthSaying) this.#edge = seqAdd(ack, window);
    // One byte that was sent to ask for room may have been taken all the same.
    if (seqDiff(this.#edge, ack) < 0) this.#edge = ack;
    return seqDiff(this.#edge, ack);
  }

  /** Nothing waits to be acknowledged any more. */
  settle(): void {
    this.#pending = 0;
    this.#ackAt = Infinity;
  }

  /**
   * Gives bytes to whoever reads.
   *
   * @param target Where to put them.
   * @param now The time, in milliseconds.
   * @returns How many there were.
   */
  read(target: Uint8Array, now: number): number {
    const count = this.#unread.copyTo(target);
    this.#unread.drop(count);
    this.#receiver.release(count);
    // If that makes much more room, the other end should hear of it.
    const { receiveBytes, segmentBytes } = this.#settings;
    const isNews = this.#gain >= Math.min(2 * segmentBytes, receiveBytes / 2);
    if (isNews && !this.#isFinished) this.#ackAt = now;
    return count;
  }

  /**
   * Says whether a number lies in the window, so that a reset which has it may
   * be genuine (RFC 5961, section 3.2).
   *
   * @param seq The number.
   * @returns Whether it does.
   */
  isInWindow(seq: number): boolean {
    const ahead = seqDiff(seq, this.ack);
    return ahead >= 0 && ahead <= Math.max(this.#receiver.window, 1);
  }

  /** How much more room there is than the other end was told of, in bytes. */
  get #gain(): number {
    const { ack, window } = this.#receiver;
    return seqDiff(seqAdd(ack, window), this.#edge);
  }

  #noteFin(seq: number): void {
    const ahead = seqDiff(seq, this.#receiver.ack);
    if (ahead >= 0 && ahead <= this.#receiver.window) this.#finAt = seq;
  }
}
