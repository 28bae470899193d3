import type { Symptom } from "./symptom.ts";
import { wordsOf } from "./words.ts";

/** The kinds of sockets: a text that names one isn't about the others. */
const KINDS = ["udp", "unix", "websocket", "tls"].flatMap(wordsOf);
/** The factor for an entry about another kind. */
const OTHER_KIND = 0.7;
/** The factor for an entry about a kind, if the text doesn't name a kind. */
const UNNAMED_KIND = 0.85;

/** The weight of a word, by its place in the entry. */
const WEIGHTS = { title: 3, asked: 2.5, wording: 1.5, text: 0.7 };

/**
 * Scores entries by the words they share with a text. A word counts more if few
 * entries have it, and if it's a large part of a question.
 *
 * @param symptoms All entries.
 * @param text The text.
 * @returns A function that scores an entry.
 *
 * @example Words with the same meaning
 * ```ts
 * import { wordScorer } from "./score_words.ts";
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
 * assert(wordScorer([half], "incomplete data")(half) > 0);
 * ```
 */
export function wordScorer(
  symptoms: Symptom[],
  text: string,
): (symptom: Symptom) => number {
  const { sources, spread } = indexOf(symptoms);
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
    // The question that's most like the text, by shared words.
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

/** The words of a list of entries. */
interface Index {
  /** The words of each entry. */
  sources: Map<Symptom, ReturnType<typeof fields>>;
  /** How many entries have a word. */
  spread: Map<string, number>;
}

// A page searches with each key that is pressed.
const indexes = new WeakMap<Symptom[], Index>();

function indexOf(symptoms: Symptom[]): Index {
  const known = indexes.get(symptoms);
  if (known !== undefined) return known;
  const sources = new Map(
    symptoms.map((symptom) => [symptom, fields(symptom)]),
  );
  const spread = new Map<string, number>();
  for (const { asked, title, wording } of sources.values()) {
    for (const word of new Set([title, ...asked, wording].flatMap(unique))) {
      spread.set(word, (spread.get(word) ?? 0) + 1);
    }
  }
  const index = { sources, spread };
  indexes.set(symptoms, index);
  return index;
}

/** Returns the factor for an entry about another kind of socket. */
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

/** Returns the words of an entry, by their place in it. */
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
