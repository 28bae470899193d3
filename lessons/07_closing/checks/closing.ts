import {
  TimerWatch,
  type Trial,
  type TrialFailure,
} from "../../../lib/workbook/kit/mod.ts";
import type { CloseGracefully } from "../types.ts";

export const DRAIN = "To hang up politely";
const AFTER = "What a closed socket says";

/** Calls the answer; without a grace period, it gets no options. */
export type Close = (
  conn: Deno.Conn & { closed: boolean },
  graceMs?: number,
) => Closing;

/** One call of the answer. */
export interface Closing {
  returned: Promise<void>;
  /**
   * Waits for the answer to return, with the connection closed and no timer
   * left.
   *
   * @param after What lets it return: "closeGracefully() returned after …".
   * @param likely Why it may not return.
   */
  expectReturn(after: string, likely: string | (() => string)): Promise<void>;
}

/** Makes a function that calls an answer, and watches what it does. */
export function watchClosing(
  closeGracefully: CloseGracefully,
  trial: Trial,
): Close {
  trial.onForgotten((error) => explain(error));
  return (conn, graceMs) => {
    const timers = trial.use(new TimerWatch());
    const returned = trial.start(
      "closeGracefully",
      () =>
        graceMs === undefined
          ? closeGracefully(conn)
          : closeGracefully(conn, { graceMs }),
      (error) => explain(error, { graceMs }),
    );
    async function expectReturn(
      after: string,
      likely: string | (() => string),
    ): Promise<void> {
      const waitingFor = `closeGracefully() to return after ${after}`;
      await trial.waitFor(returned, { waitingFor, likely, read: DRAIN });
      const problem = `closeGracefully() returned after ${after}, and`;
      if (!conn.closed) {
        trial.fail({
          problem: `${problem} the connection is still open.`,
          likely: "Close it in any case, whatever fails: in `finally`.",
          read: DRAIN,
        });
      }
      const left = timers.running();
      timers.close();
      if (left.length === 0) return;
      trial.fail({
        problem: `${problem} its timer is still running.`,
        likely:
          "It keeps the process alive until it runs, long after you have " +
          "closed. Keep what setTimeout() returns, and pass it to " +
          "clearTimeout() in `finally`.",
        read: DRAIN,
      });
    }
    return { returned, expectReturn };
  };
}

/** What an error means that a call threw, or, without one, a lost promise. */
function explain(error: unknown, call?: { graceMs?: number }): TrialFailure {
  const problem = call === undefined
    ? `A promise that you didn't await failed: ${error}.`
    : `closeGracefully() threw ${error}.`;
  if (error instanceof Deno.errors.Interrupted) {
    return {
      problem,
      likely:
        "Your own close() ended that read when the grace period was over, " +
        "as it should. Catch the error.",
      read: AFTER,
    };
  }
  if (error instanceof Deno.errors.BadResource) {
    return {
      problem,
      likely: "The connection is already closed: a second close() throws " +
        "BadResource, and so does a read that starts after the first. Use " +
        "conn[Symbol.dispose](), which doesn't throw, and catch the error of " +
        "the read.",
      read: AFTER,
    };
  }
  const withoutOptions = call !== undefined && call.graceMs === undefined;
  return {
    problem,
    likely: withoutOptions && error instanceof TypeError
      ? "Your caller may leave out all the options, or just graceMs: write " +
        "{ graceMs = 1000 } = {}."
      : "The peer is gone. You're about to close the connection anyway, so " +
        "that's no failure: catch the error, close, and return.",
    read: DRAIN,
  };
}
