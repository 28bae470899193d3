import { assertEquals } from "@std/assert";
import { Deadline } from "../../lib/net/mod.ts";

/** A deadline, and a promise that resolves when it passes. */
function makeDeadline() {
  const { promise, resolve } = Promise.withResolvers<"passed">();
  return { deadline: new Deadline(() => resolve("passed")), passed: promise };
}

/** Waits longer than the deadlines of these tests. */
function afterAll(): Promise<"not passed"> {
  return new Promise((resolve) => setTimeout(() => resolve("not passed"), 60));
}

Deno.test("Deadline.within() moves the deadline, to a later time and to an earlier one", async () => {
  const later = makeDeadline();
  using first = later.deadline;
  first.within(5);
  first.within(60_000);
  assertEquals(await Promise.race([later.passed, afterAll()]), "not passed");
  first.within(5);
  assertEquals(await later.passed, "passed");
});

Deno.test("Deadline.clear() clears the deadline until it's set again", async () => {
  const { deadline, passed } = makeDeadline();
  using _ = deadline;
  deadline.within(5);
  deadline.clear();
  assertEquals(await Promise.race([passed, afterAll()]), "not passed");
  deadline.within(5);
  assertEquals(await passed, "passed");
});
