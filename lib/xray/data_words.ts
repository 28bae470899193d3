import { printable } from "../show/mod.ts";

/** The fewest columns in which data is shown. */
const MIN_COLUMNS = 8;

/**
 * Formats the first bytes of data: as text if all of it is text, and otherwise
 * in hexadecimal. It never mixes the two, because that would be ambiguous.
 *
 * @param bytes The available bytes.
 * @param options `total`: the size of all the data; `columns`: the most columns
 * to use.
 * @returns One line, with `…` for the bytes that aren't shown; empty if there
 * are no bytes.
 *
 * @example Text, and other bytes
 * ```ts
 * import { dataWords } from "./data_words.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const options = { total: 5, columns: 34 };
 * assertEquals(
 *   dataWords(new TextEncoder().encode("café"), options),
 *   '"café"',
 * );
 * assertEquals(
 *   dataWords(new Uint8Array([0, 1, 0x68, 0x69, 255]), options),
 *   "00 01 68 69 ff",
 * );
 * ```
 */
export function dataWords(
  bytes: Uint8Array,
  { total, columns }: { total: number; columns: number },
): string {
  const shown = bytes.subarray(0, total);
  if (shown.length === 0) return "";
  const max = Math.max(MIN_COLUMNS, columns);
  const isCut = shown.length < total;
  if (!isText(shown, isCut)) return hexadecimal(shown, { total, max });
  const text = printable(withoutHalf(shown), { max });
  return isCut && !text.endsWith("…") ? `${text}…` : text;
}

function hexadecimal(
  bytes: Uint8Array,
  { total, max }: { total: number; max: number },
): string {
  // Two digits and a space for each byte, but no space after the last one.
  const fits = Math.floor((max + 1) / 3);
  const isAll = bytes.length === total && bytes.length <= fits;
  const shown = bytes.subarray(0, isAll ? fits : Math.max(1, fits - 1));
  return [...shown].map((byte) => byte.toString(16).padStart(2, "0"))
    .join(" ") + (isAll ? "" : "…");
}

/** Returns whether bytes are UTF-8 without control characters. */
function isText(bytes: Uint8Array, isCut: boolean): boolean {
  try {
    const decoder = new TextDecoder("utf-8", { fatal: true });
    // The last character may be cut off.
    const text = decoder.decode(bytes, { stream: isCut });
    // deno-lint-ignore no-control-regex
    return text !== "" && !/[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/.test(text);
  } catch {
    return false;
  }
}

/** Drops the start of a last character that is cut off. */
function withoutHalf(bytes: Uint8Array): Uint8Array {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  return new TextEncoder().encode(decoder.decode(bytes, { stream: true }));
}
