import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { exercises as endpoint } from "../../lessons/01_endpoint/exercises.ts";
import { exercises as echo } from "../../lessons/03_echo/exercises.ts";
import { exercises as framing } from "../../lessons/05_framing/exercises.ts";
import { exercises as clients } from "../../lessons/06_many_clients/exercises.ts";
import { exercises as closing } from "../../lessons/07_closing/exercises.ts";
import { exercises as http } from "../../lessons/20_http_by_hand/exercises.ts";
import * as httpSolution from "../../lessons/20_http_by_hand/solution.ts";
import {
  CheckFailed,
  type Failure,
} from "../../lib/workbook/kit/check_failed.ts";
import { type Exercise, exercise } from "../../lib/workbook/kit/exercise.ts";
import { isSlip, placeInAnswer } from "../../lib/workbook/kit/place.ts";
import type { Trial } from "../../lib/workbook/kit/trial.ts";

/** The answers are in this file. */
const FILES = /\/slips_test\.ts/;
const PLACE = /slips_test\.ts:\d+:\d+/;
const LOOK = /Look at that line/;

// deno-lint-ignore no-explicit-any -- A misspelt name has no type.
type Any = any;

/** What a lesson's exercise says of an answer in this file. */
async function verdict(
  of: Exercise<unknown>,
  attempt: unknown,
): Promise<Failure> {
  const error = await assertRejects(
    () => of.check(attempt, { files: FILES, stallMs: 2000 }),
    CheckFailed,
  );
  return error.failure;
}

/** Leaving things open is what an answer does that ends too early. */
function testSlip(
  [of, number]: [Exercise<unknown>[], number],
  attempt: unknown,
  problem: RegExp,
  where = "",
): void {
  const { id } = of[number - 1];
  Deno.test({
    name: `${id}: a slip${where} is reported with its line: ${problem.source}`,
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      const failure = await verdict(of[number - 1], attempt);
      assertMatch(failure.problem, problem);
      assertMatch(failure.problem, PLACE);
      assertMatch(failure.likely, LOOK);
    },
  });
}

testSlip(
  [endpoint, 1],
  (text: Any) => text.splt(":"),
  /text\.splt is not a function/,
);
testSlip(
  [endpoint, 2],
  (endpoint: Any) => {
    if (endpoint.protocol === "unix") return `unix:${endpoint.path}`;
    const host = endpoint.hsot.includes(":") ? "[]" : endpoint.host;
    return `${endpoint.protocol}://${host}:${endpoint.port}`;
  },
  /Cannot read properties of undefined/,
);
testSlip(
  [echo, 1],
  async () => await (globalThis as Any).eval("con").read(),
  /ReferenceError: con is not defined/,
);
testSlip(
  [echo, 2],
  async (conn: Any, data: Any) => {
    await conn.write(data);
    await conn.raed();
  },
  /conn\.raed is not a function/,
);
testSlip(
  [framing, 1],
  async function* (conn: Any) {
    yield await conn.raed(new Uint8Array(1));
  },
  /conn\.raed is not a function/,
);
testSlip(
  [framing, 1],
  async function* (conn: Any) {
    await conn.read(new Uint8Array(1));
    yield String(Uint8Array.of(...new Uint8Array(1_000_000)));
  },
  /RangeError: Maximum call stack/,
);
testSlip(
  [framing, 2],
  function count(text: Any, at = 1_000_000): Any {
    return at === 0 ? text : count(text, at - 1) + 1;
  },
  /RangeError: Maximum call stack/,
  " of calls",
);
testSlip(
  [clients, 1],
  async (listener: Any, handler: Any) => {
    for await (const conn of listener) handler.cal(conn);
  },
  /handler\.cal is not a function/,
);
testSlip(
  [clients, 2],
  async (listener: Any, handler: Any) => {
    for await (const conn of listener) {
      // @ts-expect-error Used before it is there: that is the slip.
      const p: Promise<void> = (() => handler(conn, p))();
    }
  },
  /Cannot access 'p' before initialization/,
);
testSlip(
  [closing, 1],
  async (conn: Any) => {
    await conn.clsoeWrite();
  },
  /conn\.clsoeWrite is not a function/,
);
testSlip(
  [closing, 2],
  async (conn: Any) => {
    await conn.clsoeWrite();
  },
  /conn\.clsoeWrite is not a function/,
);

/** Fails by a slip where a mistake of one class is to be refused. */
function slipOn(due: new () => Error): unknown {
  return class extends httpSolution.RequestReader {
    override async readRequest() {
      try {
        return await super.readRequest();
      } catch (error) {
        if (error instanceof due) (error as Any).massage.at(0);
        throw error;
      }
    }
  };
}
// A slip of the class that is due, and of another one.
for (const due of [TypeError, RangeError, Deno.errors.UnexpectedEof]) {
  testSlip(
    [http, 1],
    slipOn(due),
    /readRequest\(\) threw TypeError: Cannot read properties of undefined/,
    ` where ${due.name} is due`,
  );
}
testSlip(
  [http, 2],
  (status: Any, body: Any, options: Any) => {
    for (const value of Object.values(options?.headers ?? {}) as Any[]) {
      if (/[\r\n\0]/.test(value)) value.refuse();
    }
    return httpSolution.encodeResponse(status, body, options);
  },
  /encodeResponse\(.*\) threw TypeError: value\.refuse is not a function/,
);

