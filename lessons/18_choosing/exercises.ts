/** The exercises of lesson 18, and how an answer to each is checked. */
import {
  type Exercise,
  exercise,
  LongestGap,
  settle,
  socketFolder,
  TimerWatch,
  type Trial,
  type TrialFailure,
} from "../../lib/workbook/kit/mod.ts";
import { fillQueue } from "./experiments.ts";
import * as solution from "./solution.ts";
import type { Choice, Need } from "./types.ts";

type AskLocal = typeof solution.askLocal;
type Choose = (need: Need) => Choice;

const OWN_PATH = "A path of its own";
const WAITS = "A queue that is full";
const SLOW = "A slow reader under each of the four";
const PROMISES = "What each promises";
const TAKE = "Which to take";

/** Long enough for an answer on a busy machine, in milliseconds. */
const PLENTY_MS = 60_000;
/** Time to wait where nothing will come, in milliseconds. */
const SHORT_MS = 100;
/**
 * Time to wait while strangers write, in milliseconds: much longer than a busy
 * machine keeps them from it, or else a wait that begins anew comes to its end.
 */
const CHATTER_MS = 500;

const askLocal = exercise<AskLocal>({
  id: "18.1",
  title: "Ask over a Unix datagram",
  solution: solution.askLocal,
  hints: [
    "A letter is answered to the address on its back. Where does a Unix " +
    "datagram socket have that, and who takes it down again?",
    "Open the socket at its own path, and put everything else into a try " +
    "block, with the closing and the removing in `finally`. Talking is one " +
    "async function (send, then receive until the sender is the server); race " +
    "it against a promise that a timer rejects.",
    "Nearly the code:\n" +
    "    const path = `${server}.me`;\n" +
    "    const socket = Deno.listenDatagram({\n" +
    '      transport: "unixpacket",\n' +
    "      path,\n" +
    "    });\n" +
    "    try {\n" +
    "      return await Promise.race([talk(socket), late.promise]);\n" +
    "    } finally {\n" +
    "      clearTimeout(timer);\n" +
    "      socket.close();\n" +
    "      Deno.removeSync(path);\n" +
    "    }\n" +
    "where talk() sends, and returns the first message whose sender has the " +
    "path `server`.",
  ],
  read: OWN_PATH,
  async check(askLocal, trial) {
    const folder = socketFolder(trial, [
      "ask.sock",
      "ask.sock.me",
      "other.sock",
    ]);
    const desk = new Desk(askLocal, folder, trial);
    await checkAnswers(desk);
    await checkStranger(desk);
    await checkSilence(desk);
    await checkStrangersAllTheTime(desk);
    await checkFullQueue(desk);
    await checkNobody(desk);
    checkTimers(desk);
  },
});

/** A server to ask, and what must be so after every question. */
class Desk {
  readonly path: string;
  readonly other: string;
  server: Deno.DatagramConn;
  /** What ended with a timer left running. */
  readonly timersLeft: string[] = [];

  constructor(
    readonly askLocal: AskLocal,
    folder: string,
    readonly trial: Trial,
  ) {
    this.path = `${folder}/ask.sock`;
    this.other = `${folder}/other.sock`;
    this.server = this.open(this.path);
  }

  open(path: string): Deno.DatagramConn {
    return this.trial.use(
      Deno.listenDatagram({ transport: "unixpacket", path }),
    );
  }

  /** Asks, and waits for the question at the server. */
  async ask(question: Uint8Array): Promise<[Asking, Deno.UnixAddr]> {
    const { trial, server } = this;
    const asking = new Asking(this, question, PLENTY_MS);
    const [heard, from] = await trial.waitFor(
      Promise.race([server.receive(), asking.early()]),
      {
        waitingFor: "the question to come to the server",
        likely:
          'Send the question to { transport: "unixpacket", path: server }.',
      },
    );
    trial.equalBytes(heard, question, {
      likely: "Send the question as it is: a datagram is a whole message.",
      read: WAITS,
    });
    return [asking, this.#returnAddress(from as Deno.UnixAddr)];
  }

  /** An answer needs a path to go to. */
  #returnAddress(from: Deno.UnixAddr): Deno.UnixAddr {
    if (from.path?.startsWith("/")) return from;
    this.trial.fail({
      problem: "The question came from a socket that has no path.",
      expected: `${this.path}.me`,
      received: Deno.inspect(from.path),
      likely:
        "The server cannot answer: there is no return address. Open the " +
        "socket at a path of its own, `${server}.me`.",
    });
  }

