import { counted } from "../../show/counted.ts";
import { CheckFailed, type Failure } from "./check_failed.ts";
import { Misuse, onMisuse } from "./misuse.ts";
import {
  ANSWER_FILES,
  callOf,
  isSlip,
  meaningOf,
  placeInAnswer,
} from "./place.ts";
import { every } from "./own_timers.ts";
import { settle } from "./settle.ts";
import { differenceAt, type EqualOptions, shown } from "./values.ts";

/** Options for a {@linkcode Trial}. */
export interface TrialOptions {
  /**
   * The most time that one wait may last before the step counts as stalled, in
   * milliseconds.
   *
   * @default 3000
   */
  stallMs?: number;
  /**
   * Called at the start of each step, with the step's name and the diagnosis if
   * the answer blocks the event loop in it.
   */
  onStep?: (step: string, ifEndless?: EndlessAdvice) => void;
  /**
   * A pattern for the addresses of files that hold answers: errors from these
   * files are reported with their place.
   *
   * @default {ANSWER_FILES}
   */
  files?: RegExp;
}

/** A failure. Without its own `read`, the exercise's heading is used. */
export type TrialFailure = Omit<Failure, "read"> & { read?: string };

/** The diagnosis of a failed comparison. */
export type Advice = Omit<TrialFailure, "problem"> & { problem?: string };

/** The diagnosis if an answer blocks the event loop in a step. */
export interface EndlessAdvice {
  /** The likely cause, and what to do. */
  likely: string;
  /** The heading in the README that explains it. */
  read: string;
}

/** A function that explains an error, if it has a particular meaning. */
export type Explain = (error: unknown) => TrialFailure | undefined;

/** An event to wait for, and the diagnosis if it doesn't happen. */
export interface Wait {
  /**
   * Ends the sentence "Timed out, waiting for …"; a function can say how much
   * has arrived.
   */
  waitingFor: string | (() => string);
  /** The likely cause; a function can look at what has arrived. */
  likely: string | (() => string);
  /**
   * The heading in the README that explains it, or a function that returns it.
   */
  read?: string | (() => string);
}

/**
 * One run of a check against one answer.
 *
 * A check uses it to name its steps (`step`), to start the learner's code
 * (`start`), to wait for events (`waitFor`), and to fail (`fail`, `equal`,
 * `equalBytes`). It never sleeps: each wait ends with its event, with an error
 * of the learner's code, or at the deadline, which names the step that stalled.
 */
export class Trial {
  readonly #read: string;
  readonly #stallMs: number;
  readonly #onStep: NonNullable<TrialOptions["onStep"]>;
  readonly #files: RegExp;
  readonly #steps: string[] = [];
  readonly #cleanUps: (() => unknown)[] = [];
  readonly #broken = Promise.withResolvers<never>();
  #movements = 0;
  #explainForgotten: Explain = () => undefined;

  /**
   * Starts a run.
   *
   * @param read The README heading for failures that don't name one.
   * @param options The deadline, the callback for steps, and the learner's
   * files.
   */
  constructor(read: string, options: TrialOptions = {}) {
    this.#read = read;
    this.#stallMs = options.stallMs ?? 3000;
    this.#onStep = options.onStep ?? (() => {});
    this.#files = options.files ?? ANSWER_FILES;
    this.#broken.promise.catch(() => {});
  }

  /**
   * Names the check's next step, which the report shows with its number.
   *
   * @param text The step, in the present tense: `a client connects`.
   * @param ifEndless The diagnosis if the answer blocks the event loop in this
   * step. The parent process reports it then.
   */
  step(text: string, ifEndless?: EndlessAdvice): void {
    this.#steps.push(text);
    this.#onStep(text, ifEndless);
  }

  /**
   * Rejects the answer.
   *
   * @param failure The reason for the failure.
   * @param options `cause`: the error that caused it.
   * @throws {CheckFailed} Always.
   */
  fail(failure: TrialFailure, options?: ErrorOptions): never {
    throw this.#failed(failure, options);
  }

  /**
   * Rejects the answer unless two values are equal, by {@linkcode differenceAt}:
   * bytes by content, objects by the fields of the expected one.
   *
   * @param received The answer's value.
   * @param expected The right value.
   * @param advice The diagnosis if they differ.
   * @param options Whether extra fields are allowed.
   * @throws {CheckFailed} If they differ.
   */
  equal(
    received: unknown,
    expected: unknown,
    advice: Advice,
    options?: EqualOptions,
  ): void {
    const at = differenceAt(received, expected, options);
    if (at === undefined) return;
    if (received instanceof Uint8Array && expected instanceof Uint8Array) {
      this.equalBytes(received, expected, advice);
    }
    const place = at === "" ? "" : ` at ${at}`;
    this.fail({
      problem: `The result is wrong${place}.`,
      ...advice,
      expected: shown(expected, 200),
      received: shown(received, 200),
    });
  }

