/** One good answer to each exercise of lesson 8. */

// ---- 8.1 connectWithin ------------------------------------------------------

export async function connectWithin(
  port: number,
  ms: number,
): Promise<Deno.Conn> {
  const giveUp = new AbortController();
  const timer = setTimeout(() => {
    // The reason is what connect() then throws.
    giveUp.abort(new Deno.errors.TimedOut(`no answer within ${ms} ms`));
  }, ms);
  try {
    // The signal does more than end the waiting: it ends the attempt, so that
    // no connection can come when nobody waits for it any more.
    return await Deno.connect({
      hostname: "127.0.0.1",
      port,
      signal: giveUp.signal,
    });
  } finally {
    // A timer keeps the program running until it fires.
    clearTimeout(timer);
  }
}
// Shorter, and as good: `signal: AbortSignal.timeout(ms)`, and no timer of our
// own. That one throws TimeoutError, and keeps no program running.

// ---- 8.2 TimedReader --------------------------------------------------------

export class TimedReader {
  #conn: Deno.Conn;
  #buffer = new Uint8Array(16 * 1024);
  /** The read in progress. It may outlive the call that started it. */
  #reading?: Promise<number | null>;

  constructor(conn: Deno.Conn) {
    this.#conn = conn;
  }

  async read(ms: number): Promise<Uint8Array | null | "timeout"> {
    this.#reading ??= this.#conn.read(this.#buffer);
    const { promise: late, resolve } = Promise.withResolvers<"timeout">();
    const timer = setTimeout(() => resolve("timeout"), ms);
    try {
      // The race handles a failure of the read, too, even when it's over. So
      // nothing is unhandled if the read fails between two calls; the next call
      // awaits the same promise, and throws.
      const count = await Promise.race([this.#reading, late]);
      // Only the race is over: the read goes on, and is kept for the next call.
      if (count === "timeout") return count;
      this.#reading = undefined;
      // A copy, because the buffer is used again.
      return count === null ? null : this.#buffer.slice(0, count);
    } finally {
      // A timer keeps the program running until it fires.
      clearTimeout(timer);
    }
  }
}

// ---- 8.3 retry --------------------------------------------------------------

export async function retry<T>(
  attempt: () => Promise<T>,
  options: { attempts: number; firstDelayMs: number },
): Promise<T> {
  let delayMs = options.firstDelayMs;
  for (let left = options.attempts;; left--) {
    try {
      // The await must be inside: without it, the failure would pass by here.
      return await attempt();
    } catch (error) {
      const isRefusal = error instanceof Deno.errors.ConnectionRefused;
      // No wait after the last attempt: nothing would come of it.
      if (!isRefusal || left === 1) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    delayMs *= 2;
  }
}
