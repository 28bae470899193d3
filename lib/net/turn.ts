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

/** The time until the event loop has looked at the other sockets. */
interface Round {
  ended: PromiseWithResolvers<void>;
  timer: ReturnType<typeof setTimeout>;
  /** How many turns began in it and aren't disposed. */
  turns: number;
}

/** All connections share the round, because a timer for each would cost more. */
let round: Round | undefined;

function startRound(): Round {
  const ended = Promise.withResolvers<void>();
  const timer = setTimeout(() => {
    round = undefined;
    ended.resolve();
  });
  return { ended, timer, turns: 0 };
}

const NOW = Promise.resolve();

/** Counts what one connection does, and lets the others do as much. */
export class Turn implements Disposable {
  readonly #size: number;
  #left = 0;
  /** The round in which this turn began. */
  #round?: Round;

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
  take(cost = 1): Promise<void> {
    round ??= startRound();
    if (this.#round !== round) {
      this.#round = round;
      this.#left = this.#size;
      round.turns++;
    }
    if (this.#left <= 0) return round.ended.promise.then(() => this.take(cost));
    this.#left -= cost;
    return NOW;
  }

  /** Leaves no timer behind. */
  [Symbol.dispose](): void {
    if (round === undefined || this.#round !== round) return;
    this.#round = undefined;
    if (--round.turns > 0) return;
    clearTimeout(round.timer);
    round = undefined;
  }
}
