/** Checks 8.2 with bytes, the end, and a reset that come between two reads. */
import { writeAll } from "../../../lib/net/mod.ts";
import { concat } from "../../../lib/wire/bytes.ts";
import {
  connectPair,
  FakeConn,
  type FakeConnOptions,
  TimerWatch,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";
import type { TimedReaderClass, TimedReading } from "../types.ts";
import { outcomeOf } from "./outcome.ts";

const LOSES = "A read that gives up, and reads again";
const KEEP = "Keep the read that came too late";

/** A deadline that must never pass, in milliseconds. */
const LONG_MS = 30_000;
/** A deadline for what has arrived already, in milliseconds. */
const READY_MS = 100;
/** A deadline that passes, in milliseconds. */
const SHORT_MS = 20;
/** How much too early a timer may fire, by `performance.now()`, in ms. */
const EARLY_MS = 5;

/** A reader, and the connection whose peer the check plays. */
interface Subject {
  trial: Trial;
  conn: FakeConn;
  reader: TimedReading;
}

/** Checks an answer to 8.2. */
export async function checkTimedReader(
  TimedReader: TimedReaderClass,
  trial: Trial,
): Promise<void> {
  const make = (conn: Deno.Conn) =>
    trial.start("new TimedReader", () => new TimedReader(conn));
  const open = async (options: FakeConnOptions = {}): Promise<Subject> => {
    const onMove = () => trial.progress();
    const conn = new FakeConn({ ...options, then: "silence", onMove });
    return { trial, conn: trial.use(conn), reader: await make(conn) };
  };

  trial.step(`5 bytes have arrived; read(${LONG_MS}) returns them`);
  await checkReady(await open({ incoming: "hello" }));

  trial.step(`nothing arrives; read(${SHORT_MS}) returns "timeout"`);
  await checkLateBytes(await open());

  for (const readSize of [1, 5, 4096]) {
    trial.step(
      `3000 bytes with timeouts between them, at most ${readSize} a read`,
    );
    await checkMany(await open({ readSize }));
  }

  trial.step(
    "the peer ends its side after a timeout; read returns null, twice",
  );
  await checkEnd(await open());

  trial.step("the peer resets after a timeout; read throws ConnectionReset");
  await checkReset(await open());

  trial.step("on a socket: a timeout, then 200000 bytes and the end");
  const { peer, conn } = await connectPair(trial);
  await checkSocket(await make(conn), peer, trial);
}

async function checkReady({ trial, reader }: Subject): Promise<void> {
  const watch = trial.use(new TimerWatch());
  expectBytes(await read(reader, LONG_MS, trial), bytesOf("hello"), trial);
  const [ms] = watch.running(1000);
  watch.close();
  if (ms === undefined) return;
  trial.fail({
    problem: `A timer of ${ms} ms still runs after read() has returned bytes.`,
    likely: "The end of the race doesn't stop the timer, just as it doesn't " +
      "stop the read. A timer keeps the program from ending until it fires: " +
      "clear it in a `finally`.",
  });
}

/** Bytes arrive after a timeout: between two calls, and during the second. */
async function checkLateBytes(subject: Subject): Promise<void> {
  const { trial, conn, reader } = subject;
  await timeOut(subject);

  trial.step(
    `4 bytes arrive between two calls; read(${READY_MS}) returns them`,
  );
  conn.peerSends("late");
  await untilTaken(conn);
  expectBytes(await read(reader, READY_MS, trial), bytesOf("late"), trial);

  trial.step("after another timeout, 5 bytes arrive while the next read waits");
  await timeOut(subject);
  const reading = read(reader, LONG_MS, trial);
  reading.catch(() => {});
  await nextTurn();
  conn.peerSends("later");
  expectBytes(await reading, bytesOf("later"), trial);
  assertOneRead(subject);
}

async function checkMany(subject: Subject): Promise<void> {
  const { trial, conn, reader } = subject;
  const sent = crypto.getRandomValues(new Uint8Array(3000));
  const pieces: Uint8Array[] = [];
  const copies: Uint8Array[] = [];
  let length = 0;
  for (let at = 0; at < sent.length; at += 1000) {
    await timeOut(subject);
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
      "Return each byte once, in order, and nothing else: only the first " +
      "`count` bytes of the buffer are new.",
  });
  trial.equalBytes(concat(pieces), sent, {
    problem: "The arrays that read() returned earlier have changed.",
    likely: "They are views of one buffer, and later reads write into it. " +
      "Return a copy, `buffer.slice(0, count)`, or use a new buffer for each " +
      "read.",
  });
  assertOneRead(subject);
}

async function checkEnd(subject: Subject): Promise<void> {
  const { trial, conn, reader } = subject;
  await timeOut(subject);
  conn.peerEnds();
  await untilTaken(conn);
  for (const _ of [1, 2]) {
    trial.equal(await read(reader, READY_MS, trial), null, {
      problem: "The peer has ended its side, but read() doesn't say so.",
      likely: "At the end, the read that you kept gives null, and so does " +
        "every later one. That's neither a timeout nor an empty array, and a " +
        "test such as `if (!count)` confuses it with them.",
    });
  }
  assertOpen(
    subject,
    "Only the peer has ended its side; your caller may still write. " +
      "conn.readable closes the whole connection at the end of its stream, as " +
      "`using` does at the end of its block. Read with conn.read().",
  );
}

