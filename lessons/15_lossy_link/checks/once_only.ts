/** Checks answers to 15.2. */
import {
  type CallResult,
  checkClass,
  type MethodCall,
  type ObjectCase,
  shown,
  toBytes,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";
import { OnceOnly as Solution } from "../solution.ts";
import type { OnceOnlyClass } from "../types.ts";
import { datagram, textOf } from "./datagrams.ts";
import {
  BINARY,
  ECHO,
  FAIL,
  FAIL_ONCE,
  FAILED_BEFORE,
  NOT_TEXT,
  NOTHING,
  ONCE,
  SENDER,
  STORIES,
  type Story,
} from "./once_only_stories.ts";

/** Checks an answer to 15.2. */
export async function checkOnceOnly(
  OnceOnly: OnceOnlyClass,
  trial: Trial,
): Promise<void> {
  await checkClass(
    trial,
    (options) => new Server(OnceOnly, options),
    STORIES.map(caseOf),
    { name: "OnceOnly", copies: true },
  );
}

/** The name of this property in a report. */
const PERFORMED = "the list of calls of perform()";

const FAILURE = new Error("perform() can't do that");

/** A OnceOnly, and the data its `perform` was called with. */
class Server {
  readonly #performed: string[] = [];
  readonly #onceOnly: InstanceType<OnceOnlyClass>;

  constructor(OnceOnly: OnceOnlyClass, options?: { maxRemembered?: number }) {
    const perform = (data: Uint8Array) => this.#perform(data);
    this.#onceOnly = options === undefined
      ? new OnceOnly(perform)
      : new OnceOnly(perform, options);
  }

  /** The data of each call, as text. */
  get [PERFORMED](): string[] {
    return [...this.#performed];
  }

  handle(question: Uint8Array, from: Deno.NetAddr): Uint8Array | string {
    try {
      return this.#onceOnly.handle(question, from);
    } catch (error) {
      if (error === FAILURE) return "the error that perform() threw";
      throw error;
    }
  }

  #perform(data: Uint8Array): Uint8Array {
    if (data[0] === BINARY[0]) {
      this.#performed.push(shown(data));
      return data;
    }
    const text = new TextDecoder().decode(data);
    const isNew = !this.#performed.includes(text);
    this.#performed.push(text);
    if (text === FAIL || text === FAIL_ONCE && isNew) throw FAILURE;
    if (text === ECHO) return data;
    const done = text === NOTHING ? "" : `done ${this.#performed.length}`;
    // A view of a larger array, as of a buffer that it works with.
    return toBytes(`[${done}]`).subarray(1, -1);
  }
}

/** Makes a case that asks the questions, and checks after each what was performed. */
function caseOf(
  { step, questions, maxRemembered, likely, read = ONCE }: Story,
): ObjectCase {
  const options = maxRemembered === undefined ? undefined : { maxRemembered };
  const right = new Server(Solution, options);
  return {
    step,
    make: [options],
    read,
    calls: questions.flatMap(([number, from, data = "add"], i) => {
      const question = datagram(number, data);
      const before = right[PERFORMED].length;
      const sender = { ...SENDER, ...from };
      const returns = right.handle(question, sender);
      const performed = right[PERFORMED];
      const isRepeat = performed.length === before;
      const why = i > 0 ? likely : "A new question must be performed, once.";
      return [
        {
          do: "handle",
          args: [question, sender],
          returns,
          likely: (result) => whyWrong(result, returns, isRepeat, why),
        },
        {
          do: PERFORMED,
          returns: performed,
          likely: ({ value }) =>
            whyPerformed(value as string[], performed) ??
              why,
        },
      ] satisfies MethodCall[];
    }),
  };
}

/** Explains a wrong answer. `why` says why it isn't another call's. */
function whyWrong(
  { value, error }: CallResult,
  right: Uint8Array | string,
  isRepeat: boolean,
  why: string,
): { problem: string; likely: string } | undefined {
  if (typeof right === "string") {
    return {
      problem: error === undefined
        ? "handle() didn't throw, although perform() did."
        : "handle() threw a different error than perform().",
      likely: "Pass on the error that perform() threw, unchanged: the server " +
        "must learn that nothing was done.",
    };
  }
  if (error !== undefined) return undefined;
  if (typeof value === "string") {
    return {
      problem: "handle() threw the error of an earlier attempt.",
      likely: FAILED_BEFORE,
    };
  }
  if (!(value instanceof Uint8Array)) {
    return {
      problem: `handle() returned ${shown(value)}.`,
      likely:
        "Every question gets an answer, even a repeat: a client repeats " +
        "its question because it hasn't received the answer.",
    };
  }
  const [got, due] = [textOf(value), textOf(right)];
  if (why === NOT_TEXT) return { problem: "The answer is wrong.", likely: why };
  const [calls, dueCalls] = [got, due].map((text) => Number(text.slice(5)));
  if (!isRepeat && /^done \d+$/.test(got) && calls > dueCalls) {
    return {
      problem: "perform() was called too often for this question.",
      likely: "Look for an earlier answer first. Only if there's none, call " +
        "perform(), and only once: it may move money.",
    };
  }
  // The data is from another call of perform(), or from the question itself.
  if (/^done \d+$/.test(got) && got !== due || got === FAIL_ONCE) {
    return {
      problem: isRepeat
        ? "This repeat was performed again."
        : "This request wasn't performed: it got an earlier answer.",
      likely: why,
    };
  }
  if (isRepeat) {
    return {
      problem: "The repeat got a different answer.",
      likely: value.length <= 4
        ? "The client repeats its question because the answer got lost. " +
          "Without an answer, it asks until it gives up: remember your answer, " +
          "and return the same one again."
        : "A repeat must get exactly the answer that the question got the " +
          "first time, because either of the two may be the one that arrives.",
    };
  }
  if (why === FAILED_BEFORE) {
    return { problem: "The repeat got no real answer.", likely: why };
  }
  const hasNumber = value.length !== right.length - 4;
  return {
    problem: "The answer is wrong.",
    likely: hasNumber
      ? "The answer is the question's 4 bytes, followed by what perform() " +
        "returned for it, byte by byte. That may be a view of a larger array: " +
        "copy it with set(data, 4), and don't use data.buffer."
      : "The number is missing. Put the question's 4 bytes in front, so the " +
        "client knows which question this answers.",
  };
}

function whyPerformed(got: string[], due: string[]) {
  if (got.length !== due.length || got.at(-1) === due.at(-1)) return undefined;
  return {
    problem: "perform() got something other than the data.",
    likely: "Pass the bytes after the number: request.subarray(4).",
  };
}
