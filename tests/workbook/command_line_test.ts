import { assertEquals, assertThrows } from "@std/assert";
import {
  type CommandSyntax,
  parseCommandLine,
  parsePort,
} from "../../lib/workbook/cli/command_line.ts";
import {
  repeated,
  UsageError,
} from "../../lib/workbook/checker/usage_error.ts";

const SYNTAX: CommandSyntax = {
  usage: "try 3 [--deep] [--port 7000]",
  flags: ["deep"],
  values: ["port"],
  words: [1, 2],
  noun: "lesson",
};

/** The message for what parseCommandLine() turns away. */
function complaint(args: string[]): string {
  return assertThrows(() => parseCommandLine(args, SYNTAX), UsageError).message;
}

Deno.test("parseCommandLine() returns words, flags by number and values", () => {
  assertEquals(
    parseCommandLine(["3", "--deep", "--port", "7", "4", "--deep"], SYNTAX),
    { words: ["3", "4"], flags: { deep: 2 }, values: { port: "7" } },
  );
  assertEquals(
    parseCommandLine(["03"], SYNTAX),
    { words: ["03"], flags: { deep: 0 }, values: { port: undefined } },
  );
});

Deno.test("parseCommandLine() leaves values and words as they were typed", () => {
  const { words, values } = parseCommandLine(["1e3", "--port=007"], SYNTAX);
  assertEquals([words, values.port], [["1e3"], "007"]);
});

Deno.test("parseCommandLine() takes everything after -- as words", () => {
  assertEquals(
    parseCommandLine(["--", "--deepest", "--deep=1"], SYNTAX).words,
    [
      "--deepest",
      "--deep=1",
    ],
  );
});

Deno.test("parseCommandLine() says in one line what is wrong", () => {
  const usage = `usage: ${SYNTAX.usage}`;
  assertEquals(complaint([]), `which lesson? ${usage}`);
  assertEquals(
    complaint(["1", "2", "3"]),
    `3 is one argument too many; ${usage}`,
  );
  assertEquals(complaint(["1", "--up"]), `no option --up; ${usage}`);
  assertEquals(complaint(["1", "--up=2"]), `no option --up; ${usage}`);
  assertEquals(complaint(["1", "-d"]), `no option -d; ${usage}`);
  assertEquals(complaint(["1", "--no-deep"]), `no option --no-deep; ${usage}`);
  assertEquals(complaint(["1", "--deep=1"]), `--deep takes no value; ${usage}`);
  assertEquals(
    complaint(["1", "--no-deep=1"]),
    `no option --no-deep; ${usage}`,
  );
  assertEquals(complaint(["1", "--port"]), `--port needs a value; ${usage}`);
  assertEquals(
    complaint(["1", "--port", "--deep"]),
    `--port needs a value; ${usage}`,
  );
  assertEquals(
    complaint(["1", "--port", "1", "--port=2"]),
    `--port was given twice; ${usage}`,
  );
});

Deno.test("parsePort() takes 0 to 65535, in digits", () => {
  assertEquals(["0", "1", "65535", "00080"].map(parsePort), [0, 1, 65535, 80]);
  for (
    const text of ["", " ", "-1", "65536", "1e3", "0x10", "80.0", "٣", "http"]
  ) {
    assertThrows(() => parsePort(text), UsageError, "ports are 1 to 65535");
  }
});

Deno.test("repeated() keeps a message on one line, and shows what can't be seen", () => {
  assertEquals(repeated("--port"), "--port");
  assertEquals(repeated(" "), '" "');
  assertEquals(repeated("a\n\x1b[1m"), '"a\\n\\u001b[1m"');
});
