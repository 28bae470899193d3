import { assert, assertEquals, assertMatch } from "@std/assert";
import { stripAnsiCode } from "@std/fmt/colors";
import { isInstalled, Talk, terminalArgs } from "../clients/programs.ts";
import { assertLacks, joined } from "./text.ts";
import { answersText, useCopy } from "./workbook_copy.ts";

const copy = useCopy();

/** The numbers of the hints that a command shows, and of all there are. */
async function hints(...options: string[]): Promise<[number[], number]> {
  const { code, stdout, stderr } = await copy().call("hint", "3.1", ...options);
  assertEquals([code, stderr], [0, ""]);
  const heads = [...stdout.matchAll(/^Hint (\d+) of (\d+): \S/gm)];
  return [heads.map(([, n]) => Number(n)), Number(heads[0][2])];
}

Deno.test("hint gives the first hint, and says how to get the next", async () => {
  await copy().clear();
  const { code, stdout } = await copy().call("hint", "3.1");
  assertEquals(code, 0);
  assertMatch(
    stdout,
    /^3\.1 Send back what arrives\n\nHint 1 of \d+: How does/,
  );
  assertLacks(stdout, /Hint 2/);
  assertMatch(stdout, /^next hint: deno task hint 3\.1 --more$/m);
});

Deno.test("hint gives one more for each --more, and stops at the last", async () => {
  const [, count] = await hints();
  for (let more = 1; more <= count; more++) {
    const [shown] = await hints(...Array(more).fill("--more"));
    const numbers = Array.from(
      { length: Math.min(more + 1, count) },
      (_, i) => i + 1,
    );
    assertEquals(shown, numbers);
  }
});

Deno.test("hint names the command for the next hint until there is none", async () => {
  const [, count] = await hints();
  let command = "hint 3.1";
  for (let shown = 1; shown < count; shown++) {
    const { stdout } = await copy().call(...command.split(" "));
    command = stdout.match(/^next hint: deno task (.+)$/m)![1];
  }
  const { stdout } = await copy().call(...command.split(" "));
  assertMatch(
    stdout,
    /^that was the last hint; deno task solution 3\.1 shows/m,
  );
});

Deno.test("hint --all gives every hint, code as it was written", async () => {
  const [shown, count] = await hints("--all");
  assertEquals(shown.length, count);
  const { stdout } = await copy().call("hint", "3.1", "--all");
  assertMatch(stdout, /^ {4}const count = await conn\.read\(buffer\);$/m);
});

Deno.test("hint works when the learner's file doesn't parse, and runs none of it", async () => {
  for (const text of ["function {", "while (true) {}", "Deno.exit(3);"]) {
    await copy().write(text);
    // A process of its own: this one has loaded the lesson's modules already.
    const { code, stdout, stderr } = await copy().run("hint", "3.1");
    assertEquals([code, stderr], [0, ""]);
    assertMatch(stdout, /\n\nHint 1 of \d+: \S/);
    assertLacks(stdout, /Hint 2/);
  }
});

Deno.test("solution shows nothing without a yes while the exercise isn't solved", async () => {
  for (const text of [undefined, "function {", answersText({ echo: "" })]) {
    if (text === undefined) await copy().clear();
    else await copy().write(text);
    const { code, stdout, stderr } = await copy().call("solution", "3.1");
    assertEquals([code, stdout], [2, ""]);
    assertMatch(stderr, /^3\.1 is not solved: .*solution 3\.1 --yes.*\n$/);
  }
  // A process of its own that nobody types to does not wait for a yes either.
  await copy().clear();
  const { code, stdout, stderr } = await copy().run("solution", "3.1");
  assertEquals([code, stdout], [2, ""]);
  assertMatch(stderr, /^3\.1 is not solved: /);
});

Deno.test("solution --yes shows it with its comments, and nothing of the other one", async () => {
  await copy().clear();
  const { code, stdout, stderr } = await copy().call(
    "solution",
    "3.1",
    "--yes",
  );
  assertEquals([code, stderr], [0, ""]);
  assertMatch(stdout, /^\/\/ -+ 3\.1 echo -+\n/);
  assertMatch(stdout, /^ {4}\/\/ null is the end of the client's stream; /m);
  assertMatch(stdout, /^}\n\nthe whole file: .*solution\.ts$/m);
  assertLacks(stdout, /exchange/);
});

Deno.test("solution is shown at once when the exercise is solved", async () => {
  await copy().answer({ exchange: "export const exchange = 3;" });
  const { code, stdout } = await copy().call("solution", "3.1");
  assertEquals(code, 0);
  assertMatch(stdout, /^\/\/ -+ 3\.1 echo -+\n/);
  assertEquals((await copy().call("solution", "3.2")).code, 2);
});

const script = Deno.build.os === "linux" && isInstalled("script");

Deno.test({
  name:
    `solution says on a terminal what it is doing, and its prompt stands alone${
      script ? "" : " (ignored: script is not installed)"
    }`,
  ignore: !script,
  async fn() {
    await copy().clear();
    const command = [Deno.execPath(), ...copy().args("solution", "3.1")];
    await using terminal = new Talk("script", terminalArgs(command));
    await terminal.expect(/\[y\/N\]/);
    await terminal.type("y\n");
    const { output } = await terminal.end();
    const shown = stripAnsiCode(output);
    assertMatch(shown, /^checking 3\.1 …\r?\n/m);
    assertMatch(shown, /^\/\/ -+ 3\.1 echo -+\r?$/m);
  },
});

Deno.test({
  name: `read uses the pager in a terminal, unless told not to${
    script ? "" : " (ignored: script is not installed)"
  }`,
  ignore: !script,
  async fn() {
    const pager = "PAGER=sed s/^/paged:/";
    for (
      const [args, paged] of [[[], true], [["--no-pager"], false]] as const
    ) {
      const read = [Deno.execPath(), ...copy().args("read", "3", ...args)];
      await using terminal = new Talk(
        "script",
        terminalArgs(["env", pager, ...read]),
      );
      const { output } = await terminal.end();
      assertMatch(output, /Lesson 3\. Echo/);
      assertEquals(output.includes("paged:"), paged);
    }
  },
});

Deno.test("read shows the lesson within 80 columns, but for blocks of code", async () => {
  const { code, stdout, stderr } = await copy().call("read", "echo");
  assertEquals([code, stderr], [0, ""]);
  assertMatch(stdout, /Lesson 3\. Echo/);
  const readme = await Deno.readTextFile(copy().file("README.md"));
  for (const line of stdout.split("\n")) {
    const isCode = line.trim() !== "" && readme.includes(line.trim());
    assert([...line].length <= 80 || isCode, line);
  }
  const heading = readme.match(/^## Remember$/m);
  assert(heading !== null && joined(stdout).includes("Remember"));
});
