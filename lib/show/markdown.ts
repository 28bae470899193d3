import {
  bold,
  cyan,
  dim,
  getColorEnabled,
  italic,
  stripAnsiCode,
  underline,
} from "@std/fmt/colors";
import { padEndVisible, visibleWidth, wrapText } from "./text.ts";

/** Options for {@linkcode renderMarkdown}. */
export interface MarkdownOptions {
  /** The width, in columns, at least 1; may be Infinity. */
  width: number;
}

type Paint = (text: string) => string;

/** A rendered block, and the number of source lines that it used. */
interface Block {
  output: string[];
  taken: number;
}

/**
 * Renders the block at the start of the lines, or returns `undefined` if it's
 * another kind.
 */
type BlockRule = (lines: string[], width: number) => Block | undefined;

const BLOCK_RULES: BlockRule[] = [
  renderComment,
  renderDetails,
  renderFence,
  renderIndentedCode,
  renderHeading,
  renderRule,
  renderQuote,
  renderList,
  renderTable,
  renderParagraph,
];

/** A horizontal rule: `---`, `* * *`. */
const THEMATIC_BREAK = /^ {0,3}([-*_])(?: *\1){2,} *$/;
const LIST_ITEM = /^( {0,3})([-*+]|\d{1,9}[.)])(?: +(?=\S)|$)/;
const TABLE_RULE = /^ {0,3}\|?( *:?-+:? *\|)+( *:?-+:? *)?$/;
/** Lines that end a paragraph without an empty line. */
const INTERRUPTION =
  /^ {0,3}(#{1,6} |```|~~~|>|<!--|<\/?(details|summary)\b|([-*+]|1[.)]) +\S)/;

/**
 * Renders Markdown for a terminal: the reading of a lesson.
 *
 * It supports the Markdown in this workbook's READMEs, as formatted by `deno
 * fmt`. Prose and tables are wrapped to the width; code never is. Comments are
 * dropped, and `<details>` are shown open. Colors follow `getColorEnabled()`;
 * without them, inline code keeps its backticks.
 *
 * @param source The Markdown text.
 * @param options The width.
 * @returns The rendered text, without a newline at the end.
 * @throws {RangeError} If `width` is below 1 or not a number.
 *
 * @example A heading and a list
 * ```ts
 * import { renderMarkdown } from "./markdown.ts";
 * import { setColorEnabled } from "@std/fmt/colors";
 * import { assertEquals } from "@std/assert";
 *
 * setColorEnabled(false);
 * assertEquals(
 *   renderMarkdown("# Echo\n\n- `read` fills _part_ of a buffer", { width: 20 }),
 *   [
 *     "Echo",
 *     "════",
 *     "",
 *     "• `read` fills part",
 *     "  of a buffer",
 *   ].join("\n"),
 * );
 * ```
 */
export function renderMarkdown(
  source: string,
  options: MarkdownOptions,
): string {
  const { width } = options;
  if (!(width >= 1)) {
    throw new RangeError(`Cannot render in ${width} columns: need 1 or more`);
  }
  return renderBlocks(source.split(/\r\n|\r|\n/), width).join("\n");
}

/** Renders blocks, with an empty line between them where the source has one. */
function renderBlocks(lines: string[], width: number): string[] {
  const output: string[] = [];
  let spaced = false;
  for (let at = 0; at < lines.length;) {
    if (isBlank(lines[at])) {
      spaced = true;
      at++;
      continue;
    }
    const rest = lines.slice(at);
    const block = BLOCK_RULES.values().map((rule) => rule(rest, width))
      .find((block) => block !== undefined)!;
    at += block.taken;
    if (block.output.length === 0) continue;
    if (spaced && output.length > 0) output.push("");
    output.push(...block.output);
    spaced = false;
  }
  return output;
}

function renderComment(lines: string[]): Block | undefined {
  if (!/^ {0,3}<!--/.test(lines[0])) return;
  const end = lines.findIndex((line) => line.includes("-->"));
  return { output: [], taken: end < 0 ? lines.length : end + 1 };
}

function renderDetails(lines: string[], width: number): Block | undefined {
  if (!/^ {0,3}<details\b/.test(lines[0])) return;
  let depth = 0;
  const end = lines.findIndex((line) => {
    depth += line.match(/<details\b/g)?.length ?? 0;
    depth -= line.match(/<\/details>/g)?.length ?? 0;
    return depth <= 0;
  });
  const taken = end < 0 ? lines.length : end + 1;
  const inside = lines.slice(0, taken).join("\n")
    .replace(/^ *<details\b[^>]*>/, "")
    .replace(/<\/details>\s*$/, "");
  const [, summary, content] =
    inside.match(/^\s*<summary>(.*?)<\/summary>(.*)$/s) ??
      ["", "Details", inside];
  const title = renderInline(summary.trim().replace(/\s+/g, " "), bold);
  const body = renderBlocks(content.split("\n"), Math.max(1, width - 2));
  return {
    output: [
      ...wrapText(title, { width, firstIndent: "▾ ", indent: "  " }),
      ...(body.length > 0 ? ["", ...prefix(body, "  ")] : []),
    ],
    taken,
  };
}

function renderFence(lines: string[]): Block | undefined {
  const opening = lines[0].match(/^( {0,3})(`{3,}|~{3,})[^`]*$/);
  if (opening === null) return;
  const [, indent, fence] = opening;
  const closing = new RegExp(`^ {0,3}${fence}${fence[0]}*\\s*$`);
  const end = lines.findIndex((line, i) => i > 0 && closing.test(line));
  // An unclosed fence extends to the end of the text.
  const code = end < 0 ? trimBlankEnd(lines.slice(1)) : lines.slice(1, end);
  const outdented = code.map((line) => {
    return line.slice(Math.min(indentOf(line), indent.length));
  });
  return {
    output: prefix(outdented, dim("│ ")),
    taken: end < 0 ? lines.length : end + 1,
  };
}

function renderIndentedCode(lines: string[]): Block | undefined {
  const isCode = (line: string) => isBlank(line) || indentOf(line) >= 4;
  if (!isCode(lines[0])) return;
  const code = trimBlankEnd(takeWhile(lines, isCode));
  const outdented = code.map((line) => line.slice(4));
  return { output: prefix(outdented, dim("│ ")), taken: code.length };
}

function renderHeading(lines: string[], width: number): Block | undefined {
  const heading = lines[0].match(/^ {0,3}(#{1,6}) +(.*?)(?: +#+)? *$/);
  if (heading === null) return;
  const [, marks, text] = heading;
  const title = renderInline(text, bold);
  if (marks === "#") {
    const output = wrapText(title, { width });
    const longest = Math.max(...output.map(visibleWidth));
    return { output: [...output, bold("═".repeat(longest))], taken: 1 };
  }
  const firstIndent = dim(marks) + " ";
  const indent = " ".repeat(marks.length + 1);
  return { output: wrapText(title, { width, firstIndent, indent }), taken: 1 };
}

function renderRule(lines: string[], width: number): Block | undefined {
  if (!THEMATIC_BREAK.test(lines[0])) return;
  return { output: [dim("─".repeat(Math.min(width, 80)))], taken: 1 };
}

function renderQuote(lines: string[], width: number): Block | undefined {
  const quoted = takeWhile(lines, (line) => /^ {0,3}>/.test(line));
  if (quoted.length === 0) return;
  const inside = quoted.map((line) => line.replace(/^ {0,3}> ?/, ""));
  // GitHub's alerts: "> [!NOTE]".
  inside[0] = inside[0].replace(
    /^\[!(\w)(\w+)\]\s*$/,
    (_, first, rest) => `**${first}${rest.toLowerCase()}:**\\`,
  );
  const output = renderBlocks(inside, Math.max(1, width - 2));
  return { output: prefix(output, dim("> ")), taken: quoted.length };
}

function renderList(lines: string[], width: number): Block | undefined {
  const first = lines[0].match(LIST_ITEM)?.[2];
  if (first === undefined) return;
  const { items, taken } = splitItems(lines, first.at(-1)!);
  const start = parseInt(first);
  const label = (i: number) => isNaN(start) ? "• " : `${start + i}. `;
  const hang = label(items.length - 1).length;
  const output = items.flatMap((item, i) => {
    const content = renderBlocks(item.lines, Math.max(1, width - hang));
    const body = prefix(content.length > 0 ? content : [""], " ".repeat(hang));
    body[0] = (label(i).padStart(hang) + body[0].slice(hang)).trimEnd();
    return item.spaced ? ["", ...body] : body;
  });
  return { output, taken };
}

/** Splits a list into its items, without their markers and indents. */
function splitItems(lines: string[], kind: string) {
  const items: { lines: string[]; spaced: boolean }[] = [];
  let indent = 0;
  let taken = 0;
  for (const [i, line] of lines.entries()) {
    const marker = THEMATIC_BREAK.test(line) ? null : line.match(LIST_ITEM);
    const spaced = i > 0 && isBlank(lines[i - 1]);
    const isLazy = !spaced && marker === null && !INTERRUPTION.test(line);
    if (i > 0 && (isBlank(line) || indentOf(line) >= indent)) {
      items.at(-1)!.lines.push(line.slice(indent));
    } else if (marker?.[2].at(-1) === kind) {
      indent = marker[0].length;
      items.push({ lines: [line.slice(indent)], spaced });
    } else if (isLazy) {
      items.at(-1)!.lines.push(line.trimStart());
    } else {
      break;
    }
    if (!isBlank(line)) taken = i + 1;
  }
  return { items, taken };
}

function renderTable(lines: string[], width: number): Block | undefined {
  if (!lines[0].includes("|") || !TABLE_RULE.test(lines[1] ?? "")) return;
  const source = takeWhile(lines, (line) => line.includes("|"));
  const alignments = splitCells(source[1]);
  const rows = [source[0], ...source.slice(2)].map((line, i) => {
    const cells = splitCells(line);
    return alignments.map((_, column) =>
      renderInline(cells[column] ?? "", i === 0 ? bold : undefined)
    );
  });
  const widths = fitColumns(rows, width - 3 * (alignments.length - 1));
  const output = widths === undefined
    ? stackRows(rows, width)
    : alignRows(rows, widths, alignments);
  return { output, taken: source.length };
}

/** Splits a row at its bars; `\|` is a bar inside a cell, even in code. */
function splitCells(line: string): string[] {
  return line.trim().replace(/^\|/, "").replace(/(?<!\\)\|$/, "")
    .split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll("\\|", "|"));
}

/**
 * Narrows the widest columns until all columns fit: first to their longest
 * words, then to 12 columns, which splits words. Gives up if that isn't enough.
 */
function fitColumns(rows: string[][], room: number): number[] | undefined {
  const columns = rows[0].map((_, i) => rows.map((row) => row[i]));
  const widest = (texts: string[]) => Math.max(1, ...texts.map(visibleWidth));
  const widths = columns.map((cells) =>
    widest(cells.flatMap((cell) => cell.split("\n")))
  );
  const words = columns.map((cells) =>
    widest(cells.flatMap((cell) => cell.split(/\s+/)))
  );
  for (const floors of [words, words.map((word) => Math.min(word, 12))]) {
    while (sum(widths) > room) {
      const slack = widths.map((width, i) => width > floors[i] ? width : 0);
      const column = slack.indexOf(Math.max(...slack));
      if (slack[column] === 0) break;
      widths[column]--;
    }
  }
  return sum(widths) <= room ? widths : undefined;
}

function alignRows(
  rows: string[][],
  widths: number[],
  alignments: string[],
): string[] {
  const rule = dim(widths.map((width) => "─".repeat(width)).join("─┼─"));
  const blocks = rows.map((row) => {
    const cells = row.map((cell, i) => wrapText(cell, { width: widths[i] }));
    const height = Math.max(...cells.map((cell) => cell.length));
    return Array.from({ length: height }, (_, y) => {
      const parts = cells.map((cell, i) =>
        align(cell[y] ?? "", widths[i], alignments[i])
      );
      return parts.join(dim(" │ ")).trimEnd();
    });
  });
  // Rows with several lines need rules between them.
  const ruled = blocks.slice(1).some((block) => block.length > 1);
  return blocks.flatMap((block, i) =>
    i === 1 || (ruled && i > 1) ? [rule, ...block] : block
  );
}

function align(text: string, width: number, alignment: string): string {
  const spare = width - visibleWidth(text);
  const isRight = alignment.endsWith(":");
  const isCentred = isRight && alignment.startsWith(":");
  const left = isCentred ? Math.floor(spare / 2) : isRight ? spare : 0;
  return padEndVisible(" ".repeat(left) + text, width);
}

/** Renders a table that is too wide as one `heading: cell` per line. */
function stackRows(rows: string[][], width: number): string[] {
  const [headings, ...body] = rows;
  return body.flatMap((row, i) => {
    const lines = row.flatMap((cell, column) =>
      cell === "" ? [] : wrapText(`${headings[column]}: ${cell}`, {
        width,
        indent: "  ",
        firstIndent: "",
      })
    );
    return i === 0 ? lines : ["", ...lines];
  });
}

function renderParagraph(lines: string[], width: number): Block {
  const end = lines.findIndex((line, i) =>
    i > 0 &&
    (isBlank(line) || INTERRUPTION.test(line) || THEMATIC_BREAK.test(line))
  );
  const source = end < 0 ? lines : lines.slice(0, end);
  const text = source
    .map((line) => line.trimStart().replace(/( {2,}|\\)$/, "<br>").trimEnd())
    .join(" ").replace(/<br>$/, "");
  const rendered = renderInline(text);
  return {
    output: rendered.trim() === "" ? [] : wrapText(rendered, { width }),
    taken: source.length,
  };
}

const CODE = /(?<!`)(?<ticks>`+)(?!`)(?<code>.*?[^`])\k<ticks>(?!`)/;
const ESCAPED = /\\(?<escaped>[!-/:-@[-`{-~])/;
const LINK =
  /!?\[(?<label>(?:`[^`]*`|\\.|\[[^\[\]]*\]|[^\[\]`\\])*)\]\((?<url>(?:[^()\s]|\([^()\s]*\))*)(?: +"[^"]*")?\)/;
const AUTOLINK = /<(?<address>https?:[^>\s]+)>/;
const STRONG = /\*\*(?=\S)(?<strong>(?:`[^`]*`|[^`])+?)\*\*(?!\*)/;
const EMPHASIS =
  /(?<![\w*])(?<mark>[*_])(?=[^\s*_])(?<emphasis>(?:`[^`]*`|[^`])*?(?<![\s\\]))\k<mark>(?!\w)/;
