import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { lessons } from "../../lessons/mod.ts";
import { folderOf, ROOT } from "../../lib/workbook/checker/catalog.ts";

const readme = Deno.readTextFileSync(join(ROOT, "README.md"));

Deno.test("the README's table has each lesson of the catalogue, in order", () => {
  const rows = [...readme.matchAll(
    /^\| +(\d+) +\| \[([^\]]+)\]\(([^)]+)\) +\| (.+?) +\|$/gm,
  )];
  assertEquals(
    rows.map(([, number, title, path, claim]) => [
      Number(number),
      title,
      path,
      claim,
    ]),
    lessons.map((lesson) => [
      lesson.number,
      lesson.title,
      `./lessons/${folderOf(lesson)}/README.md`,
      lesson.claim,
    ]),
  );
});

Deno.test("the README's table of commands has each way to look at a lesson", () => {
  for (
    const option of [
      ...["--calls", "--packets", "--xray", "--serve --xray", "--step"],
      ...["--all", "--delta"],
    ]
  ) assert(new RegExp(`^\\| .*${option}`, "m").test(readme), option);
});

Deno.test("the README's table of commands has each task", () => {
  const { tasks } = JSON.parse(
    Deno.readTextFileSync(join(ROOT, "deno.json")),
  ) as { tasks: Record<string, unknown> };
  for (const task of Object.keys(tasks)) {
    // Nobody calls this one: the others depend on it.
    if (task === "std") continue;
    assert(new RegExp(`^\\| .*\`${task}[ \`]`, "m").test(readme), task);
  }
});