  /** What must hold after every call, however it came out. */
  expectClean(own: string, read = OWN_PATH): void {
    const { trial } = this;
    if (exists(own)) {
      trial.fail({
        problem: "The client's own path is still there.",
        likely:
          "close() does not remove the file of a datagram socket, so the " +
          "next call gets AddrInUse. Remove it in a finally block: then it " +
          "goes after an answer, after an error, and after the deadline.",
        read,
      });
    }
  }

  /**
   * Lets a call go on without an answer, until the server has heard a question.
   * Where the machine stands still, the time may be over before one is sent.
   */
  async heard(ask: () => Promise<void>): Promise<Deno.UnixAddr> {
    let isHeard = false;
    const hearing = this.server.receive().then(([, from]) => {
      isHeard = true;
      return from as Deno.UnixAddr;
    });
    hearing.catch(() => {});
    for (let turn = 0; turn < 5 && !isHeard; turn++) {
      await ask();
      await settle();
    }
    return await this.trial.waitFor(hearing, {
      waitingFor: "the question to come to the server",
      likely: "Send the question before anything else takes time.",
      read: WAITS,
    });
  }

  expectServer(): void {
    if (exists(this.path)) return;
    this.trial.fail({
      problem: "The server's path is gone.",
      likely: "Remove your own path, which ends in `.me`. Nobody finds the " +
        "server without its file.",
    });
  }
}

/** One call under way. */
class Asking {
  readonly outcome: Promise<PromiseSettledResult<Uint8Array>>;
  readonly startedAt = performance.now();
  readonly #trial: Trial;

  constructor(
    { askLocal, path, trial }: Desk,
    question: Uint8Array,
    readonly timeoutMs: number,
  ) {
    this.#trial = trial;
    this.outcome = Promise.allSettled([
      (async () => await askLocal(path, question, { timeoutMs }))(),
    ]).then(([outcome]) => outcome);
  }

  /** Fails if the call ends before the server was asked. */
  async early(): Promise<never> {
    const outcome = await this.outcome;
    if (outcome.status === "rejected") {
      // As a throw of the learner's code, with its place.
      await this.#trial.start("askLocal", () => {
        throw outcome.reason;
      }, refusedPath);
    }
    return this.#trial.fail({
      problem: "askLocal() returned before the server was asked.",
      likely: "Await send(), and return what receive() gives.",
    });
  }

  /** Waits for the answer. */
  async answer(wait: { likely: string; read?: string }): Promise<Uint8Array> {
    const outcome = await this.#trial.waitFor(this.outcome, {
      waitingFor: "askLocal() to return the answer",
      ...wait,
    });
    if (outcome.status === "fulfilled") return outcome.value;
    return this.#trial.start("askLocal", () => {
      throw outcome.reason;
    }, refusedPath);
  }

  /** Waits for a rejection. */
  async error(
    wait: { waitingFor: string; likely: string; read?: string },
  ): Promise<unknown> {
    const outcome = await this.#trial.waitFor(this.outcome, wait);
    if (outcome.status === "rejected") return outcome.reason;
    this.#trial.fail({
      problem: "askLocal() returned as if it had an answer.",
      expected: "an error",
      received: Deno.inspect(outcome.value),
      likely: "The caller cannot tell an answer from none. Throw.",
      read: wait.read,
    });
  }
}

