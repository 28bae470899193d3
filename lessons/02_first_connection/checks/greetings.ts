/** The greetings that the checks of both exercises send. */
import { seededRandom } from "../../../lib/net/mod.ts";
import { SAMPLE_TEXTS } from "../../../lib/workbook/kit/mod.ts";

/** Characters of one to four bytes. */
export const MIXED = "Grüß Gott, 世界 🌍";

/** Spaces and tabs at the ends of lines, and characters of all kinds. */
export const SAMPLES = Object.values(SAMPLE_TEXTS).join("\r\n");

const random = seededRandom(2);

/**
 * About 3000 bytes, in characters of one to four bytes and in no regular order:
 * whatever the size of a buffer, it cuts some of them in two.
 */
export const LONG = Array.from(
  { length: 1201 },
  () => ["a", "é", "€", "🌍"][Math.floor(4 * random())],
).join("");

/** A little over 1 MiB, which is more than a buffer in an answer has. */
export const LARGE = LONG.repeat(350);