const TAG =
  /<!--.*?--> ?| *(?<newline><br *\/?>) *|<\/?(?:b|code|details|em|i|kbd|strong|sub|summary|sup)\b[^>]*>/;
const INLINE = new RegExp(
  [CODE, ESCAPED, LINK, AUTOLINK, STRONG, EMPHASIS, TAG]
    .map((part) => part.source).join("|"),
  "gs",
);

/** Renders the text of a block; `paint` colors each part once. */
function renderInline(source: string, paint: Paint = (text) => text): string {
  const paintText = (text: string) => text === "" ? "" : paint(text);
  let output = "";
  let at = 0;
  for (const match of source.matchAll(INLINE)) {
    output += paintText(source.slice(at, match.index));
    output += renderSpan(match.groups!, paint);
    at = match.index + match[0].length;
  }
  return output + paintText(source.slice(at));
}

function renderSpan(groups: Record<string, string>, paint: Paint): string {
  const { code, escaped, label, url, address, strong, emphasis } = groups;
  if (code !== undefined) {
    const text = code.replace(/^ (.*\S.*) $/, "$1");
    return paint(getColorEnabled() ? cyan(text) : `\`${text}\``);
  }
  if (escaped !== undefined) return paint(escaped);
  if (label !== undefined) return renderLink(label, url, paint);
  if (address !== undefined) return paint(underline(address));
  if (strong !== undefined) {
    return renderInline(strong, (text) => paint(bold(text)));
  }
  if (emphasis !== undefined) {
    return renderInline(emphasis, (text) => paint(italic(text)));
  }
  return groups.newline === undefined ? "" : "\n";
}

/** Renders a link's text, and its target if that adds information. */
function renderLink(label: string, url: string, paint: Paint): string {
  const text = renderInline(label, (part) => paint(underline(part)));
  const bare = (address: string) =>
    address.replace(/^(https?:\/\/|\.\/)/, "").replace(/\/$/, "");
  const same = bare(stripAnsiCode(text).replaceAll("`", "")) === bare(url);
  // A "#section" is useless in a terminal.
  return same || url.startsWith("#") ? text : `${text} ${dim(`(${url})`)}`;
}

function isBlank(line: string): boolean {
  return line.trim() === "";
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

function prefix(lines: string[], lead: string): string[] {
  return lines.map((line) => line === "" ? lead.trimEnd() : lead + line);
}

function takeWhile(lines: string[], test: (line: string) => boolean): string[] {
  const end = lines.findIndex((line) => !test(line));
  return end < 0 ? [...lines] : lines.slice(0, end);
}

function trimBlankEnd(lines: string[]): string[] {
  return lines.slice(0, lines.findLastIndex((line) => !isBlank(line)) + 1);
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
