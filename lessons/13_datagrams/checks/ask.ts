/** How an answer to 13.1 is checked. */
import {
  bindUdp,
  type DatagramSocket,
  formatAddress,
} from "../../../lib/net/mod.ts";
import {
  type Exercise,
  exercise,
  type Explain,
  type Trial,
  written,
} from "../../../lib/workbook/kit/mod.ts";
import { HastyTimers } from "../hasty_timers.ts";
import * as solution from "../solution.ts";
import type { Ask } from "../types.ts";
import { WatchedSocket } from "../watched_socket.ts";

const LETTER = "A letter, not a phone call";
const WHOLE = "Whole messages";
const SHORT = "A short buffer cuts";
const ANYBODY = "Anybody can write to you";
const NO_WORD = "No word if it is lost";

/**
 * Makes exercise 13.1.
 *
 * @returns The exercise.
 */
export function makeAsk(): Exercise<unknown> {
  return exercise<Ask>({
    id: "13.1",
    title: "Ask one, and hear that one",
    solution: solution.ask,
    hints: [
      "Anybody who knows your port can write to it, also before you have asked. " +
      "What comes with each message that tells you who wrote it?",
      "Send once. Then receive in a loop, until the address on a message is that " +
      "of the server. An address is an object, and each message brings a new " +
      "one: compare what is in it.",
      "Nearly the code:\n" +
      "    await socket.send(question, server);\n" +
      "    while (true) {\n" +
      "      const [message, from] = await socket.receive();\n" +
      "      if (/* the host and the port of `from` are the server's */) {\n" +
      "        return message;\n" +
      "      }\n" +
      "    }",
    ],
    read: ANYBODY,
    async check(ask, trial) {
      trial.onForgotten((error) => ({
        problem: `A send failed, and nobody was waiting for it: ${error}.`,
        likely: "`await` the send: else the caller never learns that the " +
          "question was not sent, and waits for an answer for ever.",
        read: LETTER,
      }));
      const scene = new Scene(ask, trial);
      await checkTwoQuestions(scene);
      await checkOtherPort(scene);
      await checkOtherHost(scene);
      await checkInARow(scene);
      await checkManyOthers(scene);
      await checkLongAnswer(scene);
      await checkEmptyAnswer(scene);
      await checkEmptyQuestion(scene);
      await checkPatience(scene);
      await checkFailure(scene);
    },
  });
}

/** Two questions on one socket, and the first answer is kept. */
async function checkTwoQuestions(scene: Scene): Promise<void> {
  const { trial } = scene;
  trial.step('ask "time?", and the server answers with three bytes');
  // No text: whoever decodes it loses something.
  const first = new Uint8Array([0xff, 0x00, 0xc3]);
  const got = await scene.ask("time?", { answer: first });
  trial.step('ask "date?" on the same socket, and the server answers "today"');
  await scene.ask("date?", { answer: encode("today") });
  trial.step("the first answer is still what it was");
  trial.equalBytes(got, first, {
    likely:
      "It is a view of a buffer that the next message went into. Return " +
      "bytes of its own: take a new buffer for each question, or a copy.",
    read: SHORT,
  });
}

/** Another program of the same machine, before the answer and before the question. */
async function checkOtherPort(scene: Scene): Promise<void> {
  const { trial, socket, server, stranger } = scene;
  trial.step(
    "another program writes to the socket from another port, before the question",
  );
  const lie = encode("I am no server");
  await stranger.send(lie, socket.addr);
  trial.step('ask "time?", and that program writes again before the server');
  const got = await scene.ask("time?", {
    answer: encode("noon"),
    async before() {
      await stranger.send(lie, socket.addr);
    },
    explain: strangerTakenForFailure,
    inspect(message) {
      if (message.length !== lie.length) return;
      trial.fail({
        problem: `It returned what came from ${formatAddress(stranger.addr)}.`,
        expected: `what comes from ${formatAddress(server.addr)}`,
        received: message,
        likely:
          "That is the same host with another port, so another program. " +
          "Whoever knows your port can write to it: look at the address that " +
          "comes with the message, its port too, and throw away what is not " +
          "the server's.",
        read: ANYBODY,
      });
    },
  });
  assertAnswer(got, encode("noon"), trial);
}

