import { existsSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../workbook/checker/catalog.ts";
import { highlight } from "../reading/highlight.ts";
import { renderReading } from "../reading/reading.ts";
import type { Site } from "../site.ts";
import type { Page } from "./layout.tsx";

/**
 * Makes a page of a Markdown file.
 *
 * @param site The site.
 * @param options `file`: its path in the workbook; `path`: the page's; `title`:
 * for when the file isn't there.
 * @returns The page.
 */
export async function textPage(
  site: Site,
  { file, path, title }: { file: string; path: string; title: string },
): Promise<Page> {
  const isThere = existsSync(join(ROOT, file));
  const markdown = isThere
    ? await Deno.readTextFile(join(ROOT, file))
    : `# ${title}\n\nThis workbook doesn't have this page yet.`;
  const reading = renderReading(markdown, { site, from: file });
  return {
    title: `${reading.title} · Socket Workbook`,
    kind: "text",
    path,
    body: (
      <main id="main" class="reading">
        <h1>{reading.title}</h1>
        <article dangerouslySetInnerHTML={{ __html: reading.html }} />
      </main>
    ),
  };
}

/**
 * Makes a page of a source file.
 *
 * @param path The file's path in the workbook.
 * @returns The page.
 */
export async function filePage(path: string): Promise<Page> {
  const text = await Deno.readTextFile(join(ROOT, path));
  const html = highlight(text, path.endsWith(".md") ? "text" : "ts");
  return {
    title: `${path} · Socket Workbook`,
    kind: "wide",
    path: `files/${path}`,
    body: (
      <main id="main" class="reading">
        <h1 class="path">{path}</h1>
        <pre class="code ts" tabIndex={0}>
          <code dangerouslySetInnerHTML={{ __html: html }} />
        </pre>
      </main>
    ),
  };
}
