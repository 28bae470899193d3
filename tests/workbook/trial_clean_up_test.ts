import { assertRejects } from "@std/assert";
import { listenTcp } from "../../lib/net/mod.ts";
import { CheckFailed } from "../../lib/workbook/check_failed.ts";
import { exercise } from "../../lib/workbook/exercise.ts";

Deno.test("a check that closes what the answer waits for ends nothing but the check", async () => {
  const { check } = exercise<(listener: Deno.Listener) => void>({
    id: "0.1",
    title: "Accept",
    task: "Accept one client.",
    attempt: () => {},
    solution: () => {},
    mistakes: [],
    hints: [],
    read: "Accept",
    check(attempt, trial) {
      attempt(trial.use(listenTcp()));
      trial.fail({ problem: "It returned early.", likely: "Await accept()." });
    },
  });
  // The forgotten accept() rejects when the check closes the listener. If that
  // reached the process, this test could not pass.
  await assertRejects(
    () => check((listener) => void listener.accept()),
    CheckFailed,
    "It returned early.",
  );
  await new Promise((resolve) => setTimeout(resolve, 0));
});