  /**
   * Rejects the answer unless two byte strings are the same.
   *
   * @param received The answer's value.
   * @param expected The right value.
   * @param advice The diagnosis if they differ; the default problem names the
   * first byte that differs.
   * @throws {CheckFailed} If they differ.
   */
  equalBytes(received: Uint8Array, expected: Uint8Array, advice: Advice): void {
    const problem = bytesProblem(received, expected);
    if (problem === undefined) return;
    this.fail({ problem, ...advice, expected, received });
  }

  /**
   * Starts the learner's code and watches it: if it throws, the check fails
   * immediately, whatever it's waiting for. A slip, such as a misspelled name,
   * is reported with its line, whatever the advice.
   *
   * @param name The function's name, for the report.
   * @param run A function that calls it.
   * @param advice The diagnosis if it throws, if there is a particular one.
   * @returns Resolves to the code's result.
   */
  start<V>(
    name: string,
    run: () => V | Promise<V>,
    advice: Explain = () => undefined,
  ): Promise<V> {
    const result = (async () => {
      try {
        return await run();
      } catch (error) {
        const failure = this.#failed(
          this.#explained(`${name}()`, error, advice),
          { cause: error },
        );
        this.#broken.reject(failure);
        throw failure;
      }
    })();
    result.catch(() => {});
    return result;
  }

  /**
   * Waits for an event that the learner's code should cause.
   *
   * @param event Settles when the event happens.
   * @param wait The event's name, and the diagnosis if it doesn't happen.
   * @returns The event's result.
   * @throws {CheckFailed} If the event doesn't happen in time, if it fails, or
   * if code started with `start` throws meanwhile.
   */
  async waitFor<V>(event: Promise<V>, wait: Wait): Promise<V> {
    event.catch(() => {});
    this.progress();
    const stalled = Promise.withResolvers<never>();
    // Count ticks instead of using the clock: after a pause of the machine, the
    // answer has had no time to continue.
    let [ticks, seen] = [0, this.#movements];
    const endWatch = every(this.#stallMs / TICKS_OF_STALL, () => {
      if (seen !== this.#movements) [ticks, seen] = [0, this.#movements];
      if (++ticks <= TICKS_OF_STALL) return;
      stalled.reject(this.#failed({
        ...advise(wait),
        problem: `Timed out after ${this.#stallMs / 1000} s, waiting for ` +
          `${asked(wait.waitingFor)}.`,
      }));
    });
    try {
      return await Promise.race([event, this.#broken.promise, stalled.promise]);
    } catch (error) {
      if (error instanceof CheckFailed) throw error;
      // The learner's own error explains more than its effect on the peer.
      await this.#hearOut();
      const problem = `${nameOf(error)}, while waiting for ` +
        `${asked(wait.waitingFor)}.`;
      throw this.#failed(
        this.#placed(error, {
          ...isSlip(error, this.#files)
            ? { likely: this.#whereToLook(error) }
            : advise(wait),
          problem,
        }),
        { cause: error },
      );
    } finally {
      endWatch();
    }
  }

  /**
   * Rejects the answer if an error is a slip, such as a misspelled name. For
   * checks that expect an error, so that they don't accept a slip instead.
   *
   * @param what The start of the sentence "… threw …": the function's name or
   * the call.
   * @param error The value that the answer threw.
   * @throws {CheckFailed} If the error is a slip.
   */
  failOnSlip(what: string, error: unknown): void {
    if (error instanceof Misuse) this.fail(this.#misused(error));
    if (!isSlip(error, this.#files)) return;
    this.fail(this.#threw(what, error), { cause: error });
  }

  /**
   * Rejects the answer for an unexpected error: with its line if it's a slip,
   * and otherwise with the advice.
   *
   * @param what The start of the sentence "… threw …": the function's name or
   * the call.
   * @param error The value that the answer threw.
   * @param advice The diagnosis, if there is a particular one.
   * @throws {CheckFailed} Always.
   */
  failThrown(
    what: string,
    error: unknown,
    advice: Partial<Advice> = {},
  ): never {
    const threw = this.#threw(what, error);
    this.fail(
      this.#explained(what, error, () => ({ ...threw, ...advice })),
      { cause: error },
    );
  }

  /**
   * Formats an answer's error in one line, without its stack.
   *
   * @param error The value that the answer threw.
   * @returns Its name, its message, and its place in the learner's file.
   */
  describe(error: unknown): string {
    const place = placeInAnswer(error, this.#files);
    return `${nameOf(error)}${place && ` (at ${place})`}`;
  }

  /**
   * Sets the diagnosis for a rejected promise that the answer started and
   * didn't await. The check fails immediately in any case.
   *
   * @param explain Explains the error, if it has a particular meaning.
   */
  onForgotten(explain: Explain): void {
    this.#explainForgotten = explain;
  }

  /** Reports progress: the current wait starts over. */
  progress(): void {
    this.#movements++;
  }

  /**
   * Closes something when the check ends, however it ends.
   *
   * @param resource The resource to close, which may already be closed.
   * @returns The same resource.
   */
  use<R extends { close(): unknown }>(resource: R): R {
    this.#cleanUps.push(() => resource.close());
    return resource;
  }

  /**
   * Runs the author's check, and turns every failure into a CheckFailed.
   *
   * @param check The check.
   * @throws {CheckFailed} If the check fails in any way.
   */
  async guard(check: () => Promise<void>): Promise<void> {
    // If the answer doesn't await a promise, only the global object is told
    // about its rejection.
    const onForgotten = (event: PromiseRejectionEvent) => {
      event.preventDefault();
      const { reason } = event;
      const failure = isSlip(reason, this.#files)
        ? { ...forgotten(reason), likely: this.#whereToLook(reason) }
        : this.#explainForgotten(reason) ?? closedUnderWay(reason) ??
          forgotten(reason);
      this.#broken.reject(
        this.#failed(this.#placed(reason, failure), { cause: reason }),
      );
    };
    globalThis.addEventListener("unhandledrejection", onForgotten);
    // The answer may catch the error and continue.
    const endMisuse = onMisuse((error) =>
      this.#broken.reject(this.#failed(this.#misused(error), { cause: error }))
    );
    try {
      const done = check();
      done.catch(() => {});
      await Promise.race([done, this.#broken.promise]);
      // Rejections are reported late, so wait for those of the last step.
      await this.#hearOut();
    } catch (error) {
      // An unhandled rejection explains more than its effect.
      await this.#hearOut();
      if (error instanceof CheckFailed) throw error;
      throw this.#failed(this.#explained("It", error), { cause: error });
    } finally {
      endMisuse();
      globalThis.removeEventListener("unhandledrejection", onForgotten);
    }
  }

  /** Closes everything passed to `use`, the newest first. */
  async cleanUp(): Promise<void> {
    // Code that the answer left waiting fails now, after the verdict. That
    // mustn't end the process or affect the next exercise.
    const ignore = (event: Event) => event.preventDefault();
    for (const kind of FAILURES) globalThis.addEventListener(kind, ignore);
    try {
      for (const cleanUp of this.#cleanUps.reverse()) {
        try {
          await cleanUp();
        } catch {
          // The answer has already closed it.
        }
      }
      await settle();
    } finally {
      for (const kind of FAILURES) globalThis.removeEventListener(kind, ignore);
    }
  }

  /** Waits for an error of the answer that is about to arrive. */
  async #hearOut(): Promise<void> {
    await settle();
    await Promise.race([this.#broken.promise, undefined]);
  }

  /** Explains an error: with its line if it's a slip. */
  #explained(
    what: string,
    error: unknown,
    advice: Explain = () => undefined,
  ): TrialFailure {
    const place = placeInAnswer(error, this.#files);
    const notAllowed = refused(what, error, place);
    if (notAllowed !== undefined) return notAllowed;
    if (error instanceof Misuse) return this.#misused(error);
    if (isSlip(error, this.#files)) return this.#threw(what, error);
    const failure = advice(error);
    return failure === undefined
      ? this.#threw(what, error)
      : this.#placed(error, failure);
  }

  #threw(what: string, error: unknown): TrialFailure {
    const place = placeInAnswer(error, this.#files);
    return {
      problem: `${what} threw ${nameOf(error)}${place && ` at ${place}`}.`,
      likely: this.#whereToLook(error),
    };
  }

  /** Returns what to do about an error that the task doesn't explain. */
  #whereToLook(error: unknown): string {
    if (!(error instanceof Error)) {
      return "It isn't an Error, so it has no stack trace that says where " +
        "it was thrown. Throw an Error object instead.";
    }
    const isPlaced = placeInAnswer(error, this.#files) !== "";
    const meaning = meaningOf(error);
    if (meaning !== undefined) {
      return `${isPlaced ? "Look at that line. " : ""}${meaning}`;
    }
    if (isPlaced) {
      return "Nothing in the task should make your code fail here. Look at " +
        "that line.";
    }
    const call = callOf(error);
    return `${call === "" ? "A call" : `The call of ${call}`} failed, and ` +
      "its stack trace has no line of yours. To find the call, print " +
      "something before and after each `await`.";
  }

  #misused(error: Misuse): TrialFailure {
    return this.#placed(error, {
      problem: `${error.message}.`,
      likely: error.advice,
    });
  }

  /** Adds the learner's line that an error comes from. */
  #placed(error: unknown, failure: TrialFailure): TrialFailure {
    const place = placeInAnswer(error, this.#files);
    if (place === "" || failure.problem.includes(place)) return failure;
    const problem = failure.problem.replace(/\.?$/, ` (at ${place}).`);
    return { ...failure, problem };
  }

  #failed(failure: TrialFailure, options?: ErrorOptions): CheckFailed {
    return new CheckFailed(
      { ...failure, read: failure.read || this.#read },
      [...this.#steps],
      options,
    );
  }
}

/** The events of unhandled errors: in promises, and in timers. */
const FAILURES = ["unhandledrejection", "error"];

function advise(wait: Wait): { likely: string; read?: string } {
  const likely = asked(wait.likely);
  return wait.read === undefined
    ? { likely }
    : { likely, read: asked(wait.read) };
}

/**
 * Returns a text. A function creates it only now, so it can say what has
 * arrived.
 */
function asked(text: string | (() => string)): string {
  return typeof text === "string" ? text : text();
}

/**
 * Explains an error of the sandbox's permissions, which isn't a fault in the
 * logic.
 */
function refused(
  what: string,
  error: unknown,
  place: string,
): TrialFailure | undefined {
  if (!(error instanceof Deno.errors.NotCapable)) return undefined;
  const [message] = error.message.split(", run again with");
  return {
    problem: `${what} threw NotCapable${place && ` at ${place}`}: ${message}.`,
    likely: message.includes('"unix:')
      ? "During a check, your code may open Unix sockets only at the paths " +
        "that the task names. Compare the path above with the one in the " +
        "task."
      : "During a check, your code may use loopback sockets only: no " +
        "files, no programs, no other machines. The task doesn't need them.",
  };
}

/**
 * The number of times that a wait looks for progress before it counts as
 * stalled.
 */
const TICKS_OF_STALL = 20;

function forgotten(error: unknown): TrialFailure {
  return {
    problem: "A promise that you didn't await was rejected: " +
      `${nameOf(error)}.`,
    likely: "Await it or return it, so that the caller gets the error. In " +
      "a normal program, an unhandled rejection ends the process.",
  };
}

/**
 * Explains a promise that wasn't awaited and failed because its socket was
 * closed.
 *
 * @param error The promise's error.
 * @param read The README heading to read; the exercise's own if not given.
 * @returns The failure, or `undefined` for any other error.
 */
export function closedUnderWay(
  error: unknown,
  read?: string,
): TrialFailure | undefined {
  if (
    !(error instanceof Deno.errors.Interrupted ||
      error instanceof Deno.errors.BadResource)
  ) return undefined;
  return {
    ...forgotten(error),
    likely: "You called close() while a write() or read() was still " +
      "waiting. Await it first.",
    ...read === undefined ? {} : { read },
  };
}

function nameOf(error: unknown): string {
  return shown(error, 200);
}

/**
 * Describes how two byte strings differ.
 *
 * @param received The answer's value.
 * @param expected The right value.
 * @returns A sentence, or `undefined` if they're the same.
 */
export function bytesProblem(
  received: Uint8Array,
  expected: Uint8Array,
): string | undefined {
  const at = firstDifference(received, expected);
  if (at === -1) return undefined;
  if (at < received.length && at < expected.length) {
    return `The bytes are wrong from byte ${at} on.`;
  }
  return `Expected ${
    counted(expected.length, "byte")
  }, got ${received.length}.`;
}

function firstDifference(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) if (a[i] !== b[i]) return i;
  return a.length === b.length ? -1 : shared;
}
