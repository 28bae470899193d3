/** Collects answers in one buffer, to write them together. */

/**
 * Collects bytes in a buffer that it reuses. A new buffer for each answer would
 * cost more than encoding the answer.
 */
export class Output {
  #buffer = new Uint8Array(1024);
  /** How many bytes are waiting. */
  length = 0;

  /** Adds text with one byte for each character, such as a head. */
  addText(text: string): void {
    this.#makeRoom(text.length);
    for (let i = 0; i < text.length; i++) {
      this.#buffer[this.length + i] = text.charCodeAt(i);
    }
    this.length += text.length;
  }

  /** Adds bytes. */
  add(bytes: Uint8Array): void {
    this.#makeRoom(bytes.length);
    this.#buffer.set(bytes, this.length);
    this.length += bytes.length;
  }

  /**
   * Returns all bytes as a view, and starts over. Write them before you add
   * more.
   */
  take(): Uint8Array {
    const bytes = this.#buffer.subarray(0, this.length);
    this.length = 0;
    return bytes;
  }

  #makeRoom(size: number): void {
    if (this.length + size <= this.#buffer.length) return;
    const old = this.#buffer;
    this.#buffer = new Uint8Array(2 * (this.length + size));
    this.#buffer.set(old.subarray(0, this.length));
  }
}
