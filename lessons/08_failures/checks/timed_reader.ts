/** How an answer to 8.2 is checked. */
import { writeAll } from "../../../lib/net/mod.ts";
import { concat } from "../../../lib/wire/bytes.ts";
import {
  connectPair,
  type Exercise,
  exercise,
  FakeConn,
  TimerWatch,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";
import { describeError } from "../describe_error.ts";
import * as solution from "../solution.ts";
import type { TimedReaderClass, TimedReading } from "../types.ts";

const LOSES = "A read that gives up, and reads again";
const KEEP = "Keep the read that came too late";

/** A deadline that no check waits for, in milliseconds. */
const LONG_MS = 30_000;
/** A deadline for what has come already, in milliseconds. */
const READY_MS = 100;
/** A deadline that passes, in milliseconds. */
const SHORT_MS = 20;
/** Timers may fire this much early, by the clock that the check reads. */
const EARLY_MS = 5;

/** Makes 8.2. */
export function makeTimedReader(): Exercise<unknown> {
  return exercise<TimedReaderClass>({
    id: "8.2",
    title: "Give up on a read, and lose nothing",
    solution: solution.TimedReader,
    hints: [
      "After the deadline, the read on the connection is still under way. " +
      "Where do the next bytes go, and who can still get at them?",
      "Keep the promise of the read in a field. The next call waits for that " +
      "one, if there is one, and begins a read of its own only if there is " +
      "none. Once it has given something, or failed, it is done: forget it.",
      "Nearly the code:\n" +
      "    this.#reading ??= this.#conn.read(this.#buffer);\n" +
      "    const count = await Promise.race([this.#reading, late]);\n" +
      '    if (count === "timeout") return count;\n' +
      "    this.#reading = undefined;\n" +
      "    return count === null ? null : this.#buffer.slice(0, count);\n" +
      "where `late` is a promise that a timer resolves. Clear the timer in a " +
      "`finally`, and forget a read that failed as well.",
    ],
    read: KEEP,
    async check(TimedReader, trial) {
      await checkReady(TimedReader, trial);
      await checkLateBytes(TimedReader, trial);
      for (const readSize of [1, 5, 4096]) {
        await checkMany(TimedReader, trial, readSize);
      }
      await checkEnd(TimedReader, trial);
      await checkReset(TimedReader, trial);
      await checkSocket(TimedReader, trial);
    },
  });
}

/** Bytes are there before anybody asks. */
async function checkReady(
  TimedReader: TimedReaderClass,
  trial: Trial,
): Promise<void> {
  trial.step(`5 bytes have come; read(${LONG_MS}) gives them`);
  const conn = fakeConn(trial, { incoming: "hello" });
  const reader = await make(TimedReader, conn, trial);
  const watch = trial.use(new TimerWatch());
  const data = await read(reader, LONG_MS, trial);
  expectBytes(data, bytesOf("hello"), trial);
  const [ms] = watch.running(1000);
  if (ms !== undefined) {
    trial.fail({
      problem: `A timer of ${ms} ms still runs after the read has given ` +
        "its bytes.",
      likely: "The race does not end the timer, as it does not end the read. " +
        "A timer keeps the program running until it fires: clear it in a " +
        "`finally`.",
    });
  }
  watch.close();
}

/** Bytes come after a time-out: between two calls, and during the second. */
async function checkLateBytes(
  TimedReader: TimedReaderClass,
  trial: Trial,
): Promise<void> {
  trial.step(`nothing comes; read(${SHORT_MS}) gives "timeout"`);
  const conn = fakeConn(trial);
  const reader = await make(TimedReader, conn, trial);
  await timeOut(reader, conn, trial);

  trial.step(`4 bytes come between two calls; read(${READY_MS}) gives them`);
  conn.peerSends("late");
  await untilTaken(conn);
  expectBytes(await read(reader, READY_MS, trial), bytesOf("late"), trial);

  trial.step("after another time-out, 5 bytes come while the next read waits");
  await timeOut(reader, conn, trial);
  const reading = read(reader, LONG_MS, trial);
  reading.catch(() => {});
  await new Promise((resolve) => setTimeout(resolve, 0));
  conn.peerSends("later");
  expectBytes(await reading, bytesOf("later"), trial);
  assertOneRead(conn, trial);
}

/** Several time-outs, with bytes between them. */
async function checkMany(
  TimedReader: TimedReaderClass,
  trial: Trial,
  readSize: number,
): Promise<void> {
  trial.step(
    `3000 bytes with time-outs between them, at most ${readSize} a read`,
  );
  const sent = crypto.getRandomValues(new Uint8Array(3000));
  const conn = fakeConn(trial, { readSize });
  const reader = await make(TimedReader, conn, trial);
  const pieces: Uint8Array[] = [];
  const copies: Uint8Array[] = [];
  let length = 0;
  for (let at = 0; at < sent.length; at += 1000) {
    await timeOut(reader, conn, trial);
    conn.peerSends(sent.subarray(at, at + 1000));
    while (length < at + 1000) {
      const piece = await read(reader, LONG_MS, trial);
      if (!(piece instanceof Uint8Array) || piece.length === 0) {
        return expectBytes(piece, sent.subarray(length), trial);
      }
      pieces.push(piece);
      copies.push(piece.slice());
      length += piece.length;
    }
  }
  trial.equalBytes(concat(copies), sent, {
    likely:
      "Give each byte once, in order, and no others: of the buffer, only " +
      "the first `count` bytes are new.",
  });
  trial.equalBytes(concat(pieces), sent, {
    problem: "The arrays that read() gave have changed since.",
    likely: "They are views of one buffer, and later reads write into that. " +
      "Give a copy, `buffer.slice(0, count)`, or take a new buffer for each " +
      "read.",
  });
  assertOneRead(conn, trial);
}

/** The end comes between two calls. */
async function checkEnd(
  TimedReader: TimedReaderClass,
  trial: Trial,
): Promise<void> {
  trial.step("the peer ends its side after a time-out; read gives null, twice");
  const conn = fakeConn(trial);
  const reader = await make(TimedReader, conn, trial);
  await timeOut(reader, conn, trial);
  conn.peerEnds();
  await untilTaken(conn);
  for (const _ of [1, 2]) {
    const end = await read(reader, READY_MS, trial);
    trial.equal(end, null, {
      problem: "The peer has ended its side, and read() does not say so.",
      likely: "null is what the kept read gives at the end, and what every " +
        "read after it gives. It is neither a time-out nor an empty array; and " +
        "a test such as `if (!count)` takes it for nothing at all.",
    });
  }
  assertOpen(
    conn,
    trial,
    "The peer has ended its side only, and this one may still write. " +
      "conn.readable closes the whole connection when it has come to its end, " +
      "as `using` does at the end of its block. Read with conn.read().",
  );
}

/** The connection fails between two calls. */
async function checkReset(
  TimedReader: TimedReaderClass,
  trial: Trial,
): Promise<void> {
  trial.step("the peer resets after a time-out; read throws ConnectionReset");
  const conn = fakeConn(trial);
  const reader = await make(TimedReader, conn, trial);
  await timeOut(reader, conn, trial);
  trial.onForgotten((error) => ({
    problem: `The read that was kept failed with nobody waiting for it: ${
      describeError(error)
    }.`,
    likely: "It failed between two calls, which ends the program unless " +
      "somebody catches it. Give the promise a `catch` that does nothing, and " +
      "let the next call await the promise itself, which still throws.",
  }));
  conn.peerResets();
  await untilTaken(conn);
  const [result] = await trial.waitFor(
    Promise.allSettled([(async () => await reader.read(READY_MS))()]),
    {
      waitingFor: "read() to throw ConnectionReset",
      likely: "The kept read has failed: the next call is to throw that.",
    },
  );
  if (result.status === "fulfilled") {
    trial.fail({
      problem: `The connection was reset, and read() gave ${
        Deno.inspect(result.value)
      }.`,
      expected: "ConnectionReset, thrown",
      likely:
        "The failure got lost between two calls. Keep the promise of the " +
        "read and let the next call await it: it throws then. A reset is not " +
        "the end that the peer meant.",
    });
  }
  if (!(result.reason instanceof Deno.errors.ConnectionReset)) {
    trial.fail({
      problem: "read() threw another error than the connection did.",
      expected: "ConnectionReset",
      received: describeError(result.reason),
      likely: "Throw the failure of the connection as it is.",
    }, { cause: result.reason });
  }
}

/** The same on a real connection, with many bytes and their end. */
async function checkSocket(
  TimedReader: TimedReaderClass,
  trial: Trial,
): Promise<void> {
  trial.step("on a socket: a time-out, then 200000 bytes and the end");
  const { peer, conn } = await connectPair(trial);
  const reader = await make(TimedReader, conn, trial);
  expectTimeOut(await read(reader, SHORT_MS, trial), trial);
  const sent = crypto.getRandomValues(new Uint8Array(50_000));
  const sending = (async () => {
    for (let i = 0; i < 4; i++) await writeAll(peer, sent);
    await peer.closeWrite();
  })();
  sending.catch(() => {});
  const pieces: Uint8Array[] = [];
  while (true) {
    const data = await read(reader, LONG_MS, trial);
    if (data === null) break;
    if (!(data instanceof Uint8Array)) return expectBytes(data, sent, trial);
    pieces.push(data);
  }
  trial.equalBytes(concat(pieces), concat([sent, sent, sent, sent]), {
    likely: "Give each byte once, in order, and no others.",
  });
}

/** A connection whose other end is in the check's hand. */
function fakeConn(
  trial: Trial,
  options: { incoming?: string; readSize?: number } = {},
): FakeConn {
  const conn = new FakeConn({
    ...options,
    then: "silence",
    onMove: () => trial.progress(),
  });
  return trial.use(conn);
}

async function make(
  TimedReader: TimedReaderClass,
  conn: Deno.Conn,
  trial: Trial,
): Promise<TimedReading> {
  return await trial.start(
    "new TimedReader",
    () => new TimedReader(conn),
  );
}

/** Reads, and takes an error for what it is. */
function read(
  reader: TimedReading,
  ms: number,
  trial: Trial,
): Promise<Uint8Array | null | "timeout"> {
  return trial.waitFor(trial.start("read", () => reader.read(ms)), {
    waitingFor: `read(${ms}) to give something`,
    likely: ms === LONG_MS
      ? "Bytes have come. Does another read, that was given up, have them? And " +
        "is the deadline the longest time to wait, not the shortest?"
      : "The deadline has passed: then read() is to give " +
        '"timeout". Awaiting the read itself cannot be cut short, but a race ' +
        "with a timer can.",
    read: ms === LONG_MS ? LOSES : KEEP,
  });
}

/** Lets a read time out, and looks whether it did so in order. */
async function timeOut(
  reader: TimedReading,
  conn: FakeConn,
  trial: Trial,
): Promise<void> {
  const start = performance.now();
  expectTimeOut(await read(reader, SHORT_MS, trial), trial);
  const tookMs = performance.now() - start;
  if (tookMs < SHORT_MS - EARLY_MS) {
    trial.fail({
      problem: `read(${SHORT_MS}) gave up after ${tookMs.toFixed(1)} ms.`,
      likely: "It is to wait as long as it was told: bytes may still come.",
    });
  }
  assertOpen(conn, trial);
}

function expectTimeOut(received: unknown, trial: Trial): void {
  trial.equal(received, "timeout", {
    problem: "Nothing has come, and the deadline has passed.",
    likely: received === null
      ? "null says that the peer has ended its side, and it has not. Nothing " +
        'came in time: that is "timeout".'
      : 'Nothing came in time: that is "timeout", no error and no bytes.',
  });
}

function expectBytes(received: unknown, due: Uint8Array, trial: Trial): void {
  if (received === "timeout") {
    trial.fail({
      problem: `The bytes have come, and read() gave "timeout".`,
      expected: due,
      likely: "They are gone: the read that was given up is still under way, " +
        "and has taken them. Keep it, and let the next call wait for that one " +
        "instead of beginning another.",
      read: LOSES,
    });
  }
  if (!(received instanceof Uint8Array)) {
    trial.fail({
      problem: `Bytes have come, and read() gave ${Deno.inspect(received)}.`,
      expected: due,
      likely:
        "Give the bytes, as a Uint8Array: the first `count` of the buffer.",
    });
  }
  trial.equalBytes(received, due, {
    likely: "Of the buffer, only the first `count` bytes are new: give " +
      "buffer.slice(0, count).",
  });
}

function assertOpen(
  conn: FakeConn,
  trial: Trial,
  likely = "A close would cancel the read, but it ends the conversation, and " +
    "what was on its way is lost. Let the read go on, and keep it for the " +
    "next call.",
): void {
  if (!conn.closed) return;
  trial.fail({ problem: "read() closed the connection.", likely });
}

function assertOneRead(conn: FakeConn, trial: Trial): void {
  if (!conn.overlappedReads) return;
  trial.fail({
    problem: "Two reads were under way on the connection at once.",
    likely:
      "The first is still there after its deadline: a second one besides " +
      "it means that either may take the next bytes, and their order is a " +
      "matter of luck. Begin a read only if none is under way.",
    read: LOSES,
  });
}

/** Waits until what came has been taken by the read that is under way. */
async function untilTaken(conn: FakeConn): Promise<void> {
  await conn.until(() => conn.pendingReads === 0);
  await new Promise((resolve) => setTimeout(resolve, 0));
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
