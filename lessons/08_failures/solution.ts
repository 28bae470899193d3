/** One good answer to each exercise of lesson 8. */

// ---- 8.1 connectWithin ------------------------------------------------------

export async function connectWithin(
  port: number,
  ms: number,
): Promise<Deno.Conn> {
  const giveUp = new AbortController();
  const timer = setTimeout(() => {
    // connect() then throws this reason.
    giveUp.abort(new Deno.errors.TimedOut(`no answer within ${ms} ms`));
  }, ms);
  try {
    // The signal doesn't just end the waiting. It ends the attempt, so no
    // connection can be made after you've given up.
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
// Shorter, and just as good: `signal: AbortSignal.timeout(ms)` instead of the
// timer. It throws TimeoutError and doesn't keep the program running.

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
      // The race handles a failure of the read, even after the race is over. So
      // if the read fails between two calls, that's not an unhandled rejection,
      // and the next call awaits the same promise and throws.
      const count = await Promise.race([this.#reading, late]);
      // Only the race is over. The read is still pending, so keep it.
      if (count === "timeout") return count;
      this.#reading = undefined;
      // A copy, because the next read uses the same buffer.
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
      // Keep the await: without it, this catch would never see the failure.
      return await attempt();
    } catch (error) {
      const isRefusal = error instanceof Deno.errors.ConnectionRefused;
      // Don't wait after the last attempt: there's nothing to wait for.
      if (!isRefusal || left === 1) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    delayMs *= 2;
  }
}