/** Another machine, with a program on the same port. */
async function checkOtherHost(scene: Scene): Promise<void> {
  const { trial, socket, server } = scene;
  const elsewhere = { ...server.addr, hostname: "192.0.2.1" };
  trial.step(
    'ask "time?", and before the server a program with the same port on ' +
      "192.0.2.1 answers",
  );
  const lie = encode("I am elsewhere");
  socket.forge(lie, elsewhere);
  const got = await scene.ask("time?", {
    answer: encode("one"),
    explain: strangerTakenForFailure,
    inspect(message) {
      if (message.length !== lie.length) return;
      trial.fail({
        problem: `It returned what came from ${formatAddress(elsewhere)}.`,
        expected: `what comes from ${formatAddress(server.addr)}`,
        received: message,
        likely: "That is the same port on another host. Every machine has " +
          "its own 65,535 ports: compare the host as well.",
        read: ANYBODY,
      });
    },
  });
  assertAnswer(got, encode("one"), trial);
}

/** Two addresses that look the same, written without a gap. */
async function checkInARow({ trial, call }: Scene): Promise<void> {
  trial.step(
    'ask "time?" of 127.0.0.1, port 15000, and before it 127.0.0.11, port ' +
      "5000, answers",
  );
  // Nothing goes out: what the system has at that port is none of our business.
  const socket = new WatchedSocket(trial, { delivers: false });
  const server = address("127.0.0.1", 15000);
  socket.forge(encode("I am not that one"), address("127.0.0.11", 5000));
  socket.forge(encode("noon"), server);
  const got = await trial.waitFor(
    trial.start(
      "ask",
      () => call(socket, encode("time?"), written(server)),
      strangerTakenForFailure,
    ),
    {
      waitingFor: "ask() to return the 4 bytes of the answer",
      likely: "The answer has come, from the server's own address.",
      read: ANYBODY,
    },
  );
  trial.equalBytes(got, encode("noon"), {
    likely: "Written one behind the other, 127.0.0.1 and 15000 are the same " +
      "text as 127.0.0.11 and 5000. Compare hostname with hostname, and port " +
      "with port.",
    read: ANYBODY,
  });
}

/** More than one stranger, and the question is asked once all the same. */
async function checkManyOthers(scene: Scene): Promise<void> {
  const { trial, socket, stranger } = scene;
  trial.step('ask "time?", and 500 strange messages come before the answer');
  for (let i = 20; i < 500; i++) socket.forge(encode(`no ${i}`), stranger.addr);
  const got = await scene.ask("time?", {
    answer: encode("two"),
    async before() {
      for (let i = 0; i < 20; i++) {
        await stranger.send(encode(`no ${i}`), socket.addr);
      }
    },
    explain: strangerTakenForFailure,
  });
  assertAnswer(got, encode("two"), trial);
}

/** As long as a message can be, on this system. */
async function checkLongAnswer(scene: Scene): Promise<void> {
  const { trial, socket, server } = scene;
  const size = await longestHere(server);
  trial.step(`the server answers with ${size} bytes`);
  const answer = crypto.getRandomValues(new Uint8Array(size));
  const got = await scene.ask("all?", { answer });
  trial.equalBytes(got, answer, {
    likely: "receive() into a buffer that is shorter than the message gives " +
      "what fits, and the rest is gone. Leave the buffer to receive(), or take " +
      "one of 65,507 bytes.",
    read: SHORT,
  });
  if (socket.closed) failClosed(trial);
}

/** Nothing in it, and an answer. */
async function checkEmptyAnswer(scene: Scene): Promise<void> {
  const { trial } = scene;
  trial.step("the server answers with an empty message");
  const got = await scene.ask("anything?", {
    answer: new Uint8Array(),
    likely:
      "An empty message is a message: it has come, and it says who sent " +
      "it. Nothing ends here, as a stream would, and nothing else will come.",
    read: WHOLE,
  });
  assertAnswer(got, new Uint8Array(), trial);
}

