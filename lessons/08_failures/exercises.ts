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
    title: "Connect, but not forever",
    passed:
      "It cancels the connection attempt and its timer, whichever comes first.",
    real: "lib/net/connect.ts",
    solution: solution.connectWithin,
    hints: [
      "If you stop waiting for Deno.connect(), does it stop connecting? And if " +
      "the connection is established later, what closes it?",
      "Deno.connect() takes a `signal`. When you abort the signal, the attempt " +
      "ends, and connect() rejects with the reason you gave. So abort it after " +
      "`ms` milliseconds, but not once connect() is done: clear the timer.",
      "Nearly the code:\n" +
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
    title: "Give up on a read, and lose nothing",
    passed: "A read that timed out goes on, and the next call gets its bytes.",
    real: "lib/net/timed_reader.ts",
    solution: solution.TimedReader,
    hints: [
      "After the deadline, your read on the connection is still pending. Where " +
      "do the next bytes go, and how can a later call get them?",
      "Keep the promise of the read in a field. The next call waits for that " +
      "one, and starts a read of its own only if there is no pending one. Once " +
      "a call has returned what the read brought, forget it.",
      "Nearly the code:\n" +
      "    this.#reading ??= this.#conn.read(this.#buffer);\n" +
      "    const count = await Promise.race([this.#reading, late]);\n" +
      '    if (count === "timeout") return count;\n' +
      "    this.#reading = undefined;\n" +
      "    return count === null ? null : this.#buffer.slice(0, count);\n" +
      "where `late` is a promise that a timer resolves. Clear the timer in a " +
      "`finally`: the read may fail.",
    ],
    read: "Keep the read that came too late",
    check: checkTimedReader,
  }),
  exercise<Retry>({
    id: "8.3",
    title: "Try again, later and later",
    passed:
      "It retries only what may heal by itself, and waits longer each time.",
    real: "lib/net/retry.ts",
    solution: solution.retry,
    hints: [
      "Draw a timeline of three attempts that all fail: how many waits are " +
      "there, where are they, and what do you throw?",
      "Loop over the attempts, with `try { return await attempt() }`. In the " +
      "`catch`, decide: if it wasn't a refusal, or if it was the last attempt, " +
      "throw the error that you caught. Otherwise wait, and double the delay.",
      "Nearly the code:\n" +
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
    read: "Try again, but not everything",
    check: checkRetry,
  }),
];
