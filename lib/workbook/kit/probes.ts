/**
 * What it means when an answer fails one of the probes that every table gets.
 *
 * @module
 */
import type { Advice, Trial } from "./trial.ts";

/** A class of errors. */
// deno-lint-ignore no-explicit-any -- Error classes differ in their arguments.
export type ErrorClass = new (...args: any[]) => Error;

/** Advice that names its problem. */
export type ProbeAdvice = Advice & { problem: string };

/** What it means to fail a probe; `call` is the call or function that did. */
export const PROBES = {
  twice: (call: string): ProbeAdvice => ({
    problem: `${call} gave another result the second time.`,
    likely: "The first call left something behind: a variable outside the " +
      "function, a regular expression with the g flag, or an argument it " +
      "changed. Keep everything one call needs inside that call.",
  }),
  repeated: (call: string): ProbeAdvice => ({
    problem: `${call} gave another result the second time, right after the ` +
      "first.",
    likely: "The first call changed something in the object that it should " +
      "only look at, or forgot something that's still needed.",
  }),
  unchanged: (call: string): ProbeAdvice => ({
    problem: `The result of ${call} changed when later calls were made.`,
    likely: "It's a view of a buffer, or an object, that later calls write " +
      "into. Make a new array in each call, or return a copy: subarray() gives " +
      "a view, slice() a copy.",
  }),
  shared: (call: string): ProbeAdvice => ({
    problem: `Two calls of ${call} returned the same array or object.`,
    likely: "If the caller changes one result, the other changes too. Make a " +
      "new array in each call, or a new object, inside the function.",
  }),
  state: (call: string): ProbeAdvice => ({
    problem: `${call} gave another result after other calls, though it had ` +
      "given the right one before.",
    likely: "Something of the other calls is still there: a variable outside " +
      "the function or class is shared by all calls. Make it a local variable, " +
      "or a private field.",
  }),
  afterFailure: (call: string): ProbeAdvice => ({
    problem: `${call} went wrong on a good stream, after a call that failed.`,
    likely: "Something of the failed call is still there: a variable outside " +
      "the function is shared by all calls, and code that clears it at the end " +
      "doesn't run if an error comes first. Make it a local variable.",
  }),
  twoAtOnce: (call: string): ProbeAdvice => ({
    problem:
      `${call} went wrong with two in use at the same time, though each ` +
      "works alone.",
    likely: "Something of one got into the other: a variable outside the " +
      "function or class, such as a buffer or a list, or a static field, is " +
      "shared by all. Make it a local variable, or a private field.",
  }),
  inputs: (call: string): ProbeAdvice => ({
    problem: `${call} changed its arguments, which belong to the caller.`,
    likely: "Don't assign to their fields or elements. Methods such as " +
      "sort(), reverse(), splice(), shift(), and fill() do that, too, and " +
      "read() fills the buffer you give it. Work on a copy: [...list], " +
      "bytes.slice(), { ...object }, or toSorted().",
  }),
  views: (call: string): ProbeAdvice => ({
    problem: `${call} went wrong with the same bytes as part of a larger ` +
      "buffer.",
    likely:
      "A Uint8Array can be a view into a larger buffer, and `.buffer` is " +
      "all of that. For a DataView or another view, pass the place and the " +
      "size: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).",
  }),
  copies: (call: string): ProbeAdvice => ({
    problem: `The result of ${call} changed when the caller used its buffer ` +
      "again.",
    likely: "The bytes you were given are the caller's, who writes into them " +
      "next. Keep and return copies: subarray() gives a view, slice() a copy.",
  }),
  timer: (call: string): ProbeAdvice => ({
    problem: `${call} is done, and a timer of yours is still running.`,
    likely: "It keeps the program from ending. Clear it on every path, also " +
      "when something fails: put clearTimeout() into a `finally` block.",
  }),
  polling: (call: string): ProbeAdvice => ({
    problem: `${call} has a timer running while it waits for the peer.`,
    likely: "Don't ask again and again whether something has come, and don't " +
      "take a pause for the end: `await` what brings the news. read() and " +
      "receive() wait until something arrives, and cost nothing meanwhile.",
  }),
  promise: (call: string): ProbeAdvice => ({
    problem: `${call} returned a promise.`,
    likely: "Nothing has to be waited for here: return the value itself, " +
      "without `async`.",
  }),
  stillOpen: (call: string): ProbeAdvice => ({
    problem: `${call} is done, and the connection is still open.`,
    likely:
      "Close it on every path, also when something fails, and before you " +
      "return: take it with `using`, or close it in a `finally` block.",
  }),
  endedSide: (call: string): ProbeAdvice => ({
    problem: `${call} closed your side of the connection.`,
    likely:
      "The caller may have more to write: leave the connection as it is, " +
      "and don't call closeWrite().",
  }),
  overlappedWrites: (call: string): ProbeAdvice => ({
    problem: `${call} started a write while another one was in progress.`,
    likely: "If each of the two is taken in parts, their bytes get mixed up. " +
      "Await each write before you start the next: only its result tells you " +
      "where the next one begins.",
  }),
  pendingWrite: (call: string): ProbeAdvice => ({
    problem: `${call} returned while a write was still in progress.`,
    likely: "Await each write. Once you return, the caller believes that all " +
      "bytes have been taken, and may change them or close the connection.",
  }),
  pendingRead: (call: string): ProbeAdvice => ({
    problem: `${call} is done, and a read of its is still waiting.`,
    likely: "That read takes the next bytes, and nobody gets them. Start a " +
      "read only when you need more, and await it before you go on.",
  }),
  tooMuchRoom: (call: string): ProbeAdvice => ({
    problem: `${call} made room for more bytes than the limit allows.`,
    likely:
      "A length that a peer sends is only a claim: four bytes can claim " +
      "four gigabytes. Compare it with the limit first, and make an array of " +
      "that size after that.",
  }),
  tookTooMuch: (call: string): ProbeAdvice => ({
    problem: `${call} took bytes from the connection that belong to the next ` +
      "reader.",
    likely:
      "A read fills as much of its buffer as has arrived. Never ask for " +
      "more bytes than you still need: pass a buffer with only that much room.",
  }),
  emptyBuffer: (call: string): ProbeAdvice => ({
    problem: `${call} read into an empty buffer, which gives 0 bytes.`,
    likely:
      "`new Uint8Array()` has no room for anything. Give it a size, as in " +
      "new Uint8Array(4096); read() fills as much of it as has arrived.",
  }),
} as const;

/** What a wrong class of error means. */
export const WRONG_CLASS = "Callers tell failures apart by the class of the " +
  "error: the task says which one belongs here.";

/**
 * Requires that an error is of one of the classes that are due, and not a slip.
 *
 * @param trial The run of the check.
 * @param call The call or function that threw it.
 * @param error What it threw.
 * @param due The classes.
 * @param advice What it means if it's of another class.
 * @throws {CheckFailed} If it isn't.
 */
export function requireError(
  trial: Trial,
  call: string,
  error: unknown,
  due: ErrorClass[],
  advice: Advice,
): void {
  trial.failOnSlip(call, error);
  if (due.some((one) => error instanceof one)) return;
  trial.fail({
    problem: `${call} threw another error than ${namesOf(due)}.`,
    ...advice,
    expected: namesOf(due),
    received: trial.describe(error),
  }, { cause: error });
}

/**
 * Lists classes of errors.
 *
 * @param due The classes.
 * @returns For example `RangeError or TypeError`.
 */
export function namesOf(due: ErrorClass[]): string {
  return due.map(({ name }) => name).join(" or ");
}
