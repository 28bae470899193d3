import { assertEquals } from "@std/assert";
import { forgiveWrongAnswers } from "./gates.ts";

forgiveWrongAnswers();

/** Whether the file of tests goes on after this. */
function isForgiven(reason: unknown): boolean {
  const promise = Promise.resolve();
  return !globalThis.dispatchEvent(
    new PromiseRejectionEvent("unhandledrejection", {
      ...{ promise, reason, cancelable: true },
    }),
  );
}

/** An error that was thrown at these places. */
function thrownAt(...places: string[]): Error {
  const error = new Error("late");
  error.stack = ["Error: late", ...places].join("\n    at ");
  return error;
}

const SEND = "async DatagramConn.send (ext:deno_net/01_net.js:1:6483)";
const WRONG = "ask (file:///w/tests/lessons/19_choosing/wrong_answers.ts:54:3)";
const HELPER = "readExact (file:///w/lib/net/read.ts:110:3)";
const LESSON = "lesson (file:///w/lessons/19_choosing/lesson.ts:20:3)";

for (
  const { what, reason, forgiven } of [
    { what: "a system call alone", reason: thrownAt(SEND), forgiven: true },
    { what: "a wrong answer", reason: thrownAt(SEND, WRONG), forgiven: true },
    {
      what: "a helper that a wrong answer calls",
      reason: thrownAt(SEND, HELPER, WRONG),
      forgiven: true,
    },
    { what: "a helper", reason: thrownAt(SEND, HELPER), forgiven: false },
    { what: "a lesson", reason: thrownAt(SEND, LESSON), forgiven: false },
    { what: "what is no error", reason: "late", forgiven: true },
  ]
) {
  Deno.test(`a late failure of ${what} ${forgiven ? "does not end" : "ends"} the tests`, () => {
    assertEquals(isForgiven(reason), forgiven);
  });
}
