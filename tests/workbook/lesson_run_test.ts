import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import type { ShowEvent } from "../../lib/show/mod.ts";
import { ROOT } from "../../lib/workbook/checker/catalog.ts";
import { isInstalled, Talk, terminalArgs } from "../clients/programs.ts";
import { assertLacks } from "./text.ts";
import {
  type Outcome,
  runDeno,
  useCopy,
  WorkbookCopy,
} from "./workbook_copy.ts";
import { stdArgs } from "../../lib/workbook/checker/std_args.ts";

const copy = useCopy();
// deno-lint-ignore no-control-regex
const ESCAPE = /\x1b/;

/** Every kind of event that lib/show/events.ts declares. */
const KINDS = [
  ...(await Deno.readTextFile(join(ROOT, "lib", "show", "events.ts")))
    .matchAll(/^ .*kind: "(\w+)"/gm),
].map(([, kind]) => kind);

/** How `lesson 3` comes out: the child that runs it needs a real process. */
let printed: Promise<Outcome> | undefined;
function printLesson(): Promise<Outcome> {
  return printed ??= copy().run("lesson", "3");
}

/** The titles of the steps in a printed lesson. */
function printedSteps(text: string): string[] {
  return [...text.matchAll(/^\d+ {2}(\S.*)$/gm)].map(([, title]) => title);
}

Deno.test("lesson 3 prints its steps, and what to do next", async () => {
  const { code, stdout, stderr } = await printLesson();
  assertEquals([code, stderr], [0, ""]);
  assertMatch(stdout, /^Lesson 3\. Echo\n/);
  assert(printedSteps(stdout).length >= 3);
  assertMatch(stdout, /\nread it: deno task read 3 .*deno task next\n$/);
  assertLacks(stdout, ESCAPE);
  for (const line of stdout.split("\n")) assert([...line].length <= 80, line);
});

Deno.test("lesson 3 --json gives one event a line, with the steps as printed", async () => {
  const { code, stdout, stderr } = await copy().run("lesson", "3", "--json");
  assertEquals([code, stderr], [0, ""]);
  const events: ShowEvent[] = stdout.trimEnd().split("\n")
    .map((line) => JSON.parse(line));
  let last = 0;
  for (const { kind, atMs } of events) {
    assert(KINDS.includes(kind), `unknown kind ${kind}`);
    assert(atMs >= last, `${atMs} ms comes after ${last} ms`);
    last = atMs;
  }
  assertEquals(events[0].kind, "lesson");
  const steps = events.filter((event) => event.kind === "step");
  assertEquals(steps.map(({ number }) => number), steps.map((_, i) => i + 1));
  const plain = await printLesson();
  assertEquals(steps.map(({ title }) => title), printedSteps(plain.stdout));
});

Deno.test("a lesson runs on its own, with the same steps", async () => {
  const [own, command] = await Promise.all([
    runDeno([
      "run",
      "-q",
      ...stdArgs(),
      "--allow-net=127.0.0.1",
      copy().file("lesson.ts"),
    ]),
    printLesson(),
  ]);
  assertEquals([own.code, own.stderr], [0, ""]);
  assertEquals(printedSteps(own.stdout), printedSteps(command.stdout));
});

Deno.test("a lesson without permission says so in one line", async () => {
  const { code, stderr } = await runDeno(
    ["run", "-q", ...stdArgs(), "--no-prompt", copy().file("lesson.ts")],
  );
  assertEquals(code, 2);
  assertMatch(
    stderr,
    /^the lesson lacks a permission .*`deno task lesson 3`\n$/,
  );
});

for (
  const [args, answer] of [
    [["three"], /^three is one argument too many; usage: deno task lesson 3 /],
    [["--calls=3"], /^no option --calls; usage: deno task lesson 3 /],
    [["--serve", "--port", "http"], /^no port http: ports are 1 to 65535/],
    [["--port", "7000"], /^--port goes with --serve: add --serve$/],
  ] as const
) {
  Deno.test(`a lesson on its own, misused, answers with one line: ${args.join(" ")}`, async () => {
    const { code, stdout, stderr } = await runDeno(
      [
        "run",
        "-q",
        ...stdArgs(),
        "--allow-net=127.0.0.1",
        copy().file("lesson.ts"),
        ...args,
      ],
    );
    assertEquals([code, stdout], [2, ""]);
    assertMatch(stderr, /^[^\n]+\n$/);
    assertMatch(stderr.trimEnd(), answer);
  });
}

const linux = Deno.build.os === "linux";
const script = linux && isInstalled("script");
const why = !linux
  ? " (ignored: needs script(1) of Linux)"
  : script
  ? ""
  : " (ignored: script is not installed)";

/** Runs a command on a terminal of its own, and gives what that shows. */
async function onTerminal(
  env: Record<string, string>,
  ...args: string[]
): Promise<string> {
  const command = [Deno.execPath(), ...copy().args(...args)];
  const { stdout } = await new Deno.Command("script", {
    args: terminalArgs(command),
    env: { TERM: "xterm", FORCE_COLOR: "", ...env },
    stdin: "null",
    stderr: "null",
  }).output();
  return new TextDecoder().decode(stdout);
}

