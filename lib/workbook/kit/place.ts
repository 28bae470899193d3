/**
 * Matches the addresses of the learner's files. (The workbook has its own
 * exercise.ts, too.)
 */
export const ANSWER_FILES = /\/lessons\/\w+\/exercise\.ts/;

/**
 * Finds the place in the learner's file that an error comes from.
 *
 * @param error The thrown value.
 * @param files A pattern for the addresses of files that hold answers.
 * @returns The place, such as `exercise.ts:12:5`, or an empty string if the
 * error's stack has no line of the learner's.
 *
 * @example An error that comes from somewhere else
 * ```ts
 * import { placeInAnswer } from "./place.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(placeInAnswer(new Error("not the learner's")), "");
 * ```
 */
export function placeInAnswer(error: unknown, files = ANSWER_FILES): string {
  const frame = framesOf(error).find((frame) => files.test(frame));
  return frame?.match(/[^/\\]+:\d+:\d+/)?.[0] ?? "";
}

/**
 * Returns whether an error is a slip, such as a misspelled name, and not an
 * error about the task.
 *
 * A stack overflow and a lack of memory are always slips: many limits ask for a
 * RangeError, but these RangeErrors have another cause. Any other error is a
 * slip if the language itself threw it, with its usual message, in one of the
 * learner's lines. A TypeError from a TextDecoder or a socket is thrown in
 * Deno's own code, so it isn't a slip.
 *
 * @param error The thrown value.
 * @param files A pattern for the addresses of files that hold answers.
 * @returns Whether the error is a slip.
 *
 * @example An error that was thrown on purpose
 * ```ts
 * import { isSlip } from "./place.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(isSlip(new Deno.errors.UnexpectedEof("too early")), false);
 * ```
 */
export function isSlip(error: unknown, files = ANSWER_FILES): boolean {
  if (OF_THE_MACHINE.test(messageOf(error))) return true;
  const hasItsClass = error instanceof ReferenceError ||
    error instanceof TypeError || error instanceof RangeError;
  if (!hasItsClass || !hasItsWords(error)) return false;
  const top = framesOf(error).find((frame) => !PASSED_THROUGH.test(frame));
  return top !== undefined && files.test(top);
}

/** The errors that no answer throws on purpose. */
const OF_THE_MACHINE =
  /call stack size|^Array buffer allocation failed|^Invalid typed array length: -/;

function messageOf(error: unknown): string {
  return error instanceof RangeError ? error.message : "";
}

/**
 * Explains an error about the machine's limits.
 *
 * @param error The thrown value.
 * @returns The cause and what to do, or `undefined` for any other error.
 *
 * @example A list with too many items for a call
 * ```ts
 * import { meaningOf } from "./place.ts";
 * import { assertStringIncludes } from "@std/assert";
 *
 * try {
 *   Math.max(...new Uint8Array(1_000_000));
 * } catch (error) {
 *   assertStringIncludes(meaningOf(error) ?? "", "spread");
 * }
 * ```
 */
export function meaningOf(error: unknown): string | undefined {
  const message = messageOf(error);
  if (/^Array buffer/.test(message)) {
    return "There isn't that much memory. A length that a peer sends is " +
      "only a claim: compare it with the limit before you allocate an array " +
      "of that size.";
  }
  if (/^Invalid typed/.test(message)) {
    return "An array can't have a negative length: look at how you compute " +
      "it. For a four-byte number, getInt32() and << return a negative value " +
      "from 2147483648 on; getUint32() doesn't.";
  }
  if (!/call stack/.test(message)) return undefined;
  const places = framesOf(error).map((frame) =>
    frame.match(/\S+:\d+:\d+/)?.[0]
  );
  // Any call of the recursion may be the one that overflows the stack.
  const recurs = places.some((one) =>
    places.filter((place) => place === one).length > 3
  );
  return recurs
    ? "A function calls itself once for each byte or item, or endlessly. " +
      "Each unfinished call uses room on the stack, which has space for " +
      "thousands of calls, not millions. Use a loop."
    : "If you spread a list into a call, as in push(...bytes), each item " +
      "becomes an argument, and a call takes about 100,000 at most. Use a " +
      "loop, or copy bytes with set().";
}

/**
 * Array.from() and similar functions belong to the language, but their
 * callbacks don't. Neither do the arguments of the workbook's own connections.
 */
const PASSED_THROUGH =
  /\(<anonymous>\)$|\/(lib\/workbook\/kit|lessons\/\w+(\/checks)?)\/\w+_conn\.ts:/;

/**
 * Messages of the language itself: an answer may throw an error of the same
 * class on purpose.
 */
function hasItsWords(error: Error): boolean {
  return error instanceof ReferenceError || LANGUAGES_WORDS.test(error.message);
}

/**
 * Match whole phrases: "Cannot read a head of …" can be an answer's own words.
 */
const LANGUAGES_WORDS =
  /call stack|is not (a function|a constructor|iterable|async iterable|an object)|^Cannot (read|set) propert|^Cannot (read|write) private |^Cannot (destructure '|destructure property|convert (undefined|object|a BigInt|a Symbol)|mix BigInt|assign to read only|assign to private|(add|delete|define|redefine) property|use 'in')|^Assignment to constant|^Class constructor|incompatible receiver/;

/**
 * Returns the name of the call that threw an error.
 *
 * @param error The thrown value.
 * @returns The name, such as `TextDecoder.decode()`, or an empty string.
 */
export function callOf(error: unknown): string {
  const [top = ""] = framesOf(error);
  const name = top.match(/^\s+at (?:async )?([\w.$# ]+) \(/)?.[1] ?? "";
  return name && `${name}()`;
}

function framesOf(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  return (error.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
}