function refusedPath(error: unknown): TrialFailure | undefined {
  if (error instanceof Deno.errors.AddrInUse) {
    return {
      problem: "askLocal() threw AddrInUse: its own path was still there.",
      likely: "The call before has left it: close() does not remove the file " +
        "of a datagram socket. Remove it in a finally block.",
    };
  }
  if (error instanceof Deno.errors.Busy) {
    return {
      problem: `askLocal() threw Busy: ${error.message}.`,
      likely:
        "A datagram socket does one thing at a time: receive() came while " +
        "send() was still at work. Await send() first.",
      read: WAITS,
    };
  }
  if (error instanceof Error && error.message.includes("Empty path")) {
    return {
      problem: "askLocal() opened a socket that has no path.",
      likely:
        "The server cannot answer: there is no return address. Open the " +
        "socket at a path of its own, `${server}.me`.",
    };
  }
}

function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

const bytesOf = (text: string) => new TextEncoder().encode(text);

/** Questions and their answers, the largest and an empty one among them. */
async function checkAnswers(desk: Desk): Promise<void> {
  const { trial } = desk;
  const large = crypto.getRandomValues(new Uint8Array(60_000));
  const talks: [string, Uint8Array, Uint8Array][] = [
    [
      'a client asks "what time is it?"',
      bytesOf("what time is it?"),
      bytesOf("noon"),
    ],
    ["the same path asks again", bytesOf("and now?"), bytesOf("still noon")],
    ["an empty question, and an answer of 60000 bytes", bytesOf(""), large],
    ["an empty answer", bytesOf("anything?"), bytesOf("")],
  ];
  for (const [step, question, answer] of talks) {
    trial.step(step);
    using timers = new TimerWatch();
    const [asking, from] = await desk.ask(question);
    await desk.server.send(answer, from);
    const received = await asking.answer({
      likely:
        "Return the first message that comes from the server: receive() " +
        "gives it and its sender, and sender.path is the server's.",
    });
    if (!(received instanceof Uint8Array)) {
      trial.fail({
        problem: `askLocal() gave ${Deno.inspect(received)}.`,
        expected: "a Uint8Array",
        likely: "receive() gives two things, the data and the sender. Return " +
          "the data.",
      });
    }
    trial.equalBytes(received, answer, {
      likely: received.length < answer.length
        ? "receive() cuts what its buffer has no room for, without a word. " +
          "Leave the buffer out, or give one of 60000 bytes and more."
        : "Return the data that came, no more of the buffer than that.",
    });
    desk.expectServer();
    desk.expectClean(from.path!);
    if (timers.running().length > 0) {
      desk.timersLeft.push("The answer is there");
    }
  }
}

/** Anybody who may write to the file can send to it. */
async function checkStranger(desk: Desk): Promise<void> {
  const { trial } = desk;
  trial.step("a stranger sends to the client before the server answers");
  const stranger = desk.open(desk.other);
  const [asking, from] = await desk.ask(bytesOf("who is there?"));
  await stranger.send(bytesOf("I am the server!"), from);
  await desk.server.send(bytesOf("the server"), from);
  const received = await asking.answer({
    likely: "After a message of somebody else, receive again: the answer is " +
      "still to come.",
    read: OWN_PATH,
  });
  trial.equalBytes(received, bytesOf("the server"), {
    problem: "askLocal() returned a message that was not the server's.",
    likely: "receive() also gives the sender. Take the message only if " +
      "sender.path is the server's, and else receive again.",
  });
  stranger.close();
  Deno.removeSync(desk.other);
  desk.expectClean(from.path!);
}

/** The question arrives, and nothing comes back. */
async function checkSilence(desk: Desk): Promise<void> {
  const { trial } = desk;
  trial.step(
    `the server hears the question, and never answers: ${SHORT_MS} ms`,
  );
  const from = await desk.heard(async () => {
    const asking = new Asking(desk, bytesOf("hello?"), SHORT_MS);
    const error = await asking.error({
      waitingFor: "askLocal() to throw TimedOut",
      likely: "A datagram may never be answered, and receive() waits for " +
        "ever. Race it against a timer.",
      read: WAITS,
    });
    expectTimedOut(error, asking, desk);
  });
  desk.expectClean(from.path ?? `${desk.path}.me`);
  desk.expectServer();
}

