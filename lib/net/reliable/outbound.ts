/**
 * Sending, until all has arrived: the outgoing half of a reliable stream.
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

/** What goes into one segment. */
export interface Part {
  /** Where it begins: 0 is the SYN, 1 the first byte. */
  position: number;
  /** How many bytes of data it has. */
  length: number;
  /** `SYN`, `FIN` or neither. */
  flags: number;
  /** Whether it, or a part of it, was sent before. */
  isAgain: boolean;
}

/** What the outgoing half needs from the connection. */
export interface Exit {
  /** Sends a segment, now. */
  send(part: Part): void;
  /** Tells those who watch. */
  tell(kind: ReliableEvent["kind"]): void;
}

/** Duplicate acknowledgments that mean a loss (RFC 5681, section 3.2). */
const DUPLICATES = 3;

/**
 * Decides what to send, and when to send it again. It knows the time only from
 * what it is told, and has no timer: it says when it wants to be called.
 */
export class Outbound {
  readonly #settings: ReliableSettings;
  readonly #counts: ReliableCounts;
  readonly #exit: Exit;
  /** What is under way, and what the other end has room for. */
  readonly window: SendWindow;
  /** What the link may hold. */
  readonly congestion: CongestionWindow;
  /** How long to wait for an acknowledgment. */
  readonly timer: RetransmitTimer;
  /** What is written and not acknowledged. It begins at `#queueStart`. */
  readonly #queue: ByteQueue;
  #queueStart = 1;
  #isFinished = false;

  /** What is being timed: one segment at a time, and none that was sent twice. */
  #timed?: { end: number; at: number };
  #retransmitAt?: number;
  /** When the other end last did what it should. */
  #progressAt = 0;
  /** How often the timer has run out since then. */
  #timeouts = 0;
  #duplicates = 0;
  #isRecovering = false;
  /** A loss before this position is the one that is being repaired already. */
  #recoverTo = 0;

  /**
   * Has nothing to send but the SYN.
   *
   * @param settings Sizes, times, and the number of the SYN.
   * @param counts Where to count.
   * @param exit How to send.
   */
  constructor(
    settings: ReliableSettings,
    counts: ReliableCounts,
    exit: Exit,
  ) {
    this.#settings = settings;
    this.#counts = counts;
    this.#exit = exit;
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

  /** How many bytes are written and not acknowledged. */
  get unacknowledged(): number {
    return this.#queue.length;
  }

  /** Whether the other end has all, and knows that it is all. */
  get isDone(): boolean {
    return this.#isFinished && this.window.una === this.#end;
  }

  /** When to call {@linkcode Outbound.expire}, in milliseconds. */
  get deadline(): number {
    if (this.#retransmitAt === undefined) return Infinity;
    return Math.min(this.#retransmitAt, this.#giveUpAt);
  }

  /**
   * Takes bytes to send, as many as there is room for.
   *
   * @param bytes The bytes; they are copied.
   * @returns How many were taken.
   */
  write(bytes: Uint8Array): number {
    return this.#queue.push(bytes);
  }

  /** Says that nothing more will be written. */
  finish(): void {
    this.#isFinished = true;
  }

  /**
   * Copies the data of a part into a segment.
   *
   * @param part Which part.
   * @param target Where to put it: as many bytes as it has.
   */
  copy(part: Part, target: Uint8Array): void {
    if (part.length > 0) {
      this.#queue.copyTo(target, part.position - this.#queueStart);
    }
  }

  /**
   * Sends what may go now.
   *
   * @param now The time, in milliseconds.
   */
  pump(now: number): void {
    for (let part = this.#nextPart(); part; part = this.#nextPart()) {
      const size = sizeOf(part);
      if (!part.isAgain) {
        this.#counts.bytesSent += part.length;
        // One measurement in a round trip is enough (RFC 6298, section 3).
        this.#timed ??= { end: part.position + size, at: now };
      }
      // It counts as sent before it is: the trace shows what is then in flight.
      this.window.sent(size);
      this.#exit.send(part);
      this.#startTimer(now, this.timer.rtoMs);
    }
    // The receiver has no room. When it has, it will say so, but that can get
    // lost: it must be asked (RFC 9293, section 3.8.6.1).
    const isStuck = this.window.inFlight === 0 && this.#end > this.window.una;
    if (isStuck && this.window.una > 0) {
      this.#startTimer(now, this.timer.rtoMs);
    }
  }

  /**
   * Takes the acknowledgment in a segment.
   *
   * @param segment What came.
   * @param now The time, in milliseconds.
   * @returns Whether it can be meant for this stream.
   */
  acknowledge(segment: Segment, now: number): boolean {
    const { window } = this;
    const { inFlight } = window;
    const wasFull = inFlight + this.#settings.segmentBytes >
      this.congestion.bytes;
    const isPure = segment.data.length === 0 && !(segment.flags & (SYN | FIN));
    const result = window.acknowledge(segment.ack, segment.window);
    if (result === null) return false;

    if (result.count > 0) this.#advance(result.count, { now, wasFull });
    // RFC 5681, section 2, says what a duplicate is.
    else if (isPure && inFlight > 0 && !result.isWider) {
      if (segment.ack === window.seq(window.una)) this.#duplicate();
    }
    if (window.inFlight === 0) {
      // Nothing is under way: what runs, if anything, asks for room. Whoever
      // answers that he has none is there all the same.
      if (result.isWider || result.count > 0) this.#retransmitAt = undefined;
      this.#progressAt = now;
    }
    return true;
  }

  /**
   * Does what is due: sends again, or asks for room.
   *
   * @param now The time, in milliseconds.
   * @returns Whether there is still hope for an answer.
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

  /** Nothing is expected any more. */
  stop(): void {
    this.#retransmitAt = undefined;
  }

  /** One position after all data that is written so far. */
  get #dataEnd(): number {
    return this.#queueStart + this.#queue.length;
  }

  /** One position after all, the FIN included. */
  get #end(): number {
    return this.#dataEnd + (this.#isFinished ? 1 : 0);
  }

  get #giveUpAt(): number {
    return this.#progressAt + this.#settings.giveUpMs;
  }

