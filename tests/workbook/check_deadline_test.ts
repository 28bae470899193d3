import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { stripAnsiCode } from "@std/fmt/colors";
import type { CheckLessonOptions } from "../../lib/workbook/checker/checker.ts";
import { joined } from "./text.ts";
import { type Answers, echoWith, useCopy } from "./workbook_copy.ts";

const copy = useCopy();
/** The same to the workbook as `while (true) {}`, and leaves the core alone. */
const LOOP_FOR_EVER = "while (true) Atomics.wait(" +
  "new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);";

/** Checks these answers in this process, and gives what there is to say. */
async function checkAndReport(
  answers: Answers,
  options: CheckLessonOptions = {},
): Promise<string> {
  await copy().answer(answers);
  const { checkLesson } = await copy().import(
    "lib/workbook/checker/checker.ts",
  );
  const { resultLines } = await copy().import("lib/workbook/checker/report.ts");
  const { lessons } = await copy().import("lessons/mod.ts");
  const results = await checkLesson(lessons[0], options);
  return stripAnsiCode(resultLines(results, { width: 80 }).join("\n"));
}

/** A flood must not push the report out of sight. */
function assertShort(report: string): void {
  const lines = report.split("\n");
  assert(lines.length < 50, `${lines.length} lines`);
  for (const line of lines) assert(line.length <= 80, line);
}

Deno.test("check ends an answer that loops forever, within its deadline, and checks the other one", async () => {
  await copy().answer({
    echo: `export async function echo() { ${LOOP_FOR_EVER} }`,
  });
  const { code, stdout } = await copy().run("check", "3");
  assertEquals(code, 1);
  assertMatch(
    joined(stdout),
    /✗ 3\.1 echo not right yet 1 ✗ a client connects .* Your code stalled in this step: it never returned control/,
  );
  assertMatch(stdout, /✓ 3\.2 exchange {2}solved/);
  assertShort(stdout);
});

Deno.test("check ends an answer that waits forever, and checks the other one", async () => {
  const report = await checkAndReport({
    echo: "export async function echo() { await new Promise(() => {}) }",
  });
  assertMatch(
    joined(report),
    /✗ 3\.1 echo not right yet 1 ✗ a client connects .* Timed out after 3 s, waiti/,
  );
  assertMatch(report, /✓ 3\.2 exchange {2}solved/);
  assertShort(report);
});

Deno.test("check ends an answer that prints forever", async () => {
  // Nothing beside it, which could be silent on a busy machine.
  const report = await checkAndReport({
    echo: 'export function echo() { while (true) console.log("x\\nx") }',
  }, { ids: ["3.1"] });
  assertMatch(
    joined(report),
    /✗ 3\.1 echo not right yet 1 ✗ a client connects .* it never returned control.* … and more/,
  );
  assertShort(report);
});

Deno.test("check ends an answer that prints a lot without a line break, and checks the other one", async () => {
  // More than is kept while the line break is still to come.
  const report = await checkAndReport({
    echo: `const x = new Uint8Array(1000).fill(120);
export function echo() {
  for (let i = 0; i < 3000; i++) Deno.stdout.writeSync(x);
  ${LOOP_FOR_EVER}
}`,
  });
  assertMatch(
    joined(report),
    /✗ 3\.1 echo not right yet 1 ✗ a client connects .* it never returned control.* │ x{70}/,
  );
  assertMatch(report, /✓ 3\.2 exchange {2}solved/);
  assertShort(report);
});

for (
  const [what, code] of [
    ["loops", LOOP_FOR_EVER],
    ["waits", "await new Promise(() => {});"],
  ]
) {
  Deno.test(`check ends a file that ${what} forever while it is loaded, once for all exercises`, async () => {
    await copy().answer({ head: `${code}\n` });
    const { checkLesson } = await copy().import(
      "lib/workbook/checker/checker.ts",
    );
    const { lessons } = await copy().import("lessons/mod.ts");
    const results = await checkLesson(lessons[0], {
      silenceMs: 1000,
      loadMs: 1000,
    });
    assertEquals(results.length, 2);
    for (const { verdict } of results) {
      assertEquals(verdict.state, "broken");
      assertStringIncludes(verdict.message, "never finished loading");
    }
  });
}

Deno.test("check ends an answer that is still at work at the limit", async () => {
  // The wait stalls only after three seconds, and the limit comes before that.
  await copy().answer({
    exchange: `export async function exchange() {
  while (true) await new Promise((resolve) => setTimeout(resolve, 10));
}`,
  });
  const { checkLesson } = await copy().import(
    "lib/workbook/checker/checker.ts",
  );
  const { lessons } = await copy().import("lessons/mod.ts");
  const [{ verdict }] = await checkLesson(lessons[0], {
    ids: ["3.2"],
    limitMs: 2500,
  });
  assertEquals(verdict.state, "failed");
  assertStringIncludes(verdict.report.problem, "still running at the deadline");
  assertStringIncludes(verdict.report.steps[0], 'it exchanges "hello"');
});

/** What answers replace, so that a wait never ends, or never waits. */
const REPLACED: Record<string, string> = {
  "setTimeout by one that never fires": "globalThis.setTimeout = () => 1;",
  "setInterval by one that never fires": "globalThis.setInterval = () => 1;",
  "every timer, and ends all that run": `for (let i = 0; i < 100; i++) {
  clearInterval(i);
  clearTimeout(i);
}
globalThis.setTimeout = globalThis.setInterval = () => 1;`,
  "Promise.prototype.then":
    "Promise.prototype.then = () => new Promise(() => {});",
  "Promise.race": "Promise.race = () => new Promise(() => {});",
  "subarray by one that returns everything":
    "Object.getPrototypeOf(Uint8Array.prototype).subarray = " +
    "function () { return this };",
  "the end of the process": "Deno.exit = () => {};\n" +
    'addEventListener("unload", () => { while (true) { ' +
    "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000) } });",
};
for (const [what, code] of Object.entries(REPLACED)) {
  Deno.test(`the time for one exercise is bounded: the answer replaces ${what}`, async () => {
    // Both in the file, and later, when the check is under way.
    for (const answers of [{ head: `${code}\n` }, { echo: echoWith(code) }]) {
      await copy().answer(answers);
      const { checkLesson } = await copy().import(
        "lib/workbook/checker/checker.ts",
      );
      const { lessons } = await copy().import("lessons/mod.ts");
      const startedAt = performance.now();
      const [{ verdict }] = await checkLesson(lessons[0], {
        ids: ["3.1"],
        silenceMs: 1500,
        loadMs: 3000,
        limitMs: 3000,
      });
      const tookMs = performance.now() - startedAt;
      assert(tookMs < 60_000, `${tookMs} ms`);
      assert(verdict.state !== "passed");
    }
  });
}