function expectTimedOut(error: unknown, asking: Asking, desk: Desk): void {
  const { trial } = desk;
  if (!(error instanceof Error && /^Timed?[Oo]ut/.test(error.name))) {
    trial.fail({
      problem: "askLocal() threw another error than TimedOut.",
      expected: "TimedOut",
      received: error instanceof Error
        ? `${error.name}: ${error.message}`
        : Deno.inspect(error),
      likely:
        "A caller decides by the class: new Deno.errors.TimedOut(…). An " +
        "error such as BadResource comes from a socket that was closed while " +
        "it waited; throw TimedOut before you close it.",
      read: WAITS,
    });
  }
  // The clocks of timers and of this measurement may differ by a little.
  if (performance.now() - asking.startedAt < asking.timeoutMs * 0.9) {
    trial.fail({
      problem: "askLocal() gave up before the time was over.",
      likely: "timeoutMs counts in milliseconds, as setTimeout() does.",
      read: WAITS,
    });
  }
}

/**
 * A chatterbox gives nobody more time.
 *
 * Where the machine stood still for as long as the call may take, the chatter
 * did too, and a time that begins anew came to its end: then once more.
 */
async function checkStrangersAllTheTime(desk: Desk): Promise<void> {
  const { trial, path } = desk;
  trial.step(
    `the server never answers, and a stranger writes all the time: ${CHATTER_MS} ms`,
  );
  const stranger = desk.open(desk.other);
  for (let turn = 0; turn < 10; turn++) {
    let silenceMs = 0;
    await desk.heard(async () => {
      silenceMs = await longestSilence(desk, stranger);
    });
    desk.expectClean(`${path}.me`);
    if (silenceMs < 0.75 * CHATTER_MS) break;
  }
  stranger.close();
  Deno.removeSync(desk.other);
}

/** Such a call; gives the longest time between two of the stranger's messages. */
async function longestSilence(
  desk: Desk,
  stranger: Deno.DatagramConn,
): Promise<number> {
  const to = { transport: "unixpacket", path: `${desk.path}.me` } as const;
  const gap = new LongestGap();
  // There may be nobody yet, or nobody any more.
  const chatter = setInterval(() => {
    gap.mark();
    stranger.send(bytesOf("it is me!"), to).catch(() => {});
  }, 5);
  try {
    const asking = new Asking(desk, bytesOf("hello?"), CHATTER_MS);
    const error = await asking.error({
      waitingFor: "askLocal() to throw TimedOut",
      likely: "Each message that comes begins the time anew, and so somebody " +
        "who writes often enough makes it wait for ever. Start the timer once, " +
        "before you send, and leave it running when a stranger's message comes.",
      read: WAITS,
    });
    gap.mark();
    expectTimedOut(error, asking, desk);
  } finally {
    clearInterval(chatter);
  }
  return gap.ms;
}

/** Not only the answer can take for ever. */
async function checkFullQueue(desk: Desk): Promise<void> {
  const { trial, server } = desk;
  trial.step("the server's queue is full, so that send() waits");
  const stranger = desk.open(desk.other);
  const { taken, waiting } = await fillQueue(() =>
    stranger.send(new Uint8Array(1), server.addr)
  );
  // macOS throws where Linux waits: there is nothing to wait for, then.
  if (waiting !== undefined) await checkWaitingSend(desk);
  // The sends that still wait come to an end when there is room again.
  const queued = waiting === undefined ? taken : taken + 1;
  for (let i = 0; i < queued; i++) await server.receive();
  await waiting;
  stranger.close();
  server.close();
  Deno.removeSync(desk.path);
  Deno.removeSync(desk.other);
}

async function checkWaitingSend(desk: Desk): Promise<void> {
  const asking = new Asking(desk, bytesOf("hello?"), SHORT_MS);
  const error = await asking.error({
    waitingFor: "askLocal() to throw TimedOut",
    likely:
      "Where the queue is full, send() itself waits, for as long as the " +
      "server does not read. The time covers the sending too: start the timer " +
      "first, and race all of it.",
    read: WAITS,
  });
  expectTimedOut(error, asking, desk);
  desk.expectClean(`${desk.path}.me`);
}

