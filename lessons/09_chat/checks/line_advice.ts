/** Explains why a member didn't get the lines it should have gotten. */
import { READ } from "./headings.ts";

/** The likely cause, and the heading to read. */
export interface Advice {
  likely: string;
  read: string;
}

/** All bytes arrived, but in another order. */
export const MIXED_LINES: Advice = {
  likely:
    "Two writes were pending on one connection at the same time. Each may " +
    "take only part of its line, and then the parts of two lines mix. Let a " +
    "single loop do all the writing to a member, one line after the other.",
  read: READ.wholeLines,
};

/** No two writes were pending, but the bytes changed. */
export const CHANGED_LATER: Advice = {
  likely:
    "A queue keeps a line for a while, and if the line is a view of the buffer " +
    "that you read into, the next read changes it. Keep a copy: slice() instead " +
    "of subarray().",
  read: READ.wholeLines,
};

/** Nothing more arrives. */
export const HELD_UP: Advice = {
  likely:
    "You held up the line. It should go to everyone else as soon as its " +
    "\\n arrives. If a member doesn't read, the write to it waits, and an " +
    "`await` on that write holds up everything after it. Promise.all() waits " +
    "for the slowest write, too.",
  read: READ.slow,
};

const CUT_LINES: Advice = {
  likely:
    "You passed on part of a line, or not all the lines. A read may end in the " +
    "middle of a character or of a line. Keep what has no \\n yet, and pass on " +
    "every whole line that the read returned.",
  read: READ.wholeLines,
};

const CHANGED_LINES: Advice = {
  likely:
    "You changed a line, or sent it to the wrong members. Each line goes " +
    "to everyone else, once: whole, with its \\n, with nothing in front of it, " +
    "and not to the member that sent it.",
  read: READ.toOthers,
};

/** Parts of a text that an answer may have removed, and the likely cause. */
const TAKEN: [taken: RegExp, likely: string][] = [
  [
    /\n/g,
    "The text arrived without its line ends. If you split at each \\n, add one " +
    "to each line again.",
  ],
  [
    /\n(?=\n)/g,
    "Everything arrived except the empty line. An empty line is still a line, " +
    "so pass on its \\n.",
  ],
  [
    /^\ufeff/gm,
    "Everything arrived except a byte order mark (U+FEFF) at the start of a " +
    "line. It's a character like any other, but TextDecoder drops it unless you " +
    "pass ignoreBOM: true.",
  ],
];

const SPACES =
  "Everything arrived except some spaces or line ends. Pass each line on " +
  "unchanged, even an empty one, with the spaces at both ends: don't trim() it.";

/**
 * Explains why a text is too short.
 *
 * @param received What the member got.
 * @param due What the member should have gotten.
 * @returns The likely cause, or `undefined` if something else is missing.
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
 * Explains why a text is wrong.
 *
 * @param received What the member got.
 * @param due What the member should have gotten.
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
