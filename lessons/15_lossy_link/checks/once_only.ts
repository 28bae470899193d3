/** How an answer to 15.2 is checked. */
import { counted } from "../../../lib/show/counted.ts";
import {
  type Exercise,
  exercise,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";
import * as solution from "../solution.ts";
import type { OnceOnlyClass } from "../types.ts";

const ONCE = "Answer once";
const WHO = "Who asks";
const FORGET = "What to forget";
const FORMAT = "A number in front";

/**
 * Makes exercise 15.2.
 *
 * @returns The exercise.
 */
export function makeOnceOnly(): Exercise<unknown> {
  return exercise<OnceOnlyClass>({
    id: "15.2",
    pure: true,
    title: "Do nothing twice",
    solution: solution.OnceOnly,
    hints: [
      "By what does a server know a repeat? Two clients may both be at number 7. " +
      "And what does the client want that sends one?",
      "Keep a Map from sender and number, written as one text, to the answer. " +
      "Look there first. A Map remembers the order in which keys were put in, " +
      "so that the first of them is the oldest.",
      "Nearly the code:\n" +
      "    const key = `${from.hostname} ${from.port} ${number}`;\n" +
      "    const known = this.#answers.get(key);\n" +
      "    if (known !== undefined) return known;\n" +
      "    const data = this.#perform(request.subarray(4));\n" +
      "    const answer = /* a new array: 4 bytes of the request, then data */;\n" +
      "    this.#answers.set(key, answer);\n" +
      "    if (this.#answers.size > this.#maxRemembered) {\n" +
      "      const [oldest] = this.#answers.keys();\n" +
      "      this.#answers.delete(oldest);\n" +
      "    }\n" +
      "    return answer;",
    ],
    read: ONCE,
    check(OnceOnly, trial) {
      checkRepeat(OnceOnly, trial);
      checkLaterRepeat(OnceOnly, trial);
      checkSenders(OnceOnly, trial);
      checkPartOfArray(OnceOnly, trial);
      checkReusedArray(OnceOnly, trial);
      checkEmpty(OnceOnly, trial);
      checkFailure(OnceOnly, trial);
      checkLimit(OnceOnly, trial);
      checkAge(OnceOnly, trial);
      checkFailureAtLimit(OnceOnly, trial);
      checkManySenders(OnceOnly, trial);
      checkDefault(OnceOnly, trial);
    },
  });
}

/** The plainest repeat. */
function checkRepeat(OnceOnly: OnceOnlyClass, trial: Trial): void {
  const desk = new Desk(OnceOnly, trial);
  trial.step('question 7, "add", from port 5000');
  const first = desk.ask(7, "add");
  desk.assertDone(1, {
    likely: "A new question is to be done: call perform() with the data.",
  });
  trial.equal(desk.seen[0], "add", {
    problem: "perform() was given something else than the data.",
    likely: "Give it what stands behind the number: request.subarray(4).",
  });
  desk.assertAnswer(first, 7, "done 1");

  trial.step("the same question again");
  const again = desk.ask(7, "add");
  desk.assertDone(1, {
    likely: "This was a repeat: the client asks again since it has heard no " +
      "answer, and wants it done once. Remember the answer under sender and " +
      "number, and look there before you do anything. Keys are compared by " +
      "===, so `from` and `request` themselves are no keys, only what is in " +
      "them.",
  });
  trial.equalBytes(again, first, {
    problem: "The repeat got another answer.",
    likely: again.length <= 4
      ? "The answer to the first one was lost, or else nobody would ask again. " +
        "Without an answer the client asks until it gives up: remember what " +
        "you said, and say it again."
      : "A repeat is to get the very same answer: the client cannot know which " +
        "of the two it will hear.",
  });

  trial.step("question 8 from the same port, with the same data");
  const next = desk.ask(8, "add");
  desk.assertDone(2, {
    likely:
      "Another number is another question, also where it says the same: " +
      "somebody who adds 1 twice wants 2.",
  });
  desk.assertAnswer(next, 8, "done 2");
}

/** A repeat may come when others have come in between. */
function checkLaterRepeat(OnceOnly: OnceOnlyClass, trial: Trial): void {
  const desk = new Desk(OnceOnly, trial);
  trial.step("questions 1, 2 and 3, and then a repeat of 1");
  const first = desk.ask(1, "a");
  desk.ask(2, "b");
  desk.ask(3, "c");
  const late = desk.ask(1, "a");
  desk.assertDone(3, {
    likely:
      "A repeat can be overtaken by newer questions. Remember more than " +
      "the last answer of each sender.",
    read: FORGET,
  });
  trial.equalBytes(late, first, {
    likely:
      "A repeat gets the answer that this question got, and not that of " +
      "another one.",
  });
}

/** Two clients count each by itself. */
function checkSenders(OnceOnly: OnceOnlyClass, trial: Trial): void {
  const desk = new Desk(OnceOnly, trial);
  trial.step("question 7 from port 5000, then from port 5001");
  desk.ask(7, "add");
  const other = desk.ask(7, "add", { port: 5001 });
  desk.assertDone(2, {
    likely:
      "Every client counts by itself, and two may have the same number. " +
      "Another port is another sender: know a question by number and sender.",
    read: WHO,
  });
  desk.assertAnswer(other, 7, "done 2");

  trial.step("question 7 from port 5000 of another host");
  desk.ask(7, "add", { hostname: "127.0.0.2" });
  desk.assertDone(3, {
    likely: "The same port on another host is another sender: know it by " +
      "hostname and port.",
    read: WHO,
  });

  trial.step("question 123 from port 5000, then question 23 from port 50001");
  desk.ask(123, "add");
  desk.ask(23, "add", { port: 50001 });
  desk.assertDone(5, {
    likely:
      "Written one behind the other, 5000 and 123 are the same digits as " +
      "50001 and 23. Put something between port and number that is in neither.",
    read: WHO,
  });

  trial.step(
    "question 7 from 127.0.0.1, port 15000, then from 127.0.0.11, port 5000",
  );
  desk.ask(7, "add", { port: 15000 });
  desk.ask(7, "add", { hostname: "127.0.0.11" });
  desk.assertDone(7, {
    likely:
      "Written one behind the other, 127.0.0.1 and 15000 are the same text " +
      "as 127.0.0.11 and 5000. Put something between host and port that is in " +
      "neither.",
    read: WHO,
  });

  trial.step("questions 1 and 0x01000001 and 0x00010001, from one port");
  desk.ask(1, "add");
  desk.ask(0x01000001, "add");
  desk.ask(0x00010001, "add");
  desk.assertDone(10, {
    likely: "The number has 4 bytes, and all of them count.",
    read: WHO,
  });

  trial.step("questions 279 and 3075, from one port");
  desk.ask(279, "add");
  desk.ask(3075, "add");
  desk.assertDone(12, {
    likely:
      "The four bytes of the one are 0, 0, 1, 23, and of the other 0, 0, " +
      "12, 3: written one behind the other, these are the same digits. Read " +
      "them as one number, with DataView's getUint32(0).",
    read: WHO,
  });

  trial.step("questions 0x80 and 0x81, from one port");
  desk.ask(0x80, "add");
  desk.ask(0x81, "add");
  desk.assertDone(14, {
    likely:
      "These are two numbers. They are bytes and no text: a TextDecoder " +
      "makes the same � of every byte that is no UTF-8. Read the number with " +
      "DataView's getUint32(0).",
    read: WHO,
  });
}

/** A question may lie anywhere in memory. */
function checkPartOfArray(OnceOnly: OnceOnlyClass, trial: Trial): void {
  trial.step("two questions that lie in one large array, one behind the other");
  const desk = new Desk(OnceOnly, trial);
  const questions = [join(1, encode("here")), join(2, encode("there"))];
  const large = new Uint8Array([
    0,
    0,
    0,
    0,
    ...questions.flatMap((q) => [...q]),
  ]);
  let at = 4;
  for (const [i, { length }] of questions.entries()) {
    const answer = desk.handle(large.subarray(at, at + length));
    at += length;
    const likely = "The array of a question may be part of a larger one, and " +
      "request.buffer is the whole of it. Say where the question begins and " +
      "ends: new DataView(request.buffer, request.byteOffset), and " +
      "request.subarray(4).";
    desk.assertDone(i + 1, { likely, read: FORMAT });
    trial.equal(desk.seen[i], ["here", "there"][i], {
      problem: "perform() was given something else than the data.",
      likely,
      read: FORMAT,
    });
    trial.equalBytes(answer, join(i + 1, encode(`done ${i + 1}`)), {
      likely,
      read: FORMAT,
    });
  }
}

/** Servers receive into one buffer. */
function checkReusedArray(OnceOnly: OnceOnlyClass, trial: Trial): void {
  trial.step(
    "perform() returns its data, and the question's array is used again",
  );
  const desk = new OnceOnly((data) => data);
  const from = sender({});
  const array = join(1, encode("first"));
  const first = desk.handle(array, from);
  assertBytes(first, trial);
  array.set(join(2, encode("other")));
  const other = desk.handle(array, from);
  assertBytes(other, trial);
  array.fill(0);
  const repeat = desk.handle(join(1, encode("first")), from);
  assertBytes(repeat, trial);
  trial.equalBytes(repeat, join(1, encode("first")), {
    problem: "The remembered answer has changed.",
    likely: "The answer shares its bytes with the question, whose array the " +
      "next message was received into. Copy number and data into an array of " +
      "the answer's own.",
  });
}

function checkEmpty(OnceOnly: OnceOnlyClass, trial: Trial): void {
  trial.step("perform() returns no bytes, and the question is repeated");
  let done = 0;
  const desk = new OnceOnly(() => {
    done++;
    return new Uint8Array();
  });
  for (let time = 1; time <= 2; time++) {
    const answer = desk.handle(join(5, new Uint8Array()), sender({}));
    assertBytes(answer, trial);
    trial.equalBytes(answer, join(5, new Uint8Array()), {
      likely: "An answer without data has the number all the same.",
    });
  }
  trial.equal(done, 1, {
    problem: `perform() was called ${counted(done, "time")}.`,
    likely: "That the answer has no data does not mean that there was none. " +
      "Compare with undefined, or ask the Map by has().",
  });
}

function checkFailure(OnceOnly: OnceOnlyClass, trial: Trial): void {
  trial.step("perform() throws, and the question is repeated");
  let calls = 0;
  const failure = new Error("no paper");
  const desk = new OnceOnly(() => {
    if (++calls === 1) throw failure;
    return encode("printed");
  });
  let thrown: unknown;
  try {
    desk.handle(join(6, encode("print")), sender({}));
  } catch (error) {
    thrown = error;
  }
  if (thrown !== failure) {
    trial.fail({
      problem: thrown === undefined
        ? "handle() did not throw."
        : `handle() threw ${Deno.inspect(thrown)}.`,
      expected: "what perform() threw",
      likely: "Let it through: the server must learn that nothing was done.",
    });
  }
  const notDone = (problem: string) =>
    trial.fail({
      problem,
      likely:
        "perform() threw, so there is no answer to remember, and no error " +
        "either: the repeat is a new chance. Note the question only when it is " +
        "done, not before.",
    });
  let answer: Uint8Array;
  try {
    answer = desk.handle(join(6, encode("print")), sender({}));
  } catch (error) {
    if (error !== failure) throw error;
    return notDone(
      "handle() threw the same for the repeat, and did not do it.",
    );
  }
  if (calls !== 2) {
    notDone("The repeat was not done, though the first was not either.");
  }
  assertBytes(answer, trial);
  trial.equalBytes(answer, join(6, encode("printed")), {
    likely: "Done at the second time, it is answered like any question.",
  });
}

/** Memory has an end, and forgets the oldest. */
function checkLimit(OnceOnly: OnceOnlyClass, trial: Trial): void {
  const desk = new Desk(OnceOnly, trial, { maxRemembered: 3 });
  trial.step(
    "with maxRemembered 3: questions 1 to 4, then repeats of 2, 3 and 4",
  );
  for (let number = 1; number <= 4; number++) desk.ask(number, "add");
  desk.assertDone(4, { likely: "New questions are done." });
  for (let number = 2; number <= 4; number++) desk.ask(number, "add");
  desk.assertDone(4, {
    likely:
      "The last three are to be remembered. When there is one too many, " +
      "forget one, not all, and the oldest, not the newest.",
    read: FORGET,
  });
  trial.step("a repeat of 1, which is forgotten");
  const answer = desk.ask(1, "add");
  desk.assertDone(5, {
    likely: "It still remembers the first of four answers, where it may keep " +
      "three. A server that forgets nothing grows until it has no memory left: " +
      "when there are more than maxRemembered, delete the oldest.",
    read: FORGET,
  });
  desk.assertAnswer(answer, 1, "done 5");
}

/** How old an answer is, nobody changes by asking for it. */
function checkAge(OnceOnly: OnceOnlyClass, trial: Trial): void {
  const desk = new Desk(OnceOnly, trial, { maxRemembered: 2 });
  trial.step(
    "with maxRemembered 2: questions 1 and 2, a repeat of 1, question 3, and " +
      "a repeat of 2",
  );
  for (const number of [1, 2, 1, 3, 2]) desk.ask(number, "add");
  desk.assertDone(3, {
    likely: "2 and 3 were done last, so these are remembered, and 1 is " +
      "forgotten. A repeat makes no answer younger: leave its place in the " +
      "order as it is. What counts is when a question was done, since its " +
      "client stops asking some time after that.",
    read: FORGET,
  });
}

/** What was not done takes nobody's place. */
function checkFailureAtLimit(OnceOnly: OnceOnlyClass, trial: Trial): void {
  trial.step(
    "with maxRemembered 2: questions 1 and 2, question 3 for which perform() " +
      "throws, and repeats of 1 and 2",
  );
  let done = 0;
  const desk = new OnceOnly((data) => {
    if (data.length === 0) throw new Error("nothing to do");
    done++;
    return data;
  }, { maxRemembered: 2 });
  for (const number of [1, 2, 3, 1, 2]) {
    const data = encode(number === 3 ? "" : "add");
    try {
      desk.handle(join(number, data), sender({}));
    } catch {
      // That of question 3, as it should be.
    }
  }
  trial.equal(done, 2, {
    problem: `perform() has done ${counted(done, "thing")}.`,
    likely:
      "Question 3 failed, so there is no third answer to make room for: " +
      "1 and 2 are still the last two. Forget the oldest when a new answer is " +
      "there, and not before.",
    read: FORGET,
  });
}

/** Clients come and go, and the limit is for all together. */
function checkManySenders(OnceOnly: OnceOnlyClass, trial: Trial): void {
  const desk = new Desk(OnceOnly, trial, { maxRemembered: 3 });
  trial.step("with maxRemembered 3: question 1 from four ports, then a repeat");
  for (let port = 6001; port <= 6004; port++) desk.ask(1, "add", { port });
  desk.ask(1, "add", { port: 6001 });
  desk.assertDone(5, {
    likely: "The limit is kept for each sender by itself, and senders are " +
      "without number: each new port is one. Count the answers of all together.",
    read: FORGET,
  });
}

function checkDefault(OnceOnly: OnceOnlyClass, trial: Trial): void {
  const desk = new Desk(OnceOnly, trial);
  trial.step(
    "without options: questions 1 to 101, then a repeat of 2, and of 1",
  );
  for (let number = 1; number <= 101; number++) desk.ask(number, "add");
  desk.ask(2, "add");
  desk.assertDone(101, {
    likely: "Without options it remembers 100 answers, and 2 to 101 are those.",
    read: FORGET,
  });
  desk.ask(1, "add");
  desk.assertDone(102, {
    likely: "Without options there is a limit too: 100 answers.",
    read: FORGET,
  });
}

/** One OnceOnly, and what it had done. */
class Desk {
  readonly #handler: InstanceType<OnceOnlyClass>;
  readonly #trial: Trial;
  /** What perform() was given, as text. */
  readonly seen: string[] = [];

  constructor(
    OnceOnly: OnceOnlyClass,
    trial: Trial,
    options?: { maxRemembered: number },
  ) {
    this.#trial = trial;
    this.#handler = new OnceOnly((data) => {
      this.seen.push(new TextDecoder().decode(data));
      return encode(`done ${this.seen.length}`);
    }, options);
  }

  /** Every question has an array and an address of its own. */
  ask(
    number: number,
    text: string,
    from: { hostname?: string; port?: number } = {},
  ): Uint8Array {
    return this.handle(join(number, encode(text)), from);
  }

  /** Asks with this very array. */
  handle(
    question: Uint8Array,
    from: { hostname?: string; port?: number } = {},
  ): Uint8Array {
    const answer = this.#handler.handle(question, sender(from));
    assertBytes(answer, this.#trial);
    return answer;
  }

  assertDone(
    times: number,
    advice: { likely: string; read?: string },
  ): void {
    if (this.seen.length === times) return;
    this.#trial.fail({
      problem: `perform() was called ${
        counted(this.seen.length, "time")
      } by now.`,
      expected: counted(times, "time"),
      ...advice,
    });
  }

  assertAnswer(answer: Uint8Array, number: number, text: string): void {
    const data = encode(text);
    this.#trial.equalBytes(answer, join(number, data), {
      likely: answer.length === data.length
        ? "The number is missing. Put the 4 bytes of the question in front, " +
          "so that the client knows what this answers."
        : "The answer is the 4 bytes of the question, and what perform() gave " +
          "for it.",
    });
  }
}

function assertBytes(answer: unknown, trial: Trial): void {
  if (answer instanceof Uint8Array) return;
  trial.fail({
    problem: `handle() gave ${Deno.inspect(answer)}.`,
    expected: "a Uint8Array",
    likely: answer instanceof Promise
      ? "handle() returns the answer itself: nothing is waited for here, so it " +
        "is not `async`."
      : "Every question gets its answer, a repeat too: whoever repeats it " +
        "has not heard it.",
  });
}

function sender(
  { hostname = "127.0.0.1", port = 5000 }: { hostname?: string; port?: number },
): Deno.NetAddr {
  return { transport: "udp", hostname, port };
}

function join(number: number, data: Uint8Array): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(4 + data.length);
  new DataView(joined.buffer).setUint32(0, number);
  joined.set(data, 4);
  return joined;
}

function encode(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}
