import { exercises } from "../../../lessons/15_lossy_link/exercises.ts";
import type {
  Call,
  OnceOnlyClass,
} from "../../../lessons/15_lossy_link/types.ts";
import { testAccepted, testExercises } from "../gates.ts";
import { disturbedCall, wrongAnswers } from "./wrong_answers.ts";

testExercises("lossy_link", exercises, wrongAnswers);

function isSame(from: Deno.Addr, server: Deno.NetAddr): boolean {
  const { hostname, port } = from as Deno.NetAddr;
  return hostname === server.hostname && port === server.port;
}

/** Asks again with an interval; after the first questions, `pause` is called. */
function withInterval(pause: () => void = () => {}): Call {
  let next = 0;
  return async (socket, server, request, { timeoutMs, attempts }) => {
    const number = next++;
    const question = new Uint8Array(4 + request.length);
    new DataView(question.buffer).setUint32(0, number, true);
    question.set(request, 4);
    await socket.send(question, server);
    if (number < 45) pause();
    const failed = Promise.withResolvers<never>();
    let left = attempts - 1;
    const timer = setInterval(() => {
      if (left-- > 0) {
        socket.send(question, server).catch(failed.reject);
        if (number < 45) pause();
      } else failed.reject(new Deno.errors.TimedOut("no answer"));
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
}

testAccepted<Call>(exercises[0], {
  "with deadlines, and the helper of lib/net": disturbedCall("no effect"),
  "with an interval that asks again": withInterval(),
  "with an interval, on a machine that pauses after each question":
    withInterval(() => {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 30);
    }),
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
    readonly #ring: string[] = [];
    readonly #size: number;
    #at = 0;
    constructor(
      readonly perform: (request: Uint8Array) => Uint8Array,
      { maxRemembered = 100 }: { maxRemembered?: number } = {},
    ) {
      this.#size = maxRemembered;
    }
    handle(request: Uint8Array, { hostname, port }: Deno.NetAddr): Uint8Array {
      const key = `${hostname}|${port}|${request.slice(0, 4).toHex()}`;
      if (key in this.#answers) return this.#answers[key];
      const data = this.perform(request.slice(4));
      const answer = Uint8Array.of(...request.slice(0, 4), ...data);
      if (this.#size === 0) return answer;
      delete this.#answers[this.#ring[this.#at]];
      this.#ring[this.#at] = key;
      this.#at = (this.#at + 1) % this.#size;
      return this.#answers[key] = answer;
    }
  },
});
