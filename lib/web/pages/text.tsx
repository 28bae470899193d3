import { existsSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../workbook/checker/catalog.ts";
import { highlight } from "../reading/highlight.ts";
import { renderReading } from "../reading/reading.ts";
import type { Site } from "../site.ts";
import type { Page } from "./layout.tsx";

/** The file that explains the terms. */
const GLOSSARY = "lessons/GLOSSARY.md";

/** Whether this workbook has a glossary. */
export function hasGlossary(): boolean {
  return existsSync(join(ROOT, GLOSSARY));
}

/**
 * Makes the page of the glossary.
 *
 * @param site The site.
 * @returns The page.
 */
export async function glossaryPage(site: Site): Promise<Page> {
  const markdown = await Deno.readTextFile(join(ROOT, GLOSSARY));
  const reading = renderReading(markdown, { site, from: GLOSSARY });
  return {
    title: `${reading.title} · Socket Workbook`,
    kind: "text",
    path: "glossary",
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
