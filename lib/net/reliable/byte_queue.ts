/**
 * Bytes that wait in line: those to send, and those to read.
 *
 * @module
 */

/**
 * A queue of bytes with a limit.
 *
 * It is a ring: one buffer that is filled at one place and emptied at another,
 * and goes on at the front when it comes to the end. Nothing is ever moved.
 *
 * @example In at one end, out at the other
 * ```ts
 * import { ByteQueue } from "./byte_queue.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const queue = new ByteQueue(4);
 * assertEquals(queue.push(new Uint8Array([1, 2, 3, 4, 5])), 4);
 * const target = new Uint8Array(2);
 * assertEquals(queue.copyTo(target, 1), 2);
 * assertEquals(target, new Uint8Array([2, 3]));
 * queue.drop(3);
 * assertEquals([queue.length, queue.room], [1, 3]);
 * ```
 */
export class ByteQueue {
  readonly #ring: Uint8Array;
  #start = 0;
  #length = 0;

  /**
   * Makes an empty queue.
   *
   * @param capacity The most that it holds, in bytes.
   */
  constructor(capacity: number) {
    this.#ring = new Uint8Array(capacity);
  }

  /** How many bytes are in it. */
  get length(): number {
    return this.#length;
  }

  /** How many more it takes. */
  get room(): number {
    return this.#ring.length - this.#length;
  }

  /**
   * Takes bytes in, as many as there is room for.
   *
   * @param bytes What to take in; it is copied.
   * @returns How many were taken.
   */
  push(bytes: Uint8Array): number {
    const count = Math.min(bytes.length, this.room);
    const end = (this.#start + this.#length) % this.#ring.length;
    const first = Math.min(count, this.#ring.length - end);
    this.#ring.set(bytes.subarray(0, first), end);
    this.#ring.set(bytes.subarray(first, count), 0);
    this.#length += count;
    return count;
  }

  /**
   * Copies bytes out, and leaves them in the queue.
   *
   * @param target Where to put them.
   * @param offset How many to pass over before that, up to `length`.
   * @returns How many were copied: all that there are, or as many as fit.
   */
  copyTo(target: Uint8Array, offset = 0): number {
    const size = this.#ring.length;
    const count = Math.min(target.length, this.#length - offset);
    const from = (this.#start + offset) % size;
    const first = Math.min(count, size - from);
    target.set(this.#ring.subarray(from, from + first));
    target.set(this.#ring.subarray(0, count - first), first);
    return count;
  }

  /**
   * Forgets the first bytes.
   *
   * @param count How many, up to `length`.
   */
  drop(count: number): void {
    this.#length -= count;
    // An empty queue begins at the front again, so that less goes round the end.
    this.#start = this.#length === 0
      ? 0
      : (this.#start + count) % this.#ring.length;
  }
}
