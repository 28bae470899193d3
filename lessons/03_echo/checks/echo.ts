/** The check of exercise 3.1. */
import { concat } from "../../../lib/wire/bytes.ts";
import {
  type Advice,
  checkStream,
  countedSample,
  FakeConn,
  lettersFirst,
  randomSample,
  type Sample,
  sampleLetters,
  settle,
  type StreamCase,
  toBytes,
  type Trial,
  type TrialFailure,
} from "../../../lib/workbook/kit/mod.ts";
import type { Echo } from "../types.ts";

const READ_PART = "A read fills part of a buffer";
const WRITE_SHORT = "A write may take only part";
const END = "null means end of stream";

const NULL = "read() returns null when the client has closed its write " +
  "side. A loop that doesn't test for null goes on forever.";
const NEW_BYTES =
  "read() fills part of the buffer and returns how many bytes are new. Send " +
  "buffer.subarray(0, count): the rest is old bytes or zeros.";
const AT_ONCE = "Send back what you've read right away, whatever it is: the " +
  "client may wait for it before it sends more or closes its write side.";
const EVERY_BYTE = "Only some of the bytes came back. Send every byte of " +
  "buffer.subarray(0, count): a line ending is a byte like any other.";
const ONCE = "Send back each byte once, and nothing else.";

/** 1001 bytes, because writes of 8 don't come out even, and what happens then. */
function some(sample: Sample, then: string) {
  const sends = sample(1001);
  return { step: `${countedSample(sends)}, ${then}`, sends };
}

/**
 * The bytes that a client sends before it closes its write side. All of them
 * must come back.
 */
const CASES = [
  {
    step: "a client closes its write side without sending anything",
    likely: "The very first read() returns null here.",
  },
  ...lettersFirst((sample) => ({
    ...some(sample, "then the end of the stream"),
    likely: "read() returns null at the end, no matter how many bytes each " +
      "read returned before it.",
  }), randomSample(31)),
  ...[1, 8].flatMap((writeSize) =>
    lettersFirst((sample) => ({
      ...some(sample, `where a write takes at most ${writeSize}`),
      writeSize,
      // More bytes are waiting before the first ones have been taken.
      readSizes: [100],
      likely: NULL,
    }), randomSample(32))
  ),
].map((one): StreamCase => ({
  ...one,
  values: ["returned"],
  writes: "sends" in one ? one.sends : "",
  read: END,
}));

/** Checks an answer to 3.1. */
export async function checkEcho(echo: Echo, trial: Trial): Promise<void> {
  await converse(trial, echo);
  await checkStream(trial, {
    name: "echo",
    open: (conn) => {
      let calls = 0;
      return async () => {
        if (calls++ > 0) return null;
        await echo(conn);
        return "returned";
      };
    },
    explain: ({ error }) => error === undefined ? undefined : whyThrown(error),
    explainSent,
    cut: "",
  }, CASES);
  await fillUp(trial, echo);
}

/** Sends two messages, the second one shorter and without a line ending. */
async function converse(trial: Trial, echo: Echo): Promise<void> {
  trial.step('a client connects and sends "hello\\n"');
  const onMove = () => trial.progress();
  const conn = trial.use(new FakeConn({ then: "silence", onMove }));
  let isBack = false;
  const echoing = trial.start("echo", async () => {
    await echo(conn);
    isBack = true;
  }, whyThrown);
  await sendAndCompare("hello\n");

  trial.step('on the same connection, it sends "ok"');
  await sendAndCompare("ok");

  trial.step("it closes its write side, and echo() returns");
  conn.peerEnds();
  await trial.waitFor(echoing, {
    waitingFor: "echo() to return after the client has closed its write side",
    likely: NULL,
    read: END,
  });
  trial.equalBytes(conn.written, toBytes("hello\nok"), { likely: ONCE });

  async function sendAndCompare(text: string): Promise<void> {
    const before = conn.written;
    conn.peerSends(text);
    const isRead = conn.until(() => conn.isDrained);
    await trial.waitFor(Promise.race([isRead, echoing]), {
      waitingFor: `the ${text.length} bytes to come back`,
      likely: AT_ONCE,
    });
    await settle();
    const { written } = conn;
    if (isBack) {
      trial.fail({
        problem: "echo() returned while the client was still sending.",
        likely: "A read returns what has arrived so far. Read again, until " +
          "read() returns null.",
        read: END,
      });
    }
    const due = concat([before, toBytes(text)]);
    trial.equalBytes(written, due, {
      likely: written.length === before.length
        ? AT_ONCE
        : written.length < due.length
        ? EVERY_BYTE
        : due.some((byte, i) => byte !== written[i])
        ? "The wrong bytes came back. Send exactly what read() put into the " +
          "buffer, and nothing before or after it."
        : written.length === due.length + text.length
        ? ONCE
        : NEW_BYTES,
    });
  }
}

