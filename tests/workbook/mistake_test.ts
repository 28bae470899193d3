import { assertEquals } from "@std/assert";
import { type Mistake, mistakeOf } from "../../lib/workbook/kit/mod.ts";

type Args = [bytes: Uint8Array];

const MISTAKES: Mistake<Args>[] = [
  [(bytes) => bytes[0], "first"],
  [(bytes) => bytes.at(-1), "last"],
  [(bytes) => bytes.fill(0).length, "length"],
  [() => {
    throw new Error();
  }, "throws"],
];
const INPUTS: Args[] = [[Uint8Array.of(3, 1)], [Uint8Array.of(4, 4, 2)]];

Deno.test("mistakeOf() finds the mistake that gives the same for all inputs", () => {
  const found = (answer: (bytes: Uint8Array) => unknown, inputs = INPUTS) =>
    mistakeOf(answer, inputs, MISTAKES);
  assertEquals(found((bytes) => bytes.subarray(-1)[0]), "last");
  assertEquals(found(({ length }) => length), "length");
  assertEquals(found(([, second]) => second), undefined);
  // With only one input, the first mistake that fits is taken.
  assertEquals(found(([, second]) => second, [[Uint8Array.of(4, 4)]]), "first");
});

Deno.test("mistakeOf() takes an answer that throws, and inputs stay as they are", () => {
  assertEquals(
    mistakeOf((bytes: Uint8Array) => bytes.with(9, 9), INPUTS, MISTAKES),
    "throws",
  );
  assertEquals(INPUTS[0], [Uint8Array.of(3, 1)]);
});
