/** The greetings that the checks of both exercises send. */
import { seededRandom } from "../../../lib/net/mod.ts";
import { SAMPLE_TEXTS } from "../../../lib/workbook/kit/mod.ts";

/** The bytes in a mebibyte. */
export const MiB = 1024 * 1024;

/** Characters of one to four bytes. */
export const MIXED = "Grüß Gott, 世界 🌍";

/** Spaces and tabs at the ends of lines, and characters of all kinds. */
export const SAMPLES = Object.values(SAMPLE_TEXTS).join("\r\n");

/**
 * Makes a text of about `size` bytes, with characters of one to four bytes in
 * no regular order: whatever the size of a buffer, it cuts some of them in two.
 *
 * @param size The least number of bytes.
 * @returns The same text each time.
 */
export function mixedText(size: number): string {
  const random = seededRandom(2);
  const picked: string[] = [];
  for (let bytes = 0; bytes < size;) {
    const pick = Math.floor(4 * random());
    picked.push(["a", "é", "€", "🌍"][pick]);
    bytes += pick + 1;
  }
  return picked.join("");
}
