/** How an answer to 15.1 is checked. */
import {
  bindUdp,
  type DatagramSocket,
  formatAddress,
} from "../../../lib/net/mod.ts";
import { counted } from "../../../lib/show/counted.ts";
import {
  type Exercise,
  exercise,
  LongestGap,
  type Trial,
  type TrialFailure,
  written,
} from "../../../lib/workbook/kit/mod.ts";
import { QueuedSocket } from "../queued_socket.ts";
import * as solution from "../solution.ts";
import type { Call, CallOptions } from "../types.ts";

const AGAIN = "Ask again";
const LATE = "A late answer";
const FORMAT = "A number in front";
const RECEIVE = "A receive cannot be taken back";

/** Nothing is lost, and so nothing may be asked again. */
const PATIENT: CallOptions = { timeoutMs: 60_000, attempts: 3 };
/** More tries than there is time for. */
const BUSY: CallOptions = { timeoutMs: 30, attempts: 1000 };
/** Waits that are over in a while, though others write all the time. */
const NOISY: CallOptions = { timeoutMs: 500, attempts: 1000 };
/**
 * More calls than a single byte has numbers for, and enough for those who draw
 * 16 random bits: nearly always some of them draw what was drawn before.
 */
const MANY = 1000;

/**
 * Makes exercise 15.1.
 *
 * @returns The exercise.
 */
export function makeCall(): Exercise<unknown> {
  return exercise<Call>({
    id: "15.1",
    title: "Ask again, and know the answer",
    solution: solution.call,
    hints: [
      "An answer may come when you have asked something else by then. What must " +
      "stand in it, so that you can tell? And who has to write it first?",
      "Two things go on at once. One receives and throws away until the answer " +
      "is there; it is begun once for the whole call. The other sends, waits " +
      "for the first of answer and timer, and sends again.",
      "Nearly the code; receiveAnswer() is a loop around socket.receive():\n" +
      "    const answer = receiveAnswer(socket, server, number);\n" +
      "    answer.catch(() => {}); // nobody may be left to hear of it\n" +
      "    for (let attempt = 1; attempt <= attempts; attempt++) {\n" +
      "      await socket.send(question, server);\n" +
      "      const late = Promise.withResolvers<null>();\n" +
      "      const timer = setTimeout(() => late.resolve(null), timeoutMs);\n" +
      "      const data = await Promise.race([answer, late.promise]);\n" +
      "      clearTimeout(timer);\n" +
      "      if (data !== null) return data;\n" +
      "    }\n" +
      "    throw new Deno.errors.TimedOut(…);",
    ],
    read: AGAIN,
    async check(call, trial) {
      const scene = new Scene(call, trial);
      await checkNumber(scene);
      await checkLateAnswer(scene);
      await checkOtherMessages(scene);
      await checkNearNumbers(scene);
      await checkOtherHost(scene);
      await checkEmpty(scene);
      await checkLostTries(scene);
      await checkAfterLostTries(scene);
      await checkJunkKeepsComing(scene);
      await checkLastTry(scene);
      await checkManyCalls(scene);
      await checkNobodyAnswers(scene);
      scene.assertSilence();
    },
  });
}

/** One question, one answer. */
async function checkNumber(scene: Scene): Promise<void> {
  const { trial } = scene;
  trial.step("call with 3 bytes, and answer with 4 behind the same number");
  // No text: whoever decodes it loses something.
  const data = new Uint8Array([0xff, 0x00, 0xc3, 0x01]);
  const calling = scene.call(new Uint8Array([1, 2, 3]), PATIENT);
  const question = await scene.question();
  await scene.answer(question, data);
  await scene.returns(calling, data);
}

