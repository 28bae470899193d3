/** The diagnoses of wrong servers. */
import type {
  FakeListener,
  TrialFailure,
} from "../../../lib/workbook/kit/mod.ts";
import type { Client } from "./clients.ts";

/** The headings of the README. */
export const START = "Start each handler, and keep accepting";
export const FAILURE = "A promise that nothing awaits";
export const CLOSING = "Closing connections, and stopping the server";
export const LEFT = "A client that leaves the backlog";
export const LIMIT = "A limit on clients at once";

/** The diagnosis of two calls to accept() at once. */
export const ONE_ACCEPT =
  "You called accept() while another accept() was waiting on " +
  "the same listener, and Deno throws Busy then. Accept in one loop.";

/** The error of a handler that throws before it returns a promise. */
export const AT_ONCE = "the handler threw at once";

/**
 * Explains why a server threw, or why a promise it didn't await failed.
 *
 * @param name The server's name.
 * @param error What it threw.
 * @param when Whether nothing awaited the promise, whether the listener was
 * closed before, and whether the answer then closed it once more.
 * @returns The diagnosis.
 */
export function thrown(
  name: string,
  error: unknown,
  when: { forgotten: boolean; stopped: boolean; closedTwice: boolean },
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
      likely: when.closedTwice
        ? "Your caller has closed the listener, and you closed it once more, " +
          "which throws BadResource. The listener belongs to your caller, so " +
          "leave it alone."
        : when.stopped
        ? "You let the BadResource through that accept() throws when your " +
          "caller closes the listener to stop the server. Catch it and return."
        : "You closed a connection that the handler had already closed, and a " +
          "second close() throws BadResource. Use `using` or " +
          "conn[Symbol.dispose](), which don't throw, or call close() in a " +
          "`try` block.",
      read: CLOSING,
    };
  }
  if (error instanceof Deno.errors.NotConnected) {
    return {
      problem,
      likely:
        "A client reset its connection before you accepted it, and that " +
        "stopped your server: accept() threw NotConnected for that one client. " +
        "A `for await` loop over the listener rethrows that error. Call " +
        "accept() in your own loop, and continue after NotConnected.",
      read: LEFT,
    };
  }
  return {
    problem,
    likely: when.forgotten
      ? "A handler failed, and nothing was awaiting its promise. In your own " +
        "program, that ends the whole process, with every client's " +
        "connection. Catch the error where you call the handler."
      : String(error).includes(AT_ONCE)
      ? "You didn't catch this error, because the handler threw before it " +
        "returned a promise: .catch() on its result never ran. Write an async " +
        "function with `await handler(conn)` in a `try` block, and start it for " +
        "each client. It catches both kinds of failure."
      : "One client's failure ended your server. Catch what the handler " +
        "throws, in an async function that you start for each client.",
    read: FAILURE,
  };
}

/**
 * Explains why an answer returned before the check closed the listener.
 *
 * @param name The server's name.
 * @param listener Its listener.
 * @param running How many handlers are running.
 * @returns The diagnosis.
 */
export function endedEarly(
  name: string,
  listener: FakeListener,
  running: number,
): TrialFailure {
  if (listener.closed) {
    return {
      problem: "You closed the listener.",
      likely:
        "The listener belongs to your caller, who closes it to stop the " +
        "server. Don't stop serving the others because one client failed.",
      read: FAILURE,
    };
  }
  const problem = `${name}() returned while the listener was open.`;
  if (running === 0 && listener.accepted.length > 0) {
    return {
      problem,
      likely: "You returned when the last handler was done. The next client " +
        "can come at any time, so keep accepting until the listener is closed.",
      read: CLOSING,
    };
  }
  return listener.lost > 0
    ? {
      problem,
      likely: "You stopped at NotConnected, which accept() threw because a " +
        "client had reset its connection. Only that client is gone, so keep " +
        "accepting. Only BadResource means that the listener is closed.",
      read: LEFT,
    }
    : {
      problem,
      likely:
        "You stopped too early. Keep accepting until the listener is closed.",
      read: CLOSING,
    };
}

/** Explains why an answer didn't return after the listener closed. */
export function notReturned(
  name: string,
  listener: FakeListener,
): TrialFailure {
  return {
    problem: `${name}() to return after the listener has closed`,
    likely: listener.loopsForever
      ? "You retry after every error, so you loop forever: once the listener " +
        "is closed, accept() always throws BadResource. Retry at once only " +
        "after NotConnected."
      : "You're still waiting, although the listener is closed and no handler " +
        "is running anymore. accept() threw BadResource: return then.",
    read: listener.loopsForever ? LEFT : CLOSING,
  };
}

const CLOSE = "You didn't close a connection, so its client waits forever. " +
  "Close it when its handler is done, even if the handler failed: in " +
  "`finally`, or with `using`.";

/** Explains why a connection is still open after its handler is done. */
export function notClosed({ hasFailed }: Client): TrialFailure {
  return {
    problem: "a connection to be closed whose handler has " +
      (hasFailed ? "failed" : "returned"),
    likely: CLOSE,
    read: CLOSING,
  };
}

/** Explains why connections are still open at the end. */
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

/** The diagnoses of a connection that was closed too early. */
export const CLOSED_TOO_EARLY = {
  running: {
    problem: "You closed a connection whose handler was still running.",
    likely:
      "Await the handler before you close its connection. Do both in an async " +
      "function that the accept loop doesn't await.",
    read: CLOSING,
  },
  stopped: {
    problem: "You closed a connection whose handler was still running.",
    likely:
      "Your caller closed only the listener, so that no new clients come. Each " +
      "accepted connection is a socket by itself: let its handler finish, and " +
      "close it then.",
    read: CLOSING,
  },
  waiting: {
    problem: "You closed the connection of a client that had no place yet.",
    likely:
      "That client has to wait, and waiting in the backlog costs you nothing. " +
      "Don't accept it before there's a place.",
    read: LIMIT,
  },
};

/** Explains why accepting more than one waiting client is wrong. */
export function acceptedTooMany(count: number, limit: number): TrialFailure {
  return {
    problem: `You accepted ${count} clients, with a limit of ${limit}.`,
    likely:
      "A client that you haven't accepted waits in the backlog and costs you " +
      "nothing. Wait for a place before you accept the next client, or at least " +
      "before you accept the one after that.",
    read: LIMIT,
  };
}

/** The diagnosis of an answer that checks for a free place again and again. */
export const POLLING =
  "You check for a free place again and again. That wastes time while nothing " +
  "happens, and notices a free place too late. You get a promise from each " +
  "handler: wait for that.";

/** The diagnosis of an answer that called the handler too often. */
export const WRONG_CALL: TrialFailure = {
  problem: "You called the handler twice for one client, or with something " +
    "that isn't a client.",
  likely: "Call it once for each client, with what accept() returned.",
};
