/** Wrong answers to the exercises of lesson 8, and what must be said of each. */
import type { WrongAnswer } from "../gates.ts";
import type {
  ConnectWithin,
  Retry,
  RetryOptions,
  TimedReaderClass,
} from "../../../lessons/08_failures/types.ts";

const hostname = "127.0.0.1";

/** Wrong answers to 8.1. */
export const connectWithinMistakes: WrongAnswer<ConnectWithin>[] = [
  {
    name: "leaves a timer",
    async attempt(port, ms) {
      const giveUp = new AbortController();
      setTimeout(
        () => giveUp.abort(new Deno.errors.TimedOut("no answer")),
        ms,
      );
      return await Deno.connect({ hostname, port, signal: giveUp.signal });
    },
    diagnosis: /timer of 30000 ms still runs after it has connected/,
  },
  {
    name: "clears the timer on success only",
    async attempt(port, ms) {
      const giveUp = new AbortController();
      const timer = setTimeout(
        () => giveUp.abort(new Deno.errors.TimedOut("no answer")),
        ms,
      );
      const { signal } = giveUp;
      const conn = await Deno.connect({ hostname, port, signal });
      clearTimeout(timer);
      return conn;
    },
    diagnosis: /timer of 30000 ms still runs after it was refused/,
  },
  {
    name: "leaves the late connection open",
    async attempt(port, ms) {
      const late = Promise.withResolvers<never>();
      const timer = setTimeout(
        () => late.reject(new Deno.errors.TimedOut("no answer")),
        ms,
      );
      try {
        const connecting = Deno.connect({ hostname, port });
        return await Promise.race([connecting, late.promise]);
      } finally {
        clearTimeout(timer);
      }
    },
    diagnosis: /came late.*a race ends the waiting, not the connecting/s,
  },
  {
    name: "turns a refusal into a time-out",
    async attempt(port, ms) {
      try {
        const signal = AbortSignal.timeout(ms);
        return await Deno.connect({ hostname, port, signal });
      } catch {
        throw new Deno.errors.TimedOut(`no connection within ${ms} ms`);
      }
    },
    diagnosis: /turned a refusal into a time-out/,
  },
  {
    name: "wraps every failure in an Error of its own",
    async attempt(port, ms) {
      try {
        const signal = AbortSignal.timeout(ms);
        return await Deno.connect({ hostname, port, signal });
      } catch (cause) {
        throw new Error("could not connect", { cause });
      }
    },
    diagnosis: /did not throw the refusal as it is/,
  },
  {
    name: "returns nothing where it is refused",
    async attempt(port, ms) {
      try {
        const signal = AbortSignal.timeout(ms);
        return await Deno.connect({ hostname, port, signal });
      } catch (error) {
        if (error instanceof Deno.errors.ConnectionRefused) {
          return undefined as unknown as Deno.Conn;
        }
        throw error;
      }
    },
    diagnosis: /returned undefined, where nobody listens/,
  },
  {
    name: "resolves with null when the time is over",
    async attempt(port, ms) {
      try {
        const signal = AbortSignal.timeout(ms);
        return await Deno.connect({ hostname, port, signal });
      } catch (error) {
        if (error instanceof DOMException) return null as unknown as Deno.Conn;
        throw error;
      }
    },
    diagnosis: /returned null, where nobody answers/,
  },
  {
    name: "aborts without a reason",
    async attempt(port, ms) {
      const giveUp = new AbortController();
      const timer = setTimeout(() => giveUp.abort(), ms);
      try {
        const { signal } = giveUp;
        return await Deno.connect({ hostname, port, signal });
      } finally {
        clearTimeout(timer);
      }
    },
    diagnosis: /abort\(\) without a reason/,
  },
  {
    name: "throws a plain Error when the time is over",
    async attempt(port, ms) {
      const giveUp = new AbortController();
      const timer = setTimeout(() => giveUp.abort(new Error("timeout")), ms);
      try {
        const { signal } = giveUp;
        return await Deno.connect({ hostname, port, signal });
      } finally {
        clearTimeout(timer);
      }
    },
    diagnosis: /only says it in its message/,
  },
  {
    name: "takes the milliseconds for seconds",
    attempt: (port, ms) =>
      Deno.connect({
        hostname,
        port,
        signal: AbortSignal.timeout(ms * 1000),
      }),
    diagnosis: /Is `ms` in milliseconds/,
  },
  {
    name: "counts in whole seconds, and so gives up too early",
    attempt: (port, ms) =>
      Deno.connect({
        hostname,
        port,
        signal: AbortSignal.timeout(Math.floor(ms / 1000) * 1000),
      }),
    diagnosis: /wait as long as it was told/,
  },
];

