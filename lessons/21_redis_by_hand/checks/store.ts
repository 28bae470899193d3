/** How an answer to 21.2 is checked. */
import { printable } from "../../../lib/show/text.ts";
import type { Trial } from "../../../lib/workbook/kit/mod.ts";
import type { CommandStore, StoreClass } from "../types.ts";
import {
  COUNTER_STEPS,
  ERROR,
  ERROR_STEPS,
  EXPIRY_STEPS,
  NIL_STEPS,
  OK,
  type Part,
  REPLY_STEPS,
  type Step,
} from "./store_steps.ts";

/** Checks an answer to 21.2. */
export function checkStore(Store: StoreClass, trial: Trial): void {
  for (const steps of [REPLY_STEPS, NIL_STEPS, COUNTER_STEPS, ERROR_STEPS]) {
    const store = new Store();
    for (const step of steps) run(store, trial, step);
  }

  let time = 1_700_000_000_000;
  const store = new Store({ now: () => time });
  for (const step of EXPIRY_STEPS) {
    if (typeof step === "number") {
      trial.step(`${step} ms pass, by the clock that the store was given`);
      time += step;
    } else run(store, trial, step);
  }

  trial.step("two stores at once");
  const [one, other] = [new Store(), new Store()];
  run(one, trial, { command: ["SET", "k", "v"] });
  run(other, trial, {
    command: ["GET", "k"],
    reply: "$-1\r\n",
    likely: "Each store has its own keys: keep them in the object, not in a " +
      "variable outside it.",
  });
}

/** Runs a command, and compares the reply. */
function run(
  store: CommandStore,
  trial: Trial,
  {
    command,
    reply = OK,
    likely = "SET returns +OK.",
    read = "Five kinds of reply",
  }: Step,
): void {
  const parts = command.map(bytesOf);
  trial.step(parts.map((part) => printable(part, { max: 30 })).join(" "));
  let received: Uint8Array;
  try {
    received = store.run(parts);
  } catch (error) {
    // Where an error is due, the client's mistake has led to the slip.
    if (reply !== ERROR) trial.failOnSlip("run()", error, TypeError);
    trial.fail({
      problem: `run() threw ${trial.describe(error)}.`,
      expected: Deno.inspect(reply),
      likely: "A client's mistake must not end the server: run() returns an " +
        `error reply, and never throws. ${likely}`,
      read,
    }, { cause: error });
  }
  if (!(received instanceof Uint8Array)) {
    trial.fail({
      problem: `run() returned ${Deno.inspect(received)}, not a Uint8Array.`,
      likely:
        "run() returns the reply as bytes, and at once: not text, and not " +
        `a promise. ${likely}`,
      read,
    });
  }
  if (reply === ERROR) return requireError(trial, received, likely, read);
  const expected = Uint8Array.from(reply, (char) => char.charCodeAt(0));
  trial.equalBytes(received, expected, { likely, read });
}

function requireError(
  trial: Trial,
  received: Uint8Array,
  likely: string,
  read: string,
): void {
  const text = new TextDecoder().decode(received);
  if (/^-ERR [^\r\n]+\r\n$/.test(text)) return;
  const isError = text.startsWith("-");
  trial.fail({
    problem: isError
      ? "The error isn't one line that begins with -ERR and a space."
      : "This reply isn't an error.",
    expected: Deno.inspect(ERROR),
    received,
    likely: isError && !text.startsWith("-ERR ")
      ? "After the - comes a code, ERR, then a space and the reason: clients go " +
        "by the code."
      : !isError && /^.?ERR|error/i.test(text)
      ? "The first byte says what kind of reply it is, and for an error that's " +
        "-. Without it, the client takes the reason for a value."
      : likely,
    read,
  });
}

function bytesOf(part: Part): Uint8Array {
  return typeof part === "string" ? new TextEncoder().encode(part) : part;
}
