/**
 * Putting segments in order: the receiving half of a reliable stream.
 *
 * @module
 */

import { seqAdd, seqDiff } from "../../wire/tcp/sequence.ts";

/** Bytes that came early, and where they belong. */
interface Piece {
  /** Position of the first byte in the stream, counted from 0, not wrapped. */
  start: number;
  bytes: Uint8Array<ArrayBuffer>;
}

/**
 * Makes a stream of segments that come late, early, twice, or in parts that
 * overlap (RFC 9293, sections 3.4 and 3.10.7.4).
 *
 * It keeps what is early until the gap before it is filled, and drops what it
 * has already, and what lies outside its window. It does no input or output.
 *
 * The numbers on the wire go round in a circle. In here positions are plain
 * numbers that never wrap, so "earlier" is simply `<`.
 *
 * @example The second segment overtakes the first
 * ```ts
 * import { Receiver } from "./receiver.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const receiver = new Receiver(4294967295, 100);
 * const early = receiver.accept(1, new Uint8Array([3, 4]));
 * assertEquals([early.length, receiver.ack], [0, 4294967295]);
 *
 * const all = receiver.accept(4294967295, new Uint8Array([1, 2]));
 * assertEquals(all, new Uint8Array([1, 2, 3, 4]));
 * assertEquals([receiver.ack, receiver.window], [3, 96]);
 * ```
 */
export class Receiver {
  readonly #first: number;
  readonly #capacity: number;
  /** Position of the next byte of the stream. */
  #next = 0;
  /** Bytes that have been given out, and not yet released. */
  #unread = 0;
  /** What came early, in order, without overlaps. */
  readonly #early: Piece[] = [];

  /**
   * Waits for the first byte.
   *
   * @param first The number of the first byte, from 0 to 4294967295.
   * @param capacity The most to hold, in bytes: what came early, and what is
   * in order but not yet released. Less than 2147483648.
   */
  constructor(first: number, capacity: number) {
    this.#first = first;
    this.#capacity = capacity;
  }

  /** The number of the next byte in order: all before it have come. */
  get ack(): number {
    return seqAdd(this.#first, this.#next);
  }

  /** How many bytes from `ack` on there is room for. */
  get window(): number {
    return this.#capacity - this.#unread;
  }

  /** How many bytes came early and wait for a gap to be filled. */
  get earlyBytes(): number {
    return this.#early.reduce((sum, { bytes }) => sum + bytes.length, 0);
  }

  /** Whether there is a gap in front of bytes that came early. */
  get hasGap(): boolean {
    return this.#early.length > 0;
  }

  /**
   * Takes a segment.
   *
   * @param seq The number of its first byte.
   * @param data Its bytes.
   * @returns All bytes that are now in order and were not before; often none.
   * They may be a view of `data`. They take room until they are released.
   */
  accept(seq: number, data: Uint8Array): Uint8Array {
    const start = this.#next + seqDiff(seq, this.ack);
    const end = start + data.length;
    const from = Math.max(start, this.#next);
    const to = Math.min(end, this.#next + this.window);
    if (from >= to) return data.subarray(0, 0);

    const fresh = data.subarray(from - start, to - start);
    if (from === this.#next && this.#early.length === 0) {
      // Nearly all segments go this way. Nothing is copied.
      return this.#deliver(fresh);
    }
    this.#keep(from, fresh);
    return this.#deliver(this.#takeReady());
  }

  /**
   * Makes room: somebody has read bytes that {@linkcode Receiver.accept} gave.
   *
   * @param count How many.
   */
  release(count: number): void {
    this.#unread -= count;
  }

  #deliver(bytes: Uint8Array): Uint8Array {
    this.#next += bytes.length;
    this.#unread += bytes.length;
    return bytes;
  }

  /** Copies into the gaps what is not there yet. */
  #keep(start: number, bytes: Uint8Array): void {
    const end = start + bytes.length;
    let from = start;
    let at = 0;
    while (from < end) {
      const piece = this.#early[at];
      const to = Math.min(end, piece?.start ?? end);
      if (from < to) {
        const part = bytes.slice(from - start, to - start);
        this.#early.splice(at++, 0, { start: from, bytes: part });
      }
      if (piece === undefined) return;
      from = Math.max(from, piece.start + piece.bytes.length);
      at++;
    }
  }

  /** Takes out the pieces that follow one another from the next byte on. */
  #takeReady(): Uint8Array {
    let count = 0;
    let end = this.#next;
    while (this.#early[count]?.start === end) {
      end += this.#early[count++].bytes.length;
    }
    const ready = new Uint8Array(end - this.#next);
    for (const { start, bytes } of this.#early.splice(0, count)) {
      ready.set(bytes, start - this.#next);
    }
    return ready;
  }
}
