import { assert, assertEquals, assertMatch } from "@std/assert";
import { stripAnsiCode } from "@std/fmt/colors";
import { lessons } from "../../lessons/mod.ts";
import {
  type Example,
  joinExamples,
} from "../../lib/workbook/checker/examples.ts";
import { isTested } from "../sample.ts";
import { useCopy } from "./workbook_copy.ts";

const copy = useCopy({ whole: true });
const windows = Deno.build.os === "windows";

Deno.test("joinExamples() moves imports to the top, each name once, and keeps blocks apart", () => {
  const code = (name: string) =>
    `import { a, b } from "./x.ts";\nimport type { T } from "./x.ts";\nconst ${name} = 1;\n`;
  const examples: Example[] = [
    { number: 1, heading: "First", code: code("c") },
    { number: 2, heading: "Second", code: code("c") },
  ];
  assertEquals(
    joinExamples(examples),
    `import { a, b, type T } from "./x.ts";

// 1. First
{
  const c = 1;
}

// 2. Second
{
  const c = 1;
}
`,
  );
});

for (const { number, name } of lessons.filter(isTested)) {
  const ignore = windows && ["unix_streams", "choosing"].includes(name);
  const note = ignore ? " (ignored: Deno has no Unix sockets on Windows)" : "";
  Deno.test(`try ${number} runs the reading's examples in the sandbox${note}`, {
    ignore,
  }, async () => {
    const { code, stdout, stderr } = await copy().run("try", `${number}`);
    assertEquals([code, stderr], [0, ""]);
    assertMatch(stdout, /scratch\.ts\n[^]*it ran to the end: every assertion/);
  });
}

Deno.test("try 3 keeps what the learner wrote, and try 3 2 keeps a backup of it", async () => {
  const file = copy().path("lessons", "03_echo", "scratch.ts");
  await Deno.writeTextFile(file, 'console.log("mine");\n');
  const again = await copy().run("try", "3");
  assertMatch(
    again.stdout,
    /has your earlier changes; delete it to start over\nmine/,
  );
  const second = await copy().run("try", "3", "2");
  const [, backup] = second.stdout.match(/your code is saved in (\S+)/)!;
  assertEquals(
    await Deno.readTextFile(copy().path(backup)),
    'console.log("mine");\n',
  );
});

Deno.test("try shows an assertion that doesn't hold, and exits with 1", async () => {
  const file = copy().path("lessons", "03_echo", "scratch.ts");
  await Deno.writeTextFile(
    file,
    'import { assertEquals } from "@std/assert";\nassertEquals(1, 2);\n',
  );
  const { code, stdout, stderr } = await copy().run("try", "3");
  assertEquals(code, 1);
  assertMatch(stripAnsiCode(stderr), /scratch\.ts:2:/);
  assertMatch(stdout, /it ended with exit code 1/);
  await Deno.remove(file);
});

Deno.test("try gives a scratch file no more permission than an answer", async () => {
  const file = copy().path("lessons", "03_echo", "scratch.ts");
  await Deno.writeTextFile(file, `Deno.removeSync(${JSON.stringify(file)});\n`);
  const { code, stderr } = await copy().run("try", "3");
  assertEquals(code, 1);
  assertMatch(stderr, /NotCapable/);
  assert((await Deno.stat(file)).isFile);
  await Deno.remove(file);
});

Deno.test("try says in one line what it doesn't have", async () => {
  const { code, stderr } = await copy().call("try", "3", "99");
  assertEquals(code, 2);
  assertMatch(stderr, /^no example 99: lesson 3 has 1 to \d+\n$/);
});
