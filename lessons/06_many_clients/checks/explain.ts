/** What it means that a server does the wrong thing. */
import type {
  FakeListener,
  TrialFailure,
} from "../../../lib/workbook/kit/mod.ts";
import type { Client } from "./clients.ts";

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
export function thrown(
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

/** The answer returned, and the check had not closed the listener. */
export function endedEarly(name: string, listener: FakeListener): TrialFailure {
  if (listener.closed) {
    return {
      problem: "You closed the listener.",
      likely:
        "It belongs to the caller, who closes it to stop the server. One " +
        "client's failure is no reason to stop serving the others.",
      read: FAILURE,
    };
  }
  const problem = `${name}() returned while the listener was open.`;
  return listener.lost > 0
    ? {
      problem,
      likely: "accept() threw NotConnected, because a client had reset its " +
        "connection. Only that client is gone, so go on accepting. Only " +
        "BadResource means that the listener has been closed.",
      read: LEFT,
    }
    : {
      problem,
      likely: "Go on accepting until the listener is closed.",
      read: CLOSING,
    };
}

/** The listener is closed, no handler is running, and the answer goes on. */
export function notReturned(
  name: string,
  listener: FakeListener,
): TrialFailure {
  return {
    problem: `${name}() to return after the listener has closed`,
    likely: listener.loopsForever
      ? "accept() throws BadResource once the listener is closed, and will " +
        "always throw it: if you go on after every error, you loop forever. Go " +
        "on at once after NotConnected only."
      : "When the listener is closed, accept() throws BadResource, and a `for " +
        "await` loop over it ends. No handler is running any more.",
    read: listener.loopsForever ? LEFT : CLOSING,
  };
}

const CLOSE = "When a handler is done, close its connection, also after a " +
  "failure: in `finally`, or with `using`. Nothing else does, and its client " +
  "waits forever.";

/** A handler is done, and its connection is open. */
export function notClosed({ hasFailed }: Client): TrialFailure {
  return {
    problem: "a connection to be closed whose handler has " +
      (hasFailed ? "failed" : "returned"),
    likely: CLOSE,
    read: CLOSING,
  };
}

/** Some connections are open in the end. */
export function stillOpen(
  count: number,
  { accepted }: FakeListener,
): TrialFailure {
  return {
    problem: `${count} of ${accepted.length} connections ` +
      `${count === 1 ? "is" : "are"} still open at the end.`,
    likely: CLOSE,
    read: CLOSING,
  };
}

/** A client is closed that is to be served, or being served. */
export const CLOSED_TOO_EARLY = {
  running: {
    problem: "You closed a connection whose handler was still running.",
    likely:
      "Await the handler before you close its connection, in a function " +
      "of your own that the accept loop doesn't wait for.",
    read: CLOSING,
  },
  waiting: {
    problem: "You closed the connection of a client that had no place yet.",
    likely:
      "That client has to wait, which costs you nothing: don't accept it, " +
      "and it waits in the listener's queue.",
    read: LIMIT,
  },
};

/** More clients are accepted than wait for a place, and one. */
export function acceptedTooMany(count: number, limit: number): TrialFailure {
  return {
    problem: `You have accepted ${count} clients, with a limit of ${limit}.`,
    likely:
      "A client that you don't accept waits in the queue, and costs you " +
      "nothing. Wait for a place before you accept the next client, or at least " +
      "before the one after that.",
    read: LIMIT,
  };
}

/** The answer doesn't wait for what brings a free place. */
export const POLLING =
  "That wastes time while nothing happens, and comes late when something " +
  "does. You get a promise from each handler: wait for that.";

/** The handler was called too often. */
export const WRONG_CALL: TrialFailure = {
  problem: "You called the handler twice for one client, or with something " +
    "that isn't a client.",
  likely: "Call it once for each client, with what accept() returned.",
};