/** Waits for a promise or for a time, and leaves no timer. */
async function within<V>(
  event: Promise<V>,
  ms: number,
): Promise<V | "timeout"> {
  const { promise, resolve } = Promise.withResolvers<"timeout">();
  const timer = setTimeout(() => resolve("timeout"), ms);
  try {
    return await Promise.race([event, promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Wrong answers to 8.2. */
export const timedReaderMistakes: WrongAnswer<TimedReaderClass>[] = [
  {
    name: "races, and reads again",
    attempt: class {
      constructor(readonly conn: Deno.Conn) {}
      async read(ms: number) {
        const buffer = new Uint8Array(1024);
        const count = await within(this.conn.read(buffer), ms);
        if (count === "timeout" || count === null) return count;
        return buffer.slice(0, count);
      }
    },
    diagnosis: /the read that was given up is still under way, and has taken/,
  },
  {
    name: "closes on time-out",
    attempt: class {
      constructor(readonly conn: Deno.Conn) {}
      async read(ms: number) {
        const buffer = new Uint8Array(1024);
        const count = await within(this.conn.read(buffer), ms);
        if (count === "timeout") this.conn.close();
        if (count === "timeout" || count === null) return count;
        return buffer.slice(0, count);
      }
    },
    diagnosis: /closed the connection/,
  },
  {
    name: "has two reads under way at once",
    attempt: class {
      #came: (Uint8Array | null)[] = [];
      #moved = Promise.withResolvers<void>();
      constructor(readonly conn: Deno.Conn) {}
      async read(ms: number) {
        // Loses nothing here, but only as long as reads are served in turn.
        if (this.#came.length === 0) {
          this.#begin().catch(this.#moved.reject);
          await within(this.#moved.promise, ms);
        }
        const first = this.#came.shift();
        return first === undefined ? "timeout" : first;
      }
      async #begin() {
        const buffer = new Uint8Array(1024);
        const count = await this.conn.read(buffer);
        this.#came.push(count === null ? null : buffer.slice(0, count));
        this.#moved.resolve();
        this.#moved = Promise.withResolvers();
      }
    },
    diagnosis: /Two reads were under way/,
  },
  {
    name: "leaves the timer of the race",
    attempt: class {
      #reading?: Promise<number | null>;
      #buffer = new Uint8Array(1024);
      constructor(readonly conn: Deno.Conn) {}
      async read(ms: number) {
        this.#reading ??= this.conn.read(this.#buffer);
        const count = await Promise.race([
          this.#reading,
          new Promise<"timeout">((resolve) =>
            setTimeout(resolve, ms, "timeout")
          ),
        ]);
        if (count === "timeout") return count;
        this.#reading = undefined;
        return count === null ? null : this.#buffer.slice(0, count);
      }
    },
    diagnosis: /timer of 30000 ms still runs/,
  },
  {
    name: "gives views of one buffer",
    attempt: class {
      #reading?: Promise<number | null>;
      #buffer = new Uint8Array(1024);
      constructor(readonly conn: Deno.Conn) {}
      async read(ms: number) {
        this.#reading ??= this.conn.read(this.#buffer);
        const count = await within(this.#reading, ms);
        if (count === "timeout") return count;
        this.#reading = undefined;
        return count === null ? null : this.#buffer.subarray(0, count);
      }
    },
    diagnosis: /views of one buffer/,
  },
  {
    name: "gives the whole buffer",
    attempt: class {
      #reading?: Promise<number | null>;
      #buffer = new Uint8Array(1024);
      constructor(readonly conn: Deno.Conn) {}
      async read(ms: number) {
        this.#reading ??= this.conn.read(this.#buffer);
        const count = await within(this.#reading, ms);
        if (count === "timeout") return count;
        this.#reading = undefined;
        return count === null ? null : this.#buffer.slice();
      }
    },
    diagnosis: /only the first `count` bytes are new/,
  },
  {
    name: "keeps the read for ever, and gives its bytes again",
    attempt: class {
      #reading?: Promise<number | null>;
      #buffer = new Uint8Array(1024);
      constructor(readonly conn: Deno.Conn) {}
      async read(ms: number) {
        this.#reading ??= this.conn.read(this.#buffer);
        const count = await within(this.#reading, ms);
        if (count === "timeout" || count === null) return count;
        return this.#buffer.slice(0, count);
      }
    },
    diagnosis: /Nothing has come, and the deadline has passed/,
  },
  {
    name: "takes the end for a time-out",
    attempt: class {
      #reading?: Promise<number | null>;
      #buffer = new Uint8Array(1024);
      constructor(readonly conn: Deno.Conn) {}
      async read(ms: number) {
        this.#reading ??= this.conn.read(this.#buffer);
        const count = await within(this.#reading, ms);
        if (!count || count === "timeout") return "timeout";
        this.#reading = undefined;
        return this.#buffer.slice(0, count);
      }
    },
    diagnosis: /`if \(!count\)` takes it for nothing/,
  },
  {
    name: "takes a reset for the end",
    attempt: class {
      #reading?: Promise<number | null>;
      #buffer = new Uint8Array(1024);
      constructor(readonly conn: Deno.Conn) {}
      async read(ms: number) {
        this.#reading ??= this.conn.read(this.#buffer).catch(() => null);
        const count = await within(this.#reading, ms);
        if (count === "timeout") return count;
        this.#reading = undefined;
        return count === null ? null : this.#buffer.slice(0, count);
      }
    },
    diagnosis: /A reset is not the end/,
  },
  {
    name: "lets the kept read fail with nobody waiting",
    attempt: class {
      #reading?: Promise<number | null>;
      #buffer = new Uint8Array(1024);
      constructor(readonly conn: Deno.Conn) {}
      read(ms: number): Promise<Uint8Array | null | "timeout"> {
        const reading = this.#reading ??= this.conn.read(this.#buffer);
        return new Promise((resolve) => {
          let isLate = false;
          const timer = setTimeout(() => {
            isLate = true;
            resolve("timeout");
          }, ms);
          reading.then((count) => {
            if (isLate) return;
            clearTimeout(timer);
            this.#reading = undefined;
            resolve(count === null ? null : this.#buffer.slice(0, count));
          });
        });
      }
    },
    diagnosis: /failed with nobody waiting for it/,
  },
];

/** Waits. */
function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function isRefusal(error: unknown): boolean {
  return error instanceof Deno.errors.ConnectionRefused;
}

/** Wrong answers to 8.3. */
export const retryMistakes: WrongAnswer<Retry>[] = [
  {
    name: "tries everything again",
    async attempt<T>(attempt: () => Promise<T>, options: RetryOptions) {
      let delayMs = options.firstDelayMs;
      for (let left = options.attempts;; left--) {
        try {
          return await attempt();
        } catch (error) {
          if (left === 1) throw error;
        }
        await sleep(delayMs);
        delayMs *= 2;
      }
    },
    diagnosis: /would be done twice/,
  },
  {
    name: "knows a refusal by its message",
    async attempt<T>(attempt: () => Promise<T>, options: RetryOptions) {
      let delayMs = options.firstDelayMs;
      for (let left = options.attempts;; left--) {
        try {
          return await attempt();
        } catch (error) {
          const isRefused = isRefusal(error) ||
            error instanceof Error && error.message.includes("refused");
          if (left === 1 || !isRefused) throw error;
        }
        await sleep(delayMs);
        delayMs *= 2;
      }
    },
    diagnosis: /After Error: Connection refused.*tried again/,
  },
  {
    name: "sleeps after the last attempt",
    async attempt<T>(attempt: () => Promise<T>, options: RetryOptions) {
      let delayMs = options.firstDelayMs;
      let last: unknown;
      for (let i = 0; i < options.attempts; i++) {
        try {
          return await attempt();
        } catch (error) {
          if (!isRefusal(error)) throw error;
          last = error;
        }
        await sleep(delayMs);
        delayMs *= 2;
      }
      throw last;
    },
    diagnosis: /No wait follows the last attempt/,
  },
  {
    name: "makes one attempt too many",
    async attempt<T>(attempt: () => Promise<T>, options: RetryOptions) {
      // A short wait, so that this is not caught for its waiting.
      for (let i = 0; i < options.attempts; i++) {
        try {
          return await attempt();
        } catch (error) {
          if (!isRefusal(error)) throw error;
        }
        await sleep(1);
      }
      return await attempt();
    },
    diagnosis: /counts all of them, the first one too/,
  },
  {
    name: "waits before the first attempt",
    async attempt<T>(attempt: () => Promise<T>, options: RetryOptions) {
      let delayMs = options.firstDelayMs;
      for (let left = options.attempts;; left--) {
        await sleep(delayMs);
        delayMs *= 2;
        try {
          return await attempt();
        } catch (error) {
          if (left === 1 || !isRefusal(error)) throw error;
        }
      }
    },
    diagnosis: /The first one comes at once/,
  },
  {
    name: "waits as long each time",
    async attempt<T>(attempt: () => Promise<T>, options: RetryOptions) {
      for (let left = options.attempts;; left--) {
        try {
          return await attempt();
        } catch (error) {
          if (left === 1 || !isRefusal(error)) throw error;
        }
        await sleep(options.firstDelayMs);
      }
    },
    diagnosis: /waits between the attempts are not the ones/,
  },
  {
    name: "doubles before the first wait",
    async attempt<T>(attempt: () => Promise<T>, options: RetryOptions) {
      let delayMs = options.firstDelayMs;
      for (let left = options.attempts;; left--) {
        try {
          return await attempt();
        } catch (error) {
          if (left === 1 || !isRefusal(error)) throw error;
        }
        delayMs *= 2;
        await sleep(delayMs);
      }
    },
    diagnosis: /not before it/,
  },
  {
    name: "throws an error of its own at the end",
    async attempt<T>(attempt: () => Promise<T>, options: RetryOptions) {
      let delayMs = options.firstDelayMs;
      for (let left = options.attempts;; left--) {
        try {
          return await attempt();
        } catch (cause) {
          if (!isRefusal(cause)) throw cause;
          if (left === 1) throw new Error("all attempts failed", { cause });
        }
        await sleep(delayMs);
        delayMs *= 2;
      }
    },
    diagnosis: /error of your own around it/,
  },
  {
    name: "throws the first error",
    async attempt<T>(attempt: () => Promise<T>, options: RetryOptions) {
      let delayMs = options.firstDelayMs;
      let first: unknown;
      for (let left = options.attempts;; left--) {
        try {
          return await attempt();
        } catch (error) {
          first ??= error;
          if (left === 1 || !isRefusal(error)) throw first;
        }
        await sleep(delayMs);
        delayMs *= 2;
      }
    },
    diagnosis: /very error that was caught last/,
  },
  {
    name: "returns undefined when no attempt worked",
    async attempt<T>(attempt: () => Promise<T>, options: RetryOptions) {
      let delayMs = options.firstDelayMs;
      for (let left = options.attempts; left > 0; left--) {
        try {
          return await attempt();
        } catch (error) {
          if (!isRefusal(error)) throw error;
        }
        if (left > 1) await sleep(delayMs);
        delayMs *= 2;
      }
      return undefined as T;
    },
    diagnosis: /retry\(\) returned undefined/,
  },
  {
    name: "takes a false result for a failure",
    async attempt<T>(attempt: () => Promise<T>, options: RetryOptions) {
      for (let left = options.attempts;; left--) {
        try {
          const result = await attempt();
          if (result || left === 1) return result;
        } catch (error) {
          if (left === 1 || !isRefusal(error)) throw error;
        }
        await sleep(Math.min(options.firstDelayMs, 5));
      }
    },
    diagnosis: /whatever it gives: 0, false and undefined/,
  },
  {
    name: "sees failures of the promise only",
    attempt: function again<T>(
      attempt: () => Promise<T>,
      { attempts, firstDelayMs }: RetryOptions,
    ): Promise<T> {
      return attempt().catch(async (error) => {
        if (attempts === 1 || !isRefusal(error)) throw error;
        await sleep(firstDelayMs);
        return await again(attempt, {
          attempts: attempts - 1,
          firstDelayMs: 2 * firstDelayMs,
        });
      });
    },
    diagnosis: /sees only what the promise brings/,
  },
  {
    name: "forgets to await, so that it catches nothing",
    // deno-lint-ignore require-await
    async attempt<T>(attempt: () => Promise<T>, options: RetryOptions) {
      for (let left = options.attempts;; left--) {
        try {
          return attempt();
        } catch (error) {
          if (left === 1 || !isRefusal(error)) throw error;
        }
      }
    },
    diagnosis: /1 attempt was made.*`return await attempt\(\)`/s,
  },
  {
    name: "knows a refusal by its code",
    async attempt(attempt, { attempts, firstDelayMs }) {
      for (let left = attempts, delayMs = firstDelayMs;; left--) {
        try {
          return await attempt();
        } catch (error) {
          const { code } = error as { code?: string };
          if (code !== "ECONNREFUSED" || left === 1) throw error;
        }
        await new Promise((resolve) => setTimeout(resolve, delayMs));
        delayMs *= 2;
      }
    },
    diagnosis: /Decide by the class/,
  },
];
