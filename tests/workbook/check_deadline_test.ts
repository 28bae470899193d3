import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { joined } from "./text.ts";
import { type Answers, useCopy, WorkbookCopy } from "./workbook_copy.ts";

/** Answers that would keep a check waiting, and what must be said of each. */
const ENDLESS: Record<string, [answers: Answers, said: RegExp]> = {
  "waits for ever": [
    { echo: "export async function echo() { await new Promise(() => {}) }" },
    /1 ✗ a client connects .* It stalled: nothing came within 3 s while waiti/,
  ],
  "loops for ever": [
    { echo: "export async function echo() { while (true) {} }" },
    /1 ✗ a client connects .* your code never gave control back/,
  ],
  "prints for ever": [
    { echo: 'export function echo() { while (true) console.log("x\\nx") }' },
    /1 ✗ a client connects .* your code never gave control back.* … and more/,
  ],
  "prints for ever, without a line break": [
    {
      echo: `const x = new Uint8Array(1000).fill(120);
export function echo() { while (true) Deno.stdout.writeSync(x) }`,
    },
    /1 ✗ a client connects .* your code never gave control back.* │ x{70}/,
  ],
};

Deno.test("check ends each answer that would not end, within its deadline, and checks the other one", async () => {
  await Promise.all(
    Object.entries(ENDLESS).map(async ([what, [answers, said]]) => {
      await using copy = await WorkbookCopy.make();
      await copy.answer(answers);
      const { code, stdout } = await copy.run("check", "3");
      const text = joined(stdout);
      assertEquals(code, 1, what);
      assertMatch(text, said, what);
      assertMatch(text, /✗ 3\.1 echo not right yet/, what);
      assertMatch(text, /✓ 3\.2 exchange solved/, what);
      // A flood must not push the report out of sight.
      const lines = stdout.split("\n");
      assert(lines.length < 50, `${what}: ${lines.length} lines`);
      for (const line of lines) assert(line.length <= 80, line);
    }),
  );
});

const copy = useCopy();

for (
  const [what, code] of [
    ["loops", "while (true) {}"],
    ["waits", "await new Promise(() => {});"],
  ]
) {
  Deno.test(`check ends a file that ${what} for ever while it is loaded, once for all exercises`, async () => {
    await copy().answer({ head: `${code}\n` });
    const { checkLesson } = await copy().import("lib/workbook/checker.ts");
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
  // Bytes that move are progress, so no wait stalls: only the limit is left.
  await copy().answer({
    exchange: `export async function exchange(conn: Deno.Conn) {
  const byte = new Uint8Array(1);
  while (true) {
    await conn.write(byte);
    await conn.read(byte);
  }
}`,
  });
  const { checkLesson } = await copy().import("lib/workbook/checker.ts");
  const { lessons } = await copy().import("lessons/mod.ts");
  const [{ verdict }] = await checkLesson(lessons[0], {
    ids: ["3.2"],
    limitMs: 1000,
  });
  assertEquals(verdict.state, "failed");
  assertStringIncludes(verdict.report.problem, "still at work at the deadline");
  assertStringIncludes(verdict.report.steps[0], 'it exchanges "hello"');
});
