import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { splitSections } from "../../lib/workbook/checker/sections.ts";
import { answersText, useCopy } from "./workbook_copy.ts";

const copy = useCopy();
const BACKUP = /lessons\/03_echo\/(exercise\.[\dT.-]+\.bak)$/;

/** Resets, and gives the name of the backup that it names. */
async function reset(target: string): Promise<string> {
  const { code, stdout, stderr } = await copy().call("reset", target);
  assertEquals([code, stderr], [0, ""]);
  assertMatch(stdout, /^[^\n]+\n$/);
  const backup = stdout.trimEnd().match(BACKUP)?.[1];
  assert(backup !== undefined, stdout);
  return backup;
}

async function placeholder(): Promise<string> {
  return await Deno.readTextFile(copy().file("placeholder.ts"));
}

/** Text that must come through as it is: a BOM, CRLF, no line break at the end. */
const YOURS = "\ufeff// mine ✓ \0 \r\n" + answersText() + "// the end";

Deno.test("reset backs up bytes that are no text", async () => {
  const yours = new Uint8Array([
    ...new TextEncoder().encode(answersText()),
    ...[0x2f, 0x2f, 0xff, 0xfe, 0x00],
  ]);
  await Deno.writeFile(copy().file("exercise.ts"), yours);
  assertEquals(await Deno.readFile(copy().file(await reset("3.1"))), yours);
});

Deno.test("reset 3 puts the whole file back, and keeps a complete backup", async () => {
  await copy().write(YOURS);
  const backup = await reset("3");
  assertEquals(await copy().read(), await placeholder());
  assertEquals(
    await Deno.readFile(copy().file(backup)),
    new TextEncoder().encode(YOURS),
  );
});

Deno.test("reset 3.1 puts one placeholder back, and leaves all else alone", async () => {
  await copy().write(YOURS);
  const backup = await reset("3.1");
  assertEquals(
    await Deno.readFile(copy().file(backup)),
    new TextEncoder().encode(YOURS),
  );
  const [fresh, yours] = [await copy().read(), YOURS].map(splitSections);
  const [first, second] = splitSections(await placeholder()).sections;
  assertEquals(fresh.sections, [first, yours.sections[1]]);
  assert(fresh.head.endsWith(yours.head));
  assert(second.text !== yours.sections[1].text);
});

Deno.test("reset 3.2 leaves 3.1 solved, also when the import of todo is gone", async () => {
  await copy().answer();
  await reset("3.2");
  const { code, stdout } = await copy().call("check", "3");
  assertEquals(code, 0);
  assertMatch(
    stdout,
    /^✓ 3\.1 echo {2}solved\n· 3\.2 exchange {2}not started$/m,
  );
});

Deno.test("reset doesn't import todo twice", async () => {
  const { head } = splitSections(await placeholder());
  await copy().answer({ head });
  await reset("3.1");
  assertEquals(
    await copy().read().then((text) => text.match(/^import/gm)?.length),
    1,
  );
  assertEquals((await copy().call("check", "3")).code, 0);
});

Deno.test("reset says when there is nothing to reset, and makes no backup", async () => {
  await copy().clear();
  const before = await copy().lessonFiles();
  for (const target of ["3", "3.1", "3.2"]) {
    const { code, stdout } = await copy().call("reset", target);
    assertEquals(code, 0);
    assertMatch(
      stdout,
      /^you haven't changed 3\S*: nothing to reset\n$/,
    );
  }
  assertEquals(await copy().lessonFiles(), before);
});

Deno.test("reset brings back a file that was removed", async () => {
  for (const target of ["3", "3.1"]) {
    await Deno.remove(copy().file("exercise.ts"));
    const { code, stdout } = await copy().call("reset", target);
    assertEquals(code, 0);
    assertMatch(stdout, /^3\S* is reset; the file was missing\n$/);
    assertEquals(await copy().read(), await placeholder());
  }
});

const HEADING = answersText().match(/^\/\/ -+ 3\.1 echo -+$/m)![0];
for (
  const [what, text] of [
    ["is missing", answersText().replace(HEADING, "")],
    ["is there twice", answersText() + HEADING],
  ]
) {
  Deno.test(`reset 3.1 changes nothing when its heading ${what}, and names the way out`, async () => {
    await copy().write(text);
    const before = await copy().lessonFiles();
    const { code, stdout, stderr } = await copy().call("reset", "3.1");
    assertEquals([code, stderr], [1, ""]);
    assertMatch(
      stdout,
      /doesn't have exactly one heading .* 3\.1 .*`deno task reset 3`/,
    );
    assertEquals(await copy().lessonFiles(), before);
    await reset("3");
    assertEquals(await copy().read(), await placeholder());
  });
}

Deno.test("reset keeps a backup of each, however soon one follows another", async () => {
  const texts = Array.from(
    { length: 4 },
    (_, i) => answersText({ head: `// ${i}\n` }),
  );
  const backups = [];
  for (const text of texts) {
    await copy().write(text);
    backups.push(await reset("3"));
  }
  assertEquals(new Set(backups).size, texts.length);
  for (const [i, backup] of backups.entries()) {
    assertEquals(await Deno.readTextFile(copy().file(backup)), texts[i]);
  }
});

Deno.test("git ignores what reset makes, and no file of a lesson", async () => {
  const ignored = await Deno.readTextFile(
    join(import.meta.dirname!, "../../.gitignore"),
  );
  assertMatch(ignored, /^lessons\/\*\/exercise\.\*\.bak$/m);
  await copy().answer();
  assertMatch(await reset("3.1"), /^exercise\..+\.bak$/);
});

Deno.test("reset 3.1 keeps every byte outside its section, whatever the encoding", async () => {
  const rest = new Uint8Array([0x2f, 0x2f, 0xe4, 0xff, 0x80, 0x00]);
  const answers = new TextEncoder().encode(answersText());
  await Deno.writeFile(
    copy().file("exercise.ts"),
    new Uint8Array([...answers, ...rest]),
  );
  await reset("3.1");
  const after = await Deno.readFile(copy().file("exercise.ts"));
  assertEquals(after.slice(-rest.length), rest);
});

Deno.test("reset 3.1 in a file with CRLF puts back a placeholder with CRLF", async () => {
  await copy().write(answersText().replaceAll("\n", "\r\n"));
  await reset("3.1");
  const text = await copy().read();
  assertEquals(text.match(/(?<!\r)\n/g), null);
});

Deno.test({
  name: "reset follows a symbolic link, and leaves it one" +
    (Deno.build.os === "windows" ? " (ignored: links need an admin)" : ""),
  ignore: Deno.build.os === "windows",
  async fn() {
    const [link, file] = ["exercise.ts", "mine.ts"].map((name) =>
      copy().file(name)
    );
    await Deno.writeTextFile(file, answersText());
    await Deno.remove(link);
    await Deno.symlink(file, link);
    try {
      await reset("3");
      assert((await Deno.lstat(link)).isSymlink);
      assertEquals(await Deno.readTextFile(file), await placeholder());
    } finally {
      await Deno.remove(link);
      await Deno.remove(file);
    }
  },
});