/** The number is what tells an old answer. */
async function checkLateAnswer(scene: Scene): Promise<void> {
  const { trial } = scene;
  trial.step('call with "one", and answer twice: the link repeats');
  const first = scene.call(encode("one"), PATIENT);
  const one = await scene.question();
  await scene.answer(one, encode("first"));
  await scene.answer(one, encode("first"));
  await scene.returns(first, encode("first"));

  trial.step('call with "two", where that repeat still waits in the socket');
  const second = scene.call(encode("two"), PATIENT);
  const two = await scene.question();
  if (sameNumber(one, two)) {
    trial.fail({
      problem: `Both calls have the number ${two.subarray(0, 4).toHex()}.`,
      expected: "a number that no call before it had",
      likely: "A late answer to the one would pass for the answer to the " +
        "other. Keep a counter outside of the function, so that it lives from " +
        "call to call, or draw 32 random bits.",
      read: FORMAT,
    });
  }
  await scene.settle();
  await scene.answer(two, encode("second"));
  await scene.returns(second, encode("second"), (got) => {
    if (new TextDecoder().decode(got) !== "first") return;
    trial.fail({
      problem: "It returned the answer to the question before.",
      expected: encode("second"),
      received: got,
      likely: "That was a late answer, with the number of the last call in " +
        "front. Compare the number in what comes with that of your question, " +
        "throw it away if they differ, and receive again.",
      read: LATE,
    });
  });
}

/** What is not the answer changes nothing. */
async function checkOtherMessages(scene: Scene): Promise<void> {
  const { trial, socket, server, stranger } = scene;
  trial.step("answer a call with a message of 2 bytes, then properly");
  const short = scene.call(encode("three"), PATIENT);
  const three = await scene.question();
  await server.send(three.subarray(0, 2), socket.addr);
  await scene.settle();
  await scene.answer(three, encode("third"));
  await scene.returns(short, encode("third"));

  trial.step("answer a call from another port with the right number, first");
  const strange = scene.call(encode("four"), PATIENT);
  const four = await scene.question();
  const lie = encode("a lie");
  await stranger.send(join(four.subarray(0, 4), lie), socket.addr);
  await scene.settle();
  await scene.answer(four, encode("fourth"));
  await scene.returns(strange, encode("fourth"), (got) => {
    if (got.length !== lie.length) return;
    trial.fail({
      problem: `It returned what came from ${formatAddress(stranger.addr)}.`,
      expected: `what comes from ${formatAddress(server.addr)}`,
      received: got,
      likely:
        "A number is easily guessed, and anybody can write to you. Look " +
        "at the sender as well, host and port, as in lesson 13.",
      read: LATE,
    });
  });
}

/** All four bytes make the number. */
async function checkNearNumbers(scene: Scene): Promise<void> {
  const { trial, socket, server } = scene;
  trial.step("answer a call with four numbers that differ in one byte, first");
  const calling = scene.call(encode("five"), PATIENT);
  const question = await scene.question();
  const lies = [0, 1, 2, 3].map((at) => {
    const number = question.slice(0, 4);
    number[at] ^= 1;
    return join(number, encode(`lie ${at}`));
  });
  for (const lie of lies) await server.send(lie, socket.addr);
  await scene.settle();
  await scene.answer(question, encode("fifth"));
  await scene.returns(calling, encode("fifth"), (got) => {
    const text = new TextDecoder().decode(got);
    const lie = lies[Number(/^lie ([0-3])$/.exec(text)?.[1])];
    if (lie === undefined) return;
    trial.fail({
      problem: "It returned the answer to another number.",
      expected: question.subarray(0, 4),
      received: lie.subarray(0, 4),
      likely: "The number has 4 bytes, and all of them count: getUint32(0) " +
        "reads them at once.",
      read: FORMAT,
    });
  });
}

/** Another machine, with a program on the same port. */
async function checkOtherHost(scene: Scene): Promise<void> {
  const { trial, socket, server } = scene;
  const elsewhere = { ...server.addr, hostname: "192.0.2.1" };
  trial.step("answer a call from the same port of another host, first");
  const calling = scene.call(encode("six"), PATIENT);
  const question = await scene.question();
  const lie = encode("elsewhere");
  socket.forge(join(question.subarray(0, 4), lie), elsewhere);
  await scene.settle();
  await scene.answer(question, encode("sixth"));
  await scene.returns(calling, encode("sixth"), (got) => {
    if (got.length !== lie.length) return;
    trial.fail({
      problem: `It returned what came from ${formatAddress(elsewhere)}.`,
      expected: `what comes from ${formatAddress(server.addr)}`,
      received: got,
      likely: "That is the same port on another host, so another program. " +
        "Compare the host as well as the port, as in lesson 13.",
      read: LATE,
    });
  });
}

