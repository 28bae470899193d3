/**
 * A buffer that collects the pieces of a body.
 *
 * @module
 */

/**
 * Collects the pieces of a body in one buffer.
 *
 * An array for each piece would cost over a hundred bytes, however small the
 * piece: a client that sends a megabyte in one-byte chunks would use more than
 * a hundred megabytes. This buffer is at most twice as large as the bytes
 * received.
 *
 * @example A body in two pieces
 * ```ts
 * import { BodyBuffer } from "./body.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const body = new BodyBuffer();
 * body.add(new TextEncoder().encode("hel"));
 * body.add(new TextEncoder().encode("lo"));
 * assertEquals(new TextDecoder().decode(body.take()), "hello");
 * ```
 */
export class BodyBuffer {
  #buffer = new Uint8Array(0);
  #size = 0;

  /** The number of bytes received so far. */
  get size(): number {
    return this.#size;
  }

  /** The size of the buffer, in bytes. */
  get capacity(): number {
    return this.#buffer.length;
  }

  /**
   * Adds a piece.
   *
   * @param piece The bytes. They're copied, so the piece may be a view of a
   * buffer that the next read overwrites.
   */
  add(piece: Uint8Array): void {
    const size = this.#size + piece.length;
    if (size > this.#buffer.length) {
      const grown = new Uint8Array(
        this.#size === 0 ? size : Math.max(size, 2 * this.#size),
      );
      grown.set(this.#buffer.subarray(0, this.#size));
      this.#buffer = grown;
    }
    this.#buffer.set(piece, this.#size);
    this.#size = size;
  }

  /**
   * Returns the whole body, and starts the next one.
   *
   * @returns The body's bytes, in an array that nothing else refers to.
   */
  take(): Uint8Array<ArrayBuffer> {
    const body = this.#buffer.subarray(0, this.#size);
    this.#buffer = new Uint8Array(0);
    this.#size = 0;
    return body;
  }
}
