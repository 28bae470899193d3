/// <reference lib="dom" />
// deno-lint-ignore-file no-import-prefix -- Loaded only where there is a browser.
import type { Browser, Page } from "npm:playwright-core@1.65.1";
import { existsSync } from "node:fs";
import { isInstalled } from "../clients/programs.ts";
import { WorkbookCopy } from "../workbook/workbook_copy.ts";
import { whyNoNpm } from "./npm.ts";
import { type StartedWeb, startWeb } from "./start_web.ts";

export type { Page } from "npm:playwright-core@1.65.1";

/** Where Debian and macOS have it. */
const CHROMIUM = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
].find(existsSync);

/** What the tests load from npm. */
const PACKAGES = ["npm:playwright-core@1.65.1", "npm:axe-core@4.14.1"];

/** How long a page may take to show something, in milliseconds. */
const LIMIT_MS = 60_000;

/** What the tests of a file share: a browser, and a workbook that it visits. */
export interface Fixture {
  /** The workbook, which a test may change. */
  copy: WorkbookCopy;
  /** The address of its first page. */
  url: string;
  /** Opens a page in a context of its own: nothing is stored from before. */
  open(path: string, options?: OpenOptions): Promise<Page>;
  /** The addresses of all requests so far, and what the pages complained of. */
  seen: { requests: string[]; complaints: string[] };
}

/** How a page is opened. */
export interface OpenOptions {
  /**
   * Its width, in pixels.
   *
   * @default {1400}
   */
  width?: number;
  /**
   * The theme of the system.
   *
   * @default {"light"}
   */
  theme?: "light" | "dark";
}

/**
 * Registers the tests of a file that need a browser. Where there's none, they are
 * ignored, and their names say why.
 *
 * @param options `whole`: whether the workbook has all lessons; by default, only
 * lesson 3.
 * @returns Registers a test.
 */
export function useBrowser(options: { whole?: boolean } = {}) {
  let browser: Browser | undefined;
  let copy: WorkbookCopy;
  let server: StartedWeb;
  let fixture: Fixture;
  const whyNot = whyNoBrowser();

  if (whyNot === undefined) {
    Deno.test.beforeAll(async () => {
      copy = await WorkbookCopy.make(options);
      server = await startWeb(copy);
      const { url } = server;
      browser = await launch();
      fixture = { copy, url, ...visits(browser, url) };
    });
    Deno.test.afterAll(async () => {
      await browser?.close();
      await server[Symbol.asyncDispose]();
      await copy[Symbol.asyncDispose]();
    });
  }

  return (name: string, fn: (fixture: Fixture) => Promise<void>) => {
    Deno.test({
      name: whyNot === undefined ? name : `${name} (ignored: ${whyNot})`,
      ignore: whyNot !== undefined,
      // The browser, which all tests of the file share, talks in between.
      sanitizeOps: false,
      sanitizeResources: false,
      fn: () => fn(fixture),
    });
  };
}

/** Says why no test can use a browser here. */
export function whyNoBrowser(): string | undefined {
  if (CHROMIUM === undefined) return "Chromium is not installed";
  if (!isInstalled(CHROMIUM)) return "Chromium can't be started";
  return whyNoNpm() ?? whyNoNpm(PACKAGES);
}

/** Starts the browser; root may do so only without its sandbox. */
export async function launch(): Promise<Browser> {
  const { chromium } = await import("npm:playwright-core@1.65.1");
  return await chromium.launch({
    executablePath: CHROMIUM,
    args: Deno.build.os === "linux" && Deno.uid() === 0 ? ["--no-sandbox"] : [],
  });
}

/** Opens pages, and notes what they ask for and complain about. */
export function visits(
  browser: Browser,
  url: string,
): Pick<Fixture, "open" | "seen"> {
  const seen: Fixture["seen"] = { requests: [], complaints: [] };
  return {
    seen,
    async open(path, { width = 1400, theme = "light" } = {}) {
      const context = await browser.newContext({
        viewport: { width, height: 900 },
        colorScheme: theme,
        reducedMotion: "reduce",
      });
      const page = await context.newPage();
      page.setDefaultTimeout(LIMIT_MS);
      page.on("request", (request) => seen.requests.push(request.url()));
      page.on("pageerror", ({ message }) => seen.complaints.push(message));
      page.on("console", (message) => {
        if (message.type() === "error") seen.complaints.push(message.text());
      });
      await page.goto(new URL(path, url).href);
      return page;
    },
  };
}

/** Runs the lesson of a page to its end, and goes on at each question. */
export async function runToEnd(page: Page): Promise<void> {
  await page.click("aside .controls .primary");
  const again = page.locator("aside button", { hasText: "Run again" });
  const card = page.locator(".question-card");
  while (true) {
    await again.or(card).first().waitFor();
    if (await again.isVisible()) return;
    const number = await card.getAttribute("data-question");
    const own = page.locator(`.question-card[data-question="${number}"]`);
    await own.locator("button").click();
    await own.waitFor({ state: "detached" });
  }
}

/** Counts the lessons that a workbook's server is running now. */
export async function countLessons(copy: WorkbookCopy): Promise<number> {
  const { stdout } = await new Deno.Command("pgrep", {
    args: ["-fc", copy.path("lessons", ".*", "lesson.ts")],
  }).output();
  return Number(new TextDecoder().decode(stdout));
}

/** Waits until something holds. */
export async function until(holds: () => Promise<boolean>): Promise<void> {
  const endMs = Date.now() + LIMIT_MS;
  while (!await holds()) {
    if (Date.now() > endMs) throw new Error("it never held");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
