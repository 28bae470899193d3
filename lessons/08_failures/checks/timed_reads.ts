/** Calls read() for 8.2, and makes things happen on the connection. */
import {
  type Advice,
  FakeConn,
  PROBES,
  settle,
  type ShortConn,
  shown,
  type TimerWatch,
  toBytes,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";
import type { TimedReading } from "../types.ts";
import { outcomeOf } from "./outcome.ts";

const LOSES = "Myth: after a timeout, you can just read again";
const KEEP = "Keep the pending read";

/** A deadline that must never pass, in milliseconds. */
export const LONG_MS = 30_000;
/** A deadline for a pending read that already has its bytes, in milliseconds. */
const READY_MS = 100;
/** A deadline that passes, in milliseconds. */
export const SHORT_MS = 15;
/** How much too early a timer may fire, by `performance.now()`, in ms. */
const EARLY_MS = 5;

export const RESET = Deno.errors.ConnectionReset;
/** Linux's message for a reset. */
const RESET_MESSAGE = "Connection reset by peer (os error 104)";

/** Bytes arrive, or the stream ends (`null`), or the peer resets. */
type Happening = Uint8Array | string | null | typeof RESET;

/**
 * What happens before a call of read(), or while it waits, and what it must
 * return (bytes may take several calls). If nothing happens, it must time out.
 */
export interface Read {
  before?: Happening;
  during?: Happening;
}

/** A reader and its connection; the check plays the peer. */
export interface Subject {
  reader: TimedReading;
  conn: FakeConn | ShortConn;
  timers: TimerWatch;
  trial: Trial;
  /** The diagnosis of any failure. */
  probe?: Advice;
  /** The arrays that it returned, each with a copy of its bytes at that time. */
  returned: [piece: Uint8Array, then: Uint8Array][];
}

type Reading = PromiseSettledResult<Uint8Array | null | "timeout">;

/** Makes the reads of a story, one after the other. */
export async function follow(subject: Subject, reads: Read[]): Promise<void> {
  const { trial, returned, conn } = subject;
  for (const { before, during } of reads) {
    if (before !== undefined) {
      const { pendingReads } = conn as FakeConn;
      happens(subject, before);
      await settle();
      await gives(subject, before, pendingReads > 0 ? READY_MS : LONG_MS);
    } else if (during !== undefined) {
      const given = gives(subject, during);
      given.catch(() => {});
      await settle();
      happens(subject, during);
      await given;
    } else {
      await timesOut(subject);
    }
  }
  for (const [piece, then] of returned) {
    const advice = { ...PROBES.unchanged("read()"), read: KEEP };
    trial.equalBytes(piece, then, advice);
  }
  if (conn instanceof FakeConn && conn.overlappedReads) {
    fail(subject, {
      problem: "Two reads were pending on the connection at once.",
      likely:
        "You started a second read while the first one was pending, and either " +
        "of them can take the next bytes. After a timeout, the first read is " +
        "still pending. Start a read only if none is.",
      read: LOSES,
    });
  }
}

/** Makes something happen on the connection. */
export function happens({ conn }: Subject, what: Happening): void {
  if (!(conn instanceof FakeConn)) return;
  if (what === null) conn.peerEnds();
  else if (what === RESET) conn.peerResets();
  else conn.peerSends(what as Uint8Array | string);
}

/** Requires that read() returns the bytes or the end, or throws the failure. */
export async function gives(
  subject: Subject,
  due: Happening,
  ms = LONG_MS,
): Promise<void> {
  if (due === null) return givesEnd(subject, await read(subject, ms));
  if (due === RESET) {
    return throwsReset(subject, await read(subject, ms, FAILED));
  }
  const { trial, conn, probe, returned } = subject;
  let missing = toBytes(due as Uint8Array | string);
  while (missing.length > 0) {
    const value = valueOf(subject, await read(subject, ms));
    if (!(value instanceof Uint8Array) || value.length === 0) {
      fail(subject, {
        problem: "Bytes have arrived, but read() returned something else.",
        likely: value === "timeout"
          ? "You lost them: the read that you gave up on was still pending, and " +
            "took them. Keep its promise until a call has returned its result, " +
            "and let the next call await it instead of starting another read."
          : "Return the bytes as a Uint8Array: the first `count` of the buffer, " +
            "one or more.",
        read: LOSES,
        ...conn.emptyReads > 0 && PROBES.emptyBuffer("read()"),
        expected: missing,
        received: shown(value),
      });
    }
    trial.equalBytes(value, missing.subarray(0, value.length), {
      problem: "read() returned other bytes than those that arrived.",
      likely: value.every((byte) => byte === 0)
        ? "You returned another buffer than the one that the pending read fills, " +
          "which is the buffer it was started with. Keep that buffer along with " +
          "the promise."
        : "Return each byte once, in order, and nothing else. When a call has " +
          "returned a read's result, drop that read. Only the first `count` " +
          "bytes of the buffer are new: buffer.slice(0, count).",
      ...probe,
    });
    returned.push([value, value.slice()]);
    missing = missing.subarray(value.length);
    ms = LONG_MS;
  }
}

function givesEnd(subject: Subject, reading: Reading): void {
  subject.trial.equal(valueOf(subject, reading), null, {
    problem: "The stream has ended, but read() didn't return null.",
    likely:
      "You confused the end with something else. At the end, the read that you " +
      "kept returns null, and so does every later one. A test such as `if " +
      "(!count)` confuses null with 0 and undefined.",
  });
}

function throwsReset({ trial }: Subject, reading: Reading): void {
  if (reading.status === "fulfilled") {
    return trial.fail({
      problem: `The connection was reset, but read() returned ${
        shown(reading.value)
      }.`,
      expected: "ConnectionReset, thrown",
      likely: "You lost the error. Keep the promise of the read, and let the " +
        "next call await it: then it throws. A reset isn't the end of the " +
        "stream, because bytes may be missing.",
    });
  }
  const { reason } = reading;
  if (String(reason) === `ConnectionReset: ${RESET_MESSAGE}`) return;
  trial.failThrown("read()", reason, {
    problem: "read() didn't throw the error of the connection.",
    expected: "ConnectionReset",
    received: trial.describe(reason),
    likely: "Throw the error that conn.read() threw, unchanged.",
  });
}

/** Requires that a read times out, and not too early. */
async function timesOut(subject: Subject): Promise<void> {
  const start = performance.now();
  const value = valueOf(subject, await read(subject, SHORT_MS));
  const tookMs = performance.now() - start;
  subject.trial.equal(value, "timeout", {
    problem: 'Nothing arrived in time, but read() didn\'t return "timeout".',
    likely: value === null
      ? "You returned null, which means that the stream has ended. It hasn't."
      : "Return that string. And when a call has returned a read's result, drop " +
        "that read.",
    ...subject.probe,
  });
  if (tookMs > SHORT_MS - EARLY_MS) return;
  fail(subject, {
    problem: `read(${SHORT_MS}) gave up after ${tookMs.toFixed(1)} ms.`,
    likely:
      "You gave up too early, and bytes might still arrive. Start a new " +
      "timeout in each call.",
  });
}

const STUCK =
  "You're still waiting, although something has arrived. Did an earlier " +
  "read, which you gave up on, take it? And is `ms` the longest time to " +
  "wait, not the shortest?";
const CANNOT_CUT =
  "You're still waiting, although the time is up. You can't cut an `await` " +
  'short, but you can race the read against a timer, and return "timeout".';
const FAILED =
  "You're still waiting, although conn.read() has failed. Promise.any() waits " +
  "for a promise that succeeds; Promise.race() ends with the first one that's " +
  "settled, even if it failed.";

/** Calls read(), and requires that it leaves nothing behind. */
async function read(
  subject: Subject,
  ms: number,
  ifStuck = ms > SHORT_MS ? STUCK : CANNOT_CUT,
): Promise<Reading> {
  const { reader, timers, trial, conn, probe } = subject;
  const { length } = timers.started;
  const reading = outcomeOf(() => reader.read(ms));
  const delays = timers.started.slice(length);
  const outcome = await trial.waitFor(reading, {
    waitingFor: `read(${ms}) to return or throw`,
    likely: ifStuck,
    read: ms > SHORT_MS ? LOSES : KEEP,
    ...probe,
  });
  if (conn.closed) {
    fail(subject, {
      problem: "read() closed the connection.",
      likely: "Closing the connection cancels the read, but it also ends the " +
        "conversation, and your caller may still want to write. Keep the " +
        "pending read for the next call instead. (conn.readable closes the " +
        "connection at the end of its stream, and `using` at the end of its " +
        "block.)",
    });
  }
  if (timers.runningCount > 0) fail(subject, PROBES.timer(`read(${ms})`));
  if (delays.length === 1 && delays[0] !== ms) {
    fail(subject, {
      problem: `read(${ms}) started a timer of ${delays[0]} ms.`,
      likely:
        "You changed the timeout. Your caller says how long to wait, in " +
        "milliseconds, so pass `ms` on unchanged. And don't poll: race the " +
        "read against that timer.",
    });
  }
  return outcome;
}

/** Returns what read() returned; requires that it didn't throw. */
function valueOf({ trial, probe }: Subject, reading: Reading): unknown {
  if (reading.status === "fulfilled") return reading.value;
  trial.failThrown("read()", reading.reason, {
    likely: "You threw for a timeout or the end, which aren't failures here. " +
      'Return "timeout" or null, and throw only the error of the connection.',
    ...probe,
  });
}

function fail(
  subject: Subject,
  failure: Advice & { problem: string },
): never {
  subject.trial.fail({ ...failure, ...subject.probe });
}
