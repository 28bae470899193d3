import { assertRejects } from "@std/assert";
import { listenTcp } from "../../lib/net/mod.ts";
import { CheckFailed } from "../../lib/workbook/kit/check_failed.ts";
import { exercise } from "../../lib/workbook/kit/exercise.ts";
import type { Trial } from "../../lib/workbook/kit/trial.ts";

type Attempt = (listener: Deno.Listener) => void;

/** An answer that accepts a client, and does not wait for it. */
const forgetful: Attempt = (listener) => void listener.accept();

function checkWith(check: (attempt: Attempt, trial: Trial) => void) {
  return exercise<Attempt>({
    id: "0.1",
    title: "Accept",
    solution: () => {},
    hints: [],
    read: "Accept",
    check,
  }).check(forgetful);
}

// The forgotten accept() rejects when the check closes the listener. If that
// reached the process, this test could not pass.
async function endsOnlyItself() {
  await assertRejects(
    () =>
      checkWith((attempt, trial) => {
        attempt(trial.use(listenTcp()));
        trial.fail({ problem: "It returned early.", likely: "Await it." });
      }),
    CheckFailed,
    "It returned early.",
  );
}

// Here it is the last thing that happens in the check.
async function countsIfLast() {
  await assertRejects(
    () =>
      checkWith((attempt, trial) => {
        const listener = trial.use(listenTcp());
        attempt(listener);
        listener.close();
      }),
    CheckFailed,
    "didn't await was rejected: BadResource",
  );
}

/**
 * Makes a busy machine: a timer without delay is due before sockets are looked
 * at for the next time.
 */
function busyMachine() {
  const { setTimeout } = globalThis;
  globalThis.setTimeout = ((run: () => void, ms: number) => {
    const timer = setTimeout(run, ms);
    const begun = performance.now();
    while (performance.now() - begun < 5);
    return timer;
  }) as typeof setTimeout;
  return { [Symbol.dispose]: () => void (globalThis.setTimeout = setTimeout) };
}

Deno.test(
  "a check that closes what the answer waits for ends nothing but the check",
  endsOnlyItself,
);

Deno.test("a check that closes what the answer waits for ends nothing but the check: busy machine", async () => {
  using _busy = busyMachine();
  await endsOnlyItself();
});

Deno.test(
  "a promise that wasn't awaited fails the check even at its end",
  countsIfLast,
);

Deno.test("what the answer forgot fails the check though it is over: busy machine", async () => {
  using _busy = busyMachine();
  await countsIfLast();
});
