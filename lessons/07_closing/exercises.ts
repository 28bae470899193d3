/** The exercises of lesson 7, and how an answer to each is checked. */
import { writeAll } from "../../lib/net/mod.ts";
import {
  Collector,
  connectPair,
  type Exercise,
  exercise,
  FakeConn,
  LongestGap,
  settle,
  ShortConn,
  type ShortConnOptions,
  TimerWatch,
  type Trial,
  type TrialFailure,
} from "../../lib/workbook/kit/mod.ts";
import * as solution from "./solution.ts";

type AskAndHear = (
  conn: Deno.Conn,
  question: Uint8Array,
) => Promise<Uint8Array>;
type CloseGracefully = (
  conn: Deno.Conn,
  options?: { graceMs?: number },
) => Promise<void>;

const HALVES = "Two streams, two ends";
const FIN_RST = "FIN and RST";
const LOST = "A reply that is lost";
const DRAIN = "To hang up politely";
const AFTER = "What a closed socket says";

const askAndHear = exercise<AskAndHear>({
  id: "7.1",
  title: "Ask, end, and hear the answer",
  solution: solution.askAndHear,
  hints: [
    "The server reads until it gets null. Which call of yours gives it that, " +
    "and leaves the way back open?",
    "Three parts, one after the other: write until all is written; end your " +
    "side; read until null and keep a copy of each piece.",
    "Nearly the code:\n" +
    "    // after the loop that writes\n" +
    "    await conn.closeWrite();\n" +
    "    // and then\n" +
    "    const count = await conn.read(buffer);\n" +
    "    if (count === null) break;\n" +
    "    pieces.push(buffer.slice(0, count));",
  ],
  read: HALVES,
  async check(askAndHear, trial) {
    trial.step('it asks "how many?"; a server answers after the end: "seven"');
    await ask(askAndHear, trial, {
      question: bytesOf("how many?"),
      answer: bytesOf("seven"),
    });
    trial.step("it asks nothing, and the answer is empty");
    await ask(askAndHear, trial, {
      question: new Uint8Array(),
      answer: new Uint8Array(),
    });
    trial.step('it asks nothing, and the answer is "speak up!"');
    await ask(askAndHear, trial, {
      question: new Uint8Array(),
      answer: bytesOf("speak up!"),
    });
    for (const readSize of [1, 5, 4096]) {
      trial.step(`3000 bytes come back, at most ${readSize} with each read`);
      await ask(askAndHear, trial, {
        question: bytesOf("and now?"),
        answer: crypto.getRandomValues(new Uint8Array(3000)),
        narrow: { readSize },
      });
    }
    trial.step("it asks 3000 bytes, where each write takes at most 7");
    await ask(askAndHear, trial, {
      question: crypto.getRandomValues(new Uint8Array(3000)),
      answer: bytesOf("thank you"),
      narrow: { writeSize: 7 },
    });
    trial.step("it asks 8 MiB, and 8 MiB come back", {
      likely: "A read into a buffer of no bytes gives 0, at once, and never " +
        "null: is one that you fill bit by bit full? No size is enough for " +
        "any answer. Keep each piece in a list.",
      read: HALVES,
    });
    const large = new Uint8Array(8 * 1024 * 1024).fill(7);
    for (let i = 0; i < large.length; i += 65_537) large[i] = i / 65_537;
    await ask(askAndHear, trial, { question: large, answer: large });
    await checkReset(askAndHear, trial);
    await checkBrokenWrite(askAndHear, trial);
    await checkFailedEnd(askAndHear, trial);
  },
});

interface Talk {
  question: Uint8Array;
  answer: Uint8Array;
  narrow?: ShortConnOptions;
}

