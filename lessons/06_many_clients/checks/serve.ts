import { readExact, writeAll } from "../../../lib/net/mod.ts";
import type { Trial } from "../../../lib/workbook/kit/mod.ts";
import type { Serve } from "../types.ts";
import { checkAcceptError } from "./accept_error.ts";
import { CLOSING, LEFT, ServerRun, START } from "./server_run.ts";

/** All clients at once, and none of them can stop the server. */
export async function checkServe(serve: Serve, trial: Trial): Promise<void> {
  const run = new ServerRun("serve", trial);
  run.start(() => serve(run.listener, run.handler));

  trial.step("three clients connect; each one's handler waits");
  const [first, second] = await run.connectMany(3);
  await run.wait(run.called(3), {
    waitingFor: "three handlers to run at once",
    likely: () =>
      run.running === 0
        ? "No handler is running. Do you call it for each client? A catch " +
          "around that call may also hide an error of your own code."
        : `${run.running} of 3 handlers ` +
          `${run.running === 1 ? "is" : "are"} running. If you await the ` +
          "handler in the accept loop, the next client waits until this one " +
          "has gone: start the handler, and go on accepting.",
    read: START,
  });
  await run.settle();
  run.expectOpen();

  trial.step("a client resets its connection, and its handler fails");
  const failed = await resetOne(run);
  await run.expectNextServed();

  trial.step("the second client's handler returns; only that client is done");
  run.calls[1].finish();
  await run.wait(second.received.end(), {
    waitingFor: "the second client's connection to be closed",
    likely: "When a handler is done, close its connection: nothing else does.",
    read: CLOSING,
  });
  run.expectOpen(run.calls[1].conn);
  // An answer that closes after a success has had time to do so after a failure.
  if (!failed.closed) {
    trial.fail({
      problem: "A handler failed, and its connection is still open.",
      likely: "Its client waits forever, and the process has one descriptor " +
        "less. Close in `finally`, or with `using`: then it also happens after " +
        "a failure.",
      read: CLOSING,
    });
  }

  trial.step("a handler throws at once, before it returns a promise");
  run.nextHandlers.push(() => {
    throw new Error("the handler threw at once");
  });
  await run.connect();
  await run.expectNextServed();

  trial.step("a handler closes the connection itself");
  run.nextHandlers.push((conn) => {
    conn.close();
    return Promise.resolve();
  });
  const closed = await run.connect();
  await run.wait(closed.received.end(), {
    waitingFor: "that client's connection to be closed",
    likely: "The handler closes it. Have you called it?",
    read: CLOSING,
  });
  await run.expectNextServed();

  // Twice: a server must not just survive the first one.
  for (const which of ["a", "another"]) {
    trial.step(
      `${which} client resets its connection before you accept it, and the ` +
        "next one connects",
    );
    await run.connectAndReset();
    await run.expectNextServed({
      likely: "accept() threw NotConnected, because a client had reset its " +
        "connection. Call it again: other clients are waiting.",
      read: LEFT,
    });
  }

  trial.step("the listener closes; the first client's handler goes on");
  run.stop();
  await run.settle();
  run.expectOpen(run.calls[1].conn);
  await writeAll(first.conn, new Uint8Array([7]));
  await run.wait(readExact(run.calls[0].conn, 1), {
    waitingFor: "the first client's byte",
    likely: "Let handlers that are running go on until they're done.",
    read: CLOSING,
  });

  trial.step("the last handlers return, and serve() has returned");
  run.finishAll();
  await run.returned();
  await checkAcceptError("serve", serve, trial);
}

/** A client resets its connection; gives the one that its handler had. */
async function resetOne(run: ServerRun): Promise<{ closed: boolean }> {
  const began = Promise.withResolvers<{ closed: boolean }>();
  run.nextHandlers.push(async (conn) => {
    began.resolve(conn);
    await conn.read(new Uint8Array(1));
    throw new Error("the client is gone");
  });
  const client = await run.connectToReset();
  const conn = await run.wait(began.promise, {
    waitingFor: "the fourth client's handler to start",
    likely: "Go on accepting while the other handlers are running.",
    read: START,
  });
  client.reset();
  return conn;
}
