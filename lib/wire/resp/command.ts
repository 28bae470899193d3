/**
 * RESP, the protocol of Redis: commands in a stream of bytes.
 *
 * A command is an array of byte strings, each with its length before it (Redis
 * serialization protocol specification, "RESP arrays" and "RESP bulk strings"):
 *
 * ```text
 * *2\r\n          an array of two
 * $4\r\n          a string of four bytes
 * ECHO\r\n
 * $5\r\n          a string of five bytes, of any kind
 * a\r\nbc\r\n
 * ```
 *
 * A line that doesn't start with `*` is an inline command, which you can type
 * by hand: words separated by spaces or tabs.
 *
 * @module
 */

import { concat } from "../bytes.ts";
import { WireError } from "../error.ts";
import { quote } from "../quote.ts";

/**
 * Thrown for bytes that aren't valid RESP or are over a limit.
 *
 * After this error, you can't tell where the next command starts: reply with an
 * error, and close the connection.
 *
 * @example An impossible length
 * ```ts
 * import { CommandParser, RespError } from "./command.ts";
 * import { assertThrows } from "@std/assert";
 *
 * const parser = new CommandParser();
 * parser.push(new TextEncoder().encode("*1\r\n$-5\r\n"));
 * assertThrows(() => parser.next(), RespError, "at byte 5");
 * ```
 */
export class RespError extends WireError {
  /** Always `RespError`. */
  override name = "RespError";
}

/** Limits for one command. A larger command is rejected without storing it. */
export interface RespLimits {
  /**
   * The longest inline command, in bytes without its line ending.
   *
   * @default 65536
   */
  maxLineBytes?: number;
  /**
   * The most strings in one command.
   *
   * @default 1024
   */
  maxItems?: number;
  /**
   * The longest string, in bytes.
   *
   * @default 1048576
   */
  maxBulkBytes?: number;
  /**
   * The most bytes in all strings of one command together.
   *
   * @default 4194304
   */
  maxCommandBytes?: number;
}

/**
 * Encodes a command.
 *
 * @param parts The command's name and its arguments; text is encoded as UTF-8.
 * @returns A RESP array of bulk strings.
 *
 * @example The length counts bytes
 * ```ts
 * import { encodeCommand } from "./command.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(
 *   new TextDecoder().decode(encodeCommand(["ECHO", "ü"])),
 *   "*2\r\n$4\r\nECHO\r\n$2\r\nü\r\n",
 * );
 * ```
 */
export function encodeCommand(
  parts: readonly (Uint8Array | string)[],
): Uint8Array {
  const pieces = [encoder.encode(`*${parts.length}\r\n`)];
  for (const part of parts) {
    const bytes = typeof part === "string" ? encoder.encode(part) : part;
    pieces.push(encoder.encode(`$${bytes.length}\r\n`), bytes.slice(), END);
  }
  return concat(pieces);
}

/**
 * Parses commands from a stream, however the reads split it.
 *
 * Between two calls of `push`, it keeps only the incomplete command. Its memory
 * use grows with the received bytes, not with the lengths they claim.
 *
 * @example Two commands, and half of a third
 * ```ts
 * import { CommandParser } from "./command.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const parser = new CommandParser();
 * parser.push(new TextEncoder().encode("PING\r\n*1\r\n$4\r\nQUIT\r\n*2\r\n$"));
 * const text = (part: Uint8Array) => new TextDecoder().decode(part);
 * assertEquals(parser.next()?.map(text), ["PING"]);
 * assertEquals(parser.next()?.map(text), ["QUIT"]);
 * assertEquals(parser.next(), null);
 * assertEquals(parser.isBetween, false);
 * ```
 */
export class CommandParser {
  readonly #limits: Required<RespLimits>;
  #buffer: Uint8Array = new Uint8Array(0);
  /** The indexes in the buffer where the unused bytes begin and end. */
  #start = 0;
  #end = 0;
  /** The bytes before this index were already searched for a line ending. */
  #scanned = 0;
  /** The offset of `buffer[0]` in the stream. */
  #base = 0;
  #parts: Uint8Array[] = [];
  #partsBytes = 0;
  /** The places in the buffer of the strings after those in `#parts`. */
  #spans: [start: number, end: number][] = [];
  /** The number of strings still missing; 0 between two commands. */
  #due = 0;
  /** The length of the current string; -1 if it isn't known yet. */
  #size = -1;
  #error?: RespError;

