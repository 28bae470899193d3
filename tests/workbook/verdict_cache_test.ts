import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Lesson } from "../../lib/workbook/checker/catalog.ts";
import { sampleOf } from "../sample.ts";
import { echoWith, useCopy, WorkbookCopy } from "./workbook_copy.ts";

const copy = useCopy();

/** The list's mark of 3.1, and how many checks it took to find it out. */
async function listed(
  way: "call" | "run" = "call",
): Promise<{ mark: string; runs: number }> {
  const { stdout, stderr } = await copy()[way]("lesson");
  assertEquals(stderr, "");
  const mark = stdout.match(/3\.1 (.)/)![1];
  return { mark, runs: await countRuns() };
}

const COUNTER = "runs";

/** Counts the checks since the last call: each starts a child process. */
async function countRuns(): Promise<number> {
  const path = copy().path(COUNTER);
  const text = await Deno.readTextFile(path).catch(() => "");
  await Deno.writeTextFile(path, "");
  return text.length;
}

/** Lets the workbook in the copy count the processes that it starts. */
async function watchRuns(): Promise<void> {
  const file = copy().path("lib", "workbook", "checker", "run_check.ts");
  const text = await Deno.readTextFile(file);
  const path = JSON.stringify(copy().path(COUNTER));
  const counting =
    `Deno.writeTextFileSync(${path}, "x", { append: true });\n  const child = await`;
  assert(text.includes("const child = await"));
  await Deno.writeTextFile(file, text.replace("const child = await", counting));
  await Deno.remove(copy().path(".workbook"), { recursive: true })
    .catch(() => {});
  await countRuns();
}

/** Whether a verdict on a lesson's answers can be had again. */
async function isRemembered(
  workbook: WorkbookCopy,
  lesson: Lesson,
): Promise<boolean> {
  const { VerdictCache } = await workbook.import(
    "lib/workbook/checker/verdict_cache.ts",
  );
  const cache = VerdictCache.open();
  const verdict = { state: "passed" };
  cache.set({ lesson, id: "0.1", name: "", verdict, printed: "" });
  return cache.get(lesson, "0.1") !== undefined;
}

Deno.test("the list checks an answer once, and again when the answer changes", async () => {
  await watchRuns();
  await copy().answer();
  assertEquals(await listed(), { mark: "✓", runs: 2 });
  assertEquals(await listed(), { mark: "✓", runs: 0 });
  await copy().answer({ echo: echoWith("return;") });
  assertEquals(await listed(), { mark: "✗", runs: 2 });
  assertEquals(await listed(), { mark: "✗", runs: 0 });
  await copy().clear();
  assertEquals(await listed(), { mark: "·", runs: 0 });
});

const CHANGES: Record<string, string[]> = {
  "its check": ["lessons", "03_echo", "checks", "echo.ts"],
  "its solution": ["lessons", "03_echo", "solution.ts"],
  "a helper": ["lib", "net", "read.ts"],
  "the kit": ["lib", "workbook", "kit", "trial.ts"],
};
for (const [what, path] of sampleOf(Object.entries(CHANGES))) {
  Deno.test(`an answer is checked again when ${what} changes`, async () => {
    await copy().answer();
    await listed();
    assertEquals((await listed()).runs, 0);
    const file = copy().path(...path);
    const text = await Deno.readTextFile(file);
    await Deno.writeTextFile(file, `${text}// changed\n`);
    assertEquals((await listed()).runs, 2);
    await Deno.writeTextFile(file, text);
  });
}

Deno.test("an answer is checked again when Deno's version changes", async () => {
  await copy().answer();
  await listed();
  const file = copy().path(".workbook", "verdicts.json");
  const cache = copy().path("lib", "workbook", "checker", "verdict_cache.ts");
  const text = await Deno.readTextFile(cache);
  const other = text.replace("${Deno.version.deno} ", "99.0.0 ");
  assert(other !== text);
  const before = await Deno.readTextFile(file);
  await Deno.writeTextFile(cache, other);
  // This process has loaded the other code.
  assertEquals((await listed("run")).runs, 2);
  assert(await Deno.readTextFile(file) !== before);
  await Deno.writeTextFile(cache, text);
});

Deno.test("an answer that imports another file of the learner's is never remembered", async () => {
  await Deno.writeTextFile(copy().file("mine.ts"), "export const SIZE = 9;\n");
  const { lessons } = await copy().import("lessons/mod.ts");
  const imports = [
    'import "./mine.ts";',
    "import { SIZE } from './mine.ts'",
    'import "node:net"; import {\n  SIZE,\n} from "./mine.ts";',
    'export * from "./mine.ts";',
    'const { SIZE } = await import("./mine.ts");',
  ];
  for (const head of imports) {
    await copy().answer({ head: `${head}\n` });
    assert(!await isRemembered(copy(), lessons[0]), head);
  }
});

Deno.test("every lesson's verdicts are remembered, whatever its solution imports", async () => {
  await using whole = await WorkbookCopy.make({ whole: true });
  const { lessons } = await whole.import("lessons/mod.ts");
  const { fileOf } = await whole.import("lib/workbook/checker/catalog.ts");
  for (const lesson of lessons) {
    const [exercise, solution] = ["exercise.ts", "solution.ts"]
      .map((name) => fileOf(lesson, name));
    await Deno.copyFile(solution, exercise);
    assert(await isRemembered(whole, lesson), lesson.name);
  }
});

Deno.test("check always runs again, and next uses remembered verdicts", async () => {
  await copy().answer();
  await listed();
  await copy().call("check", "3.1");
  assertEquals(await countRuns(), 1);
  assertMatch(
    (await copy().call("next")).stdout,
    /^You've solved every exercise/,
  );
  assertEquals(await countRuns(), 0);
});

Deno.test("a damaged file of verdicts is as good as none", async () => {
  await copy().answer();
  const texts = ["", "null", "{", '{"3.1":5}', '{"3.1":{"key":1}}'];
  for (const text of sampleOf(texts)) {
    await Deno.writeTextFile(copy().path(".workbook", "verdicts.json"), text);
    assertEquals((await listed()).mark, "✓", text);
  }
});
