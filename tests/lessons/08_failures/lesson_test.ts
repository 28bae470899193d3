import { assert, assertEquals, assertMatch } from "@std/assert";
import { exercises } from "../../../lessons/08_failures/exercises.ts";
import { lesson } from "../../../lessons/08_failures/lesson.ts";
import {
  LONG_NAME,
  MISSING_NAME,
} from "../../../lessons/08_failures/socket_files.ts";
import type {
  ConnectWithin,
  Retry,
  RetryOptions,
  TimedReaderClass,
} from "../../../lessons/08_failures/types.ts";
import { lessons } from "../../../lessons/mod.ts";
import { connectTcp, retry, TimedReader } from "../../../lib/net/mod.ts";
import { temporaryFolder } from "../../../lib/workbook/checker/temporary_folder.ts";
import { setTimeout as delay } from "node:timers/promises";
import { testAccepted, testExercises } from "../gates.ts";
import { Recording } from "../record.ts";
import {
  connectWithinMistakes,
  retryMistakes,
  timedReaderMistakes,
} from "./wrong_answers.ts";

testExercises("failures", exercises, {
  "8.1": connectWithinMistakes,
  "8.2": timedReaderMistakes,
  "8.3": retryMistakes,
});

testAccepted<ConnectWithin>(exercises[0], {
  "with AbortSignal.timeout": (port, ms) =>
    Deno.connect({
      hostname: "127.0.0.1",
      port,
      signal: AbortSignal.timeout(ms),
    }),
  "with the helper of lib/net": (port, ms) =>
    connectTcp(port, { timeoutMs: ms }),
  "with a race, and a close of what comes late": async (port, ms) => {
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
  "with a timer that keeps nothing running": async (port, ms) => {
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
  "of lib/net": TimedReader,
  "with a new buffer for each read, and AbortSignal.timeout": class {
    #reading?: Promise<Uint8Array | null>;
    constructor(readonly conn: Deno.Conn) {}
    read(ms: number) {
      const reading = this.#reading ??= this.#begin();
      const signal = AbortSignal.timeout(ms);
      return new Promise<Uint8Array | null | "timeout">((resolve, reject) => {
        signal.addEventListener("abort", () => resolve("timeout"));
        reading.then((data) => {
          if (signal.aborted) return;
          this.#reading = undefined;
          resolve(data);
        }, reject);
      });
    }
    async #begin() {
      const buffer = new Uint8Array(1000);
      const count = await this.conn.read(buffer);
      return count === null ? null : buffer.subarray(0, count);
    }
  },
  "over the stream of the connection": class {
    #reader: ReadableStreamDefaultReader<Uint8Array>;
    #next?: Promise<ReadableStreamReadResult<Uint8Array>>;
    constructor(conn: Deno.Conn) {
      // The stream closes the connection at its end, which is not asked for.
      const buffer = new Uint8Array(512);
      const stream = new ReadableStream<Uint8Array>({
        async pull(controller) {
          const count = await conn.read(buffer);
          if (count === null) controller.close();
          else controller.enqueue(buffer.slice(0, count));
        },
      }, { highWaterMark: 0 });
      this.#reader = stream.getReader();
    }
    async read(ms: number) {
      this.#next ??= this.#reader.read();
      const giveUp = new AbortController();
      const { signal } = giveUp;
      const late = delay(ms, "timeout" as const, { signal });
      late.catch(() => {});
      try {
        const result = await Promise.race([this.#next, late]);
        if (result === "timeout") return result;
        this.#next = undefined;
        return result.done ? null : result.value;
      } finally {
        giveUp.abort();
      }
    }
  },
  "with a pump that reads ahead": class {
    #chunks: Uint8Array[] = [];
    #end: unknown = undefined;
    #moved = Promise.withResolvers<void>();
    constructor(conn: Deno.Conn) {
      this.#pump(conn).then(() => this.#end = null, (error) => {
        this.#end = error;
      }).then(() => this.#moved.resolve());
    }
    async #pump(conn: Deno.Conn) {
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
  "of lib/net": retry,
  "by recursion": async function again<T>(
    attempt: () => Promise<T>,
    { attempts, firstDelayMs }: RetryOptions,
  ): Promise<T> {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof Deno.errors.ConnectionRefused)) throw error;
      if (attempts <= 1) throw error;
      await delay(firstDelayMs);
      return again(attempt, {
        attempts: attempts - 1,
        firstDelayMs: 2 * firstDelayMs,
      });
    }
  },
  "with a list of delays, and a watch on the clock": async <T>(
    attempt: () => Promise<T>,
    { attempts, firstDelayMs }: RetryOptions,
  ): Promise<T> => {
    const delays = Array.from(
      { length: attempts - 1 },
      (_, i) => firstDelayMs * 2 ** i,
    );
    for (const ms of delays) {
      try {
        return await attempt();
      } catch (error) {
        if ((error as Error).name !== "ConnectionRefused") throw error;
      }
      const until = performance.now() + ms;
      while (performance.now() < until) {
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    }
    return await attempt();
  },
});

async function recordLesson(): Promise<Recording> {
  await using folder = await temporaryFolder();
  const recording = new Recording();
  await lesson(recording.show, { folder: folder.path });
  return recording;
}

/** The facts by name. */
function factsOf(recording: Recording): Map<string, string> {
  return new Map(recording.all("fact").map(({ name, value }) => [name, value]));
}

Deno.test("lesson 8 shows the class of each failure", async () => {
  const facts = factsOf(await recordLesson());
  const classes: Record<string, RegExp> = {
    "connect, nobody listens": /^ConnectionRefused: /,
    "listen, port is taken": /^AddrInUse: /,
    "readExact(4), peer sent 2":
      /^UnexpectedEof: Cannot read 4 bytes: the peer closed after 2$/,
    "read, peer has closed": /^null$/,
    "write, peer has closed": /^took 1 byte$/,
    "and write again": /^(BrokenPipe|ConnectionReset|ConnectionAborted): /,
    "read, peer has reset": /^ConnectionReset: /,
    "read, then own close()": /^Interrupted: /,
    "write after own close()": /^BadResource: /,
    "a second accept() at once": /^Busy: /,
    "connect to port 70000": /^RangeError: .*70000/,
  };
  for (const [name, pattern] of Object.entries(classes)) {
    assertMatch(facts.get(name) ?? `"${name}" was not shown`, pattern);
  }
});

Deno.test({
  name: "lesson 8 shows a time-out of each kind where a full queue is silent",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    const facts = factsOf(await recordLesson());
    assertMatch(facts.get("connectTcp, timeoutMs: 100")!, /^TimedOut: /);
    assertMatch(facts.get("AbortSignal.timeout(100)")!, /^TimeoutError: /);
    assertMatch(facts.get("controller.abort()")!, /^AbortError: /);
  },
});

Deno.test({
  name: "lesson 8 shows what is wrong with a Unix path",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    const facts = [...factsOf(await recordLesson())];
    const [, missing] = facts.find(([name]) => name.includes("no such file"))!;
    const [, long] = facts.find(([name]) => /path of \d+ bytes/.test(name))!;
    assertMatch(missing, /^NotFound: /);
    assertMatch(long, /^TypeError: /);
  },
});

Deno.test("lesson 8 shows that a read which was given up takes bytes", async () => {
  const recording = await recordLesson();
  const [lost, kept] = recording.all("fact")
    .filter(({ name }) => name === "the program got")
    .map(({ value }) => JSON.parse(value));
  assert("hello world".length > lost.length, lost);
  assertEquals(kept, "hello world");
  assertEquals(recording.fact("first read"), '"timeout"');
});

Deno.test("lesson 8 may use the socket paths that it asks for", () => {
  const { socketFiles } = lessons.find(({ name }) => name === "failures")!;
  assertEquals(socketFiles, [MISSING_NAME, LONG_NAME]);
});
