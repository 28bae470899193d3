const ORIGINALS = { Uint8Array, ArrayBuffer };

/**
 * Sees how much room an answer makes for bytes.
 *
 * An array of gigabytes costs nothing until something is written into it, and
 * where there isn't as much memory, the error looks like that of a limit. So
 * only this tells whether a limit was looked at before.
 *
 * It knows what goes through `new Uint8Array(size)` and `new ArrayBuffer(size)`.
 */
export class RoomWatch implements Disposable {
  /** The most bytes that were asked for at once. */
  largest = 0;

  /** Begins to watch; the end of the block ends it. */
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
        // The property `constructor` of what's made is the original.
        const made = newTarget === watched ? original : newTarget;
        return Reflect.construct(original, args, made);
      },
    });
    return watched;
  }
}
