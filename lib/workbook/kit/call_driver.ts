import { CheckFailed } from "./check_failed.ts";
import {
  type ErrorClass,
  namesOf,
  PROBES,
  requireError,
  WRONG_CLASS,
} from "./probes.ts";
import type { TimerWatch } from "./timer_watch.ts";
import { type Advice, bytesProblem, type Trial } from "./trial.ts";
import { bytesIn, differenceAt, shown } from "./values.ts";

/** The result of one call. */
export interface CallResult {
  /** The returned value, unless it threw. */
  value?: unknown;
  /** The error that it threw. */
  error?: unknown;
}

/** The diagnosis of a wrong result: a text, or a function of the result. */
export type CallAdvice =
  | string
  | ((result: CallResult) => string | Partial<Advice> | undefined);

/** The expected result of a call, and the diagnosis of any other. */
export interface CallDue {
  /**
   * The call, for the report.
   *
   * @default {"parse(\"a\")"} The name, with the arguments.
   */
  label?: string;
  /** The expected value; without this and `throws`, any result is right. */
  returns?: unknown;
  /** Returns whether another result is also right. */
  // deno-lint-ignore no-explicit-any -- Each answer returns its own type.
  accepts?: (value: any) => boolean;
  /** The class of the error it should throw, or several acceptable ones. */
  throws?: ErrorClass | ErrorClass[];
  /** The likely cause of any other result, and what to do. */
  likely?: CallAdvice;
  /** The diagnosis if the returned promise never settles. */
  ifPending?: string;
  /** The heading in the README that explains it. */
  read?: string;
}

/** Options for judging an answer's results. */
export interface CallOptions {
  /** The name of the function or class. */
  name: string;
  /** Converts a result to the value that's compared, such as a sorted copy. */
  // deno-lint-ignore no-explicit-any -- Each answer returns its own type.
  see?: (value: any) => unknown;
  /** A diagnosis that takes precedence over the case's. */
  explain?: (
    result: CallResult,
    due: CallDue & { args: unknown[] },
  ) => string | Partial<Advice> | undefined;
  /**
   * Whether the answer returns a promise.
   *
   * @default false
   */
  async?: boolean;
  /**
   * Whether extra fields in a result are wrong.
   *
   * @default false
   */
  exact?: boolean;
  /**
   * Whether the answer must copy what it keeps or returns: in one pass, the
   * driver overwrites each call's bytes afterward.
   *
   * @default false
   */
  copies?: boolean;
  /**
   * Whether each result belongs to the caller, who may change it: for a class,
   * in one pass, the driver overwrites each result's bytes.
   *
   * @default false
   */
  givesAway?: boolean;
  /**
   * The diagnosis if a timer is left running.
   *
   * @default that of the probe
   */
  ifTimer?: string;
  /**
   * Whether two calls may return the same array or object.
   *
   * @default false
   */
  mayShare?: boolean;
}

/** The differences between one pass over a table and the plain one. */
export interface Pass {
  /** Transforms the arguments before each call. */
  args: (args: unknown[]) => unknown[];
  /**
   * The diagnosis if a result is right in a plain pass and wrong in this one.
   */
  probe?: (name: string) => Advice;
  /** Whether to overwrite the bytes in the arguments after each call. */
  overwrites?: boolean;
  /** Whether to overwrite the bytes in the result of each call. */
  spoils?: boolean;
  /** Whether other calls are in progress, with their own timers. */
  atOnce?: boolean;
}

/** A call of the function itself, or of an object's method. */
export interface PlannedCall extends CallDue {
  /** The call, for the report: `parse("a")`. */
  label: string;
  /** The arguments; each call gets a copy. */
  args: unknown[];
  /** Makes the call. */
  call: (...args: unknown[]) => unknown;
}

/** Makes calls of an answer, and judges each. */
export class CallDriver {
  readonly #trial: Trial;
  readonly #options: CallOptions;
  readonly #timers: TimerWatch;

  /** Starts to watch all calls. */
  constructor(trial: Trial, options: CallOptions, timers: TimerWatch) {
    this.#trial = trial;
    this.#options = options;
    this.#timers = timers;
  }