/** One question to a server that answers after the end. */
async function ask(
  askAndHear: AskAndHear,
  trial: Trial,
  { question, answer, narrow }: Talk,
): Promise<void> {
  const { peer, conn } = await connectPair(trial, narrow);
  const asked = new Collector(peer, trial);
  const answering = asked.end()
    .then(() => writeAll(peer, answer))
    .then(() => peer.closeWrite());
  // If that fails, the question or the answer below tells of it.
  answering.catch(() => {});

  const whole = question.slice();
  const result = trial.start(
    "askAndHear",
    () => askAndHear(conn, question),
    (error) => explainAsking(error, conn),
  );
  const heard = await trial.waitFor(result, {
    waitingFor: "askAndHear() to return the answer",
    likely: () =>
      asked.ended
        ? "The server has answered and ended its side: read() gives null then, " +
          "and that is the end of the answer."
        : `The server has ${asked.length} of ${whole.length} bytes of the ` +
          "question, and waits for its end: it gets that by conn.closeWrite().",
    read: HALVES,
  });
  if (conn.closed) failClosed(trial, whole, asked.length, heard, answer);
  trial.equalBytes(asked.bytes, whole, {
    likely: "write() may take a part: end your side only when all of the " +
      "question is written.",
    read: HALVES,
  });
  if (!(heard instanceof Uint8Array)) {
    trial.fail({
      problem: `askAndHear() gave ${Deno.inspect(heard)}.`,
      expected: "a Uint8Array",
      likely: "Return the bytes of the answer; of an empty one too.",
    });
  }
  trial.equalBytes(heard, answer, {
    likely: heard.length < answer.length && !asked.ended
      ? "The server waits for the end of your question, be it empty, before " +
        "it answers: end your side, and read until null."
      : heard.length < answer.length
      ? "Read until null: one read() gives what has come so far, be it one " +
        "byte or all, and a short one is not the last."
      : heard.toHex() === encodedAsText(answer).toHex()
      ? "Not every byte is text: a TextDecoder puts U+FFFD (EF BF BD) in the " +
        "place of what is none. Keep the bytes."
      : heard.length > answer.length
      ? "Only the first `count` bytes of the buffer are new: keep " +
        "buffer.slice(0, count)."
      : "As many bytes as there should be, but others: subarray() gives a " +
        "view of the buffer, which the next read fills anew. Keep a copy: " +
        "buffer.slice(0, count).",
    read: HALVES,
  });
}

/** What becomes of bytes that are taken for text, and made bytes again. */
function encodedAsText(bytes: Uint8Array): Uint8Array {
  return bytesOf(new TextDecoder().decode(bytes));
}

function failClosed(
  trial: Trial,
  question: Uint8Array,
  asked: number,
  heard: Uint8Array,
  answer: Uint8Array,
): never {
  const heardAll = asked === question.length &&
    heard?.length === answer.length && answer.length > 0;
  trial.fail({
    problem: "askAndHear() closed the connection.",
    likely: heardAll
      ? "It is to leave that to its caller: whoever called it closes it. " +
        "`using` closes at the end of the block, and conn.readable at the end " +
        "of the stream."
      : BOTH_DIRECTIONS,
    read: HALVES,
  });
}

const BOTH_DIRECTIONS = "close() ends both directions, and nothing can be " +
  "heard after that. So does the end of conn.writable. closeWrite() ends your " +
  "own side only.";

function explainAsking(
  error: unknown,
  conn: ShortConn,
): TrialFailure | undefined {
  const problem = `askAndHear() threw ${error}.`;
  if (conn.closed) return { problem, likely: BOTH_DIRECTIONS, read: HALVES };
  if (error instanceof Deno.errors.BrokenPipe) {
    return {
      problem,
      likely: "Nothing can be written after closeWrite(): write all of the " +
        "question first.",
      read: AFTER,
    };
  }
  return {
    problem,
    likely:
      "If that came at the end of the answer: null is no failure, it is " +
      "how the server says that this was all. An answer may be empty, too.",
    read: HALVES,
  };
}

/** An answer that breaks off. */
async function checkReset(
  askAndHear: AskAndHear,
  trial: Trial,
): Promise<void> {
  trial.step("the connection is reset after 4 bytes of the answer");
  const conn = new FakeConn({ incoming: "seve", then: "reset" });
  const outcome = Promise.allSettled([
    (async () => await askAndHear(conn, bytesOf("how many?")))(),
  ]);
  const [result] = await trial.waitFor(outcome, {
    waitingFor: "askAndHear() to throw",
    likely: "read() throws ConnectionReset: let it.",
    read: FIN_RST,
  });
  if (result.status === "rejected") {
    trial.failOnSlip("askAndHear()", result.reason);
    return;
  }
  trial.fail({
    problem: "askAndHear() returned as if the answer had ended.",
    expected: "an error",
    received: result.value instanceof Uint8Array
      ? result.value
      : Deno.inspect(result.value),
    likely: "A reset is not an end: the caller must not take half an answer " +
      "for the whole. Let the error of read() through.",
    read: FIN_RST,
  });
}

