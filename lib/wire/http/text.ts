/**
 * The characters that HTTP allows, and text as bytes (RFC 9110, section 5.5 and
 * 5.6.2). Only the other files of HTTP use it.
 *
 * Outside of a body every byte is a character by itself, which is ISO 8859-1. A
 * `TextDecoder` of that name is really one of Windows-1252, and UTF-8 would fail
 * on bytes that HTTP allows; so these two are written out.
 *
 * @module
 */

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** More arguments at a time would be too many for a call. */
const PIECE = 4096;

/**
 * Whether a text is a token: a method, the name of a field, a transfer coding.
 *
 * @param text The text.
 * @returns Whether it is one.
 */
export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

/**
 * Whether all characters may stand in the value of a field. CR, LF and NUL may
 * not: whoever lets them in lets others write lines of their own.
 *
 * @param text The value.
 * @returns Whether it is one.
 */
export function isFieldValue(text: string): boolean {
  return FIELD_VALUE.test(text);
}

/**
 * Makes text of bytes, each of them one character.
 *
 * @param bytes Where they are.
 * @param start Index of the first.
 * @param end Index after the last.
 * @returns As many characters.
 */
export function textOf(bytes: Uint8Array, start: number, end: number): string {
  let text = "";
  for (let at = start; at < end; at += PIECE) {
    const piece = bytes.subarray(at, Math.min(end, at + PIECE));
    text += String.fromCharCode.apply(null, piece as unknown as number[]);
  }
  return text;
}

/**
 * Makes bytes of text, the other way round.
 *
 * @param text Characters up to U+00FF.
 * @returns As many bytes.
 */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/**
 * Shows what was found, for a message: short, and on one line.
 *
 * @param text What was found.
 * @returns It in quotes, cut after 40 characters.
 */
export function quote(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}