async function checkEmpty(scene: Scene): Promise<void> {
  const { trial } = scene;
  trial.step("call with an empty request, and answer with no data");
  const calling = scene.call(new Uint8Array(), PATIENT);
  await scene.answer(await scene.question(), new Uint8Array());
  await scene.returns(
    calling,
    new Uint8Array(),
    undefined,
    "Four bytes with the right number are an answer that says nothing, and an " +
      "answer all the same.",
  );
}

/** Ask again, and ask the same. */
async function checkLostTries(scene: Scene): Promise<void> {
  const { trial } = scene;
  trial.step("call, lose two tries, and answer the third");
  const calling = scene.call(encode("lost?"), BUSY);
  const tries = [];
  for (const which of ["first", "second", "third"]) {
    tries.push(await scene.question(`the ${which} try`));
  }
  for (const question of tries.slice(1)) {
    if (sameNumber(question, tries[0])) continue;
    trial.fail({
      problem: "Two tries of one call have different numbers.",
      expected: tries[0].subarray(0, 4),
      received: question.subarray(0, 4),
      likely:
        "It is one question, so it has the same number on each try. With a " +
        "new one, the answer to an earlier try is thrown away when it comes " +
        "late, and the server takes the repeat for a new question and does it " +
        "twice. Make the number before the loop.",
      read: AGAIN,
    });
  }
  // Something else first: a receive that was given up takes one of the two.
  await scene.stranger.send(encode("hello?"), scene.socket.addr);
  await scene.answer(tries[2], encode("found"));
  await scene.returns(calling, encode("found"));
  scene.markOver();
}

/** What the tries of one call left behind, the next one meets. */
async function checkAfterLostTries(scene: Scene): Promise<void> {
  const { trial } = scene;
  trial.step("call again on the same socket, and answer the first try");
  const calling = scene.call(encode("still there?"), PATIENT);
  const question = await scene.question("the question", "still there?");
  await scene.answer(question, encode("yes"));
  await scene.returns(calling, encode("yes"));
}

/**
 * A chatterbox does not keep a call from asking again.
 *
 * Where the machine stood still for as long as the wait, the chatter did too,
 * and a wait that begins anew came to its end: then once more.
 */
async function checkJunkKeepsComing(scene: Scene): Promise<void> {
  scene.trial.step(
    "call, lose a try, while others write to the socket all the time",
  );
  for (let turn = 0; turn < 10; turn++) {
    if (await longestSilence(scene) < 0.75 * NOISY.timeoutMs) return;
  }
}

/** Such a call; gives the longest time between two of the others' messages. */
async function longestSilence(scene: Scene): Promise<number> {
  const { stranger, socket } = scene;
  const gap = new LongestGap();
  const calling = scene.call(encode("noise?"), NOISY);
  const junk = setInterval(() => {
    gap.mark();
    stranger.send(encode("noise"), socket.addr).catch(() => {});
  }, 5);
  try {
    await scene.question();
    const second = await scene.question(
      "the second try",
      undefined,
      "Each message that comes begins the wait anew, and so a call that is " +
        "disturbed often enough never asks again. Begin the timer once for " +
        "each try, when the question has been sent, and leave it running " +
        "when something strange comes.",
    );
    gap.mark();
    await scene.answer(second, encode("silence"));
    await scene.returns(calling, encode("silence"));
  } finally {
    clearInterval(junk);
  }
  // What it has asked besides is not to be met by the next one.
  await scene.countQuestions();
  return gap.ms;
}

