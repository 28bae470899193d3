/** What it means when a member doesn't get the lines that it should. */
import { READ } from "./headings.ts";

/** The likely cause, and the heading to read. */
export interface Advice {
  likely: string;
  read: string;
}

/** All bytes arrived, but in another order. */
export const MIXED_LINES: Advice = {
  likely: "Two writes were pending on one connection at once. Each may take " +
    "only a part, and then the parts of two lines mix. Let one loop per member " +
    "do all its writing, and finish each line before the next.",
  read: READ.wholeLines,
};

/** Nothing more arrives. */
export const HELD_UP: Advice = {
  likely: "A line goes to all others as soon as its \\n arrives. If one of " +
    "them doesn't read, a write to it waits, and an `await` on that write " +
    "holds up everything after it. Promise.all() waits for the slowest, too.",
  read: READ.slow,
};

const CUT_LINES: Advice = {
  likely:
    "Lines are UTF-8, and a read may end in the middle of a character or " +
    "of a line. Keep what has no \\n yet, and pass on whole lines: all of " +
    "those that one read brought.",
  read: READ.wholeLines,
};

const CHANGED_LINES: Advice = {
  likely: "Each line goes to all others, once and unchanged: whole, with its " +
    "\\n, with nothing in front of it, and not to the member that sent it.",
  read: READ.toOthers,
};

/** What an answer may take off a text, and what it means if it did. */
const TAKEN: [taken: RegExp, likely: string][] = [
  [
    /\n/g,
    "The text arrived, but without its line ends. If you split at each \\n, " +
    "put one after each line again.",
  ],
  [
    /\n(?=\n)/g,
    "Everything arrived except the empty line. A line without text is a line, " +
    "too: pass on its \\n like any other.",
  ],
  [
    /^\ufeff/gm,
    "Everything arrived except a byte order mark (U+FEFF) at the beginning of a " +
    "line. It's a character like any other, but a TextDecoder drops it unless " +
    "you pass ignoreBOM: true.",
  ],
];

const SPACES =
  "Everything arrived except some spaces or line ends. Each line " +
  "goes on unchanged, even an empty one, with the spaces at its ends: don't " +
  "trim() it, at either end.";

/**
 * Says why a text is too short.
 *
 * @param received What a member got.
 * @param due What it should get.
 * @returns The likely cause, or `undefined` if more than this is missing.
 */
export function missingAdvice(
  received: string,
  due: string,
): Advice | undefined {
  const read = READ.toOthers;
  for (const [taken, likely] of TAKEN) {
    if (received === due.replace(taken, "")) return { likely, read };
  }
  return received.replace(/\s/g, "") === due.replace(/\s/g, "")
    ? { likely: SPACES, read }
    : undefined;
}

/**
 * Says why a text is wrong.
 *
 * @param received What a member got.
 * @param due What it should get.
 * @returns The likely cause.
 */
export function differenceAdvice(
  received: Uint8Array,
  due: Uint8Array,
): Advice {
  if (`${received.toSorted()}` === `${due.toSorted()}`) return MIXED_LINES;
  const isCut = received.length < due.length ||
    new TextDecoder().decode(received).includes("\ufffd");
  return isCut ? CUT_LINES : CHANGED_LINES;
}