  /**
   * Creates a parser that expects the start of a command.
   *
   * @param limits The limits on a command.
   * @throws {RangeError} If a limit isn't a number >= 0.
   */
  constructor(limits: RespLimits = {}) {
    this.#limits = {
      maxLineBytes: limits.maxLineBytes ?? 65536,
      maxItems: limits.maxItems ?? 1024,
      maxBulkBytes: limits.maxBulkBytes ?? 1024 * 1024,
      maxCommandBytes: limits.maxCommandBytes ?? 4 * 1024 * 1024,
    };
    for (const [name, limit] of Object.entries(this.#limits)) {
      if (limit >= 0) continue;
      throw new RangeError(
        `Cannot limit RESP: ${name} ${limit} is not a number >= 0`,
      );
    }
  }

  /** Whether no command is incomplete, so that the stream may end here. */
  get isBetween(): boolean {
    return this.#due === 0 && this.#start === this.#end;
  }

  /**
   * Appends bytes. Call `next` until it returns `null` before the next push.
   *
   * @param chunk The bytes; they are copied.
   */
  push(chunk: Uint8Array): void {
    if (this.#end + chunk.length > this.#buffer.length) {
      this.#copyParts();
      const used = this.#buffer.subarray(this.#start, this.#end);
      // Twice the size needed: otherwise, if bytes arrive one by one, each
      // would copy all the earlier ones again.
      const needed = used.length + chunk.length;
      const room = needed <= this.#buffer.length / 2
        ? this.#buffer
        : new Uint8Array(2 * needed);
      room.set(used);
      this.#buffer = room;
      this.#base += this.#start;
      this.#scanned -= this.#start;
      this.#start = 0;
      this.#end = used.length;
    }
    this.#buffer.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  /**
   * Returns the next command.
   *
   * @returns The command's strings, at least one; `null` if the command isn't
   * complete yet. Nothing overwrites them later, but they share one
   * `ArrayBuffer`, so use each one's `byteOffset`.
   * @throws {RespError} If the bytes aren't valid RESP or are over a limit;
   * each later call throws the same error.
   */
  next(): Uint8Array[] | null {
    if (this.#error !== undefined) throw this.#error;
    while (true) {
      if (this.#due > 0) {
        if (!this.#takeString()) return null;
        if (this.#due === 0) return this.#takeCommand();
        continue;
      }
      const from = this.#start;
      const lineEnd = this.#passLine();
      if (lineEnd === -1) {
        this.#letGo();
        return null;
      }
      if (this.#buffer[from] !== STAR) {
        const line = this.#buffer.subarray(from, lineEnd);
        const words = splitWords(withoutReturn(line));
        // Ignore an empty line: people sometimes press Enter twice.
        if (words.length === 0) continue;
        if (words.length > this.#limits.maxItems) {
          this.#fail("a command", from, this.#atMost("maxItems", words.length));
        }
        return words;
      }
      const { maxItems } = this.#limits;
      this.#due = this.#count("an array", from, lineEnd, 1, maxItems);
    }
  }

  /**
   * Handles the end of the stream.
   *
   * @throws {RespError} If a command is incomplete.
   */
  end(): void {
    if (this.#error !== undefined) throw this.#error;
    if (this.isBetween) return;
    this.#fail("a command", this.#end, "the rest of it, found the end");
  }

  /**
   * Reads one string of an array, or its length; returns `false` if it isn't
   * complete yet.
   */
  #takeString(): boolean {
    const from = this.#start;
    if (this.#size === -1) {
      const lineEnd = this.#passLine();
      if (lineEnd === -1) return false;
      if (this.#buffer[from] !== DOLLAR) {
        const first = from < lineEnd ? this.#buffer[from] : undefined;
        this.#fail("a command", from, `"$", found ${shown(first)}`);
      }
      const { maxBulkBytes, maxCommandBytes } = this.#limits;
      this.#size = this.#count("a string", from, lineEnd, 0, maxBulkBytes);
      this.#partsBytes += this.#size;
      if (this.#partsBytes > maxCommandBytes) {
        this.#fail(
          "a command",
          from,
          this.#atMost("maxCommandBytes", this.#partsBytes),
        );
      }
      return true;
    }
    const end = this.#start + this.#size;
    if (this.#end < end + 2) return false;
    if (this.#buffer[end] !== CR || this.#buffer[end + 1] !== LF) {
      this.#fail("a string", end, `"\\r\\n" after ${this.#size} bytes`);
    }
    this.#spans.push([this.#start, end]);
    this.#start = end + 2;
    this.#scanned = this.#start;
    this.#size = -1;
    this.#due--;
    return true;
  }

  #takeCommand(): Uint8Array[] {
    this.#copyParts();
    const parts = this.#parts;
    this.#parts = [];
    this.#partsBytes = 0;
    return parts;
  }

  /**
   * Copies all strings out of the buffer at once: one copy, including the bytes
   * between the strings, is faster than a new buffer for each string.
   */
  #copyParts(): void {
    if (this.#spans.length === 0) return;
    const from = this.#spans[0][0];
    const copy = this.#buffer.slice(from, this.#spans.at(-1)![1]);
    for (const [start, end] of this.#spans) {
      this.#parts.push(copy.subarray(start - from, end - from));
    }
    this.#spans = [];
  }

  /** Skips a line; returns the index of its "\n", or -1 if it hasn't arrived. */
  #passLine(): number {
    const { maxLineBytes } = this.#limits;
    let at = this.#scanned;
    while (at < this.#end && this.#buffer[at] !== LF) at++;
    // One more byte than the limit may be there: the "\r" of the line ending.
    const length = at - this.#start -
      (at > this.#start && this.#buffer[at - 1] === CR ? 1 : 0);
    if (length > maxLineBytes) {
      this.#fail("a line", this.#start, this.#atMost("maxLineBytes", "more"));
    }
    this.#scanned = at;
    if (at === this.#end) return -1;
    this.#start = this.#scanned = at + 1;
    return at;
  }

  /** Reads the number in a line such as `$4\r\n`. */
  #count(
    what: string,
    from: number,
    lineEnd: number,
    min: number,
    max: number,
  ): number {
    const first = from + 1;
    const end = lineEnd - 1;
    // Digits only: no sign, no space, and no leading zero, so there's one way
    // to read it. Reading the bytes takes a fifth of the time of decoding them
    // to text.
    let isNumber = end > first && end - first <= 16 &&
      this.#buffer[end] === CR &&
      (this.#buffer[first] !== ZERO || end === first + 1);
    let count = 0;
    for (let at = first; at < end && isNumber; at++) {
      const digit = this.#buffer[at] - ZERO;
      isNumber = digit >= 0 && digit <= 9;
      count = 10 * count + digit;
    }
    if (!isNumber) this.#fail(what, first, `a number and "\\r\\n"`);
    if (count < min || count > max) {
      this.#fail(what, first, `from ${min} to ${max}, found ${count}`);
    }
    return count;
  }

  #atMost(limit: keyof RespLimits, found: number | string): string {
    return `at most ${this.#limits[limit]} (${limit}), found ${found}`;
  }

  #fail(what: string, at: number, expected: string): never {
    this.#error = new RespError(what, this.#base + at, expected);
    this.#buffer = new Uint8Array(0);
    throw this.#error;
  }

  /** Drops a large buffer if the client has no incomplete command. */
  #letGo(): void {
    if (this.#start !== this.#end || this.#buffer.length < 64 * 1024) return;
    this.#base += this.#start;
    this.#buffer = new Uint8Array(0);
    this.#start = this.#end = this.#scanned = 0;
  }
}

function withoutReturn(line: Uint8Array): Uint8Array {
  return line.at(-1) === CR ? line.subarray(0, -1) : line;
}

function splitWords(line: Uint8Array): Uint8Array[] {
  const words: Uint8Array[] = [];
  for (let at = 0; at < line.length;) {
    let end = at;
    while (end < line.length && !isBlank(line[end])) end++;
    if (end > at) words.push(line.slice(at, end));
    at = end + 1;
  }
  return words;
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x09;
}

function shown(byte: number | undefined): string {
  return byte === undefined
    ? "an empty line"
    : quote(String.fromCharCode(byte));
}

const STAR = 0x2a;
const DOLLAR = 0x24;
const CR = 0x0d;
const LF = 0x0a;
const ZERO = 0x30;
const encoder = new TextEncoder();
const END = encoder.encode("\r\n");
