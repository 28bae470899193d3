import { assert, assertEquals } from "@std/assert";
import { setColorEnabled, stripAnsiCode } from "@std/fmt/colors";
import { Narrator, Printer, visibleWidth } from "../../lib/show/mod.ts";

/** What is printed, without colours, while a story is told. */
function print(tell: (show: Narrator) => void, width = 80): string {
  let out = "";
  const printer = new Printer((text) => out += text, { width });
  tell(new Narrator((event) => printer.show(event)));
  printer.flush();
  return stripAnsiCode(out);
}

Deno.test("Printer numbers the steps, and separates them with one empty line", () => {
  const out = print((show) => {
    show.step("First");
    show.say("Something.");
    show.step("Second");
  });
  assertEquals(out, "1  First\n   Something.\n\n2  Second\n");
});

Deno.test("Printer aligns consecutive facts, but not those after other text", () => {
  const out = print((show) => {
    show.fact("port", 7000);
    show.fact("local address", "127.0.0.1");
    show.say("Then:");
    show.fact("x", 1);
  });
  assertEquals(
    out,
    "   port           7000\n   local address  127.0.0.1\n   Then:\n   x  1\n",
  );
});

Deno.test("Printer keeps a command on one line, however long it is", () => {
  const command = `curl ${"x".repeat(70)} http://x/`;
  assertEquals(
    print((show) => show.command("curl", command)),
    `   curl  ${command}\n`,
  );
});

Deno.test("Printer wraps a prediction with a hanging indent", () => {
  const out = print(
    (show) => show.predict("word ".repeat(20).trim()),
    60,
  );
  const [first, second] = out.split("\n");
  assert(first.startsWith("   Predict: word"));
  assert(second.startsWith(" ".repeat(12) + "word"));
});

Deno.test("Printer separates a diagram from the text around it with one empty line", () => {
  const out = print((show) => {
    show.step("Talk");
    show.say("Look:");
    const lanes = show.lanes("client", "server");
    lanes.call("server", "listen()");
    show.step("Next");
  });
  const lines = out.split("\n");
  assertEquals(lines.indexOf("2  Next"), lines.lastIndexOf("") - 1);
  assert(!out.includes("\n\n\n"), out);
  assertEquals(lines[2], "");
});

Deno.test("Printer shows a diagram that the lesson didn't finish", () => {
  const out = print((show) => {
    show.lanes("client", "server").call("client", "connect()");
  });
  assert(out.includes("connect()"));
});

Deno.test("Printer fits every kind of event into 60 columns", () => {
  const out = print((show) => {
    show.lesson({ number: 1, title: "T", claim: "claim ".repeat(20) });
    show.say("word ".repeat(40));
    show.fact("name", "value ".repeat(30));
    show.bytes("bytes", new Uint8Array(40));
    show.bars("time", {
      unit: "ms",
      bars: [{ name: "a".repeat(30), value: 1 }],
    });
    show.table(["", "name"], [["cell ".repeat(20), "cell ".repeat(20)]]);
    show.note("note ".repeat(30));
  }, 60);
  for (const line of out.split("\n")) assert(visibleWidth(line) <= 60, line);
});

Deno.test("Printer writes no escape sequences without color", () => {
  setColorEnabled(false);
  let out = "";
  const printer = new Printer((text) => out += text, { width: 80 });
  const show = new Narrator((event) => printer.show(event));
  show.step("A");
  show.predict("B?");
  show.fact("c", "d");
  show.lanes("e", "f").arrow({ from: "e", to: "f" }, { label: "g" });
  printer.flush();
  assertEquals(out, stripAnsiCode(out));
});
