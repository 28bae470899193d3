/** The check of exercise 6.2. */
import { TimerWatch, type Trial } from "../../../lib/workbook/kit/mod.ts";
import type { ServeAtMost } from "../types.ts";
import { checkAcceptError } from "./accept_error.ts";
import { AT_ONCE, CLOSING, FAILURE, LEFT, LIMIT } from "./explain.ts";
import { checkRealServer } from "./real_server.ts";
import { type Action, runAtOnce, runServer } from "./server_run.ts";

const CONNECT = {
  more: (running: number, limit: number) =>
    running === limit + 1
      ? "You started one too many. When `limit` handlers are running, wait " +
        "before you start the next one, not after."
      : "You ignored the limit. When `limit` handlers are running, wait until " +
        "one of them is done before you start the next one.",
  fewer: (running: number) =>
    `Only ${running} ${running === 1 ? "handler is" : "handlers are"} ` +
    "running. While a place is free, start the next handler without awaiting " +
    "it.",
  read: LIMIT,
};
const RETURN = {
  fewer:
    "You left a place empty: it's free as soon as ANY of the handlers is " +
    "done. Wait for the first of them with Promise.race(), not for the oldest " +
    "or the newest one, and not for all of them, as Promise.all() does.",
  more: "You raced against a promise that had already settled, and it wins " +
    "every race. Remove it from the set when its handler is done.",
  read: LIMIT,
};
const FAIL = {
  fewer: "You didn't free the place of a handler that failed. Count down in " +
    "`finally`, or after a `catch`.",
  more:
    "You freed the place of a failed handler twice, or left its promise in " +
    "the set, where it wins every race. Free each place exactly once.",
  read: LIMIT,
};
const GONE = {
  fewer:
    "You gave a place to a client that had reset its connection before you " +
    "accepted it. When accept() throws NotConnected, just call it again.",
  more: "You freed a place for a client that never had one: it reset its " +
    "connection before you accepted it.",
  timer: "You waited after NotConnected. That client is gone, and others are " +
    "waiting: call accept() again at once.",
  read: LEFT,
};
const STOP: Action = {
  step: "the listener closes while a client waits for its place",
  run: (clients) => {
    clients.connect(3);
    clients.stop();
  },
  ...RETURN,
};

/** Two places, and usually more clients than that. */
const STORY: Action[] = [
  {
    step: "six clients connect, with a limit of 2",
    run: (clients) => clients.connect(6),
    ...CONNECT,
  },
  {
    step: "the second client's handler returns, and another one starts",
    run: (clients) => clients.end(1),
    ...RETURN,
  },
  {
    step: "the first client's handler returns, and another one starts",
    run: (clients) => clients.end(0),
    ...RETURN,
  },
  {
    step: "both handlers fail, and two others start",
    run: (clients) => {
      clients.end(2, new Error("the third handler failed"));
      clients.end(3, new Error("the fourth handler failed"));
    },
    ...FAIL,
  },
  {
    step:
      "a handler throws before it returns a promise; the next client gets its place",
    run: (clients) => {
      clients.connect(1, () => {
        throw new Error(AT_ONCE);
      });
      clients.connect(2);
      clients.end(4);
    },
    ...FAIL,
    fewer:
      "You didn't free the place of a handler that threw before it returned a " +
      "promise.",
    read: FAILURE,
  },
  {
    step: "a client resets its connection before you accept it, two others " +
      "connect, and two handlers return",
    run: (clients) => {
      clients.listener.leaves();
      clients.connect(2);
      clients.end(5);
      clients.end(7);
    },
    ...GONE,
  },
  {
    step: "two handlers return while one client waits",
    run: (clients) => {
      clients.end(8);
      clients.end(9);
    },
    ...RETURN,
  },
  {
    step: "two clients connect while one place is free",
    run: (clients) => clients.connect(2),
    ...CONNECT,
  },
  {
    step:
      "a handler closes its connection itself; the next client gets its place",
    run: (clients) => {
      clients.connect(1, (conn) => Promise.resolve(conn.close()));
      clients.connect(1);
      clients.end(10);
      clients.end(11);
    },
    ...FAIL,
    fewer:
      "You didn't free the place of a handler that closed its connection. " +
      "A second close() throws BadResource: use `using` or " +
      "conn[Symbol.dispose](), which don't throw, or catch that error.",
    read: CLOSING,
  },
];

const ONE_PLACE: Action[] = [
  {
    step: "two clients connect, with a limit of 1",
    run: (clients) => clients.connect(2),
    ...CONNECT,
    fewer: "You served no client. With a limit of 1, there's one place.",
  },
  {
    step: "the first client's handler returns",
    run: (clients) => clients.end(0),
    ...RETURN,
    fewer:
      "You left the only place empty. The first handler is done, so start " +
      "the second client's.",
  },
  {
    step: "the second client's handler returns, so no client is left",
    run: (clients) => clients.end(1),
    ...RETURN,
  },
  {
    step: "two more clients connect",
    run: (clients) => clients.connect(2),
    ...CONNECT,
  },
];

/** Places are free when the listener closes. */
const STOP_EARLY: Action[] = [
  {
    step: "two clients connect, with a limit of 3",
    run: (clients) => clients.connect(2),
    ...CONNECT,
  },
  {
    step: "the listener closes while their handlers are running",
    run: (clients) => clients.stop(),
    ...RETURN,
  },
];

/**
 * Checks an answer to 6.2.
 *
 * @param serve The answer.
 * @param trial The run of the check.
 */
export async function checkServeAtMost(
  serve: ServeAtMost,
  trial: Trial,
): Promise<void> {
  const withLimit = (limit: number) => ({ name: "serveAtMost", serve, limit });
  {
    using timers = new TimerWatch();
    const options = { trial, timers };
    await runServer(withLimit(2), [...STORY, STOP], options);
    await runServer(withLimit(1), [...ONE_PLACE, STOP], options);
    await runServer(withLimit(3), STOP_EARLY, options);
    const two = [withLimit(2), withLimit(3)];
    await runAtOnce(two, STORY.slice(0, 3), options);
  }
  await checkRealServer(withLimit(2), trial);
  await checkAcceptError(withLimit(2), trial);
}
