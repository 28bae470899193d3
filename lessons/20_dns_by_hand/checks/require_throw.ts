/** A call that must throw, and an error of the class that the task asks for. */
import type { Trial } from "../../../lib/workbook/kit/mod.ts";

/** What must be thrown, and what it means if it isn't. */
export interface Due {
  /** The function that is called: `encodeQuery`. */
  name: string;
  /** The class of the error that the task asks for. */
  Class: typeof RangeError | typeof TypeError;
  likely: string;
  read: string;
}

/** Fails unless a call of the answer throws an error of one class. */
export function requireThrow(
  trial: Trial,
  call: () => unknown,
  { name, Class, likely, read }: Due,
): void {
  let returned: unknown;
  try {
    returned = call();
  } catch (error) {
    if (error instanceof Class) return;
    const isFullStack = error instanceof RangeError &&
      /call stack/.test(error.message);
    // Why the stack is full says more than the line where that happened.
    if (!isFullStack) trial.failOnSlip(`${name}()`, error, TypeError);
    trial.fail({
      problem: `Wrong error class: expected ${Class.name}.`,
      received: trial.describe(error),
      likely: isFullStack ? likely : otherClass(error, Class.name),
      read,
    }, { cause: error });
  }
  trial.fail({
    problem: `${name}() returned instead of throwing ${Class.name}.`,
    received: returned instanceof Uint8Array
      ? returned
      : Deno.inspect(returned),
    likely,
    read,
  });
}

/** It has seen what's wrong, but its caller can't tell. */
function otherClass(error: unknown, due: string): string {
  const isView = error instanceof RangeError && /DataView/.test(error.message);
  const why = isView
    ? "Past its end, a DataView throws RangeError, so you don't read what isn't " +
      "there."
    : "You're right to throw here, but callers tell failures apart by their " +
      "class.";
  return `${why} The task asks for ${due}: check before you read, or catch the ` +
    `error and throw a ${due} instead.`;
}
