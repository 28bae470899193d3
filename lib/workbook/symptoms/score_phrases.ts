import type { Symptom } from "./symptom.ts";

/**
 * The score of a literal message: the longer it is, the more certain the match.
 */
const PHRASE_SCORE = 15;

/**
 * Scores an entry by its messages and questions that the text contains word for
 * word.
 *
 * @param symptom The entry.
 * @param text The text.
 * @returns The score; 0 if there's no such phrase.
 *
 * @example Case and punctuation don't matter
 * ```ts
 * import { scorePhrases } from "./score_phrases.ts";
 * import type { Symptom } from "./symptom.ts";
 * import { assert } from "@std/assert";
 *
 * const half: Symptom = {
 *   id: "half",
 *   title: "Half a message",
 *   asked: [],
 *   means: "A read may return only part of a message.",
 *   todo: "Read on.",
 *   causes: [],
 *   lesson: "05_framing",
 * };
 * assert(scorePhrases(half, "Why: half a message?") > 0);
 * ```
 */
export function scorePhrases(symptom: Symptom, text: string): number {
  const { wording = {}, title, asked } = symptom;
  const said = plain(text);
  const lengths = [title, ...asked, ...Object.values(wording).flat()]
    .map(plain)
    .filter((phrase) => said.includes(phrase))
    .map((phrase) => phrase.trim().split(" ").length);
  return PHRASE_SCORE * Math.sqrt(Math.max(0, ...lengths));
}

/** Returns a text with single spaces around and between its words. */
function plain(text: string): string {
  return ` ${text.toLowerCase().split(/[^a-z0-9_]+/).join(" ")} `
    .replaceAll(/ +/g, " ");
}