/** A question that cannot be sent, while nothing comes back yet. */
async function checkBrokenWrite(
  askAndHear: AskAndHear,
  trial: Trial,
): Promise<void> {
  trial.step("the connection breaks at the first write; nothing has come back");
  trial.onForgotten((error) =>
    error instanceof Deno.errors.BrokenPipe
      ? {
        problem: `A write has failed, and nobody awaits it: ${error}.`,
        likely: AWAIT_SENDING,
        read: FIN_RST,
      }
      : undefined
  );
  const conn = new FakeConn({ then: "silence", breakAt: 0 });
  // As on a socket, reading ends as well, a little later.
  conn.until(() => conn.writes > 0 && conn.pendingWrites === 0)
    .then(settle).then(() => conn.peerEnds());
  await expectThrow(askAndHear, conn, trial);
}

/** A side that cannot be ended, since the connection is no more. */
async function checkFailedEnd(
  askAndHear: AskAndHear,
  trial: Trial,
): Promise<void> {
  trial.step("closeWrite() throws, for the connection is no more");
  trial.onForgotten((error) =>
    error instanceof Deno.errors.NotConnected
      ? {
        problem: `closeWrite() has failed, and nobody awaits it: ${error}.`,
        likely: AWAIT_SENDING,
        read: FIN_RST,
      }
      : undefined
  );
  const conn = new FakeConn({ then: "silence" });
  conn.closeWrite = async () => {
    await settle();
    settle().then(() => conn.peerEnds());
    throw new Deno.errors.NotConnected("not connected");
  };
  await expectThrow(askAndHear, conn, trial);
}

/** Expects an error, where nobody will ever answer. */
async function expectThrow(
  askAndHear: AskAndHear,
  conn: FakeConn,
  trial: Trial,
): Promise<void> {
  const outcome = Promise.allSettled([
    (async () => await askAndHear(conn, bytesOf("how many?")))(),
  ]);
  const [result] = await trial.waitFor(outcome, {
    waitingFor: "askAndHear() to throw",
    likely: AWAIT_SENDING,
    read: FIN_RST,
  });
  if (result.status === "rejected") {
    trial.failOnSlip("askAndHear()", result.reason);
    return;
  }
  trial.fail({
    problem: "askAndHear() returned, though the question has not arrived.",
    expected: "an error",
    received: result.value instanceof Uint8Array
      ? result.value
      : Deno.inspect(result.value),
    likely: "Nobody has answered a question that was never asked. Let the " +
      `error of write() or closeWrite() through. ${AWAIT_SENDING}`,
    read: FIN_RST,
  });
}

const AWAIT_SENDING = "Await the sending too, and the end of it, or nobody " +
  "catches its failure: one that nobody awaits ends the whole process.";

const closeGracefully = exercise<CloseGracefully>({
  id: "7.2",
  title: "Hang up, and lose nothing",
  solution: solution.closeGracefully,
  hints: [
    "What has to be read before close(), so that no RST is sent? And what, " +
    "besides the peer, can bring a read that waits to its end?",
    "Set a timer that closes the connection: a read that waits then throws " +
    "Interrupted. End your side, read until null, and catch whatever is " +
    "thrown. In `finally`, clear the timer and close, unless that is done.",
    "Nearly the code:\n" +
    "    const timer = setTimeout(() => conn[Symbol.dispose](), graceMs);\n" +
    "    try {\n" +
    "      await conn.closeWrite();\n" +
    "      while (await conn.read(buffer) !== null);\n" +
    "    } catch {\n" +
    "      // gone, or late: time to close\n" +
    "    } finally {\n" +
    "      clearTimeout(timer);\n" +
    "      conn[Symbol.dispose](); // does not mind a second close\n" +
    "    }",
  ],
  read: DRAIN,
  async check(closeGracefully, trial) {
    trial.onForgotten((error) => explainHangUp(error, "forgotten"));
    await checkPoliteEnd(closeGracefully, trial);
    await checkLastWords(closeGracefully, trial);
    for (const readSize of [1, 5, 4096]) {
      trial.step(`3000 bytes still come, at most ${readSize} with each read`);
      await checkDrain(closeGracefully, trial, { readSize });
    }
    await checkUsualGrace(closeGracefully, trial);
    await checkSilentPeer(closeGracefully, trial);
    await checkNoGrace(closeGracefully, trial);
    await checkEndlessPeer(closeGracefully, trial);
    await checkGone(closeGracefully, trial);
    await checkDeafPeer(closeGracefully, trial);
  },
});

