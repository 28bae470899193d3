import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
} from "@std/assert";
import { addContext } from "../../lib/net/add_context.ts";

const cause = new Error("why");

const ERRORS: Error[] = [
  new Error("no", { cause }),
  new TypeError("no", { cause }),
  new RangeError("no"),
  new Deno.errors.ConnectionRefused("no", { cause }),
  new Deno.errors.AddrInUse("no"),
  new Deno.errors.NotFound("no"),
  new DOMException("no", "AbortError"),
  new AggregateError([cause, new TypeError("one")], "no", { cause }),
  Object.assign(new Error("no"), { code: "ECONNREFUSED", name: "Custom" }),
];

for (const error of ERRORS) {
  Deno.test(`addContext() changes nothing but the message of ${error.name}`, () => {
    const { name, constructor, cause } = error;
    const { code, errors } = error as { code?: unknown; errors?: unknown };
    assertStrictEquals(addContext(error, "Cannot do it"), error);
    assertEquals(error.message, "Cannot do it: no");
    assertEquals(String(error), `${name}: Cannot do it: no`);
    assertStringIncludes(Deno.inspect(error), `${name}: Cannot do it: no`);
    const after = error as { code?: unknown; errors?: unknown };
    assertEquals(
      [error.name, error.constructor, error.cause, after.code, after.errors],
      [name, constructor, cause, code, errors],
    );
    assert(!Object.keys(error).includes("message"));
  });
}

Deno.test("addContext() keeps the code of a failed connect", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const error = await assertRejects(
    () => Deno.connect({ hostname: "127.0.0.1", port }),
    Deno.errors.ConnectionRefused,
  );
  const { code, message } = error as Error & { code: string };
  addContext(error, "Cannot do it");
  assertEquals((error as Error & { code: string }).code, code);
  assertEquals(error.message, `Cannot do it: ${message}`);
});

Deno.test("addContext() leaves a frozen error as it is", () => {
  const error = Object.freeze(new Error("no"));
  assertStrictEquals(addContext(error, "Cannot do it"), error);
  assertEquals(error.message, "no");
});

Deno.test("addContext() returns a value that isn't an error unchanged", () => {
  assertEquals(addContext("stop", "Cannot do it"), "stop");
  assertEquals(addContext(undefined, "Cannot do it"), undefined);
});
