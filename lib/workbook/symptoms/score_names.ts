import type { Symptom } from "./symptom.ts";

/** The score of a code or an error class that belongs to one entry. */
const NAME_SCORE = 100;
/**
 * The score of a name that belongs to several entries, which only narrows the
 * choice.
 */
const SHARED_SCORE = 20;
/** The score of JavaScript's own error classes, which say little. */
const ANYBODYS = new Set(["typeerror", "rangeerror"]);
/**
 * The score of an error number, which other systems may use for something else.
 */
const NUMBER_SCORE = 60;

/**
 * Scores entries by the names in a text: error classes, error codes, and error
 * numbers.
 *
 * @param symptoms All entries.
 * @param text The text.
 * @returns A function that scores an entry.
 *
 * @example A code, and the same code on Windows
 * ```ts
 * import { nameScorer } from "./score_names.ts";
 * import type { Symptom } from "./symptom.ts";
 * import { assert } from "@std/assert";
 *
 * const reset: Symptom = {
 *   id: "reset",
 *   title: "Connection reset by peer",
 *   codes: ["ECONNRESET"],
 *   asked: [],
 *   means: "The other side reset the connection.",
 *   todo: "Connect again.",
 *   causes: [],
 *   lesson: "07_closing",
 * };
 * assert(nameScorer([reset], "WSAECONNRESET")(reset) > 0);
 * ```
 */
export function nameScorer(
  symptoms: Symptom[],
  text: string,
): (symptom: Symptom) => number {
  const counts = new Map<string, number>();
  for (const name of symptoms.flatMap(namesOf)) {
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return (symptom) =>
    Math.max(scoreNames(symptom, text, counts), scoreNumbers(symptom, text));
}

/** Returns every name of an error, in lower case, as programs write it. */
function namesOf({ classes = [], codes = [] }: Symptom): string[] {
  const windows = codes
    .filter((code) => /^E[A-Z]+$/.test(code))
    .map((code) => `WSA${code}`);
  return [...classes, ...codes, ...windows].map((name) => name.toLowerCase());
}

function scoreNames(
  symptom: Symptom,
  text: string,
  counts: Map<string, number>,
): number {
  const tokens = text.toLowerCase().split(/[^a-z0-9_]+/);
  let score = 0;
  for (const name of namesOf(symptom)) {
    const at = tokens.indexOf(name);
    if (at < 0) continue;
    // The close codes of WebSockets are just numbers elsewhere.
    if (/^\d+$/.test(name) && !/^\d+$|close|code|web/i.test(text.trim())) {
      continue;
    }
    // The first name in an error's text is the error; the rest explains it.
    const isOwn = counts.get(name) === 1 && !ANYBODYS.has(name);
    const full = isOwn ? NAME_SCORE : SHARED_SCORE;
    score = Math.max(score, full - Math.min(at, 50) / 10);
  }
  return score;
}

function scoreNumbers({ numbers = {} }: Symptom, text: string): number {
  for (const number of Object.values(numbers)) {
    const named = new RegExp(
      `(os error|errno|error|winerror|code)[ :#]*\\(?-?${number}\\b`,
      "i",
    );
    const alone = text.trim() === String(number);
    if (alone || named.test(text)) return NUMBER_SCORE;
  }
  return 0;
}
