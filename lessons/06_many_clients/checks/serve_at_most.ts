import { counted } from "../../../lib/show/counted.ts";
import { TimerWatch, type Trial } from "../../../lib/workbook/kit/mod.ts";
import type { ServeAtMost } from "../types.ts";
import { checkAcceptError } from "./accept_error.ts";
import { CLOSING, FAILURE, LEFT, ServerRun } from "./server_run.ts";

const LIMIT = "No more than so many";

/** Never more handlers than the limit, and never fewer than there could be. */
export async function checkServeAtMost(
  serveAtMost: ServeAtMost,
  trial: Trial,
): Promise<void> {
  await checkTwoPlaces(serveAtMost, trial);
  await checkOnePlace(serveAtMost, trial);
  await checkAcceptError(
    "serveAtMost",
    (listener, handler) => serveAtMost(listener, handler, 2),
    trial,
  );
}

/** One run of the answer with a limit. */
class LimitedRun extends ServerRun {
  readonly #limit: number;
  readonly #trial: Trial;
  readonly #timers: TimerWatch;

  constructor(serveAtMost: ServeAtMost, limit: number, trial: Trial) {
    super("serveAtMost", trial);
    this.#limit = limit;
    this.#trial = trial;
    this.#timers = trial.use(new TimerWatch());
    this.start(() => serveAtMost(this.listener, this.handler, limit));
  }

  /** Lets things happen, and fails if there were ever too many handlers. */
  async expectNoMore(likely: string): Promise<void> {
    await this.settle();
    if (this.most <= this.#limit) return;
    this.#trial.fail({
      problem: `${this.most} handlers were running at once, but the limit is ` +
        `${this.#limit}.`,
      likely,
      read: LIMIT,
    });
  }

  /** The same, at a time when as many are running as there may be. */
  async expectLimit(): Promise<void> {
    await this.expectNoMore(
      this.most === this.#limit + 1
        ? "That's one too many: when `limit` handlers are running, wait before " +
          "you start the next one, not after."
        : "Nothing holds them back: when `limit` handlers are running, wait " +
          "until one of them is done before you start the next one.",
    );
  }

  /** Fails if the answer has called setTimeout(): the check doesn't. */
  expectNoTimer(
    likely = "A timer that asks again and again wastes time while nothing " +
      "happens, and comes late when something does. You get a promise from each " +
      "handler: wait for that.",
  ): void {
    const { started } = this.#timers;
    if (started.length === 0) return;
    this.#trial.fail({
      problem: `You called setTimeout() ${counted(started.length, "time")}.`,
      likely,
      read: LIMIT,
    });
  }
}

/** Two places, and always more clients than that. */
async function checkTwoPlaces(
  serveAtMost: ServeAtMost,
  trial: Trial,
): Promise<void> {
  const limit = 2;
  trial.step("six clients connect, with a limit of 2");
  const run = new LimitedRun(serveAtMost, limit, trial);
  const clients = await run.connectMany(6);
  await run.wait(run.called(limit), {
    waitingFor: "2 handlers to run at once",
    likely: () =>
      `${run.running} of 2 handlers ${run.running === 1 ? "is" : "are"} ` +
      "running. While there's a place, start a handler without awaiting it.",
    read: LIMIT,
  });
  await run.expectLimit();
  // The answer may accept one more client before it waits for a place.
  if (run.listener.open > limit + 1) {
    trial.fail({
      problem: `You have accepted ${run.listener.open} clients, with a limit ` +
        `of ${limit}.`,
      likely: "A client that you don't accept waits in the queue, and costs " +
        "you nothing. Wait for a place before you accept the next client, or " +
        "at least before the one after that.",
      read: LIMIT,
    });
  }
  if (clients.some(({ received }) => received.ended)) {
    trial.fail({
      problem: "You closed the connection of a client that had no place yet.",
      likely:
        "That client has to wait, which costs you nothing: don't accept " +
        "it, and it waits in the listener's queue.",
      read: LIMIT,
    });
  }

  // The one that ends first is not the one that began first.
  for (
    const [which, done, next] of [["second", 1, 3], ["first", 0, 4]] as const
  ) {
    trial.step(`the ${which} client's handler returns, and another one starts`);
    run.calls[done].finish();
    await run.wait(run.called(next), {
      waitingFor: "the next handler to start",
      likely:
        "A place is free as soon as ANY of the handlers is done. Wait for " +
        "whichever is first, with Promise.race(): not for the oldest or the " +
        "newest one, and not for all of them, as Promise.all() does.",
      read: LIMIT,
    });
    await run.expectNoMore(
      "A promise that has settled wins every race: remove it from the set when " +
        "its handler is done.",
    );
    run.expectNoTimer();
  }

  trial.step("both handlers fail, and two others start");
  run.calls[2].fail(new Error("the third handler failed"));
  run.calls[3].fail(new Error("the fourth handler failed"));
  await run.wait(run.called(6), {
    waitingFor: "2 handlers to start in their places",
    likely: "A handler that fails frees its place, too: count down in " +
      "`finally`, or after a catch.",
    read: LIMIT,
  });

  trial.step("a handler throws at once; the next client gets its place");
  run.nextHandlers.push(() => {
    throw new Error("the handler threw at once");
  });
  await run.connectMany(2);
  run.calls[4].finish();
  await run.wait(run.called(7), {
    waitingFor: "the next client's handler to start",
    likely:
      "A handler that fails frees its place, even if it throws before it " +
      "returns a promise.",
    read: FAILURE,
  });
  await run.expectNoMore("Does each handler free its place only once?");
  run.expectNoTimer();

  trial.step("all handlers return, and the listener closes");
  run.finishAll();
  run.stop();
  await run.returned();
}

/**
 * One place only: a client leaves while it's taken, and the listener closes
 * while another client waits.
 */
async function checkOnePlace(
  serveAtMost: ServeAtMost,
  trial: Trial,
): Promise<void> {
  trial.step("two clients connect, with a limit of 1");
  const run = new LimitedRun(serveAtMost, 1, trial);
  const [first] = await run.connectMany(2);
  await run.wait(run.called(1), {
    waitingFor: "the first client's handler to start",
    likely: "With a limit of 1, there is one place. Do you take it for none?",
    read: LIMIT,
  });
  await run.expectLimit();
  run.calls[0].finish();
  await run.wait(first.received.end(), {
    waitingFor: "the first client's connection to be closed",
    likely: "When a handler is done, close its connection: nothing else does.",
    read: CLOSING,
  });
  await run.wait(run.called(2), {
    waitingFor: "the second client's handler to start",
    likely: "The first handler is done, so the second client has a place.",
    read: LIMIT,
  });

  trial.step("a client resets before you accept it, and two others connect");
  await run.connectAndReset();
  await run.connectMany(2);
  run.calls[1].finish();
  await run.wait(run.called(3), {
    waitingFor: "the next client's handler to start",
    likely:
      "A client that resets before you accept it takes no place: accept() " +
      "threw NotConnected, so call it again.",
    read: LEFT,
  });
  await run.expectNoMore(
    "A client that resets before you accept it takes no place, so it frees none.",
  );
  run.expectNoTimer(
    "That client is gone, and others are waiting: after NotConnected, call " +
      "accept() again at once.",
  );

  trial.step("the listener closes while a client waits for its place");
  run.stop();
  await run.settle();
  run.finishAll();
  await run.returned();
}
