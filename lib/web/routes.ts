import { createHash } from "node:crypto";
import type { Lesson } from "../workbook/checker/catalog.ts";
import { fileOf } from "../workbook/checker/catalog.ts";
import { splitSections } from "../workbook/checker/sections.ts";
import { assets } from "./assets.ts";
import type { Answers } from "./live/answers.ts";
import { runExample } from "./live/example.ts";
import type { Runs } from "./live/runs.ts";
import type { Tabs } from "./live/tabs.ts";
import { renderPage } from "./pages/layout.tsx";
import { pageFor } from "./pages/site_pages.ts";
import type { Commands } from "./protocol.ts";
import { highlight } from "./reading/highlight.ts";
import { dataFiles } from "./data_files.ts";
import type { Site } from "./site.ts";

/** The parts that the server's responses come from. */
export interface Live {
  lessons: Lesson[];
  /** The token that commands must carry. */
  token: string;
  tabs: Tabs;
  runs: Runs;
  answers: Answers;
}

/** The longest command, in bytes. */
const MAX_COMMAND = 10_000;

/**
 * Responds to a request, or rejects it.
 *
 * @param live The parts that responses come from.
 * @param request The request.
 * @returns The response.
 */
export async function respond(live: Live, request: Request): Promise<Response> {
  const path = pathOf(request);
  if (request.method === "POST") return await obey(live, path, request);
  if (request.method !== "GET" && request.method !== "HEAD") {
    return new Response("Method not allowed", { status: 405 });
  }
  if (path === "events") return openEvents(live, request);
  if (path.startsWith("solution/")) return await solution(live, path.slice(9));
  if (Object.hasOwn(dataFiles, path)) {
    const data = await dataFiles[path](siteOf(live));
    const body = JSON.stringify(data);
    return cacheable(request, { type: "application/json", body });
  }
  if (path.startsWith("assets/")) {
    const name = path.slice("assets/".length);
    if (!Object.hasOwn(assets, name)) return notFound();
    return cacheable(request, await assets[name]());
  }
  const { results } = live.answers;
  const site = siteOf(live);
  const page = await pageFor(site, path, { results });
  if (page === undefined) return notFound();
  return new Response(renderPage(site, page), {
    headers: {
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-store",
    },
  });
}

function pathOf(request: Request): string {
  try {
    const { pathname } = new URL(request.url);
    return decodeURIComponent(pathname).replace(/^\/+|\/+$/g, "");
  } catch {
    return "?";
  }
}

function siteOf({ lessons, token, answers }: Live): Site {
  return { lessons, token, base: "/", states: answers.states };
}

/** Responds with a file that the browser may keep until it changes. */
function cacheable(
  request: Request,
  { type, body }: { type: string; body: string | Uint8Array<ArrayBuffer> },
): Response {
  const digest = createHash("sha256").update(body).digest("hex").slice(0, 16);
  const etag = `"${digest}"`;
  const headers = { etag, "cache-control": "no-cache", "content-type": type };
  // If a server compresses the file, it makes the tag a weak one.
  if (request.headers.get("if-none-match")?.includes(etag)) {
    return new Response(null, { status: 304, headers });
  }
  return new Response(body, { headers });
}

/** Sends a page the state of the exercises, and then each event. */
function openEvents({ tabs, answers }: Live, request: Request): Response {
  const tab = new URL(request.url).searchParams.get("tab") ?? "";
  if (!/^[\w-]{8,64}$/.test(tab)) {
    return new Response("Bad tab", { status: 400 });
  }
  return tabs.open(
    tab,
    answers.results.map((result) => ({ kind: "checked", result })),
  );
}

/** Responds with the solution, if the learner's own answer passes. */
async function solution(
  { lessons, answers }: Live,
  id: string,
): Promise<Response> {
  const lesson = lessons.find(({ number }) => id.startsWith(`${number}.`));
  const isSolved = answers.result(id)?.verdict.state === "passed";
  if (lesson === undefined) return notFound();
  if (!isSolved) return new Response("Not solved yet", { status: 403 });
  const text = await Deno.readTextFile(fileOf(lesson, "solution.ts"));
  const section = splitSections(text).sections.find((one) => one.id === id);
  return new Response(highlight(section?.text.trim() ?? "", "ts"), {
    headers: { "content-type": "text/plain; charset=utf-8" },
  });
}

type Handlers = {
  [Path in keyof Commands]: (
    live: Live,
    command: Commands[Path],
  ) => Promise<unknown>;
};

/** Runs each command. Returns `undefined` if it makes no sense. */
const handlers: Handlers = {
  async "api/run"({ lessons, tabs, runs }, { tab, lesson, xray }) {
    const chosen = lessons.find(({ number }) => number === lesson);
    if (chosen === undefined || !tabs.has(tab)) return undefined;
    return { run: await runs.start(tab, chosen, { xray: xray === true }) };
  },
  "api/continue"({ runs }, { tab }) {
    runs.goOn(tab);
    return Promise.resolve({});
  },
  "api/stop"({ runs }, { tab }) {
    runs.stop(tab);
    return Promise.resolve({});
  },
  async "api/example"({ lessons }, { lesson, number }) {
    const chosen = lessons.find((one) => one.number === lesson);
    return chosen === undefined ? undefined : await runExample(chosen, number);
  },
};

async function obey(
  live: Live,
  path: string,
  request: Request,
): Promise<Response> {
  if (!Object.hasOwn(handlers, path)) return notFound();
  const command = await readCommand(request);
  const handle = handlers[path as keyof Commands] as Handlers["api/run"];
  const answer = command === undefined
    ? undefined
    : await handle(live, command as Commands["api/run"]);
  return answer === undefined
    ? new Response("Bad command", { status: 400 })
    : Response.json(answer);
}

async function readCommand(request: Request): Promise<object | undefined> {
  if (Number(request.headers.get("content-length") ?? Infinity) > MAX_COMMAND) {
    return undefined;
  }
  try {
    const command = await request.json();
    return typeof command === "object" && command !== null
      ? command
      : undefined;
  } catch {
    return undefined;
  }
}

function notFound(): Response {
  return new Response("There's no such page.\n", { status: 404 });
}
