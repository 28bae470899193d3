import { fileOf } from "../workbook/checker/catalog.ts";
import { slugOf } from "./reading/slug.ts";
import { lessonPath, pageAt, type Site } from "./site.ts";

/** A section of a reading, to be searched for. */
export interface SearchDocument {
  id: number;
  /** The lesson it's in. */
  lesson: string;
  /** The section's heading. */
  heading: string;
  /** Its text, without markup. */
  text: string;
  /** Its address. */
  href: string;
}

/**
 * Makes the documents for the search: each section of each reading.
 *
 * @param site The site.
 * @returns The sections, in order.
 */
export async function searchDocuments(site: Site): Promise<SearchDocument[]> {
  const documents: SearchDocument[] = [];
  for (const lesson of site.lessons) {
    const markdown = await Deno.readTextFile(fileOf(lesson, "README.md"));
    for (const { heading, text } of sectionsOf(markdown)) {
      const hash = heading === "" ? "" : `#${slugOf(heading)}`;
      documents.push({
        id: documents.length,
        lesson: `${lesson.number} ${lesson.title}`,
        heading: heading || lesson.title,
        text,
        href: pageAt(site, lessonPath(lesson) + hash),
      });
    }
  }
  return documents;
}

function sectionsOf(markdown: string): { heading: string; text: string }[] {
  const [intro, ...rest] = markdown.split(/^## /m);
  return [
    { heading: "", text: plainText(intro.replace(/^# .*/, "")) },
    ...rest.map((part) => {
      const end = part.indexOf("\n");
      return { heading: part.slice(0, end), text: plainText(part.slice(end)) };
    }),
  ];
}

/** Returns prose and the words of code, without pictures made of characters. */
function plainText(markdown: string): string {
  return markdown
    .replace(/^```text\n[^]*?^```/gm, " ")
    .replace(/^```.*$/gm, " ")
    .replace(/\]\([^)]*\)/g, "]")
    .replace(/[`*_#[\]|]/g, "")
    .replace(/\s+/g, " ")
    .trim();
}
