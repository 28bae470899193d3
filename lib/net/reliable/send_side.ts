/**
 * The send side of a reliable connection: sending, and retransmission.
 *
 * @module
 */

import { ByteQueue } from "./byte_queue.ts";
import { CongestionWindow } from "./congestion_window.ts";
import type { ReliableSettings } from "./options.ts";
import { RetransmitTimer } from "./retransmit_timer.ts";
import { FIN, type Segment, SYN } from "./segment.ts";
import { SendWindow } from "./send_window.ts";
import type { ReliableCounts, ReliableEvent } from "./trace.ts";

/** The content of one segment. */
export interface Part {
  /** The position of its start: 0 is the SYN, 1 the first byte. */
  position: number;
  /** The size of its data, in bytes. */
  length: number;
  /** `SYN`, `FIN`, or neither. */
  flags: number;
  /** Whether it is a retransmission, at least in part. */
  isAgain: boolean;
}

/** The output of the send side. */
export interface SegmentOutput {
  /** Sends a segment now. */
  send(part: Part): void;
  /** Reports an event to `onEvent`. */
  tell(kind: ReliableEvent["kind"]): void;
}

/** The number of duplicate ACKs that mean a loss (RFC 5681, section 3.2). */
const DUPLICATES = 3;

/**
 * Decides what to send, and when to send it again. It has no clock and no timer:
 * callers pass the time, and call `expire` at its `deadline`.
 */
export class SendSide {
  readonly #settings: ReliableSettings;
  readonly #counts: ReliableCounts;
  readonly #output: SegmentOutput;
  /** The send window: what is in flight, and the peer's window. */
  readonly window: SendWindow;
  /** The congestion window. */
  readonly congestion: CongestionWindow;
  /** The retransmission timeout. */
  readonly timer: RetransmitTimer;
  /** The unacknowledged data, which starts at the position `#queueStart`. */
  readonly #queue: ByteQueue;
  #queueStart = 1;
  #isFinished = false;

  /** The segment whose round trip is being measured; never a retransmission. */
  #timed?: { end: number; at: number };
  #retransmitAt?: number;
  /** The time when a segment was last sent, in milliseconds. */
  #sentAt = 0;
  /** The time when the peer last acknowledged new data, in milliseconds. */
  #progressAt = 0;
  /** The number of retransmission timeouts since then. */
  #timeouts = 0;
  #duplicates = 0;
  /** The flight size at the first duplicate ACK. */
  #flightSize = 0;
  #isRecovering = false;
  /** The position where fast recovery ends (`recover` in RFC 6582). */
  #recoverTo = 0;

  /**
   * Makes the send side, with only the SYN to send.
   *
   * @param settings All the settings.
   * @param counts The counts to update.
   * @param output The functions that send a segment and report an event.
   */
  constructor(
    settings: ReliableSettings,
    counts: ReliableCounts,
    output: SegmentOutput,
  ) {
    this.#settings = settings;
    this.#counts = counts;
    this.#output = output;
    this.#queue = new ByteQueue(settings.sendBytes);
    this.window = new SendWindow(settings.initialSequence);
    this.congestion = new CongestionWindow({
      segmentBytes: settings.segmentBytes,
      segments: settings.initialSegments,
    });
    this.timer = new RetransmitTimer({
      initialMs: settings.initialRtoMs,
      minMs: settings.minRtoMs,
      maxMs: settings.maxRtoMs,
    });
  }

  /** How many bytes are written but not acknowledged. */
  get unacknowledged(): number {
    return this.#queue.length;
  }

  /** Whether the peer has acknowledged all the data and the FIN. */
  get isDone(): boolean {
    return this.#isFinished && this.window.una === this.#end;
  }

