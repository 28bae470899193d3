/**
 * The chunked transfer coding, for bodies whose length isn't known in advance:
 * each chunk starts with its size, and a chunk of size 0 is the last (RFC 9112,
 * section 7.1).
 *
 * @module
 */

import { HttpError } from "./error.ts";
import { encodeFields, type HttpField } from "./fields.ts";
import { decodeLines, findHeadEnd, headTooLong } from "./head.ts";
import { HttpInput } from "./input.ts";
import { type HttpLimits, withDefaults } from "./limits.ts";
import { bytesOf, textOf } from "./text.ts";
import { quote } from "../quote.ts";

/**
 * Encodes one chunk.
 *
 * @param data The chunk's bytes, at least one: an empty chunk would end the
 * body.
 * @returns The size line, the data, and the CR LF after it.
 * @throws {RangeError} If `data` is empty.
 *
 * @example The size is in hexadecimal
 * ```ts
 * import { encodeChunk, encodeLastChunk } from "./chunked.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
 * const data = new TextEncoder().encode("ten bytes!");
 * assertEquals(text(encodeChunk(data)), "a\r\nten bytes!\r\n");
 * assertEquals(text(encodeLastChunk()), "0\r\n\r\n");
 * ```
 */
export function encodeChunk(data: Uint8Array): Uint8Array<ArrayBuffer> {
  if (data.length === 0) {
    throw new RangeError(
      "Cannot write a chunk of 0 bytes: that would end the body",
    );
  }
  const size = bytesOf(`${data.length.toString(16)}\r\n`);
  const chunk = new Uint8Array(size.length + data.length + 2);
  chunk.set(size);
  chunk.set(data, size.length);
  chunk[chunk.length - 2] = CR;
  chunk[chunk.length - 1] = LF;
  return chunk;
}

/**
 * Encodes the end of a chunked body.
 *
 * @param trailers The trailer fields; most bodies have none.
 * @returns The chunk of size 0, the trailer fields, and the empty line.
 * @throws {TypeError} If a field contains invalid characters, or is one that
 * must be in the head.
 */
export function encodeLastChunk(
  trailers: readonly HttpField[] = [],
): Uint8Array<ArrayBuffer> {
  for (const { name } of trailers) {
    if (!FRAMING.has(name.toLowerCase())) continue;
    throw new TypeError(
      `Cannot write ${name} after a body: it belongs in the head`,
    );
  }
  return bytesOf(`0\r\n${encodeFields(trailers)}\r\n`);
}

/**
 * Decodes a chunked body, however the reads split it.
 *
 * It keeps only one line or the trailer section, and the last bytes pushed. It
 * returns data (as views) as soon as it arrives, without waiting for the rest
 * of a chunk.
 *
 * @example A body that arrives in two pieces
 * ```ts
 * import { ChunkedDecoder } from "./chunked.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const decoder = new ChunkedDecoder();
 * let text = "";
 * for (const piece of ["5\r\nhel", "lo\r\n0\r\n\r\nnext"]) {
 *   decoder.push(new TextEncoder().encode(piece));
 *   for (let data = decoder.next(); data !== null; data = decoder.next()) {
 *     text += new TextDecoder().decode(data);
 *   }
 * }
 * assertEquals(text, "hello");
 * assertEquals(decoder.trailers, []); // The body is complete.
 * assertEquals(decoder.unusedBytes, 4);
 * ```
 */
export class ChunkedDecoder {
  readonly #input: HttpInput;
  readonly #limits: Required<HttpLimits>;
  #state: "size" | "data" | "data end" | "trailers" | "done" = "size";
  /** Bytes of the current chunk that haven't arrived. */
  #left = 0;
  #total = 0;
  /**
   * The number of unused bytes that were already searched for a line ending.
   */
  #searched = 0;
  #trailers: HttpField[] | null = null;

  /**
   * Creates a decoder that expects the first chunk.
   *
   * @param limits The limits on the body, a line, and the trailers.
   * @param input The received bytes of a parser of whole messages.
   */
  constructor(limits: HttpLimits = {}, input: HttpInput = new HttpInput()) {
    this.#limits = withDefaults(limits);
    this.#input = input;
  }

  /** The trailer fields, or `null` if the end of the body hasn't arrived. */
  get trailers(): HttpField[] | null {
    return this.#trailers;
  }

  /** The number of bytes after the end of the body, or not decoded yet. */
  get unusedBytes(): number {
    return this.#input.left;
  }

  /**
   * Adds the next bytes. Call `next` until it returns `null` before the next
   * push.
   *
   * @param bytes The bytes; they may change after `next` has returned `null`.
   */
  push(bytes: Uint8Array): void {
    this.#input.push(bytes);
  }

