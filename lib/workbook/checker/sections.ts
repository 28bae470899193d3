/** The part of an exercise or solution file that belongs to one exercise. */
export interface Section {
  /** The exercise's id: `3.1`. */
  id: string;
  /** The name of its export, such as `echo`. */
  name: string;
  /** Its lines, including the heading and the final line break. */
  text: string;
}

/** A source file, split at its headings. */
export interface SectionedSource {
  /** The part before the first heading: the imports, and an introduction. */
  head: string;
  /** The sections, in the order of the file. */
  sections: Section[];
}

const HEADING = /^\/\/ -+ (\d+\.\d+) (\w+) -+$/;

/**
 * Splits a source file at its headings, which look like this:
 *
 *     // ---- 3.1 echo ---------------------------------------------------
 *
 * @param source The file's text.
 * @returns The head and the sections; concatenated, they're the source.
 *
 * @example A head and two sections
 * ```ts
 * import { splitSections } from "./sections.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const { head, sections } = splitSections(
 *   "import x;\n// -- 3.1 echo --\nA\n// -- 3.2 exchange --\nB\n",
 * );
 * assertEquals(head, "import x;\n");
 * assertEquals(sections.map(({ id }) => id), ["3.1", "3.2"]);
 * assertEquals(sections[1].text, "// -- 3.2 exchange --\nB\n");
 * ```
 */
export function splitSections(source: string): SectionedSource {
  const result: SectionedSource = { head: "", sections: [] };
  for (const line of source.match(/[^\n]*\n|[^\n]+$/g) ?? []) {
    const heading = line.trimEnd().match(HEADING);
    if (heading !== null) {
      result.sections.push({ id: heading[1], name: heading[2], text: line });
    } else if (result.sections.length > 0) {
      result.sections[result.sections.length - 1].text += line;
    } else {
      result.head += line;
    }
  }
  return result;
}

/**
 * Replaces one section.
 *
 * @param source The file's text.
 * @param section The new section, which replaces the one with the same id.
 * @returns The new text, or `undefined` unless the file has exactly one section
 * with that id.
 */
export function replaceSection(
  source: string,
  section: Section,
): string | undefined {
  const { head, sections } = splitSections(source);
  if (sections.filter(({ id }) => id === section.id).length !== 1) {
    return undefined;
  }
  return head + sections
    .map((old) => old.id === section.id ? section.text : old.text)
    .join("");
}

/**
 * Finds the exercise that a line of a file belongs to.
 *
 * @param source The file's text.
 * @param line A line, from 1.
 * @returns The exercise's id, or the first one's for a line above all headings.
 */
export function exerciseAt(source: string, line: number): string | undefined {
  const { head, sections } = splitSections(source);
  let last = head.split("\n").length - 1;
  for (const { id, text } of sections) {
    last += text.split("\n").length - 1;
    if (line <= last) return id;
  }
  return sections.at(-1)?.id;
}
