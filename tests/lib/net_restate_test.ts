import {
  assertEquals,
  assertInstanceOf,
  assertStrictEquals,
} from "@std/assert";
import { restate } from "../../lib/net/restate.ts";

for (
  const SomeError of [
    Error,
    TypeError,
    RangeError,
    Deno.errors.ConnectionRefused,
    Deno.errors.AddrInUse,
    Deno.errors.NotFound,
  ]
) {
  Deno.test(`restate() keeps the class ${SomeError.name}, and the cause`, () => {
    const original = new SomeError("no");
    const error = restate(original, "Cannot do it");
    assertInstanceOf(error, SomeError);
    assertStrictEquals(error.constructor, SomeError);
    assertEquals(error.name, original.name);
    assertEquals(error.message, "Cannot do it: no");
    assertStrictEquals(error.cause, original);
  });
}

Deno.test("restate() gives back what is not an error", () => {
  assertEquals(restate("stop", "Cannot do it"), "stop");
  assertEquals(restate(undefined, "Cannot do it"), undefined);
});
