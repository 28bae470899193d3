import {
  FakeConn,
  FakeListener,
  type Trial,
  until,
} from "../../../lib/workbook/kit/mod.ts";
import { CLOSING, LEFT } from "./explain.ts";
import type { Server } from "./server_run.ts";

const TOO_MANY_FILES = "Too many open files (os error 24)";
const ERROR = `"${TOO_MANY_FILES}"`;

/**
 * Checks what an answer does about an error of `accept()` that neither is the
 * end nor concerns a single client: it may throw it, or pause and try again.
 *
 * @param server The answer.
 * @param trial The run of the check.
 */
export async function checkAcceptError(
  { name, serve, limit }: Server,
  trial: Trial,
): Promise<void> {
  const listener = trial.use(new FakeListener());
  trial.use({ close: () => listener.recover() });
  listener.failWith(
    Object.assign(new Error(TOO_MANY_FILES), { code: "EMFILE" }),
  );
  const wait = {
    likely: `This error isn't the end, and it's not about one client. Let ` +
      `${name}() throw it, or call accept() again after a short pause.`,
    read: LEFT,
  };

  trial.step(`accept() on a new listener throws ${ERROR}`);
  const called = Promise.withResolvers<void>();
  let end: "none" | "returned" | "thrown" = "none";
  const serving = trial.start(name, async () => {
    try {
      const handler = () => Promise.resolve(called.resolve());
      await serve(listener, handler, limit);
      end = "returned";
    } catch (error) {
      if (!reportsTooManyFiles(error)) throw error;
      end = "thrown";
    }
  }, (error) => ({
    problem: `${name}() threw ${error}.`,
    ...error instanceof Deno.errors.BadResource ? ENDED : {
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
  // Again and again, so that a loop without a pause can show itself.
  let turns = 0;
  const hasFailed = until(trial, () => listener.hasFailed && ++turns > 10);
  const failed = await trial.waitFor(
    Promise.race([hasFailed, serving, called.promise.then(() => "called")]),
    { ...wait, waitingFor: "a call of accept()" },
  );
  if (failed === "called") {
    trial.fail({
      problem: `accept() threw ${ERROR}, and you called the handler.`,
      likely: "There's no client to serve. End the loop with that error, or " +
        "skip the rest of this round with `continue`.",
      read: LEFT,
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
  if (hasEnded()) return;

  trial.step("accept() succeeds again, and a client connects");
  listener.recover();
  listener.connects(new FakeConn({ then: "silence" }));
  await trial.waitFor(Promise.race([called.promise, serving]), {
    ...wait,
    waitingFor: `that client's handler to start, or ${name}() to throw`,
  });
  if (hasEnded()) return;
  listener.close();
  await trial.waitFor(serving, {
    waitingFor: `${name}() to return after the listener has closed`,
    ...ENDED,
  });

  function hasEnded(): boolean {
    if (end !== "returned") return end === "thrown";
    trial.fail({
      problem: `${name}() returned after accept() had thrown ${ERROR}, as if ` +
        "the listener had been closed.",
      likely: "The caller can't tell that the server has failed. Only " +
        "BadResource is the end, and only NotConnected is about one client: " +
        `let ${name}() throw any other error.`,
      read: LEFT,
    });
  }
}

const ENDED = {
  likely:
    "accept() throws BadResource when the listener has been closed, even " +
    "if it has thrown another error before. That's the time to return.",
  read: CLOSING,
};

/**
 * Says whether an error reports what `accept()` threw: itself, as its `cause`, or
 * as one of several errors.
 */
function reportsTooManyFiles(error: unknown): boolean {
  if (String(error).includes(TOO_MANY_FILES)) return true;
  if (!(error instanceof Error)) return false;
  return error instanceof AggregateError &&
      error.errors.some(reportsTooManyFiles) ||
    error.cause !== undefined && reportsTooManyFiles(error.cause);
}
