/**
 * Measures text in a drawing. The server draws, too, and has no browser to
 * measure with, so every label is in a monospaced font whose characters are at
 * most this wide.
 *
 * @module
 */

/** The size of a label's text, in pixels. */
export const FONT_SIZE = 12;

/** A character's width in the widest common monospaced fonts, per font size. */
const CHARACTER = 0.61;

/** A letter's width in bold, in wide sans-serif fonts, per font size. */
const NAME_CHARACTER = 0.68;

/**
 * Returns the width of a label, in pixels.
 *
 * @param text The label.
 * @param size The size of its font, in pixels.
 */
export function textWidth(text: string, size: number = FONT_SIZE): number {
  return Math.ceil(columnsOf(text) * size * CHARACTER);
}

/**
 * Estimates the width of a name in the proportional font, in pixels. It may be
 * a little too large.
 *
 * @param text The name.
 * @param size The size of its font, in pixels.
 */
export function nameWidth(text: string, size: number): number {
  return Math.ceil(columnsOf(text) * size * NAME_CHARACTER);
}

/** Returns how many characters of a label fit into a width. */
export function charactersIn(width: number, size: number = FONT_SIZE): number {
  return Math.max(1, Math.floor(width / (size * CHARACTER)));
}

/** Cuts a label that is too wide, and ends it with `…`. */
export function fitText(
  text: string,
  width: number,
  size: number = FONT_SIZE,
): string {
  const max = charactersIn(width, size);
  const characters = [...text];
  return columnsOf(text) <= max
    ? text
    : characters.slice(0, Math.max(0, max - 1)).join("").trimEnd() + "…";
}

/**
 * Breaks a label into lines at its spaces.
 *
 * @param text The label.
 * @param width The width of a line, in pixels.
 * @param options `lines`: the most lines, the last of which is cut; `size`: the
 * size of the font, in pixels.
 * @returns One line or more.
 */
export function wrapLabel(
  text: string,
  width: number,
  { lines: most = 2, size = FONT_SIZE }: { lines?: number; size?: number } = {},
): string[] {
  const max = charactersIn(width, size);
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && columnsOf(`${last} ${word}`) <= max) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else lines.push(...breakWord(word, max));
  }
  const kept = lines.slice(0, most);
  if (lines.length > most) {
    kept[most - 1] = lines.slice(most - 1).join(" ");
  }
  return kept.map((line) => fitText(line, width, size));
}

/**
 * Breaks a word that's longer than a line: at one of its non-breaking spaces, or
 * else at its bracket.
 */
function breakWord(word: string, max: number): string[] {
  if (columnsOf(word) <= max) return [word];
  const space = word.lastIndexOf("\u00a0");
  if (space > 0) {
    return [
      ...breakWord(word.slice(0, space), max),
      ...breakWord(word.slice(space + 1), max),
    ];
  }
  const bracket = word.indexOf("(");
  if (bracket < 1 || bracket === word.length - 1) return [word];
  // A long name fills the line without its bracket.
  const end = bracket < max ? bracket + 1 : bracket;
  return [word.slice(0, end), word.slice(end)];
}

/** Matches East Asian characters and emoji, which take two columns. */
const WIDE =
  /\p{Extended_Pictographic}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/gu;

function columnsOf(text: string): number {
  // There are thousands of labels, and nearly all are plain, so test that
  // first.
  if (/^[ -~\u00a0…]*$/.test(text)) return text.length;
  return [...text].length + (text.match(WIDE)?.length ?? 0);
}
