/** `deno task test` runs a learner's file in the sandbox, and nowhere else. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { stripAnsiCode } from "@std/fmt/colors";
import { useCopy } from "./workbook_copy.ts";

const copy = useCopy({ whole: true });

/** What an answer leaves behind if it may. */
const harm = () => copy().path("harm");

/** Whether one of these has run. */
function isHarmed(): boolean {
  try {
    Deno.statSync(harm());
    return true;
  } catch {
    return false;
  }
}

Deno.test("deno task test gives a learner's file no permission, and no say in other tests", async () => {
  const code = `
/**
 * \`\`\`ts
 * Deno.writeTextFileSync(${JSON.stringify(harm())}, "by an example");
 * \`\`\`
 */
try {
  Deno.writeTextFileSync(${JSON.stringify(harm())}, "by the file");
} catch {
  // In the sandbox.
}
Deno.test("a learner's test", () => {
  Deno.writeTextFileSync(${JSON.stringify(harm())}, "by a test");
});
Deno.exit(0);
`;
  await copy().write(code);
  await Deno.writeTextFile(
    copy().path("lessons", "03_echo", "scratch.ts"),
    code,
  );
  const outcome = await copy().run(
    "test",
    "lessons/03_echo",
    "lessons/answers_test.ts",
    "lessons/03_echo/exercise.ts",
  );
  const stdout = stripAnsiCode(outcome.stdout);
  assert(!isHarmed(), stdout);
  // The examples of the reading, and the answers of the other lessons.
  assertMatch(stdout, /03_echo\/README\.md/);
  assertMatch(stdout, /1\.1 \w+ \(not started\)/);
  assertMatch(stdout, /24\.4 \w+ \(not started\)/);
  // The exit of the file is the fault of its own exercises only.
  assertMatch(stdout, /3\.1 echo \.\.\. FAILED/);
  assertMatch(stdout, /3\.2 exchange \.\.\. FAILED/);
  assertMatch(stdout, /ended with exit code 0 while loading exercise\.ts/);
  assertEquals(outcome.code, 1);
});

Deno.test("an endless loop in a learner's file ends with its own exercises", async () => {
  await copy().write("await new Promise(() => setInterval(() => {}, 1000));\n");
  const outcome = await copy().run(
    "test",
    "lessons/answers_test.ts",
    "--filter=/^[123]\\./",
  );
  const stdout = stripAnsiCode(outcome.stdout);
  assertEquals(outcome.code, 1);
  assertMatch(stdout, /2\.1 \w+ \(not started\)/);
  assertMatch(stdout, /never finished loading/);
});
