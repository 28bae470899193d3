/** How an answer to 15.2 is checked. */
import { counted } from "../../../lib/show/counted.ts";
import { concat } from "../../../lib/wire/bytes.ts";
import type { Trial } from "../../../lib/workbook/kit/mod.ts";
import type { OnceOnlyClass } from "../types.ts";
import { datagram, encode, textOf } from "./datagrams.ts";
import { FORGET, SENDER, STEPS } from "./once_only_steps.ts";

/** Asks one OnceOnly a question. */
type Ask = (question: Uint8Array, from?: Partial<typeof SENDER>) => Uint8Array;

/** Checks an answer to 15.2. */
export function checkOnceOnly(OnceOnly: OnceOnlyClass, trial: Trial): void {
  checkSteps(OnceOnly, trial);
  checkReusedArray(OnceOnly, trial);
  checkFailure(OnceOnly, trial);
  checkFailureAtLimit(OnceOnly, trial);
}

/** Checks after each question how often `perform` was called, and the answer. */
function checkSteps(OnceOnly: OnceOnlyClass, trial: Trial): void {
  let performed: string[] = [];
  let ask: Ask | undefined;
  for (const one of STEPS) {
    if (ask === undefined || one.options !== undefined) {
      performed = [];
      const onceOnly = new OnceOnly((data) => {
        performed.push(new TextDecoder().decode(data));
        return encode(one.isEmpty ? "" : `done ${performed.length}`);
      }, one.options);
      ask = makeAsk(onceOnly, trial);
    }
    const { step, questions, isOneArray, likely, read = "Answer once" } = one;
    trial.step(step);
    const datagrams = questions.map(([number, , , data = "add"]) =>
      datagram(number, data)
    );
    const views = isOneArray ? inOneArray(datagrams) : datagrams;
    // In one array, everything that goes wrong has one likely cause.
    const cause = isOneArray ? { likely, read } : {};
    for (const [i, [number, done, from]] of questions.entries()) {
      const before = performed.length;
      const answer = ask(views[i], from);
      const due = Math.max(before, done);
      if (performed.length !== due) {
        trial.fail({
          problem: `perform() has been called ${
            counted(performed.length, "time")
          }.`,
          expected: counted(due, "time"),
          likely,
          read,
        });
      }
      const isRepeat = due === before;
      if (!isRepeat) {
        trial.equal(performed[before], textOf(datagrams[i]), {
          problem: "perform() got something other than the data.",
          likely: "Pass what follows the number: request.subarray(4).",
          ...cause,
        });
      }
      const right = datagram(number, one.isEmpty ? "" : `done ${done}`);
      trial.equalBytes(answer, right, {
        ...isRepeat && { problem: "The repeat got another answer." },
        likely: whyAnswer(answer, right, isRepeat),
        ...cause,
      });
    }
  }
}

/** What it means if an answer isn't the right one. */
function whyAnswer(
  answer: Uint8Array,
  right: Uint8Array,
  isRepeat: boolean,
): string {
  if (!isRepeat) {
    return answer.length === right.length - 4
      ? "The number is missing. Put the question's 4 bytes in front, so that " +
        "the client knows which question this answers."
      : "The answer is the question's 4 bytes, followed by what perform() " +
        "returned for it.";
  }
  return answer.length <= 4
    ? "The client repeats its question because the answer got lost. Without " +
      "an answer, it asks until it gives up: remember what you answered, and " +
      "answer the same again."
    : "A repeat must get exactly the answer that the question got the first " +
      "time: the client can't know which of the two will arrive.";
}

/** Servers receive each question into the same buffer. */
function checkReusedArray(OnceOnly: OnceOnlyClass, trial: Trial): void {
  trial.step(
    "perform() returns its data, and the question's array is used again",
  );
  const ask = makeAsk(new OnceOnly((data) => data), trial);
  const array = datagram(1, "first");
  ask(array);
  array.set(datagram(2, "other"));
  ask(array);
  array.fill(0);
  trial.equalBytes(ask(datagram(1, "first")), datagram(1, "first"), {
    problem: "The remembered answer has changed.",
    likely: "The answer shares its bytes with the question's array, and the " +
      "next question was received into that. Copy number and data into a new " +
      "array.",
  });
}

