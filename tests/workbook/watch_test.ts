import { assertEquals, assertMatch } from "@std/assert";
import { splitSections } from "../../lib/workbook/checker/sections.ts";
import { isInstalled, Talk, terminalArgs } from "../clients/programs.ts";
import { assertLacks } from "./text.ts";
import {
  answersText,
  echoWith,
  useCopy,
  WorkbookCopy,
} from "./workbook_copy.ts";

const copy = useCopy();
const windows = Deno.build.os === "windows";
const SOLVED = /✓ 3\.1 echo {2}solved/;
/** Wrong, and a check needs three seconds to find out. */
const WRONG = "export const echo = () => new Promise(() => {});";

/** Starts `watch` and waits until it watches and has said what to do first. */
async function startWatch(): Promise<Talk> {
  await copy().clear();
  const watching = copy().start("watch");
  await watching.expect(
    /^Save an exercise\.ts to check it\. Press Ctrl-C to stop[^]* helps\n/,
  );
  return watching;
}

/** Matches a text in which the patterns stand one behind the other. */
function inOrder(...patterns: RegExp[]): RegExp {
  return new RegExp(patterns.map(({ source }) => source).join("[^]*"));
}

Deno.test("watch says what a save makes pass, what it breaks, and what is next", async () => {
  await using watching = await startWatch();
  const placeholder = await copy().read();
  const { sections } = splitSections(answersText());
  await copy().write(
    placeholder.replace(/\/\/ -+ 3\.1 [^]*(?=\/\/ -+ 3\.2)/, sections[0].text),
  );
  const next =
    /Next:\n\n· 3\.2 exchange {2}not started\n[^]*deno task hint 3\.2/;
  await watching.expect(inOrder(SOLVED, next));

  await copy().answer({ exchange: "export const exchange = 3;" });
  const broken = /✗ 3\.2 exchange {2}not right yet[^]*exports a value of type/;
  await watching.expect(inOrder(SOLVED, next, broken));

  await copy().answer();
  const all =
    /✓ 3\.2 exchange {2}solved\n[^]*Next:\n\nYou've solved every exercise\./;
  await watching.expect(inOrder(SOLVED, next, broken, all));
});

Deno.test("watch continues from the lesson that was saved, not from the first", async () => {
  await using whole = await WorkbookCopy.make({ whole: true });
  await using watching = whole.start("watch");
  await watching.expect(/Ctrl-C to stop/);
  await whole.answer();
  await watching.expect(/3\.2 exchange {2}solved\n[^]*Next:\n\n· 4\.1 /);
});

Deno.test("watch survives a syntax error", async () => {
  await using watching = await startWatch();
  await copy().answer({ head: "function {\n" });
  const broken = /✗ 3\.1 echo {2}cannot be loaded[^]*SyntaxError/;
  await watching.expect(broken);
  await copy().answer();
  await watching.expect(inOrder(broken, SOLVED));
});

Deno.test("watch sees a save that replaces the file by renaming another", async () => {
  await using watching = await startWatch();
  const temporary = copy().file("exercise.ts.swp");
  await Deno.writeTextFile(temporary, answersText());
  await Deno.rename(temporary, copy().file("exercise.ts"));
  await watching.expect(SOLVED);
});

Deno.test("watch sees a save that deletes the file and writes a new one", async () => {
  await using watching = await startWatch();
  await Deno.remove(copy().file("exercise.ts"));
  await copy().answer();
  await watching.expect(SOLVED);
});

Deno.test("watch doesn't check again what was saved as it was", async () => {
  await using watching = await startWatch();
  await copy().clear();
  await copy().answer();
  await watching.expect(SOLVED);
  watching.kill("SIGTERM");
  const { output } = await watching.end();
  const afterwards = output.slice(output.indexOf(" helps\n"));
  assertLacks(afterwards, /not started|not right yet/);
});

Deno.test("watch reports the last one of two quick saves only", async () => {
  await using watching = await startWatch();
  await copy().answer({ echo: WRONG });
  await copy().answer();
  await watching.expect(SOLVED);
  watching.kill("SIGTERM");
  const { output } = await watching.end();
  assertLacks(output, /not right yet/);
});

Deno.test("watch gives up a check under way when something is saved meanwhile", async () => {
  await using watching = await startWatch();
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  await copy().answer({
    echo: echoWith(`
  const port = ${listener.addr.port};
  await Deno.connect({ hostname: "127.0.0.1", port });
  while (true) {}`),
  });
  using _checking = await listener.accept();
  await copy().answer();
  await watching.expect(SOLVED);
  watching.kill("SIGTERM");
  const { output } = await watching.end();
  assertLacks(output, /not right yet/);
});

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.test({
    name: `${signal} ends watch with status 0` +
      (windows ? " (ignored: Windows has no such signals)" : ""),
    ignore: windows,
    async fn() {
      await using watching = await startWatch();
      watching.kill(signal);
      const { code, output } = await watching.end();
      assertEquals(code, 0);
      assertMatch(output, /^Save [^\n]+\n/);
    },
  });
}

const script = Deno.build.os === "linux" && isInstalled("script");
const why = script ? "" : " (ignored: needs script(1) of Linux)";

Deno.test({
  name: `watch takes keys in a terminal, each after the job in progress${why}`,
  ignore: !script,
  async fn() {
    await copy().clear();
    const watching = [Deno.execPath(), ...copy().args("watch")];
    const command = ["env", "NO_COLOR=1", ...watching];
    await using terminal = new Talk("script", terminalArgs(command));
    const seen: RegExp[] = [];
    const expect = (...patterns: RegExp[]) => {
      seen.push(...patterns);
      return terminal.expect(inOrder(...seen));
    };
    const keys = /h hint {3}n next {3}l list {3}q quit/;
    await expect(/· 3\.1 echo/, keys);

    await terminal.type("h");
    await expect(/Hint 1 of \d: /, /press h again for the next hint/, keys);
    // Two keys at once: none is lost.
    await terminal.type("hl");
    await expect(/Hint 2 of \d/, keys, /0 of 2 solved/, keys);
    await terminal.type("n");
    await expect(/Send and receive at once/, keys);

    const exchange = "export const exchange = 3;";
    await copy().answer({ echo: WRONG, exchange });
    await expect(/\[2J.\[H✗ 3\.1 echo/, keys);
    // A line says what is next, and n shows it.
    await copy().answer({ exchange });
    await expect(
      /\[2J.\[H✓ 3\.1 echo/,
      /Next: 3\.2 exchange\. Press n/,
      keys,
    );
    await terminal.type("n");
    await expect(/\[2J/, /Send and receive at once/, keys);
    await terminal.type("q");
    assertEquals((await terminal.end()).code, 0);
  },
});

Deno.test({
  name:
    `Ctrl-C in a terminal ends watch, and isn't taken for the answer's own end${why}`,
  ignore: !script,
  async fn() {
    await copy().clear();
    const command = [Deno.execPath(), ...copy().args("watch")];
    await using terminal = new Talk("script", terminalArgs(command));
    await terminal.expect(/q quit/);
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr as Deno.NetAddr;
    // When it has connected, its check is under way, and never ends.
    await copy().answer({
      echo: `await Deno.connect({ hostname: "127.0.0.1", port: ${port} });
        export const echo = () => new Promise(() => {});`,
    });
    using _conn = await listener.accept();
    await terminal.type("\x03");
    const { code, output } = await terminal.end();
    assertEquals(code, 0);
    assertLacks(output, /cannot be loaded|not right yet|Deno\.exit/);
  },
});
