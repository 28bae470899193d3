import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { parsePort } from "../../lib/workbook/cli/command_line.ts";
import { UsageError } from "../../lib/workbook/checker/usage_error.ts";
import { useCopy } from "./workbook_copy.ts";

const copy = useCopy();

/** What is typed, and the one line that answers it. */
type Misuse = [args: string[], answer: RegExp | string];

const MISUSES: Misuse[] = [
  [
    [],
    /^which command\? commands are lesson, read, check, .* packets, why, test, bench, mutate$/,
  ],
  [["lessons"], /^no command lessons: commands are lesson, read, check, /],
  [["constructor"], /^no command constructor: commands are lesson, /],
  [[""], /^no command "": commands are lesson, /],

  [["lesson", "0"], /^no lesson 0: lessons are 1 to \d+$/],
  [["lesson", "99"], /^no lesson 99: lessons are 1 to \d+$/],
  [["lesson", "99999999999999999999"], /^no lesson 9{20}: lessons are 1 to/],
  [["lesson", "3e0"], /^no lesson 3e0: lessons are 1 to \d+$/],
  [["lesson", ""], /^no lesson "": lessons are 1 to \d+$/],
  [["lesson", "two\nlines"], /^no lesson "two\\nlines": lessons are 1 to \d+$/],
  [["lesson", "\x1b[31m"], /^no lesson "\\u001b\[31m": lessons are 1 to \d+$/],
  [["lesson", "3.1"], "3.1 is an exercise: name its lesson, 3"],
  [["lesson", "99.1"], /^no lesson 99: lessons are 1 to \d+$/],
  [
    ["lesson", "3", "echo"],
    /^echo is one argument too many; usage: deno task les/,
  ],
  [["lesson", "-1"], /^no option -1; usage: deno task lesson /],
  [["lesson", "--verbose"], /^no option --verbose; usage: deno task lesson /],
  [["lesson", "--_=3"], /^no option --_; usage: deno task lesson /],
  [["lesson", "3", "--json=yes"], /^--json takes no value; usage: /],
  [["lesson", "--serve"], "which lesson? for example deno task lesson 3"],
  [["lesson", "--json"], "which lesson? for example deno task lesson 3"],
  [["lesson", "--", "--json"], /^no lesson --json: lessons are 1 to \d+$/],
  [["lesson", "3", "--serve", "--port"], /^--port needs a value; usage: /],
  [["lesson", "3", "--serve", "--port", ""], /^--port needs a value; usage: /],
  [["lesson", "3", "--serve", "--port="], /^--port needs a value; usage: /],
  [
    ["lesson", "3", "--serve", "--port", "1", "--port", "2"],
    /^--port was given twice; usage: /,
  ],
  [
    ["lesson", "3", "--serve", "--port", "-1"],
    /^no option -1; usage: .*--port/,
  ],

  [["read"], "which lesson? usage: deno task read 3 [--no-pager]"],
  [["read", "99"], /^no lesson 99: lessons are 1 to \d+$/],
  [["read", "3.1"], "3.1 is an exercise: name its lesson, 3"],
  [
    ["read", "3", "3"],
    "3 is one argument too many; usage: deno task read 3 [--no-pager]",
  ],
  [
    ["read", "3", "--all"],
    "no option --all; usage: deno task read 3 [--no-pager]",
  ],

  [["check", "99"], /^no lesson 99: lessons are 1 to \d+$/],
  [["check", "3.9"], "no exercise 3.9: lesson 3 has 3.1 and 3.2"],
  [["check", "3.0"], "no exercise 3.0: lesson 3 has 3.1 and 3.2"],
  [["check", "3."], /^no lesson 3\.: lessons are 1 to \d+$/],
  [["check", ".1"], /^no lesson \.1: lessons are 1 to \d+$/],
  [["check", "3.1.1"], /^no lesson 3\.1\.1: lessons are 1 to \d+$/],
  [["check", ""], /^no lesson "": lessons are 1 to \d+$/],
  [
    ["check", "3.1", "3.2"],
    /^3\.2 is one argument too many; usage: deno task che/,
  ],
  [["check", "-x"], /^no option -x; usage: deno task check /],

  [["watch", "3"], "3 is one argument too many; usage: deno task watch"],
  [["watch", "--all"], "no option --all; usage: deno task watch"],
  [["watch", ""], '"" is one argument too many; usage: deno task watch'],

  [["hint"], /^which exercise\? usage: deno task hint 3\.1 /],
  [["hint", "3"], "3 is a lesson: name one of its exercises, 3.1 or 3.2"],
  [["hint", "echo"], "echo is a lesson: name one of its exercises, 3.1 or 3.2"],
  [["hint", "3.9"], "no exercise 3.9: lesson 3 has 3.1 and 3.2"],
  [["hint", "3.1", "more"], /^more is one argument too many; usage: /],
  [["hint", "3.1", "--al"], /^no option --al; usage: deno task hint 3\.1 /],
  [["hint", "3.1", "--more=2"], /^--more takes no value; usage: /],

  [["solution"], /^which exercise\? usage: deno task solution 3\.1 /],
  [["solution", "3"], "3 is a lesson: name one of its exercises, 3.1 or 3.2"],
  [["solution", "3.9", "--yes"], "no exercise 3.9: lesson 3 has 3.1 and 3.2"],
  [["solution", "3.1", "--yes=no"], /^--yes takes no value; usage: /],
  [["solution", "3.1", "--force"], /^no option --force; usage: /],
  [["solution", "3.1", "3.2"], /^3\.2 is one argument too many; usage: /],

  [["reset"], /^which exercise\? usage: deno task reset 3\.1 /],
  [["reset", "99"], /^no lesson 99: lessons are 1 to \d+$/],
  [["reset", "3.9"], "no exercise 3.9: lesson 3 has 3.1 and 3.2"],
  [["reset", "3.1", "3.2"], /^3\.2 is one argument too many; usage: /],
  [["reset", "3.1", "--yes"], /^no option --yes; usage: deno task reset /],

  [["why", "--deep"], /^no option --deep; usage: deno task why /],
  [["why", "returns", "-1"], /^no option -1; usage: deno task why /],
  [["why", "--json=yes"], /^--json takes no value; usage: deno task why /],

  [["web", "3"], /^3 is one argument too many; usage: deno task web /],
  [["web", "--open"], /^no option --open; usage: deno task web /],
  [["web", "--port", "70000"], /^no port 70000: ports are 1 to 65535/],
  [["web", "--base", "/x/"], "--base goes with --build: add --build DIR"],
  [
    ["web", "--build", "x", "--base", "x"],
    "no base path x: it starts and ends with a slash, like /workbook/",
  ],
  [
    ["web", "--build", "x", "--port", "1"],
    "--build starts no server: leave out --port",
  ],
  [
    ["web", "--build", "deno.json"],
    "deno.json is a file: name a folder to write to",
  ],

  [["next", "3"], "3 is one argument too many; usage: deno task next"],
  [["next", "--all"], "no option --all; usage: deno task next"],
];

