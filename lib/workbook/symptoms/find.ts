import type { Symptom } from "./symptom.ts";
import { wordsOf } from "./words.ts";

/** An entry that fits a text. */
export interface Match {
  /** The entry. */
  symptom: Symptom;
  /** How well it fits; only good for comparing matches of one text. */
  score: number;
}

/** A code, or a class of errors, that belongs to one entry. */
const NAME_SCORE = 100;
/** A name that belongs to several entries only narrows the choice. */
const SHARED_SCORE = 20;
/** Classes of the language say little, even where one entry has them. */
const ANYBODYS = new Set(["typeerror", "rangeerror"]);
/** An error number is worth less: another system uses it for something else. */
const NUMBER_SCORE = 60;
/** For a message, word for word: the longer, the surer. */
const PHRASE_SCORE = 15;
/** Another entry this close to the best one could be meant as well. */
const CLOSE = 0.75;
/** More candidates than this are no help. */
const MOST_CANDIDATES = 8;
/** Less than this is a coincidence. */
const LEAST_SCORE = 3;

/**
 * Finds the symptoms that fit a text: a code, an error with its stack trace, or
 * a person's own words.
 *
 * @param symptoms All entries.
 * @param text The text.
 * @returns The entries that fit, best first; none if no word is known.
 *
 * @example A code, whatever is around it
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
  const names = countNames(symptoms);
  const scoreWords = wordScorer(symptoms, text);
  return symptoms
    .map((symptom) => ({
      symptom,
      score: scoreNames(symptom, text, names) + scorePhrases(symptom, text) +
        scoreWords(symptom),
    }))
    .filter(({ score }) => score >= LEAST_SCORE)
    .sort((a, b) => b.score - a.score);
}

/**
 * Tells which matches deserve to be named: one if it's clearly the best.
 *
 * @param matches All matches, best first.
 * @returns The best ones.
 *
 * @example No match, no candidate
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

/** Every name of an error, in lower case, as programs write it. */
function namesOf({ classes = [], codes = [] }: Symptom): string[] {
  const windows = codes
    .filter((code) => /^E[A-Z]+$/.test(code))
    .map((code) => `WSA${code}`);
  return [...classes, ...codes, ...windows].map((name) => name.toLowerCase());
}

function countNames(symptoms: Symptom[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of symptoms.flatMap(namesOf)) {
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
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
    // What an error's text names first is the error; the rest explains it.
    const isOwn = counts.get(name) === 1 && !ANYBODYS.has(name);
    const full = isOwn ? NAME_SCORE : SHARED_SCORE;
    score = Math.max(score, full - Math.min(at, 50) / 10);
  }
  for (const number of Object.values(symptom.numbers ?? {})) {
    const named = new RegExp(
      `(os error|errno|error|winerror|code)[ :#]*\\(?-?${number}\\b`,
      "i",
    );
    const alone = text.trim() === String(number);
    if (alone || named.test(text)) score = Math.max(score, NUMBER_SCORE);
  }
  return score;
}

function scorePhrases(symptom: Symptom, text: string): number {
  const { wording = {}, title, asked } = symptom;
  const said = plain(text);
  const lengths = [title, ...asked, ...Object.values(wording).flat()]
    .map(plain)
    .filter((phrase) => said.includes(phrase))
    .map((phrase) => phrase.trim().split(" ").length);
  return PHRASE_SCORE * Math.sqrt(Math.max(0, ...lengths));
}

/** A text with single spaces around and between its words. */
function plain(text: string): string {
  return ` ${text.toLowerCase().split(/[^a-z0-9_]+/).join(" ")} `
    .replaceAll(/ +/g, " ");
}

/** Kinds of sockets: who names one doesn't ask about the others. */
const KINDS = ["udp", "unix", "websocket", "tls"].flatMap(wordsOf);
/** What's left of the score of an entry about another kind. */
const OTHER_KIND = 0.7;
/** The same for an entry about a kind, where the text names none. */
const UNNAMED_KIND = 0.85;

/** How much a word counts by where the entry has it. */
const WEIGHTS = { title: 3, asked: 2.5, wording: 1.5, text: 0.7 };

/**
 * Scores entries by the words they share with a text. A word counts more the
 * fewer entries have it, and the more a way of asking is made of it.
 */
function wordScorer(
  symptoms: Symptom[],
  text: string,
): (symptom: Symptom) => number {
  const sources = new Map(
    symptoms.map((symptom) => [symptom, fields(symptom)]),
  );
  const spread = new Map<string, number>();
  for (const { asked, title, wording } of sources.values()) {
    for (const word of new Set([title, ...asked, wording].flatMap(unique))) {
      spread.set(word, (spread.get(word) ?? 0) + 1);
    }
  }
  const worth = (word: string) =>
    Math.log(1 + symptoms.length / (1 + (spread.get(word) ?? 0))) *
    (KINDS.includes(word) ? 0.5 : 1);
  const words = unique(wordsOf(text));
  const known = words.filter((word) => spread.has(word));
  const total = sum(known.map(worth));
  return (symptom) => {
    const { title, asked, wording, text } = sources.get(symptom)!;
    const single = sum(
      known.map((word) =>
        worth(word) * Math.max(
          title.includes(word) ? WEIGHTS.title : 0,
          asked.some((phrase) => phrase.includes(word)) ? WEIGHTS.asked : 0,
          wording.includes(word) ? WEIGHTS.wording : 0,
          text.includes(word) ? WEIGHTS.text : 0,
        )
      ),
    );
    // The way of asking that is most like the text: shared words, both ways.
    const likest = Math.max(
      0,
      ...[title, ...asked].map((phrase) => {
        const shared = sum(known.filter((w) => phrase.includes(w)).map(worth));
        const whole = sum(unique(phrase).map(worth));
        return total + whole === 0 ? 0 : 2 * shared * shared / (total + whole);
      }),
    );
    return (single + 3 * likest) * kindFactor(words, [title, ...asked]);
  };
}

/** How much an entry loses because it's about another kind of sockets. */
function kindFactor(words: string[], [title, ...asked]: string[][]): number {
  const named = KINDS.filter((kind) => words.includes(kind));
  if (named.length === 0) {
    return KINDS.some((kind) => title.includes(kind)) ? UNNAMED_KIND : 1;
  }
  const isNamed = [title, ...asked].some((phrase) =>
    named.some((kind) => phrase.includes(kind))
  );
  return isNamed ? 1 : OTHER_KIND;
}

/** The words of an entry, by where it has them. */
function fields(symptom: Symptom) {
  const { title, asked, wording = {}, means, todo, causes, id } = symptom;
  const explained = causes.map(({ because }) => because);
  return {
    title: wordsOf(`${title} ${id.replaceAll("-", " ")}`),
    asked: asked.map(wordsOf),
    wording: wordsOf(Object.values(wording).flat().join(" ")),
    text: wordsOf([means, todo, ...explained].join(" ")),
  };
}

function unique(words: string[]): string[] {
  return [...new Set(words)];
}

function sum(numbers: number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}
