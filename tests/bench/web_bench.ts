/**
 * The browser edition: how soon its first page is there, what a lesson's page
 * weighs, and how a long timeline scrubs.
 *
 * @module
 */
import { lessons } from "../../lessons/mod.ts";
import { lessonPath } from "../../lib/web/site.ts";
import { launch, whyNoBrowser } from "../web/browser.ts";
import { WorkbookCopy } from "../workbook/workbook_copy.ts";
import type { Bench } from "./bench.ts";
import type { Talk } from "../clients/programs.ts";

/** How many items the long timeline has. */
const ITEMS = 10_000;

/** The parts of a page that the browser loads before the reader does anything. */
const ASSETS = ["assets/style.css", "assets/theme.js", "assets/client.js"];

/** Measures the pages of a copy that nobody else uses. */
export default async function (bench: Bench): Promise<void> {
  await using copy = await WorkbookCopy.make({ whole: true });
  // The bundle is made once, and isn't what is measured.
  await using warm = copy.start("web", "--no-open");
  const [url] = await warm.expect(/^http:\S+/);
  await (await fetch(`${url}assets/client.js`)).body?.cancel();
  await bench.compete({
    title: "from the command to the first page",
    unit: "ms",
    better: "less",
    contenders: [
      {
        name: "deno task web, its address",
        run: () => timeOf(copy, () => Promise.resolve()),
      },
      {
        name: "deno task web, its first page",
        run: () => timeOf(copy, async (url) => void await textOf(url)),
      },
      {
        name: "deno task web, a lesson's page",
        run: () =>
          timeOf(
            copy,
            async (url) => void await textOf(url + "lessons/03-echo"),
          ),
      },
    ],
  }, bench.quick ? 3 : 7);
  await weigh(bench, url);
  await scrub(bench, url);
}

/** Milliseconds from the command until something has come from the server. */
async function timeOf(
  copy: WorkbookCopy,
  act: (url: string) => Promise<void>,
): Promise<number> {
  const startMs = performance.now();
  await using server: Talk = copy.start("web", "--no-open");
  const [url] = await server.expect(/^http:\S+/);
  await act(url);
  return performance.now() - startMs;
}

async function textOf(url: string): Promise<string> {
  return await (await fetch(url)).text();
}

/** What each lesson's page weighs with all that it loads, compressed. */
async function weigh(bench: Bench, url: string): Promise<void> {
  let assets = 0;
  for (const path of ASSETS) assets += await weightOf(url + path);
  const pages: number[] = [];
  for (const lesson of lessons) {
    pages.push(assets + await weightOf(url + lessonPath(lesson)));
  }
  const [least, most] = [Math.min(...pages), Math.max(...pages)]
    .map((bytes) => (bytes / 1024).toFixed(1));
  bench.note(
    `A lesson's page with its style and script: ${least} to ${most} KiB ` +
      "compressed with gzip.",
  );
}

/** The size of a response's body, compressed. */
async function weightOf(url: string): Promise<number> {
  const { body } = await fetch(url);
  const compressed = body!.pipeThrough(new CompressionStream("gzip"));
  return (await new Response(compressed).arrayBuffer()).byteLength;
}

/** Drags through a timeline, and measures the time that each place takes. */
async function scrub(bench: Bench, url: string): Promise<void> {
  const whyNot = whyNoBrowser();
  if (whyNot !== undefined) return bench.note(`No scrubbing: ${whyNot}.`);
  await using browser = await launch();
  const page = await browser.newPage({
    viewport: { width: 1400, height: 900 },
  });
  // The page believes that it's a static one, with a long recorded run.
  await page.route("**/lessons/03-echo", async (route) => {
    const response = await route.fetch();
    const html = (await response.text()).replace(
      /data-props="(\{&quot;lesson&quot;:3[^"]*)\}"/,
      'data-props="$1,&quot;recording&quot;:&quot;/run.jsonl&quot;}"',
    );
    await route.fulfill({ response, body: html });
  });
  const recording = longRecording();
  await page.route(
    "**/run.jsonl",
    (route) => route.fulfill({ body: recording }),
  );
  await page.goto(`${url}lessons/03-echo`);
  await page.click("aside >> text=X-ray");
  await page.click("aside .controls .primary");
  const range = page.locator('[aria-label="Place in the run"]');
  await range.waitFor();
  const times = await range.evaluate(async (element, items) => {
    const range = element as HTMLInputElement;
    const times: number[] = [];
    for (let place = 1; place <= 100; place++) {
      const startMs = performance.now();
      range.value = String(Math.round(items * place / 100));
      range.dispatchEvent(new Event("input", { bubbles: true }));
      // Until the drawing is there.
      await new Promise((resolve) => requestAnimationFrame(resolve));
      await new Promise((resolve) => setTimeout(resolve));
      times.push(performance.now() - startMs);
    }
    return times.sort((a, b) => a - b);
  }, ITEMS);
  const [middle, worst] = [times[50], times[98]].map((ms) => ms.toFixed(0));
  bench.note(
    `Scrubbing a timeline of ${ITEMS} items: ${middle} ms a place (median), ` +
      `${worst} ms at the 99th percentile.`,
  );
}

/** A run in which a client and a server talk for a long time. */
function longRecording(): string {
  const [client, server] = ["127.0.0.1:50000", "127.0.0.1:7000"];
  const socket = (id: number, local: string, remote: string) => ({
    seen: "socket",
    socket: {
      id,
      descriptor: 20 + id,
      kind: "tcp",
      role: "accepted",
      local,
      remote,
    },
  });
  const lines: unknown[] = [
    { seen: "run", lesson: 3, views: ["call", "packet"], system: "", date: "" },
    {
      atMs: 0,
      step: 1,
      seen: "story",
      event: { kind: "step", number: 1, title: "" },
    },
    socket(1, client, server),
    socket(2, server, client),
  ];
  for (let i = 0; i < ITEMS / 4; i++) {
    const atMs = i / 10;
    const call = (id: number, name: string, moves: string, after: number) => ({
      atMs: atMs + after,
      step: 1,
      seen: "call",
      call: {
        ...{ name, moves, socket: id, given: "5 bytes", returned: "5" },
        ...{ asked: 5, moved: 5, data: "68656c6c6f", tookMs: 0.01 },
        housekeeping: false,
      },
    });
    const packet = (source: string, destination: string, bytes: number) => ({
      atMs: atMs + 0.02,
      step: 1,
      seen: "packet",
      packet: {
        ...{ protocol: "tcp", source, destination, bytes, window: 500 },
        flags: bytes > 0 ? "PSH,ACK" : "ACK",
        relativeSequence: 1 + 5 * i,
        relativeAcknowledgment: 1 + 5 * i,
      },
    });
    lines.push(
      call(1, "sendto", "out", 0),
      packet(client, server, 5),
      packet(server, client, 0),
      call(2, "recvfrom", "in", 0.04),
    );
  }
  return lines.map((line) => JSON.stringify(line)).join("\n");
}