  /** What may go now. */
  #nextPart(): Part | undefined {
    const { window } = this;
    // The SYN goes alone, and nothing goes before it is acknowledged.
    if (window.next === 0) return this.#part(0, 0);
    if (window.una === 0 || window.next >= this.#end) return undefined;
    // Two duplicates may be two that were overtaken: one more segment for each
    // shows whether there will be a third (limited transmit, RFC 3042).
    const extra = this.#isRecovering
      ? 0
      : Math.min(this.#duplicates, 2) * this.#settings.segmentBytes;
    const part = this.#part(
      window.next,
      window.room(this.congestion.bytes + extra),
    );
    // A FIN alone needs no room.
    if (part.length === 0) return part.flags & FIN ? part : undefined;
    // Crumbs can wait for the acknowledgment of what is under way (the silly
    // window syndrome, RFC 9293, section 3.8.6.2.1).
    const isCrumb = part.length < this.#settings.segmentBytes &&
      part.position + part.length < this.#dataEnd;
    return isCrumb && window.inFlight > 0 ? undefined : part;
  }

  /** What a segment that begins here holds, up to a limit. */
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

  /** Bytes have arrived. */
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
      // A partial acknowledgment: the next gap begins right here (RFC 6582).
      congestion.deflate(count);
      this.#sendFirstAgain();
    }
  }

  /** The receiver has got something, but not what it waits for. */
  #duplicate(): void {
    const { window, congestion } = this;
    this.#duplicates++;
    if (this.#isRecovering) congestion.inflate();
    else if (
      this.#duplicates === DUPLICATES && window.una > this.#recoverTo
    ) {
      this.#counts.fastRetransmits++;
      this.#isRecovering = true;
      this.#recoverTo = window.highest;
      congestion.enterRecovery(window.inFlight);
      this.#exit.tell("fast retransmit");
      this.#sendFirstAgain();
    }
  }

  #sendFirstAgain(): void {
    const { una, next } = this.window;
    if (next === una) return;
    this.#timed = undefined;
    this.#exit.send(this.#part(una, next - una));
  }

  /** Nothing came back: all that is under way counts as lost. */
  #timeOut(): void {
    const { window, congestion } = this;
    this.#counts.timeouts++;
    congestion.timeOut(this.#timeouts++ === 0 ? window.inFlight : undefined);
    window.goBack();
    this.#timed = undefined;
    this.#isRecovering = false;
    this.#duplicates = 0;
    // What is sent again makes duplicates, which say nothing about a new loss.
    this.#recoverTo = window.highest;
    this.#exit.tell("timed out");
  }

  /** Sends one byte that there is no room for: its answer says what there is. */
  #probe(): void {
    this.#counts.probes++;
    const part = this.#part(this.window.next, 1);
    this.window.probed(sizeOf(part));
    this.#exit.tell("probed");
    this.#exit.send(part);
  }

  #startTimer(now: number, ms: number): void {
    if (this.#retransmitAt !== undefined) return;
    this.#retransmitAt = now + ms;
    this.#progressAt = now;
  }
}

/** How many positions a part takes: SYN and FIN count as one each. */
function sizeOf(part: Part): number {
  return part.length + (part.flags & (SYN | FIN) ? 1 : 0);
}
