/** The greetings that both checks send. */
import { seededRandom } from "../../../lib/net/mod.ts";
import { SAMPLE_TEXTS } from "../../../lib/workbook/kit/mod.ts";

/** Text with characters of one to four bytes. */
export const MIXED = "Grüß Gott, 世界 🌍";

/** Spaces and tabs at the ends of lines, and characters of all kinds. */
export const SAMPLES = Object.values(SAMPLE_TEXTS).join("\r\n");

const random = seededRandom(2);

/**
 * About 3000 bytes, in characters of one to four bytes and in random order, so
 * that a buffer of any size cuts some of them in two.
 */
export const LONG = Array.from(
  { length: 1201 },
  () => ["a", "é", "€", "🌍"][Math.floor(4 * random())],
).join("");

/** A little over 1 MiB, more than the buffer of an answer holds. */
export const LARGE = LONG.repeat(350);