  /**
   * Makes one call, and judges the result and what happened to the arguments.
   */
  async run(one: PlannedCall, pass: Pass): Promise<unknown> {
    const args = pass.args(one.args);
    const result = await this.#call(one, args);
    this.#judge(one, result, pass);
    const changed = differenceAt(args, one.args, { exact: true });
    if (changed !== undefined) {
      this.#trial.fail({
        ...PROBES.inputs(one.label),
        ...compared(args, one.args, changed),
      });
    }
    if (pass.overwrites) {
      bytesIn(args).forEach((bytes) => bytes.fill(0x2a));
      this.requireUnchanged(one, result.value, PROBES.copies);
    }
    if (pass.spoils) bytesIn(result.value).forEach((bytes) => bytes.fill(0x2a));
    if (!pass.atOnce && this.#timers.runningCount > 0) {
      const { problem, likely } = PROBES.timer(one.label);
      this.#trial.fail({ problem, likely: this.#options.ifTimer ?? likely });
    }
    return result.value;
  }

  /** Requires that a result hasn't changed. */
  requireUnchanged(
    one: PlannedCall,
    value: unknown,
    probe = PROBES.unchanged,
  ): void {
    if (this.#isRight(one, value)) return;
    this.#fail(one, { value }, probe(one.label));
  }

  /** Requires that two calls returned results that don't share memory. */
  requireOwn(one: PlannedCall, first: unknown, second: unknown): void {
    if (this.#options.mayShare || !areOneObject(first, second)) return;
    if (one.args.includes(first)) return;
    this.#trial.fail(PROBES.shared(one.label));
  }

  async #call(one: PlannedCall, args: unknown[]): Promise<CallResult> {
    try {
      const value = one.call(...args);
      if (!(value instanceof Promise)) return { value };
      if (!this.#options.async) this.#trial.fail(PROBES.promise(one.label));
      const settled = value.then(
        (value) => ({ value }),
        (error) => {
          if (error instanceof CheckFailed) throw error;
          return { error };
        },
      );
      return await this.#trial.waitFor(settled, {
        waitingFor: `${one.label} to finish`,
        likely: one.ifPending ?? NEVER_DONE,
        read: one.read,
      });
    } catch (error) {
      if (error instanceof CheckFailed) throw error;
      return { error };
    }
  }

  #judge(one: PlannedCall, result: CallResult, { probe }: Pass): void {
    const isError = "error" in result;
    const advice = probe?.(one.label) ?? this.#advice(one, result);
    if (one.throws !== undefined) {
      const due = [one.throws].flat();
      if (isError) {
        // A plain text is for a missing error, but this is an error of the
        // wrong class.
        const isPlain = probe === undefined && typeof one.likely === "string";
        const { likely = WRONG_CLASS } = isPlain
          ? { ...advice, likely: undefined }
          : advice;
        requireError(this.#trial, one.label, result.error, due, {
          ...advice,
          likely,
        });
      } else {
        this.#trial.fail({
          problem: `${one.label} returned a value, but it should throw.`,
          likely: `The task says when to throw ${namesOf(due)}. This is ` +
            "such a case.",
          expected: namesOf(due),
          received: shown(this.#see(result.value)),
          ...advice,
        });
      }
      return;
    }
    if (isError) {
      this.#trial.failThrown(one.label, result.error, advice);
    }
    if (!this.#isRight(one, result.value)) this.#fail(one, result, advice);
  }

  #isRight(one: PlannedCall, value: unknown): boolean {
    if (!("returns" in one)) return true;
    const seen = this.#see(value);
    return differenceAt(seen, one.returns, this.#options) === undefined ||
      one.accepts?.(seen) === true;
  }

  #fail(one: PlannedCall, result: CallResult, advice: Partial<Advice>): never {
    const [received, expected] = [this.#see(result.value), one.returns];
    const { read } = one;
    const slip = slipAdvice(one, received, expected);
    if (slip !== undefined) advice = { ...advice, likely: slip };
    const fallback = { likely: kindAdvice(received, expected), read };
    if (received instanceof Uint8Array && expected instanceof Uint8Array) {
      const problem = `${one.label}: ${bytesProblem(received, expected)}`;
      this.#trial.fail({
        problem,
        ...fallback,
        ...advice,
        expected,
        received,
      });
    }
    const at = differenceAt(received, expected, this.#options) || "";
    this.#trial.fail({
      problem: `${one.label} returned the wrong result${at && ` (at ${at})`}.`,
      ...fallback,
      ...compared(received, expected, at),
      ...advice,
    });
  }

  #advice(one: PlannedCall, result: CallResult): Partial<Advice> {
    const { likely, read } = one;
    const advice = this.#options.explain?.(result, one) ??
      (typeof likely === "function" ? likely(result) : likely);
    const base = read === undefined ? {} : { read };
    if (advice === undefined) return base;
    return typeof advice === "string"
      ? { ...base, likely: advice }
      : { ...base, ...advice };
  }

  #see(value: unknown): unknown {
    const { see } = this.#options;
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

