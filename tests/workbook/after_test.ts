import { assert, assertEquals, assertMatch } from "@std/assert";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { lessons } from "../../lessons/mod.ts";
import { ROOT } from "../../lib/workbook/checker/catalog.ts";
import { describeExercises } from "../../lib/workbook/checker/describe.ts";
import { useCopy } from "./workbook_copy.ts";

const copy = useCopy();

Deno.test("every exercise says what is right about an answer that passes, and names a file that exists", async () => {
  for (const lesson of lessons) {
    for (const { id, passed, real } of await describeExercises(lesson)) {
      assert(passed !== undefined && /\.$/.test(passed), id);
      assert(
        real === undefined || existsSync(join(ROOT, real)),
        `${id} ${real}`,
      );
    }
  }
});

Deno.test("after a right answer, check says what was right, how to compare, and what is next", async () => {
  await copy().answer();
  const { stdout } = await copy().call("check", "3.1");
  assertMatch(
    stdout,
    /✓ 3\.1 echo {2}solved\n\n1 solved[^\n]*\n\n {2}3\.1: It sends back [^]*deno task solution 3\.1 --compare[^]*lib\/net\/write\.ts[^]*deno task next\n$/,
  );
});

Deno.test("after a wrong answer, check names the first of its hints", async () => {
  await copy().answer({ echo: "export async function echo() {}" });
  const { stdout } = await copy().call("check", "3");
  assertMatch(stdout, /\nhint 1 of \d: deno task hint 3\.1\n/);
});

Deno.test("solution --compare shows both, side by side or one below the other", async () => {
  await copy().answer({ echo: "export const echo = 'mine';" });
  const { code, stdout } = await copy().call(
    "solution",
    "3.1",
    "--compare",
    "--yes",
  );
  assertEquals(code, 0);
  assertMatch(stdout, /yours\n[^]*'mine'[^]*\nours\n[^]*conn\.read\(buffer\)/);
});