/** Longer than any check waits: what needs the grace to pass has stalled. */
const LONG_MS = 600_000;
/** Short, since the check has to wait until it has passed. */
const SHORT_MS = 200;
/** Longer than most pauses of a machine, and short all the same. */
const ENDLESS_MS = 400;

/** A peer that ends when it hears the end. */
async function checkPoliteEnd(
  closeGracefully: CloseGracefully,
  trial: Trial,
): Promise<void> {
  trial.step("a peer waits for our end, and ends its side then");
  const { peer, conn } = await connectPair(trial);
  const heard = new Collector(peer, trial);
  const ending = heard.end().then(() => peer.closeWrite());
  ending.catch(() => {});
  using timers = new TimerWatch();
  await trial.waitFor(start(closeGracefully, trial, conn, LONG_MS), {
    waitingFor: "closeGracefully() to return, long before the grace is over",
    likely: () =>
      heard.ended
        ? "The peer has ended its side, and read() has given null or will: " +
          "close then, and do not wait for the grace to pass."
        : "The peer waits for the end of your side: tell it first, by " +
          "closeWrite(), then read until it has ended too.",
    read: DRAIN,
  });
  expectDone(trial, { conn, timers }, "closeGracefully() has returned");
}

/** A peer that takes its time, where no grace is given. */
async function checkUsualGrace(
  closeGracefully: CloseGracefully,
  trial: Trial,
): Promise<void> {
  trial.step(
    "closeGracefully(conn), no options; a peer takes a moment to end its side",
  );
  const { peer, conn } = await connectPair(trial);
  const heard = new Collector(peer, trial);
  const begin = performance.now();
  let closedAt = Infinity;
  const close = conn.close.bind(conn);
  conn.close = () => {
    closedAt = Math.min(closedAt, performance.now());
    close();
  };
  const hungUp = trial.start(
    "closeGracefully",
    () => closeGracefully(conn),
    (error) =>
      error instanceof TypeError
        ? {
          problem: `closeGracefully(conn) threw ${error}.`,
          likely: "The options may be left out, all of them or this one: " +
            "{ graceMs = 1000 } = {}.",
          read: DRAIN,
        }
        : explainHangUp(error, "thrown"),
  );
  await trial.waitFor(heard.end().catch(() => {}), {
    waitingFor: "the end of your side",
    likely: "The peer waits for it: tell it first, by closeWrite().",
    read: DRAIN,
  });
  await turns(10, 10);
  // On a machine that stood still the grace may be over, and no fault in it: what
  // counts is when it closed, and not when this is asked.
  if (closedAt - begin < 900) {
    trial.fail({
      problem:
        "closeGracefully() closed the connection at once, and the peer had not " +
        "ended its side.",
      likely: "The grace is 1000 ms unless another one is given. A timer of " +
        "`undefined` ms runs out at once.",
      read: DRAIN,
    });
  }
  await peer.closeWrite().catch(() => {});
  await trial.waitFor(hungUp, {
    waitingFor: "closeGracefully() to return after the peer has ended its side",
    likely: "read() gives null when the peer has ended: close then.",
    read: DRAIN,
  });
  expectClosed(trial, conn, "The peer has ended its side");
}

