/**
 * RESP, the protocol of Redis: commands in a stream of bytes.
 *
 * A command is an array of byte strings, each with its length in front (Redis
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
 * A line that does not begin with `*` is an inline command, for people who type
 * by hand: words with blanks between them.
 *
 * @module
 */

import { concat } from "../bytes.ts";
import { WireError } from "../error.ts";
import { quote } from "../quote.ts";

/**
 * Thrown for bytes that are no RESP, and for what is larger than it may be.
 *
 * After one, where the next command begins is no longer known: answer with an
 * error, and close.
 *
 * @example A length that cannot be
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

/** Limits for one command. Over them it is refused, and not kept. */
export interface RespLimits {
  /**
   * The longest line, in bytes without its end: an inline command.
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
 * @param parts The command's name and its arguments; text is sent as UTF-8.
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
 * Takes commands out of a stream, however it was cut.
 *
 * What is kept between two calls of `push` is the command under way alone. It
 * grows with the bytes that came, and not with a length that was claimed.
 *
 * @example Two commands, and half a third one
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
  /** Where the bytes that are not used yet begin and end in the buffer. */
  #start = 0;
  #end = 0;
  /** No end of a line is before this one. */
  #scanned = 0;
  /** How many bytes of the stream came before `buffer[0]`. */
  #base = 0;
  #parts: Uint8Array[] = [];
  #partsBytes = 0;
  /** How many strings are still due; 0 between two commands. */
  #due = 0;
  /** The length of the string under way; -1 if it is not known yet. */
  #size = -1;
  #error?: RespError;

  /**
   * Begins at the start of a command.
   *
   * @param limits How large a command may be.
   * @throws {RangeError} If a limit is not a number >= 0.
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

  /** Whether no command is under way: here the stream may end. */
  get isBetween(): boolean {
    return this.#due === 0 && this.#start === this.#end;
  }

  /**
   * Puts bytes behind those that are there. Call `next` until it gives `null`
   * before the next push.
   *
   * @param chunk The bytes; they are copied.
   */
  push(chunk: Uint8Array): void {
    if (this.#end + chunk.length > this.#buffer.length) {
      const used = this.#buffer.subarray(this.#start, this.#end);
      // Twice what is needed, so that bytes that come one by one are not each
      // copied again and again.
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
   * Takes the next command.
   *
   * @returns Its strings, at least one, each in a buffer of its own; `null` if
   * it is not whole yet.
   * @throws {RespError} If it is no RESP, or over a limit; each later call
   * throws the same.
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
      const line = this.#takeLine();
      if (line === null) {
        this.#letGo();
        return null;
      }
      if (line[0] !== STAR) {
        const words = splitWords(withoutReturn(line));
        // A blank line is nothing: people press the key twice.
        if (words.length === 0) continue;
        if (words.length > this.#limits.maxItems) {
          this.#fail("a command", from, this.#atMost("maxItems", words.length));
        }
        return words;
      }
      const { maxItems } = this.#limits;
      this.#due = this.#count("an array", line, from, 1, maxItems);
    }
  }

  /**
   * Says that the stream has ended.
   *
   * @throws {RespError} If that was in the middle of a command.
   */
  end(): void {
    if (this.#error !== undefined) throw this.#error;
    if (this.isBetween) return;
    this.#fail("a command", this.#end, "the rest of it, found the end");
  }

  /** One string of an array, or its length; false if it is not whole yet. */
  #takeString(): boolean {
    const from = this.#start;
    if (this.#size === -1) {
      const line = this.#takeLine();
      if (line === null) return false;
      if (line[0] !== DOLLAR) {
        this.#fail("a command", from, `"$", found ${shown(line[0])}`);
      }
      const { maxBulkBytes, maxCommandBytes } = this.#limits;
      this.#size = this.#count("a string", line, from, 0, maxBulkBytes);
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
    if (this.#buffer[end] !== 0x0d || this.#buffer[end + 1] !== 0x0a) {
      this.#fail("a string", end, `"\\r\\n" after ${this.#size} bytes`);
    }
    this.#parts.push(this.#buffer.slice(this.#start, end));
    this.#start = end + 2;
    this.#scanned = this.#start;
    this.#size = -1;
    this.#due--;
    return true;
  }

  #takeCommand(): Uint8Array[] {
    const parts = this.#parts;
    this.#parts = [];
    this.#partsBytes = 0;
    return parts;
  }

  /** A line without its "\n", as a view; `null` if it is not whole yet. */
  #takeLine(): Uint8Array | null {
    const { maxLineBytes } = this.#limits;
    const bytes = this.#buffer.subarray(0, this.#end);
    const at = bytes.indexOf(0x0a, this.#scanned);
    const end = at === -1 ? this.#end : at;
    // One byte more than the limit may be the "\r" of the end.
    const length = end - this.#start -
      (end > this.#start && bytes[end - 1] === 0x0d ? 1 : 0);
    if (length > maxLineBytes) {
      this.#fail("a line", this.#start, this.#atMost("maxLineBytes", "more"));
    }
    this.#scanned = end;
    if (at === -1) return null;
    const line = bytes.subarray(this.#start, at);
    this.#start = this.#scanned = at + 1;
    return line;
  }

  /** The number in `*2\r` or `$4\r`. */
  #count(
    what: string,
    line: Uint8Array,
    from: number,
    min: number,
    max: number,
  ): number {
    // Digits alone: no sign, no blank, no leading zero, nothing to be read in
    // two ways.
    const text = decoder.decode(line.subarray(1, 32));
    if (!/^(0|[1-9][0-9]{0,15})\r$/.test(text)) {
      this.#fail(what, from + 1, `a number and "\\r\\n"`);
    }
    const count = Number(text);
    if (count < min || count > max) {
      this.#fail(what, from + 1, `from ${min} to ${max}, found ${count}`);
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

  /** Keeps no large buffer for a client that has nothing under way. */
  #letGo(): void {
    if (this.#start !== this.#end || this.#buffer.length < 64 * 1024) return;
    this.#base += this.#start;
    this.#buffer = new Uint8Array(0);
    this.#start = this.#end = this.#scanned = 0;
  }
}

function withoutReturn(line: Uint8Array): Uint8Array {
  return line.at(-1) === 0x0d ? line.subarray(0, -1) : line;
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
const encoder = new TextEncoder();
const decoder = new TextDecoder("latin1");
const END = encoder.encode("\r\n");
