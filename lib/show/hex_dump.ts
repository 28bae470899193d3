/** How {@linkcode hexDump} lays bytes out. */
export interface HexDumpOptions {
  /**
   * The address of the first byte, an integer >= 0.
   *
   * @default {0}
   */
  offset?: number;
  /**
   * Bytes on a line, an integer >= 1. Taken as it is, whatever `width` says.
   *
   * @default {16}
   */
  bytesPerLine?: number;
  /**
   * Columns there are: a line has 16 bytes where those fit (78 columns), and
   * 8 where they do not (45 columns).
   *
   * @default {Infinity}
   */
  width?: number;
  /**
   * Index in the bytes of the one to put a caret under. The index just after
   * the last byte is allowed: something was missing there.
   *
   * @default {undefined}
   */
  mark?: number;
}

/**
 * Lays bytes out like `hexdump -C`: address, hexadecimal digits, and ASCII with
 * a dot for what is not a visible character.
 *
 * @param bytes What to show.
 * @param options Address, line length, and the byte to mark.
 * @returns Lines; `(no bytes)` where there are none.
 * @throws {RangeError} If `bytesPerLine`, `offset` or `mark` is out of range.
 *
 * @example The first byte that differs
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
  // One turn more when the mark stands after a last line that is full.
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

/** The column of a byte's digits: a gap of two stands before each eighth. */
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
