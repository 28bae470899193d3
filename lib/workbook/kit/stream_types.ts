import { printable } from "../../show/text.ts";
import type { ErrorClass, ProbeAdvice } from "./probes.ts";
import type { Advice, EndlessAdvice } from "./trial.ts";
import { shown, toBytes } from "./values.ts";

/** Bytes, or text that becomes UTF-8. */
export type Bytes = Uint8Array | string;

/** What an answer gave in one run. */
export interface StreamResult {
  /** The values, in order, up to the first wrong one. */
  values: unknown[];
  /** What came after them; `"more"` if nobody asked. */
  then: "end" | "error" | "waiting" | "more";
  /** What it threw, if it did. */
  error?: unknown;
  /**
   * Gives what each read into a large buffer brings: a diagnosis can compare the
   * values with what a mistake makes of these.
   */
  reads?: () => Uint8Array[];
}

/** What a wrong result means: a text, or advice made from the result. */
export type StreamAdvice =
  | string
  | ((result: StreamResult) => string | Partial<Advice> | undefined);

/** One stream, and what must come of it. */
export interface StreamCase {
  /**
   * What the check does, for the report.
   *
   * @default what is sent: `the peer sends "a\n", and ends`
   */
  step?: string;
  /** What the answer is called with after the connection. */
  args?: unknown[];
  /** What the peer sends; of a list, each piece arrives by itself. */
  sends?: Bytes | Bytes[];
  /**
   * What follows it.
   *
   * @default "end"
   */
  then?: "end" | "reset" | "silence";
  /** What the peer goes on sending after that, without end. */
  endless?: string;
  /**
   * The values that must come.
   *
   * @default none
   */
  values?: unknown[];
  /**
   * What must follow the values: the end, an error of one of these classes, or
   * that it waits for more. With `"more"` the answer isn't asked again.
   *
   * @default what `then` leads to: the end, ConnectionReset, or waiting
   */
  ends?: "end" | "waiting" | "more" | ErrorClass | ErrorClass[];
  /**
   * Whether each piece must bring a value before the next piece arrives.
   *
   * @default false
   */
  early?: boolean;
  /**
   * The most bytes that it may make room for at once.
   *
   * @default Infinity
   */
  maxRoom?: number;
  /** What must still be unread on the connection afterward. */
  leaves?: Bytes;
  /**
   * What the answer must have sent.
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
   * The most bytes that one read gives, each in a run of its own.
   *
   * @default [1, 5, 4096]
   */
  readSizes?: number[];
  /** The most bytes that one write takes. */
  writeSize?: number;
  /** After how many bytes each write fails with BrokenPipe. */
  breakAt?: number;
  /** What closing its own side fails with. */
  closeWriteError?: Error;
  /** What it usually means if something else comes. */
  likely: StreamAdvice;
  /**
   * What it means if it fails only where reads bring small pieces. A function
   * may return undefined.
   *
   * @default that of the answer
   */
  cut?: StreamAdvice;
  /** The heading in the README that explains it. */
  read?: string;
  /** What it means if the answer never gives control back. */
  ifEndless?: EndlessAdvice;
}

/** The answer, and what holds for all of its cases. */
export interface StreamAnswer {
  /** The function's or method's name. */
  name: string;
  /**
   * Calls the answer. A generator gives the values itself. For an answer that's
   * called once for each value, return a function that makes one call; its
   * `null` is the end.
   */
  open(
    conn: Deno.Conn,
    // deno-lint-ignore no-explicit-any -- The arguments of the cases.
    ...args: any[]
  ): AsyncIterable<unknown> | (() => Promise<unknown>);
  /**
   * What one value is called in a report.
   *
   * @default "value"
   */
  what?: string;
  /**
   * What must have become of the connection when the answer is done.
   *
   * @default "open"
   */
  conn?: "open" | "closed" | "either";
  /** The heading in the README about closing a connection. */
  readClosing?: string;
  /** Makes of a value what is compared. */
  // deno-lint-ignore no-explicit-any -- The answer may give anything.
  see?: (value: any) => unknown;
  /** A diagnosis that comes before that of the case. */
  explain?: (
    result: StreamResult,
    due: StreamCase,
  ) => string | Partial<Advice> | undefined;
  /** What it means if the answer sent other bytes than those that are due. */
  explainSent?: (
    sent: Uint8Array,
    due: Uint8Array,
    one: StreamCase,
  ) => string | Partial<Advice> | undefined;
  /** What it means if a case fails only where reads bring small pieces. */
  cut: StreamAdvice;
}

/** How one run of a case differs from the plain one. */
export interface StreamRun {
  /** The most bytes that one read gives. */
  readSize?: number;
  /** How many bytes the peer takes before writes wait. */
  room?: number;
  /** Whether each piece arrives by itself. */
  inPieces?: boolean;
  /** Whether a real socket is used. */
  overSocket?: boolean;
  /** Whether another run is under way, with timers of its own. */
  atOnce?: boolean;
  /** Whether bytes among the arguments are views into larger buffers. */
  views?: boolean;
  /** What it means if this run fails; it comes before any other diagnosis. */
  probe?: ProbeAdvice;
  /** What it means if this run fails, instead of what the case says. */
  likely?: StreamAdvice;
}

/**
 * Says what the check does in a case.
 *
 * @param one The case.
 * @returns Its `step`, or what the peer sends and what follows.
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
 * Gives what must follow the values of a case.
 *
 * @param one The case.
 * @returns The end, classes of errors, that it waits, or nothing (`"more"`).
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
