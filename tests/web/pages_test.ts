import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { lessons } from "../../lessons/mod.ts";
import { ROOT } from "../../lib/workbook/checker/catalog.ts";
import { ALL, sampleOf } from "../sample.ts";
import { exercisesOf } from "../../lib/workbook/checker/checker.ts";
import { lessonPath } from "../../lib/web/site.ts";
import { type Page, runToEnd, useBrowser } from "./browser.ts";

const test = useBrowser({ whole: true });

/** One page of each kind. */
const KINDS = {
  "the first page": "",
  "a lesson": "lessons/03-echo",
  "packets": "packets",
  "symptoms": "symptoms",
  "a source file": "files/lib/net/write.ts",
};

/** Finds what is serious for people who use a keyboard or a screen reader. */
async function violations(page: Page): Promise<string[]> {
  // deno-lint-ignore no-import-prefix -- Loaded only where there is a browser.
  const { default: axe } = await import("npm:axe-core@4.14.1");
  await page.evaluate(axe.source);
  const results = await page.evaluate(() =>
    // deno-lint-ignore no-explicit-any -- It's the page's, not ours.
    (globalThis as any).axe.run() as Promise<typeof axe.AxeResults>
  );
  return results.violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, help, nodes }) =>
      `${id}: ${help}: ${nodes.map(({ html }) => html).slice(0, 3).join(" ")}`
    );
}

for (const theme of ALL ? ["light", "dark"] as const : ["light"] as const) {
  test(`axe finds nothing serious on any kind of page, ${theme}`, async ({ open }) => {
    for (const [kind, path] of Object.entries(KINDS)) {
      // The next test has these.
      if (!ALL && ["a lesson", "packets"].includes(kind)) continue;
      const page = await open(path, { theme });
      assertEquals(await violations(page), [], kind);
      await page.context().close();
    }
  });

  test(`axe finds nothing serious in a run, its X-ray, and a capture, ${theme}`, async ({ open }) => {
    const page = await open("lessons/03-echo", { theme });
    await page.click("text=X-ray");
    await runToEnd(page);
    assertEquals(await violations(page), [], "X-ray");
    await page.click("text=Story");
    assertEquals(await violations(page), [], "story");
    await page.goto(new URL("/packets", page.url()).href);
    await openCapture(page, "echo.pcap");
    await page.click(".conversations button >> nth=1");
    await page.click(".packet-table tbody tr >> nth=3");
    await page.waitForSelector("text=source port");
    assertEquals(await violations(page), [], "packets");
    await page.context().close();
  });
}

async function openCapture(page: Page, name: string): Promise<void> {
  await page.setInputFiles(
    "input[type=file]",
    join(ROOT, "tests/captures", name),
  );
  await page.waitForSelector(".packet-table");
}

test("no page is wider than a phone's screen", async ({ open }) => {
  for (const [kind, path] of Object.entries(KINDS)) {
    const page = await open(path, { width: 360 });
    assertEquals(await widthOf(page), 360, kind);
    await page.context().close();
  }
  const page = await open("lessons/03-echo", { width: 360 });
  await runToEnd(page);
  assertEquals(await widthOf(page), 360, "a run");
  await page.context().close();
});

function widthOf(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth);
}

test("every lesson has its page, and every link leads somewhere", async ({ open, url }) => {
  const page = await open("");
  const lessons = await page.locator(".cards a").evaluateAll((links) =>
    links.map((link) => link.getAttribute("href")!)
  );
  assert(lessons.length > 20);
  const seen = new Map<string, string>();
  for (const path of sampleOf(lessons)) {
    seen.set(path, await textOf(new URL(path, url)));
  }
  for (const [from, html] of [...seen]) {
    for (const link of linksIn(html)) {
      const { pathname, hash, origin } = new URL(link, new URL(from, url));
      if (origin !== new URL(url).origin) continue;
      if (!seen.has(pathname)) {
        seen.set(pathname, await textOf(new URL(pathname, url)));
      }
      const id = decodeURIComponent(hash.slice(1));
      const isThere = id === "" || seen.get(pathname)!.includes(`id="${id}"`);
      assert(isThere, `${from} links to ${link}`);
    }
  }
  await page.context().close();
});

async function textOf(url: URL): Promise<string> {
  const response = await fetch(url);
  const text = await response.text();
  assertEquals(response.status, 200, url.href);
  return text;
}

function linksIn(html: string): string[] {
  const links = html.matchAll(/<a [^>]*href="([^"]+)"/g);
  return [...new Set(Array.from(links, ([, link]) => link))]
    .filter((link) => !link.startsWith("vscode:"));
}

test("every lesson's page has a card for each exercise", async ({ url }) => {
  for (const lesson of lessons) {
    const html = await textOf(new URL(lessonPath(lesson), url));
    for (const { id } of exercisesOf(lesson)) {
      assert(html.includes(`id="exercise-${id}"`), `no card for ${id}`);
    }
  }
});

test("search finds a section of a reading, and goes there", async ({ open }) => {
  const page = await open("");
  await page.keyboard.press("/");
  await page.keyboard.type("short write");
  await page.waitForSelector(".found mark");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/lessons\//);
  await page.context().close();
});

test("the chosen theme stays from page to page", async ({ open }) => {
  const page = await open("");
  await page.selectOption("[aria-label=Theme]", "dark");
  await page.click(".cards a >> nth=2");
  await page.waitForURL(/\/lessons\//);
  const theme = () =>
    page.evaluate(() => document.documentElement.dataset.theme);
  assertEquals(await theme(), "dark");
  await page.selectOption("[aria-label=Theme]", "auto");
  assertEquals(await theme(), undefined);
  await page.context().close();
});

test("a capture shows its conversations, its data, and each packet", async ({ open }) => {
  const page = await open("packets");
  await openCapture(page, "retransmission.pcap");
  assertMatch(await page.locator("main").innerText(), /retransmission/);
  await page.click(".conversations button >> nth=1");
  await page.click("text=Flow graph");
  await page.waitForSelector("main .draw-flow .draw-row");
  await page.click("text=States");
  await page.locator("main svg text", { hasText: "ESTABLISHED" }).first()
    .waitFor();
  await page.click("main .tabs >> text=Data");
  assert((await page.locator(".stream").innerText()).length > 0);
  await page.click("main .tabs >> text=List");
  await page.fill(".packet-filter", "syn");
  const rows = await page.locator(".packet-table tbody tr").allInnerTexts();
  assert(rows.length > 0 && rows.every((row) => row.includes("SYN")));
  await page.fill(".packet-filter", "port x");
  assertMatch(await page.locator("main [role=status]").innerText(), /port/);
  await page.context().close();
});

test("anything that isn't capture is said in one line", async ({ open }) => {
  const page = await open("packets");
  await page.setInputFiles("input[type=file]", join(ROOT, "README.md"));
  await page.waitForSelector("[role=alert]");
  assertMatch(
    await page.locator("[role=alert]").innerText(),
    /README\.md can't be read as a capture/,
  );
  await page.context().close();
});

test("a page works without a script", async ({ url }) => {
  const html = await textOf(new URL("lessons/03-echo", url));
  assertMatch(html, /A read fills part of a buffer/);
  assertMatch(html, /Sends back every byte/);
});

test("pages complain of nothing, and ask only their own server", ({ seen, url }) => {
  const { origin } = new URL(url);
  assertEquals(
    seen.requests.filter((request) => new URL(request).origin !== origin),
    [],
  );
  assertEquals(seen.complaints, []);
  return Promise.resolve();
});
