/**
 * Text in a terminal: measuring, padding, cutting, and wrapping it by columns,
 * even with colors (ANSI escapes) or characters that are two columns wide.
 *
 * @module
 */

// A control sequence (colors, cursor), an operating system command (links,
// titles), or a two-character escape.
const ESCAPE =
  // deno-lint-ignore no-control-regex
  /\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\^_])/;
const ESCAPES = new RegExp(ESCAPE, "g");
const RUNS = new RegExp(`${ESCAPE.source}|[^\\x1b]+|\\x1b`, "g");
// A number and its unit are one word: don't break a line between them.
const UNIT = "(?<=\\d) (?=(?:%|[mµn]?s|[KMG]i?B|MB/s|MiB/s|bytes?)(?![\\w/]))";
const WORDS_AND_GAPS = new RegExp(
  `(?:${ESCAPE.source}|[^ \\t]|${UNIT})+|[ \\t]+`,
  "g",
);

const ASCII = /^[\x20-\x7e]*$/;
const ZERO_WIDTH = /^[\p{M}\p{Cc}\p{Cf}]*$/u;
// The wide blocks of Unicode's East_Asian_Width, and emoji.
const DOUBLE_WIDTH =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}\p{Emoji_Presentation}\ufe0f]/u;

// It takes milliseconds to make, and most text is ASCII.
let graphemes: Intl.Segmenter | undefined;

/** One escape or one user-perceived character, and its width. */
interface Piece {
  text: string;
  width: number;
}

function* pieces(text: string): Generator<Piece> {
  for (const [run] of text.matchAll(RUNS)) {
    if (run.startsWith("\x1b")) {
      yield { text: run, width: 0 };
    } else if (ASCII.test(run)) {
      for (const char of run) yield { text: char, width: 1 };
    } else {
      graphemes ??= new Intl.Segmenter(undefined, { granularity: "grapheme" });
      for (const { segment } of graphemes.segment(run)) {
        yield { text: segment, width: graphemeWidth(segment) };
      }
    }
  }
}

function graphemeWidth(grapheme: string): number {
  if (ZERO_WIDTH.test(grapheme)) return 0;
  return DOUBLE_WIDTH.test(grapheme) ? 2 : 1;
}

/**
 * The active styles: the escape that started each, by the code that ends it.
 */
type Styles = Map<number, string>;

/**
 * Returns the code that ends a style, or `undefined` if `code` doesn't start
 * one.
 */
function endOf(code: number): number | undefined {
  if (code === 1 || code === 2) return 22; // bold and dim end together
  if (code >= 3 && code <= 9) return code === 6 ? 25 : 20 + code;
  if ((code >= 30 && code <= 38) || (code >= 90 && code <= 97)) return 39;
  if ((code >= 40 && code <= 48) || (code >= 100 && code <= 107)) return 49;
}

/** Updates `styles` with the effect of one escape. */
function follow(styles: Styles, escape: string): void {
  // deno-lint-ignore no-control-regex
  const parameters = escape.match(/^\x1b\[([\d;]*)m$/)?.[1];
  if (parameters === undefined) return;
  const codes = parameters.split(";").map(Number);
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i];
    const end = endOf(code);
    if (code === 0) {
      styles.clear();
    } else if (end === undefined) {
      styles.delete(code);
    } else {
      // 38 and 48 take their color from the codes that follow.
      const colorCodes = codes[i + 1] === 5 ? 3 : 5;
      const size = code === 38 || code === 48 ? colorCodes : 1;
      const start = `\x1b[${codes.slice(i, i + size).join(";")}m`;
      styles.set(end, (end === 22 ? styles.get(end) ?? "" : "") + start);
      i += size - 1;
    }
  }
}

function endAll(styles: Styles): string {
  return [...styles.keys()].reverse().map((code) => `\x1b[${code}m`).join("");
}

/**
 * Counts the columns that a line uses in a terminal.
 *
 * Escapes, control characters, and combining marks use no columns; East Asian
 * wide characters and emoji use two.
 *
 * @param text One line.
 * @returns The number of columns.
 *
 * @example Colors don't use any columns
 * ```ts
 * import { visibleWidth } from "./text.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(visibleWidth("\x1b[1mhello\x1b[22m"), 5);
 * assertEquals(visibleWidth("日本"), 4);
 * ```
 */
