/** Wrong answers to the exercises of lesson 7, each with its diagnosis. */
import type {
  AskAndHear,
  CloseGracefully,
} from "../../../lessons/07_closing/types.ts";
import * as promises from "node:timers/promises";
import {
  closeGracefully as closeInTime,
  readToEnd,
  writeAll,
} from "../../../lib/net/mod.ts";
import type { WrongAnswer, WrongAnswers } from "../gates.ts";

// Lines of the solution to 7.1.
const WRITE = "sent += await conn.write(question.subarray(sent));";
const CLOSE_WRITE = "await conn.closeWrite();";
const KEEP = "pieces.push(buffer.slice(0, count));";
const RETURN = "return new Uint8Array(await new Blob(pieces).arrayBuffer());";

const askAndHear: WrongAnswer<AskAndHear>[] = [
  {
    name: "calls close() instead of closeWrite()",
    replace: [CLOSE_WRITE, "conn.close();"],
    diagnosis: /close\(\) ends both directions/,
  },
  {
    name: "closes conn.writable, which closes the connection",
    replace: [CLOSE_WRITE, "await conn.writable.close();"],
    diagnosis: /close\(\) ends both directions/,
  },
  {
    name: "writes without end, because it forgets what it has sent",
    replace: ["sent += await", "sent = await"],
    diagnosis: /askAndHear\(\) sent more than the expected 3000 bytes/,
  },
  {
    name: "never closes its write side",
    replace: [CLOSE_WRITE, ""],
    diagnosis: /whole question and its end.*conn\.closeWrite\(\)/s,
  },
  {
    name: "reads once",
    replace: [KEEP, `${KEEP} break;`],
    diagnosis: /read\(\) returns whatever has arrived/,
  },
  {
    name: "closes its write side before everything is written",
    replace: [WRITE, `${WRITE} break;`],
    diagnosis: /You closed your write side too early/,
  },
  {
    name: "keeps views of a buffer that it reuses",
    replace: ["buffer.slice(0, count)", "buffer.subarray(0, count)"],
    diagnosis: /subarray\(\) is a view/,
  },
  {
    name: "treats null as a failure",
    replace: ["break;", 'throw new Error("connection lost");'],
    diagnosis: /because read\(\) returned null\? It isn't an error/,
  },
  {
    name: "returns half an answer after a reset",
    replace: ["conn.read(buffer)", "conn.read(buffer).catch(() => null)"],
    diagnosis: /half an answer/,
  },
  {
    name: "treats a reset before the answer as an empty answer",
    replace: [
      "conn.read(buffer)",
      `conn.read(buffer).catch((error) => {
        if (pieces.length > 0) throw error;
        return null;
      })`,
    ],
    diagnosis: /You treated a reset as the end of the answer/,
  },
  {
    name: "sends the whole buffer that the question is a view of",
    replace: [
      "for (",
      "question = new Uint8Array(question.buffer);\n  for (",
    ],
    diagnosis: /part of a larger buffer.*\.buffer/s,
  },
  {
    name: "collects the pieces of all answers in one list",
    replace: [
      "const pieces: Uint8Array<ArrayBuffer>[] = [];",
      "const pieces: Uint8Array<ArrayBuffer>[] = askAndHear.pieces ??= [];",
    ],
    diagnosis: /a different result the second time/,
  },
  {
    name: "awaits the sending only when it has the answer",
    async attempt(conn, question) {
      const sending = writeAll(conn, question).then(() => conn.closeWrite());
      const answer = await readToEnd(conn);
      await sending;
      return answer;
    },
    diagnosis: /didn't await a write\(\) that failed.*Await every write\(\)/s,
  },
  {
    name: "doesn't await closeWrite()",
    replace: [CLOSE_WRITE, "conn.closeWrite();"],
    diagnosis: /didn't await a closeWrite\(\) that failed/,
  },
  {
    name: "returns nothing when the question is empty",
    replace: [
      "for (",
      "if (question.length === 0) return new Uint8Array();\n  for (",
    ],
    diagnosis: /even if the question is empty.*conn\.closeWrite\(\)/,
  },
  {
    name: "has 64 KiB for the answer, and stops when they're full",
    async attempt(conn, question) {
      await writeAll(conn, question);
      await conn.closeWrite();
      const data = new Uint8Array(64 * 1024);
      let filled = 0;
      while (filled < data.length) {
        const count = await conn.read(data.subarray(filled));
        if (count === null) break;
        filled += count;
      }
      return data.slice(0, filled);
    },
    diagnosis: /Your array for the answer has a fixed size/,
  },
  {
    name: "has 64 KiB for the answer, and copies each piece into them",
    async attempt(conn, question) {
      await writeAll(conn, question);
      await conn.closeWrite();
      const data = new Uint8Array(64 * 1024);
      const buffer = new Uint8Array(4096);
      let filled = 0;
      for (let count; (count = await conn.read(buffer)) !== null;) {
        data.set(buffer.subarray(0, count), filled);
        filled += count;
      }
      return data.slice(0, filled);
    },
    diagnosis: /Your array for the answer has a fixed size/,
  },
  {
    name: "decodes the answer as text",
    replace: [
      RETURN,
      "return new TextEncoder().encode(await new Blob(pieces).text());",
    ],
    diagnosis: /bytes that aren't valid UTF-8/,
  },
  {
    name: "ignores that it couldn't send the question",
    replace: [
      "conn.write(question.subarray(sent))",
      "conn.write(question.subarray(sent)).catch(() => Infinity)",
    ],
    diagnosis: /can't answer a question that it never got/,
  },
  {
    name: "rejects an empty question",
    replace: [
      "for (",
      "if (question.length === 0) throw new RangeError();\n  for (",
    ],
    diagnosis: /The question and the answer can be empty, too/,
  },
  {
    name: "closes the connection when a read fails",
    replace: [
      "conn.read(buffer)",
      `conn.read(buffer).catch((error) => {
        conn.close();
        throw error;
      })`,
    ],
    diagnosis: /closed the connection.*even after an error/s,
  },
  {
    name: "closes the connection at the end",
    replace: [RETURN, `using _closed = conn; ${RETURN}`],
    diagnosis: /The caller opened it/,
  },
];

