import { counted } from "../../show/counted.ts";
import type {
  DatagramAnswer,
  DatagramCase,
  DatagramResult,
} from "./datagram_types.ts";
import type { FakeSocket } from "./fake_socket.ts";
import { namesOf, PROBES, requireError, WRONG_CLASS } from "./probes.ts";
import type { TimerWatch } from "./timer_watch.ts";
import type { Advice, Trial } from "./trial.ts";
import { differenceAt, shown, toBytes } from "./values.ts";

/** A finished run. */
export interface DatagramRun {
  /** The case. */
  one: DatagramCase;
  /** The answer's arguments, and the values that they must still have. */
  args: [given: unknown[], due: unknown[]];
  /** The answer's socket. */
  socket: FakeSocket;
  /** The diagnosis if this run fails, which takes precedence over any other. */
  probe?: Advice;
  /** Whether other calls are in progress, with their own timers. */
  atOnce?: boolean;
}

/** Judges how an answer used datagrams, and explains what's wrong. */
export class DatagramJudge {
  readonly #trial: Trial;
  readonly #answer: DatagramAnswer;
  readonly #timers: TimerWatch;
  readonly #name: string;

  /** Starts to watch all runs. */
  constructor(trial: Trial, answer: DatagramAnswer, timers: TimerWatch) {
    this.#trial = trial;
    this.#answer = answer;
    this.#timers = timers;
    this.#name = `${answer.name}()`;
  }

  /**
   * Rejects the answer unless it did what the case expects, and left nothing
   * behind.
   */
  judge(run: DatagramRun, result: DatagramResult): void {
    const { one, probe, socket } = run;
    const advice = probe ?? this.advice(one, result);
    const hasMany = socket.mostPendingReceives > 1 && !run.atOnce;
    if (result.then === "waiting" && hasMany) {
      this.#trial.fail(MANY_RECEIVES(this.#name, socket.mostPendingReceives));
    }
    if (result.then === "error" && one.throws === undefined) {
      const { likely, ...rest } = advice;
      const known = likely === "" ? rest : advice;
      this.#trial.failThrown(this.#name, result.error, known);
    }
    this.#requireSent(one, result, advice);
    this.#requireResult(one, result, advice);
    this.#requireTidy(run, result);
  }

  /** Requires that an earlier result hasn't changed. */
  requireUnchanged(one: DatagramCase, { then, value }: DatagramResult): void {
    if (then !== "value" || !("returns" in one)) return;
    if (differenceAt(this.#see(value), one.returns) === undefined) return;
    this.#trial.fail({
      ...PROBES.unchanged(this.#name),
      expected: forReport(one.returns),
      received: forReport(this.#see(value)),
    });
  }

  /** Returns the diagnosis of a wrong result. */
  advice(one: DatagramCase, result: DatagramResult): Advice {
    const { likely, read } = one;
    const advice = this.#answer.explain?.(result, one) ??
      (typeof likely === "function" ? likely(result) : likely);
    const base = { likely: "", ...read && { read } };
    return typeof advice === "string"
      ? { ...base, likely: advice }
      : { ...base, ...advice };
  }

  #requireSent(
    { sends = [] }: DatagramCase,
    { sent }: DatagramResult,
    advice: Advice,
  ): void {
    const { seeSent = (bytes: Uint8Array) => bytes } = this.#answer;
    for (const [i, { message, to }] of sends.entries()) {
      if (sent[i] === undefined) break;
      this.#trial.equal(seeSent(sent[i].message), seeSent(toBytes(message)), {
        problem: `${this.#name} sent the wrong bytes in datagram ${i + 1}.`,
        ...advice,
      });
      this.#trial.equal(sent[i].addr, to, {
        problem: `${this.#name} sent datagram ${i + 1} to the wrong address.`,
        ...advice,
      });
    }
    if (sent.length === sends.length) return;
    this.#trial.fail({
      problem: `${this.#name} sent ${counted(sent.length, "datagram")}, ` +
        `but it should send ${sends.length}.`,
      ...advice,
    });
  }

  #requireResult(
    one: DatagramCase,
    { then, value, error }: DatagramResult,
    advice: Advice,
  ): void {
    const due = [one.throws ?? []].flat();
    if (then === "error") {
      // A plain text is for a missing error, but this is an error of the wrong
      // class.
      const likely = typeof one.likely === "string"
        ? WRONG_CLASS
        : advice.likely || WRONG_CLASS;
      const all = { ...advice, likely };
      requireError(this.#trial, this.#name, error, due, all);
    } else if (then === "waiting" && !one.waits) {
      this.#trial.fail({
        problem:
          `${this.#name} is waiting for another datagram, but no more will ` +
          "arrive.",
        ...advice,
      });
    } else if (then === "value" && (one.waits || due.length > 0)) {
      this.#trial.fail({
        problem: `${this.#name} returned, but it shouldn't.`,
        expected: one.waits ? "to wait for a datagram" : namesOf(due),
        received: shown(this.#see(value)),
        ...advice,
      });
    } else if (then === "value" && "returns" in one) {
      this.#trial.equal(this.#see(value), one.returns, advice);
    }
  }

  #requireTidy(
    { one, args, socket, atOnce }: DatagramRun,
    result: DatagramResult,
  ) {
    if (socket.closed) {
      this.#trial.fail({
        problem: `${this.#name} closed the socket.`,
        likely: "The caller opened it and still needs it for the next " +
          "call. To leave a loop over the socket, use `return` or `break`.",
      });
    }
    const mayLeave = one.waits ||
      result.then === "error" && this.#answer.mayLeaveReceive;
    if (socket.pendingReceives > 0 && !mayLeave) {
      this.#trial.fail(LEFT_RECEIVE(this.#name));
    }
    if (!atOnce && !one.waits && this.#timers.runningCount > 0) {
      this.#trial.fail(PROBES.timer(this.#name));
    }
    const [given, due] = args;
    if (differenceAt(given, due, { exact: true }) !== undefined) {
      this.#trial.fail({
        ...PROBES.inputs(this.#name),
        expected: shown(due),
        received: shown(given),
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

const LEFT_RECEIVE = (name: string) => ({
  problem: `${name} is done, but one of its receives is still waiting.`,
  likely:
    "That receive takes the next datagram, and your program loses it: you " +
    "can't cancel a receive, not even with Promise.race(). Start one only " +
    "when you need another datagram, after you've sent yours, and await it " +
    "before you go on.",
});

const MANY_RECEIVES = (name: string, count: number) => ({
  problem: `${name} had ${count} receives waiting at the same time.`,
  likely:
    "A receive that you gave up on still takes the next datagram, and your " +
    "program loses it: you can't cancel a receive, not even with " +
    "Promise.race(). Await each one before you start the next.",
});

/**
 * Returns bytes unchanged, to be shown as a hex dump, and anything else as
 * text.
 */
function forReport(value: unknown): Uint8Array | string {
  return value instanceof Uint8Array ? value : shown(value, 200);
}
