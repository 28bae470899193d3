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
 * Checks what an answer does about an error from `accept()` that's neither the
 * end nor about one client: it may throw the error, or pause and try again.
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
    likely: `You stopped accepting after this error, or ignored it. It's ` +
      `neither the end nor about one client: let ${name}() throw it, or call ` +
      "accept() again after a short pause.",
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
      likely: `You hid the error from accept(), ${ERROR}, from your caller. ` +
        "Rethrow it, or make it the `cause` of your own error.",
      read: LEFT,
    },
  }));
  trial.onForgotten((error) =>
    reportsTooManyFiles(error)
      ? {
        problem: `A promise that you didn't await failed: ${error}.`,
        likely:
          "accept() threw this error, and nothing caught it. In your own " +
          "program, that ends the whole process. Let the error reach the caller " +
          `of ${name}().`,
        read: LEFT,
      }
      : undefined
  );
  // Wait several turns: a loop without a pause calls accept() often in that time.
  let turns = 0;
  const hasFailed = until(trial, () => listener.hasFailed && ++turns > 10);
  const failed = await trial.waitFor(
    Promise.race([hasFailed, serving, called.promise.then(() => "called")]),
    { ...wait, waitingFor: "a call to accept()" },
  );
  if (failed === "called") {
    trial.fail({
      problem: `accept() threw ${ERROR}, and you called the handler.`,
      likely:
        "There's no client to serve after an error. Leave the loop with " +
        "that error, or skip the rest of this iteration with `continue`.",
      read: LEFT,
    });
  }
  if (listener.loopsWithoutPause) {
    trial.fail({
      problem: `accept() threw ${ERROR}, and you called it again and again ` +
        "without a pause.",
      likely: "accept() fails until a file descriptor is free, and your loop " +
        "doesn't give a handler the time to close one. Retry at once only after " +
        `NotConnected. For any other error, let ${name}() throw it, or pause ` +
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
      likely: "Your caller can't tell that the server has failed. Only " +
        "BadResource is the end, and only NotConnected is about one client: " +
        `let ${name}() throw any other error.`,
      read: LEFT,
    });
  }
}

const ENDED = {
  likely:
    "You didn't return when accept() threw BadResource, which means that the " +
    "listener is closed, even if accept() threw another error before.",
  read: CLOSING,
};

/**
 * Tells whether an error is the one from `accept()`, has it as its `cause`, or
 * contains it in an AggregateError.
 */
function reportsTooManyFiles(error: unknown): boolean {
  if (String(error).includes(TOO_MANY_FILES)) return true;
  if (!(error instanceof Error)) return false;
  return error instanceof AggregateError &&
      error.errors.some(reportsTooManyFiles) ||
    error.cause !== undefined && reportsTooManyFiles(error.cause);
}