/** A reply on its way, input unread, and a peer that goes on sending. */
async function checkLastWords(
  closeGracefully: CloseGracefully,
  trial: Trial,
): Promise<void> {
  trial.step("990 bytes are unread, and a large reply is on its way");
  const { peer, conn } = await drainedPair(trial);
  await writeAll(peer, new Uint8Array(1000));
  await conn.read(new Uint8Array(10));
  // As much as the system takes: most of it has not reached the peer yet.
  const reply = new Uint8Array(16 * 1024 * 1024).fill(7);
  const written = await conn.write(reply);
  const hungUp = start(closeGracefully, trial, conn, LONG_MS);
  // The peer reads only after closeGracefully() has had its turn.
  await new Promise((resolve) => setImmediate(resolve));
  const received = new Collector(peer, trial);
  const end = received.end().catch((error) => {
    trial.fail({
      problem: `The peer has got ${received.length} of the ${written} bytes ` +
        `of the reply, and then ${error}.`,
      likely: "A socket that is closed with input that nobody has read sends " +
        "an RST, and throws away what was still to be sent. Read to the " +
        "peer's end before you close.",
      read: LOST,
    });
  });
  const came = await trial.waitFor(end, {
    waitingFor: `the end of the reply (${written} bytes)`,
    likely: "End your side by closeWrite(): the peer waits for it, and ends " +
      "its own only then.",
    read: HALVES,
  });
  if (conn.closed && came.length === written) {
    trial.fail({
      problem:
        "closeGracefully() closed the connection before the peer had ended.",
      likely: "Closed with input that nobody has read, or that still comes, " +
        "the connection is reset. Read until null before you close.",
      read: LOST,
    });
  }
  trial.equalBytes(came, reply.subarray(0, written), {
    likely:
      "The reply was written before: nothing may be lost of it, or added.",
    read: LOST,
  });

  trial.step("the peer goes on, 50 times one byte, and ends its side");
  for (let i = 0; i < 50; i++) {
    const before = conn.drained;
    await writeAll(peer, new Uint8Array([i])).catch(() => {});
    await trial.waitFor(conn.drainedTo(before + 1), {
      waitingFor: "closeGracefully() to read what still comes",
      likely: "Read on, whatever comes, until read() gives null.",
      read: DRAIN,
    });
    if (!conn.closed) continue;
    trial.fail({
      problem:
        "closeGracefully() closed the connection while the peer was still " +
        "sending, and the grace was not over.",
      likely: "The peer is reset in the middle of its sentence. Nobody knows " +
        "how many reads it takes: null is the only sign of the end.",
      read: DRAIN,
    });
  }
  await peer.closeWrite();
  await trial.waitFor(hungUp, {
    waitingFor: "closeGracefully() to return after the peer has ended its side",
    likely: "read() gives null when the peer has ended: close then.",
    read: DRAIN,
  });
  expectClosed(trial, conn, "The peer has ended its side");
}

/** Input through narrow reads. */
async function checkDrain(
  closeGracefully: CloseGracefully,
  trial: Trial,
  narrow: ShortConnOptions,
): Promise<void> {
  const { peer, conn } = await drainedPair(trial, {
    ...narrow,
    onMove: () => trial.progress(),
  });
  await writeAll(peer, new Uint8Array(3000));
  await peer.closeWrite();
  await trial.waitFor(start(closeGracefully, trial, conn, LONG_MS), {
    waitingFor: "closeGracefully() to read to the end, and to return",
    likely: "Read until read() gives null, however little each read gives.",
    read: DRAIN,
  });
  expectClosed(trial, conn, "The peer has ended its side");
  if (conn.drained === 3000) return;
  trial.fail({
    problem:
      `closeGracefully() has read ${conn.drained} of the 3000 bytes that came.`,
    likely:
      "Closed with input that nobody has read, the connection is reset. " +
      "Read until null.",
    read: LOST,
  });
}

/** A peer that is gone, in both ways in which one can notice. */
async function checkGone(
  closeGracefully: CloseGracefully,
  trial: Trial,
): Promise<void> {
  using timers = new TimerWatch();
  trial.step("the peer has reset the connection: read() throws");
  const reset = new FakeConn({ incoming: "abc", then: "reset" });
  await trial.waitFor(start(closeGracefully, trial, reset, LONG_MS), {
    waitingFor: "closeGracefully() to return",
    likely: "read() has thrown ConnectionReset: nobody is there to wait for.",
    read: DRAIN,
  });
  expectDone(trial, { conn: reset, timers }, "read() has failed");

  trial.step("closeWrite() throws, for the connection is no more");
  const dead = new FakeConn({ incoming: "", then: "reset" });
  dead.closeWrite = () =>
    Promise.reject(new Deno.errors.NotConnected("not connected"));
  await trial.waitFor(start(closeGracefully, trial, dead, LONG_MS), {
    waitingFor: "closeGracefully() to return",
    likely: "Whatever fails on the way, close and return.",
    read: DRAIN,
  });
  expectDone(trial, { conn: dead, timers }, "closeWrite() has failed");
}

