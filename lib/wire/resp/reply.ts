/**
 * RESP, the protocol of Redis: the server's replies.
 *
 * The first byte is the reply's type (Redis serialization protocol
 * specification, version 2):
 *
 * ```text
 * +OK\r\n                 a simple string: one line
 * -ERR no such thing\r\n  an error: one line
 * :42\r\n                 an integer of 64 bits, with a sign
 * $2\r\nhi\r\n            a string of any bytes, after its length
 * $-1\r\n                 nil: there is no such string
 * *2\r\n...               an array of answers
 * ```
 *
 * @module
 */

import { concat } from "../bytes.ts";
import { RespError } from "./command.ts";

/** One reply. */
export type RespReply =
  /** A simple string, such as `OK`. */
  | { kind: "simple"; text: string }
  /** An error message; the first word is a code, such as `ERR`. */
  | { kind: "error"; text: string }
  /** A number. */
  | { kind: "integer"; value: bigint }
  /** A bulk string; `null` is nil, which isn't the same as an empty string. */
  | { kind: "bulk"; value: Uint8Array | null }
  /** An array of replies; `null` is nil. */
  | { kind: "array"; items: RespReply[] | null };

/** Limits for one reply. */
export interface ReplyLimits {
  /**
   * The longest string or line, in bytes.
   *
   * @default 1048576
   */
  maxBulkBytes?: number;
  /**
   * The most items in all arrays of one reply together.
   *
   * @default 1024
   */
  maxItems?: number;
  /**
   * The most levels of nested arrays.
   *
   * @default 8
   */
  maxDepth?: number;
}

/**
 * Encodes a reply.
 *
 * @param reply The reply.
 * @returns A new buffer.
 * @throws {TypeError} If a simple string or an error contains a line ending:
 * the client would mistake the rest for another reply.
 * @throws {RangeError} If an integer doesn't fit in 64 bits.
 *
 * @example Nil, and an empty string
 * ```ts
 * import { encodeReply } from "./reply.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const nil = encodeReply({ kind: "bulk", value: null });
 * assertEquals(new TextDecoder().decode(nil), "$-1\r\n");
 * const empty = encodeReply({ kind: "bulk", value: new Uint8Array(0) });
 * assertEquals(new TextDecoder().decode(empty), "$0\r\n\r\n");
 * ```
 */
export function encodeReply(reply: RespReply): Uint8Array {
  switch (reply.kind) {
    case "simple":
      return line("+", reply.text);
    case "error":
      return line("-", reply.text);
    case "integer":
      if (reply.value !== BigInt.asIntN(64, reply.value)) {
        throw new RangeError(`Cannot encode ${reply.value}: over 64 bits`);
      }
      return line(":", String(reply.value));
    case "bulk": {
      if (reply.value === null) return line("$", "-1");
      const head = line("$", String(reply.value.length));
      return concat([head, reply.value, encoder.encode("\r\n")]);
    }
    case "array":
      if (reply.items === null) return line("*", "-1");
      return concat([
        line("*", String(reply.items.length)),
        ...reply.items.map(encodeReply),
      ]);
  }
}

/**
 * Decodes one reply.
 *
 * @param bytes The bytes received so far.
 * @param start The index of the reply's first byte.
 * @param limits The limits on the reply.
 * @returns The reply, and the index after its last byte; `null` if it isn't
 * complete yet.
 * @throws {RespError} If the bytes aren't valid RESP or are over a limit.
 *
 * @example An incomplete reply, and a complete one
 * ```ts
 * import { decodeReply } from "./reply.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = new TextEncoder().encode(":42\r\n+OK");
 * assertEquals(decodeReply(bytes), {
 *   reply: { kind: "integer", value: 42n },
 *   end: 5,
 * });
 * assertEquals(decodeReply(bytes, 5), null);
 * ```
 */
export function decodeReply(
  bytes: Uint8Array,
  start = 0,
  limits: ReplyLimits = {},
): { reply: RespReply; end: number } | null {
  const decoding = new Decoding(bytes, start, limits);
  const reply = decoding.reply(0);
  return reply === null ? null : { reply, end: decoding.at };
}

