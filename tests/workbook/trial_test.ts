import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { CheckFailed } from "../../lib/workbook/kit/check_failed.ts";
import { exercise } from "../../lib/workbook/kit/exercise.ts";
import { Trial, type TrialOptions } from "../../lib/workbook/kit/trial.ts";

const NEVER = new Promise<never>(() => {});
const WAIT = { waitingFor: "an answer", likely: "Answer." };

/** What an exercise with this check says of an answer. */
async function verdictOn(
  check: (trial: Trial, attempt: () => unknown) => Promise<void> | void,
  attempt: () => unknown = () => {},
  options: TrialOptions = {},
): Promise<CheckFailed> {
  const tried = exercise({
    id: "0.1",
    title: "",
    solution: attempt,
    hints: [],
    read: "The lesson",
    check: (attempt, trial) => check(trial, attempt),
  });
  return await assertRejects(() => tried.check(attempt, options), CheckFailed);
}

Deno.test("Trial numbers its steps, and tells of each as it begins", async () => {
  const told: string[] = [];
  const { steps } = await verdictOn(
    (trial) => {
      trial.step("one");
      assertEquals(told, ["one"]);
      trial.step("two");
      trial.fail({ problem: "No.", likely: "Yes." });
    },
    undefined,
    { onStep: (step) => told.push(step) },
  );
  assertEquals([steps, told], [["one", "two"], ["one", "two"]]);
});

Deno.test("Trial names the exercise's place to read, unless the failure has its own", async () => {
  const problem = { problem: "No.", likely: "Yes." };
  const general = await verdictOn((trial) => trial.fail(problem));
  assertEquals(general.failure.read, "The lesson");
  const own = await verdictOn((trial) =>
    trial.fail({ ...problem, read: "Here" })
  );
  assertEquals(own.failure.read, "Here");
});

Deno.test("Trial compares values by what they hold", () => {
  const trial = new Trial("");
  trial.equal({ a: [1, undefined], b: 2 }, { b: 2, a: [1, undefined] }, {
    likely: "",
  });
  trial.equal(NaN, NaN, { likely: "" });
  trial.equal(Object.create(null), {}, { likely: "" });
  trial.equal({ a: 1, more: 2 }, { a: 1 }, { likely: "" });
  for (
    const [one, two] of [["1", 1], [null, undefined], [[1], [1, 2]]]
  ) {
    const { failure } = assertThrows(
      () => trial.equal(one, two, { likely: "" }),
      CheckFailed,
    ) as CheckFailed;
    assert(failure.expected !== failure.received);
  }
});

Deno.test("Trial says how two byte strings differ", () => {
  const trial = new Trial("");
  const bytes = (...values: number[]) => Uint8Array.from(values);
  trial.equalBytes(bytes(1, 2), bytes(1, 2), { likely: "" });
  trial.equalBytes(bytes(), bytes(), { likely: "" });
  for (
    const [received, expected, problem] of [
      [bytes(1), bytes(1, 2), "Expected 2 bytes, got 1."],
      [bytes(1, 2), bytes(1), "Expected 1 byte, got 2."],
      [bytes(1, 3, 3), bytes(1, 2, 3), "The bytes are wrong from byte 1 on."],
      [bytes(3), bytes(1, 2), "The bytes are wrong from byte 0 on."],
    ] as const
  ) {
    assertThrows(
      () => trial.equalBytes(received, expected, { likely: "" }),
      CheckFailed,
      problem,
    );
  }
});

Deno.test("Trial names the step that stalled, what was due, and what that means", async () => {
  const error = await verdictOn(
    async (trial) => {
      trial.step("ask");
      await trial.waitFor(NEVER, { ...WAIT, read: "Waiting" });
    },
    undefined,
    { stallMs: 100 },
  );
  assertEquals(error.steps, ["ask"]);
  assertEquals(error.failure, {
    problem: "Timed out after 0.1 s, waiting for an answer.",
    likely: "Answer.",
    read: "Waiting",
  });
});

Deno.test("Trial asks what was due, and what a stall means, only when it has stalled", async () => {
  let seen = "nothing";
  const { failure } = await verdictOn(
    async (trial) => {
      const waiting = trial.waitFor(NEVER, {
        waitingFor: () => `two bytes (${seen} has come)`,
        likely: () => `It has sent ${seen}.`,
        read: () => `What ${seen} is`,
      });
      seen = "a byte";
      await waiting;
    },
    undefined,
    { stallMs: 100 },
  );
  assertEquals(failure, {
    problem: "Timed out after 0.1 s, waiting for two " +
      "bytes (a byte has come).",
    likely: "It has sent a byte.",
    read: "What a byte is",
  });
});

Deno.test("Trial doesn't take an answer that makes progress for stalled", async () => {
  const trial = new Trial("", { stallMs: 1000 });
  const done = Promise.withResolvers<string>();
  // Longer than a stall, in steps that are far shorter than one.
  let steps = 0;
  const timer = setInterval(() => {
    trial.progress();
    if (++steps === 60) done.resolve("done");
  }, 25);
  try {
    assertEquals(await trial.waitFor(done.promise, WAIT), "done");
  } finally {
    clearInterval(timer);
  }
});