/** A peer that says nothing. */
async function checkSilentPeer(
  closeGracefully: CloseGracefully,
  trial: Trial,
): Promise<void> {
  trial.step(`a peer says nothing and never ends; graceMs is ${SHORT_MS}`);
  const { conn } = await connectPair(trial);
  await trial.waitFor(start(closeGracefully, trial, conn, SHORT_MS), {
    waitingFor: "closeGracefully() to return when the grace is over",
    likely: "A peer that says nothing and never ends its side would keep you " +
      "waiting for ever. Set a timer that closes the connection: the read " +
      "that waits then throws Interrupted. graceMs is in milliseconds, as " +
      "setTimeout() takes it.",
    read: DRAIN,
  });
  expectClosed(trial, conn, "The grace is over");
}

/** A peer that does not even read. */
async function checkDeafPeer(
  closeGracefully: CloseGracefully,
  trial: Trial,
): Promise<void> {
  trial.step(`a peer reads nothing, and a write still waits; ${SHORT_MS} ms`);
  const conn = trial.use(new FakeConn({ then: "silence", room: 0 }));
  conn.write(new Uint8Array(1)).catch(() => {});
  await trial.waitFor(start(closeGracefully, trial, conn, SHORT_MS), {
    waitingFor: "closeGracefully() to return when the grace is over",
    likely: "closeWrite() waits until what was written has been taken, and a " +
      "peer that does not read takes nothing. The grace counts from the call " +
      "on: set the timer first.",
    read: DRAIN,
  });
  expectClosed(trial, conn, "The grace is over");
}

/**
 * A peer that says nothing, and no time for it.
 *
 * Where the machine stood still for as long as the usual grace, whoever waits for
 * that is back in time: then once more.
 */
async function checkNoGrace(
  closeGracefully: CloseGracefully,
  trial: Trial,
): Promise<void> {
  trial.step("a peer says nothing and never ends; graceMs is 0");
  for (let run = 0; run < 10; run++) {
    const begin = performance.now();
    await hangUpAtOnce(closeGracefully, trial);
    if (performance.now() - begin < 900) return;
  }
}

async function hangUpAtOnce(
  closeGracefully: CloseGracefully,
  trial: Trial,
): Promise<void> {
  const { conn } = await connectPair(trial);
  const hungUp = start(closeGracefully, trial, conn, 0);
  let hasReturned = false;
  hungUp.then(() => hasReturned = true).catch(() => {});
  // Turns and not the clock: in each of them a timer of 0 ms has its chance,
  // however slow the machine is. They are 300 ms in all, so that whoever looks
  // at the clock now and then is in time, and whoever waits 1000 ms is not, even
  // where the machine stands still for half a second.
  for (let turn = 0; turn < 15 && !hasReturned; turn++) await turns(1, 20);
  if (!hasReturned && !conn.closed) {
    trial.fail({
      problem: "The grace is 0 ms, and closeGracefully() goes on waiting.",
      likely: "0 is a number like others. `graceMs || 1000` takes it for a " +
        "grace that was not given; `??` and a default value do not.",
      read: DRAIN,
    });
  }
  await trial.waitFor(hungUp, {
    waitingFor: "closeGracefully() to return when the grace is over",
    likely: "The connection is closed: return.",
    read: DRAIN,
  });
  expectClosed(trial, conn, "The grace is over");
}

/**
 * A peer that goes on and on.
 *
 * Where the machine stood still for as long as the grace, the peer was silent
 * too, and whoever counts from the last byte is over in time: then once more.
 */
async function checkEndlessPeer(
  closeGracefully: CloseGracefully,
  trial: Trial,
): Promise<void> {
  trial.step(`a peer sends byte after byte, without end; ${ENDLESS_MS} ms`);
  for (let turn = 0; turn < 10; turn++) {
    if (await longestSilence(closeGracefully, trial) < 0.75 * ENDLESS_MS) {
      return;
    }
  }
}