  /**
   * Returns the next piece of the body's data.
   *
   * @returns The data, as a view; `null` if more bytes are needed, or at the
   * end of the body, when `trailers` isn't `null` any more.
   * @throws {HttpError} If the bytes aren't a valid chunked body, or are over a
   * limit.
   */
  next(): Uint8Array | null {
    while (this.#state !== "done") {
      if (this.#state === "data") {
        const data = this.#takeData();
        if (data.length > 0) return data;
        break;
      }
      if (!this.#step()) break;
    }
    this.#input.keep();
    return null;
  }

  /**
   * Decodes the next line between data; returns `false` if more bytes are
   * needed.
   */
  #step(): boolean {
    switch (this.#state) {
      case "size":
        return this.#takeSize();
      case "data end":
        return this.#takeDataEnd();
      default:
        return this.#takeTrailers();
    }
  }

  #takeData(): Uint8Array {
    const input = this.#input;
    const count = Math.min(this.#left, input.left);
    const data = input.bytes.subarray(input.at, input.at + count);
    input.at += count;
    this.#left -= count;
    if (this.#left === 0) this.#state = "data end";
    return data;
  }

  #takeSize(): boolean {
    const { maxChunkLineBytes, maxBodyBytes } = this.#limits;
    const input = this.#input;
    const { bytes, at } = input;
    const lf = bytes.indexOf(LF, at + this.#searched);
    this.#searched = input.left;
    const length = lf === -1 ? input.left : lf - 1 - at;
    if (length > maxChunkLineBytes) {
      throw new HttpError(
        WHAT,
        at,
        `a line of at most ${maxChunkLineBytes} bytes, found more`,
      );
    }
    if (lf === -1) return false;
    if (lf === at || bytes[lf - 1] !== CR) {
      throw new HttpError("the end of a line", lf, "CR LF, found LF alone");
    }
    const line = textOf(bytes, at, lf - 1);
    const digits = CHUNK_LINE.exec(line)?.[1];
    if (digits === undefined) {
      throw new HttpError(
        WHAT,
        at,
        `a size in hexadecimal digits, found ${quote(line)}`,
      );
    }
    // A JavaScript number never wraps around, however many digits it has.
    const size = parseInt(digits, 16);
    if (size > maxBodyBytes - this.#total || !Number.isSafeInteger(size)) {
      throw new HttpError(
        WHAT,
        at,
        `at most ${maxBodyBytes} bytes in the body, found a chunk of ${
          quote(digits)
        }`,
        413,
      );
    }
    this.#total += size;
    this.#left = size;
    this.#searched = 0;
    this.#state = size === 0 ? "trailers" : "data";
    input.at = lf + 1;
    return true;
  }

  #takeDataEnd(): boolean {
    const input = this.#input;
    const { bytes, at } = input;
    if (input.left < 2 && !(input.left === 1 && bytes[at] !== CR)) return false;
    if (bytes[at] !== CR || bytes[at + 1] !== LF) {
      const found = textOf(bytes, at, at + (bytes[at] === CR ? 2 : 1));
      throw new HttpError(
        "the end of a chunk",
        at,
        `CR LF after as many bytes as its size says, found ${quote(found)}`,
      );
    }
    input.at += 2;
    this.#state = "size";
    return true;
  }

  #takeTrailers(): boolean {
    const { maxHeadBytes, maxFields } = this.#limits;
    const input = this.#input;
    const { bytes, at } = input;
    const end = findHeadEnd(
      bytes.subarray(0, at + maxHeadBytes),
      at,
      at + this.#searched,
    );
    this.#searched = Math.min(input.left, maxHeadBytes);
    if (end === -1) {
      if (input.left < maxHeadBytes) return false;
      throw headTooLong(maxHeadBytes).after(at);
    }
    this.#trailers = decodeLines(bytes, at, end, maxFields);
    const framing = this.#trailers.find(({ name }) => FRAMING.has(name));
    if (framing !== undefined) {
      this.#trailers = null;
      throw new HttpError(
        "a trailer section",
        at,
        `no field that belongs in the head, found ${framing.name}`,
      );
    }
    input.at = end;
    this.#state = "done";
    return true;
  }
}

const WHAT = "the size of a chunk";
const CR = 0x0d;
const LF = 0x0a;

/** A size, and chunk extensions, which are ignored. */
const CHUNK_LINE =
  /^([0-9A-Fa-f]+)(?:[ \t]*;[ \t]*[\w!#$%&'*+.^`|~-]+(?:[ \t]*=[ \t]*(?:[\w!#$%&'*+.^`|~-]+|"(?:[\t \x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t \x21-\x7e\x80-\xff])*"))?)*$/;

/**
 * These say where a message ends or which host it's for: too late after the
 * body.
 */
const FRAMING = new Set(["content-length", "transfer-encoding", "host"]);
