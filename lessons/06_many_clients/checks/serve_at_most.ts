/** How an answer to 6.2 is checked. */
import {
  PROBES,
  TimerWatch,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";
import type { ServeAtMost } from "../types.ts";
import { checkAcceptError } from "./accept_error.ts";
import { AT_ONCE, FAILURE, LEFT, LIMIT } from "./explain.ts";
import { checkRealServer } from "./real_server.ts";
import { type Action, runAtOnce, ServerRun } from "./server_run.ts";

const CONNECT = {
  more: (running: number, limit: number) =>
    running === limit + 1
      ? "That's one too many: when `limit` handlers are running, wait before " +
        "you start the next one, not after."
      : "Nothing holds them back: when `limit` handlers are running, wait until " +
        "one of them is done before you start the next one.",
  fewer: (running: number) =>
    `${running} ${running === 1 ? "handler is" : "handlers are"} running. ` +
    "While there's a place, start a handler without awaiting it.",
  read: LIMIT,
};
const RETURN = {
  fewer: "A place is free as soon as ANY of the handlers is done. Wait for " +
    "whichever is first, with Promise.race(): not for the oldest or the newest " +
    "one, and not for all of them, as Promise.all() does.",
  more: "A promise that has settled wins every race: remove it from the set " +
    "when its handler is done.",
  read: LIMIT,
};
const FAIL = {
  fewer:
    "A handler that fails frees its place, too: count down in `finally`, " +
    "or after a catch.",
  more: "Does each handler free its place only once?",
  read: LIMIT,
};
const GONE = {
  fewer: "A client that resets before you accept it takes no place: accept() " +
    "threw NotConnected, so call it again.",
  more:
    "A client that resets before you accept it takes no place, so it frees " +
    "none.",
  timer:
    "That client is gone, and others are waiting: after NotConnected, call " +
    "accept() again at once.",
  read: LEFT,
};
const STOP: Action = {
  step: "the listener closes while a client waits for its place",
  run: (run) => {
    run.connect(3);
    run.stop();
  },
  ...RETURN,
};

/** Two places, and nearly always more clients than that. */
const STORY: Action[] = [
  {
    step: "six clients connect, with a limit of 2",
    run: (run) => run.connect(6),
    ...CONNECT,
  },
  {
    step: "the second client's handler returns, and another one starts",
    run: (run) => run.end(1),
    ...RETURN,
  },
  {
    step: "the first client's handler returns, and another one starts",
    run: (run) => run.end(0),
    ...RETURN,
  },
  {
    step: "both handlers fail, and two others start",
    run: (run) => {
      run.end(2, new Error("the third handler failed"));
      run.end(3, new Error("the fourth handler failed"));
    },
    ...FAIL,
  },
  {
    step: "a handler throws at once; the next client gets its place",
    run: (run) => {
      run.connect(1, () => {
        throw new Error(AT_ONCE);
      });
      run.connect(2);
      run.end(4);
    },
    ...FAIL,
    fewer:
      "A handler that fails frees its place, even if it throws before it " +
      "returns a promise.",
    read: FAILURE,
  },
  {
    step: "a client resets before you accept it, two others connect, and two " +
      "handlers return",
    run: (run) => {
      run.listener.leaves();
      run.connect(2);
      run.end(5);
      run.end(7);
    },
    ...GONE,
  },
  {
    step: "two handlers return, where one client waits",
    run: (run) => {
      run.end(8);
      run.end(9);
    },
    ...RETURN,
  },
  {
    step: "two clients connect, where one place is free",
    run: (run) => run.connect(2),
    ...CONNECT,
  },
];

const ONE_PLACE: Action[] = [
  {
    step: "two clients connect, with a limit of 1",
    run: (run) => run.connect(2),
    ...CONNECT,
    fewer: "With a limit of 1, there is one place. Do you take it for none?",
  },
  {
    step: "the first client's handler returns",
    run: (run) => run.end(0),
    ...RETURN,
    fewer: "The first handler is done, so the second client has a place.",
  },
  {
    step: "a client resets before you accept it, and two others connect",
    run: (run) => {
      run.listener.leaves();
      run.connect(2);
      run.end(1);
    },
    ...GONE,
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
    for (const [limit, story] of [[2, STORY], [1, ONE_PLACE]] as const) {
      const run = new ServerRun(withLimit(limit), trial, timers);
      for (const action of [...story, STOP]) await run.perform(action);
      await run.finish();
    }
    const probe = PROBES.twoAtOnce("serveAtMost()");
    const servers = [withLimit(2), withLimit(3)];
    await runAtOnce(servers, STORY.slice(0, 3), { trial, timers, probe });
  }
  await checkRealServer(withLimit(2), trial);
  await checkAcceptError(withLimit(2), trial);
}