Deno.test("20.1: an error by choice is none, whichever words it begins with", async () => {
  await http[0].check(
    class extends httpSolution.RequestReader {
      override async readRequest() {
        try {
          return await super.readRequest();
        } catch (error) {
          if (!(error instanceof TypeError)) throw error;
          throw new TypeError("Cannot read a request: it could be two");
        }
      }
    },
    { files: FILES, stallMs: 10_000 },
  );
});

Deno.test("20.1: an error of the wrong class is reported with its name and its place", async () => {
  const { problem, received } = await verdict(
    http[0],
    class extends httpSolution.RequestReader {
      override async readRequest() {
        try {
          return await super.readRequest();
        } catch (error) {
          if (!(error instanceof RangeError)) throw error;
          throw new TypeError("Cannot read so much");
        }
      }
    },
  );
  assertMatch(
    problem,
    /threw the wrong class of error; it should be RangeError\./,
  );
  assertMatch(String(received), /^TypeError: Cannot read so much \(at slips/);
});

/** The end of a stream, with an answer that stops there by a slip. */
Deno.test("a slip doesn't pass for the error that is due", async () => {
  const readFully = async (conn: Any, data: Uint8Array) => {
    const answer = new Uint8Array(data.length);
    const send = async () => {
      for (let at = 0; at < data.length;) {
        at += await conn.write(data.subarray(at));
      }
    };
    const receive = async () => {
      for (let at = 0; at < answer.length;) {
        const count = await conn.read(answer.subarray(at));
        if (count === null) (globalThis as Any).UnexpectedEnd();
        at += count;
      }
    };
    await Promise.all([send(), receive()]);
    return answer;
  };
  const { problem } = await verdict(echo[1], readFully);
  assertMatch(problem, /UnexpectedEnd is not a function at slips_test\.ts/);
});

Deno.test("an error of the TextDecoder keeps the exercise's explanation, and gets its place", async () => {
  const { problem, likely } = await verdict(
    framing[0],
    async function* (conn: Deno.Conn) {
      const decoder = new TextDecoder("utf-8", { fatal: true });
      const buffer = new Uint8Array(65_536);
      let kept = "";
      let count;
      while ((count = await conn.read(buffer)) !== null) {
        kept += decoder.decode(buffer.subarray(0, count));
        const lines = kept.split(/\r?\n/);
        kept = lines.pop()!;
        yield* lines;
      }
      if (kept !== "") yield kept;
    },
  );
  assertMatch(
    problem,
    /^readLines\(\) threw TypeError: .* at slips_test\.ts:\d+:\d+/,
  );
  assertMatch(likely, /inside a character/);
});

/** What an exercise with this check says of an answer. */
async function failureOf(
  check: (trial: Trial) => Promise<void> | void,
): Promise<Failure> {
  const attempt = () => {};
  const tried = exercise({
    id: "0.1",
    title: "",
    solution: attempt,
    hints: [],
    read: "",
    check: (_, trial) => check(trial),
  });
  return await verdict(tried as Exercise<unknown>, attempt);
}

Deno.test("an error that the answer throws by choice is explained, with its place", async () => {
  const { problem, likely } = await failureOf(async (trial) => {
    await trial.start(
      "echo",
      () => Promise.reject(new Error("the end")),
      (error) => ({ problem: `It threw ${error}.`, likely: "Null." }),
    );
  });
  assertMatch(problem, /^It threw Error: the end \(at slips_test\.ts:.*\)\.$/);
  assertEquals(likely, "Null.");
});

Deno.test("a forgotten promise with a slip in it is reported as one", async () => {
  const { problem, likely } = await failureOf((trial) => {
    trial.onForgotten(() => ({ problem: "Explained.", likely: "Not this." }));
    const slip = async () => await (globalThis as Any).eval("conn");
    slip();
  });
  assertMatch(problem, /ReferenceError: conn is not defined \(at slips_test/);
  assertMatch(likely, LOOK);
});

Deno.test("a forgotten write that close() ends is said to be that", async () => {
  for (const error of [Deno.errors.Interrupted, Deno.errors.BadResource]) {
    const { likely } = await failureOf(() => {
      Promise.reject(new error("closed"));
    });
    assertMatch(
      likely,
      /^You called close\(\) while a write\(\) or read\(\) .* Await it/,
    );
  }
});

Deno.test("isSlip() asks where an error was thrown, not where it passed", () => {
  const thrown = (run: () => unknown) => {
    try {
      run();
    } catch (error) {
      return error;
    }
  };
  const slips = [
    () => (globalThis as Any).nothing.at,
    () => [1].map((one: Any) => one.nothing()),
    () => Array.from({ length: 1 }, null as Any),
  ];
  for (const slip of slips) assert(isSlip(thrown(slip), FILES), `${slip}`);
  const others = [
    () => new TextDecoder("utf-8", { fatal: true }).decode(Uint8Array.of(0xff)),
    () => new URL("nowhere"),
    () => new Uint8Array(1).set([1, 2]),
    () => {
      throw new Error("mine");
    },
  ];
  for (const other of others) {
    const error = thrown(other);
    assertEquals(isSlip(error, FILES), false, `${other}`);
    assertMatch(placeInAnswer(error, FILES), PLACE);
    assertEquals(placeInAnswer(error), "");
  }
});
