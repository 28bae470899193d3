import {
  type Advice,
  PROBES,
  settle,
  type TimerWatch,
  type Trial,
  type TrialFailure,
  until,
} from "../../../lib/workbook/kit/mod.ts";
import type { ServeAtMost } from "../types.ts";
import { Clients } from "./clients.ts";
import * as explain from "./explain.ts";

/** The answer to check, and how many clients it may serve at once. */
export interface Server {
  name: string;
  serve: ServeAtMost;
  limit: number;
}

/** Something that happens to a server. */
export interface Action {
  /** What happens, for the report. */
  step: string;
  /** Makes it happen. */
  run: (clients: Clients) => void;
  /** The diagnosis if too few handlers are running afterward. */
  fewer: string | ((running: number) => string);
  /** The diagnosis if more are running than the limit allows. */
  more?: string | ((running: number, limit: number) => string);
  /** The diagnosis if the answer has started a timer. */
  timer?: string;
  /** The heading in the README. */
  read: string;
}

/** What all runs of one check share. */
interface RunOptions {
  trial: Trial;
  timers: TimerWatch;
  /** The diagnosis of any failure in this run. */
  probe?: Advice;
}

/**
 * Runs an answer, and performs actions on it one after the other.
 *
 * @param server The answer.
 * @param actions The actions.
 * @param options The run of the check, and its watch for timers.
 */
export async function runServer(
  server: Server,
  actions: Action[],
  options: RunOptions,
): Promise<void> {
  const run = new ServerRun(server, options);
  for (const action of actions) await run.perform(action);
  await run.finish();
}

/**
 * Runs answers at the same time; performs each action on all of them.
 *
 * @param servers The answers.
 * @param actions The actions.
 * @param options The run of the check, and its watch for timers.
 */
export async function runAtOnce(
  servers: Server[],
  actions: Action[],
  options: RunOptions,
): Promise<void> {
  options.trial.step(
    "two servers at the same time, each with its own listener",
  );
  const probe = PROBES.twoAtOnce(`${servers[0].name}()`);
  const runs = servers.map((one) => new ServerRun(one, { ...options, probe }));
  for (const action of actions) {
    for (const run of runs) await run.perform(action);
  }
  for (const run of runs) await run.finish();
}

/**
 * One run of an answer.
 *
 * After each action, the check knows which handlers must be running and which
 * connections must be open. It waits until they are, and makes sure that it stays
 * that way.
 */
class ServerRun {
  readonly #server: Server;
  readonly #options: RunOptions;
  readonly #clients = new Clients();
  readonly #endedEarly: Promise<never>;
  #returned = false;

  constructor(server: Server, options: RunOptions) {
    const { trial } = options;
    const { listener, handler } = this.#clients;
    this.#server = server;
    this.#options = options;
    // Handlers that the answer waits for must not outlive the check.
    trial.use({ close: () => this.#endAll() });
    trial.onForgotten((error) => this.#explain(error, true));
    const serving = trial.start(
      server.name,
      () => server.serve(listener, handler, server.limit),
      (error) => this.#explain(error, false),
    );
    this.#endedEarly = serving.then(() => {
      this.#returned = true;
      if (this.#clients.stopped) return new Promise(() => {});
      const running = this.#clients.inState("running").length;
      this.#fail(explain.endedEarly(server.name, listener, running));
    });
    this.#endedEarly.catch(() => {});
  }

  /** Performs an action, and requires that the answer reacts as it must. */
  async perform(action: Action): Promise<void> {
    this.#options.trial.step(action.step);
    action.run(this.#clients);
    await this.#reach(() => this.#whatIsMissing(action));
    await settle();
    this.#requireNothingElse(action);
  }

  /** Requires that the answer returns when the last handlers have. */
  async finish(): Promise<void> {
    const { trial, timers } = this.#options;
    const { name } = this.#server;
    const { listener } = this.#clients;
    trial.step(
      "the listener is closed, and the last handlers return; then " +
        `${name}() returns`,
    );
    this.#endAll();
    await this.#reach(() =>
      this.#returned ? undefined : explain.notReturned(name, listener)
    );
    await settle();
    const open = listener.accepted.filter(({ closed }) => !closed).length;
    if (open > 0) this.#fail(explain.stillOpen(open, listener));
    if (timers.runningCount > 0) this.#fail(PROBES.timer(`${name}()`));
  }

  #endAll(): void {
    this.#clients.endAll();
    this.#clients.stop();
  }

  /** Waits until nothing is missing anymore. */
  async #reach(missing: () => TrialFailure | undefined): Promise<void> {
    const { trial, probe } = this.#options;
    const clients = this.#clients;
    const reached = until(trial, () => !missing() || clients.wasMistaken);
    await trial.waitFor(Promise.race([reached, this.#endedEarly]), {
      waitingFor: () => missing()?.problem ?? "",
      likely: () =>
        // The answer may have caught that error and stopped.
        clients.listener.wasBusy
          ? explain.ONE_ACCEPT
          : (probe ?? missing())?.likely ?? "",
      read: () => missing()?.read ?? "",
    });
    if (clients.wasMistaken) this.#fail(explain.WRONG_CALL);
  }

  /** Returns what the answer still has to do. */
  #whatIsMissing({ fewer, read }: Action): TrialFailure | undefined {
    const { all, stopped } = this.#clients;
    const due = all.filter(({ state }) => state !== "done")
      .slice(0, stopped ? 0 : this.#server.limit)
      .filter(({ state }) => state === "waiting").length;
    const running = this.#clients.inState("running").length;
    if (due > 0) {
      return {
        problem: `${running + due} handlers to run at once`,
        likely: typeof fewer === "string" ? fewer : fewer(running),
        read,
      };
    }
    const open = this.#clients.inState("done").find(({ conn }) => !conn.closed);
    return open && explain.notClosed(open);
  }

  /** Requires that the answer hasn't done more than it should. */
  #requireNothingElse({ more, timer, read }: Action): void {
    const { name, limit } = this.#server;
    const { most, started, stopped, listener: { accepted } } = this.#clients;
    if (most > limit) {
      this.#fail({
        problem: `${most} handlers were running at once, but the limit is ` +
          `${limit}.`,
        likely: typeof more === "function" ? more(most, limit) : more ?? "",
        read,
      });
    }
    for (const state of ["running", "waiting"] as const) {
      const isClosed = this.#clients.inState(state).some(({ conn }) =>
        conn.closed
      );
      if (!isClosed) continue;
      const when = state === "running" && stopped ? "stopped" : state;
      this.#fail(explain.CLOSED_TOO_EARLY[when]);
    }
    if (limit === Infinity) return;
    // An answer may accept one more client before it waits for a place.
    if (accepted.length > started + 1) {
      this.#fail(explain.acceptedTooMany(accepted.length, limit));
    }
    if (this.#isPolling()) {
      this.#fail({
        problem: `${name}() uses a timer, or another way to check again and ` +
          "again.",
        likely: timer ?? explain.POLLING,
        read,
      });
    }
  }

  #isPolling(): boolean {
    const { started, runningCount, isImmediateDue } = this.#options.timers;
    return started.length + runningCount > 0 || isImmediateDue;
  }

  #explain(error: unknown, forgotten: boolean): TrialFailure {
    const { stopped, listener: { closedTwice } } = this.#clients;
    const when = { forgotten, stopped, closedTwice };
    return {
      ...explain.thrown(this.#server.name, error, when),
      ...this.#options.probe,
    };
  }

  #fail(failure: TrialFailure): never {
    this.#options.trial.fail({ ...failure, ...this.#options.probe });
  }
}