/** An error that comes at once is told at once. */
async function checkNobody(desk: Desk): Promise<void> {
  const { trial } = desk;
  const cases = [
    { what: "no file is at the server's path", Expected: Deno.errors.NotFound },
    {
      what: "the server is gone, and its file is left",
      Expected: Deno.errors.ConnectionRefused,
    },
  ];
  for (const { what, Expected } of cases) {
    trial.step(what);
    if (Expected === Deno.errors.ConnectionRefused) {
      Deno.listenDatagram({ transport: "unixpacket", path: desk.path }).close();
    }
    using timers = new TimerWatch();
    const error = await new Asking(desk, bytesOf("hello?"), PLENTY_MS).error({
      waitingFor: `askLocal() to throw ${Expected.name}`,
      likely:
        "send() says at once that nobody is there. Let that error go to " +
        "the caller, instead of waiting for an answer until the time is over.",
      read: PROMISES,
    });
    if (!(error instanceof Expected)) {
      trial.fail({
        problem: `askLocal() threw another error than ${Expected.name}.`,
        expected: Expected.name,
        received: error instanceof Error
          ? `${error.name}: ${error.message}`
          : Deno.inspect(error),
        likely:
          "Let the error of send() go to the caller as it is: its class " +
          "says whether the server was ever started, or has gone. (If yours is " +
          "about removing a file, remove your own path, and not the server's.)",
        read: PROMISES,
      });
    }
    desk.expectClean(`${desk.path}.me`);
    // Short ones may be the check's own.
    if (timers.running(PLENTY_MS / 2).length > 0) {
      desk.timersLeft.push(`The call has thrown ${Expected.name}`);
    }
  }
}

/** Last of all: whoever leaves a timer has other things to learn first. */
function checkTimers({ timersLeft, trial }: Desk): void {
  trial.step("all calls have ended");
  if (timersLeft.length === 0) return;
  trial.fail({
    problem: `${timersLeft[0]}, and a timer runs on.`,
    likely: "A program cannot end while it waits for a timer. Stop it in " +
      "the finally block, too: clearTimeout(timer).",
    read: WAITS,
  });
}

const choose = exercise<Choose>({
  id: "18.2",
  pure: true,
  title: "Which socket to take",
  solution: solution.choose,
  hints: [
    "Which of the five questions rules out most? Which two can contradict each " +
    "other, and which of them wins?",
    "Write the five rules as five returns, in their order. What comes after a " +
    "return need not ask again what was asked before it.",
    "Nearly the code:\n" +
    "    if (need.latencyBeatsLoss && !need.everyByteMatters) return …;\n" +
    "    if (need.sameMachine) {\n" +
    "      return need.messagesStayWhole || need.manyReceivers ? … : …;\n" +
    "    }\n" +
    "    if (need.manyReceivers && !need.everyByteMatters) return …;\n" +
    "    return …;",
  ],
  read: TAKE,
  check(choose, trial) {
    for (const [what, ...facts] of TASKS) {
      trial.step(`choose() for ${what}`);
      expectChoice(choose, needOf(facts), trial);
    }
    trial.step("choose() for every other need there is");
    for (let bits = 0; bits < 2 ** FACTS.length; bits++) {
      const facts = FACTS.filter((_, i) => bits & (1 << i));
      expectChoice(choose, needOf(facts), trial);
    }
  },
});

const FACTS = [
  "sameMachine",
  "everyByteMatters",
  "messagesStayWhole",
  "manyReceivers",
  "latencyBeatsLoss",
] as const;

type Fact = typeof FACTS[number];