/** The most lines that two results may take. */
const MAX_LINES = 24;

/** Shows two values, or only the part that differs if they're large. */
function compared(
  received: unknown,
  expected: unknown,
  at: string,
  place = "",
): { expected: string; received: string } {
  const texts = (show: (value: unknown) => string) => ({
    expected: (place && `${place}: `) + show(expected),
    received: (place && `${place}: `) + show(received),
  });
  const whole = texts((value) => shown(value, 200));
  const { length } = Object.values(whole).join("\n").split("\n");
  if (length <= MAX_LINES) return whole;
  const [part, name] = at.match(/^[.[]([^.[\]]+)\]?/) ?? [];
  if (part === undefined) return texts(brief);
  return compared(
    Object(received)[name],
    Object(expected)[name],
    at.slice(part.length),
    place + part,
  );
}

/** Describes a large value without its content. */
function brief(value: unknown): string {
  return Array.isArray(value)
    ? `an array of ${value.length} items`
    : Deno.inspect(value, { depth: 0, breakLength: 76 });
}

const NEVER_DONE = "A promise never settles. Look at what each `await` " +
  "waits for.";

/**
 * Formats a call for the report.
 *
 * @param name The function's or method's name.
 * @param args The arguments.
 * @returns Text such as `parse("a")`.
 */
export function labelOf(name: string, args: unknown[]): string {
  const list = args.map((arg) => shown(arg)).join(", ").replace(/\s+/g, " ");
  return `${name}(${list.length > 100 ? `${list.slice(0, 99)}…` : list})`;
}

/** Returns the diagnosis of a result that isn't a value, whatever the case says. */
function slipAdvice(
  { label }: PlannedCall,
  received: unknown,
  expected: unknown,
): string | undefined {
  const isProperty = /^\w+$/.test(label);
  if (isProperty && typeof received === "function") {
    return `${label} is a property, and you wrote a method. Put \`get\` in ` +
      `front of it: \`get ${label}() { … }\`.`;
  }
  if (received === undefined && typeof expected === "boolean") {
    return "It returned nothing, which isn't `false`. Does every path have a " +
      "`return`?";
  }
}

/** Returns the diagnosis of a result of the wrong kind. */
function kindAdvice(received: unknown, expected: unknown): string {
  if (received === undefined) {
    return "It returned nothing. Does every path have a `return`?";
  }
  if (expected instanceof Uint8Array) {
    return "Return the bytes themselves, as a Uint8Array.";
  }
  return "Step through your code with these arguments, line by line.";
}

/** Returns whether a change to one would change the other. */
function areOneObject(a: unknown, b: unknown): boolean {
  if (a instanceof Uint8Array && b instanceof Uint8Array) {
    return a.buffer === b.buffer &&
      a.byteOffset < b.byteOffset + b.length &&
      b.byteOffset < a.byteOffset + a.length;
  }
  return a === b && typeof a === "object" && a !== null &&
    Object.keys(a).length > 0 && !Object.isFrozen(a);
}
