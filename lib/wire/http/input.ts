/**
 * Received bytes that aren't used yet. Only the other HTTP files use it.
 *
 * @module
 */

/** A stretch of bytes that is used from the front and grows at the end. */
export class HttpInput {
  /** The bytes, used and unused. */
  bytes: Uint8Array = NONE;
  /** The index of the first unused one. */
  at = 0;
  /** Bytes used before `bytes[0]`. */
  base = 0;
  /** Whether `bytes` lies in a buffer that nobody else has. */
  #isOwn = true;

  /** Bytes that aren't used yet. */
  get left(): number {
    return this.bytes.length - this.at;
  }

  /** Appends bytes without copying them. */
  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    if (this.left > 0) return this.#append(chunk);
    this.base += this.at;
    this.bytes = chunk;
    this.at = 0;
    this.#isOwn = false;
  }

  /** Copies what is unused, so that the chunk that it came in can be reused. */
  keep(): void {
    if (this.#isOwn) return;
    this.base += this.at;
    this.bytes = this.left === 0 ? NONE : this.bytes.slice(this.at);
    this.at = 0;
    this.#isOwn = true;
  }

  #append(chunk: Uint8Array): void {
    const filled = this.bytes.length + chunk.length;
    const room = this.bytes.buffer.byteLength - this.bytes.byteOffset;
    if (!this.#isOwn || filled > room) {
      // Twice what is needed, so that bytes that come one by one aren't each
      // copied again and again.
      const grown = new Uint8Array(2 * (this.left + chunk.length));
      grown.set(this.bytes.subarray(this.at));
      this.base += this.at;
      this.bytes = grown.subarray(0, this.left);
      this.at = 0;
      this.#isOwn = true;
    }
    const { buffer, byteOffset, length } = this.bytes;
    this.bytes = new Uint8Array(buffer, byteOffset, length + chunk.length);
    this.bytes.set(chunk, length);
  }
}

const NONE = new Uint8Array(0);