/** Sends 64 KiB, and reads nothing until echo() has to wait. */
async function fillUp(trial: Trial, echo: Echo): Promise<void> {
  trial.step("a client sends 64 KiB, and then reads what came back");
  const data = sampleLetters(64 * 1024);
  const onMove = () => trial.progress();
  const conn = trial.use(
    new FakeConn({ incoming: data, room: 1000, readSize: 700, onMove }),
  );
  const echoing = trial.start("echo", () => echo(conn), whyThrown);
  await trial.waitFor(Promise.race([conn.until(() => conn.isFull), echoing]), {
    waitingFor: "echo() to write until its writes have to wait",
    likely: AT_ONCE,
  });
  // Until its writes have to wait, echo() may read as much as it likes.
  for (let unread = NaN; unread !== conn.unread;) {
    unread = conn.unread;
    await settle();
  }
  conn.peerTakes(Infinity);
  await trial.waitFor(echoing, {
    waitingFor: "echo() to return",
    likely: NULL,
  });
  trial.equalBytes(conn.written, data, {
    likely:
      "If a write has to wait, its bytes must stay as they are until it's " +
      "done, and so must all bytes in a queue. Await each write before you read " +
      "into the same place again, or keep copies.",
    read: WRITE_SHORT,
  });
}

/** Explains an error; its usual cause is the end of the stream. */
function whyThrown(error: unknown): TrialFailure | undefined {
  if (!(error instanceof Error)) return undefined;
  return {
    problem: `echo() threw ${error.name}: ${error.message}.`,
    likely:
      "Do you throw when the client closes its write side? null isn't an " +
      "error: it's how a stream ends. Return instead.",
    read: END,
  };
}

/** Finds the mistake behind the bytes that came back. */
function explainSent(
  sent: Uint8Array,
  due: Uint8Array,
  { writeSize }: StreamCase,
): string | Partial<Advice> {
  if (due.length === 0) return "The client sent nothing, so send nothing back.";
  const asText = toBytes(new TextDecoder().decode(due));
  const startsLike = (bytes: Uint8Array) =>
    sent.every((byte, i) => byte === bytes[i]);
  if (startsLike(asText) && !startsLike(due)) {
    return {
      likely:
        "Not all bytes are text. A TextDecoder replaces what isn't UTF-8 with " +
        "EF BF BD. Send back the bytes that arrived, without decoding them.",
      read: READ_PART,
    };
  }
  if (writeSize === undefined) {
    return {
      likely:
        "A read may return any number of bytes, and they can have any value, " +
        "even 0. After each read, send all of buffer.subarray(0, count), until " +
        "read() returns null.",
      read: READ_PART,
    };
  }
  return {
    likely: "write() returns how many bytes it took. It doesn't send the " +
      "rest unless you write that, too: loop until it has taken all of " +
      "buffer.subarray(sent, count), and nothing after that. And await each " +
      "write before you read into the buffer again.",
    read: WRITE_SHORT,
  };
}
