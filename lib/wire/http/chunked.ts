/**
 * Chunked bodies, whose length isn't known in advance: each chunk starts with
 * its size, and one of size 0 is the last (RFC 9112, section 7.1).
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
 * @param data Its bytes, at least one: an empty chunk would be the last.
 * @returns Size, data, and the line end after it.
 * @throws {RangeError} If there is no data.
 *
 * @example Ten bytes are "a" in the size
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
 * Encodes the end of a body in chunks.
 *
 * @param trailers Fields that are known only now; most bodies have none.
 * @returns The chunk of size 0, the fields, and the blank line.
 * @throws {TypeError} If a field has characters that it can't have, or belongs
 * into the head.
 */
export function encodeLastChunk(
  trailers: readonly HttpField[] = [],
): Uint8Array<ArrayBuffer> {
  for (const { name } of trailers) {
    if (!FRAMING.has(name.toLowerCase())) continue;
    throw new TypeError(`Cannot write ${name} behind a body: it is for a head`);
  }
  return bytesOf(`0\r\n${encodeFields(trailers)}\r\n`);
}

/**
 * Decodes a chunked body, however the reads split it.
 *
 * It holds one line or the trailer section, and the last pushed bytes. It
 * returns data as views as it arrives, without waiting for the rest of a chunk.
 *
 * @example In two pieces
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
 * assertEquals(decoder.trailers, []); // And so it is at its end.
 * assertEquals(decoder.unusedBytes, 4);
 * ```
 */
export class ChunkedDecoder {
  readonly #input: HttpInput;
  readonly #limits: Required<HttpLimits>;
  #state: "size" | "data" | "data end" | "trailers" | "done" = "size";
  /** Bytes of the chunk in progress that haven't come. */
  #left = 0;
  #total = 0;
  /** How many unused bytes are known to hold no end of a line. */
  #searched = 0;
  #trailers: HttpField[] | null = null;

  /**
   * Begins before the first chunk.
   *
   * @param limits How large the body, a line, and the trailers may be.
   * @param input Where a parser of whole messages keeps its bytes.
   */
  constructor(limits: HttpLimits = {}, input: HttpInput = new HttpInput()) {
    this.#limits = withDefaults(limits);
    this.#input = input;
  }

  /** The fields behind the body, or `null` while its end hasn't come. */
  get trailers(): HttpField[] | null {
    return this.#trailers;
  }

  /** How many bytes have come after the end, or aren't decoded yet. */
  get unusedBytes(): number {
    return this.#input.left;
  }

  /**
   * Takes the next piece. Decode all of it with `next` before the next push.
   *
   * @param bytes It; they may change when `next` has returned `null`.
   */
  push(bytes: Uint8Array): void {
    this.#input.push(bytes);
  }

  /**
   * Decodes a little more.
   *
   * @returns Some data, as a view; `null` at the end, which is reached when
   * `trailers` is not `null`, or when more bytes are needed.
   * @throws {HttpError} If these are no chunks, or a limit is passed.
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

  /** Does what is between data; says whether there was enough for it. */
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
    // A number never wraps around, however many digits it has.
    const size = parseInt(digits, 16);
    if (size > maxBodyBytes - this.#total || !Number.isSafeInteger(size)) {
      throw new HttpError(
        WHAT,
        at,
        `at most ${maxBodyBytes} bytes in all, found ${quote(digits)} more`,
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
        `CR LF behind as many bytes as its size says, found ${quote(found)}`,
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
        `no field that belongs into the head, found ${framing.name}`,
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

/** A size, and extensions, which are read over. */
const CHUNK_LINE =
  /^([0-9A-Fa-f]+)(?:[ \t]*;[ \t]*[\w!#$%&'*+.^`|~-]+(?:[ \t]*=[ \t]*(?:[\w!#$%&'*+.^`|~-]+|"(?:[\t \x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t \x21-\x7e\x80-\xff])*"))?)*$/;

/** They decide where a message ends, or whose it is: too late for that now. */
const FRAMING = new Set(["content-length", "transfer-encoding", "host"]);