Deno.test({
  name: `NO_COLOR keeps a terminal plain${why}`,
  ignore: !script,
  async fn() {
    await copy().answer({ echo: "export const echo = 3;" });
    const runs = [
      ["lesson", "3", "--no-pause"],
      ["check", "3.1"],
      ["read", "3", "--no-pager"],
    ];
    for (const args of runs) {
      const plain = await onTerminal({ NO_COLOR: "1" }, ...args);
      assertLacks(plain, ESCAPE);
      assertMatch(plain, /echo/i);
      const coloured = await onTerminal({ NO_COLOR: "" }, ...args);
      assertMatch(coloured, ESCAPE);
    }
  },
});

Deno.test({
  name: `Ctrl-C in a terminal leaves the summary a line of its own${why}`,
  ignore: !script,
  async fn() {
    const args = copy().args("lesson", "3", "--serve");
    const command = [Deno.execPath(), ...args];
    await using terminal = new Talk("script", terminalArgs(command));
    await terminal.expect(/waiting for clients/);
    await terminal.type("\x03");
    const { code, output } = await terminal.end();
    assertEquals(code, 0, output);
    assertMatch(output, /\^C\r?\n.*ended: 0 clients/);
  },
});

Deno.test({
  name:
    `a lesson stops at its questions in a terminal, and repeats what was predicted${why}`,
  ignore: !script,
  async fn() {
    const command = [Deno.execPath(), ...copy().args("lesson", "3")];
    await using terminal = new Talk("script", terminalArgs(command));
    const question = "Your prediction, or just press Enter: ";
    await terminal.expect(new RegExp(`${question}$`));
    await terminal.type("four, I think\n");
    await terminal.expect(
      new RegExp(
        `You predicted: .*four, I think[^]*${question}$`,
      ),
    );
    await terminal.type("\n");
    const { code, output } = await terminal.end();
    assertEquals(code, 0);
    assertLacks(output.slice(output.lastIndexOf(question)), /You predicted/);
  },
});

for (
  const [command, waiting] of [
    ["lesson 3", /Your prediction, or just press Enter: $/],
    ["watch", /q quit/],
    ["try 3 1", /it ran to the end/],
    ["solution 3.1", /\[y\/N\] $/],
  ] as const
) {
  Deno.test({
    name:
      `Ctrl-C during \`${command}\` leaves the shell's prompt a line of its own${why}`,
    ignore: !script,
    async fn() {
      const line = [Deno.execPath(), ...copy().args(...command.split(" "))];
      await using terminal = new Talk("script", terminalArgs(line));
      await terminal.expect(waiting);
      await terminal.type("\x03");
      const { output } = await terminal.end();
      assertMatch(output, /\n$/);
    },
  });
}

Deno.test("the list marks what is solved, not right, and not started", async () => {
  await copy().answer({ exchange: "export const exchange = 3;" });
  const { code, stdout, stderr } = await copy().call("lesson");
  assertEquals([code, stderr], [0, ""]);
  assertMatch(stdout, /^ +3 {2}Echo +3\.1 ✓ {2}3\.2 ✗$/m);
  assertMatch(stdout, /1 of 2 solved$/m);
  await copy().clear();
  assertMatch((await copy().call("lesson")).stdout, /3\.1 · {2}3\.2 ·$/m);
  await copy().answer();
  const solved = (await copy().call("lesson")).stdout;
  assertMatch(solved, /3\.1 ✓ {2}3\.2 ✓$/m);
  assertMatch(solved, /2 of 2 solved$/m);
});

Deno.test("the list shows every lesson by part, and next the very first exercise", async () => {
  await using whole = await WorkbookCopy.make({ whole: true });
  const { lessons } = await whole.import("lessons/mod.ts");
  const { code, stdout } = await whole.call("lesson");
  assertEquals(code, 0);
  for (const { number, title, part } of lessons) {
    assertMatch(stdout, new RegExp(`^ *${number} {2}${title} .* ·`, "m"));
    assert(stdout.includes(`\n${part}\n`) || stdout.startsWith(`${part}\n`));
  }
  assertMatch(stdout, / 0 of \d+ solved$/m);
  const next = await whole.call("next");
  assertEquals(next.code, 0);
  assertMatch(next.stdout, /^· 1\.1 \w+ {2}not started\n/);
});

Deno.test("next names the first exercise that isn't solved, its task, and the commands", async () => {
  await copy().clear();
  const { code, stdout, stderr } = await copy().call("next");
  assertEquals([code, stderr], [0, ""]);
  assertMatch(
    stdout,
    /^· 3\.1 echo {2}not started\n\nSend back what arrives\n/,
  );
  assertMatch(
    stdout,
    /^ {2}lessons\/03_echo\/exercise\.ts {2}is the file to edit$/m,
  );
  for (const command of ["read 3", "check 3.1", "hint 3.1"]) {
    assert(stdout.includes(`  deno task ${command} `), command);
  }
});

Deno.test("next continues to the second exercise, and to the end", async () => {
  await copy().answer({ exchange: "export const exchange = 3;" });
  assertMatch(
    (await copy().call("next")).stdout,
    /^✗ 3\.2 exchange {2}not right yet\n/,
  );
  await copy().answer();
  assertEquals(
    (await copy().call("next")).stdout,
    "You've solved every exercise.\n",
  );
});
