import { Marked, type Token, type Tokens } from "../deps/marked.ts";
import { escapeHtml, highlight } from "./highlight.ts";
import { siteLink } from "./links.ts";
import { slugOf } from "./slug.ts";
import type { Site } from "../site.ts";

/** The place of a reading, and the HTML for its special parts. */
export interface ReadingOptions {
  /** The site that the page belongs to. */
  site: Site;
  /** The file's path in the workbook. */
  from: string;
  /**
   * The language of code that doesn't name one.
   *
   * @default {"text"}
   */
  codeIs?: string;
  /**
   * The HTML after an example that can be run.
   *
   * @param number The example's place among the reading's examples, from 1.
   * @default {nothing}
   */
  afterExample?: (number: number) => string;
  /**
   * The HTML for a question of the section "Predict".
   *
   * @param number The question's place, from 1.
   * @param text The question, as HTML.
   * @default {the question}
   */
  question?: (number: number, text: string) => string;
  /**
   * The HTML after the questions.
   *
   * @default {nothing}
   */
  afterQuestions?: () => string;
  /**
   * The HTML for the list in the section "Exercises".
   *
   * @default {the list}
   */
  exercises?: () => string;
}

/** A reading as HTML. */
export interface Reading {
  /** The text of its first heading. */
  title: string;
  /** Its HTML, without the first heading. */
  html: string;
  /** Its sections, in order. */
  sections: { title: string; slug: string }[];
}

/**
 * Renders a reading. Raw HTML in it is shown as text.
 *
 * @param markdown The reading.
 * @param options Its place, and the HTML for its special parts.
 * @returns The HTML.
 */
export function renderReading(
  markdown: string,
  options: ReadingOptions,
): Reading {
  const sections: Reading["sections"] = [];
  let title = "";
  let section = "";
  let examples = 0;
  const marked = new Marked({
    renderer: {
      html: ({ text }) => escapeHtml(text),
      heading({ depth, tokens, text }) {
        const inner = this.parser.parseInline(tokens);
        if (depth === 1 && title === "") {
          title = text;
          return "";
        }
        section = text;
        const slug = slugOf(text);
        if (depth === 2) sections.push({ title: text, slug });
        return `<h${depth} id="${slug}"><a class="anchor" href="#${slug}">` +
          `${inner}</a></h${depth}>\n`;
      },
      link({ href, title, tokens }) {
        const target = siteLink(href, options);
        const hint = title ? ` title="${escapeHtml(title)}"` : "";
        return `<a href="${escapeHtml(target)}"${hint}>` +
          `${this.parser.parseInline(tokens)}</a>`;
      },
      // Readings have no pictures, so show the description of one as text.
      image: ({ text }) => escapeHtml(text),
      code({ text, lang = "" }) {
        const language = lang.split(/\s/)[0] || (options.codeIs ?? "text");
        const runs = lang.trim() === "ts";
        const after = runs ? options.afterExample?.(++examples) ?? "" : "";
        const block = `<pre class="code ${escapeHtml(language)} ` +
          `cols-${columnsOf(text)}" ` +
          `tabindex="0"><code>${highlight(text, language)}\n</code></pre>`;
        return after === ""
          ? `${block}\n`
          : `<div class="example">${block}${after}</div>\n`;
      },
      table(token) {
        return `<div class="wide" tabindex="0">${tableOf(token, this)}</div>\n`;
      },
      list(token) {
        if (section === "Predict" && token.ordered && options.question) {
          const items = token.items.map((item, i) =>
            options.question!(i + 1, inlineOf(item, this))
          );
          return `<ol class="questions">${items.join("")}</ol>` +
            (options.afterQuestions?.() ?? "");
        }
        const isList = section === "Exercises" &&
          /^(\*\*)?\d+\.\d+\b/.test(token.items[0]?.text ?? "");
        if (isList && options.exercises) return options.exercises();
        return false;
      },
    },
  });
  const html = marked.parse(markdown, { async: false });
  return { title, html, sections };
}

/**
 * Counts a text's columns, rounded up: on a narrow page, wide text is smaller.
 */
function columnsOf(text: string): number {
  const columns = Math.max(...text.split("\n").map((line) => line.length));
  return Math.min(100, Math.max(40, Math.ceil(columns / 5) * 5));
}

/** The part of the renderer that the extensions here need. */
interface Inline {
  parser: { parseInline(tokens: Token[]): string; parse(t: Token[]): string };
}

/** Returns the text of a list's item, without the paragraph around it. */
function inlineOf(item: Tokens.ListItem, { parser }: Inline): string {
  return parser.parse(item.tokens).replace(/^<p>([^]*)<\/p>\s*$/, "$1");
}

function tableOf({ header, rows }: Tokens.Table, { parser }: Inline): string {
  const row = (cells: Tokens.TableCell[], tag: string) =>
    `<tr>${
      cells.map(({ tokens }) =>
        `<${tag}>${parser.parseInline(tokens)}</${tag}>`
      ).join("")
    }</tr>`;
  return `<table><thead>${row(header, "th")}</thead><tbody>${
    rows.map((cells) => row(cells, "td")).join("")
  }</tbody></table>`;
}

/**
 * Renders Markdown inside a line: code and emphasis. Links and raw HTML are shown
 * as text.
 *
 * @param markdown The text.
 * @returns The HTML.
 */
export function renderInline(markdown: string): string {
  const marked = new Marked({
    renderer: {
      html: ({ text }) => escapeHtml(text),
      link: ({ raw }) => escapeHtml(raw),
      image: ({ raw }) => escapeHtml(raw),
    },
  });
  return marked.parseInline(markdown, { async: false });
}
