import { assertEquals } from "@std/assert";
import { fitMessage } from "../../lib/show/terminal.ts";

const MESSAGE = "3.1 is reset; what you had is in a file with a long name";

Deno.test("fitMessage() keeps one line for a file or another program", () => {
  const pipe = { isTerminal: () => false };
  assertEquals(fitMessage(MESSAGE, 20, pipe), MESSAGE);
});

Deno.test("fitMessage() breaks a message at words on a terminal", () => {
  const terminal = { isTerminal: () => true };
  assertEquals(fitMessage(MESSAGE, 20, terminal).split("\n"), [
    "3.1 is reset; what",
    "  you had is in a",
    "  file with a long",
    "  name",
  ]);
  assertEquals(fitMessage(MESSAGE, 80, terminal), MESSAGE);
});
