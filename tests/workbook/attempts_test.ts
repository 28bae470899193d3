import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import {
  loadAttempts,
  loadError,
  stateOf,
} from "../../lib/workbook/checker/attempts.ts";
import { isTodo, todo } from "../../lib/workbook/kit/todo.ts";

interface Answers {
  echo: () => string;
  exchange: () => string;
}

Deno.test("loadAttempts() gives what the file exports", async () => {
  const answers = { echo: () => "a", exchange: todo<() => string>("3.2") };
  const attempts = await loadAttempts(() => Promise.resolve(answers));
  assertStrictEquals(attempts.echo, answers.echo);
  assertEquals(stateOf(attempts.echo), "started");
  assertEquals(stateOf(attempts.exchange), "not started");
});

Deno.test("loadAttempts() makes every answer of a file that fails broken, with the reason", async () => {
  const reason = new SyntaxError("missing }");
  const attempts = await loadAttempts<Answers>(() => Promise.reject(reason));
  for (const attempt of [attempts.echo, attempts.exchange]) {
    assertEquals(stateOf(attempt), "broken");
    assertStrictEquals(loadError(attempt), reason);
    assertThrows(() => attempt(), SyntaxError, "missing }");
  }
});

Deno.test("loadAttempts() knows of a failure without a reason", async () => {
  const attempts = await loadAttempts<Answers>(() => Promise.reject(undefined));
  assertEquals(stateOf(attempts.echo), "broken");
});

Deno.test("loadAttempts() names the export that is missing, and leaves the others alone", async () => {
  const some = { echo: () => "a" } as Answers;
  const attempts = await loadAttempts(() => Promise.resolve(some));
  assertEquals(stateOf(attempts.echo), "started");
  assertEquals(stateOf(attempts.exchange), "broken");
  assertEquals(
    String(loadError(attempts.exchange)),
    "Error: exercise.ts does not export exchange",
  );
});

Deno.test("stateOf() takes whatever is no placeholder for an answer", () => {
  for (const value of [undefined, null, 0, "", {}, () => {}, class {}]) {
    assertEquals([stateOf(value), isTodo(value)], ["started", false]);
  }
});

Deno.test("todo() throws what is still to be written", () => {
  const echo = todo<() => void>("3.1 echo");
  assertEquals(isTodo(echo), true);
  assertThrows(() => echo(), Error, "Not written yet: 3.1 echo");
});