  /** The time to call {@linkcode SendSide.expire}, in milliseconds. */
  get deadline(): number {
    if (this.#retransmitAt === undefined) return Infinity;
    return Math.min(this.#retransmitAt, this.#giveUpAt);
  }

  /**
   * Takes as many bytes to send as there is room for.
   *
   * @param bytes The bytes to send; they are copied.
   * @returns The number of bytes taken.
   */
  write(bytes: Uint8Array): number {
    return this.#queue.push(bytes);
  }

  /** Ends this side: a FIN follows the data. */
  finish(): void {
    this.#isFinished = true;
  }

  /**
   * Copies the data of a segment.
   *
   * @param part The segment's content.
   * @param target The buffer for the data, of exactly its size.
   */
  copy(part: Part, target: Uint8Array): void {
    if (part.length > 0) {
      this.#queue.copyTo(target, part.position - this.#queueStart);
    }
  }

  /**
   * Sends all the segments that the windows allow.
   *
   * @param now The time, in milliseconds.
   */
  pump(now: number): void {
    const isIdle = this.window.inFlight === 0;
    if (isIdle && now - this.#sentAt > this.timer.rtoMs) {
      this.congestion.restart();
    }
    for (let part = this.#nextPart(); part; part = this.#nextPart()) {
      const size = sizeOf(part);
      if (!part.isAgain) {
        this.#counts.bytesSent += part.length;
        // One measurement per round trip is enough (RFC 6298, section 3).
        this.#timed ??= { end: part.position + size, at: now };
      }
      // Count it as sent first, so that the trace shows it in flight.
      this.window.sent(size);
      this.#output.send(part);
      this.#sentAt = now;
      this.#startTimer(now, this.timer.rtoMs);
    }
    // A zero window. The peer's window update can get lost, so the persist timer
    // makes this end probe the window (RFC 9293, section 3.8.6.1).
    const isStuck = this.window.inFlight === 0 && this.#end > this.window.una;
    if (isStuck && this.window.una > 0) {
      this.#startTimer(now, this.timer.rtoMs);
    }
  }

  /**
   * Handles the acknowledgment in a segment.
   *
   * @param segment The segment.
   * @param now The time, in milliseconds.
   * @returns Whether the acknowledgment can belong to this connection.
   */
  acknowledge(segment: Segment, now: number): boolean {
    const { window } = this;
    const { inFlight } = window;
    const wasFull = inFlight + this.#settings.segmentBytes >
      this.congestion.cwnd;
    const isPure = segment.data.length === 0 && !(segment.flags & (SYN | FIN));
    const result = window.acknowledge(segment.ack, segment.window);
    if (result === null) return false;

    if (result.count > 0) this.#advance(result.count, { now, wasFull });
    // RFC 5681, section 2, defines a duplicate acknowledgment.
    else if (isPure && inFlight > 0 && !result.isWider) {
      if (segment.ack === window.seq(window.una)) this.#duplicate(now);
    }
    if (window.inFlight === 0) {
      // Nothing is in flight, so the timer, if any, is for zero-window probes. A
      // peer that answers them with a zero window is still alive.
      if (result.isWider || result.count > 0) this.#retransmitAt = undefined;
      this.#progressAt = now;
    }
    return true;
  }

  /**
   * Does what is due: retransmits, or probes a zero window.
   *
   * @param now The time, in milliseconds.
   * @returns `false` if the user timeout has passed without an answer.
   */
  expire(now: number): boolean {
    if (this.#retransmitAt === undefined) return true;
    if (now >= this.#giveUpAt) return false;
    if (now < this.#retransmitAt) return true;
    const { window } = this;
    if (window.inFlight === 0 && window.room(Infinity) === 0) this.#probe();
    else this.#timeOut();
    this.timer.backOff();
    this.#retransmitAt = now + this.timer.rtoMs;
    this.pump(now);
    return true;
  }

  /** Stops the timer. */
  stop(): void {
    this.#retransmitAt = undefined;
  }

  /** The position after all the data written so far. */
  get #dataEnd(): number {
    return this.#queueStart + this.#queue.length;
  }

  /** The position after all the data and the FIN. */
  get #end(): number {
    return this.#dataEnd + (this.#isFinished ? 1 : 0);
  }

  get #giveUpAt(): number {
    return this.#progressAt + this.#settings.userTimeoutMs;
  }

  /** Returns the next segment that the windows allow, if any. */
  #nextPart(): Part | undefined {
    const { window } = this;
    // The SYN goes alone, and no data follows until it is acknowledged.
    if (window.next === 0) return this.#part(0, 0);
    if (window.una === 0 || window.next >= this.#end) return undefined;
    // For each of the first two duplicate ACKs, send one new segment: its ACK may
    // be the third duplicate (limited transmit, RFC 3042).
    const extra = this.#isRecovering
      ? 0
      : Math.min(this.#duplicates, 2) * this.#settings.segmentBytes;
    const part = this.#part(
      window.next,
      window.room(this.congestion.cwnd + extra),
    );
    // A FIN alone needs no room.
    if (part.length === 0) return part.flags & FIN ? part : undefined;
    // A small segment waits until the data in flight is acknowledged (silly window
    // syndrome, RFC 9293, section 3.8.6.2.1).
    const isSmall = part.length < this.#settings.segmentBytes &&
      part.position + part.length < this.#dataEnd;
    return isSmall && window.inFlight > 0 ? undefined : part;
  }

  /** Returns the segment that starts at a position, with at most `limit` bytes. */
  #part(position: number, limit: number): Part {
    const isAgain = position < this.window.highest;
    if (position === 0) return { position, length: 0, flags: SYN, isAgain };
    const left = this.#dataEnd - position;
    const length = Math.max(
      0,
      Math.min(this.#settings.segmentBytes, left, limit),
    );
    const flags = this.#isFinished && length === left ? FIN : 0;
    return { position, length, flags, isAgain };
  }

  /** Handles an acknowledgment of new data. */
  #advance(count: number, { now, wasFull }: { now: number; wasFull: boolean }) {
    const { window, congestion } = this;
    const start = Math.max(1, Math.min(window.una, this.#dataEnd));
    this.#queue.drop(start - this.#queueStart);
    this.#queueStart = start;

    if (this.#timed && window.una >= this.#timed.end) {
      this.timer.sample(now - this.#timed.at);
      this.#timed = undefined;
    }
    this.#progressAt = now;
    this.#timeouts = 0;
    this.#duplicates = 0;
    // RFC 6298, rules 5.2 and 5.3.
    this.#retransmitAt = window.inFlight > 0
      ? now + this.timer.rtoMs
      : undefined;

    if (!this.#isRecovering) {
      if (wasFull) congestion.grow(count);
    } else if (window.una >= this.#recoverTo) {
      this.#isRecovering = false;
      congestion.leaveRecovery(window.inFlight);
    } else {
      // A partial acknowledgment: the next gap starts right here (RFC 6582).
      congestion.deflate(count);
      this.#retransmitFirst(now);
    }
  }

  /** Handles a duplicate acknowledgment: the peer received a later segment. */
  #duplicate(now: number): void {
    const { window, congestion } = this;
    // Segments sent by limited transmit from now on don't count (RFC 5681,
    // section 3.2, step 2).
    if (++this.#duplicates === 1) this.#flightSize = window.inFlight;
    if (this.#isRecovering) congestion.inflate();
    else if (
      this.#duplicates === DUPLICATES && window.una > this.#recoverTo
    ) {
      this.#counts.fastRetransmits++;
      this.#isRecovering = true;
      this.#recoverTo = window.highest;
      congestion.enterRecovery(this.#flightSize);
      this.#output.tell("fast retransmit");
      this.#retransmitFirst(now);
    }
  }

  /** Retransmits the first segment in flight. */
  #retransmitFirst(now: number): void {
    const { una, next } = this.window;
    if (next === una) return;
    this.#timed = undefined;
    this.#sentAt = now;
    this.#output.send(this.#part(una, next - una));
  }

  /** Handles a retransmission timeout: all that is in flight counts as lost. */
  #timeOut(): void {
    const { window, congestion } = this;
    this.#counts.timeouts++;
    congestion.timeOut(this.#timeouts++ === 0 ? window.inFlight : undefined);
    window.goBack();
    this.#timed = undefined;
    this.#isRecovering = false;
    this.#duplicates = 0;
    // Retransmissions cause duplicate ACKs, which don't mean a new loss.
    this.#recoverTo = window.highest;
    this.#output.tell("timed out");
  }

  /** Sends a zero-window probe: one byte, so that the peer answers with its window. */
  #probe(): void {
    this.#counts.probes++;
    const part = this.#part(this.window.next, 1);
    this.window.probed(sizeOf(part));
    this.#output.tell("probed");
    this.#output.send(part);
  }

  #startTimer(now: number, ms: number): void {
    if (this.#retransmitAt !== undefined) return;
    this.#retransmitAt = now + ms;
    this.#progressAt = now;
  }
}

/** Counts the positions of a segment: its data, and one each for SYN and FIN. */
function sizeOf(part: Part): number {
  return part.length + (part.flags & (SYN | FIN) ? 1 : 0);
}
