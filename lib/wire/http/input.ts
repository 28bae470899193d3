/**
 * A buffer for received bytes that haven't been used yet. Only the other files
 * in this folder use it.
 *
 * @module
 */

/** A queue of bytes: added at the end, used from the front. */
export class HttpInput {
  /** The bytes, used and unused. */
  bytes: Uint8Array = NONE;
  /** The index of the first unused byte. */
  at = 0;
  /** The number of bytes that were used before `bytes[0]`. */
  base = 0;
  /** Whether `bytes` is in the queue's own buffer. */
  #isOwn = true;

  /** The number of bytes that haven't been used yet. */
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

  /**
   * Copies the unused bytes, so that the caller can reuse the buffer that they
   * arrived in.
   */
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
      // Twice the size needed: otherwise, if bytes arrive one by one, each
      // would copy all the earlier ones again.
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
