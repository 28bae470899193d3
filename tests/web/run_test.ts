import { assert, assertEquals, assertMatch } from "@std/assert";
import { countLessons, runToEnd, until, useBrowser } from "./browser.ts";
import { startWeb } from "./start_web.ts";
import { isInstalled } from "../clients/programs.ts";

const test = useBrowser();
const PAGE = "lessons/03-echo";

test("a lesson runs in the page, and its measured bytes are in the drawing", async ({ open }) => {
  const page = await open(PAGE);
  await runToEnd(page);
  const shown = await page.locator("aside .draw-run").innerText();
  const taken = shown.match(/taken\s+(\d+\.\d) MiB \((\d+) bytes\)/);
  assert(taken !== null, shown);
  // What the two sockets hold depends on the system; that it's less doesn't.
  assert(Number(taken[2]) > 0 && Number(taken[2]) <= 64 * 1024 * 1024);
  const drawing = await page.locator("aside .draw-run svg").allTextContents();
  assertMatch(drawing.join(" "), /read\(\) returned 4: "ten "/);
  await page.context().close();
});

test("a run waits at each question, and shows the prediction next to what happened", async ({ open }) => {
  const page = await open(PAGE);
  const second = page.locator("textarea[data-prediction]").nth(1);
  await second.fill("3 reads, the last one gives 2");
  await page.click("main [data-action=run]");
  const card = page.locator(".question-card textarea");
  await card.waitFor();
  // The run asks the reading's second question: the words are there already.
  assertEquals(await card.inputValue(), "3 reads, the last one gives 2");
  assertEquals(
    await page.locator("aside >> text=read() returned null").count(),
    0,
  );
  await card.fill("4 reads");
  await card.press("Enter");
  await page.waitForSelector(".draw-predicted >> text=4 reads");
  assertEquals(await second.inputValue(), "4 reads");
  await page.context().close();
});

test("you can step back and forth, and drag through a run", async ({ open }) => {
  const page = await open(PAGE);
  await runToEnd(page);
  const end = await page.locator("aside .draw-run").innerText();
  await page.click('[aria-label="Step back"]');
  const before = await page.locator("aside .draw-run").innerText();
  assert(before.length < end.length);
  await page.click('[aria-label="Step forward"]');
  assertEquals(await page.locator("aside .draw-run").innerText(), end);

  const place = page.locator('[aria-label="Place in the run"]');
  await place.press("Home");
  assertEquals(await page.locator("aside .draw-run svg").count(), 0);
  await place.press("End");
  assertEquals(await page.locator("aside .draw-run").innerText(), end);
  await page.context().close();
});

test("X-ray shows the calls and packets of a run, or says why it can't", async ({ open }) => {
  const page = await open(PAGE);
  await page.click("text=X-ray");
  await runToEnd(page);
  if (!isInstalled("strace") || !isInstalled("tcpdump")) {
    assertMatch(await page.locator(".run-note").innerText(), /recording/);
  }
  // Only what's in sight is drawn. Where all tests talk at once, tcpdump may
  // miss some of the packets.
  const packet = page.locator("aside .draw-row.packet");
  let top = 0;
  await until(async () => {
    const height = await page.locator("aside").evaluate((pane, top) => {
      pane.scrollTop = top;
      return pane.scrollHeight;
    }, top);
    top = (top + 400) % height;
    return await packet.count() > 0;
  });
  await packet.first().dispatchEvent("click");
  const details = page.locator(".details");
  await details.locator("text=source port").first().waitFor();
  // As the arrow keys do it: the details may cover the row.
  await page.locator("aside .draw-row.call").first().focus();
  await details.locator("text=file descriptor").waitFor();
  // The reading's lines of an X-ray are drawn from this run, too, if it has them.
  const notes = await page.locator("aside .run-note").allInnerTexts();
  if (!notes.some((note) => note.includes("missed"))) {
    await page.locator(".drawn .draw-row text", { hasText: "sendto" }).first()
      .waitFor();
  }
  await page.context().close();
});

test("after a run, the reading shows its own drawings and measurements", async ({ open }) => {
  const page = await open(PAGE);
  const text = page.locator("article pre", { hasText: "read() returned null" });
  assert(await text.isVisible());
  await runToEnd(page);
  await page.locator(".drawn svg text", { hasText: "read() returned null" })
    .waitFor();
  assert(!await text.isVisible());
  const values = (root: string) =>
    page.locator(`${root} .draw-facts`, { hasText: "taken" }).innerText();
  assertEquals(await values(".drawn"), await values("aside"));
  await page.context().close();
});

test("each example of the reading can be run, and says how it ended", async ({ open }) => {
  const page = await open(PAGE);
  await page.click('[aria-label="Run example 1"]');
  await page.waitForSelector("text=every assertion holds");
  await page.context().close();
});

test("closing the tab ends its run", async ({ open, copy }) => {
  const page = await open(PAGE);
  await page.click("main [data-action=run]");
  await page.waitForSelector(".question-card");
  assertEquals(await countLessons(copy), 1);
  await page.close();
  await until(async () => await countLessons(copy) === 0);
});

test("no page asks for anything from another origin, or breaks its policy", ({ seen, url }) => {
  const { origin } = new URL(url);
  const others = seen.requests.filter((request) =>
    new URL(request).origin !== origin
  );
  assert(seen.requests.length > 0);
  assertEquals(others, []);
  assertEquals(seen.complaints, []);
  return Promise.resolve();
});

// The last one, since its page complains: its server is gone.
test("a page says that the server has stopped", async ({ open, copy }) => {
  await using started = await startWeb(copy);
  const { web, url } = started;
  const page = await open(new URL(PAGE, url).href);
  await page.click("main [data-action=run]");
  await page.waitForSelector(".question-card");
  web.kill("SIGINT");
  await page.waitForSelector(".connection >> text=The server has stopped");
  await page.waitForSelector("aside >> text=that ends the run");
  await page.context().close();
});