async function checkEmptyQuestion(scene: Scene): Promise<void> {
  const { trial } = scene;
  trial.step("ask with an empty question");
  const got = await scene.ask("", { answer: encode("you said nothing") });
  assertAnswer(got, encode("you said nothing"), trial);
}

/** The server takes its time, and no timer makes it faster. */
async function checkPatience(scene: Scene): Promise<void> {
  const { trial, socket } = scene;
  trial.step('ask "when?", and the server answers after a long time');
  // Closed when the check ends, in whatever way: so no later one has it.
  const hasty = trial.use(new HastyTimers());
  const sentBefore = socket.sent.length;
  const asked = () => socket.sent.length - sentBefore;
  const got = await scene.ask("when?", {
    answer: encode("at last"),
    async before() {
      // A timer that is started after the send is seen as well.
      for (let turns = 0; turns < 20 && asked() === 1;) {
        await nextTurn();
        if (socket.sendsUnderWay === 0) turns++;
      }
      if (asked() === 1) return;
      trial.fail({
        problem: `ask() sent its question ${asked()} times, before anything ` +
          "had come.",
        expected: "once",
        likely:
          "A timer of yours sent it again. That is lesson 15: it takes a " +
          "number on each question, so that the server does not do twice what " +
          "is asked once. Here it is sent once, and waited for.",
        read: NO_WORD,
      });
    },
    explain: gaveUp,
  });
  hasty.close();
  assertAnswer(got, encode("at last"), trial);
}

function gaveUp(error: unknown) {
  return {
    problem: `ask() threw ${error}, before the answer had come.`,
    likely: "It waits as long as it takes. How long that may be is the " +
      "caller's to say. (The check lets each timer fire at once, as if its time " +
      "had passed.)",
    read: NO_WORD,
  };
}

