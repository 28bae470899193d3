import type { TimelineItem } from "./timeline.ts";

/** A term on a timeline, and its meaning in a few words. */
interface Term {
  name: string;
  meaning: string;
  /** The lesson that explains it. */
  lesson: number;
}

const TERMS: Term[] = [
  { name: "SYN", meaning: "opens a connection", lesson: 12 },
  { name: "ACK", meaning: "confirms what arrived", lesson: 11 },
  { name: "PSH", meaning: "deliver it to the program now", lesson: 11 },
  { name: "FIN", meaning: "no more data will follow", lesson: 7 },
  { name: "RST", meaning: "ends the connection at once", lesson: 7 },
  { name: "EINPROGRESS", meaning: "not done yet", lesson: 8 },
  { name: "SO_ERROR", meaning: "how it went", lesson: 8 },
  {
    name: "window full",
    meaning: "the receiver's buffer is full",
    lesson: 16,
  },
  { name: "zero window", meaning: "the receiver has no room", lesson: 16 },
  {
    name: "zero window probe",
    meaning: "asks if there's room again",
    lesson: 16,
  },
  { name: "window update", meaning: "the receiver has room again", lesson: 16 },
];

/** Finds the terms that a run shows before any lesson has explained them. */
export class NewTerms {
  #unexplained: Term[] = [];
  readonly #seen = new Set<string>();
  #found: Term[] = [];

  /**
   * Sets the lesson's number.
   *
   * @param number The lesson's number.
   */
  lesson(number: number): void {
    this.#unexplained = TERMS.filter(({ lesson }) => number < lesson);
  }

  /**
   * Looks for terms in the next item that is shown.
   *
   * @param item The item.
   */
  add(item: TimelineItem): void {
    const words = wordsOf(item);
    if (words.length === 0) return;
    for (const term of this.#unexplained) {
      if (this.#seen.has(term.name) || !words.includes(term.name)) continue;
      this.#seen.add(term.name);
      this.#found.push(term);
    }
  }

  /**
   * Returns the meanings of the terms found since the last call.
   *
   * @returns One line, or an empty array if no term is new.
   */
  take(): string | undefined {
    if (this.#found.length === 0) return undefined;
    const meanings = TERMS.filter((term) => this.#found.includes(term))
      .map(({ name, meaning }) => `${name}: ${meaning}`);
    const lessons = new Set(this.#found.map(({ lesson }) => lesson));
    const sorted = [...lessons].sort((a, b) => a - b).join(", ");
    const line = `${meanings.join("; ")} (${
      lessons.size === 1 ? "lesson" : "lessons"
    } ${sorted})`;
    this.#found = [];
    return line;
  }
}

function wordsOf(item: TimelineItem): string[] {
  if (item.seen === "packet") {
    const { flags, notes = [] } = item.packet;
    return [...(flags?.split(",") ?? []), ...notes];
  }
  if (item.seen !== "call") return [];
  const { error, given } = item.call;
  return [error ?? "", given];
}