async function checkLastTry(scene: Scene): Promise<void> {
  const { trial } = scene;
  trial.step("call with one attempt, and answer it");
  const calling = scene.call(encode("last?"), {
    timeoutMs: 60_000,
    attempts: 1,
  });
  const question = await scene.question("the question", "last?");
  await scene.answer(question, encode("just in time"));
  await scene.returns(calling, encode("just in time"));
}

/** A counter must have room to count. */
async function checkManyCalls(scene: Scene): Promise<void> {
  const { trial } = scene;
  trial.step(`${MANY} calls one after the other, each answered at once`);
  const callWith = new Map<string, number>();
  let repeats = 0;
  for (let call = 1; call <= MANY; call++) {
    const calling = scene.call(encode("more?"), PATIENT);
    const question = await scene.question("the question", "more?");
    const number = question.subarray(0, 4).toHex();
    // Of 32 random bits, one repeat in all these calls is bad luck. Two are not.
    if (callWith.has(number) && ++repeats > 1) {
      trial.fail({
        problem: `Call ${call} has the number ${number}, as call ` +
          `${callWith.get(number)} had.`,
        expected: "a number that no call before it had",
        likely:
          "The numbers begin anew after a while, and then an old answer " +
          "passes for a new one. 4 bytes have room for 4294967296 of them: use " +
          "them all. `>>> 0` keeps a counter within 4 bytes, `& 255` within one.",
        read: FORMAT,
      });
    }
    callWith.set(number, call);
    await scene.answer(question, encode("more"));
    await scene.returns(calling, encode("more"));
  }
}

/**
 * There is a limit, and an error that says so.
 *
 * A machine that stands still can feign a last wait that is too short or too
 * long. It hardly does so in five calls in a row.
 */
async function checkNobodyAnswers(scene: Scene): Promise<void> {
  const { trial } = scene;
  const options: CallOptions = { timeoutMs: 60, attempts: 4 };
  trial.step("call with 4 attempts of 60 ms, and never answer");
  let failure = await giveUp(scene, options);
  for (let run = 2; run <= 5 && failure !== undefined; run++) {
    trial.step("the last wait was too short, or too long: call again");
    failure = await giveUp(scene, options);
  }
  if (failure !== undefined) trial.fail(failure);
}

/** How often to look whether a call still waits, in milliseconds. */
const TICK_MS = 10;

/**
 * Lets a call give up.
 *
 * @returns What is wrong with its waits, if it was not the machine.
 */