export function visibleWidth(text: string): number {
  const plain = text.replace(ESCAPES, "");
  if (ASCII.test(plain)) return plain.length;
  let width = 0;
  for (const piece of pieces(plain)) width += piece.width;
  return width;
}

/**
 * Pads a line with spaces to a width of `width` columns.
 *
 * @param text One line; returned unchanged if it's wide enough.
 * @param width The width, in columns.
 * @returns The padded line.
 *
 * @example A cell of a table
 * ```ts
 * import { padEndVisible } from "./text.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(padEndVisible("日本", 6) + "|", "日本  |");
 * ```
 */
export function padEndVisible(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - visibleWidth(text)));
}

/**
 * Shortens a line to at most `width` columns, with `…` for the rest. Styles
 * that are still active at the cut are ended.
 *
 * @param text One line; returned unchanged if it fits.
 * @param width The number of columns, >= 0; 0 leaves no room even for the `…`.
 * @returns The line, or its start and `…`.
 * @throws {RangeError} If `width` is below 0 or not a number.
 *
 * @example A line that's too long
 * ```ts
 * import { truncateVisible } from "./text.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(truncateVisible("hello, world", 6), "hello…");
 * assertEquals(truncateVisible("\x1b[1mhello\x1b[22m", 3), "\x1b[1mhe…\x1b[22m");
 * ```
 */
export function truncateVisible(text: string, width: number): string {
  if (!(width >= 0)) {
    throw new RangeError(`Cannot cut text to ${width} columns: need 0 or more`);
  }
  if (visibleWidth(text) <= width) return text;
  if (width < 1) return "";
  const styles: Styles = new Map();
  let kept = "";
  let used = 0;
  for (const piece of pieces(text)) {
    used += piece.width;
    if (used > width - 1) break;
    kept += piece.text;
    follow(styles, piece.text);
  }
  return `${kept}…${endAll(styles)}`;
}

/** Options for {@linkcode wrapText}. */
export interface WrapOptions {
  /**
   * The width of a whole line, including its indent, in columns, at least 1;
   * may be Infinity.
   */
  width: number;
  /**
   * The indent of every line but the first.
   *
   * @default {""}
   */
  indent?: string;
  /**
   * The indent of the first line.
   *
   * @default {indent}
   */
  firstIndent?: string;
}

/**
 * Breaks text into lines of at most `width` columns, at spaces if possible.
 *
 * A newline in the text starts a new line. Spaces between words stay, except at
 * line breaks. A word is cut only if it's wider than a whole line. A style
 * that's active at a line break ends there and starts again after the next
 * line's indent, so that each line is self-contained. Every line gets at least
 * one character, even if the indent leaves no room.
 *
 * @param text The text, which may contain escapes.
 * @param options The width, and the indents.
 * @returns At least one line.
 * @throws {RangeError} If `width` is below 1 or not a number.
 *
 * @example A hanging indent
 * ```ts
 * import { wrapText } from "./text.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(
 *   wrapText("accept makes a new socket", {
 *     width: 16,
 *     firstIndent: "• ",
 *     indent: "  ",
 *   }),
 *   ["• accept makes a", "  new socket"],
 * );
 * ```
 */
export function wrapText(text: string, options: WrapOptions): string[] {
  const { width, indent = "", firstIndent = indent } = options;
  if (!(width >= 1)) {
    throw new RangeError(
      `Cannot wrap text to ${width} columns: need 1 or more`,
    );
  }
  const lines: string[] = [];
  for (const paragraph of text.split(/\r\n|\r|\n/)) {
    let line = "";
    let used = 0;
    let gap = "";
    const overflows = (more: number) => {
      const lead = lines.length === 0 ? firstIndent : indent;
      return used + more > Math.max(1, width - visibleWidth(lead));
    };
    const breakLine = () => {
      lines.push(line);
      line = "";
      used = 0;
    };
    for (const [token] of paragraph.matchAll(WORDS_AND_GAPS)) {
      if (token.trim() === "") {
        gap += token.replaceAll("\t", " ");
        continue;
      }
      const wordWidth = visibleWidth(token);
      if (wordWidth === 0) { // Only escapes so far: add the gap later.
        line += token;
        continue;
      }
      if (overflows(gap.length + wordWidth)) {
        if (used > 0) breakLine();
        gap = "";
      }
      line += gap;
      used += gap.length;
      gap = "";
      for (const piece of pieces(token)) {
        if (used > 0 && overflows(piece.width)) breakLine();
        line += piece.text;
        used += piece.width;
      }
    }
    lines.push(line);
  }
  return closeStyles(lines).map((line, i) =>
    (i === 0 ? firstIndent : indent) + line
  );
}

