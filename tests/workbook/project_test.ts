import { assert, assertEquals, assertExists, assertMatch } from "@std/assert";
import { join } from "node:path";
import { ROOT } from "../../lib/workbook/checker/catalog.ts";
import { temporaryFolder } from "../../lib/workbook/checker/sandbox.ts";
import { isInstalled } from "../clients/programs.ts";
import { assertLacks } from "./text.ts";
import { runDeno } from "./workbook_copy.ts";

const config = JSON.parse(await Deno.readTextFile(join(ROOT, "deno.json")));

/** What git has of deno.json, or nothing where there is no git to ask. */
async function committedConfig(): Promise<string | undefined> {
  if (!isInstalled("git")) return undefined;
  const { success, stdout } = await new Deno.Command("git", {
    args: ["show", "HEAD:deno.json"],
    cwd: ROOT,
    stderr: "null",
  }).output();
  return success ? new TextDecoder().decode(stdout) : undefined;
}

const committed = await committedConfig();
Deno.test({
  name: "the committed deno.json names no local copy of @std" +
    (committed === undefined ? " (ignored: no git repository)" : ""),
  ignore: committed === undefined,
  fn: () => assertLacks(committed!, /"links"/),
});

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
    ],
    "test",
  ];
  for (const name of commands) {
    const task = config.tasks[name];
    assertExists(task, name);
    assert(task.description.length > 0, name);
    assert(task.dependencies.includes("std"), name);
  }
});

Deno.test("plain `deno test` without a terminal runs nothing, and says in one line what to add", async () => {
  await using folder = await temporaryFolder();
  // The tiny test needs no package, so it needs no local copy of one.
  const { links: _links, ...rest } = config;
  await Deno.writeTextFile(
    join(folder.path, "deno.json"),
    JSON.stringify(rest),
  );
  await Deno.writeTextFile(
    join(folder.path, "tiny_test.ts"),
    'Deno.test("tiny", () => console.log("it ran"));\n',
  );
  const env = { NO_COLOR: "1", FORCE_COLOR: "", RUST_BACKTRACE: "0" };
  const plain = await runDeno(["test"], { cwd: folder.path, env });
  assertEquals(plain.code, 1);
  assertMatch(
    plain.stderr,
    /^error: Test permissions were found in the config file\. Did you mean to run with `-P`[^\n]*\n +at [^\n]*\n$/,
  );
  assertLacks(plain.stdout, /it ran/);
  const permitted = await runDeno(["test", "-P"], { cwd: folder.path, env });
  assertEquals(permitted.code, 0);
  assertMatch(permitted.stdout, /it ran/);
});
