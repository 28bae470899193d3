/**
 * Notes about a segment, such as that it was sent before, arrived out of order,
 * or advertises a zero window. The names and the rules are Wireshark's (User's
 * Guide, section 7.5, "TCP Analysis"), with one exception: if all of a
 * segment's bytes were captured before, it's never `out of order`, however soon
 * it arrives.
 *
 * @module
 */

import { seqAdd, seqLess, seqLessOrEqual } from "../tcp/sequence.ts";
import type { Progress } from "../tcp/stream_progress.ts";
import type { Side } from "../tcp/walk.ts";
import type { TcpHeader } from "../tcp/header.ts";
import { elapsedMs, type Timestamp } from "./timestamp.ts";

/** The name of a note. */
export type SegmentNote =
  /** A SYN opens a new connection between the same ports as an earlier one. */
  | "port numbers reused"
  /** An earlier segment wasn't captured, or hasn't arrived yet. */
  | "previous segment not captured"
  /** It acknowledges bytes that weren't captured. */
  | "ACKed unseen segment"
  /** Some of it was sent before, and isn't acknowledged yet. */
  | "retransmission"
  /** The same, right after two or more duplicate ACKs asked for it. */
  | "fast retransmission"
  /** It was sent before, and had been acknowledged. */
  | "spurious retransmission"
  /** It fills a gap so soon that it must have been overtaken on its way. */
  | "out of order"
  /** It repeats an acknowledgment: a segment after a gap has arrived. */
  | "duplicate ACK"
  /**
   * It has one byte or none, just before the next sequence number, to check
   * that the other end is still there.
   */
  | "keep-alive"
  /** The answer to a keep-alive. */
  | "keep-alive ACK"
  /** The segment's sender has no room for data. */
  | "zero window"
  /**
   * It sends one byte into a zero window, so that the other end repeats its
   * window.
   */
  | "zero window probe"
  /** The answer to a zero window probe, if there's still no room. */
  | "zero window probe ACK"
  /** It fills the receiver's window to the last byte. */
  | "window full"
  /** It only advertises a new window. */
  | "window update";

/** The notes that say that a segment was sent before. */
export const RETRANSMISSION_NOTES: readonly SegmentNote[] = [
  "retransmission",
  "fast retransmission",
  "spurious retransmission",
];

/**
 * The most time after the last duplicate ACK for a fast retransmission, in
 * milliseconds. After more time, a timer caused the retransmission.
 */
const FAST_RETRANSMISSION_MS = 20;

/**
 * The most delay of a reordered segment if no round-trip time was measured, in
 * milliseconds.
 */
const OUT_OF_ORDER_MS = 3;

/** A segment, and the bytes that it added to its direction. */
export interface NotedSegment {
  /** The end that sent it. */
  from: Side;
  /** Its header. */
  tcp: TcpHeader;
  /** The number of bytes of data. */
  data: number;
  /** The bytes that it added to its direction. */
  progress: Progress;
  /** The scaled window; `null` if the scale is unknown. */
  window: number | null;
  /** The time when it was captured. */
  time: Timestamp | null;
}

/** The state of one direction. */
interface Direction {
  /**
   * The window and the acknowledgment of the last segment; `null` before the
   * first.
   */
  window: number | null;
  scaledWindow: number | null;
  acknowledgment: number | null;
  /** The time when the last segment was captured. */
  time: Timestamp | null;
  /** The number after the highest one, not counting window probes. */
  next: number | null;
  /** The number of duplicate ACKs in a row. */
  duplicateAcks: number;
  /** The time when the highest number was sent. */
  nextTime: Timestamp | null;
  /** The highest number that the other end can acknowledge so far. */
  acknowledgeable: number | null;
  /** The notes on the last segment. */
  notes: SegmentNote[];
}

/** The notes on the segments of one connection. */
export class SegmentNotes {
  readonly #directions: Record<Side, Direction> = {
    client: newDirection(),
    server: newDirection(),
  };
  #synTime: Timestamp | null = null;
  #outOfOrderMs = OUT_OF_ORDER_MS;

  /**
   * Returns the number of duplicate ACKs that an end has just sent in a row.
   */
  duplicateAcks(side: Side): number {
    return this.#directions[side].duplicateAcks;
  }

  /** Records the duration of the handshake. */
  noteHandshake(time: Timestamp | null): void {
    if (this.#synTime === null || time === null) return;
    const ms = elapsedMs(this.#synTime, time);
    if (ms > 0) this.#outOfOrderMs = ms;
  }

  /**
   * Returns the notes about a segment, and remembers it for the next one.
   *
   * @param segment The segment.
   * @returns The notes; none for most segments.
   */
  add(segment: NotedSegment): SegmentNote[] {
    const { from, tcp, time } = segment;
    const own = this.#directions[from];
    const other = this.#directions[from === "client" ? "server" : "client"];
    const { syn, fin, ack } = tcp.flags;
    if (syn && !ack) this.#synTime = time;
    const notes = windowNotes(segment, own, other);
    if (notes.includes("duplicate ACK")) own.duplicateAcks++;
    else if (tcp.acknowledgment !== own.acknowledgment) own.duplicateAcks = 0;
    if (ack && acksUnseen(tcp, own, other)) notes.push("ACKed unseen segment");
    if (segment.data > 0 || syn || fin) {
      const note = this.#repetition(segment, notes, own, other);
      if (note !== null) notes.push(note);
    }
    remember(segment, notes, own);
    return notes;
  }

  /** Classifies a segment that doesn't start at the next expected number. */
  #repetition(
    { tcp, data, progress, time }: NotedSegment,
    notes: SegmentNote[],
    own: Direction,
    other: Direction,
  ): SegmentNote | null {
    const { sequence } = tcp;
    const { next } = own;
    if (notes.includes("keep-alive")) return null;
    const acknowledged = other.acknowledgment;
    if (data > 0 && acknowledged !== null) {
      const isOld = seqLessOrEqual(seqAdd(sequence, data), acknowledged);
      if (isOld) return "spurious retransmission";
    }
    if (next === null || !seqLess(sequence, next)) return null;
    // A probe sent the first of these bytes into a zero window.
    if (data > 1 && sequence === seqAdd(next, -1)) return null;
    if (
      other.duplicateAcks >= 2 && acknowledged === sequence &&
      msBetween(other.time, time) < FAST_RETRANSMISSION_MS
    ) return "fast retransmission";
    const isLate = progress.fresh > 0 && progress.repeated === 0 &&
      msBetween(own.nextTime, time) < this.#outOfOrderMs;
    return isLate ? "out of order" : "retransmission";
  }
}

