/** Checks an answer to 22.2. */
import {
  type Advice,
  type CallDue,
  type CallResult,
  checkClass,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";
import type { StoreClass } from "../types.ts";
import { STORIES } from "./store_stories.ts";
import { EXPIRY_STORIES, OVER } from "./store_times.ts";
import { ERROR, isErrorReply, SAFE } from "./story.ts";

/** Checks an answer to 22.2. */
export async function checkStore(
  Store: StoreClass,
  trial: Trial,
): Promise<void> {
  const options = {
    name: "Store",
    explain,
    ifTimer: OVER,
    copies: true,
    givesAway: true,
  };
  await checkClass(trial, make, [...STORIES, ...EXPIRY_STORIES], options);

  /** Makes a store, with a clock if the story says when it starts. */
  function make(time?: number): object {
    const store = time === undefined
      ? new Store()
      : new Store({ now: () => time! });
    return {
      run: (command: Uint8Array[]) => store.run(command),
      pass: (ms: number) => time === undefined ? spin(ms) : time += ms,
    };
  }
}

/** Lets real time pass: a story can't be awaited. */
function spin(ms: number): void {
  const end = Date.now() + ms;
  while (Date.now() < end);
}

const ONE_LINE =
  "An error is one line. If you copy the client's words into it, a line ending " +
  "in them ends the error, and the client reads the rest as another reply. " +
  "Replace each \\r and each \\n, even a lone one.";

/** Recognizes mistakes by the reply, whatever the command was. */
function explain(
  { value, error }: CallResult,
  { returns, likely, label }: CallDue,
): string | Partial<Advice> | undefined {
  if (error !== undefined) {
    return "A client's mistake must not end the server: run() returns an error " +
      `reply, and never throws. ${likely}`;
  }
  if (!(value instanceof Uint8Array)) {
    return "run() must return the reply itself, as bytes: not text, and not a " +
      `promise. ${likely}`;
  }
  if (returns !== ERROR || isErrorReply(value)) return undefined;
  const text = new TextDecoder().decode(value);
  if (text.startsWith("-ERR ")) {
    return {
      problem: `${label}: this error isn't one line.`,
      likely: ONE_LINE,
      read: SAFE,
    };
  }
  if (text.startsWith("-")) {
    return {
      problem: `${label}: this error doesn't start with -ERR and a space.`,
      likely:
        "After the - comes a code, ERR, then a space and the reason. Clients " +
        "look at the code.",
    };
  }
  const problem = `${label}: this reply isn't an error.`;
  if (!/^.?ERR|error/i.test(text)) return { problem, likely: String(likely) };
  return {
    problem,
    likely: "The first byte says what kind of reply it is, and for an error " +
      "that's -. Without it, the client takes the reason for a value.",
  };
}
