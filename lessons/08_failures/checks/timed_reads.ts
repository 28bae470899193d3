/** Calls of read() in 8.2, and what happens on the connection meanwhile. */
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

const LOSES = "A read that gives up, and reads again";
const KEEP = "Keep the read that came too late";

/** A deadline that must never pass, in milliseconds. */
export const LONG_MS = 30_000;
/** A deadline for what a pending read has taken already, in milliseconds. */
const READY_MS = 100;
/** A deadline that passes, in milliseconds. */
export const SHORT_MS = 15;
/** How much too early a timer may fire, by `performance.now()`, in ms. */
const EARLY_MS = 5;

export const RESET = Deno.errors.ConnectionReset;
/** The message that Linux has for it. */
const RESET_MESSAGE = "Connection reset by peer (os error 104)";

/** Bytes arrive, or the peer ends its side (`null`), or it resets. */
type Happening = Uint8Array | string | null | typeof RESET;

/**
 * What happens before a call of read(), or while it waits, and must come of it;
 * bytes may take several calls. If nothing happens, the call must time out.
 */
export interface Read {
  before?: Happening;
  during?: Happening;
}

/** A reader, and the connection whose peer the check plays. */
export interface Subject {
  reader: TimedReading;
  conn: FakeConn | ShortConn;
  timers: TimerWatch;
  trial: Trial;
  /** What a failure means, whatever it is. */
  probe?: Advice;
  /** What it returned, and what that was then. */
  returned: [piece: Uint8Array, then: Uint8Array][];
}

type Reading = PromiseSettledResult<Uint8Array | null | "timeout">;

/** Goes through a story. */
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
        "After its deadline, the first read is still pending. If you start " +
        "a second one, either may take the next bytes, and their order is a " +
        "matter of luck. Start a read only if none is pending.",
      read: LOSES,
    });
  }
}

/** Lets something happen on the connection. */
export function happens({ conn }: Subject, what: Happening): void {
  if (!(conn instanceof FakeConn)) return;
  if (what === null) conn.peerEnds();
  else if (what === RESET) conn.peerResets();
  else conn.peerSends(what as Uint8Array | string);
}

/** Expects the bytes, the end, or the failure. */
export async function gives(
  subject: Subject,
  due: Happening,
  ms = LONG_MS,
): Promise<void> {
  if (due === null) return givesEnd(subject, await read(subject, ms));
  if (due === RESET) return throwsReset(subject, await read(subject, ms));
  const { trial, conn, probe, returned } = subject;
  let missing = toBytes(due as Uint8Array | string);
  while (missing.length > 0) {
    const value = valueOf(subject, await read(subject, ms));
    if (!(value instanceof Uint8Array) || value.length === 0) {
      fail(subject, {
        problem: "Bytes have arrived, but read() returned something else.",
        likely: value === "timeout"
          ? "They're lost: the read that you gave up on was still pending, and " +
            "took them. Keep its promise until a call has returned what it " +
            "brought, and let the next call await it instead of starting another."
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
        ? "A pending read fills the buffer that it was started with. If a later " +
          "call makes another one, that stays empty: keep the buffer along with " +
          "the promise."
        : "Return each byte once, in order, and nothing else: forget a read " +
          "when a call has returned what it brought. Only the first `count` " +
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
    problem: "The peer has ended its side, but read() doesn't say so.",
    likely:
      "At the end, the read that you kept gives null, and so does every " +
      "later one. That's neither a timeout nor an empty array, and a test such " +
      "as `if (!count)` confuses it with them.",
  });
}

function throwsReset({ trial }: Subject, reading: Reading): void {
  if (reading.status === "fulfilled") {
    return trial.fail({
      problem: `The connection was reset, but read() returned ${
        shown(reading.value)
      }.`,
      expected: "ConnectionReset, thrown",
      likely: "The error got lost. Keep the promise of the read, and let the " +
        "next call await it: then it throws. A reset isn't the end of the " +
        "stream: bytes may be missing.",
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

/** Lets a read time out, and not too early. */
async function timesOut(subject: Subject): Promise<void> {
  const start = performance.now();
  const value = valueOf(subject, await read(subject, SHORT_MS));
  const tookMs = performance.now() - start;
  subject.trial.equal(value, "timeout", {
    problem: 'Nothing arrived in time, but read() didn\'t return "timeout".',
    likely: value === null
      ? "null means that the peer has ended its side, and it hasn't."
      : "Return the string; forget a read when a call has returned what it " +
        "brought.",
    ...subject.probe,
  });
  if (tookMs > SHORT_MS - EARLY_MS) return;
  fail(subject, {
    problem: `read(${SHORT_MS}) gave up after ${tookMs.toFixed(1)} ms.`,
    likely:
      "Wait for the whole time, in each call anew: bytes may still arrive.",
  });
}

/** Calls read(), and requires that it leaves nothing behind. */
async function read(subject: Subject, ms: number): Promise<Reading> {
  const { reader, timers, trial, conn, probe } = subject;
  const { length } = timers.started;
  const reading = outcomeOf(() => reader.read(ms));
  const delays = timers.started.slice(length);
  const outcome = await trial.waitFor(reading, {
    waitingFor: `read(${ms}) to return or throw`,
    likely: ms > SHORT_MS
      ? "Something has arrived. Did an earlier read, which you gave up on, take " +
        "it? And is `ms` the longest time to wait, not the shortest?"
      : 'The deadline has passed, so read() must return "timeout". You can\'t cut ' +
        "short an `await` of the read itself, but you can race it against a timer.",
    read: ms > SHORT_MS ? LOSES : KEEP,
    ...probe,
  });
  if (conn.closed) {
    fail(subject, {
      problem: "read() closed the connection.",
      likely:
        "Closing it cancels the read, but it also ends the conversation: " +
        "let the read go on, and keep it for the next call. conn.readable closes " +
        "the connection at the end of its stream, and `using` at the end of its " +
        "block, where the caller may still write.",
    });
  }
  if (timers.runningCount > 0) fail(subject, PROBES.timer(`read(${ms})`));
  if (delays.length === 1 && delays[0] !== ms) {
    fail(subject, {
      problem: `read(${ms}) started a timer of ${delays[0]} ms.`,
      likely:
        "The caller says how long to wait, in milliseconds: pass `ms` on as " +
        "it is.",
    });
  }
  return outcome;
}

/** What read() returned; it must not throw. */
function valueOf({ trial, probe }: Subject, reading: Reading): unknown {
  if (reading.status === "fulfilled") return reading.value;
  trial.failThrown("read()", reading.reason, {
    likely: "Neither a timeout nor the end is a failure here: return " +
      '"timeout" or null. Only an error of the connection is thrown.',
    ...probe,
  });
}

function fail(
  subject: Subject,
  failure: Advice & { problem: string },
): never {
  subject.trial.fail({ ...failure, ...subject.probe });
}
