import { assert, assertEquals, assertMatch } from "@std/assert";
import { exercises } from "../../../lessons/15_lossy_link/exercises.ts";
import { lesson } from "../../../lessons/15_lossy_link/lesson.ts";
import { look } from "../../../lessons/15_lossy_link/numbered.ts";
import type {
  Call,
  OnceOnlyClass,
} from "../../../lessons/15_lossy_link/types.ts";
import { DatagramSocket } from "../../../lib/net/mod.ts";
import { testAccepted, testExercises } from "../gates.ts";
import { recordOnce } from "../record.ts";
import { callMistakes, onceOnlyMistakes } from "./wrong_answers.ts";

testExercises("lossy_link", exercises, {
  "15.1": callMistakes,
  "15.2": onceOnlyMistakes,
});

function isSame(from: Deno.Addr, server: Deno.NetAddr): boolean {
  const { hostname, port } = from as Deno.NetAddr;
  return hostname === server.hostname && port === server.port;
}

testAccepted<Call>(exercises[0], {
  "with the helper of lib/net, and deadlines": async (
    socket,
    server,
    request,
    { timeoutMs, attempts },
  ) => {
    const helper = new DatagramSocket(socket);
    const number = crypto.getRandomValues(new Uint8Array(4));
    const question = new Uint8Array([...number, ...request]);
    for (let attempt = 0; attempt < attempts; attempt++) {
      await helper.send(question, server);
      const end = performance.now() + timeoutMs;
      try {
        while (true) {
          const timeoutMs = Math.max(0, end - performance.now());
          const { bytes } = await helper.receive({ from: server, timeoutMs });
          if (number.every((byte, i) => bytes[i] === byte)) {
            return bytes.subarray(4);
          }
        }
      } catch (error) {
        if (!(error instanceof Deno.errors.TimedOut)) throw error;
      }
    }
    throw new Deno.errors.TimedOut();
  },
  "with an interval that asks again": (() => {
    let next = 0;
    return async (socket, server, request, { timeoutMs, attempts }) => {
      const number = next++;
      const question = new Uint8Array(4 + request.length);
      new DataView(question.buffer).setUint32(0, number, true);
      question.set(request, 4);
      await socket.send(question, server);
      const failed = Promise.withResolvers<never>();
      let left = attempts - 1;
      const timer = setInterval(() => {
        if (left-- > 0) socket.send(question, server).catch(failed.reject);
        else failed.reject(new Deno.errors.TimedOut("no answer"));
      }, timeoutMs);
      async function hear(): Promise<Uint8Array> {
        for await (const [message, from] of socket) {
          if (!isSame(from, server) || message.byteLength < 4) continue;
          const view = new DataView(message.buffer);
          if (view.getUint32(0, true) === number) return message.slice(4);
        }
        throw new Error("closed");
      }
      const hearing = hear();
      hearing.catch(() => {});
      try {
        return await Promise.race([hearing, failed.promise]);
      } finally {
        clearInterval(timer);
      }
    };
  })(),
  "with one reader for each socket, that keeps a list of calls": (() => {
    type Waiting = Map<string, (data: Uint8Array) => void>;
    const readers = new WeakMap<Deno.DatagramConn, Waiting>();
    function listen(socket: Deno.DatagramConn, server: Deno.NetAddr): Waiting {
      const waiting: Waiting = new Map();
      (async () => {
        while (true) {
          const [message, from] = await socket.receive();
          if (!isSame(from, server)) continue;
          waiting.get(message.slice(0, 4).toHex())?.(message.slice(4));
        }
      })().catch(() => {});
      return waiting;
    }
    return async (socket, server, request, { timeoutMs, attempts }) => {
      const waiting = readers.get(socket) ?? listen(socket, server);
      readers.set(socket, waiting);
      const number = crypto.getRandomValues(new Uint8Array(4));
      const answer = Promise.withResolvers<Uint8Array | undefined>();
      waiting.set(number.toHex(), answer.resolve);
      try {
        for (let attempt = 0; attempt < attempts; attempt++) {
          await socket.send(new Uint8Array([...number, ...request]), server);
          const late = Promise.withResolvers<undefined>();
          const timer = setTimeout(() => late.resolve(undefined), timeoutMs);
          const data = await Promise.race([answer.promise, late.promise]);
          clearTimeout(timer);
          if (data) return data;
        }
      } finally {
        waiting.delete(number.toHex());
      }
      throw new Deno.errors.TimedOut("gone");
    };
  })(),
});