/**
 * Ends the active styles at each line's end, and starts them again on the next
 * line.
 */
function closeStyles(lines: string[]): string[] {
  const styles: Styles = new Map();
  return lines.map((line) => {
    const again = [...styles.values()].join("");
    for (const [escape] of line.matchAll(ESCAPES)) follow(styles, escape);
    return again + line + endAll(styles);
  });
}

/** Options for {@linkcode printable}. */
export interface PrintableOptions {
  /**
   * The width of the whole result, including quotes and `…`, in columns, at
   * least 3; may be Infinity.
   *
   * @default {60}
   */
  max?: number;
}

const SHORT_ESCAPES = new Map([
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
  ["\0", "\\0"],
  ['"', '\\"'],
  ["\\", "\\\\"],
]);

/**
 * Shows bytes as one line of quoted text, for narration.
 *
 * UTF-8 text is shown unchanged. Bytes that would control a terminal, are
 * invisible, or aren't UTF-8 are shown as escapes: `\n`, `\r`, `\t`, `\0`,
 * `\"`, `\\`, and `\xNN` for any other byte. The `…` of a shortened text comes
 * after the closing quote, so that it doesn't look like data.
 *
 * @param bytes The bytes, such as those received from a socket.
 * @param options The width.
 * @returns One line of safe text.
 * @throws {RangeError} If `max` is below 3 or not a number.
 *
 * @example A received line
 * ```ts
 * import { printable } from "./text.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(printable(new TextEncoder().encode("hello\n")), '"hello\\n"');
 * assertEquals(printable(Uint8Array.of(0x68, 0xff)), '"h\\xff"');
 * assertEquals(printable(new Uint8Array(100), { max: 8 }), '"\\0\\0"…');
 * ```
 */
export function printable(
  bytes: Uint8Array,
  options: PrintableOptions = {},
): string {
  const { max = 60 } = options;
  if (!(max >= 3)) {
    throw new RangeError(`Cannot show bytes in ${max} columns: need 3 or more`);
  }
  let text = "";
  let used = 0;
  let cut = 0; // the length of text that leaves room for two quotes and the `…`
  for (const char of characters(bytes)) {
    text += char;
    // This makes the character before it an emoji, two columns wide.
    used += char === "\ufe0f" ? 1 : visibleWidth(char);
    if (used <= max - 3) cut = text.length;
    if (used > max - 2) return `"${text.slice(0, cut)}"…`;
  }
  return `"${text}"`;
}

/** Decodes bytes to visible characters and escapes, one at a time. */
function* characters(bytes: Uint8Array): Generator<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  for (let at = 0; at < bytes.length;) {
    const lead = bytes[at];
    const size = lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    const encoded = bytes.subarray(at, at + size);
    let char = "";
    try {
      char = decoder.decode(encoded);
    } catch {
      // Not UTF-8: show the value of the first byte, and try the rest.
    }
    const short = SHORT_ESCAPES.get(char);
    const digitNext = /\d/.test(String.fromCharCode(bytes[at + 1] ?? 0));
    if (short !== undefined && !(char === "\0" && digitNext)) {
      yield short;
    } else if (char === "" || /(?! )[\p{C}\p{Z}]/u.test(char)) {
      const hidden = char === "" ? encoded.subarray(0, 1) : encoded;
      for (const byte of hidden) {
        yield `\\x${byte.toString(16).padStart(2, "0")}`;
      }
      at += hidden.length;
      continue;
    } else {
      yield char;
    }
    at += size;
  }
}
