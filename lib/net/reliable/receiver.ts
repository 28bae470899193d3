/**
 * Puts segments in order.
 *
 * @module
 */

import { seqAdd, seqDiff } from "../../wire/tcp/sequence.ts";

/** Bytes that arrived early, and their place in the stream. */
interface Piece {
  /** The position of the first byte in the stream, counted from 0, not wrapped. */
  start: number;
  bytes: Uint8Array<ArrayBuffer>;
}

/**
 * Reassembles the byte stream from segments that arrive late, early, twice, or
 * overlapping (RFC 9293, sections 3.4 and 3.10.7.4).
 *
 * It keeps early bytes until the gap before them is filled, and drops bytes that
 * it already has or that are outside its window. It does no I/O.
 *
 * Sequence numbers wrap at 2^32. Positions here are plain numbers that never
 * wrap, so "earlier" is simply `<`.
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
  /** The position of the next byte in order. */
  #next = 0;
  /** How many bytes were returned but not released yet. */
  #unread = 0;
  /** The bytes that arrived early, in order, without overlaps. */
  readonly #early: Piece[] = [];

  /**
   * Makes a receiver, before the first byte.
   *
   * @param first The sequence number of the first byte, from 0 to 4294967295.
   * @param capacity The size of the receive buffer, in bytes, less than
   * 2147483648: for early bytes, and for bytes in order that aren't released yet.
   */
  constructor(first: number, capacity: number) {
    this.#first = first;
    this.#capacity = capacity;
  }

  /** The sequence number of the next byte in order, RCV.NXT. */
  get ack(): number {
    return seqAdd(this.#first, this.#next);
  }

  /**
   * The receive window: the number of bytes from `ack` on that there is room
   * for.
   */
  get window(): number {
    return this.#capacity - this.#unread;
  }

  /** How many bytes arrived early. */
  get earlyBytes(): number {
    return this.#early.reduce((sum, { bytes }) => sum + bytes.length, 0);
  }

  /** Whether there is a gap before early bytes. */
  get hasGap(): boolean {
    return this.#early.length > 0;
  }

  /**
   * Accepts a segment.
   *
   * @param seq The sequence number of its first byte.
   * @param data The segment's data.
   * @returns The bytes that are now in order and weren't before, which may be
   * none. They may be a view of `data`. They use room until you release them.
   */
  accept(seq: number, data: Uint8Array): Uint8Array {
    const start = this.#next + seqDiff(seq, this.ack);
    const end = start + data.length;
    const from = Math.max(start, this.#next);
    const to = Math.min(end, this.#next + this.window);
    if (from >= to) return data.subarray(0, 0);

    const fresh = data.subarray(from - start, to - start);
    if (from === this.#next && this.#early.length === 0) {
      // Nearly all segments arrive in order. They aren't copied.
      return this.#deliver(fresh);
    }
    this.#keep(from, fresh);
    return this.#deliver(this.#takeReady());
  }

  /**
   * Frees the room of bytes that {@linkcode Receiver.accept} has returned.
   *
   * @param count The number of bytes.
   */
  release(count: number): void {
    this.#unread -= count;
  }

  #deliver(bytes: Uint8Array): Uint8Array {
    this.#next += bytes.length;
    this.#unread += bytes.length;
    return bytes;
  }

  /** Copies bytes into the gaps. */
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

  /** Removes and joins the pieces that are now in order. */
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
