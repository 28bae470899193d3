import { assert, assertEquals, assertExists } from "@std/assert";
import { join } from "node:path";
import { ROOT } from "../../lib/workbook/checker/catalog.ts";

const config = JSON.parse(await Deno.readTextFile(join(ROOT, "deno.json")));

Deno.test("both test sanitizers are on", () => {
  assertEquals(
    [config.test.sanitizeOps, config.test.sanitizeResources],
    [true, true],
  );
});

Deno.test("there is a task, with a description, for every command", () => {
  const commands = [
    ...[
      "lesson",
      "read",
      "check",
      "watch",
      "hint",
      "solution",
      "reset",
      "next",
      "packets",
      "why",
    ],
    "test",
    "bench",
  ];
  for (const name of commands) {
    const task = config.tasks[name];
    assertExists(task, name);
    assert(task.description.length > 0, name);
  }
});
