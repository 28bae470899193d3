import { assert, assertEquals, assertMatch } from "@std/assert";
import { exerciseAt } from "../../lib/workbook/checker/sections.ts";
import { joined } from "./text.ts";
import { echoWith, useCopy } from "./workbook_copy.ts";

const copy = useCopy({ types: true });

Deno.test("a type error comes first in the report, even if it does no harm, and the verdict follows", async () => {
  await copy().answer({
    echo: echoWith('const n: string = 5 + "" as number;'),
    exchange: "export async function exchange(conn: Deno.Conn) {\n" +
      "  await conn.write(5);\n}",
  });
  const { code, stdout } = await copy().call("check");
  assertEquals(code, 1);
  assertMatch(
    joined(stdout),
    /^✓ 3\.1 echo solved Type: exercise\.ts:\d+:\d+: .*'string'/,
  );
  assertMatch(
    joined(stdout),
    /✗ 3\.2 exchange not right yet Type: exercise\.ts:\d+:20: Argument of type 'number' is not assignable to parameter of type 'Uint8Array<[^']*>'\. 1 ✗ /,
  );
  assertMatch(stdout, /\n1 solved, 1 not right yet/);
});

Deno.test("the types of one exercise are checked, too", async () => {
  await copy().answer({
    echo: echoWith('const n: string = 5 + "" as number;'),
  });
  const { code, stdout } = await copy().call("check", "3.1");
  assertEquals(code, 0);
  assertMatch(
    joined(stdout),
    /^✓ 3\.1 echo solved Type: exercise\.ts:\d+:\d+: .*'string'/,
  );
});

Deno.test("right types aren't mentioned, and neither are those of the placeholder", async () => {
  for (const prepare of [() => copy().answer(), () => copy().clear()]) {
    await prepare();
    const { stdout } = await copy().call("check", "3");
    assert(!stdout.includes("Type:"), stdout);
  }
});

Deno.test("exerciseAt() finds the exercise of a line", () => {
  const source = "import x;\n// -- 3.1 echo --\nA\n// -- 3.2 exchange --\nB\n";
  assertEquals(
    [1, 2, 3, 4, 5].map((line) => exerciseAt(source, line)),
    ["3.1", "3.1", "3.1", "3.2", "3.2"],
  );
  assertEquals(exerciseAt("no heading", 1), undefined);
});
