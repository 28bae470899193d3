import { folderOf, type Lesson } from "../../workbook/checker/catalog.ts";
import { lessonPath, pageAt, type Site } from "../site.ts";

/** Matches the files whose text the site shows, for learners to read. */
const SHOWN = /^(?:lib|lessons|tests)\/(?:[\w-]+\/)*[\w-]+\.(?:ts|md|mjs)$/;

/**
 * Says whether the site shows a file of the workbook.
 *
 * @param path The file's path in the workbook.
 * @returns Whether it does. Solutions aren't shown here: they have their own
 * place, once the answer passes.
 */
export function isShownFile(path: string): boolean {
  return SHOWN.test(path) && !path.endsWith("/solution.ts");
}

/**
 * Turns a link in a README into one between the site's pages.
 *
 * @param href The link, relative to the README.
 * @param options `from`: the README's path in the workbook. `site`: the site.
 * @returns The link for the page.
 */
export function siteLink(
  href: string,
  { from, site }: { from: string; site: Site },
): string {
  if (/^[a-z][a-z\d+.-]*:/i.test(href)) {
    // Any other scheme, such as `javascript:`, could be an attack.
    return /^(https?|mailto):/i.test(href) ? href : "#";
  }
  if (href.startsWith("#")) return href;
  const url = new URL(href, `file:///${from}`);
  const path = decodeURIComponent(url.pathname.slice(1));
  const lesson = site.lessons.find((lesson) => isIn(path, lesson));
  if (path === "README.md" || path === "") return pageAt(site, url.hash);
  if (path === "lessons/GLOSSARY.md") {
    return pageAt(site, "glossary" + url.hash);
  }
  if (lesson !== undefined && /(^|\/)(README\.md|\w+)?$/.test(path)) {
    return pageAt(site, lessonPath(lesson) + url.hash);
  }
  // If this workbook doesn't have the lesson, it has no page for it, either.
  const isMissing = lesson === undefined && path.startsWith("lessons/");
  if (isMissing || !isShownFile(path)) return "#";
  // Static pages are for everyone, so they mustn't show one learner's answers.
  const file = site.token === undefined
    ? path.replace(/\/exercise\.ts$/, "/placeholder.ts")
    : path;
  return pageAt(site, `files/${file}`);
}

function isIn(path: string, lesson: Lesson): boolean {
  return path.startsWith(`lessons/${folderOf(lesson)}`);
}
