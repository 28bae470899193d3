/** The check of exercise 6.1. */
import { TimerWatch, type Trial } from "../../../lib/workbook/kit/mod.ts";
import type { Serve } from "../types.ts";
import { checkAcceptError } from "./accept_error.ts";
import { AT_ONCE, CLOSING, FAILURE, LEFT, START } from "./explain.ts";
import { checkRealServer } from "./real_server.ts";
import { type Action, runAtOnce, runServer } from "./server_run.ts";

const GO_ON = {
  fewer: "You stopped accepting because of what happened to one client. Keep " +
    "accepting: the next client is waiting.",
  read: FAILURE,
};
const GONE = {
  fewer:
    "You stopped accepting at NotConnected, which accept() threw because " +
    "a client had reset its connection. Call accept() again: other clients are " +
    "waiting.",
  read: LEFT,
};

const STORY: Action[] = [
  {
    step: "three clients connect; each one's handler waits",
    run: (clients) => clients.connect(3),
    fewer: (running) =>
      running === 0
        ? "No handler is running. Do you call it for each client? Perhaps a " +
          "`catch` around that call hides an error in your own code."
        : `Only ${running} of 3 handlers ${running === 1 ? "is" : "are"} ` +
          "running. If you await the handler in the accept loop, the next " +
          "client waits until this one has gone. Start the handler without " +
          "awaiting it, and keep accepting.",
    read: START,
  },
  {
    step: "the second client's handler returns",
    run: (clients) => clients.end(1),
    ...GO_ON,
  },
  {
    step: "the third client's handler fails, and another client connects",
    run: (clients) => {
      clients.end(2, new Error("the client is gone"));
      clients.connect(1);
    },
    ...GO_ON,
  },
  {
    step: "a client's handler throws before it returns a promise",
    run: (clients) => {
      clients.connect(1, () => {
        throw new Error(AT_ONCE);
      });
      clients.connect(1);
    },
    ...GO_ON,
  },
  {
    step: "a client's handler closes the connection itself",
    run: (clients) => {
      clients.connect(1, (conn) => Promise.resolve(conn.close()));
      clients.connect(1);
    },
    ...GO_ON,
  },
  // Twice: a server must survive more than the first one.
  ...["a client", "another client"].map((who): Action => ({
    step: `${who} resets its connection before you accept it, and the next ` +
      "one connects",
    run: (clients) => {
      clients.listener.leaves();
      clients.connect(1);
    },
    ...GONE,
  })),
  {
    step: "200 clients connect at once",
    run: (clients) => clients.connect(200),
    fewer: (running) =>
      `Only ${running} handlers are running, and the next client waits. Don't ` +
      "set a limit: start a handler for each client at once.",
    read: START,
  },
  {
    step: "the last handlers return, so no client is left",
    run: (clients) => clients.endRunning(),
    ...GO_ON,
  },
  {
    step: "two more clients connect",
    run: (clients) => clients.connect(2),
    ...GO_ON,
  },
  {
    step: "the listener closes while handlers are running",
    run: (clients) => clients.stop(),
    fewer: "",
    read: CLOSING,
  },
];

/**
 * Checks an answer to 6.1.
 *
 * @param serve The answer.
 * @param trial The run of the check.
 */
export async function checkServe(serve: Serve, trial: Trial): Promise<void> {
  const server = { name: "serve", serve, limit: Infinity };
  using timers = new TimerWatch();
  await runServer(server, STORY, { trial, timers });
  await runAtOnce([server, server], STORY.slice(0, 3), { trial, timers });
  await checkRealServer(server, trial);
  await checkAcceptError(server, trial);
}
