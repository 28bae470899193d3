const ORIGINALS = { Uint8Array, ArrayBuffer };

/**
 * Watches the number of bytes that an answer allocates.
 *
 * An array of gigabytes uses no memory until something is written to it, and if
 * there isn't enough memory, the error looks like that of a limit. So only this
 * watch shows whether the answer checked a limit first.
 *
 * It sees only `new Uint8Array(size)` and `new ArrayBuffer(size)`.
 */
export class RoomWatch implements Disposable {
  /** The largest allocation, in bytes. */
  largest = 0;

  /** Starts to watch, until the end of the block (`using`). */
  constructor() {
    globalThis.Uint8Array = this.#watched(ORIGINALS.Uint8Array);
    globalThis.ArrayBuffer = this.#watched(ORIGINALS.ArrayBuffer);
  }

  /** Ends the watch. */
  [Symbol.dispose](): void {
    Object.assign(globalThis, ORIGINALS);
  }

  // deno-lint-ignore no-explicit-any -- Constructors differ in their arguments.
  #watched<C extends new (...args: any[]) => object>(original: C): C {
    const watched: C = new Proxy(original, {
      construct: (_, args, newTarget) => {
        const [size] = args;
        if (typeof size === "number") {
          this.largest = Math.max(this.largest, size);
        }
        // The property `constructor` of a new array is the original.
        const made = newTarget === watched ? original : newTarget;
        return Reflect.construct(original, args, made);
      },
    });
    return watched;
  }
}