/** Reads the bytes of one reply. */
class Decoding {
  at: number;
  readonly #bytes: Uint8Array;
  readonly #limits: Required<ReplyLimits>;
  #items = 0;

  constructor(bytes: Uint8Array, at: number, limits: ReplyLimits) {
    this.#bytes = bytes;
    this.at = at;
    this.#limits = {
      maxBulkBytes: limits.maxBulkBytes ?? 1024 * 1024,
      maxItems: limits.maxItems ?? 1024,
      maxDepth: limits.maxDepth ?? 8,
    };
  }

  /** Reads a reply; returns `null` if it isn't complete. */
  reply(depth: number): RespReply | null {
    const from = this.at;
    const text = this.#line();
    if (text === null) return null;
    switch (text[0]) {
      case "+":
        return { kind: "simple", text: text.slice(1) };
      case "-":
        return { kind: "error", text: text.slice(1) };
      case ":":
        return { kind: "integer", value: this.#integer(text, from) };
      case "$":
        return this.#bulk(text, from);
      case "*":
        return this.#array(text, from, depth);
      default:
        throw new RespError("a reply", from, `one of "+-:$*"`);
    }
  }

  #integer(text: string, from: number): bigint {
    if (!/^:(0|-?[1-9][0-9]{0,18})$/.test(text)) {
      throw new RespError("an integer", from + 1, "digits");
    }
    const value = BigInt(text.slice(1));
    if (value !== BigInt.asIntN(64, value)) {
      throw new RespError("an integer", from + 1, "at most 64 bits");
    }
    return value;
  }

  #bulk(text: string, from: number): RespReply | null {
    const size = this.#count(text, from, this.#limits.maxBulkBytes);
    if (size === -1) return { kind: "bulk", value: null };
    const end = this.at + size;
    if (this.#bytes.length < end + 2) return null;
    if (this.#bytes[end] !== 0x0d || this.#bytes[end + 1] !== 0x0a) {
      throw new RespError("a string", end, `"\\r\\n" after ${size} bytes`);
    }
    const value = this.#bytes.slice(this.at, end);
    this.at = end + 2;
    return { kind: "bulk", value };
  }

  #array(text: string, from: number, depth: number): RespReply | null {
    const { maxItems, maxDepth } = this.#limits;
    if (depth >= maxDepth) {
      throw new RespError(
        "an array",
        from,
        `at most ${maxDepth} nested arrays`,
      );
    }
    const count = this.#count(text, from, maxItems - this.#items);
    if (count === -1) return { kind: "array", items: null };
    this.#items += count;
    const items: RespReply[] = [];
    while (items.length < count) {
      const item = this.reply(depth + 1);
      if (item === null) return null;
      items.push(item);
    }
    return { kind: "array", items };
  }

  #count(text: string, from: number, max: number): number {
    if (!/^.(-1|0|[1-9][0-9]{0,15})$/.test(text)) {
      throw new RespError("a length", from + 1, "digits, or -1");
    }
    const count = Number(text.slice(1));
    if (count > max) {
      throw new RespError("a length", from + 1, `at most ${max}`);
    }
    return count;
  }

  #line(): string | null {
    const { maxBulkBytes } = this.#limits;
    const found = this.#bytes.indexOf(0x0a, this.at);
    const end = found === -1 ? this.#bytes.length : found;
    if (end - this.at > maxBulkBytes + 3) {
      throw new RespError("a line", this.at, `at most ${maxBulkBytes} bytes`);
    }
    if (found === -1) return null;
    const text = decoder.decode(this.#bytes.subarray(this.at, found));
    if (text.indexOf("\r") !== text.length - 1) {
      throw new RespError("a line", this.at, `one "\\r", before its "\\n"`);
    }
    this.at = found + 1;
    return text.slice(0, -1);
  }
}

function line(first: string, text: string): Uint8Array {
  if (/[\r\n]/.test(text)) {
    throw new TypeError(
      `Cannot encode ${JSON.stringify(text)}: it is not one line`,
    );
  }
  return encoder.encode(`${first}${text}\r\n`);
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