/** Hangs up on such a peer; gives the longest time between two of its bytes. */
async function longestSilence(
  closeGracefully: CloseGracefully,
  trial: Trial,
): Promise<number> {
  const { peer, conn } = await drainedPair(trial);
  const gap = new LongestGap();
  const sending = (async () => {
    while (!conn.closed) {
      const before = conn.drained;
      await writeAll(peer, new Uint8Array(1));
      await conn.drainedTo(before + 1);
      gap.mark();
      // As fast as it goes would do nothing but warm the machine.
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  })().catch(() => {});
  await trial.waitFor(start(closeGracefully, trial, conn, ENDLESS_MS), {
    waitingFor: "closeGracefully() to return when the grace is over",
    likely: "The grace counts from the call on, for all reads together, and " +
      "not from the last byte: a peer that never stops must not hold you.",
    read: DRAIN,
  });
  expectClosed(trial, conn, "The grace is over");
  gap.mark();
  await sending;
  return gap.ms;
}

function start(
  closeGracefully: CloseGracefully,
  trial: Trial,
  conn: Deno.Conn,
  graceMs: number,
): Promise<void> {
  return trial.start(
    "closeGracefully",
    () => closeGracefully(conn, { graceMs }),
    (error) => explainHangUp(error, "thrown"),
  );
}

function expectClosed(
  trial: Trial,
  conn: { closed: boolean },
  when: string,
): void {
  if (conn.closed) return;
  trial.fail({
    problem: `${when}, and the connection is still open.`,
    likely: "It is closed at the end in any case, whatever has failed on the " +
      "way: in `finally`.",
    read: DRAIN,
  });
}

/** Expects the connection to be closed, and no timer to be left. */
function expectDone(
  trial: Trial,
  { conn, timers }: { conn: { closed: boolean }; timers: TimerWatch },
  when: string,
): void {
  expectClosed(trial, conn, when);
  if (timers.running().length === 0) return;
  trial.fail({
    problem: `${when}, and a timer of closeGracefully() is still running.`,
    likely: "It keeps the process alive until it has run out, long after the " +
      "conversation. Keep what setTimeout() gives, and clearTimeout() in " +
      "`finally`.",
    read: DRAIN,
  });
}

/** Lets time pass, turn by turn, for what must not happen meanwhile. */
async function turns(count: number, ms: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) {
    await new Promise((resolve) => setTimeout(resolve, ms));
  }
}

function explainHangUp(
  error: unknown,
  how: "thrown" | "forgotten",
): TrialFailure {
  const problem = how === "thrown"
    ? `closeGracefully() threw ${error}.`
    : `A promise of closeGracefully() that nobody waits for failed: ${error}.`;
  if (error instanceof Deno.errors.Interrupted) {
    return {
      problem,
      likely:
        "This is the read that your own close() ended when the grace was " +
        "over, which is how it should be. Catch it.",
      read: AFTER,
    };
  }
  if (error instanceof Deno.errors.BadResource) {
    return {
      problem,
      likely: "The connection is closed already: a second close() throws " +
        "BadResource, and so does a read that begins after the first. " +
        "conn[Symbol.dispose]() does not mind, and the read's error is to be " +
        "caught.",
      read: AFTER,
    };
  }
  return {
    problem,
    likely: "The peer is gone. That the conversation is over is what hanging " +
      "up is for, so it is no failure: catch it, close, and return.",
    read: DRAIN,
  };
}

/** A connection that says how many bytes have been read from it. */
class DrainedConn extends ShortConn {
  #drained = 0;
  #moved = Promise.withResolvers<void>();

  /** Bytes read so far. */
  get drained(): number {
    return this.#drained;
  }

  /** Waits until so many bytes have been read, or the connection is closed. */
  async drainedTo(count: number): Promise<void> {
    while (this.#drained < count && !this.closed) await this.#moved.promise;
  }

  override async read(buffer: Uint8Array): Promise<number | null> {
    const count = await super.read(buffer);
    this.#drained += count ?? 0;
    this.#wake();
    return count;
  }

  override close(): void {
    super.close();
    this.#wake();
  }

  #wake(): void {
    this.#moved.resolve();
    this.#moved = Promise.withResolvers();
  }
}

/** A pair whose end for the answer counts, and does not count as progress. */
async function drainedPair(
  trial: Trial,
  narrow: ShortConnOptions = {},
): Promise<{ peer: Deno.Conn; conn: DrainedConn }> {
  const { peer, conn } = await connectPair(trial, { onMove: () => {} });
  return { peer, conn: new DrainedConn(conn, narrow) };
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** The exercises of the lesson, in order. */
export const exercises: Exercise<unknown>[] = [askAndHear, closeGracefully];