async function checkReset(subject: Subject): Promise<void> {
  const { trial, conn, reader } = subject;
  await timeOut(subject);
  trial.onForgotten((error) => ({
    problem: `The read that you kept failed while nothing awaited it: ${
      trial.describe(error)
    }.`,
    likely:
      "It failed between two calls, and an unhandled rejection ends the " +
      "program. Give the promise a `catch` that does nothing; the next call " +
      "awaits the promise itself, and that still throws.",
  }));
  conn.peerResets();
  await untilTaken(conn);
  const outcome = await trial.waitFor(outcomeOf(() => reader.read(READY_MS)), {
    waitingFor: "read() to throw ConnectionReset",
    likely:
      "The read that you kept has failed: the next call throws its error.",
  });
  if (outcome.status === "fulfilled") {
    return trial.fail({
      problem: "The connection was reset, but read() returned " +
        `${Deno.inspect(outcome.value)}.`,
      expected: "ConnectionReset, thrown",
      likely: "The error got lost between two calls. Keep the promise of the " +
        "read, and let the next call await it: then it throws. A reset isn't " +
        "the end of the stream: bytes may be missing.",
    });
  }
  if (!(outcome.reason instanceof Deno.errors.ConnectionReset)) {
    trial.fail({
      problem: "read() didn't throw the error of the connection.",
      expected: "ConnectionReset",
      received: trial.describe(outcome.reason),
      likely: "Throw the error that conn.read() threw, unchanged.",
    }, { cause: outcome.reason });
  }
}

async function checkSocket(
  reader: TimedReading,
  peer: Deno.TcpConn,
  trial: Trial,
): Promise<void> {
  expectTimeout(await read(reader, SHORT_MS, trial), trial);
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
    likely: "Return each byte once, in order, and nothing else.",
  });
}

/** Reads; fails if read() throws or doesn't return in time. */
function read(
  reader: TimedReading,
  ms: number,
  trial: Trial,
): Promise<Uint8Array | null | "timeout"> {
  return trial.waitFor(trial.start("read", () => reader.read(ms)), {
    waitingFor: `read(${ms}) to return`,
    likely: ms === LONG_MS
      ? "Bytes have arrived. Did an earlier read, which you gave up on, take " +
        "them? And is `ms` the longest time to wait, not the shortest?"
      : 'The deadline has passed, so read() must return "timeout". You can\'t ' +
        "cut short an `await` of the read itself, but you can race it against " +
        "a timer.",
    read: ms === LONG_MS ? LOSES : KEEP,
  });
}

/** Lets a read time out: not too early, and without closing anything. */
async function timeOut(subject: Subject): Promise<void> {
  const { trial, reader } = subject;
  const start = performance.now();
  expectTimeout(await read(reader, SHORT_MS, trial), trial);
  const tookMs = performance.now() - start;
  if (tookMs < SHORT_MS - EARLY_MS) {
    trial.fail({
      problem: `read(${SHORT_MS}) gave up after ${tookMs.toFixed(1)} ms.`,
      likely: "Wait for the whole time: bytes may still arrive.",
    });
  }
  assertOpen(
    subject,
    "Closing it cancels the read, but it also ends the conversation, and " +
      "whatever was on its way is lost. Let the read go on, and keep it for " +
      "the next call.",
  );
}

function expectTimeout(received: unknown, trial: Trial): void {
  trial.equal(received, "timeout", {
    problem: 'Nothing arrived in time, but read() didn\'t return "timeout".',
    likely: received === null
      ? "null means that the peer has ended its side, and it hasn't."
      : "Return the string, and neither throw nor return bytes.",
  });
}

function expectBytes(received: unknown, due: Uint8Array, trial: Trial): void {
  if (received === "timeout") {
    trial.fail({
      problem: 'The bytes have arrived, but read() returned "timeout".',
      expected: due,
      likely: "They're lost: the read that you gave up on was still pending, " +
        "and took them. Keep it, and let the next call await it instead of " +
        "starting another.",
      read: LOSES,
    });
  }
  if (!(received instanceof Uint8Array)) {
    trial.fail({
      problem: `Bytes have arrived, but read() returned ${
        Deno.inspect(received)
      }.`,
      expected: due,
      likely: "Return the bytes as a Uint8Array: the first `count` of the " +
        "buffer.",
    });
  }
  trial.equalBytes(received, due, {
    likely: "Only the first `count` bytes of the buffer are new: return " +
      "buffer.slice(0, count).",
  });
}

function assertOpen({ trial, conn }: Subject, likely: string): void {
  if (!conn.closed) return;
  trial.fail({ problem: "read() closed the connection.", likely });
}

function assertOneRead({ trial, conn }: Subject): void {
  if (!conn.overlappedReads) return;
  trial.fail({
    problem: "Two reads were pending on the connection at once.",
    likely:
      "After its deadline, the first read is still pending. If you start " +
      "a second one, either may take the next bytes, and their order is a " +
      "matter of luck. Start a read only if none is pending.",
    read: LOSES,
  });
}

/** Waits until a pending read has taken what arrived. */
async function untilTaken(conn: FakeConn): Promise<void> {
  await conn.until(() => conn.pendingReads === 0);
  await nextTurn();
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
