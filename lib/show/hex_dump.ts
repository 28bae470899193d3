/** Options for {@linkcode hexDump}. */
export interface HexDumpOptions {
  /**
   * The address of the first byte, an integer >= 0.
   *
   * @default {0}
   */
  offset?: number;
  /**
   * Bytes per line, an integer >= 1. Takes precedence over `width`.
   *
   * @default {16}
   */
  bytesPerLine?: number;
  /**
   * The width, in columns: a line has 16 bytes if they fit (78 columns), or
   * else 8 (45 columns).
   *
   * @default {Infinity}
   */
  width?: number;
  /**
   * The index of the byte to mark with a caret. The index just after the last
   * byte is allowed: it marks a missing byte.
   *
   * @default {undefined}
   */
  mark?: number;
}

/**
 * Formats bytes like `hexdump -C`: address, hexadecimal digits, and ASCII, with
 * a dot for each byte that isn't a visible character.
 *
 * @param bytes The bytes to show.
 * @param options The address, the line length, and the byte to mark.
 * @returns The lines; `(no bytes)` if there are none.
 * @throws {RangeError} If `bytesPerLine`, `offset`, or `mark` is out of range.
 *
 * @example A marked byte
 * ```ts
 * import { hexDump } from "./hex_dump.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = new TextEncoder().encode("hello\n");
 * assertEquals(hexDump(bytes, { bytesPerLine: 8, mark: 5 }), [
 *   "00000000  68 65 6c 6c 6f 0a        |hello.|",
 *   "                         ^^",
 * ]);
 * ```
 */
export function hexDump(
  bytes: Uint8Array,
  options: HexDumpOptions = {},
): string[] {
  const { offset = 0, width = Infinity, mark } = options;
  const { bytesPerLine = width >= lineWidth(16) ? 16 : 8 } = options;
  requireInteger("offset", offset, { min: 0 });
  requireInteger("bytesPerLine", bytesPerLine, { min: 1 });
  if (mark !== undefined) {
    requireInteger("mark", mark, { min: 0, max: bytes.length });
  }
  if (bytes.length === 0) return ["(no bytes)"];

  const lines: string[] = [];
  // One more round if the mark is after a full last line.
  for (let at = 0; at < bytes.length || at === mark; at += bytesPerLine) {
    const row = bytes.subarray(at, at + bytesPerLine);
    const address = (offset + at).toString(16).padStart(8, "0");
    const hex = Array.from(row, (byte, i) => hexCell(byte, i)).join("");
    const ascii = row.length > 0 ? `|${asciiOf(row)}|` : "";
    const asciiColumn = hexColumn(bytesPerLine - 1) + 4;
    lines.push((address + hex).padEnd(asciiColumn) + ascii);
    if (mark !== undefined && mark >= at && mark < at + bytesPerLine) {
      lines.push(" ".repeat(hexColumn(mark - at)) + "^^");
    }
  }
  return lines.map((line) => line.trimEnd());
}

/**
 * Returns the column of a byte's digits, with a wider gap before every eighth
 * byte.
 */
function hexColumn(index: number): number {
  return 10 + index * 3 + Math.floor(index / 8);
}

function hexCell(byte: number, index: number): string {
  const gap = index % 8 === 0 ? "  " : " ";
  return gap + byte.toString(16).padStart(2, "0");
}

function asciiOf(row: Uint8Array): string {
  return Array.from(
    row,
    (byte) => byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".",
  ).join("");
}

function lineWidth(bytesPerLine: number): number {
  return hexColumn(bytesPerLine - 1) + 4 + bytesPerLine + 2;
}

function requireInteger(
  name: string,
  value: number,
  { min, max = Infinity }: { min: number; max?: number },
): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  const range = max === Infinity ? `>= ${min}` : `from ${min} to ${max}`;
  throw new RangeError(
    `Cannot dump bytes: ${name} must be an integer ${range}, not ${value}`,
  );
}
