/**
 * The diagnoses for the probes that every table gets.
 *
 * @module
 */
import type { Advice, Trial } from "./trial.ts";

/** A class of errors. */
// deno-lint-ignore no-explicit-any -- Error classes differ in their arguments.
export type ErrorClass = new (...args: any[]) => Error;

/** Advice with its problem. */
export type ProbeAdvice = Advice & { problem: string };

/**
 * The diagnosis for each probe; `call` is the call or function that failed it.
 */
export const PROBES = {
  twice: (call: string): ProbeAdvice => ({
    problem: `${call} returned a different result the second time.`,
    likely: "The first call changed something that the second one uses: a " +
      "variable outside the function, a regular expression with the g flag, " +
      "or an argument. Keep everything that a call needs inside the call.",
  }),
  repeated: (call: string): ProbeAdvice => ({
    problem: `${call} returned a different result when called again right ` +
      "away.",
    likely: "The first call changed something in the object that it should " +
      "only read, or dropped something that's still needed.",
  }),
  unchanged: (call: string): ProbeAdvice => ({
    problem: `The result of ${call} changed when later calls were made.`,
    likely: "You returned a view of a buffer, or an object, that later " +
      "calls write into. Make a new array in each call, or return a copy: " +
      "subarray() makes a view, slice() a copy.",
  }),
  shared: (call: string): ProbeAdvice => ({
    problem: `Two calls of ${call} returned the same array or object.`,
    likely: "If the caller changes one result, the other changes too. Make a " +
      "new array in each call, or a new object, inside the function.",
  }),
  state: (call: string): ProbeAdvice => ({
    problem: `${call} returned a different result after other calls; ` +
      "before them, it was right.",
    likely: "The other calls left something in a variable outside the " +
      "function or class, which all calls share. Make it a local variable or " +
      "a private field.",
  }),
  afterFailure: (call: string): ProbeAdvice => ({
    problem: `${call} failed on a good stream, after a call that was meant ` +
      "to fail.",
    likely: "The failed call left something in a variable outside the " +
      "function, which all calls share. Code that clears it at the end " +
      "doesn't run after an error. Make it a local variable.",
  }),
  twoAtOnce: (call: string): ProbeAdvice => ({
    problem: `${call} works alone, but not with two in use at the same time.`,
    likely: "The two share something: a variable outside the function or " +
      "class, such as a buffer or a list, or a static field. Make it a local " +
      "variable or a private field.",
  }),
  inputs: (call: string): ProbeAdvice => ({
    problem: `${call} changed its arguments, but they belong to the caller.`,
    likely: "Don't assign to their fields or elements. Methods such as " +
      "sort(), reverse(), splice(), shift(), and fill() do that, too, and " +
      "read() fills the buffer you give it. Work on a copy: [...list], " +
      "bytes.slice(), { ...object }, or toSorted().",
  }),
  views: (call: string): ProbeAdvice => ({
    problem: `${call} is wrong if its bytes are part of a larger buffer.`,
    likely:
      "A Uint8Array can be a view into a larger buffer, and `.buffer` is " +
      "the whole buffer. For a DataView or another view, pass the offset " +
      "and the length, too: new DataView(bytes.buffer, bytes.byteOffset, " +
      "bytes.byteLength).",
  }),
  copies: (call: string): ProbeAdvice => ({
    problem: `The result of ${call} changed when the caller used its buffer ` +
      "again.",
    likely: "The caller owns the bytes it passes you, and may overwrite " +
      "them next. Keep and return copies: subarray() makes a view, slice() a " +
      "copy.",
  }),
  givesAway: (call: string): ProbeAdvice => ({
    problem: `${call} is wrong after the caller wrote into an array that an ` +
      "earlier call returned.",
    likely: "What you return belongs to the caller, who may write into it. " +
      "Make a new array in each call: don't return a constant, or one that you " +
      "keep.",
  }),
  timer: (call: string): ProbeAdvice => ({
    problem: `${call} is done, but a timer that you started is still running.`,
    likely: "It keeps the program from ending. Clear it on every path, " +
      "even after an error: put clearTimeout() in a `finally` block.",
  }),
  polling: (call: string): ProbeAdvice => ({
    problem: `${call} runs a timer while it waits for the peer.`,
    likely: "Don't poll for data, and don't treat a pause as the end. " +
      "`await` read() or receive(): they wait until something arrives, and " +
      "cost nothing meanwhile.",
  }),
  promise: (call: string): ProbeAdvice => ({
    problem: `${call} returned a promise.`,
    likely: "There's nothing to wait for here. Return the value itself, " +
      "without `async`.",
  }),
  stillOpen: (call: string): ProbeAdvice => ({
    problem: `${call} is done, but the connection is still open.`,
    likely: "Close it on every path, even after an error, before you return: " +
      "declare it with `using`, or close it in a `finally` block.",
  }),
  endedSide: (call: string): ProbeAdvice => ({
    problem: `${call} ended your side of the connection.`,
    likely: "The caller may have more to write, so don't call closeWrite().",
  }),
  overlappedWrites: (call: string): ProbeAdvice => ({
    problem: `${call} started a write while another one was in progress.`,
    likely: "A write may take only part of its bytes, so two at once can " +
      "mix theirs. Await each write before you start the next: only its " +
      "result tells you where the next one begins.",
  }),
  pendingWrite: (call: string): ProbeAdvice => ({
    problem: `${call} returned while a write was still in progress.`,
    likely: "Await each write. Once you return, the caller assumes that " +
      "all bytes have been written, and may change them or close the " +
      "connection.",
  }),
  pendingRead: (call: string): ProbeAdvice => ({
    problem: `${call} is done, but one of its reads is still waiting.`,
    likely: "That read takes the next bytes, and your program loses them. " +
      "Start a read only when you need more, and await it before you go on.",
  }),
  tooMuchRoom: (call: string): ProbeAdvice => ({
    problem: `${call} allocated more bytes than the limit allows.`,
    likely:
      "A length that a peer sends is only a claim: four bytes can claim " +
      "four gigabytes. Compare it with the limit before you allocate an " +
      "array of that size.",
  }),
  tookTooMuch: (call: string): ProbeAdvice => ({
    problem: `${call} took bytes from the connection that belong to the next ` +
      "reader.",
    likely:
      "A read returns whatever has arrived, up to the size of your buffer. " +
      "Never ask for more bytes than you still need: pass a buffer of " +
      "exactly that size.",
  }),
  emptyBuffer: (call: string): ProbeAdvice => ({
    problem: `${call} read into an empty buffer, so read() returned 0 bytes.`,
    likely:
      "`new Uint8Array()` has no room for any bytes. Give it a size, as in " +
      "new Uint8Array(4096); read() fills it with whatever has arrived.",
  }),
} as const;

/** The advice for a wrong class of error. */
export const WRONG_CLASS = "Callers tell errors apart by their class. The " +
  "task says which class to throw here.";

/**
 * Requires that an error has one of the expected classes and isn't a slip.
 *
 * @param trial The run of the check.
 * @param call The call or function that threw it.
 * @param error The thrown value.
 * @param due The expected classes.
 * @param advice The diagnosis for any other class.
 * @throws {CheckFailed} If it has another class, or is a slip.
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
    problem: `${call} threw the wrong class of error; it should be ` +
      `${namesOf(due)}.`,
    ...advice,
    expected: namesOf(due),
    received: trial.describe(error),
  }, { cause: error });
}

/**
 * Lists the names of error classes.
 *
 * @param due The expected classes.
 * @returns Text such as `RangeError or TypeError`.
 */
export function namesOf(due: ErrorClass[]): string {
  return due.map(({ name }) => name).join(" or ");
}
