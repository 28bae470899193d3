/**
 * Turns a heading into the fragment that links to it, as code hosts do.
 *
 * @param heading The heading's text.
 * @returns For example `a-read-fills-part-of-a-buffer`.
 *
 * @example Punctuation is dropped, spaces become hyphens
 * ```ts
 * import { slugOf } from "./slug.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(slugOf("Myth: one `write` is one read"), "myth-one-write-is-one-read");
 * ```
 */
export function slugOf(heading: string): string {
  return heading.trim().toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .replace(/\s/g, "-");
}
