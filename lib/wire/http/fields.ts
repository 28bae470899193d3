/**
 * Header fields: each line has a name, a colon, and a value (RFC 9112, section
 * 5).
 *
 * @module
 */

import { HttpError } from "./error.ts";
import { isFieldValue, isToken } from "./text.ts";
import { quote } from "../quote.ts";

/** One header field. */
export interface HttpField {
  /** The name, which is case-insensitive. Decoded names are in lower case. */
  name: string;
  /** The value, without the whitespace around it. */
  value: string;
}

/**
 * Decodes one field.
 *
 * It rejects two forms that lenient parsers interpret differently: a space
 * before the colon, and a line that continues the previous line's value (RFC
 * 9112, sections 5.1 and 5.2).
 *
 * @param line The line without its CR LF.
 * @param offset The index of its first byte, for the error.
 * @returns The field, with its name in lower case.
 * @throws {HttpError} If the line isn't a valid field.
 *
 * @example Whitespace around the value is dropped
 * ```ts
 * import { decodeField } from "./fields.ts";
 * import { HttpError } from "./error.ts";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * const field = decodeField("Content-Length: \t5 ");
 * assertEquals(field, { name: "content-length", value: "5" });
 * assertThrows(() => decodeField("Content-Length : 5"), HttpError, "a space");
 * ```
 */
export function decodeField(line: string, offset = 0): HttpField {
  const colon = line.indexOf(":");
  const name = line.slice(0, Math.max(0, colon));
  if (!isToken(name)) throw new HttpError(WHAT, offset, wrongName(line, name));
  let start = colon + 1;
  let end = line.length;
  while (start < end && isBlank(line.charCodeAt(start))) start++;
  while (end > start && isBlank(line.charCodeAt(end - 1))) end--;
  const value = line.slice(start, end);
  if (!isFieldValue(value)) {
    throw new HttpError(
      WHAT,
      offset,
      `a value without control characters, found ${quote(value)}`,
    );
  }
  return { name: name.toLowerCase(), value };
}

/**
 * Encodes fields, one line each, ending in CR LF.
 *
 * @param fields The fields, in order; characters up to U+00FF.
 * @returns The lines.
 * @throws {TypeError} If a name or a value contains an invalid character. A CR
 * LF, for example, would make it two lines.
 *
 * @example A value with a line ending is rejected
 * ```ts
 * import { encodeFields } from "./fields.ts";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * assertEquals(encodeFields([{ name: "Host", value: "a" }]), "Host: a\r\n");
 * const value = "/\r\nSet-Cookie: x=1";
 * assertThrows(() => encodeFields([{ name: "Location", value }]), TypeError);
 * ```
 */
export function encodeFields(fields: readonly HttpField[]): string {
  let text = "";
  for (const { name, value } of fields) {
    if (!isToken(name)) {
      throw new TypeError(
        `Cannot write a field: ${quote(name)} is not a valid name`,
      );
    }
    if (!isFieldValue(value)) {
      throw new TypeError(
        `Cannot write the field ${name}: ${quote(value)} is not a valid value`,
      );
    }
    text += `${name}: ${value}\r\n`;
  }
  return text;
}

/**
 * Returns the value of a field. Repeated fields are combined into one, with
 * their values separated by commas (RFC 9110, section 5.3).
 *
 * @param fields The decoded fields.
 * @param name The field's name, in lower case.
 * @returns The value, or `null` if there is no such field.
 *
 * @example Two fields with the same name
 * ```ts
 * import { fieldValue } from "./fields.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const fields = [{ name: "via", value: "a" }, { name: "via", value: "b" }];
 * assertEquals(fieldValue(fields, "via"), "a, b");
 * assertEquals(fieldValue(fields, "host"), null);
 * ```
 */
export function fieldValue(
  fields: readonly HttpField[],
  name: string,
): string | null {
  let joined: string | null = null;
  for (const field of fields) {
    if (field.name !== name) continue;
    joined = joined === null ? field.value : `${joined}, ${field.value}`;
  }
  return joined;
}

/**
 * Returns the members of a field whose value is a comma-separated list of
 * case-insensitive words, such as `Connection` (RFC 9110, section 5.6.1).
 *
 * @param fields The decoded fields.
 * @param name The field's name, in lower case.
 * @returns The members, in lower case, without empty ones.
 *
 * @example The options of a connection
 * ```ts
 * import { fieldList } from "./fields.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const fields = [{ name: "connection", value: "Keep-Alive,, TE" }];
 * assertEquals(fieldList(fields, "connection"), ["keep-alive", "te"]);
 * ```
 */
export function fieldList(
  fields: readonly HttpField[],
  name: string,
): string[] {
  const value = fieldValue(fields, name);
  if (value === null) return [];
  return value.toLowerCase().split(",")
    .map((member) => member.replace(/^[ \t]+|[ \t]+$/g, ""))
    .filter((member) => member !== "");
}

const WHAT = "a header field";

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

/** Describes the most common mistakes more precisely. */
function wrongName(line: string, name: string): string {
  if (isBlank(line.charCodeAt(0))) {
    return "a name, found a space: a line can't continue the one before it";
  }
  if (isBlank(name.charCodeAt(name.length - 1))) {
    return `a colon, found a space after ${quote(name.trimEnd())}`;
  }
  return `a name and a colon, found ${quote(line)}`;
}
