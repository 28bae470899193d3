import { existsSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../workbook/checker/catalog.ts";
import type { ExerciseResult } from "../protocol.ts";
import { isShownFile } from "../reading/links.ts";
import { lessonPath, type Site } from "../site.ts";
import type { Page } from "./layout.tsx";
import { lessonPage } from "./lesson.tsx";
import { packetsPage } from "./packets.tsx";
import { startPage } from "./start.tsx";
import { symptomsPage } from "./symptoms.tsx";
import { filePage, glossaryPage, hasGlossary } from "./text.tsx";

/** The data that a page may show besides the workbook's files. */
export interface PageOptions {
  /** The results of the exercises, as far as they are known. */
  results?: ExerciseResult[];
  /** The address of the recorded run of the page's lesson. */
  recording?: string;
}

/**
 * Makes the page at a path.
 *
 * @param site The site.
 * @param path The path below the site's base, without a slash at its end.
 * @param options The data to show besides the workbook's files.
 * @returns The page, or `undefined` if there's none.
 */
export async function pageFor(
  site: Site,
  path: string,
  options: PageOptions = {},
): Promise<Page | undefined> {
  if (path === "") return startPage(site);
  if (path === "packets") return packetsPage();
  if (path === "symptoms") return await symptomsPage(site);
  if (path === "glossary" && hasGlossary()) return await glossaryPage(site);
  const lesson = site.lessons.find((one) => lessonPath(one) === path);
  if (lesson !== undefined) return await lessonPage(site, lesson, options);
  const file = path.startsWith("files/") ? path.slice("files/".length) : "";
  if (isShownFile(file) && existsSync(join(ROOT, file))) {
    return await filePage(file);
  }
}
