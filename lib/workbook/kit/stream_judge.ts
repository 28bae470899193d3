import { counted } from "../../show/counted.ts";
import { FakeConn } from "./fake_conn.ts";
import {
  type ErrorClass,
  namesOf,
  PROBES,
  requireError,
  WRONG_CLASS,
} from "./probes.ts";
import type { StreamLine } from "./stream_reader.ts";
import {
  endOf,
  type StreamAnswer,
  type StreamCase,
  type StreamResult,
  type StreamRun,
} from "./stream_types.ts";
import type { TimerWatch } from "./timer_watch.ts";
import type { Advice, Trial } from "./trial.ts";
import { differenceAt, shown, toBytes } from "./values.ts";

/** Judges an answer's results, and explains what's wrong. */
export class StreamJudge {
  readonly #trial: Trial;
  readonly #answer: StreamAnswer;
  readonly #timers: TimerWatch;
  readonly #call: string;
  readonly #what: string;
  /** Earlier right values, and copies that they must still equal. */
  #earlier: [value: unknown, due: unknown][] = [];

  /** Starts to watch all runs. */
  constructor(trial: Trial, answer: StreamAnswer, timers: TimerWatch) {
    this.#trial = trial;
    this.#answer = answer;
    this.#timers = timers;
    this.#call = `${answer.name}()`;
    this.#what = answer.what ?? "value";
  }

  /** Returns whether a value differs from the expected one. */
  differs(value: unknown, due: unknown): boolean {
    return differenceAt(this.#see(value), due) !== undefined;
  }

  /**
   * Returns the diagnosis of an answer that waits although it doesn't need to.
   */
  whyWaiting({ one, run }: StreamLine): Partial<Advice> & { likely: string } {
    return run.probe ??
      this.#advice(one, { values: [], then: "waiting" }, {});
  }

  /**
   * Rejects the answer unless its results are right and it left nothing behind.
   */
  judge(line: StreamLine, result: StreamResult): void {
    const { one, run } = line;
    const { values: due = [] } = one;
    // All but the last were right when they arrived.
    this.#requireUnchanged(result.values.slice(0, -1), due);
    const advice = run.probe ?? this.#advice(one, result, run);
    const end = endOf(one);
    const isRight = result.values.length === due.length &&
      !result.values.some((value, i) => this.differs(value, due[i]));
    const ended = typeof end === "string" && end === result.then;
    if (!isRight || !ended) {
      this.#requireRoom(line);
      if (this.#answer.conn !== "closed" && endedBoth(line)) {
        this.#trial.fail(this.#closed(line));
      }
      if (result.then === "error") {
        if (isRight && typeof end !== "string") {
          this.#requireClass(line, result.error, end, advice);
        } else {
          this.#failThrown(line, result.error, advice);
        }
      } else {
        this.#failMismatch(one, result, advice);
      }
    }
    this.requireTidy(line, result.then);
    this.#requireUnchanged(result.values, due);
    this.#earlier = result.values.map((value, i) => [value, due[i]]);
  }

  /** Rejects the answer if it allocated too much. */
  requireLittleRoom({ one, run }: StreamLine, size: number): void {
    const { maxRoom = Infinity, read } = one;
    if (size <= maxRoom) return;
    this.#trial.fail({
      ...PROBES.tooMuchRoom(this.#call),
      ...read && { read },
      ...run.probe,
      expected: "no array of that size",
      received: `an array of ${counted(size, "byte")}`,
    });
  }

