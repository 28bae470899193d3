/**
 * Boxes with rows of 32 bits, like the header diagrams in RFCs.
 *
 * @module
 */

import { bold } from "@std/fmt/colors";
import { padEndVisible, visibleWidth, wrapText } from "./text.ts";

/** One field of a header: its width and its text. */
export interface BitCell {
  /** The width, in bits, from 1 to 32. */
  bits: number;
  /**
   * Formats the field's lines.
   *
   * @param inner The width between its borders, in columns.
   * @returns The lines, no wider than `inner` if possible.
   */
  lines(inner: number): BitLine[];
}

/** A line in a field. */
export interface BitLine {
  /** The text. */
  text: string;
  /** The offset at the side, if any; see {@linkcode BitRow}. */
  offset?: number;
  /**
   * Whether the text is aligned left instead of centered.
   *
   * @default {false}
   */
  left?: boolean;
}

/** Fields side by side, with 32 bits in total. */
export interface BitRow {
  /** The offset of its first byte, to show at the side of the first line. */
  offset: number;
  /** The fields. */
  cells: BitCell[];
}

/** The width of the offset at the side and a space, in columns. */
const SIDE = 5;

/** The width for two columns per bit, as in an RFC. */
const WIDE = SIDE + 65;

/**
 * Returns whether a box has room for borders around each bit.
 *
 * @param width The width, in columns.
 * @returns `true` for two columns per bit, `false` for one and a half.
 */
export function isWide(width: number): boolean {
  return width >= WIDE;
}

/**
 * Draws rows of fields.
 *
 * @param rows The rows; the cells of each row add up to 32 bits.
 * @param width The width, in columns, at least 54; columns beyond 70 aren't
 * used.
 * @returns The lines: one or two that number the bits, then those of the box,
 * all with the same width.
 *
 * @example Two ports
 * ```ts
 * import { drawBitBox, field } from "./bit_box.ts";
 * import { stripAnsiCode } from "@std/fmt/colors";
 * import { assertEquals } from "@std/assert";
 *
 * const cells = [field(16, "from", "80"), field(16, "to", "50000")];
 * assertEquals(drawBitBox([{ offset: 0, cells }], 60).map(stripAnsiCode), [
 *   "      0           8           16          24        31",
 *   "     +-----------------------+-----------------------+",
 *   "   0 |        from 80        |       to 50000        |",
 *   "     +-----------------------+-----------------------+",
 * ]);
 * ```
 */
export function drawBitBox(rows: BitRow[], width: number): string[] {
  const unit = isWide(width) ? 2 : 1.5;
  const column = (bit: number) => Math.floor(bit * unit);
  const total = column(32) + 1;
  // The columns where each row has a border.
  const borders = rows.map(({ cells }) => {
    let bit = 0;
    return [0, ...cells.map(({ bits }) => column(bit += bits))];
  });
  const rule = (...neighbours: number[][]) => {
    const corners = new Set(neighbours.flat());
    const line = Array.from(
      { length: total },
      (_, i) => corners.has(i) ? "+" : "-",
    );
    return " ".repeat(SIDE) + line.join("");
  };
  return [
    ...ruler(unit).map((line) => (" ".repeat(SIDE) + line).trimEnd()),
    rule(borders[0]),
    ...rows.flatMap((row, i) => [
      ...drawRow(row, borders[i]),
      rule(borders[i], borders[i + 1] ?? []),
    ]),
  ];
}

/**
 * Makes a field with a name and a value, on one line if it fits, or else on
 * two.
 *
 * @param bits The width, in bits.
 * @param name The field's name.
 * @param value The field's value.
 * @param notes More lines.
 * @returns The field.
 */
export function field(
  bits: number,
  name: string,
  value: string | number,
  ...notes: string[]
): BitCell {
  const values = bold(String(value));
  return {
    bits,
    lines(inner) {
      const whole = `${name} ${values}`;
      // In a narrow field, the value is easier to read below its name.
      const fits = bits >= 8 && visibleWidth(whole) <= inner - 2;
      const lines = fits ? [whole] : [name, values];
      return [...lines, ...notes]
        .flatMap((text) => wrapText(text, { width: inner }))
        .map((text) => ({ text }));
    },
  };
}

/**
 * Makes one-bit fields, with their names written vertically.
 *
 * @param bits The name of each bit, all of the same length, and whether it's
 * set.
 * @param width The width of the box, in columns. If there's no room for borders
 * between the bits, they share one field.
 * @returns One field or several.
 */
export function flagFields(
  bits: [name: string, isSet: boolean][],
  width: number,
): BitCell[] {
  const letters = Array.from(bits[0][0], (_, i) => i);
  const columnOf = ([name, isSet]: [string, boolean]) => {
    const paint = isSet ? bold : (text: string) => text;
    return [...letters.map((i) => paint(name[i])), paint(isSet ? "1" : "0")];
  };
  const columns = bits.map(columnOf);
  if (isWide(width)) {
    return columns.map((column) => ({
      bits: 1,
      lines: () => column.map((text) => ({ text })),
    }));
  }
  const lines = columns[0].map((_, i) => ({
    text: columns.map((column) => column[i]).join(""),
  }));
  return [{ bits: bits.length, lines: () => lines }];
}

/** Draws the numbers of all bits, or only of the first bit of each byte. */
function ruler(unit: number): string[] {
  const bits = Array.from({ length: 32 }, (_, bit) => bit);
  if (unit === 2) {
    const tens = bits.map((bit) => bit % 10 === 0 ? `${bit / 10} ` : "  ");
    const ones = bits.map((bit) => `${bit % 10} `);
    return [" " + tens.join(""), " " + ones.join("")];
  }
  const marks = [0, 8, 16, 24].map((bit) => String(bit).padEnd(8 * unit));
  return [` ${marks.join("").slice(0, 31 * unit)}31`.slice(0, 32 * unit + 1)];
}

function drawRow({ offset, cells }: BitRow, borders: number[]): string[] {
  const columns = cells.map((cell, i) => {
    const inner = borders[i + 1] - borders[i] - 1;
    return { inner, lines: cell.lines(inner) };
  });
  const height = Math.max(...columns.map(({ lines }) => lines.length));
  return Array.from({ length: height }, (_, row) => {
    const drawn = columns.map(({ inner, lines }) => {
      // Center the lines if a neighbor has more.
      const line = lines[row - Math.floor((height - lines.length) / 2)];
      return { ...line, text: place(line, inner) };
    });
    const side = row === 0
      ? offset
      : drawn.find((line) => line.offset !== undefined)?.offset;
    return [
      String(side ?? "").padStart(SIDE - 1) + " |",
      drawn.map(({ text }) => text).join("|"),
      "|",
    ].join("");
  });
}

function place(line: BitLine | undefined, inner: number): string {
  const { text = "", left = false } = line ?? {};
  const before = left ? 1 : Math.floor((inner - visibleWidth(text)) / 2);
  return padEndVisible(" ".repeat(Math.max(0, before)) + text, inner);
}
