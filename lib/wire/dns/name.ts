/**
 * Domain names on the wire (RFC 1035, sections 3.1 and 4.1.4).
 *
 * A name is a series of labels, each with its length in the byte before it. It
 * ends with a label of length 0, the root:
 *
 * ```text
 * 03 w w w 07 e x a m p l e 03 o r g 00
 * ```
 *
 * If the two highest bits of a length are set, it's a compression pointer: the
 * rest of the name is earlier in the message, at that offset.
 *
 * @module
 */

import { requireBytes, WireError } from "../error.ts";

/** The longest label, in bytes (RFC 1035, section 2.3.4). */
export const MAX_LABEL_BYTES = 63;
/** The longest encoded name, in bytes, including the root. */
export const MAX_NAME_BYTES = 255;

/**
 * Encodes a name, without pointers.
 *
 * @param name The name, with or without a trailing dot; `""` and `"."` are the
 * root. `\.` is a dot within a label, and `\007` the byte 7 (RFC 1035, section
 * 5.1).
 * @returns A new buffer.
 * @throws {RangeError} If a label is empty or over 63 bytes, or if the name is
 * over 255 bytes.
 *
 * @example Two labels and the root
 * ```ts
 * import { encodeName } from "./name.ts";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * const bytes = encodeName("a.bc");
 * assertEquals(bytes, new Uint8Array([1, 0x61, 2, 0x62, 0x63, 0]));
 * assertThrows(() => encodeName("a..b"), RangeError, "empty");
 * ```
 */
export function encodeName(name: string): Uint8Array {
  const bytes: number[] = [];
  for (const label of splitLabels(name)) bytes.push(label.length, ...label);
  bytes.push(0);
  if (bytes.length > MAX_NAME_BYTES) {
    throw new RangeError(
      `Cannot encode a name: ${bytes.length} bytes, the limit is 255`,
    );
  }
  return Uint8Array.from(bytes);
}

/**
 * Decodes a name, and follows its compression pointers.
 *
 * The first pointer must lead to an offset before the name, and each further
 * one to a smaller offset than the last, so pointers can't form a loop. None may
 * lead into a header, which has no names.
 *
 * @param bytes The whole message.
 * @param start The index of the name's first byte.
 * @param firstName The lowest index at which a name can start: 12 in a message.
 * @returns The name, without a trailing dot (`""` is the root), and the index
 * after its last byte: if it has pointers, the index after the first one.
 * @throws {WireError} If the bytes aren't a valid name.
 *
 * @example A pointer
 * ```ts
 * import { decodeName } from "./name.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = new Uint8Array([2, 0x62, 0x63, 0, 1, 0x61, 0xc0, 0]);
 * assertEquals(decodeName(bytes, 4), { name: "a.bc", end: 8 });
 * ```
 */
export function decodeName(
  bytes: Uint8Array,
  start = 0,
  firstName = 0,
): { name: string; end: number } {
  const labels: string[] = [];
  let end = -1;
  let at = start;
  let limit = start;
  let size = 1;
  while (true) {
    requireBytes("a name", 1, at, bytes.length);
    const length = bytes[at];
    if (length === 0) {
      return { name: labels.join("."), end: end === -1 ? at + 1 : end };
    }
    if (length >= 0xc0) {
      requireBytes("a pointer", 2, at, bytes.length);
      const target = (length & 0x3f) << 8 | bytes[at + 1];
      if (target >= limit || target < firstName) {
        throw new WireError(
          "a pointer",
          at,
          target < firstName
            ? `an offset of at least ${firstName}, found ${target}`
            : `an offset under ${limit}, found ${target}`,
        );
      }
      if (end === -1) end = at + 2;
      at = limit = target;
      continue;
    }
    if (length > MAX_LABEL_BYTES) {
      throw new WireError("a label", at, `at most 63 bytes, found ${length}`);
    }
    size += 1 + length;
    if (size > MAX_NAME_BYTES) {
      throw new WireError("a name", start, "at most 255 bytes, found more");
    }
    requireBytes("a label", 1 + length, at, bytes.length);
    labels.push(escape(bytes.subarray(at + 1, at + 1 + length)));
    at += 1 + length;
  }
}

/** Splits a name into its labels, as bytes. */
function splitLabels(name: string): number[][] {
  if (name === "" || name === ".") return [];
  let label: number[] = [];
  const labels = [label];
  for (let at = 0; at < name.length;) {
    if (name[at] === ".") {
      labels.push(label = []);
      at++;
      continue;
    }
    const { byte, next } = byteAt(name, at);
    label.push(byte);
    at = next;
  }
  if (label.length === 0) labels.pop();
  for (const { length } of labels) {
    if (length >= 1 && length <= MAX_LABEL_BYTES) continue;
    throw new RangeError(
      `Cannot encode the name ${JSON.stringify(name)}: a label ` +
        (length === 0 ? "is empty" : `has ${length} bytes, the limit is 63`),
    );
  }
  return labels;
}

/**
 * Returns the byte that's written at an index: as itself, as `\.`, or as
 * `\007`.
 */
function byteAt(name: string, at: number): { byte: number; next: number } {
  const isQuoted = name[at] === "\\" && at + 1 < name.length;
  const code = isQuoted ? name.slice(at + 1, at + 4) : "";
  const isCode = /^[0-9]{3}$/.test(code);
  const char = isQuoted ? at + 1 : at;
  const byte = isCode ? Number(code) : name.charCodeAt(char);
  if (byte > (isCode ? 255 : 127)) {
    throw new RangeError(
      `Cannot encode the name ${JSON.stringify(name)}: it is not ASCII`,
    );
  }
  return { byte, next: isCode ? at + 4 : char + 1 };
}

function escape(label: Uint8Array): string {
  let text = "";
  for (const byte of label) text += WRITTEN[byte];
  return text;
}

/** The text for each byte in a name. */
const WRITTEN = Array.from({ length: 256 }, (_, byte) => {
  const char = String.fromCharCode(byte);
  if (char === "." || char === "\\") return `\\${char}`;
  if (byte > 0x20 && byte < 0x7f) return char;
  return `\\${String(byte).padStart(3, "0")}`;
});
