/** Diagnoses that 5.1 and 5.3 share. */
import {
  type Advice,
  callOf,
  type StreamCase,
  type StreamResult,
} from "../../../lib/workbook/kit/mod.ts";

/** The headings of the README. */
export const LINES = "Lines: a mark behind each message";
export const CUT = "A read may end anywhere";
export const LIMIT = "Every message needs a limit";
export const FRAMES = "Frames: a length in front";
export const END = "An end in the middle";

/** A decoder that hides what is wrong with the bytes. */
export const NOT_STRICT =
  "A TextDecoder puts � in place of what isn't UTF-8, " +
  'and the damage goes on unseen: new TextDecoder("utf-8", { fatal: true, ' +
  "ignoreBOM: true }) throws TypeError.";

/** A decoder that waits for the rest of a character. */
export const STREAMING = "A message that ends in half a character isn't " +
  "UTF-8. A decoder that is told { stream: true } keeps that half for its next " +
  "call, and says nothing: leave out `stream` in the last call for a message, " +
  "so that none of it gets into the next one.";

/** What happens without a limit. */
export const TOO_LONG =
  "Reject a message over the limit, and don't yield it: " +
  "without a limit, any client that can connect can fill the memory.";

/** A limit of 0. */
export const LIMIT_OF_ZERO = "A limit of 0 is a limit: an empty message is " +
  "within it, and one byte is too much. `||` takes 0 for a limit that wasn't " +
  "given; `??` and a default value don't.";

/**
 * Says that a message of a certain size is allowed.
 *
 * @param limit The limit that holds, in bytes.
 * @param isDefault Whether it holds because the caller gave none.
 * @returns What it means to reject the message.
 */
export function allowed(limit: number, isDefault: boolean): string {
  return isDefault
    ? `${limit} bytes are allowed where no maxBytes is given.`
    : `The caller allows ${limit} bytes. maxBytes is the only limit: neither ` +
      "the default nor the size of your buffer is one.";
}

/**
 * Says that a caller may pass an object without `maxBytes`.
 *
 * @param limit The limit that holds then, in bytes.
 * @returns What it means to have no limit there.
 */
export function noMaxBytes(limit: number): string {
  return "The caller passed {}, where maxBytes is undefined, and no number is " +
    "greater than that. Give maxBytes the default, and not the object: " +
    `{ maxBytes = ${limit} } = {}.`;
}

/** A connection that fails. */
export const RESET =
  "The connection failed, so the messages aren't complete. " +
  "Let the error of read() pass: don't catch it, and don't yield the part of " +
  "a message that came before it.";

/**
 * Some mistakes leave marks in the text, or throw where nothing is wrong.
 *
 * @param result What the answer gave.
 * @param due The case.
 * @returns What it means, if it's one of those.
 */
export function explainMessages(
  result: StreamResult,
  due: StreamCase,
): Partial<Advice> | undefined {
  const { values, then } = result;
  if (then === "error") return explainError(result, due);
  const at = values.findIndex((value, i) => value !== due.values?.[i]);
  const wrong = values[at];
  if (typeof wrong !== "string") return undefined;
  const right = String(due.values?.[at] ?? "");
  if (/^\0+$/.test(wrong) && wrong.length === right.length) {
    return {
      likely: "You made an array of the right length and never filled it. If " +
        "your function for reading makes its own array, use the one it returns.",
      read: FRAMES,
    };
  }
  if (wrong.includes("\0".repeat(8))) {
    return {
      likely: "The \\0 weren't sent: they're the part of the buffer that " +
        "read() did not fill. Decode buffer.subarray(0, count).",
      read: LINES,
    };
  }
  if (wrong.includes("\0")) {
    return {
      likely: "The \\0 are bytes of a length: they were taken for text. A " +
        "length ends after four bytes, and the next one begins where the text " +
        "ends.",
      read: FRAMES,
    };
  }
  if (wrong.includes("\ufffd")) {
    const isCut = due.ends === undefined;
    return isCut
      ? {
        likely: "The � is half a character: a read ended inside it, and its " +
          "bytes were decoded piece by piece. Put a message together first, " +
          "and decode it when it's whole.",
        read: CUT,
      }
      : { likely: NOT_STRICT, read: CUT };
  }
  const isExtra = due.ends === undefined && at >= (due.values ?? []).length;
  if (isExtra && wrong === "") {
    return {
      likely:
        "After the last message nothing more was sent. A message begins " +
        "only when its first byte comes, or its length.",
    };
  }
  if (isExtra && values.indexOf(wrong) < at) {
    return {
      likely:
        "You yielded the same bytes twice: they're still in your buffer, after " +
        "those that count. Look only at buffer.subarray(0, filled).",
    };
  }
  if (right !== wrong && right.replaceAll("\ufeff", "") === wrong) {
    return {
      likely: "A byte order mark (ef bb bf) at the start of a message is a " +
        "character like others, but a TextDecoder drops it unless you pass " +
        "ignoreBOM: true.",
      read: CUT,
    };
  }
}

/** An error where none is due often has one of these causes. */
function explainError(
  { values, error, reads }: StreamResult,
  due: StreamCase,
): Partial<Advice> | undefined {
  // There the limit, or the error, is what the case is about.
  const mustThrow = due.ends !== undefined || due.then === "reset";
  if (due.read === LIMIT || mustThrow) return undefined;
  if (error instanceof RangeError) {
    return {
      likely: "No message here is over the limit. A length that is far too " +
        "large is often one read in the wrong order (it's big-endian), or " +
        "read from bytes that aren't a length.",
      read: FRAMES,
    };
  }
  if (error instanceof TypeError && /decode/.test(callOf(error))) {
    const [first, second] = reads?.() ?? [];
    // Whatever is long is cut by the answer's own buffer.
    const isCut = first?.length > 1000 || second !== undefined && !due.early;
    return isCut
      ? {
        likely:
          "Everything that was sent is UTF-8, but a read may end inside a " +
          "character. Put the pieces of a message together first, and decode " +
          "it then.",
        read: CUT,
      }
      : {
        likely: "Every text that was sent is UTF-8, and none of them is cut " +
          "here: the decoder got bytes that aren't text, such as a length, or " +
          "a part of a text.",
        read: FRAMES,
      };
  }
  const isAtEnd = values.length === due.values?.length;
  if (error instanceof Deno.errors.UnexpectedEof && isAtEnd) {
    return {
      likely: "The stream ended between two messages, which is no error: " +
        "return then.",
      read: END,
    };
  }
}

/** Messages of all sizes, some of them empty, most of them not ASCII. */
export const MANY_TEXTS = Array.from(
  { length: 100 },
  (_, i) => i % 10 === 9 ? "" : "zwölf 🐢 ".repeat(i % 30) + i,
);
