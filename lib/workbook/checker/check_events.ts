import { counted } from "../../show/counted.ts";
import { hexDump } from "../../show/hex_dump.ts";
import type { CheckFailed } from "../kit/check_failed.ts";
import type { EndlessAdvice } from "../kit/trial.ts";
import { askWhy } from "../symptoms/ask_why.ts";

/** A failed check as text, to send from one process to another. */
export interface FailureReport {
  /** The check's steps; it failed in the last one. */
  steps: string[];
  problem: string;
  /** Lines to print below "expected". */
  expected: string[];
  /** Lines to print below "received". */
  received: string[];
  likely: string;
  /** The README heading to read, or an empty string. */
  read: string;
  /** The command that explains the error, if a socket threw one. */
  why?: string;
}

/** The state of an exercise. */
export type Verdict =
  | { state: "not started" }
  | { state: "passed" }
  | { state: "broken"; message: string }
  | { state: "failed"; report: FailureReport };

/** An event that the child process reports to its parent. */
export type CheckEvent =
  /** The child has started and loads the answers next. */
  | { kind: "loading" }
  | { kind: "start" }
  | { kind: "step"; text: string; ifEndless?: EndlessAdvice }
  | { kind: "alive" }
  | { kind: "verdict"; verdict: Verdict };

/** The most characters of one text in an event. */
const MAX_TEXT = 10_000;

/**
 * Parses an event.
 *
 * @param json The text after the child's mark.
 * @returns The event, or `undefined` if it isn't valid. The parent doesn't
 * trust a process that runs the learner's code.
 */
export function parseEvent(json: string): CheckEvent | undefined {
  let event;
  try {
    event = JSON.parse(json);
  } catch {
    return undefined;
  }
  switch (event?.kind) {
    case "loading":
    case "start":
    case "alive":
      return event;
    case "step":
      return typeof event.text === "string" && isAdvice(event.ifEndless)
        ? event
        : undefined;
    case "verdict":
      return isVerdict(event.verdict) ? event : undefined;
  }
}

function isAdvice(value: unknown): boolean {
  if (value === undefined) return true;
  const { likely, read } = (value ?? {}) as Record<string, unknown>;
  return typeof likely === "string" && typeof read === "string";
}

function isVerdict(value: unknown): value is Verdict {
  const { state, message, report } = (value ?? {}) as Record<string, unknown>;
  if (state === "passed" || state === "not started") return true;
  if (state === "broken") return typeof message === "string";
  const { steps, expected, received, why = "", ...texts } =
    (report ?? {}) as Record<string, unknown>;
  return state === "failed" && typeof why === "string" &&
    [steps, expected, received].every((list) =>
      Array.isArray(list) && list.every((text) => typeof text === "string")
    ) &&
    ["problem", "likely", "read"].every((name) =>
      typeof texts[name] === "string"
    );
}

/** Shortens a text from an answer, which may have any length. */
export function cut(text: string): string {
  return text.length <= MAX_TEXT
    ? text
    : `${text.slice(0, MAX_TEXT)}… (${text.length} characters)`;
}

/**
 * Converts a failure to text.
 *
 * @param error The error that the check threw.
 * @returns The report as lines of text. Bytes become the line of a hex dump
 * that contains the first difference, with carets below it.
 */
export function reportOf(
  { failure, steps, cause }: CheckFailed,
): FailureReport {
  const { expected, received } = failure;
  const at = expected instanceof Uint8Array && received instanceof Uint8Array
    ? firstDifference(expected, received)
    : undefined;
  return {
    steps,
    problem: cut(failure.problem),
    expected: linesOf(expected, at),
    received: linesOf(received, at),
    likely: cut(failure.likely),
    read: failure.read,
    why: askWhy(cause),
  };
}

/**
 * Returns the index of the first byte that differs, which may be the end of the
 * shorter one.
 */
function firstDifference(a: Uint8Array, b: Uint8Array): number {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  return at;
}

/** The most bytes to show if there's nothing to compare them with. */
const MAX_SHOWN = 32;

function linesOf(
  value: Uint8Array | string | undefined,
  at: number | undefined,
): string[] {
  if (value === undefined) return [];
  if (typeof value === "string") return cut(value).split("\n");
  if (at === undefined) {
    const shown = value.subarray(0, MAX_SHOWN);
    const lines = shown.length === 0 ? [] : hexDump(shown, { bytesPerLine: 8 });
    if (shown.length === value.length && shown.length > 0) return lines;
    return [...lines, `(${counted(value.length, "byte")})`];
  }
  if (at >= value.length) {
    return [`(ends after ${counted(value.length, "byte")})`];
  }
  // Eight bytes per line leave room for "expected" and "received".
  const start = at - at % 8;
  return hexDump(value.subarray(start, start + 8), {
    offset: start,
    bytesPerLine: 8,
    mark: at - start,
  });
}