testAccepted<OnceOnlyClass>(exercises[1], {
  "with a list, and data apart from numbers": class {
    readonly #known: { key: string; data: number[] }[] = [];
    constructor(
      readonly perform: (request: Uint8Array) => Uint8Array,
      readonly options: { maxRemembered?: number } = {},
    ) {}
    handle(request: Uint8Array, from: Deno.NetAddr): Uint8Array {
      const number = request.slice(0, 4);
      const key = JSON.stringify([from, [...number]]);
      let entry = this.#known.find((one) => one.key === key);
      if (entry === undefined) {
        entry = { key, data: [...this.perform(request.slice(4))] };
        this.#known.push(entry);
        const { maxRemembered = 100 } = this.options;
        if (this.#known.length > maxRemembered) this.#known.shift();
      }
      return new Uint8Array([...number, ...entry.data]);
    }
  },
  "with a ring of keys beside an object": class {
    readonly #answers: Record<string, Uint8Array> = Object.create(null);
    readonly #ring: string[];
    #at = 0;
    constructor(
      readonly perform: (request: Uint8Array) => Uint8Array,
      { maxRemembered }: { maxRemembered?: number } = {},
    ) {
      this.#ring = new Array(maxRemembered ?? 100).fill("");
    }
    handle(request: Uint8Array, { hostname, port }: Deno.NetAddr): Uint8Array {
      const key = `${hostname}|${port}|${request.slice(0, 4).toHex()}`;
      if (!(key in this.#answers)) {
        const data = this.perform(request.slice(4));
        delete this.#answers[this.#ring[this.#at]];
        this.#ring[this.#at] = key;
        this.#at = (this.#at + 1) % this.#ring.length;
        this.#answers[key] = Uint8Array.of(...request.slice(0, 4), ...data);
      }
      return this.#answers[key];
    }
  },
  "with a set of keys to know the oldest, and copies": class {
    readonly #answers = new Map<string, Uint8Array>();
    readonly #keys = new Set<string>();
    readonly #max: number;
    constructor(
      readonly perform: (request: Uint8Array) => Uint8Array,
      options?: { maxRemembered?: number },
    ) {
      this.#max = options?.maxRemembered ?? 100;
    }
    handle(request: Uint8Array, from: Deno.NetAddr): Uint8Array {
      const [a, b, c, d] = request;
      const key = [from.hostname, from.port, a, b, c, d].join("/");
      const answer = this.#answers.get(key) ??
        new Uint8Array([a, b, c, d, ...this.perform(request.slice(4))]);
      this.#answers.set(key, answer);
      this.#keys.add(key);
      if (this.#keys.size > this.#max) {
        const { value: oldest } = this.#keys.values().next();
        this.#keys.delete(oldest!);
        this.#answers.delete(oldest!);
      }
      return answer.slice();
    }
  },
});

const recordLesson = recordOnce(lesson);

Deno.test("look() counts what never came, what came again, and what came late", () => {
  assertEquals(look([0, 2, 1, 2, 5, 1], 6), {
    missing: 2,
    repeated: 2,
    late: 1,
  });
  assertEquals(look([], 3), { missing: 3, repeated: 0, late: 0 });
});

Deno.test("lesson 15 counts at the receiver what the relay says it did", async () => {
  const [table] = (await recordLesson()).all("table");
  const [lost, twice, held] = table.rows;
  assertEquals(lost[2], `${lost[1]} never came`);
  assertEquals(twice[2], `${twice[1]} came again`);
  assert(Number(lost[1]) > 0 && Number(twice[1]) > 0 && Number(held[1]) > 0);
});

Deno.test("lesson 15 shows that the same seed does the same again", async () => {
  const recording = await recordLesson();
  assertMatch(
    recording.fact("seed 15 again"),
    /^the same \d+, in the same order$/,
  );
  assertMatch(recording.fact("seed 16"), /^others: \d+ came, /);
});

Deno.test("lesson 15 shows that delays that differ change the order", async () => {
  const recording = await recordLesson();
  const late = recording.fact("came after a later one");
  assertMatch(late, /^[1-9]\d* of 20$/);
});

Deno.test("lesson 15 shows a late answer taken for another one, unless it has a number", async () => {
  const recording = await recordLesson();
  assertEquals(recording.fact("without numbers"), "10+10 is 5");
  assertEquals(recording.fact("with numbers, as in 15.1"), "10+10 is 20");
});

Deno.test("lesson 15 shows repeats done again, and done once", async () => {
  const [, table] = (await recordLesson()).all("table");
  const [careless, careful] = table.rows;
  assert(Number(careless[4]) > 10, `${careless}`);
  assertEquals(careless[3], careless[4]);
  assert(Number(careful[3]) > 10, `${careful}`);
  assertEquals(careful[4], "10");
});

Deno.test("lesson 15 counts more tries where more is lost", async () => {
  const [, , table] = (await recordLesson()).all("table");
  const tries = table.rows.map((row) => Number(row[1]));
  assert(tries.every((count) => count >= 1), `${tries}`);
  assert(tries[2] > 1, `${tries}`);
});
