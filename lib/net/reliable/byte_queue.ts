/**
 * A queue of bytes, to send or to read.
 *
 * @module
 */

/**
 * A bounded queue of bytes.
 *
 * It is a ring buffer: bytes are added in one place and removed in another, and
 * both wrap around at the end. Bytes are never moved.
 *
 * @example Add and remove bytes
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
   * @param capacity The most bytes that it holds.
   */
  constructor(capacity: number) {
    this.#ring = new Uint8Array(capacity);
  }

  /** How many bytes are in it. */
  get length(): number {
    return this.#length;
  }

  /** How many more bytes fit. */
  get room(): number {
    return this.#ring.length - this.#length;
  }

  /**
   * Adds as many bytes as fit.
   *
   * @param bytes The bytes to add; they are copied.
   * @returns The number of bytes added.
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
   * Copies bytes out, without removing them.
   *
   * @param target The buffer for the bytes.
   * @param offset The number of bytes to skip first, up to `length`.
   * @returns The number of bytes copied: all that are left, or as many as fit.
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
   * Removes the first bytes.
   *
   * @param count The number of bytes, up to `length`.
   */
  drop(count: number): void {
    this.#length -= count;
    // An empty queue starts at the front again, so that it wraps less often.
    this.#start = this.#length === 0
      ? 0
      : (this.#start + count) % this.#ring.length;
  }
}