async function giveUp(
  scene: Scene,
  options: CallOptions,
): Promise<TrialFailure | undefined> {
  const { trial, server, socket } = scene;
  const before = socket.sent.length;
  // Whoever waits longer is to be heard out. Whoever asks for ever is not.
  socket.onSend = () => {
    if (socket.sent.length - before <= options.attempts) trial.progress();
  };
  const startedAt = performance.now();
  // How many ticks there were after the last try. They are counted, and not the
  // clock: a pause of the machine is no wait.
  let lastTicks = 0;
  const clock = setInterval(() => {
    if (socket.sent.length - before >= options.attempts) lastTicks++;
  }, TICK_MS);
  const [outcome] = await trial.waitFor(
    Promise.allSettled([
      (async () =>
        await scene.attempt(
          socket,
          written(server.addr),
          encode("?"),
          options,
        ))(),
    ]),
    {
      waitingFor: "call() to give up",
      likely:
        "Count the tries: send `attempts` times in all, wait once more, " +
        "and reject. Somebody who asks for ever cannot tell anybody that the " +
        "server is gone.",
      read: AGAIN,
    },
  ).finally(() => clearInterval(clock));
  const endedAt = performance.now();
  if (outcome.status === "fulfilled") {
    trial.fail({
      problem: `call() returned ${Deno.inspect(outcome.value)}.`,
      expected: "a rejection with Deno.errors.TimedOut",
      likely:
        "No answer came, and no value can say so: an empty answer is an " +
        "answer. Throw behind the loop.",
      read: AGAIN,
    });
  }
  const { reason } = outcome as PromiseRejectedResult;
  if (!(reason instanceof Deno.errors.TimedOut)) {
    trial.fail({
      problem: `call() rejected with ${
        reason instanceof Error
          ? `${reason.name}: ${reason.message}`
          : Deno.inspect(reason)
      }.`,
      expected: "Deno.errors.TimedOut",
      likely:
        "Silence has a class of its own, by which the caller knows what " +
        'to do: throw new Deno.errors.TimedOut("…").',
      read: AGAIN,
    });
  }
  const tries = await scene.countQuestions();
  if (tries !== options.attempts) {
    trial.fail({
      problem: `It sent the question ${tries} times.`,
      expected: `${options.attempts} times`,
      likely: tries === options.attempts + 1
        ? "`attempts` counts the first try too, and not the repeats alone."
        : tries < options.attempts
        ? "It gave up before its tries were used up: after each of them, send " +
          "again, until `attempts` have gone."
        : "Send `attempts` times in all, then stop.",
      read: AGAIN,
    });
  }
  const sentAt = socket.sent.slice(before).map(({ at }) => at);
  const waitsMs = sentAt.map((at, i) => (sentAt[i + 1] ?? endedAt) - at);
  const lastWaitMs = waitsMs[waitsMs.length - 1];
  const tookMs = endedAt - startedAt;
  const leastMs = options.attempts * options.timeoutMs;
  const tooSoon: TrialFailure = {
    problem: `It gave up after ${tookMs.toFixed(0)} ms, ` +
      `${lastWaitMs.toFixed(0)} ms after its last try.`,
    expected: `not before ${leastMs} ms: ${options.attempts} tries of ` +
      `${options.timeoutMs} ms`,
    likely: "It waits `timeoutMs` after each try, the last one too: that may " +
      "be the one that gets through.",
    read: AGAIN,
  };
  // However busy the machine is, four waits are never over sooner than this.
  // The clocks of timers and of this measurement may differ by a little.
  if (tookMs < 0.9 * leastMs) trial.fail(tooSoon);
  // Timers that are late can make up for a last wait that is left out. It may
  // be a little shorter where all tries keep to one timetable.
  if (lastTicks * TICK_MS < 0.25 * options.timeoutMs) return tooSoon;
  // A timer is never early: nobody has meant to wait for longer than that.
  if (lastWaitMs < 2.5 * options.timeoutMs) return undefined;
  const tooLong: TrialFailure = {
    problem: "It waited much longer after its last try than it was told to.",
    expected: `${options.timeoutMs} ms after each try`,
    received: `${waitsMs.map((ms) => ms.toFixed(0)).join(", ")} ms`,
    likely: "It waits `timeoutMs` after each try, and not longer each time. " +
      "Clients that do so are kind to a network that is full, but here the " +
      "caller has said how long to wait, and reckons with `attempts` times " +
      "that.",
    read: AGAIN,
  };
  // Timers come in the order in which they are due: whoever is told after
  // `timeoutMs` is told before this tick, however late both are.
  if (lastTicks * TICK_MS > 1.5 * options.timeoutMs) trial.fail(tooLong);
  return tooLong;
}

/** A server in the check's hands, somebody else, and the socket that asks. */
class Scene {
  readonly trial: Trial;
  readonly socket: QueuedSocket;
  readonly server: DatagramSocket;
  readonly stranger: DatagramSocket;
  readonly attempt: Call;
  #request = new Uint8Array();
  #options = PATIENT;
  /** How much had been sent when the call that lost two tries was over. */
  #overAt = Infinity;

  constructor(attempt: Call, trial: Trial) {
    this.attempt = attempt;
    this.trial = trial;
    this.socket = new QueuedSocket(trial);
    this.server = trial.use(bindUdp());
    this.stranger = trial.use(bindUdp());
  }