  /** Rejects the answer if it left something behind. */
  requireTidy(line: StreamLine, then: StreamResult["then"] | "left"): void {
    const { one, conn, args, run: { probe, atOnce } } = line;
    const { conn: must = "open", readClosing } = this.#answer;
    const hasTimer = !atOnce && this.#timers.runningCount > 0;
    const isBroken = one.then === "reset" || one.breakAt !== undefined;
    // Deno's own streams close a failed connection, which is fine.
    const mayBeClosed = isBroken &&
      !(conn instanceof FakeConn && !conn.closedByStream);
    if (then !== "waiting") {
      if (must === "open" && conn.closed && !mayBeClosed) {
        this.#trial.fail(this.#closed(line));
      }
      if (must === "closed" && !conn.closed) {
        const due = PROBES.stillOpen(this.#call);
        this.#trial.fail({
          ...due,
          problem: conn.writeEnded
            ? due.problem.replace(/\.$/, ": you closed only your side of it.")
            : due.problem,
          ...isBroken && {
            likely:
              "If a call throws, your code never reaches a close() after " +
              "it. Declare the connection with `using`, or close it in a " +
              "`finally` block.",
          },
          ...readClosing && { read: readClosing },
          ...probe,
        });
      }
      if (hasTimer) {
        this.#trial.fail({ ...PROBES.timer(this.#call), ...probe });
      }
    } else if (hasTimer) {
      this.#trial.fail(PROBES.polling(this.#call));
    }
    if (differenceAt(args, one.args ?? [], { exact: true }) !== undefined) {
      this.#trial.fail({
        ...PROBES.inputs(this.#call),
        expected: shown(one.args),
        received: shown(args),
      });
    }
    if (conn instanceof FakeConn) this.#requireBytes(line, conn, then);
  }

  /** Rejects the answer unless it sent exactly the expected bytes. */
  requireSent({ one, run }: StreamLine, sent: Uint8Array): void {
    const due = toBytes(one.writes ?? "");
    const advice = run.probe ?? this.#answer.explainSent?.(sent, due, one) ??
      (due.length === 0
        ? "Your function should only read. Everything it writes goes to " +
          "the peer."
        : "write() returns how many bytes it took. Write the rest until " +
          "nothing is left, and don't write anything else.");
    this.#trial.equalBytes(sent, due, {
      problem: `${this.#call} sent ` +
        (due.length === 0
          ? `${counted(sent.length, "byte")}, but it should send nothing.`
          : sent.length === due.length
          ? "the wrong bytes."
          : sent.length > due.length
          ? `more than the expected ${counted(due.length, "byte")}.`
          : `only ${sent.length} of ${counted(due.length, "byte")}.`),
      likely: "",
      ...typeof advice === "string" ? { likely: advice } : advice,
    });
  }

  #requireBytes(
    line: StreamLine,
    conn: FakeConn,
    then: StreamResult["then"] | "left",
  ): void {
    const { leaves, afterEnd, breakAt } = line.one;
    const { conn: must = "open" } = this.#answer;
    const isDone = then !== "waiting" && !conn.closed;
    if (conn.overlappedWrites) {
      this.#trial.fail(PROBES.overlappedWrites(this.#call));
    }
    if (isDone && conn.pendingWrites > 0) {
      this.#trial.fail(PROBES.pendingWrite(this.#call));
    }
    this.requireSent(line, conn.written);
    if (must === "open" && conn.writeEnded && !afterEnd) {
      this.#trial.fail(PROBES.endedSide(this.#call));
    }
    if (leaves !== undefined) {
      const advice = PROBES.tookTooMuch(this.#call);
      this.#trial.equalBytes(conn.unreadBytes, toBytes(leaves), advice);
    }
    // If a connection can't be written to, a read returns nothing anyway.
    if (isDone && conn.pendingReads > 0 && breakAt === undefined) {
      this.#trial.fail(PROBES.pendingRead(this.#call));
    }
  }

  /**
   * Returns the diagnosis of a read into an empty buffer, which explains
   * everything after it.
   */
  #requireRoom({ conn }: StreamLine): void {
    if (conn.emptyReads > 0) this.#trial.fail(PROBES.emptyBuffer(this.#call));
  }

  #requireClass(
    line: StreamLine,
    error: unknown,
    due: ErrorClass[],
    advice: Partial<Advice>,
  ): void {
    // A plain text is for a missing error, but this is an error of the wrong
    // class.
    const likely = typeof line.one.likely === "string"
      ? WRONG_CLASS
      : advice.likely || WRONG_CLASS;
    requireError(this.#trial, this.#call, error, due, { ...advice, likely });
  }

  #failThrown(
    line: StreamLine,
    error: unknown,
    advice: Partial<Advice>,
  ): never {
    const { conn: must = "open" } = this.#answer;
    const usedClosed = line.conn.closed && must === "open" &&
      (error instanceof Deno.errors.BadResource ||
        error instanceof Deno.errors.Interrupted);
    if (usedClosed) this.#trial.fail(this.#closed(line), { cause: error });
    const { expected: _, received: __, likely, ...rest } = advice;
    // Without a diagnosis, the trial says where to look.
    this.#trial.failThrown(this.#call, error, {
      ...rest,
      ...likely && { likely },
    });
  }

  #closed(line: StreamLine): Advice & { problem: string } {
    return {
      problem: `${this.#call} closed the connection.`,
      likely: endedBoth(line)
        ? "close() ends both directions, so you can't read the answer. " +
          "Closing conn.writable does the same. To end only your side, call " +
          "closeWrite()."
        : "The caller opened it and still needs it, even after an error. " +
          "If you didn't call close(), a stream did: conn.readable closes " +
          "the connection when it ends and when you leave a loop over it, " +
          "and so does conn.writable, for example at the end of pipeTo().",
    };
  }

  #failMismatch(
    one: StreamCase,
    result: StreamResult,
    advice: Partial<Advice> & { likely: string },
  ): never {
    const at = result.values.length - 1;
    const [received, due] = [this.#see(result.values[at]), one.values?.[at]];
    if (received instanceof Uint8Array && due instanceof Uint8Array) {
      this.#trial.equalBytes(received, due, advice);
    }
    this.#trial.fail({ ...this.#mismatch(one, result), ...advice });
  }

  /** Describes a result next to the expected one. */
  #mismatch(one: StreamCase, { values, then }: StreamResult) {
    const { values: due = [] } = one;
    const what = this.#what;
    const at = values.findIndex((value, i) =>
      i >= due.length || this.differs(value, due[i])
    );
    const end = endOf(one);
    const wanted = end === "end"
      ? "the end"
      : end === "waiting"
      ? "to wait for more"
      : end === "more"
      ? ""
      : namesOf(end);
    const list = (all: unknown[]) =>
      shown(all.length <= 4 ? all : all.slice(Math.max(at, 0), at + 4), 60);
    if (at !== -1 && at < due.length) {
      return {
        problem: `${capital(what)} ${at + 1} is wrong.`,
        expected: list(due),
        received: list(values.map((value) => this.#see(value))),
      };
    }
    if (at !== -1) {
      return {
        problem: end === "waiting"
          ? `${this.#call} returned a ${what}, but it should wait for more ` +
            "bytes."
          : typeof end === "string"
          ? `${this.#call} returned more than ${counted(due.length, what)}.`
          : `${this.#call} returned ${withArticle(what)}, but it should ` +
            `throw ${wanted}.`,
        expected: wanted,
        received: shown(this.#see(values[at]), 60),
      };
    }
    const isShort = values.length < due.length;
    const did = then === "end"
      ? `ended after ${counted(values.length, what)}`
      : "read everything that arrived and is waiting for more";
    return {
      problem: isShort
        ? `${this.#call} ${did}; expected ${due.length}.`
        : `${this.#call} ${did}; expected ${wanted}.`,
      expected: isShort ? list(due) : wanted,
      received: isShort
        ? list(values.map((value) => this.#see(value)))
        : then === "end"
        ? "the end"
        : "nothing",
    };
  }

  #advice(
    one: StreamCase,
    result: StreamResult,
    { likely = one.likely }: StreamRun,
  ): Partial<Advice> & { likely: string } {
    const advice = this.#answer.explain?.(result, one) ??
      (typeof likely === "function" ? likely(result) : likely);
    const base = { likely: "", ...one.read && { read: one.read } };
    return typeof advice === "string"
      ? { ...base, likely: advice }
      : { ...base, ...advice };
  }

  #requireUnchanged(values: unknown[], due: unknown[]): void {
    const pairs = values.map((value, i) => [value, due[i]]);
    for (const [value, one] of [...this.#earlier, ...pairs]) {
      if (!this.differs(value, one)) continue;
      this.#trial.fail({
        ...PROBES.unchanged(this.#call),
        expected: shown(one),
        received: shown(this.#see(value)),
      });
    }
  }

  #see(value: unknown): unknown {
    const { see } = this.#answer;
    if (see === undefined) return value;
    try {
      return see(value);
    } catch {
      // The value isn't of the kind that the author expected, so show it as it
      // is.
      return value;
    }
  }
}

function withArticle(noun: string): string {
  return `${/^[aeiou]/.test(noun) ? "an" : "a"} ${noun}`;
}

function capital(text: string): string {
  return text[0].toUpperCase() + text.slice(1);
}

/**
 * Returns whether the answer closed the connection instead of ending only its
 * side.
 */
function endedBoth({ one, conn }: StreamLine): boolean {
  return Boolean(one.afterEnd) && conn.closed && !conn.writeEnded;
}
