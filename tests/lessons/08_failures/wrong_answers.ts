/** Wrong answers to the exercises of lesson 8, each with its diagnosis. */
import * as solution from "../../../lessons/08_failures/solution.ts";
import type { RetryOptions } from "../../../lessons/08_failures/types.ts";
import { replacing, type WrongAnswers } from "../gates.ts";

const ON_ERROR = "} catch (error) {";
const CONNECT = 'Deno.connect({ hostname: "127.0.0.1", port })';
const READ = "this.#conn.read(this.#buffer);";
const GIVE_UP = 'if (count === "timeout") return count;';
const COPY = "this.#buffer.slice(0, count)";
const AT_ONCE = /with two in use at the same time/;
const TRY = "return await attempt();";
const SLEEP = "await new Promise((resolve) => setTimeout(resolve, delayMs));";
const THROW = "if (!isRefusal || left === 1) throw error;";

/** Races against a timer, and calls `whenLate` if the timer wins. */
function racing(whenLate: (conn: Promise<Deno.Conn>) => void) {
  return async (port: number, ms: number) => {
    const connecting = Deno.connect({ hostname: "127.0.0.1", port });
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, ms);
    const conn = await Promise.race([connecting, late.promise])
      .finally(() => clearTimeout(timer));
    if (conn !== undefined) return conn;
    whenLate(connecting);
    throw new Deno.errors.TimedOut("no answer");
  };
}

