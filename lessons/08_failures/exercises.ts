/** The exercises of lesson 8. */
import { type Exercise, exercise } from "../../lib/workbook/kit/mod.ts";
import { checkConnectWithin } from "./checks/connect_within.ts";
import { checkRetry } from "./checks/retry.ts";
import { checkTimedReader } from "./checks/timed_reader.ts";
import * as solution from "./solution.ts";
import type { ConnectWithin, Retry, TimedReaderClass } from "./types.ts";

/** The exercises of the lesson, in order. */
export const exercises: Exercise<unknown>[] = [
  exercise<ConnectWithin>({
    id: "8.1",
    title: "Connect with a timeout",
    passed:
      "It ends the attempt at the deadline, and clears the timer if the attempt ends first.",
    real: "lib/net/connect.ts",
    solution: solution.connectWithin,
    hints: [
      "If you stop waiting for Deno.connect(), does it stop connecting? And if " +
      "the connection is established later, what closes it?",
      "Deno.connect() takes a `signal`. When you abort it, the attempt ends, and " +
      "connect() rejects with the reason you gave to abort(). So abort after " +
      "`ms` milliseconds, and clear the timer when connect() is done.",
      "Most of the code:\n" +
      "    const giveUp = new AbortController();\n" +
      "    const reason = new Deno.errors.TimedOut(…);\n" +
      "    const timer = setTimeout(() => giveUp.abort(reason), ms);\n" +
      "    try {\n" +
      "      return await Deno.connect({ …, signal: giveUp.signal });\n" +
      "    } finally {\n" +
      "      clearTimeout(timer);\n" +
      "    }\n" +
      "Or let AbortSignal.timeout(ms) do most of it for you.",
    ],
    read: "Give up, and leave nothing behind",
    check: checkConnectWithin,
  }),
  exercise<TimedReaderClass>({
    id: "8.2",
    title: "Time out a read without losing bytes",
    passed: "It keeps a read that timed out, and the next call gets its bytes.",
    real: "lib/net/timed_reader.ts",
    solution: solution.TimedReader,
    hints: [
      "After the deadline, your read on the connection is still pending. Where " +
      "do the next bytes go, and how can a later call get them?",
      "Keep the promise of the read in a field. The next call awaits that " +
      "promise, and starts a new read only if none is pending. When a call has " +
      "returned the read's result, drop the promise.",
      "Most of the code:\n" +
      "    this.#reading ??= this.#conn.read(this.#buffer);\n" +
      "    const count = await Promise.race([this.#reading, late]);\n" +
      '    if (count === "timeout") return count;\n' +
      "    this.#reading = undefined;\n" +
      "    return count === null ? null : this.#buffer.slice(0, count);\n" +
      "Here `late` is a promise that a timer resolves. Clear the timer in a " +
      "`finally`, because the read can fail.",
    ],
    read: "Keep the pending read",
    check: checkTimedReader,
  }),
  exercise<Retry>({
    id: "8.3",
    title: "Retry with exponential backoff",
    passed: "It retries only refusals, and doubles the wait each time.",
    real: "lib/net/retry.ts",
    solution: solution.retry,
    hints: [
      "Draw a timeline of three attempts that all fail. How many waits are " +
      "there, where are they, and what do you throw?",
      "Loop over the attempts, with `try { return await attempt() }`. In the " +
      "`catch`, throw the error if it isn't a refusal, or if this was the last " +
      "attempt. Otherwise wait, and double the delay.",
      "Most of the code:\n" +
      "    for (let left = attempts;; left--) {\n" +
      "      try {\n" +
      "        return await attempt();\n" +
      "      } catch (error) {\n" +
      "        if (…not a refusal… || left === 1) throw error;\n" +
      "      }\n" +
      "      await new Promise((resolve) => setTimeout(resolve, delayMs));\n" +
      "      delayMs *= 2;\n" +
      "    }",
    ],
    read: "What to retry",
    check: checkRetry,
  }),
];
