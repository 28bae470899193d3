import { printable } from "../../show/text.ts";
import type { ErrorClass, ProbeAdvice } from "./probes.ts";
import type { Advice, EndlessAdvice } from "./trial.ts";
import { shown, toBytes } from "./values.ts";

/** Bytes, or text that becomes UTF-8. */
export type Bytes = Uint8Array | string;

/** The result of one run. */
export interface StreamResult {
  /** The values, in order, up to the first wrong one. */
  values: unknown[];
  /**
   * The event after the values; `"more"` if the driver didn't ask for another
   * one.
   */
  then: "end" | "error" | "waiting" | "more";
  /** The error that it threw, if any. */
  error?: unknown;
  /**
   * Returns the bytes of each read into a large buffer, so that a diagnosis can
   * compare the values with the results of a mistake.
   */
  reads?: () => Uint8Array[];
}

/** The diagnosis of a wrong result: a text, or a function of the result. */
export type StreamAdvice =
  | string
  | ((result: StreamResult) => string | Partial<Advice> | undefined);

/** One stream, and its expected result. */
export interface StreamCase {
  /**
   * The step's text in the report: what the check does.
   *
   * @default what the peer sends: `the peer sends "a\n", and ends`
   */
  step?: string;
  /** The arguments after the connection. */
  args?: unknown[];
  /**
   * The bytes that the peer sends; in a list, each piece arrives separately.
   */
  sends?: Bytes | Bytes[];
  /**
   * The peer's action after it has sent everything.
   *
   * @default "end"
   */
  then?: "end" | "reset" | "silence";
  /** The bytes that the peer then sends again and again, without end. */
  endless?: string;
  /**
   * The expected values.
   *
   * @default none
   */
  values?: unknown[];
  /**
   * The event that must follow the values: the end, an error of one of these
   * classes, or waiting for more. With `"more"`, the driver doesn't ask again.
   *
   * @default the result of `then`: the end, ConnectionReset, or waiting
   */
  ends?: "end" | "waiting" | "more" | ErrorClass | ErrorClass[];
  /**
   * Whether each piece must result in a value before the next piece arrives.
   *
   * @default false
   */
  early?: boolean;
  /**
   * The most bytes that the answer may allocate at once.
   *
   * @default Infinity
   */
  maxRoom?: number;
  /** The bytes that must still be unread on the connection afterward. */
  leaves?: Bytes;
  /**
   * The bytes that the answer must have sent.
   *
   * @default nothing
   */
  writes?: Bytes;
  /**
   * Whether the peer sends only after the answer has ended its own side.
   *
   * @default false
   */
  afterEnd?: boolean;
  /**
   * The most bytes that one read returns; each number is a separate run.
   *
   * @default [1, 5, 4096]
   */
  readSizes?: number[];
  /** The most bytes that one write takes. */
  writeSize?: number;
  /** The number of bytes after which each write fails with BrokenPipe. */
  breakAt?: number;
  /** The error of `closeWrite()`. */
  closeWriteError?: Error;
  /** The likely cause of any other result, and what to do. */
  likely: StreamAdvice;
  /**
   * The diagnosis if the case fails only with small reads. A function may
   * return undefined.
   *
   * @default that of the answer
   */
  cut?: StreamAdvice;
  /** The heading in the README that explains it. */
  read?: string;
  /** The diagnosis if the answer blocks the event loop. */
  ifEndless?: EndlessAdvice;
}

/** The answer, and what applies to all of its cases. */
export interface StreamAnswer {
  /** The function's or method's name. */
  name: string;
  /**
   * Calls the answer. A generator yields the values itself. For an answer
   * that's called once for each value, return a function that makes one call;
   * `null` is the end.
   */
  open(
    conn: Deno.Conn,
    // deno-lint-ignore no-explicit-any -- The arguments of the cases.
    ...args: any[]
  ): AsyncIterable<unknown> | (() => Promise<unknown>);
  /**
   * The noun for one value in a report.
   *
   * @default "value"
   */
  what?: string;
  /**
   * The required state of the connection when the answer is done.
   *
   * @default "open"
   */
  conn?: "open" | "closed" | "either";
  /** The heading in the README about closing a connection. */
  readClosing?: string;
  /** Converts a value to the value that's compared. */
  // deno-lint-ignore no-explicit-any -- The answer may return anything.
  see?: (value: any) => unknown;
  /** A diagnosis that takes precedence over the case's. */
  explain?: (
    result: StreamResult,
    due: StreamCase,
  ) => string | Partial<Advice> | undefined;
  /** The diagnosis if the answer sent the wrong bytes. */
  explainSent?: (
    sent: Uint8Array,
    due: Uint8Array,
    one: StreamCase,
  ) => string | Partial<Advice> | undefined;
  /** The diagnosis if a case fails only with small reads. */
  cut: StreamAdvice;
}

/** The differences between one run of a case and the plain one. */
export interface StreamRun {
  /** The most bytes that one read returns. */
  readSize?: number;
  /** The number of bytes that the peer takes before writes wait. */
  room?: number;
  /** Whether each piece arrives separately. */
  inPieces?: boolean;
  /** Whether a real socket is used. */
  overSocket?: boolean;
  /** Whether another run is in progress, with its own timers. */
  atOnce?: boolean;
  /** Whether bytes among the arguments are views into larger buffers. */
  views?: boolean;
  /** The diagnosis if this run fails, which takes precedence over any other. */
  probe?: ProbeAdvice;
  /** The diagnosis if this run fails, instead of the case's. */
  likely?: StreamAdvice;
}

/**
 * Describes a case in words, for the report.
 *
 * @param one The case.
 * @returns The case's `step`, or a description of what the peer sends and does
 * then.
 */
export function stepOf(one: StreamCase): string {
  const { step, sends = "", then = "end", args = [], endless, early } = one;
  if (step !== undefined) return step;
  const pieces = [sends].flat().map((piece) =>
    printable(toBytes(piece), { max: early ? 30 : 50 })
  );
  const end = endless !== undefined
    ? `then ${shown(endless)} again and again, without end`
    : { end: "ends", reset: "resets the connection", silence: "waits" }[then];
  const given = args.map((arg) => shown(arg)).join(", ");
  return `${given && `${given}: `}the peer sends ` +
    `${pieces.join(early ? ", waits, sends " : ", then ")}, and ${end}`;
}

/**
 * Returns the event that must follow the values of a case.
 *
 * @param one The case.
 * @returns The end, classes of errors, waiting, or nothing (`"more"`).
 */
export function endOf(
  one: StreamCase,
): "end" | "waiting" | "more" | ErrorClass[] {
  const { then = "end", endless, ends } = one;
  if (typeof ends === "string") return ends;
  if (ends !== undefined) return [ends].flat();
  if (then === "reset") return [Deno.errors.ConnectionReset];
  return then === "silence" || endless !== undefined ? "waiting" : "end";
}
