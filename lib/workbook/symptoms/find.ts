import { nameScorer } from "./score_names.ts";
import { scorePhrases } from "./score_phrases.ts";
import { wordScorer } from "./score_words.ts";
import type { Symptom } from "./symptom.ts";

/** An entry that matches a text. */
export interface Match {
  /** The entry. */
  symptom: Symptom;
  /**
   * The score: how well it matches. Compare it only with other matches of the
   * same text.
   */
  score: number;
}

/** The share of the best score from which an entry could also be meant. */
const CLOSE = 0.75;
/** The most candidates to list. */
const MOST_CANDIDATES = 6;
/** The lowest score that isn't a coincidence. */
const LEAST_SCORE = 3;

/**
 * Finds the symptoms that match a text: a code, an error with its stack trace,
 * or the reader's own words.
 *
 * @param symptoms All entries.
 * @param text The text.
 * @returns The matching entries, best first; empty if no word is known.
 *
 * @example A code in a message
 * ```ts
 * import { findSymptoms } from "./find.ts";
 * import type { Symptom } from "./symptom.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const refused: Symptom = {
 *   id: "refused",
 *   title: "Connection refused",
 *   codes: ["ECONNREFUSED"],
 *   asked: [],
 *   means: "Nothing listens on that port.",
 *   todo: "Start the server.",
 *   causes: [],
 *   lesson: "08_failures",
 * };
 * const [best] = findSymptoms([refused], "connect ECONNREFUSED ::1:80");
 * assertEquals(best.symptom.id, "refused");
 * ```
 */
export function findSymptoms(symptoms: Symptom[], text: string): Match[] {
  const byId = symptoms.find(({ id }) => id === text.trim().toLowerCase());
  if (byId !== undefined) return [{ symptom: byId, score: 1000 }];
  const scoreNames = nameScorer(symptoms, text);
  const scoreWords = wordScorer(symptoms, text);
  return symptoms
    .map((symptom) => ({
      symptom,
      score: scoreNames(symptom) + scorePhrases(symptom, text) +
        scoreWords(symptom),
    }))
    .filter(({ score }) => score >= LEAST_SCORE)
    .sort((a, b) => b.score - a.score);
}

/**
 * Selects the matches to show: only one if it's clearly the best.
 *
 * @param matches All matches, best first.
 * @returns The best ones.
 *
 * @example No matches
 * ```ts
 * import { candidatesOf } from "./find.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(candidatesOf([]), []);
 * ```
 */
export function candidatesOf(matches: Match[]): Match[] {
  return matches
    .filter(({ score }) => score >= CLOSE * matches[0].score)
    .slice(0, MOST_CANDIDATES);
}