export const wrongAnswers: WrongAnswers = {
  "8.1": [
    ...replacing("clearTimeout(timer);", {
      "leaves a timer": ["", /A timer is still running after it has connected/],
    }),
    ...replacing("} finally {", {
      "leaves a timer when it fails": [
        `${ON_ERROR} setTimeout(() => {}, ms); throw error; } finally {`,
        /A timer is still running after it was refused/,
      ],
      "turns a refusal into a timeout": [
        `${ON_ERROR} throw new Deno.errors.TimedOut("no luck"); } finally {`,
        /threw TimedOut: no luck.*You hid a refusal/s,
      ],
      "wraps every error in another one": [
        `${ON_ERROR} throw new Error("no luck", { cause: error }); } finally {`,
        /threw Error: no luck.*You hid a refusal/s,
      ],
      "turns all errors but refusals into timeouts": [
        `${ON_ERROR}
           if (error instanceof Deno.errors.ConnectionRefused) throw error;
           throw new Deno.errors.TimedOut("no luck");
         } finally {`,
        /there's no such port.*connect\(\) doesn't even try/s,
      ],
      "returns undefined if it's refused": [
        `${ON_ERROR}
           if (error instanceof Deno.errors.TimedOut) throw error;
         } finally {`,
        /returned undefined, but no server is listening/,
      ],
      "returns null after the deadline": [
        `${ON_ERROR}
           if (error instanceof Deno.errors.TimedOut) return null;
           throw error;
         } finally {`,
        /returned null, but the server didn't answer/,
      ],
      "tries a second time when it's refused": [
        `${ON_ERROR}
           if (error instanceof Deno.errors.TimedOut) throw error;
           return await ${CONNECT};
         } finally {`,
        /called Deno.connect\(\) more than once/,
      ],
    }),
    ...replacing("new Deno.errors.TimedOut(`no answer within ${ms} ms`)", {
      "aborts without a reason": ["", /If you call abort\(\), pass the reason/],
      "aborts with an error that only has the name": [
        'Object.assign(new Error(), { name: "TimedOut" })',
        /has the name, but not the class/,
      ],
      "throws a plain Error after the deadline": [
        'new Error("no answer")',
        /only in the message/,
      ],
    }),
    ...replacing("}, ms);", {
      "treats milliseconds as seconds": [
        "}, ms * 1000);",
        /started a timer of 30000000 ms/,
      ],
      "caps the deadline at 10 seconds": [
        "}, Math.min(ms, 10_000));",
        /started a timer of 10000 ms.*pass `ms` on unchanged/s,
      ],
      "rounds down to whole seconds, so that it gives up too early": [
        "}, Math.floor(ms / 1000) * 1000);",
        /You gave up too early: the answer might still come/,
      ],
    }),
    ...replacing('hostname: "127.0.0.1",', {
      "connects to localhost": [
        'hostname: "localhost",',
        /localhost is ::1, too/,
      ],
    }),
    ...replacing("signal: giveUp.signal,", {
      "has no deadline": ["", /connect\(\) by itself waits for minutes/],
    }),
    ...replacing("const giveUp = new AbortController();", {
      "shares one controller among all calls": [
        "const giveUp = connectWithin.giveUp ??= new AbortController();",
        /gave up after \d+ ms.*once aborted, it stays aborted/s,
      ],
    }),
    ...replacing("const timer =", {
      "has one variable for the timers of all calls": [
        "globalThis.timer =",
        /A timer is still running after all three are done/,
      ],
    }),
    {
      name: "makes a second promise, and lets it fail",
      attempt(port: number, ms: number) {
        const conn = solution.connectWithin(port, ms);
        conn.catch((error) => {
          if (error instanceof Deno.errors.ConnectionRefused) throw error;
        });
        return conn;
      },
      diagnosis: /add a `catch` to the new one, too/,
    },
    {
      name: "leaves the late connection open",
      attempt: racing((conn) => void conn.catch(() => {})),
      diagnosis: /made after you gave up: a race ends your waiting/,
    },
    {
      name: "doesn't handle a late failure of the attempt",
      attempt: racing((conn) => conn.then((conn) => conn.close())),
      diagnosis: /gave up on failed later, and nothing handled that/,
    },
  ],

  "8.2": [
    {
      name: "leaves a listener on AbortSignal.timeout()",
      replace: [
        'const timer = setTimeout(() => resolve("timeout"), ms);',
        "const timer = undefined;\n" +
        '    AbortSignal.timeout(ms).onabort = () => resolve("timeout");',
      ],
      diagnosis: /a timer that you started is still running/,
    },
    ...replacing("Promise.race", {
      "waits for the first promise that succeeds": [
        "Promise.any",
        /Promise\.any\(\) waits for a promise that succeeds/,
      ],
    }),
    ...replacing("this.#reading ??=", {
      "races, and reads again": [
        "this.#reading =",
        /the read that you gave up on was still pending, and took/,
      ],
      "has a new buffer for each call, but not for each read": [
        "this.#buffer = new Uint8Array(1024); this.#reading ??=",
        /Keep that buffer along with the promise/,
      ],
    }),
    ...replacing(GIVE_UP, {
      "closes the connection after a timeout": [
        'if (count === "timeout") { this.#conn.close(); return count; }',
        /closed the connection/,
      ],
      "treats the end as a timeout": [
        'if (!count || count === "timeout") return "timeout";',
        /`if \(!count\)` confuses null/,
      ],
      "throws after the deadline": [
        'if (count === "timeout") throw new Deno.errors.TimedOut("late");',
        /threw TimedOut.*which aren't failures here/s,
      ],
    }),
    ...replacing("clearTimeout(timer);", {
      "leaves the timer of the race": [
        "",
        /read\(30000\) is done, but a timer that you started is still running/,
      ],
      "clears its timer only if the read succeeds": [
        "if (this.#reading === undefined) clearTimeout(timer);",
        /a timer that you started is still running.*in a `finally`/s,
      ],
    }),
    ...replacing(COPY, {
      "returns views of one buffer": [
        "this.#buffer.subarray(0, count)",
        /The result of read\(\) changed when later calls were made/,
      ],
      "returns the whole buffer": [
        "this.#buffer.slice()",
        /Only the first `count`\s+bytes of the buffer are new/,
      ],
      "returns text": [
        `new TextDecoder().decode(${COPY})`,
        /Return the bytes as a Uint8Array/,
      ],
    }),
    ...replacing("return count;\n      this.#reading = undefined;", {
      "keeps the read forever, and returns its bytes again": [
        "return count;",
        /when a call has returned a read's result, drop that read/i,
      ],
    }),
    ...replacing(READ, {
      "treats a reset as the end": [
        READ.replace(";", ".catch(() => null);"),
        /A reset isn't the end/,
      ],
      "throws another reset error": [
        READ.replace(
          ";",
          `.catch(() => { throw new Deno.errors.ConnectionReset("reset"); });`,
        ),
        /Throw the error that conn.read\(\) threw, unchanged/,
      ],
      "forgets the read as soon as it's done": [
        READ.replace(";", ".finally(() => this.#reading = undefined);"),
        /Keep its promise until a call has returned its result/,
      ],
    }),
    ...replacing("await Promise.race([this.#reading, late]);", {
      "doesn't handle a pending read that fails between two calls": [
        `await new Promise((resolve) => {
           late.then(resolve);
           this.#reading.then(resolve);
         });`,
        /failed while nothing awaited it/,
      ],
    }),
    ...replacing("late, resolve } =", {
      "keeps the timeout of its first call": [
        "late, resolve } = this.late ??=",
        /Start a new timeout in each call/,
      ],
    }),
    ...replacing("ms);\n    try {", {
      "waits at least a second": [
        "Math.max(ms, 1000));\n    try {",
        /read\(15\) started a timer of 1000 ms/,
      ],
    }),
    ...replacing("#reading?:", {
      "shares one pending read among all readers": [
        `get #reading() { return TimedReader.reading; }
        set #reading(reading) { TimedReader.reading = reading; }
        static reading?:`,
        AT_ONCE,
      ],
    }),
    ...replacing("#buffer = new Uint8Array(16 * 1024);", {
      "shares one buffer among all readers": [
        "static shared = new Uint8Array(1024); #buffer = TimedReader.shared;",
        AT_ONCE,
      ],
      "has an empty buffer": [
        "#buffer = new Uint8Array();",
        /has no room for any bytes/,
      ],
    }),
    {
      name: "has two reads pending at once",
      attempt: class {
        #arrived: (Uint8Array | null)[] = [];
        #moved = Promise.withResolvers<void>();
        constructor(readonly conn: Deno.Conn) {}
        async read(ms: number) {
          // This loses nothing, but only as long as reads get bytes in order.
          if (this.#arrived.length === 0) {
            this.#begin().catch(this.#moved.reject);
            const late = Promise.withResolvers<void>();
            const timer = setTimeout(late.resolve, ms);
            await Promise.race([this.#moved.promise, late.promise])
              .finally(() => clearTimeout(timer));
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
  ],

  "8.3": [
    ...replacing(THROW, {
      "tries again after every error": [
        "if (left === 1) throw error;",
        /something might be done twice/,
      ],
      "waits before it checks the error": [
        `if (left > 1) ${SLEEP} ${THROW}`,
        /Retry only if `error instanceof/,
      ],
      "waits after the last attempt": [
        `if (left === 1) ${SLEEP} ${THROW}`,
        /You waited after the last attempt/,
      ],
      "makes one attempt too many": [
        "if (!isRefusal) throw error; if (left === 1) return await attempt();",
        /counts all attempts, including the first/,
      ],
      "throws another error at the end": [
        `if (isRefusal && left === 1) throw new Error("no luck"); ${THROW}`,
        /if you wrap it in another error/,
      ],
      "throws the first error": [
        "var first = first ?? error; if (!isRefusal || left === 1) throw first;",
        /the very error that you caught last/,
      ],
      "returns undefined if no attempt worked": [
        `if (isRefusal && left === 1) return; ${THROW}`,
        /returned a value, although no attempt succeeded/,
      ],
    }),
    {
      name: "tests whether the error is truthy",
      async attempt(attempt: () => Promise<unknown>, options: RetryOptions) {
        return await solution.retry(async () => {
          try {
            return await attempt();
          } catch (error) {
            if (error) throw error;
          }
        }, options);
      },
      diagnosis: /even 0, so `if \(error\)` doesn't tell/,
    },
    {
      name: "goes on after reject()",
      attempt: (attempt: () => Promise<unknown>, options: RetryOptions) =>
        new Promise((resolve, reject) => {
          let made = 0;
          const next = async () => {
            try {
              resolve(await attempt());
            } catch (error) {
              if (++made === options.attempts) reject(error);
              if (!(error instanceof Deno.errors.ConnectionRefused)) {
                reject(error);
              }
              setTimeout(next, options.firstDelayMs * 2 ** (made - 1));
            }
          };
          next();
        }),
      diagnosis: /still running.*don't leave a function: return after them/s,
    },
    ...replacing("error instanceof Deno.errors.ConnectionRefused", {
      "recognizes a refusal by its message": [
        "/refused/i.test(String(error))",
        /You made 3 attempts instead of 2.*might be done twice/s,
      ],
      "recognizes a refusal by its code": [
        'error.code === "ECONNREFUSED"',
        /Decide by the class/,
      ],
    }),
    ...replacing("try {", {
      "waits before the first attempt": [
        `${SLEEP} try {`,
        /Make the first one at once/,
      ],
    }),
    ...replacing(SLEEP, {
      "doesn't wait 0 ms, and then waits 1 ms": [
        `if (delayMs) ${SLEEP} else delayMs = 0.5;`,
        /even if that's 0/,
      ],
    }),
    ...replacing("delayMs *= 2;", {
      "doubles with an operator on bits": [
        "delayMs <<= 1;",
        /dropped the fraction of a millisecond/,
      ],
      "waits equally long each time": [
        "",
        /The waits between the attempts are wrong/,
      ],
    }),
    ...replacing("= options.firstDelayMs;", {
      "doubles the delay before the first wait": [
        "= 2 * options.firstDelayMs;",
        /after each wait, not before it/,
      ],
      "treats a delay of 0 as missing": [
        "= options.firstDelayMs || 100;",
        /even if that's 0/,
      ],
    }),
    ...replacing(SLEEP, {
      "caps the delay at one second": [
        SLEEP.replace("delayMs", "Math.min(delayMs, 1000)"),
        /waits between the attempts are wrong.*no upper limit/s,
      ],
      "watches the clock without pausing": [
        `const until = performance.now() + delayMs;
         while (performance.now() < until);`,
        /no other task can run/,
      ],
    }),
    ...replacing(TRY, {
      "treats a false result as a failure": [
        "return await attempt() || await attempt();",
        /0, false, and undefined are results, too/,
      ],
      "returns the promise without await, so it catches nothing": [
        "return attempt();",
        /You made 1 attempt instead.*`return await attempt\(\)`/s,
      ],
      "makes two attempts at once": [
        "return await Promise.any([attempt(), attempt()]);",
        /before the previous one had ended/,
      ],
      "leaves a timer for each attempt": [
        `setTimeout(() => {}, 60_000); ${TRY}`,
        /a timer that you started is still running/,
      ],
      "returns a copy": [
        "return structuredClone(await attempt());",
        /didn't return the attempt's result as it is/,
      ],
    }),
    {
      name: "catches only rejected promises",
      replace: [
        `try {
      // Keep the await: without it, this catch would never see the failure.
      ${TRY}`,
        "const promise = attempt();\n    try {\n      return await promise;",
      ],
      diagnosis: /only sees a rejected promise/,
    },
    ...replacing("left = options.attempts;; left--", {
      "counts in the caller's options": [
        "left = options.attempts;; left = --options.attempts",
        /changed its arguments.*in your own variables/s,
      ],
    }),
    ...replacing("let delayMs =", {
      "has one delay for all calls": ["globalThis.delayMs =", AT_ONCE],
    }),
  ],
};
