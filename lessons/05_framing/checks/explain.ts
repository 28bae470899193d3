/** Diagnoses that 5.1 and 5.3 share. */
import {
  type Advice,
  callOf,
  type StreamCase,
  type StreamResult,
} from "../../../lib/workbook/kit/mod.ts";

/** The headings of the README. */
export const LINES = "Lines: a delimiter after each message";
export const CUT = "A read may end anywhere";
export const LIMIT = "Every message needs a limit";
export const FRAMES = "Frames: the length first";
export const END = "When the stream ends in the middle";

/** A decoder that hides bytes that aren't UTF-8. */
export const NOT_STRICT =
  "You accepted bytes that aren't UTF-8: a TextDecoder " +
  "puts � in their place, and your caller doesn't notice the damage. " +
  'Use new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }), which ' +
  "throws a TypeError.";

/** A decoder that waits for the rest of a character. */
export const STREAMING = "You accepted a message that ends with half a " +
  "character, which isn't UTF-8. With { stream: true }, a decoder keeps that " +
  "half for its next call and doesn't throw. Leave out `stream` in the last " +
  "call for each message, so that no bytes get into the next message.";

/** A message over the limit that was yielded. */
export const TOO_LONG =
  "You accepted a message that's over the limit. Without a " +
  "limit, any client that can connect can fill your memory. Throw a " +
  "RangeError instead of yielding the message.";

/** A limit of 0. */
export const LIMIT_OF_ZERO = "You ignored a limit of 0. It allows empty " +
  "messages, and rejects even one byte. `||` treats 0 as if no limit was " +
  "given; `??` and a default value don't.";

/**
 * Explains that the limit allows a message.
 *
 * @param limit The limit, in bytes.
 * @param isDefault Whether it's the default, because the caller gave no limit.
 * @returns The diagnosis of an answer that rejects the message.
 */
export function allowed(limit: number, isDefault: boolean): string {
  return isDefault
    ? `Your default limit isn't ${limit} bytes, but that's how many are ` +
      "allowed if the caller doesn't pass maxBytes."
    : `You added another limit, but the caller allows ${limit} bytes. If ` +
      "maxBytes is given, it's the only limit: don't apply the default, or " +
      "the size of your buffer.";
}

/**
 * Explains that a caller can pass an object without `maxBytes`.
 *
 * @param limit The default limit, in bytes.
 * @returns The diagnosis of an answer that has no limit then.
 */
export function noMaxBytes(limit: number): string {
  return "The caller passed {}, so your maxBytes is undefined, and comparing " +
    "a number with undefined is always false. Give the default to maxBytes " +
    `itself, not to the object: { maxBytes = ${limit} } = {}.`;
}

/** A connection that fails. */
export const RESET =
  "You treated a failed connection like the end of the stream. " +
  "The messages aren't complete, and your caller has to know. Don't catch the " +
  "error from read(), and don't yield the part of a message that arrived " +
  "before it.";

/**
 * Explains mistakes that leave traces in the text, or throw on good input.
 *
 * @param result What the answer did.
 * @param due The case.
 * @returns The diagnosis, if it's one of these mistakes.
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
        "your read function makes its own array, use the one it returns.",
      read: FRAMES,
    };
  }
  if (wrong.includes("\0".repeat(8))) {
    return {
      likely:
        "You decoded your whole buffer. The \\0s weren't sent: they're the " +
        "part of the buffer that read() didn't fill. Decode " +
        "buffer.subarray(0, count).",
      read: LINES,
    };
  }
  if (wrong.includes("\0")) {
    return {
      likely: "You decoded bytes of a length as text: those are the \\0s. A " +
        "length has exactly four bytes, and the next one starts where the text " +
        "ends.",
      read: FRAMES,
    };
  }
  if (wrong.includes("\ufffd")) {
    const isCut = due.ends === undefined;
    return isCut
      ? {
        likely:
          "You decoded half a character, and that's the �: a read ended " +
          "inside the character. Collect all the bytes of a message first, " +
          "then decode them.",
        read: CUT,
      }
      : { likely: NOT_STRICT, read: CUT };
  }
  const isExtra = due.ends === undefined && at >= (due.values ?? []).length;
  if (isExtra && wrong === "") {
    return {
      likely:
        "You yielded an empty message at the end, but nothing was sent after " +
        "the last message. Without a single byte, there's no message.",
    };
  }
  if (isExtra && values.indexOf(wrong) < at) {
    return {
      likely:
        "You yielded the same bytes twice: they're still in your buffer, after " +
        "the new ones. Look only at buffer.subarray(0, filled).",
    };
  }
  if (right !== wrong && right.replaceAll("\ufeff", "") === wrong) {
    return {
      likely:
        "You lost a byte order mark (ef bb bf) at the start of a message. " +
        "It's part of the text, but a TextDecoder drops it unless you pass " +
        "ignoreBOM: true.",
      read: CUT,
    };
  }
}

/** Explains an error thrown on good input. */
function explainError(
  { values, error, reads }: StreamResult,
  due: StreamCase,
): Partial<Advice> | undefined {
  // Cases about a limit, or with an error, have their own diagnoses.
  const mustThrow = due.ends !== undefined || due.then === "reset";
  if (due.read === LIMIT || mustThrow) return undefined;
  if (error instanceof RangeError) {
    return {
      likely:
        "You got a length that's far too large: no message here is over " +
        "the limit. Perhaps you read it in the wrong byte order (it's " +
        "big-endian), or from bytes that aren't a length.",
      read: FRAMES,
    };
  }
  if (error instanceof TypeError && /decode/.test(callOf(error))) {
    const [first, second] = reads?.() ?? [];
    // The answer's own buffer cuts long messages.
    const isCut = first?.length > 1000 || second !== undefined && !due.early;
    return isCut
      ? {
        likely:
          "You decoded half a character: everything that was sent is UTF-8, " +
          "but a read can end inside a character. Collect all the bytes of a " +
          "message first, then decode them.",
        read: CUT,
      }
      : {
        likely:
          "You decoded bytes that aren't text, such as a length, or only " +
          "part of a text. Every text that was sent is UTF-8, and here no read " +
          "cut one in two.",
        read: FRAMES,
      };
  }
  const isAtEnd = values.length === due.values?.length;
  if (error instanceof Deno.errors.UnexpectedEof && isAtEnd) {
    return {
      likely: "You threw an error because the stream ended. It ended between " +
        "two messages, and that's fine: just return.",
      read: END,
    };
  }
}

/** Messages of all sizes, some of them empty, most of them not ASCII. */
export const MANY_TEXTS = Array.from(
  { length: 100 },
  (_, i) => i % 10 === 9 ? "" : "zwölf 🐢 ".repeat(i % 30) + i,
);
