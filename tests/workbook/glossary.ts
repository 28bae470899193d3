import { join } from "node:path";
import { lessons } from "../../lessons/mod.ts";
import { slugOf } from "../../lib/web/reading/slug.ts";
import { fileOf, folderOf, ROOT } from "../../lib/workbook/checker/catalog.ts";

/** The glossary's file. */
export const GLOSSARY = join(ROOT, "lessons", "GLOSSARY.md");

/** One row of the glossary. */
export interface GlossaryRow {
  /** The term, as it's written: `` `accept()` ``. */
  term: string;
  /** The Markdown link to the heading that explains it. */
  link: string;
}

/** A heading of a lesson's README, and what its section says. */
export interface Section {
  /** The Markdown link to it from the glossary. */
  link: string;
  /** The terms that it explains: its words in bold. */
  terms: Set<string>;
}

/**
 * Reads the rows of the glossary.
 *
 * @param text The glossary's text.
 * @returns The rows, in order.
 */
export function glossaryRows(text: string): GlossaryRow[] {
  return [...text.matchAll(/^\| \*\*(.+?)\*\* +\| .+? +\| (\[.+\)) +\|$/gm)]
    .map(([, term, link]) => ({ term, link }));
}

/** The sections of all READMEs, in the order of the course. */
export function sectionsOfCourse(): Section[] {
  return lessons.flatMap((lesson) =>
    Deno.readTextFileSync(fileOf(lesson, "README.md"))
      .split(/^##+ /m).slice(1).map((section) => {
        const [heading] = section.split("\n");
        const title = `${lesson.number}. ${heading.replaceAll("`", "")}`;
        const path = `./${folderOf(lesson)}/README.md#${slugOf(heading)}`;
        const bold = section.matchAll(/\*\*([^*]+?)\*\*/g);
        return {
          link: `[${title}](${path})`,
          terms: new Set([...bold].flatMap(([, term]) => namesOf(term))),
        };
      })
  );
}

/**
 * Finds the section that explains a term: the first one that has it in bold.
 *
 * @param sections All sections.
 * @param term The term.
 * @returns The section, or `undefined` if the term isn't in bold anywhere.
 */
export function explanationOf(
  sections: Section[],
  term: string,
): Section | undefined {
  return sections.find(({ terms }) =>
    namesOf(term).some((name) => terms.has(name))
  );
}

/**
 * Returns the names of a term, for comparing.
 *
 * @param term The term, with another name in parentheses if it has one.
 * @returns For example `inter-process communication` and `ipc`.
 */
export function namesOf(term: string): string[] {
  return term.replaceAll(/[`\s]+/g, (space) => space.includes("`") ? "" : " ")
    .toLowerCase()
    // A call has its parentheses in its name: `accept()`.
    .split(/ \(|\)$(?<!\(\))/)
    .filter((name) => name !== "")
    // Some are in the plural where they're explained.
    .map((name) => name.replace(/(?<=s)es$|(?<=[^s])s$/, ""));
}
