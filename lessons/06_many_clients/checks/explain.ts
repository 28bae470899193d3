/** What it means that a server fails. */
import type { TrialFailure } from "../../../lib/workbook/kit/mod.ts";

/** The headings of the README. */
export const START = "Start, and go on accepting";
export const FAILURE = "A promise that nobody waits for";
export const CLOSING = "Who closes, and how it stops";
export const LEFT = "A client that leaves the queue";
export const LIMIT = "No more than so many";

/** A second accept. */
export const ONE_ACCEPT =
  "Deno lets only one accept() at a time wait on a listener, " +
  "and a second one throws Busy: accept in one loop.";

/** What a handler fails with that throws before it returns a promise. */
export const AT_ONCE = "the handler threw at once";

/**
 * Says what it means that a server threw, or forgot a promise that failed.
 *
 * @param name The server's name.
 * @param error What it threw.
 * @param when Whether its caller got the error, and whether the listener was
 * closed before.
 * @returns The failure.
 */
export function explainError(
  name: string,
  error: unknown,
  when: { forgotten: boolean; stopped: boolean },
): TrialFailure {
  const problem = when.forgotten
    ? `A promise that you didn't await failed: ${error}.`
    : `${name}() threw ${error}.`;
  if (error instanceof Deno.errors.Busy) {
    return { problem, likely: ONE_ACCEPT, read: START };
  }
  if (error instanceof Deno.errors.BadResource) {
    return {
      problem,
      likely: when.stopped
        ? "The caller closes the listener to stop the server, and accept() " +
          "throws BadResource then. That's the time to return."
        : "The handler had closed the connection, and a second close() throws " +
          "BadResource. `using` and conn[Symbol.dispose]() don't, and a close() " +
          "in a `try` block is fine, too.",
      read: CLOSING,
    };
  }
  if (error instanceof Deno.errors.NotConnected) {
    return {
      problem,
      likely: "A client had reset its connection before you accepted it, and " +
        "accept() throws NotConnected for that one. A `for await` loop over the " +
        "listener rethrows the error and ends. Call accept() in a loop of your " +
        "own, which goes on after NotConnected.",
      read: LEFT,
    };
  }
  return {
    problem,
    likely: when.forgotten
      ? "A handler failed, and nothing was awaiting that promise. In a program " +
        "of your own, this ends the whole process, and every client's " +
        "connection with it. Catch the error where you call the handler."
      : String(error).includes(AT_ONCE)
      ? "That handler threw before it returned a promise, so .catch() on its " +
        "result never ran. Write an async function with `await handler(conn)` " +
        "in a `try` block, and start it for each client: it catches both kinds " +
        "of failure."
      : "One client's failure has ended the server. Catch what a handler " +
        "throws, in an async function that you start for each client.",
    read: FAILURE,
  };
}
