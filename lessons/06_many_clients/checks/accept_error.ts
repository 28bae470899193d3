import type { Trial } from "../../../lib/workbook/kit/mod.ts";
import type { Serve } from "../types.ts";
import { CLOSING, LEFT, roundTrips, ServerRun } from "./server_run.ts";
import { reportsTooManyFiles } from "./watched_listener.ts";

const ERROR = '"Too many open files (os error 24)"';

/**
 * Checks what an answer does about an error of `accept()` that neither is the
 * end nor concerns a single client: it may throw it, or pause and try again.
 *
 * @param name The name of the answer.
 * @param serve Calls it.
 * @param trial The run of the check.
 */
export async function checkAcceptError(
  name: string,
  serve: Serve,
  trial: Trial,
): Promise<void> {
  const run = new ServerRun(name, trial);
  const { listener } = run;
  listener.startFailing();

  trial.step(`accept() on a new listener throws ${ERROR}`);
  let [hasReturned, hasThrown] = [false, false];
  const serving = trial.start(name, async () => {
    try {
      await serve(listener, run.handler);
      hasReturned = true;
    } catch (error) {
      if (!reportsTooManyFiles(error)) throw error;
      hasThrown = true;
    }
  }, (error) => ({
    problem: `${name}() threw ${error}.`,
    ...error instanceof Deno.errors.BadResource
      ? {
        likely: "accept() throws BadResource when the listener has been " +
          "closed, even if it has thrown another error before. That's the " +
          "time to return.",
        read: CLOSING,
      }
      : {
        likely: `The caller can't see that accept() threw ${ERROR}. Rethrow ` +
          "that error, or make it the `cause` of your own.",
        read: LEFT,
      },
  }));
  trial.onForgotten((error) =>
    reportsTooManyFiles(error)
      ? {
        problem: `A promise that you didn't await failed: ${error}.`,
        likely:
          "accept() threw this. In a program of your own, an error that " +
          "nothing catches ends the whole process. Let it reach the caller of " +
          `${name}().`,
        read: LEFT,
      }
      : undefined
  );
  const wait = {
    likely: `This error isn't the end, and it's not about one client. Let ` +
      `${name}() throw it, or call accept() again after a short pause.`,
    read: LEFT,
  };
  await trial.waitFor(Promise.race([listener.failed, serving]), {
    ...wait,
    waitingFor: "a call of accept()",
  });
  // Twice, so that a loop without a pause has the time to show itself.
  for (let round = 0; round < 2; round++) {
    await trial.waitFor(roundTrips(trial), {
      ...wait,
      waitingFor: "the check's own messages to arrive",
    });
  }
  if (listener.loopsWithoutPause) {
    trial.fail({
      problem: `accept() threw ${ERROR}, and you called it again and again ` +
        "without a pause.",
      likely:
        "accept() fails until a descriptor becomes free, and such a loop " +
        "leaves no time for a handler to close one. Go on at once after " +
        `NotConnected only: let ${name}() throw any other error, or pause ` +
        "before the next accept().",
      read: LEFT,
    });
  }
  if (run.calls.length > 0) {
    trial.fail({
      problem: `accept() threw ${ERROR}, and you called the handler.`,
      likely: "There's no client to serve. End the loop with that error, or " +
        "skip the rest of this round with `continue`.",
      read: LEFT,
    });
  }
  function failIfReturned(): void {
    if (!hasReturned) return;
    trial.fail({
      problem: `${name}() returned after accept() had thrown ${ERROR}, as if ` +
        "the listener had been closed.",
      likely: "The caller can't tell that the server has failed. Only " +
        "BadResource is the end, and only NotConnected is about one client: " +
        `let ${name}() throw any other error.`,
      read: LEFT,
    });
  }
  failIfReturned();
  if (hasThrown) return;

  trial.step("accept() succeeds again, and a client connects");
  listener.stopFailing();
  await run.connect();
  await trial.waitFor(Promise.race([run.called(1), serving]), {
    ...wait,
    waitingFor: `that client's handler to start, or ${name}() to throw`,
  });
  failIfReturned();
  run.finishAll();
  run.stop();
  await trial.waitFor(serving, {
    waitingFor: `${name}() to return after the listener has closed`,
    likely: "accept() throws BadResource: that's the end, even if it has " +
      "thrown another error before.",
    read: CLOSING,
  });
}
