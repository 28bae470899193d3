/** A call that must throw, and an error of the class that was asked for. */
import type { Trial } from "../../lib/workbook/kit/mod.ts";

/** What must be thrown, and what it means if it is not. */
export interface Due {
  /** The class of the error that the task asks for. */
  Class: typeof RangeError | typeof TypeError;
  likely: string;
  read: string;
}

/**
 * Turns an answer away unless a call throws an error of one class.
 *
 * @param trial The run of the check.
 * @param run Calls the answer.
 * @param due What must come of it.
 */
export function requireThrow(
  trial: Trial,
  run: () => unknown,
  { Class, likely, read }: Due,
): void {
  let received: unknown;
  try {
    received = run();
  } catch (error) {
    if (error instanceof Class) return;
    const isFullStack = error instanceof RangeError &&
      /call stack/.test(error.message);
    // Who has used up the stack is told why, which is more than the line.
    if (!isFullStack) trial.failOnSlip("It", error, TypeError);
    trial.fail({
      problem: "It threw another error than the one that was asked for.",
      expected: Class.name,
      received: trial.describe(error),
      likely: isFullStack ? likely : otherClass(error, Class.name),
      read,
    }, { cause: error });
  }
  trial.fail({
    problem: "It was taken.",
    expected: Class.name,
    received: received instanceof Uint8Array
      ? received
      : Deno.inspect(received),
    likely,
    read,
  });
}

/** It has seen what is wrong, and only the caller cannot know. */
function otherClass(error: unknown, due: string): string {
  const isView = error instanceof RangeError && /DataView/.test(error.message);
  return (isView
    ? "A DataView throws RangeError beyond its end, which keeps you from " +
      `reading what is not there. The task asks for ${due}: `
    : `It is right to throw here, but the task asks for ${due}, and callers ` +
      "tell failures apart by the class: ") +
    `look before you read, or catch the error and throw a ${due} in its place.`;
}
