/**
 * The characters that HTTP allows, and conversions between text and bytes (RFC
 * 9110, sections 5.5 and 5.6.2). Only the other files in this folder use it.
 *
 * Outside a body, every byte is one character (ISO 8859-1). A `TextDecoder`
 * with that name decodes Windows-1252, and UTF-8 fails on bytes that HTTP
 * allows.
 *
 * @module
 */

import { Buffer } from "node:buffer";

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * Returns whether a text is a token: a method, a field name, or a transfer
 * coding.
 *
 * @param text The text to check.
 * @returns Whether the text is a token.
 */
export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

/**
 * Returns whether a text is a valid field value. It can't contain CR, LF, or
 * NUL: otherwise, an attacker could add header lines (injection).
 *
 * @param text The text to check.
 * @returns Whether the text is a valid field value.
 */
export function isFieldValue(text: string): boolean {
  return FIELD_VALUE.test(text);
}

/**
 * Decodes bytes as text, one character for each byte.
 *
 * @param bytes The buffer with the bytes.
 * @param start The index of the first byte.
 * @param end The index after the last byte.
 * @returns The text.
 */
export function textOf(bytes: Uint8Array, start: number, end: number): string {
  const { buffer, byteOffset } = bytes;
  return Buffer.from(buffer, byteOffset + start, end - start)
    .toString("latin1");
}

/**
 * Encodes text as bytes, one byte for each character.
 *
 * @param text The text, with characters up to U+00FF.
 * @returns The bytes.
 */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}