const TASKS: [string, ...Fact[]][] = [
  ["a file that another machine wants", "everyByteMatters"],
  ["a voice call", "messagesStayWhole", "latencyBeatsLoss"],
  [
    "the positions in a game of many players",
    "messagesStayWhole",
    "manyReceivers",
    "latencyBeatsLoss",
  ],
  ["a database beside its program", "sameMachine", "everyByteMatters"],
  [
    "a log that many programs on one machine write to",
    "sameMachine",
    "everyByteMatters",
    "messagesStayWhole",
  ],
  [
    "a remote hand on a knob: late is bad, and lost is worse",
    "everyByteMatters",
    "latencyBeatsLoss",
  ],
  [
    "pictures for a window on the same machine, where only the newest counts",
    "sameMachine",
    "latencyBeatsLoss",
  ],
  [
    "the news of the day, for whoever listens in the building",
    "messagesStayWhole",
    "manyReceivers",
  ],
];

function needOf(facts: Fact[]): Need {
  return Object.fromEntries(
    FACTS.map((fact) => [fact, facts.includes(fact)]),
  ) as Record<Fact, boolean>;
}

function expectChoice(choose: Choose, need: Need, trial: Trial): void {
  const chosen = choose({ ...need });
  const right = solution.choose(need);
  if (chosen === right) return;
  const facts = FACTS.filter((fact) => need[fact]);
  const problem = `It chose ${Deno.inspect(chosen)} for ` +
    (facts.length === 0
      ? "a need of nothing in particular."
      : `${facts.join(", ")}, and nothing else.`);
  trial.fail({
    problem,
    expected: JSON.stringify(right),
    received: Deno.inspect(chosen),
    ...adviceFor(chosen, right, need),
  });
}

/** What is wrong with a choice, said of what would happen. */
function adviceFor(
  chosen: Choice,
  right: Choice,
  need: Need,
): { likely: string; read: string } {
  if (!["tcp", "udp", "unix", "unixpacket"].includes(chosen)) {
    return {
      likely:
        'Return one of "tcp", "udp", "unix" and "unixpacket", in every case.',
      read: TAKE,
    };
  }
  if (!need.sameMachine && chosen.startsWith("unix")) {
    return {
      likely: "A Unix socket's address is a path on this machine: nothing on " +
        "another one can name it.",
      read: PROMISES,
    };
  }
  if (chosen === "udp" && need.everyByteMatters) {
    return {
      likely:
        "UDP throws away what a slow reader has no room for, and nobody " +
        "learns of it. Where every byte matters, that decides, even if latency " +
        "is dear as well.",
      read: SLOW,
    };
  }
  if (right === "udp" && need.latencyBeatsLoss) {
    return {
      likely: chosen === "tcp"
        ? "With TCP one lost segment holds up everything behind it until it " +
          "has come again: late, and so worthless."
        : "On one machine, too: where a Unix socket's queue is full, the sender " +
          "waits for the reader, and what it sends afterwards is late. Only UDP " +
          "never waits.",
      read: SLOW,
    };
  }
  if (right === "udp") {
    return {
      likely:
        "A TCP connection has one peer. Where not every byte matters, one " +
        "UDP socket sends to all.",
      read: PROMISES,
    };
  }
  if (right === "unixpacket" && chosen === "unix") {
    return {
      likely: need.messagesStayWhole
        ? "A Unix stream is a stream: 10, 20 and 30 bytes come as 60. Unix " +
          "datagrams keep their edges, and are not lost either."
        : "A stream has one peer. One datagram socket sends to many.",
      read: PROMISES,
    };
  }
  if (right.startsWith("unix") && !chosen.startsWith("unix")) {
    return {
      likely: "Both ends are on this machine: a Unix socket loses nothing, " +
        "needs no port, has permissions, and nobody outside can reach it.",
      read: TAKE,
    };
  }
  return {
    likely: right === "unix"
      ? "Nothing here asks for whole messages or many receivers: a stream " +
        "carries any amount, where a datagram has a largest size."
      : "Nothing here is worth a loss: without need of latency or of many " +
        "receivers TCP is the safe choice, and frames (lesson 5) keep messages " +
        "whole.",
    read: TAKE,
  };
}

/** The exercises of the lesson, in order. */
export const exercises: Exercise<unknown>[] = [askLocal, choose];
