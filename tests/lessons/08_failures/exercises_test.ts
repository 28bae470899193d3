import { exercises } from "../../../lessons/08_failures/exercises.ts";
import type {
  ConnectWithin,
  Retry,
  RetryOptions,
  TimedReaderClass,
} from "../../../lessons/08_failures/types.ts";
import { retry } from "../../../lib/net/mod.ts";
import { testAccepted, testExercises } from "../gates.ts";
import { wrongAnswers } from "./wrong_answers.ts";

testExercises("failures", exercises, wrongAnswers);

testAccepted<ConnectWithin>(exercises[0], {
  "with AbortSignal.timeout()": (port, ms) =>
    Deno.connect({
      hostname: "127.0.0.1",
      port,
      signal: AbortSignal.timeout(ms),
    }),
  "with a race, and a late connection that it closes": async (port, ms) => {
    const connecting = Deno.connect({ hostname: "127.0.0.1", port });
    const { promise: late, reject } = Promise.withResolvers<never>();
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      reject(new DOMException("no answer", "TimeoutError"));
    }, ms);
    connecting.then((conn) => isLate && conn.close(), () => {});
    try {
      return await Promise.race([connecting, late]);
    } finally {
      clearTimeout(timer);
    }
  },
  "with a timer that doesn't keep the program running": async (port, ms) => {
    const giveUp = new AbortController();
    const timer = setTimeout(
      () => giveUp.abort(new Deno.errors.TimedOut("no answer")),
      ms,
    );
    Deno.unrefTimer(timer);
    const { signal } = giveUp;
    return await Deno.connect({ hostname: "127.0.0.1", port, signal })
      .finally(() => clearTimeout(timer));
  },
});

testAccepted<TimedReaderClass>(exercises[1], {
  "with a new buffer for each read, and AbortSignal.timeout()": class {
    #reading?: Promise<Uint8Array | null>;
    constructor(readonly conn: Deno.Conn) {}
    read(ms: number) {
      const reading = this.#reading ??= this.#begin();
      const signal = AbortSignal.timeout(ms);
      return new Promise<Uint8Array | null | "timeout">((resolve, reject) => {
        const giveUp = () => resolve("timeout");
        signal.addEventListener("abort", giveUp);
        reading.then((data) => {
          if (signal.aborted) return;
          this.#reading = undefined;
          resolve(data);
        }, reject).finally(() => signal.removeEventListener("abort", giveUp));
      });
    }
    async #begin() {
      const buffer = new Uint8Array(1000);
      const count = await this.conn.read(buffer);
      return count === null ? null : buffer.subarray(0, count);
    }
  },
  "with a loop that reads ahead": class {
    #chunks: Uint8Array[] = [];
    #end: unknown = undefined;
    #moved = Promise.withResolvers<void>();
    constructor(conn: Deno.Conn) {
      this.#readAll(conn).then(() => this.#end = null, (error) => {
        this.#end = error;
      }).then(() => this.#moved.resolve());
    }
    async #readAll(conn: Deno.Conn) {
      while (true) {
        const buffer = new Uint8Array(4096);
        const count = await conn.read(buffer);
        if (count === null) return;
        this.#chunks.push(buffer.subarray(0, count));
        this.#moved.resolve();
        this.#moved = Promise.withResolvers();
      }
    }
    async read(ms: number) {
      if (this.#chunks.length === 0 && this.#end === undefined) {
        const { promise, resolve } = Promise.withResolvers<void>();
        const timer = setTimeout(resolve, ms);
        await Promise.race([this.#moved.promise, promise]);
        clearTimeout(timer);
      }
      const chunk = this.#chunks.shift();
      if (chunk !== undefined) return chunk;
      if (this.#end === undefined) return "timeout" as const;
      if (this.#end === null) return null;
      throw this.#end;
    }
  },
});

testAccepted<Retry>(exercises[2], {
  "with the helper of lib/net": (attempt, options) =>
    retry(attempt, { ...options, maxDelayMs: 2 ** 31 - 1 }),
  "with a list of delays, and by watching the clock": async <T>(
    attempt: () => Promise<T>,
    { attempts, firstDelayMs }: RetryOptions,
  ): Promise<T> => {
    for (let i = 0; i < attempts - 1; i++) {
      try {
        return await attempt();
      } catch (error) {
        if ((error as Error).name !== "ConnectionRefused") throw error;
      }
      const until = performance.now() + firstDelayMs * 2 ** i;
      while (performance.now() < until) {
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    }
    return await attempt();
  },
});