function checkFailure(OnceOnly: OnceOnlyClass, trial: Trial): void {
  trial.step("perform() throws, and the question is repeated");
  let calls = 0;
  const failure = new Error("no paper");
  const onceOnly = new OnceOnly(() => {
    if (++calls === 1) throw failure;
    return encode("printed");
  });
  const ask = makeAsk(onceOnly, trial);
  const first = attempt(() => ask(datagram(6, "print")));
  if (first.error !== failure) {
    trial.fail({
      problem: "error" in first
        ? `handle() threw ${Deno.inspect(first.error)}.`
        : "handle() didn't throw.",
      expected: "the error that perform() threw",
      likely: "Don't catch it: the server must learn that nothing was done.",
    });
  }
  const second = attempt(() => ask(datagram(6, "print")));
  if ("error" in second && second.error !== failure) throw second.error;
  if (second.value === undefined || calls !== 2) {
    trial.fail({
      problem: "error" in second
        ? "handle() threw the same error for the repeat, and didn't perform it."
        : "The repeat wasn't performed, although the first attempt failed.",
      likely:
        "perform() threw, so there's no answer to remember, and no error " +
        "either: the repeat gets a new chance. Remember a question only when " +
        "it has been performed, not before.",
    });
  }
  trial.equalBytes(second.value, datagram(6, "printed"), {
    likely: "The second attempt succeeded, so answer it like any question.",
  });
}

/** A question that failed doesn't push out an answer. */
function checkFailureAtLimit(OnceOnly: OnceOnlyClass, trial: Trial): void {
  trial.step(
    "with maxRemembered 2: questions 1 and 2, question 3 for which perform() " +
      "throws, and repeats of 1 and 2",
  );
  let done = 0;
  const onceOnly = new OnceOnly((data) => {
    if (data.length === 0) throw new Error("nothing to do");
    done++;
    return data;
  }, { maxRemembered: 2 });
  const ask = makeAsk(onceOnly, trial);
  for (const number of [1, 2]) ask(datagram(number, "add"));
  attempt(() => ask(datagram(3, "")));
  for (const number of [1, 2]) ask(datagram(number, "add"));
  trial.equal(done, 2, {
    problem: `perform() has succeeded ${counted(done, "time")}.`,
    likely:
      "Question 3 failed, so there's no third answer to make room for: 1 " +
      "and 2 are still the last two. Forget the oldest once there's a new " +
      "answer, not before.",
    read: FORGET,
  });
}

/** Makes a function that asks one OnceOnly and fails unless bytes come back. */
function makeAsk(onceOnly: InstanceType<OnceOnlyClass>, trial: Trial): Ask {
  return (question, from = {}) => {
    const answer: unknown = onceOnly.handle(question, {
      transport: "udp",
      ...SENDER,
      ...from,
    });
    if (answer instanceof Uint8Array) return answer;
    return trial.fail({
      problem: `handle() returned ${Deno.inspect(answer)}.`,
      expected: "a Uint8Array",
      likely: answer instanceof Promise
        ? "handle() returns the answer itself. It has nothing to await, so " +
          "don't make it `async`."
        : "Every question gets an answer, repeats included: a client repeats " +
          "its question because it hasn't heard the answer.",
    });
  };
}

function attempt<T>(run: () => T): { value?: T; error?: unknown } {
  try {
    return { value: run() };
  } catch (error) {
    return { error };
  }
}

/** Copies datagrams into one array, after 4 other bytes; returns views of it. */
function inOneArray(datagrams: Uint8Array[]): Uint8Array[] {
  const all = concat([new Uint8Array(4), ...datagrams]);
  let at = 4;
  return datagrams.map(({ length }) => all.subarray(at, at += length));
}