Deno.test("Trial doesn't take a machine that stood still for an answer that stalled", async () => {
  const trial = new Trial("", { stallMs: 100 });
  const done = Promise.withResolvers<string>();
  const waiting = trial.waitFor(done.promise, WAIT);
  // By the clock, far more than the time is over before the answer's turn.
  const timer = setInterval(() => {
    const until = performance.now() + 150;
    while (performance.now() < until);
    clearInterval(timer);
    setTimeout(() => done.resolve("done"), 20);
  }, 10);
  assertEquals(await waiting, "done");
});

Deno.test("Trial ends a wait at once when the answer throws, and keeps the cause", async () => {
  const thrown = new RangeError("too far");
  const { failure, cause } = await verdictOn(
    async (trial, attempt) => {
      trial.start("echo", attempt);
      await trial.waitFor(NEVER, WAIT);
    },
    () => Promise.reject(thrown),
    { stallMs: 60_000 },
  );
  assertEquals(failure.problem, "echo() threw RangeError: too far.");
  assertStrictEquals(cause, thrown);
});

Deno.test("Trial lets a check explain what the answer throws", async () => {
  const { failure } = await verdictOn(
    async (trial, attempt) => {
      await trial.start("echo", attempt, (error) => ({
        problem: `It said ${error}.`,
        likely: "Say nothing.",
      }));
    },
    () => {
      throw "no";
    },
  );
  assertEquals([failure.problem, failure.likely], [
    "It said no.",
    "Say nothing.",
  ]);
});

Deno.test("Trial says what the event that it waits for failed with", async () => {
  const { failure } = await verdictOn(async (trial) => {
    await trial.waitFor(Promise.reject(new Error("cut off")), WAIT);
  });
  assertEquals(
    failure.problem,
    "Error: cut off, while waiting for an answer.",
  );
});

Deno.test("Trial prefers the answer's own error to what it did to the other side", async () => {
  const { failure } = await verdictOn(
    async (trial, attempt) => {
      const event = Promise.withResolvers<never>();
      trial.start("echo", async () => {
        event.reject(new Error("the other side"));
        await Promise.resolve();
        await attempt();
      });
      await trial.waitFor(event.promise, WAIT);
    },
    () => {
      throw new Error("the answer");
    },
  );
  assertMatch(failure.problem, /echo\(\) threw Error: the answer/);
});

Deno.test("Trial prefers an unhandled rejection to its effect", async () => {
  const { failure, cause } = await verdictOn(
    (trial, attempt) => {
      attempt();
      trial.fail({ problem: "It returned early.", likely: "" });
    },
    () => void Promise.reject(new Error("forgotten")),
  );
  assertMatch(
    failure.problem,
    /didn't await was rejected: Error: forgotten\.$/,
  );
  assertInstanceOf(cause, Error);
});

Deno.test("Trial rejects a promise that fails without an await in the last step", async () => {
  const { failure } = await verdictOn(
    (_, attempt) => void attempt(),
    () => void Promise.reject(new Error("late")),
  );
  assertMatch(failure.problem, /didn't await was rejected: Error: late\.$/);
});

Deno.test("Trial says that a permission was refused, not what usually makes it fail", async () => {
  const message = 'Requires net access to "192.0.2.1:80", run again with the ' +
    "--allow-net flag";
  const { failure } = await verdictOn(
    async (trial, attempt) => {
      await trial.start("echo", attempt, () => ({
        problem: "Something else.",
        likely: "",
      }));
    },
    () => {
      throw new Deno.errors.NotCapable(message);
    },
  );
  assertMatch(
    failure.problem,
    /^echo\(\) threw NotCapable: Requires net access to "192\.0\.2\.1:80"\.$/,
  );
  assertMatch(failure.likely, /loopback sockets only/);
});

Deno.test("Trial makes a failure of whatever a check throws", async () => {
  const thrown = new TypeError("x is not a function");
  const { failure, cause } = await verdictOn(() => {
    throw thrown;
  });
  assertEquals(failure.problem, "It threw TypeError: x is not a function.");
  assertStrictEquals(cause, thrown);
});

Deno.test("Trial closes what it was given, the newest first, however the check ends", async () => {
  const closed: string[] = [];
  const { failure } = await verdictOn((trial) => {
    for (const name of ["first", "second", "third"]) {
      trial.use({
        close() {
          closed.push(name);
          if (name === "second") throw new Deno.errors.BadResource("closed");
        },
      });
    }
    trial.fail({ problem: "No.", likely: "" });
  });
  assertEquals([failure.problem, closed], ["No.", [
    "third",
    "second",
    "first",
  ]]);
});

for (
  const [value, what] of [["echo", "type string"], [null, "null"], [
    3,
    "type number",
  ]] as const
) {
  Deno.test(`an exercise rejects ${value} in the place of a function, before any step`, async () => {
    const { failure, steps } = await verdictOn(
      () => {
        throw new Error("the check ran");
      },
      value as unknown as () => void,
    );
    assert(failure.problem.includes(what), failure.problem);
    assertEquals(steps, []);
  });
}
