import type { FakeConn } from "./fake_conn.ts";
import { every } from "./own_timers.ts";

// A check may replace the global function to see how the answer uses it.
const { setImmediate } = globalThis;

/** After this many accepts on a closed listener, a loop counts as endless. */
const MAX_LATE_ACCEPTS = 100;

/** This many failed accepts in this short a time are a loop without a pause. */
const MAX_FAILED_ACCEPTS = 30;
const COUNTED_MS = 10;

/**
 * A simulated listener whose clients connect when a check says so.
 *
 * It does on demand what a real listener does only by chance: clients reset
 * their connections before they're accepted, file descriptors run out, and a
 * thousand clients connect at once. In all other ways, it behaves like Deno's
 * own listeners, according to measurements:
 *
 * - A second `accept()` while one is waiting rejects with Busy.
 * - `close()` makes the waiting `accept()` and all later ones reject with
 *   BadResource. A `for await` loop ends then; it throws any other error.
 * - For a client that has reset its connection, `accept()` rejects with
 *   NotConnected, and the next call returns the next client.
 *
 * An `accept()` in an endless loop never returns, which stops the loop.
 */
export class FakeListener<C extends Deno.Conn = FakeConn>
  implements Deno.Listener<C> {
  readonly #queue: (C | Error)[] = [];
  #failing?: Error;
  #failedAccepts = 0;
  #endCount = () => {};
  #lateAccepts = 0;
  #isWaiting = false;
  #closed = false;
  #change = Promise.withResolvers<void>();
  /** All accepted connections, in order. */
  readonly accepted: C[] = [];
  /**
   * The number of accepts that rejected because a client had reset its
   * connection.
   */
  lost = 0;
  /** Whether an accept has failed since `failWith`. */
  hasFailed = false;
  /** Whether a second accept began while the first was waiting. */
  wasBusy = false;
  /** Whether `close` was called when the listener was closed already. */
  closedTwice = false;
  /** Whether failing accepts follow each other without a pause. */
  loopsWithoutPause = false;

  readonly addr: Deno.NetAddr = {
    transport: "tcp",
    hostname: "127.0.0.1",
    port: 7000,
  };

  /** Whether the listener is closed. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Whether the code keeps calling `accept()` after the close. */
  get loopsForever(): boolean {
    return this.#lateAccepts > MAX_LATE_ACCEPTS;
  }

  /**
   * Lets a client connect and wait in the backlog.
   *
   * @param conn The server's end of its connection.
   */
  connects(conn: C): void {
    this.#queue.push(conn);
    this.#wake();
  }

  /** Lets a client connect and reset its connection before it's accepted. */
  leaves(): void {
    this.#queue.push(
      Object.assign(
        new Deno.errors.NotConnected(
          "Transport endpoint is not connected (os error 107)",
        ),
        { code: "ENOTCONN" },
      ),
    );
    this.#wake();
  }

  /**
   * Makes every accept fail until `recover`.
   *
   * @param error The error.
   */
  failWith(error: Error): void {
    this.#failing = error;
    // A pause is a timer, so it lets this timer run, too, and the count starts
    // over.
    this.#endCount = every(COUNTED_MS, () => this.#failedAccepts = 0);
    this.#wake();
  }

  /** Lets accepts succeed again. */
  recover(): void {
    this.#failing = undefined;
    this.#endCount();
    this.#endCount = () => {};
  }

  /** Accepts as a real listener does. */
  async accept(): Promise<C> {
    if (this.#isWaiting && !this.#closed) {
      this.wasBusy = true;
      throw new Deno.errors.Busy("Another accept task is ongoing");
    }
    if (this.#closed && ++this.#lateAccepts > MAX_LATE_ACCEPTS) await never();
    this.#isWaiting = true;
    try {
      return await this.#accept();
    } finally {
      this.#isWaiting = false;
    }
  }

  /** Closes the listener. */
  close(): void {
    if (this.#closed) {
      this.closedTwice = true;
      throw new Deno.errors.BadResource("Bad resource ID");
    }
    this.#closed = true;
    this.#wake();
  }

  /** Does nothing: there's no socket that could keep the program running. */
  ref(): void {}

  /** Does nothing. */
  unref(): void {}

  /** Closes, unless it's closed already. */
  [Symbol.dispose](): void {
    if (!this.#closed) this.close();
  }

  /** As in Deno, leaving a `for await` loop early closes the listener. */
  [Symbol.asyncIterator](): AsyncIterableIterator<C> {
    return {
      next: async () => {
        try {
          return { value: await this.accept(), done: false };
        } catch (error) {
          if (!(error instanceof Deno.errors.BadResource)) throw error;
          return { value: undefined, done: true };
        }
      },
      return: (value) => {
        this[Symbol.dispose]();
        return Promise.resolve({ value, done: true });
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  async #accept(): Promise<C> {
    // Wait for a later turn, so that no loop keeps timers from running.
    await new Promise((resolve) => setImmediate(resolve));
    while (true) {
      if (this.#closed) {
        throw new Deno.errors.BadResource("Listener has been closed");
      }
      if (this.#failing !== undefined) await this.#fail(this.#failing);
      const next = this.#queue.shift();
      if (next instanceof Error) {
        this.lost++;
        throw next;
      }
      if (next !== undefined) {
        this.accepted.push(next);
        return next;
      }
      await this.#change.promise;
    }
  }

  async #fail(error: Error): Promise<never> {
    this.hasFailed = true;
    this.loopsWithoutPause ||= ++this.#failedAccepts > MAX_FAILED_ACCEPTS;
    if (this.loopsWithoutPause) await never();
    throw error;
  }

  #wake(): void {
    this.#change.resolve();
    this.#change = Promise.withResolvers();
  }
}

function never(): Promise<never> {
  return new Promise(() => {});
}
