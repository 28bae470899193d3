import { assertEquals, assertMatch } from "@std/assert";
import { useBrowser } from "./browser.ts";

const test = useBrowser();

/** Sends the whole buffer back, however few bytes are new. */
const WRONG = `export async function echo(conn) {
  const buffer = new Uint8Array(1024);
  while (await conn.read(buffer) !== null) await conn.write(buffer);
}`;

test("a save shows the verdict on a wrong answer, then on a right one, and our solution", async ({ copy, open }) => {
  const page = await open("lessons/03-echo");
  const exercise = page.locator("#exercise-3\\.1");
  assertMatch(await exercise.innerText(), /not started/);

  await copy.answer({ echo: WRONG });
  await exercise.locator(".problem").waitFor();
  const wrong = await exercise.innerText();
  assertMatch(wrong, /not right yet/);
  assertMatch(wrong, /got 1024/);
  // The first byte that differs is marked.
  assertEquals(await exercise.locator("mark").innerText(), "00");
  assertEquals(
    await page.locator("nav [data-exercise='3.1']").getAttribute("class"),
    "dot failed",
  );

  await copy.answer();
  await exercise.locator("text=Show our solution").click();
  await exercise.locator("pre", { hasText: "conn.read(buffer)" }).waitFor();
  assertMatch(await exercise.innerText(), /✓ solved/);
  await page.context().close();
});

test("hints come one at a time", async ({ copy, open }) => {
  await copy.clear();
  const page = await open("lessons/03-echo");
  const exercise = page.locator("#exercise-3\\.2");
  assertEquals(await exercise.locator(".hint").count(), 0);
  await exercise.locator("text=Show a hint").click();
  await exercise.locator("text=Show the next hint").click();
  assertEquals(await exercise.locator(".hint").count(), 2);
  await page.context().close();
});

test("the file opens in the editor at its exercise", async ({ copy, open }) => {
  await copy.clear();
  const page = await open("lessons/03-echo");
  const link = page.locator("#exercise-3\\.2 >> text=Open in VS Code");
  const text = await copy.read();
  const line = text.slice(0, text.indexOf("// ---- 3.2")).split("\n").length;
  assertEquals(
    await link.getAttribute("href"),
    `vscode://file${copy.file("exercise.ts")}:${line}`,
  );
  await page.context().close();
});

test("an exercise says which file to edit, and copies its path", async ({ copy, open }) => {
  await copy.clear();
  const page = await open("lessons/03-echo");
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  const exercise = page.locator("#exercise-3\\.1");
  assertMatch(await exercise.innerText(), /Each time you save it/);
  await exercise.locator("text=Copy path").click();
  await exercise.locator("text=Copied").waitFor();
  assertEquals(
    await page.evaluate(() => navigator.clipboard.readText()),
    copy.file("exercise.ts"),
  );
  await page.context().close();
});

test("what an answer prints is text, never HTML", async ({ copy, open }) => {
  const page = await open("lessons/03-echo");
  const markup = "<img src=x onerror=alert(1)><b>bold</b>";
  await copy.answer({
    echo: `console.log(${JSON.stringify(markup)});\n${WRONG}`,
  });
  const printed = page.locator("#exercise-3\\.1 pre.said");
  await printed.waitFor();
  assertEquals(await printed.innerText(), markup);
  assertEquals(await page.locator("#exercise-3\\.1 img").count(), 0);
  await page.context().close();
});