function newDirection(): Direction {
  return {
    window: null,
    scaledWindow: null,
    acknowledgment: null,
    time: null,
    duplicateAcks: 0,
    next: null,
    nextTime: null,
    acknowledgeable: null,
    notes: [],
  };
}

/** Returns the notes about a segment's window and acknowledgment. */
function windowNotes(
  { tcp, data }: NotedSegment,
  own: Direction,
  other: Direction,
): SegmentNote[] {
  const { sequence, acknowledgment, flags } = tcp;
  const { next } = own;
  const skips = next !== null && seqLess(next, sequence) && !flags.rst;
  const notes: SegmentNote[] = skips ? ["previous segment not captured"] : [];
  if (flags.syn || flags.fin || flags.rst) return notes;
  const isNext = sequence === next;
  if (data === 1 && isNext && other.window === 0) return ["zero window probe"];
  if (tcp.window === 0) notes.push("zero window");
  if (data <= 1 && next !== null && sequence === seqAdd(next, -1)) {
    notes.push("keep-alive");
  }
  if (data > 0) {
    if (seqAdd(sequence, data) === windowEdge(other)) notes.push("window full");
    return notes;
  }
  if (!isNext) return notes;
  // From here on, the segment is a pure acknowledgment.
  const repeats = acknowledgment === own.acknowledgment;
  if (tcp.window !== own.window) {
    if (repeats && tcp.window > 0) notes.push("window update");
  } else if (tcp.window > 0) {
    const isAnswer = other.notes.includes("keep-alive");
    if (repeats) notes.push(isAnswer ? "keep-alive ACK" : "duplicate ACK");
  } else if (other.notes.includes("zero window probe")) {
    const takesProbe = own.acknowledgment !== null &&
      acknowledgment === seqAdd(own.acknowledgment, 1);
    if (takesProbe) other.next = other.acknowledgeable = acknowledgment;
    if (repeats || takesProbe) notes.push("zero window probe ACK");
  }
  return notes;
}

/**
 * Returns the right edge of an end's window; `null` if its scale is unknown.
 */
function windowEdge({ acknowledgment, scaledWindow }: Direction) {
  return acknowledgment === null || scaledWindow === null
    ? null
    : seqAdd(acknowledgment, scaledWindow);
}

/**
 * Returns whether a segment acknowledges bytes that weren't captured. It's
 * `true` only once for each such number.
 */
function acksUnseen(
  { acknowledgment }: TcpHeader,
  own: Direction,
  other: Direction,
): boolean {
  const { acknowledgeable } = other;
  if (acknowledgeable === null) return false;
  if (acknowledgment === own.acknowledgment) return false;
  if (!seqLess(acknowledgeable, acknowledgment)) return false;
  other.acknowledgeable = other.next;
  return true;
}

function remember(
  { tcp, data, window, time }: NotedSegment,
  notes: SegmentNote[],
  own: Direction,
): void {
  const { syn, fin, ack } = tcp.flags;
  const end = seqAdd(tcp.sequence, data + (syn ? 1 : 0) + (fin ? 1 : 0));
  if (!notes.includes("zero window probe")) {
    if (own.next === null || seqLess(own.next, end)) {
      own.next = end;
      own.nextTime = time;
    }
    const { acknowledgeable } = own;
    if (acknowledgeable === null || acknowledgeable === tcp.sequence) {
      own.acknowledgeable = own.next;
    }
  }
  own.window = tcp.window;
  own.scaledWindow = window;
  if (ack) own.acknowledgment = tcp.acknowledgment;
  own.time = time;
  own.notes = notes;
}

/** Returns the milliseconds between two times; 0 if either is unknown. */
function msBetween(from: Timestamp | null, to: Timestamp | null): number {
  return from === null || to === null ? 0 : elapsedMs(from, to);
}