/** What the socket throws, the caller gets. */
async function checkFailure({ trial, call, server }: Scene): Promise<void> {
  trial.step("the socket fails to send: the network is unreachable");
  const { NetworkUnreachable } = Deno.errors;
  const sendError = new NetworkUnreachable(
    "Network is unreachable (os error 101)",
  );
  const socket = new WatchedSocket(trial, { sendError });
  const [result] = await trial.waitFor(
    Promise.allSettled([
      (async () =>
        await call(socket, encode("hello?"), written(server.addr)))(),
    ]),
    {
      waitingFor: "ask() to throw",
      likely:
        "The question was not sent, so no answer will come. Pass on what " +
        "send() threw: `await` it, and do not catch it.",
      read: LETTER,
    },
  );
  const error = result.status === "rejected" ? result.reason : undefined;
  // A helper may have put more words to it.
  if (error instanceof NetworkUnreachable) return;
  trial.fail({
    problem: error === undefined
      ? "send() failed, and ask() returned as if nothing had happened."
      : `send() failed, and ask() threw ${error}.`,
    expected: `${sendError}`,
    likely:
      "Pass on the error of send() as it is, so that its class says what " +
      "happened.",
    read: LETTER,
  });
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/** The longest message that this system carries: macOS stops at 9216 bytes. */
async function longestHere(server: DatagramSocket): Promise<number> {
  for (const size of [65_507, 9000]) {
    try {
      using receiver = bindUdp();
      await server.send(new Uint8Array(size), receiver.addr);
      return size;
    } catch {
      // Try a shorter one.
    }
  }
  return 1400;
}

interface AskOptions {
  /** What the server answers. */
  answer: Uint8Array;
  /** What happens between question and answer. */
  before?: () => Promise<void>;
  /** What it means if `ask()` throws. */
  explain?: Explain;
  /** Looks at the result before it is compared. */
  inspect?: (message: Uint8Array) => void;
  /** What it means if nothing comes. */
  likely?: string;
  read?: string;
}

/** A server, somebody else, and the socket that asks. */
class Scene {
  readonly trial: Trial;
  readonly socket: WatchedSocket;
  readonly server: DatagramSocket;
  readonly stranger: DatagramSocket;
  /** The answer itself. */
  readonly call: Ask;

  constructor(ask: Ask, trial: Trial) {
    this.call = ask;
    this.trial = trial;
    this.socket = new WatchedSocket(trial);
    this.server = trial.use(bindUdp());
    this.stranger = trial.use(bindUdp());
  }

  /** Asks, answers, and gives what the learner's code returned. */
  async ask(text: string, options: AskOptions): Promise<Uint8Array> {
    const { trial, socket, server } = this;
    const { answer, before, explain, inspect = () => {} } = options;
    const question = encode(text);
    const sentBefore = socket.sent.length;
    const asking = trial.start(
      "ask",
      () => this.call(socket, question, written(server.addr)),
      explain,
    );
    const { bytes, from } = await trial.waitFor(server.receive(), {
      waitingFor: "the question to reach the server",
      likely: text === ""
        ? "An empty question is a message too: send it like any other."
        : "Send the question to the address that ask() was given.",
      read: LETTER,
    });
    if (from.port !== socket.addr.port) {
      trial.fail({
        problem: `The question came from ${formatAddress(from)}.`,
        expected: `from ${formatAddress(socket.addr)}`,
        likely: "Send it with the socket that ask() was given. The server " +
          "answers to the address that it sees, and a new socket has another.",
        read: LETTER,
      });
    }
    trial.equalBytes(bytes, question, {
      likely: "Send the question as it is, in one message.",
      read: WHOLE,
    });
    await before?.();
    await server.send(answer, socket.addr);
    const got = await trial.waitFor(asking, {
      waitingFor: `ask() to return the ${answer.length} bytes of the answer`,
      likely: () =>
        socket.receiving > 1
          ? `There are ${socket.receiving} receives under way on the socket: ` +
            "one that was given up has taken the answer, and nobody looks at " +
            "it any more. A receive cannot be taken back, also not by " +
            "Promise.race(): begin one, and await it before the next."
          : options.likely ??
            "The answer has come, from the server's own address. If each message " +
              "was compared with the server and none was the same: two objects " +
              "are never ===, even with the same values, and JSON.stringify() tells " +
              "them apart by the order of their properties. What is in an address " +
              "counts: compare hostname with hostname, and port with port.",
      read: options.read ?? ANYBODY,
    });
    if (!(got instanceof Uint8Array)) {
      trial.fail({
        problem: `ask() gave ${Deno.inspect(got)}.`,
        expected: "a Uint8Array",
        likely: "receive() gives a message and an address. Return the message.",
        read: LETTER,
      });
    }
    inspect(got);
    const questions = socket.sent.length - sentBefore;
    if (questions !== 1) {
      trial.fail({
        problem: `ask() sent ${questions} messages.`,
        expected: "1, the question",
        likely:
          "The question is to be sent once, and then waited for. What a " +
          "stranger sends says nothing about it: it is on its way. Only " +
          "receive() belongs into the loop, not send().",
        read: ANYBODY,
      });
    }
    if (socket.closed) failClosed(trial);
    // A long one has words of its own.
    if (answer.length < 1000) assertAnswer(got, answer, trial);
    return got;
  }
}

/** An address as Deno gives it with a message. */
function address(hostname: string, port: number): Deno.NetAddr {
  return { hostname, port, transport: "udp" };
}

function failClosed(trial: Trial): never {
  trial.fail({
    problem: "ask() closed the socket.",
    likely: "It is to leave it open for the next question. Leave a loop over " +
      "the socket by `return` or `break`: that closes nothing.",
    read: LETTER,
  });
}

function assertAnswer(
  got: Uint8Array,
  answer: Uint8Array,
  trial: Trial,
): void {
  trial.equalBytes(got, answer, {
    likely: got.length > answer.length && answer.length > 0
      ? "Return what the message has, and no more: receive(buffer) gives a " +
        "view of the part of the buffer that it filled, and bytes need not " +
        "be text."
      : "Return the message as it came. It is bytes, and they need not be text.",
    read: WHOLE,
  });
}

function strangerTakenForFailure(error: unknown) {
  if (!(error instanceof Error)) return undefined;
  return {
    problem: `ask() threw ${error.name}: ${error.message}.`,
    likely:
      "A message from somebody else is no failure. Anybody can write to " +
      "you at any time: throw the message away, not an error, and receive " +
      "again.",
    read: ANYBODY,
  };
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
