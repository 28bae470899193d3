import { assert, assertEquals, assertExists, assertMatch } from "@std/assert";
import { join } from "node:path";
import { ROOT } from "../../lib/workbook/checker/catalog.ts";

interface Task {
  description: string;
  command: string;
}

const config = JSON.parse(await Deno.readTextFile(join(ROOT, "deno.json")));

Deno.test("both test sanitizers are on", () => {
  assertEquals(
    [config.test.sanitizeOps, config.test.sanitizeResources],
    [true, true],
  );
});

Deno.test("a task is one command that downloads nothing, and no command adds to deno.json", () => {
  assertEquals(config.links, undefined);
  for (const [name, task] of Object.entries<Task>(config.tasks)) {
    assertEquals(Object.keys(task), ["description", "command"], name);
    assertMatch(task.command, /^deno run -qA --cached-only /);
  }
});

Deno.test("VS Code turns Deno on, and asks for its extension", async () => {
  const read = async (name: string) =>
    JSON.parse(await Deno.readTextFile(join(ROOT, ".vscode", name)));
  assertEquals((await read("settings.json"))["deno.enable"], true);
  assertEquals((await read("extensions.json")).recommendations, [
    "denoland.vscode-deno",
  ]);
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
