import { assert, assertEquals, assertMatch } from "@std/assert";
import { extname, join } from "node:path";
import { useCopy } from "../workbook/workbook_copy.ts";
import { launch, visits, whyNoBrowser } from "./browser.ts";
import { testWithPackages } from "./npm.ts";

const copy = useCopy();
const BASE = "/some/where/";

const TYPES: Record<string, string> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".json": "application/json",
};

/** Serves a folder at a base path, as a static host does. */
function serveFolder(folder: string): Deno.HttpServer<Deno.NetAddr> {
  return Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    onListen() {},
  }, async (request) => {
    const { pathname } = new URL(request.url);
    if (!pathname.startsWith(BASE)) return new Response("", { status: 404 });
    const path = pathname.slice(BASE.length);
    const file = path === "" || path.endsWith("/") ? `${path}index.html` : path;
    try {
      return new Response(await Deno.readFile(join(folder, file)), {
        headers: { "content-type": TYPES[extname(file)] ?? "text/plain" },
      });
    } catch {
      return new Response("", { status: 404 });
    }
  });
}

const whyNot = whyNoBrowser();

Deno.test({
  name: "the static pages work at a base path, with a recorded run" +
    (whyNot === undefined ? "" : ` (ignored: ${whyNot})`),
  ignore: whyNot !== undefined,
  // The browser talks in between.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const folder = copy().path("site");
    const { code, stdout, stderr } = await copy().run(
      ...["web", "--build", folder, "--base", BASE],
    );
    assertEquals([code, stderr], [0, ""]);
    assertMatch(stdout, /3 Echo: recorded [^]*\d+ pages, [\d.]+ MiB, are in /);
    await using server = serveFolder(folder);
    await using browser = await launch();
    const url = `http://127.0.0.1:${server.addr.port}`;
    const { open, seen } = visits(browser, url);
    const page = await open(BASE);
    await page.click("nav >> text=Echo");
    await page.click("main [data-action=run]");
    await page.waitForSelector(".question-card");
    await page.fill(".question-card textarea", "three");
    await page.click(".question-card button");
    // Playing it would take a while.
    await page.locator('[aria-label="Place in the run"]').press("End");
    await page.waitForSelector("aside >> text=read() returned null");
    await page.locator(".draw-predicted >> text=three").waitFor();
    await page.click("text=X-ray");
    await page.waitForSelector(".draw-row.packet");
    assertMatch(await page.locator(".run-note").innerText(), /recorded run/);
    assert(await page.locator("text=get the workbook").count() > 0);
    await page.fill("input[type=search]", "buffer");
    await page.waitForSelector(".found mark");
    for (const path of ["packets/", "symptoms/"]) {
      await page.goto(url + BASE + path);
    }
    // Each request succeeds, below the base path, and breaks no policy.
    assertEquals(
      seen.requests.filter((request) => !request.startsWith(url + BASE)),
      [],
    );
    assertEquals(seen.complaints, []);
  },
});

testWithPackages(
  "the static pages are made of the placeholders, not of your answers",
  async () => {
    const folder = copy().path("site_2");
    await copy().write("export const secret = 1;");
    const { code } = await copy().run("web", "--build", folder);
    assertEquals(code, 0);
    for await (const text of filesIn(folder)) {
      assert(!text.includes("secret = 1"));
    }
  },
);

async function* filesIn(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = join(folder, name);
    if (isDirectory) yield* filesIn(path);
    else yield await Deno.readTextFile(path);
  }
}