/** What only a process of its own shows: its exit, and what its child says. */
const MISUSES_OF_A_PROCESS: Misuse[] = [
  [
    [],
    /^which command\? commands are lesson, read, check, .* packets, why, test, bench, mutate$/,
  ],
  [["hint", "3.1", "more"], /^more is one argument too many; usage: /],
  [["lesson", "3", "--port", "7000"], "--port goes with --serve: add --serve"],
  [
    ["lesson", "3", "--serve", "--port=-1"],
    /^no port -1: ports are 1 to 65535/,
  ],
  [
    ["lesson", "3", "--serve", "--port=7 000"],
    /^no port "7 000": ports are 1 /,
  ],
];

testMisuses("call", MISUSES);
testMisuses("run", MISUSES_OF_A_PROCESS);

/** Tests misuses in this process, or each in one of its own. */
function testMisuses(way: "call" | "run", misuses: Misuse[]): void {
  const what = way === "call" ? "misused" : "misused, as a process of its own";
  for (const [args, answer] of misuses) {
    const typed = args.map((arg) =>
      /^[\w.=-]+$/.test(arg) ? arg : Deno.inspect(arg)
    );
    Deno.test(`${what}, with one line: ${typed.join(" ") || "(nothing)"}`, async () => {
      await copy().answer();
      const before = await copy().lessonFiles();
      const { code, stdout, stderr } = await copy()[way](...args);
      assertEquals([code, stdout], [2, ""]);
      assertMatch(stderr, /^[^\n]+\n$/);
      const line = stderr.trimEnd();
      if (typeof answer === "string") assertEquals(line, answer);
      else assertMatch(line, answer);
      assertEquals(await copy().lessonFiles(), before);
    });
  }
}

const NO_PORTS = "-1|65536|99999999999|abc|1e3|0x10|7000.5|7 000".split("|");
for (const port of NO_PORTS) {
  Deno.test(`a lesson that serves takes no port ${port}`, () => {
    const { message } = assertThrows(() => parsePort(port), UsageError);
    assertMatch(
      message,
      /^no port .*: ports are 1 to 65535, or 0 for a free one$/,
    );
  });
}

Deno.test("-- ends the options, as npm users type it", async () => {
  await copy().clear();
  const { code, stdout } = await copy().call("check", "--", "3.1");
  assertEquals(code, 0);
  assertMatch(stdout, /^· 3\.1 echo {2}not started$/m);
});

for (const name of ["3", "03", "echo", "03_echo"]) {
  Deno.test(`${name} names lesson 3`, async () => {
    await copy().clear();
    const { code, stdout } = await copy().call("check", name);
    assertEquals(code, 0);
    assertMatch(stdout, /^· 3\.1 echo {2}not started\n· 3\.2 exchange {2}/);
  });
}

/** Every command, and one that is not given. */
const HELPED: [args: string[], usage: RegExp][] = [
  [["--help"], /^usage: deno task COMMAND; commands are lesson, .* mutate$/],
  [["-h"], /^usage: deno task COMMAND; /],
  ...[
    ...["lesson", "read", "check", "watch", "hint", "solution", "reset"],
    ...["next", "packets", "why", "try", "test", "bench", "mutate"],
  ].map((name): [string[], RegExp] => [
    [name, "--help"],
    new RegExp(`^usage: deno task ${name}\\b`),
  ]),
  [["hint", "-h"], /^usage: deno task hint 3\.1 /],
  [
    ["packets", "a.pcap", "--json", "--help"],
    /^usage: deno task packets FILE /,
  ],
];

for (const [args, usage] of HELPED) {
  Deno.test(`asked for help, with one line of usage: ${args.join(" ")}`, async () => {
    const { code, stdout, stderr } = await copy().call(...args);
    assertEquals([code, stderr], [0, ""]);
    assertMatch(stdout, /^[^\n]+\n$/);
    assertMatch(stdout.trimEnd(), usage);
  });
}

Deno.test("a lesson that runs by itself prints its usage for --help", async () => {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-qA", "--cached-only", "--import-map=lib/std/offline.json"],
      ...["lessons/01_endpoint/lesson.ts", "--help"],
    ],
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  assertEquals([code, decoder.decode(stderr)], [0, ""]);
  assertMatch(decoder.decode(stdout), /^usage: deno task lesson 1 [^\n]+\n$/);
});
