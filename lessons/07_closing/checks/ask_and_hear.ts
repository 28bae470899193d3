import { writeAll } from "../../../lib/net/mod.ts";
import { counted } from "../../../lib/show/counted.ts";
import {
  Collector,
  connectPair,
  FakeConn,
  settle,
  type ShortConn,
  type ShortConnOptions,
  type Trial,
  type TrialFailure,
} from "../../../lib/workbook/kit/mod.ts";
import type { AskAndHear } from "../types.ts";

const HALVES = "Two streams, two ends";
const FIN_RST = "FIN and RST";
const AFTER = "What a closed socket says";

/** A server that answers once the question has ended. */
interface Talk {
  question: Uint8Array;
  answer: Uint8Array;
  /** How much one read or one write moves. */
  short?: ShortConnOptions;
}

/** The answer comes after the end of the question, or not at all. */
export async function checkAskAndHear(
  askAndHear: AskAndHear,
  trial: Trial,
): Promise<void> {
  const large = new Uint8Array(8 * 1024 * 1024).fill(7);
  for (let i = 0; i < large.length; i += 65_537) large[i] = i / 65_537;
  const talks: Talk[] = [
    { question: bytesOf("how many?"), answer: bytesOf("seven") },
    { question: bytesOf(""), answer: bytesOf("") },
    { question: bytesOf(""), answer: bytesOf("speak up!") },
    ...[1, 5, 4096].map((readSize) => ({
      question: bytesOf("and now?"),
      answer: randomBytes(3000),
      short: { readSize },
    })),
    {
      question: randomBytes(3000),
      answer: bytesOf("thank you"),
      short: { writeSize: 7 },
    },
    { question: large, answer: large },
  ];
  for (const talk of talks) await checkTalk(askAndHear, talk, trial);
  await checkFailures(askAndHear, trial);
}

async function checkTalk(
  askAndHear: AskAndHear,
  { question, answer, short = {} }: Talk,
  trial: Trial,
): Promise<void> {
  const { readSize, writeSize } = short;
  trial.step(
    `you send ${counted(question.length, "byte")}` +
      (writeSize === undefined ? "" : `, at most ${writeSize} at a time`) +
      `; the answer has ${answer.length}` +
      (readSize === undefined ? "" : `, at most ${readSize} with each read()`),
    {
      likely: "A read() into an empty buffer returns 0 at once, and never " +
        "null. Is the buffer that you fill step by step full? No size is " +
        "enough for every answer: keep each piece in a list.",
      read: HALVES,
    },
  );
  const { peer, conn } = await connectPair(trial, short);
  const asked = new Collector(peer, trial);
  const answering = asked.end()
    .then(() => writeAll(peer, answer))
    .then(() => peer.closeWrite());
  // If this fails, what you sent or what you heard differs below.
  answering.catch(() => {});

  const whole = question.slice();
  const result = trial.start(
    "askAndHear",
    () => askAndHear(conn, question),
    (error) => explainThrown(error, conn),
  );
  const heard = await trial.waitFor(result, {
    waitingFor: "askAndHear() to return the answer",
    likely: () =>
      asked.ended
        ? "The server has answered and closed its side, so read() returns " +
          "null: that's the end of the answer."
        : `The server has ${asked.length} of the question's ${whole.length} ` +
          "bytes, and waits for its end. Send that with conn.closeWrite().",
    read: HALVES,
  });
  if (conn.closed) {
    const heardAll = asked.length === whole.length && answer.length > 0 &&
      heard?.length === answer.length;
    trial.fail({
      problem: "You closed the connection; the caller still needs it.",
      likely: heardAll
        ? "Leave closing to your caller. `using` closes at the end of the " +
          "block, and conn.readable at the end of the stream."
        : BOTH_DIRECTIONS,
      read: HALVES,
    });
  }
  trial.equalBytes(asked.bytes, whole, {
    likely: "write() may take only a part of the question: close your side " +
      "when you have written all of it.",
    read: HALVES,
  });
  if (!(heard instanceof Uint8Array)) {
    trial.fail({
      problem: `You returned ${Deno.inspect(heard)}.`,
      expected: "a Uint8Array",
      likely: "Return the bytes of the answer, even of an empty one.",
    });
  }
  trial.equalBytes(heard, answer, {
    likely: explainHeard(heard, answer, asked.ended),
    read: HALVES,
  });
}

const BOTH_DIRECTIONS = "close() ends both directions, so you can't read the " +
  "answer any more. Closing conn.writable does the same. closeWrite() ends your " +
  "own side only.";

