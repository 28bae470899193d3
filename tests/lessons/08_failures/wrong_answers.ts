/** Wrong answers to the exercises of lesson 8, and the diagnosis each must get. */
import type { WrongAnswers } from "../gates.ts";

const SLEEP = "await new Promise((resolve) => setTimeout(resolve, delayMs));";
const THROW = "if (!isRefusal || left === 1) throw error;";

/** Replaces the `finally` of 8.1 by a `catch` that does this, and a `finally`. */
function catching(code: string): [target: string, replacement: string] {
  return ["} finally {", `} catch (error) { ${code} } finally {`];
}

/** Waits for a promise, but no longer than `ms`. */
async function within<V>(
  promise: Promise<V>,
  ms: number,
): Promise<V | "timeout"> {
  const late = Promise.withResolvers<"timeout">();
  const timer = setTimeout(() => late.resolve("timeout"), ms);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

export const wrongAnswers: WrongAnswers = {
  "8.1": [
    {
      name: "leaves a timer",
      replace: ["clearTimeout(timer);", ""],
      diagnosis: /A timer still runs after it has connected/,
    },
    {
      name: "clears the timer on success only",
      async attempt(port: number, ms: number) {
        const giveUp = new AbortController();
        const timer = setTimeout(() => giveUp.abort(), ms);
        const { signal } = giveUp;
        const conn = await Deno.connect({ port, signal });
        clearTimeout(timer);
        return conn;
      },
      diagnosis: /A timer still runs after it was refused/,
    },
    {
      name: "leaves the late connection open",
      async attempt(port: number, ms: number) {
        const conn = await within(
          Deno.connect({ hostname: "127.0.0.1", port }),
          ms,
        );
        if (conn === "timeout") throw new Deno.errors.TimedOut("no answer");
        return conn;
      },
      diagnosis: /came after you gave up.*a race ends the waiting/s,
    },
    {
      name: "turns a refusal into a timeout",
      replace: catching('throw new Deno.errors.TimedOut("no connection");'),
      diagnosis:
        /threw TimedOut: no connection.*A refusal is an answer: no server/s,
    },
    {
      name: "wraps every error in one of its own",
      replace: catching('throw new Error("not connected", { cause: error });'),
      diagnosis: /threw Error: not connected.*calls for another remedy/s,
    },
    {
      name: "returns undefined if it's refused",
      replace: catching(
        "if (error instanceof Deno.errors.TimedOut) throw error; return;",
      ),
      diagnosis: /returned undefined, but no server listens/,
    },
    {
      name: "returns null after the deadline",
      replace: catching(
        "if (error instanceof Deno.errors.TimedOut) return null; throw error;",
      ),
      diagnosis: /returned null, but the server didn't answer/,
    },
    {
      name: "aborts without a reason",
      replace: [
        "giveUp.abort(new Deno.errors.TimedOut(`no answer within ${ms} ms`));",
        "giveUp.abort();",
      ],
      diagnosis: /If you abort\(\), pass the reason/,
    },
    {
      name: "throws a plain Error after the deadline",
      replace: ["new Deno.errors.TimedOut(", "new Error("],
      diagnosis: /only in its message/,
    },
    {
      name: "takes milliseconds for seconds",
      replace: ["}, ms);", "}, ms * 1000);"],
      diagnosis: /started a timer of 30000000 ms/,
    },
    {
      name: "rounds down to whole seconds, so that it gives up too early",
      replace: ["}, ms);", "}, Math.floor(ms / 1000) * 1000);"],
      diagnosis: /Wait for the whole time: the answer may still come/,
    },
    {
      name: "has no deadline",
      replace: ["signal: giveUp.signal,", ""],
      diagnosis: /connect\(\) alone waits for minutes/,
    },
    {
      name: "caps the deadline at 10 seconds",
      replace: ["}, ms);", "}, Math.min(ms, 10_000));"],
      diagnosis: /started a timer of 10000 ms.*pass `ms` on as it is/s,
    },
    {
      name: "tries a second time when it's refused",
      replace: catching(
        "if (error instanceof Deno.errors.ConnectionRefused) {" +
          'return await Deno.connect({ hostname: "127.0.0.1", port }); }' +
          "throw error;",
      ),
      diagnosis: /called Deno.connect\(\) more than once/,
    },
    {
      name: "shares one controller among all calls",
      replace: [
        "const giveUp = new AbortController();",
        "const giveUp = connectWithin.giveUp ??= new AbortController();",
      ],
      diagnosis: /gave up after \d+ ms.*once aborted it stays aborted/s,
    },
    {
      name: "has one variable for the timers of all calls",
      attempt: (() => {
        let timer: ReturnType<typeof setTimeout>;
        return (port: number, ms: number) => {
          const giveUp = new AbortController();
          const { signal } = giveUp;
          const reason = new Deno.errors.TimedOut("no answer");
          timer = setTimeout(() => giveUp.abort(reason), ms);
          return Deno.connect({ hostname: "127.0.0.1", port, signal })
            .finally(() => clearTimeout(timer));
        };
      })(),
      diagnosis: /A timer still runs after all three are done/,
    },
    {
      name: "turns all errors but refusals into timeouts",
      replace: catching(
        "if (error instanceof Deno.errors.ConnectionRefused) throw error;" +
          'throw new Deno.errors.TimedOut("no connection");',
      ),
      diagnosis: /there's no such port.*connect\(\) doesn't even try/s,
    },
    {
      name: "lets the attempt fail later, with nothing that handles it",
      async attempt(port: number, ms: number) {
        const connecting = Deno.connect({ hostname: "127.0.0.1", port });
        const conn = await within(connecting, ms);
        if (conn !== "timeout") return conn;
        connecting.then((conn) => conn.close());
        throw new Deno.errors.TimedOut("no answer");
      },
      diagnosis: /gave up on failed later, and nothing handled that/,
    },
  ],

  "8.2": [
    {
      name: "races, and reads again",
      replace: ["this.#reading ??=", "this.#reading ="],
      diagnosis: /the read that you gave up on was still pending, and took/,
    },
    {
      name: "closes the connection after a timeout",
      replace: [
        'if (count === "timeout") return count;',
        'if (count === "timeout") { this.#conn.close(); return count; }',
      ],
      diagnosis: /closed the connection/,
    },
    {
      name: "has two reads pending at once",
      attempt: class {
        #arrived: (Uint8Array | null)[] = [];
        #moved = Promise.withResolvers<void>();
        constructor(readonly conn: Deno.Conn) {}
        async read(ms: number) {
          // It loses nothing, but only while reads are served in order.
          if (this.#arrived.length === 0) {
            this.#begin().catch(this.#moved.reject);
            await within(this.#moved.promise, ms);
          }
          const [first = "timeout"] = this.#arrived.splice(0, 1);
          return first;
        }
        async #begin() {
          const buffer = new Uint8Array(1024);
          const count = await this.conn.read(buffer);
          this.#arrived.push(count === null ? null : buffer.slice(0, count));
          this.#moved.resolve();
          this.#moved = Promise.withResolvers();
        }
      },
      diagnosis: /Two reads were pending/,
    },
    {
      name: "leaves the timer of the race",
      replace: ["clearTimeout(timer);", ""],
      diagnosis: /read\(30000\) is done, and a timer of yours is still running/,
    },
    {
      name: "returns views of one buffer",
      replace: [
        "this.#buffer.slice(0, count)",
        "this.#buffer.subarray(0, count)",
      ],
      diagnosis: /The result of read\(\) changed when later calls were made/,
    },
    {
      name: "returns the whole buffer",
      replace: ["this.#buffer.slice(0, count)", "this.#buffer.slice()"],
      diagnosis: /Only the first `count`\s+bytes of the buffer are new/,
    },
    {
      name: "keeps the read forever, and returns its bytes again",
      replace: [
        "return count;\n      this.#reading = undefined;",
        "return count;",
      ],
      diagnosis: /forget a read when a call has returned what it brought/,
    },
    {
      name: "takes the end for a timeout",
      replace: [
        'if (count === "timeout") return count;',
        'if (!count || count === "timeout") return "timeout";',
      ],
      diagnosis: /`if \(!count\)` confuses it/,
    },
    {
      name: "takes a reset for the end",
      replace: [
        "this.#conn.read(this.#buffer);",
        "this.#conn.read(this.#buffer).catch(() => null);",
      ],
      diagnosis: /A reset isn't the end/,
    },
    {
      name: "has a new buffer for each call, but not for each read",
      replace: [
        "this.#reading ??=",
        "this.#buffer = new Uint8Array(1024); this.#reading ??=",
      ],
      diagnosis: /keep the buffer along with the promise/,
    },
    {
      name: "clears its timer only if the read succeeds",
      replace: [
        "clearTimeout(timer);",
        "if (this.#reading === undefined) clearTimeout(timer);",
      ],
      diagnosis: /a timer of yours is still running.*into a `finally`/s,
    },
    {
      name: "keeps the timeout of its first call",
      replace: ["late, resolve } =", "late, resolve } = this.late ??="],
      diagnosis: /Wait for the whole time, in each call anew/,
    },
    {
      name: "shares one pending read among all readers",
      replace: [
        "#reading?:",
        `get #reading() { return TimedReader.reading; }
        set #reading(reading) { TimedReader.reading = reading; }
        static reading?:`,
      ],
      diagnosis: /with two in use at the same time/,
    },
    {
      name: "shares one buffer among all readers",
      replace: [
        "#buffer = new Uint8Array(16 * 1024);",
        "static shared = new Uint8Array(16 * 1024); #buffer = TimedReader.shared;",
      ],
      diagnosis: /with two in use at the same time/,
    },
    {
      name: "forgets the read as soon as it's done",
      replace: [
        "this.#conn.read(this.#buffer);",
        "this.#conn.read(this.#buffer).finally(() => this.#reading = undefined);",
      ],
      diagnosis: /Keep its promise until a call has returned what it brought/,
    },
    {
      name: "throws after the deadline",
      replace: [
        'if (count === "timeout") return count;',
        'if (count === "timeout") throw new Deno.errors.TimedOut("late");',
      ],
      diagnosis: /threw TimedOut.*Neither a timeout nor the end is a failure/s,
    },
    {
      name: "throws a reset of its own",
      replace: [
        "this.#conn.read(this.#buffer);",
        'this.#conn.read(this.#buffer).catch(() => { throw new Deno.errors.ConnectionReset("reset"); });',
      ],
      diagnosis: /Throw the error that conn.read\(\) threw, unchanged/,
    },
    {
      name: "waits a second at least",
      replace: ["ms);\n    try {", "Math.max(ms, 1000));\n    try {"],
      diagnosis: /read\(15\) started a timer of 1000 ms/,
    },
    {
      name: "has an empty buffer",
      replace: ["new Uint8Array(16 * 1024)", "new Uint8Array()"],
      diagnosis: /has no room for anything/,
    },
    {
      name: "returns text",
      replace: [
        "this.#buffer.slice(0, count)",
        "new TextDecoder().decode(this.#buffer.slice(0, count))",
      ],
      diagnosis: /Return the bytes as a Uint8Array/,
    },
    {
      name: "lets the read that it keeps fail while nothing awaits it",
      attempt: class {
        #reading?: Promise<number | null>;
        #buffer = new Uint8Array(1024);
        constructor(readonly conn: Deno.Conn) {}
        read(ms: number): Promise<Uint8Array | null | "timeout"> {
          const reading = this.#reading ??= this.conn.read(this.#buffer);
          const { promise, resolve } = Promise.withResolvers<
            Uint8Array | null | "timeout"
          >();
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
          return promise;
        }
      },
      diagnosis: /failed while nothing awaited it/,
    },
  ],

  "8.3": [
    {
      name: "tries again after every error",
      replace: [THROW, "if (left === 1) throw error;"],
      diagnosis: /would be done twice/,
    },
    {
      name: "knows a refusal by its message",
      replace: [
        "error instanceof Deno.errors.ConnectionRefused",
        "/refused/i.test(String(error))",
      ],
      diagnosis: /3 attempts were made, but 2 were due.*would be done twice/s,
    },
    {
      name: "knows a refusal by its code",
      replace: [
        "error instanceof Deno.errors.ConnectionRefused",
        'error.code === "ECONNREFUSED"',
      ],
      diagnosis: /Decide by the class/,
    },
    {
      name: "waits after the last attempt",
      replace: [THROW, `if (left === 1) ${SLEEP} ${THROW}`],
      diagnosis: /Don't wait after the last attempt/,
    },
    {
      name: "makes one attempt too many",
      replace: [
        THROW,
        "if (!isRefusal) throw error; if (left === 1) return await attempt();",
      ],
      diagnosis: /counts all attempts, including the first/,
    },
    {
      name: "waits before the first attempt",
      replace: ["try {", `${SLEEP} try {`],
      diagnosis: /Make the first one at once/,
    },
    {
      name: "waits equally long each time",
      replace: ["delayMs *= 2;", ""],
      diagnosis: /The waits between the attempts are wrong/,
    },
    {
      name: "doubles the delay before the first wait",
      replace: ["= options.firstDelayMs;", "= 2 * options.firstDelayMs;"],
      diagnosis: /after each wait, not before it/,
    },
    {
      name: "throws an error of its own at the end",
      replace: [
        THROW,
        'if (isRefusal && left === 1) throw new Error("no luck"); ' + THROW,
      ],
      diagnosis: /an error of your own around it/,
    },
    {
      name: "throws the first error",
      replace: [
        THROW,
        "var first = first ?? error; if (!isRefusal || left === 1) throw first;",
      ],
      diagnosis: /the very error that you caught last/,
    },
    {
      name: "returns undefined if no attempt worked",
      replace: [THROW, `if (isRefusal && left === 1) return; ${THROW}`],
      diagnosis: /returned a value, though no attempt worked/,
    },
    {
      name: "takes a false result for a failure",
      replace: [
        "return await attempt();",
        "return await attempt() || await attempt();",
      ],
      diagnosis: /whatever it gives: 0, false, and undefined/,
    },
    {
      name: "catches only what the promise rejects with",
      replace: [
        "try {\n      // The await must be inside: without it, the failure would pass by here.\n      return await attempt();",
        "const promise = attempt();\n    try {\n      return await promise;",
      ],
      diagnosis: /sees only what the promise rejects with/,
    },
    {
      name: "returns the promise without await, so that it catches nothing",
      replace: ["return await attempt();", "return attempt();"],
      diagnosis: /1 attempt was made.*`return await attempt\(\)`/s,
    },
    {
      name: "caps the delay at one second",
      replace: ["(resolve, delayMs)", "(resolve, Math.min(delayMs, 1000))"],
      diagnosis:
        /waits between the attempts are wrong.*however long that gets/s,
    },
    {
      name: "takes a delay of 0 for none",
      replace: ["= options.firstDelayMs;", "= options.firstDelayMs || 100;"],
      diagnosis: /even if that's 0/,
    },
    {
      name: "watches the clock without a break",
      replace: [
        SLEEP,
        "const until = performance.now() + delayMs; while (performance.now() < until);",
      ],
      diagnosis: /lets nothing else happen/,
    },
    {
      name: "waits before it looks at the error",
      replace: [THROW, `if (left > 1) ${SLEEP} delayMs /= 1; ${THROW}`],
      diagnosis: /Try again only if `error instanceof/,
    },
    {
      name: "counts in the caller's options",
      replace: [
        "left = options.attempts;; left--",
        "left = options.attempts;; left = --options.attempts",
      ],
      diagnosis: /changed its arguments.*variables of your own/s,
    },
    {
      name: "has one delay for all calls",
      replace: ["let delayMs =", "globalThis.delayMs ="],
      diagnosis: /with two in use at the same time/,
    },
    {
      name: "makes two attempts at once",
      replace: [
        "return await attempt();",
        "return await Promise.any([attempt(), attempt()]);",
      ],
      diagnosis: /began before the one before it had ended/,
    },
    {
      name: "leaves a timer for each attempt",
      replace: [
        "return await attempt();",
        "setTimeout(() => {}, 60_000); return await attempt();",
      ],
      diagnosis: /a timer of yours is still running/,
    },
    {
      name: "doesn't await its timer",
      replace: [SLEEP, SLEEP.slice("await ".length)],
      diagnosis: /waits between the attempts are wrong/,
    },
    {
      name: "returns a copy",
      replace: [
        "return await attempt();",
        "return structuredClone(await attempt());",
      ],
      diagnosis: /return what it gave, as it is/,
    },
  ],
};