// Lines of the solution to 7.2.
const SET_TIMER = "const timer =";
const DRAIN = "while (await conn.read(buffer) !== null);";
const CATCH = "} catch {";

/** Returns after a failure, without what the solution does in `finally`. */
function afterFailure(code: string): [string, string] {
  return ["} finally {", `  return ${code};\n  }\n  {`];
}

/** Throws an error of one class instead of catching it. */
function rethrowing(name: string): [string, string] {
  return [
    CATCH,
    `} catch (error) { if (error instanceof Deno.errors.${name}) throw error;`,
  ];
}

let sharedTimer: ReturnType<typeof setTimeout>;

const closeGracefully: WrongAnswer<CloseGracefully>[] = [
  {
    name: "closes with unread input",
    replace: [DRAIN, ""],
    diagnosis: /throws away what it still had to send/,
  },
  {
    name: "waits forever for a silent peer",
    replace: ["setTimeout(() => conn[Symbol.dispose](), graceMs)", "undefined"],
    diagnosis: /sends nothing.*waits forever for a peer/s,
  },
  {
    name: "leaves the connection open after a failed read()",
    replace: afterFailure("clearTimeout(timer)"),
    diagnosis: /the connection is still open.*If a call throws/s,
  },
  {
    name: "leaves the connection open when closeWrite() fails",
    replace: [
      SET_TIMER,
      `try { ${CLOSE_WRITE} } catch { return; }\n  ${SET_TIMER}`,
    ],
    diagnosis:
      /the connection is still open.*(even after an error|If a call throws)/s,
  },
  {
    name: "throws when the peer is gone",
    replace: rethrowing("ConnectionReset"),
    diagnosis: /You're about to close the connection anyway/,
  },
  {
    name: "rethrows the error that its own close() causes",
    replace: rethrowing("Interrupted"),
    diagnosis: /Your own close\(\) ended that read/,
  },
  {
    name: "closes twice when the grace period is over",
    replace: [
      "clearTimeout(timer);\n    conn[Symbol.dispose]();",
      "clearTimeout(timer);\n    conn.close();",
    ],
    diagnosis: /a second close\(\) throws BadResource/,
  },
  {
    name: "leaves the timer running when the peer has reset the connection",
    replace: afterFailure("conn[Symbol.dispose]()"),
    diagnosis:
      /a timer that you started is still running.*even after an error/s,
  },
  {
    name: "sets the timer after closing its write side",
    replace: [
      SET_TIMER,
      `await conn.closeWrite().catch(() => {});\n  ${SET_TIMER}`,
    ],
    diagnosis: /set the timer first/,
  },
  {
    name: "treats a grace period of 0 as missing",
    replace: [
      "const { graceMs = 1000 } = options;",
      "const graceMs = options.graceMs || 1000;",
    ],
    diagnosis: /treats 0 as missing/,
  },
  {
    name: "has no default for the grace period",
    replace: ["graceMs = 1000", "graceMs"],
    diagnosis: /closed the connection after \d+ ms.*Without options/s,
  },
  {
    name: "passes all options to the timer",
    replace: ["dispose](), graceMs)", "dispose](), options as any)"],
    diagnosis: /passed .* to a timer, which takes milliseconds/,
  },
  {
    name: "has a default that's ten times as long",
    replace: ["graceMs = 1000", "graceMs = 10_000"],
    diagnosis: /hasn't closed the connection.*Without options/s,
  },
  {
    name: "has one timer for all connections",
    async attempt(conn, { graceMs = 1000 } = {}) {
      sharedTimer = setTimeout(() => conn[Symbol.dispose](), graceMs);
      await conn.closeWrite().then(() => readToEnd(conn)).catch(() => {});
      clearTimeout(sharedTimer);
      conn[Symbol.dispose]();
    },
    diagnosis: /two in use at the same time/,
  },
  {
    name: "leaves a timer of node:timers/promises running",
    async attempt(conn, { graceMs = 1000 } = {}) {
      const drained = conn.closeWrite().then(() => readToEnd(conn));
      await Promise.race([
        drained.catch(() => {}),
        promises.setTimeout(graceMs),
      ]);
      conn[Symbol.dispose]();
    },
    diagnosis: /a timer that you started is still running/,
  },
  {
    name: "leaves a listener on AbortSignal.timeout()",
    async attempt(conn, { graceMs = 1000 } = {}) {
      AbortSignal.timeout(graceMs).onabort = () => conn[Symbol.dispose]();
      await conn.closeWrite().then(() => readToEnd(conn)).catch(() => {});
      conn[Symbol.dispose]();
    },
    diagnosis: /a timer that you started is still running/,
  },
  {
    name: "doesn't await what it starts",
    attempt(conn, options) {
      closeInTime(conn, options);
      return Promise.resolve();
    },
    diagnosis: /returned before the peer's.*Await every step/s,
  },
  {
    name: "can't be called without options",
    replace: ["number } = {}", "number }"],
    diagnosis: /can leave out all of them/,
  },
  {
    name: "always waits until the grace period is over",
    replace: [
      DRAIN,
      `${DRAIN} await new Promise((next) => setTimeout(next, graceMs));`,
    ],
    diagnosis: /don't wait until the grace period is over/,
  },
  {
    name: "drains with a fixed number of reads",
    replace: [DRAIN, "for (let i = 0; i < 10; i++) await conn.read(buffer);"],
    diagnosis: /before the peer's stream had ended.*only sign/s,
  },
  {
    name: "restarts the grace period for each read()",
    replace: [
      DRAIN,
      `clearTimeout(timer);
      for (let count; count !== null;) {
        const again = setTimeout(() => conn[Symbol.dispose](), graceMs);
        count = await conn.read(buffer).finally(() => clearTimeout(again));
      }`,
    ],
    diagnosis: /starts with the call.*If you restart it for each read/s,
  },
  {
    name: "never ends its own direction",
    replace: [CLOSE_WRITE, ""],
    diagnosis: /the peer waits for your FIN/,
  },
];

/** The wrong answers to each exercise, by its id. */
export const wrongAnswers: WrongAnswers = {
  "7.1": askAndHear,
  "7.2": closeGracefully,
};