  /** Begins a call. */
  call(request: Uint8Array<ArrayBuffer>, options: CallOptions) {
    this.#request = request;
    this.#options = options;
    return this.trial.start(
      "call",
      () =>
        this.attempt(this.socket, written(this.server.addr), request, options),
      (error) => this.#explain(error),
    );
  }

  /** Receives a try, and looks at its form. */
  async question(
    name = "the question",
    text?: string,
    likely?: string,
  ): Promise<Uint8Array> {
    const { trial, socket } = this;
    while (true) {
      const { bytes, from } = await trial.waitFor(this.server.receive(), {
        waitingFor: `${name} to reach the server`,
        likely: likely ??
          (name === "the question"
            ? "Send the question to the address that call() was given."
            : "Nothing was answered, so when `timeoutMs` have gone by, send " +
              "the question again."),
        read: AGAIN,
      });
      this.assertSilence();
      // More tries of the call before may have been on their way.
      if (text !== undefined && isTryOf(bytes, "lost?", "noise?")) continue;
      if (from.port !== socket.addr.port) {
        trial.fail({
          problem: `The question came from ${formatAddress(from)}.`,
          expected: `from ${formatAddress(socket.addr)}`,
          likely: "Send it with the socket that call() was given.",
        });
      }
      this.#assertForm(bytes);
      return bytes;
    }
  }

  /** Answers from the server, behind the number of a question. */
  async answer(question: Uint8Array, data: Uint8Array): Promise<void> {
    await this.server.send(
      join(question.subarray(0, 4), data),
      this.socket.addr,
    );
  }

