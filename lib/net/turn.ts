/**
 * Shares the event loop fairly among a server's clients.
 *
 * An `await` doesn't pause a connection that always has more to read: if the
 * bytes have already arrived, the promise resolves before the event loop checks
 * any other socket. So a busy connection must pause now and then. Use a timer
 * for that: with `setImmediate`, Deno checks sockets only in about one of 60
 * rounds.
 *
 * @example The second client doesn't wait for the first one's last request
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

/** The time until the event loop has checked the other sockets. */
interface Round {
  ended: PromiseWithResolvers<void>;
  timer: ReturnType<typeof setTimeout>;
  /** The number of turns that began in this round and aren't disposed. */
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

/** Counts the work of one connection, so that the others get the same share. */
export class Turn implements Disposable {
  readonly #size: number;
  #left = 0;
  /** The round in which this turn began. */
  #round?: Round;

  /**
   * Creates the turns of one connection.
   *
   * @param size The most work in one turn, at least 1, in the unit of `cost`.
   */
  constructor(size = 64) {
    this.#size = size;
  }

  /**
   * If this connection's turn is over, waits for its next one. A connection
   * that has been waiting for its client already has a new turn.
   *
   * @param cost The cost of the next piece of work.
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

  /** Stops the timer. */
  [Symbol.dispose](): void {
    if (round === undefined || this.#round !== round) return;
    this.#round = undefined;
    if (--round.turns > 0) return;
    clearTimeout(round.timer);
    round = undefined;
  }
}
