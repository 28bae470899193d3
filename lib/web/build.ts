import { join } from "node:path";
import type { BuildOptions, BuiltSite } from "./contract.ts";
import { assets } from "./assets.ts";
import { dataFiles } from "./data_files.ts";
import { renderPage } from "./pages/layout.tsx";
import { hasGlossary } from "./pages/text.tsx";
import { pageFor } from "./pages/site_pages.ts";
import { recordRun } from "./record.ts";
import { lessonPath, type Site } from "./site.ts";

/**
 * Writes the workbook as static pages, with a recorded run of every lesson.
 *
 * @param options What to write, and where.
 * @returns The number of pages, and their size.
 * @throws {Error} If a lesson can't be recorded.
 */
export async function buildSite(options: BuildOptions): Promise<BuiltSite> {
  const { lessons, folder, base = "/", report = () => {} } = options;
  const { signal = new AbortController().signal } = options;
  const site: Site = { lessons, base, states: new Map() };
  const output = new Output(folder);
  for (const [name, load] of Object.entries(assets)) {
    await output.write(`assets/${name}`, (await load()).body);
  }
  for (const [name, load] of Object.entries(dataFiles)) {
    await output.write(name, JSON.stringify(await load(site)));
  }
  // Without this file, GitHub Pages would leave out some files.
  await output.write(".nojekyll", "");
  const tools = ["packets", "symptoms", ...(hasGlossary() ? ["glossary"] : [])];
  for (const path of ["", ...tools]) await output.page(site, path);
  for (const lesson of lessons) {
    signal.throwIfAborted();
    const path = lessonPath(lesson);
    const { text, how } = await recordRun(lesson, signal);
    const file = `${path}/run.jsonl`;
    await output.write(file, text);
    await output.page(site, path, base + file);
    report(`${lesson.number} ${lesson.title}: recorded ${how}`);
  }
  // Source files that a page links to.
  for (const path of output.linkedFiles(base)) await output.page(site, path);
  return { pages: output.pages, bytes: output.bytes };
}

/** Writes the files, and remembers the source files that they link to. */
class Output {
  readonly #folder: string;
  readonly #linked = new Set<string>();
  pages = 0;
  bytes = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async write(path: string, body: string | Uint8Array): Promise<void> {
    const file = join(this.#folder, path);
    await Deno.mkdir(join(file, ".."), { recursive: true });
    const bytes = typeof body === "string"
      ? new TextEncoder().encode(body)
      : body;
    await Deno.writeFile(file, bytes);
    this.bytes += bytes.length;
  }

  async page(site: Site, path: string, recording?: string): Promise<void> {
    const page = await pageFor(site, path, { recording });
    if (page === undefined) throw new Error(`There's no page ${path}`);
    const html = renderPage(site, page);
    await this.write(join(path, "index.html"), html);
    for (const [, link] of html.matchAll(/href="([^"#]+)/g)) {
      this.#linked.add(link);
    }
    this.pages++;
  }

  /** The paths of the source files that the pages link to. */
  linkedFiles(base: string): string[] {
    return [...this.#linked]
      .filter((link) => link.startsWith(`${base}files/`))
      .map((link) => link.slice(base.length).replace(/\/$/, ""));
  }
}