  /** Gives what came so far a turn to be taken for something. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 3; turn++) {
      await this.stranger.send(new Uint8Array(), this.stranger.addr);
      await this.stranger.receive();
    }
  }

  /** Compares what the call returns. */
  async returns(
    calling: Promise<Uint8Array>,
    data: Uint8Array,
    inspect: (got: Uint8Array) => void = () => {},
    likely?: string,
  ): Promise<void> {
    const { trial, socket } = this;
    const got = await trial.waitFor(calling, {
      waitingFor: `call() to return the ${data.length} bytes of the answer`,
      likely: () =>
        socket.receiving > 1
          ? `There are ${socket.receiving} receives under way on the socket: ` +
            "one of a try that was given up has taken the answer, and nobody " +
            "looks at it any more. A receive cannot be taken back. Begin one, " +
            "and keep it from try to try."
          : likely ??
            "The answer has come, from the server, with the number of the " +
              "question in front. Look at the comparison of the numbers, at " +
              "what happens after a message that is not the answer, and at the " +
              "comparison of the addresses: what is in them counts, hostname " +
              "and port, and not the order of their properties, as in JSON.",
      read: likely === undefined ? RECEIVE : FORMAT,
    });
    if (!(got instanceof Uint8Array)) {
      trial.fail({
        problem: `call() gave ${Deno.inspect(got)}.`,
        expected: "a Uint8Array",
        likely: "Return the bytes behind the number.",
        read: FORMAT,
      });
    }
    inspect(got);
    trial.equalBytes(got, data, {
      likely: got.length === data.length + 4
        ? "Return the data without the number: what stands behind the first " +
          "4 bytes."
        : got.length > 60_000
        ? "message.buffer is the whole array that Deno received into, and the " +
          "message is the beginning of it. Take a part of the message: " +
          "message.subarray(4)."
        : "Return the data as they came. They are bytes, and need not be text.",
      read: FORMAT,
    });
    if (socket.closed) {
      trial.fail({
        problem: "call() closed the socket.",
        likely:
          "The next call uses it: leave it open. Who opened it closes it.",
      });
    }
    if (this.#options !== PATIENT) return;
    const more = await this.countQuestions();
    if (more > 0) {
      trial.fail({
        problem: `It sent the question ${more + 1} times within ` +
          `${PATIENT.timeoutMs / 1000} s of patience.`,
        expected: "once",
        likely: "A message that is not the answer is no reason to ask again: " +
          "the answer is on its way. Receive again, and send again only when " +
          "`timeoutMs` have gone by.",
        read: LATE,
      });
    }
  }

  /** How many questions have come and were not looked at. */
  async countQuestions(): Promise<number> {
    const end = crypto.getRandomValues(new Uint8Array(16));
    // On one machine, what was sent before comes before.
    await this.stranger.send(end, this.server.addr);
    for (let count = 0;; count++) {
      const { bytes, from } = await this.trial.waitFor(this.server.receive(), {
        waitingFor: "the check's own mark",
        likely: "The system has lost a message. Try again.",
      });
      if (from.port === this.stranger.addr.port) return count;
      if (isTryOf(bytes, "lost?", "noise?")) count--;
    }
  }

  /** Says that the call that lost two tries is over. */
  markOver(): void {
    this.#overAt = this.socket.sent.length;
  }

  /** A call that is over asks no more. */
  assertSilence(): void {
    const late = this.socket.sent.slice(this.#overAt)
      .filter(({ message }) => isTryOf(message, "lost?"));
    if (late.length === 0) return;
    this.trial.fail({
      problem: "The call that had lost two tries, and had its answer to the " +
        `third, has sent its question ${counted(late.length, "time")} more.`,
      expected: "no more tries when the answer is there",
      likely:
        "A timer of that call still runs. Stop it when the answer comes, " +
        "and when there is none: clearInterval() or clearTimeout(), best in a " +
        "`finally`.",
      read: AGAIN,
    });
  }

  #assertForm(question: Uint8Array): void {
    const { trial } = this;
    const request = this.#request;
    if (question.length !== 4 + request.length) {
      trial.fail({
        problem: `The question has ${question.length} bytes.`,
        expected: `${4 + request.length}: 4 of the number, and ` +
          `${request.length} of the request`,
        received: question,
        likely: question.length === request.length
          ? "There is no number in front. Make an array that is 4 bytes longer " +
            "than the request, write the number with DataView's setUint32, and " +
            "the request behind it with set(request, 4)."
          : "The number takes 4 bytes, whatever its value: DataView's " +
            "setUint32(0, number). The request follows as it is.",
        read: FORMAT,
      });
    }
    trial.equalBytes(question.subarray(4), request, {
      problem:
        "Behind the first 4 bytes stands something else than the request.",
      likely:
        "The number is in the first 4 bytes, the request behind it, as it " +
        "is.",
      read: FORMAT,
    });
  }

  #explain(error: unknown) {
    const { timeoutMs, attempts } = this.#options;
    if (error instanceof Deno.errors.TimedOut) {
      return {
        problem:
          `call() gave up, with ${attempts} attempts of ${timeoutMs} ms.`,
        likely: attempts === 1
          ? "After the last try it waits `timeoutMs` too: that one may be the " +
            "one that gets through."
          : "What is not the answer is no time-out, and uses up no try. Only " +
            "the timer does.",
        read: AGAIN,
      };
    }
    if (error instanceof RangeError) {
      return {
        problem: `call() threw ${error.name}: ${error.message}.`,
        likely: "A message may be shorter than 4 bytes, and then there is no " +
          "number to read in it. Look at its length first, and throw it away.",
        read: LATE,
      };
    }
    if (error instanceof Deno.errors.BadResource) {
      return {
        problem: `call() threw ${error.name}: ${error.message}.`,
        likely:
          "The socket was closed by the call before. The next call uses " +
          "it: leave it open. Who opened it closes it.",
      };
    }
    return undefined;
  }
}

function sameNumber(a: Uint8Array, b: Uint8Array): boolean {
  return a.subarray(0, 4).toHex() === b.subarray(0, 4).toHex();
}

/** Whether a question carries one of these texts. */
function isTryOf(question: Uint8Array, ...texts: string[]): boolean {
  return texts.includes(new TextDecoder().decode(question.subarray(4)));
}

function join(number: Uint8Array, data: Uint8Array): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(4 + data.length);
  joined.set(number);
  joined.set(data, 4);
  return joined;
}

function encode(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}
