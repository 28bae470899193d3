/** How an answer to 21.1 is checked. */
import { writeAll } from "../../../lib/net/mod.ts";
import {
  connectPair,
  FakeConn,
  type FakeConnOptions,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";
import { ConnReader } from "../reader.ts";
import type { ByteReader, ReadCommand } from "../types.ts";
import {
  type Advice,
  ARRAY,
  array,
  bytesOf,
  type CommandCase,
  type ErrorClass,
  INCOMPLETE_COMMANDS,
  latin1,
  LIMIT,
  LOST,
  MALFORMED_COMMANDS,
  shown,
  STREAM,
  VALID_COMMANDS,
} from "./commands.ts";

/** What is checked, and how it's reported. */
interface Subject {
  readCommand: ReadCommand;
  trial: Trial;
}

/** Checks an answer to 21.1. */
export async function checkReadCommand(
  readCommand: ReadCommand,
  trial: Trial,
): Promise<void> {
  const subject = { readCommand, trial };
  await checkConversation(subject);
  await checkTwoClients(subject);
  for (const one of VALID_COMMANDS) await runCase(subject, one);
  for (const one of MALFORMED_COMMANDS) await runCase(subject, one);
  for (const one of LONGEST) await runCase(subject, one);
  for (const start of ["", "*", "*1\r\n$"]) await checkEndless(subject, start);
  await runCase(subject, TOO_LONG);
  for (const one of INCOMPLETE_COMMANDS) await runCase(subject, one);
}

/** A client waits for a reply, sends three commands in one piece, and ends. */
async function checkConversation(subject: Subject): Promise<void> {
  const { trial } = subject;
  const first = array("ECHO", "hello");
  trial.step(`a client sends ${shown(first)}, and waits for the reply`);
  const { peer, conn } = await connectPair(trial);
  await writeAll(peer, bytesOf(first));
  const reader = new ConnReader(conn);
  await expectCommand(subject, reader, ["ECHO", "hello"], {
    likely:
      "Return the strings without their lengths, and as soon as the last " +
      "one is complete: the client sends no more before you answer.",
    read: ARRAY,
  });

  trial.step("it sends three more in one piece, and ends");
  const commands = ["one", "two", "three"].map((text) => ["ECHO", text]);
  const bytes = commands.map((parts) => array(...parts)).join("");
  await writeAll(peer, bytesOf(bytes));
  await peer.closeWrite();
  for (const command of commands) {
    await expectCommand(subject, reader, command, LOST);
  }
  await expectCommand(subject, reader, null, {
    likely: "If the stream ends between two commands, return null.",
    read: STREAM,
  });
}

/** What one client sent doesn't concern the other. */
async function checkTwoClients(subject: Subject): Promise<void> {
  subject.trial.step(
    "two clients send two commands each; you read alternately",
  );
  const readers = ["a", "b"].map((name) => {
    const incoming = array("ECHO", `${name}1`) + array("ECHO", `${name}2`);
    return { name, reader: fakeReader(subject.trial, { incoming }) };
  });
  for (const number of [1, 2]) {
    for (const { name, reader } of readers) {
      await expectCommand(subject, reader, ["ECHO", `${name}${number}`], {
        likely:
          "Each reader has its own client. Give the bytes that you don't " +
          "need back to the reader they came from, with reader.unread(): a " +
          "variable outside the function is shared by all of them.",
        read: STREAM,
      });
    }
  }
}

/** Makes the calls of a case. */
async function runCase(
  subject: Subject,
  { step, sent, due = [], throws, readSize, waits, later, ...advice }:
    CommandCase,
): Promise<void> {
  subject.trial.step(step);
  const reader = fakeReader(subject.trial, {
    incoming: sent,
    readSize,
    then: waits ? "silence" : "end",
  });
  for (const [i, command] of due.entries()) {
    await expectCommand(
      subject,
      reader,
      command,
      i > 0 && later ? later : advice,
    );
  }
  if (throws) await expectError(subject, reader, throws, advice);
}

const MANY = ["DEL", ...Array.from({ length: 1023 }, (_, i) => `k${i}`)];
const LARGE = ["ECHO", "x".repeat(1048576)];
const LONG = "x".repeat(65536);

const LONGEST: CommandCase[] = [
  {
    step: "a command of 1024 strings, and one with a string of 1048576 bytes",
    sent: array(...MANY) + array(...LARGE),
    due: [MANY, LARGE],
    likely: "As many strings and bytes as the limit says are allowed.",
    read: LIMIT,
  },
  {
    step: "an inline command of 65536 bytes",
    sent: `${LONG}\r\n`,
    due: [[LONG]],
    likely:
      "A line of exactly 65536 bytes is allowed. Its line ending doesn't " +
      "count.",
    read: LIMIT,
  },
];

const TOO_LONG: CommandCase = {
  step: "an inline command of 65537 bytes",
  sent: `${LONG}x\r\nPING\r\n`,
  throws: [RangeError],
  likely:
    "One byte over the limit is too long, even if the end of the line came " +
    "in the same read. Check the length of each line.",
  read: LIMIT,
};

/** How far past its limit an answer may read: several buffers of any size. */
const PATIENCE = 256 * 1024;

/** A line without end must be refused before too much of it has been read. */
async function checkEndless(subject: Subject, start: string): Promise<void> {
  const { trial } = subject;
  const before = start === "" ? "" : `${shown(start)} and then `;
  trial.step(`${before}"111…" forever, without the end of the line`);
  const size = 1024 * 1024;
  const conn = fakeConn(trial, {
    incoming: start + "1".repeat(size),
    then: "silence",
    readSize: 4096,
  });
  const advice = {
    likely: "Check how much you've kept after each read that brought no \\n: " +
      "65536 bytes, and one more that may be the \\r. Anything more is too long, " +
      "whatever comes next.",
    read: LIMIT,
  };
  const tooLate = conn.until(() => conn.unread < size - PATIENCE).then(() =>
    trial.fail({
      problem: `You read more than ${PATIENCE} bytes of one line.`,
      ...advice,
    })
  );
  const reader = new ConnReader(conn);
  const refused = expectError(subject, reader, [RangeError], advice);
  for (const promise of [tooLate, refused]) promise.catch(() => {});
  await Promise.race([refused, tooLate]);
}

/** Makes a call that must return a command, or `null`. */
async function expectCommand(
  subject: Subject,
  reader: ByteReader,
  due: string[] | null,
  advice: Advice,
): Promise<void> {
  const trial: Trial = subject.trial;
  const wanted = due === null ? "null" : `the command ${due[0]}`;
  const result = await call(subject, reader, `return ${wanted}`, advice);
  if (result.status === "rejected") {
    // A TypeError that the answer throws by choice means that it misread.
    trial.failOnSlip("readCommand()", result.reason, TypeError);
    trial.fail({
      problem: `readCommand() threw ${trial.describe(result.reason)}.`,
      expected: wanted,
      ...advice,
    }, { cause: result.reason });
  }
  const parts = result.value;
  if (
    parts !== null && due !== null &&
    !(Array.isArray(parts) && parts.every((one) => one instanceof Uint8Array))
  ) {
    trial.fail({
      problem: "readCommand() didn't return an array of Uint8Array.",
      received: Deno.inspect(parts, { strAbbreviateSize: 100 }),
      likely: "Return the strings of the command as bytes: a value may be " +
        "anything, not only text.",
      read: ARRAY,
    });
  }
  trial.equal(asText(parts), due, advice);
}

/** Makes a call that must throw an error of one of these classes. */
async function expectError(
  subject: Subject,
  reader: ByteReader,
  due: ErrorClass[],
  advice: Advice,
): Promise<void> {
  const { trial } = subject;
  const name = new due[0]().name;
  const result = await call(subject, reader, `throw ${name}`, advice);
  if (result.status === "fulfilled") {
    return trial.fail({
      problem: `readCommand() returned instead of throwing ${name}.`,
      received: Deno.inspect(asText(result.value), { strAbbreviateSize: 100 }),
      ...advice,
    });
  }
  const error = result.reason;
  trial.failOnSlip("readCommand()", error, TypeError);
  if (due.some((Class) => error instanceof Class)) return;
  const isEnd = error instanceof Deno.errors.UnexpectedEof ||
    name === "UnexpectedEof";
  trial.fail({
    problem: `Wrong error class: expected ${name}.`,
    received: trial.describe(error),
    likely: isEnd
      ? advice.likely
      : "Callers tell failures apart by the class of the error: RangeError for a " +
        "number out of range or a line that's too long, TypeError for what isn't " +
        `RESP. ${advice.likely}`,
    read: advice.read,
  }, { cause: error });
}

async function call(
  { readCommand, trial }: Subject,
  reader: ByteReader,
  due: string,
  advice: Advice,
): Promise<PromiseSettledResult<Uint8Array[] | null>> {
  const [result] = await trial.waitFor(
    Promise.allSettled([(async () => await readCommand(reader))()]),
    { waitingFor: `readCommand() to ${due}`, ...advice },
  );
  return result;
}

function fakeConn(
  trial: Trial,
  { incoming, ...rest }: FakeConnOptions & { incoming: string },
): FakeConn {
  const onMove = () => trial.progress();
  return trial.use(
    new FakeConn({ incoming: bytesOf(incoming), onMove, ...rest }),
  );
}

function fakeReader(
  trial: Trial,
  options: FakeConnOptions & { incoming: string },
): ByteReader {
  return new ConnReader(fakeConn(trial, options));
}

function asText(parts: Uint8Array[] | null): string[] | null {
  return Array.isArray(parts) ? parts.map(latin1) : parts;
}