function explainThrown(error: unknown, conn: ShortConn): TrialFailure {
  const problem = `askAndHear() threw ${error}.`;
  if (conn.closed) return { problem, likely: BOTH_DIRECTIONS, read: HALVES };
  if (error instanceof Deno.errors.BrokenPipe) {
    return {
      problem,
      likely: "You can't write after closeWrite(): write the whole question " +
        "first.",
      read: AFTER,
    };
  }
  return {
    problem,
    likely:
      "Did you get null? That isn't a failure: it's how the server says " +
      "that the answer is complete. An answer may also be empty.",
    read: HALVES,
  };
}

/** Names the mistake that a wrong answer looks like. */
function explainHeard(
  heard: Uint8Array,
  answer: Uint8Array,
  askedEnded: boolean,
): string {
  if (heard.length < answer.length) {
    return askedEnded
      ? "One read() returns whatever has arrived, even if that's a single byte, " +
        "and a short read isn't always the last one. Read until null."
      : "The server waits for the end of your question before it answers, even " +
        "if the question is empty: close your side, and read until null.";
  }
  if (heard.toHex() === bytesOf(new TextDecoder().decode(answer)).toHex()) {
    return "TextDecoder puts U+FFFD (EF BF BD) in place of bytes that aren't " +
      "valid UTF-8. The answer needn't be text, so don't decode it.";
  }
  return heard.length > answer.length
    ? "Only the first `count` bytes of the buffer are new: keep " +
      "buffer.slice(0, count)."
    : "The length is right, but the bytes aren't: subarray() makes a view of " +
      "the buffer, which the next read() overwrites. Keep a copy: " +
      "buffer.slice(0, count).";
}

/** A connection that fails, so that the answer must throw. */
interface Failing {
  step: string;
  conn: FakeConn;
  /** What it means that the answer neither throws nor returns. */
  ifStalled: string;
  /** What it means that it returns. */
  ifReturned: { problem: string; likely: string };
}

async function checkFailures(
  askAndHear: AskAndHear,
  trial: Trial,
): Promise<void> {
  trial.onForgotten((error) => {
    const call = error instanceof Deno.errors.BrokenPipe
      ? "write()"
      : error instanceof Deno.errors.NotConnected
      ? "closeWrite()"
      : undefined;
    return call === undefined ? undefined : {
      problem: `You didn't await a ${call} that failed: ${error}.`,
      likely: AWAIT_SENDING,
      read: FIN_RST,
    };
  });
  const notSent = {
    ifStalled: AWAIT_SENDING,
    ifReturned: {
      problem: "You returned, but the question hasn't arrived.",
      likely: "The server can't answer a question that it never got. Let the " +
        `error of write() or closeWrite() through. ${AWAIT_SENDING}`,
    },
  };
  const failing: Failing[] = [
    {
      step: "the connection is reset after 4 bytes of the answer",
      conn: new FakeConn({ incoming: "seve", then: "reset" }),
      ifStalled: "read() throws ConnectionReset: let it through.",
      ifReturned: {
        problem: "You returned as if the answer had ended.",
        likely:
          "A reset isn't the end of the answer, and the caller must not " +
          "take half an answer for the whole. Let the error of read() through.",
      },
    },
    {
      step: "the first write() throws; nothing has come back",
      conn: brokenConn(),
      ...notSent,
    },
    {
      step: "closeWrite() throws, because the connection is gone",
      conn: unclosableConn(),
      ...notSent,
    },
  ];
  for (const { step, conn, ifStalled, ifReturned } of failing) {
    trial.step(step);
    const [result] = await trial.waitFor(
      Promise.allSettled([
        (async () => await askAndHear(conn, bytesOf("how many?")))(),
      ]),
      {
        waitingFor: "askAndHear() to throw",
        likely: ifStalled,
        read: FIN_RST,
      },
    );
    if (result.status === "rejected") {
      trial.failOnSlip("askAndHear()", result.reason);
      continue;
    }
    trial.fail({
      ...ifReturned,
      expected: "an error",
      received: result.value instanceof Uint8Array
        ? result.value
        : Deno.inspect(result.value),
      read: FIN_RST,
    });
  }
}

const AWAIT_SENDING = "Await every write(), and closeWrite(), too: an error " +
  "that nothing catches ends the whole process.";

/** The first write fails; as on a socket, reading ends a little later. */
function brokenConn(): FakeConn {
  const conn = new FakeConn({ then: "silence", breakAt: 0 });
  conn.until(() => conn.writes > 0 && conn.pendingWrites === 0)
    .then(settle).then(() => conn.peerEnds());
  return conn;
}

/** `closeWrite` fails; as on a socket, reading ends a little later. */
function unclosableConn(): FakeConn {
  const conn = new FakeConn({ then: "silence" });
  conn.closeWrite = async () => {
    await settle();
    settle().then(() => conn.peerEnds());
    throw new Deno.errors.NotConnected("not connected");
  };
  return conn;
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function randomBytes(size: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(size));
}
