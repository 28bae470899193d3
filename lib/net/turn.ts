/**
 * Gives every client of a server its turn.
 *
 * An `await` doesn't stop a client that always has more to read: when the bytes
 * are there already, its promise resolves before the event loop looks at any
 * other socket. So a busy connection must wait by itself now and then. A timer
 * is the way to do that: with `setImmediate`, Deno looks at sockets in about one
 * of 60 rounds only.
 *
 * @example The second client needn't wait until the first has no more requests
 * ```ts
 * import { Turn } from "./turn.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const order: string[] = [];
 * async function serveAll(client: string) {
 *   using turn = new Turn(2);
 *   for (let request = 1; request <= 4; request++) {
 *     await turn.take();
 *     order.push(client + request);
 *   }
 * }
 * await Promise.all([serveAll("a"), serveAll("b")]);
 * assertEquals(order.slice(0, 4), ["a1", "b1", "a2", "b2"]);
 * ```
 *
 * @module
 */

/** Counts what one connection does, and lets the others do as much. */
export class Turn implements Disposable {
  readonly #size: number;
  #left = 0;
  /** Fires when the event loop has looked at the other sockets. */
  #timer?: ReturnType<typeof setTimeout>;
  #next?: PromiseWithResolvers<void>;

  /**
   * Makes the turns of one connection.
   *
   * @param size How much may be done in one turn, at least 1.
   */
  constructor(size = 64) {
    this.#size = size;
  }

  /**
   * Waits until it's this connection's turn again, if this one is over. One that
   * has waited for its client meanwhile has a new turn already.
   *
   * @param cost What the next thing counts for.
   */
  async take(cost = 1): Promise<void> {
    if (this.#next !== undefined && this.#left <= 0) await this.#next.promise;
    if (this.#next === undefined) this.#begin();
    this.#left -= cost;
  }

  /** Leaves no timer behind. */
  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }

  #begin(): void {
    const next = this.#next = Promise.withResolvers<void>();
    this.#left = this.#size;
    this.#timer = setTimeout(() => {
      this.#next = undefined;
      next.resolve();
    });
  }
}
