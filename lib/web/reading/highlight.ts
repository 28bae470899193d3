import core, { bash, json, typescript } from "../deps/highlight.ts";

core.registerLanguage("ts", typescript);
core.registerLanguage("sh", bash);
core.registerLanguage("json", json);

/**
 * Highlights code on the server, so the page loads no highlighter.
 *
 * @param code The code.
 * @param language `ts`, `sh`, or `json`; anything else stays as it is.
 * @returns HTML: the code, escaped, with spans around its tokens.
 */
export function highlight(code: string, language: string): string {
  return core.getLanguage(language) === undefined
    ? escapeHtml(code)
    : core.highlight(code, { language }).value;
}

/**
 * Escapes text for HTML, between tags and in attributes.
 *
 * @param text The text.
 * @returns The same text, as HTML.
 */
export function escapeHtml(text: string): string {
  const names: Record<string, string> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
  };
  return text.replace(/[&<>"']/g, (character) => names[character]);
}
