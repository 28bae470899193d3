/**
 * Parsers for a stream of messages, however the reads split it.
 *
 * The parsers don't read from a socket: you pass them bytes, and they return
 * messages. So they work the same way with a TCP connection, in a test, and
 * with a file.
 *
 * @module
 */

import { ChunkedDecoder } from "./chunked.ts";
import { HttpError } from "./error.ts";
import type { HttpField } from "./fields.ts";
import {
  type BodyFraming,
  requestFraming,
  responseFraming,
} from "./framing.ts";
import { findHeadEnd, headTooLong, lineTooLong } from "./head.ts";
import { HttpInput } from "./input.ts";
import { type HttpLimits, withDefaults } from "./limits.ts";
import { decodeRequestHead, type RequestHead } from "./request.ts";
import { decodeResponseHead, type ResponseHead } from "./response.ts";

/** One part of a message. */
export type HttpEvent<Head> =
  /** The head of a message. */
  | { kind: "head"; head: Head; framing: BodyFraming }
  /** A piece of the body, as a view. */
  | { kind: "data"; data: Uint8Array }
  /** The end of the message; most messages have no trailers. */
  | { kind: "end"; trailers: HttpField[] };

/** The code that the parsers of requests and of responses share. */
export abstract class HttpParser<Head> {
  readonly #input = new HttpInput();
  readonly #limits: Required<HttpLimits>;
  #state: "head" | "none" | "length" | "chunked" | "close" = "head";
  /**
   * The number of unused bytes that were already searched for the end of a
   * head.
   */
  #searched = 0;
  #skippedLine = false;
  /** Bytes of the body that haven't arrived, or that may still arrive. */
  #left = 0;
  #chunks: ChunkedDecoder | null = null;
  #failure: HttpError | null = null;

  /**
   * Creates a parser that expects the first message.
   *
   * @param limits The limits on a message.
   * @throws {RangeError} If a limit isn't a number >= 0.
   */
  constructor(limits: HttpLimits = {}) {
    this.#limits = withDefaults(limits);
  }

  /** Whether no bytes of the next message have arrived. */
  get isBetween(): boolean {
    return this.#state === "head" && this.#input.left === 0;
  }

  /** The number of bytes that were pushed and haven't been used. */
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
   * Returns the next part of a message.
   *
   * @returns The part, or `null` if more bytes are needed.
   * @throws {HttpError} If the message is invalid or over a limit; `offset`
   * counts from the start of the stream. Each later call throws the same error.
   */
  next(): HttpEvent<Head> | null {
    if (this.#failure !== null) throw this.#failure;
    try {
      const event = this.#next();
      if (event === null) this.#input.keep();
      return event;
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      this.#failure = error.after(this.#input.base);
      throw this.#failure;
    }
  }

  /**
   * Handles the end of the stream. Before that, call `next` until it returns
   * `null`.
   *
   * @returns The `end` event of a body that ends with the connection, or
   * `null`.
   * @throws {HttpError} If the stream ended in the middle of a message.
   */
  end(): HttpEvent<Head> | null {
    if (this.#failure !== null) throw this.#failure;
    if (this.#state === "close") {
      this.#state = "head";
      return { kind: "end", trailers: [] };
    }
    if (this.isBetween) return null;
    const { base, bytes } = this.#input;
    this.#failure = new HttpError(
      this.#state === "head" ? "a head" : "a body",
      base + bytes.length,
      "more bytes, found the end of the stream",
    );
    throw this.#failure;
  }

  /** Decodes a head, and determines how the body after it ends. */
  protected abstract decode(bytes: Uint8Array, limits: Required<HttpLimits>): {
    head: Head;
    framing: BodyFraming;
  };

  /**
   * Returns whether a message may start with a byte, so that other protocols
   * fail early.
   */
  protected abstract mayBegin(byte: number): boolean;

  #next(): HttpEvent<Head> | null {
    switch (this.#state) {
      case "head":
        return this.#nextHead();
      case "none":
        return this.#endOf([]);
      case "chunked":
        return this.#nextChunk();
      case "length":
        if (this.#left === 0) return this.#endOf([]);
        this.#requireRoom(this.#left);
        return this.#nextData();
      case "close":
        if (this.#left < this.#input.left) this.#requireRoom(Infinity);
        return this.#nextData();
    }
  }

  #nextHead(): HttpEvent<Head> | null {
    const input = this.#input;
    if (input.left === 0) return null;
    this.#requireBeginning();
    const start = input.at;
    const { maxLineBytes, maxHeadBytes } = this.#limits;
    // Bytes over a limit are ignored, so that the same bytes fail in the same
    // way however the reads split them.
    const line = input.bytes.subarray(start, start + maxLineBytes + 2);
    if (line.length === maxLineBytes + 2 && !line.includes(LF)) {
      throw lineTooLong(maxLineBytes).after(start);
    }
    const room = input.bytes.subarray(0, start + maxHeadBytes);
    const end = findHeadEnd(room, start, start + this.#searched);
    if (end - start === 2 && !this.#skippedLine) {
      // Old clients send an extra line ending after a body (RFC 9112, 2.2).
      input.at = end;
      this.#searched = 0;
      this.#skippedLine = true;
      return this.#nextHead();
    }
    this.#searched = Math.min(input.left, maxHeadBytes);
    if (end === -1) {
      if (input.left < maxHeadBytes) return null;
      throw headTooLong(maxHeadBytes).after(start);
    }
    const { head, framing } = this.#decodeAt(start, end);
    input.at = end;
    this.#searched = 0;
    this.#skippedLine = false;
    this.#begin(framing);
    return { kind: "head", head, framing };
  }

  #requireBeginning(): void {
    const { bytes, at } = this.#input;
    if (bytes[at] === CR && !this.#skippedLine) return;
    if (this.mayBegin(bytes[at])) return;
    throw new HttpError(
      "a head",
      at,
      `a first line, found the byte ${bytes[at].toString(16).padStart(2, "0")}`,
    );
  }

  #decodeAt(start: number, end: number): { head: Head; framing: BodyFraming } {
    try {
      return this.decode(this.#input.bytes.subarray(start, end), this.#limits);
    } catch (error) {
      throw error instanceof HttpError ? error.after(start) : error;
    }
  }

  #begin(framing: BodyFraming): void {
    this.#state = framing.kind;
    this.#left = framing.kind === "length"
      ? framing.size
      : this.#limits.maxBodyBytes;
    this.#chunks = framing.kind === "chunked"
      ? new ChunkedDecoder(this.#limits, this.#input)
      : null;
  }

  #endOf(trailers: HttpField[]): HttpEvent<Head> {
    this.#state = "head";
    this.#searched = 0;
    this.#chunks = null;
    return { kind: "end", trailers };
  }

  #nextData(): HttpEvent<Head> | null {
    const input = this.#input;
    if (input.left === 0) return null;
    const data = input.bytes.subarray(input.at, input.at + this.#left);
    input.at += data.length;
    this.#left -= data.length;
    return { kind: "data", data };
  }

  #requireRoom(size: number): void {
    const { maxBodyBytes } = this.#limits;
    if (size <= maxBodyBytes) return;
    throw new HttpError(
      "a body",
      this.#input.at,
      `at most ${maxBodyBytes} bytes, found ${
        size === Infinity ? "more" : size
      }`,
      413,
    );
  }

  #nextChunk(): HttpEvent<Head> | null {
    const data = this.#chunks!.next();
    if (data !== null) return { kind: "data", data };
    const trailers = this.#chunks!.trailers;
    return trailers === null ? null : this.#endOf(trailers);
  }
}

/**
 * Reads requests, as a server does.
 *
 * It keeps only a head, and the last bytes pushed. If a body is over the limit,
 * it returns the head before it throws, so that the server knows the request
 * when it writes the response.
 *
 * @example Two requests, split in the middle of a body
 * ```ts
 * import { RequestParser } from "./parser.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const parser = new RequestParser();
 * const kinds: string[] = [];
 * const pieces = [
 *   "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhe",
 *   "lloGET /b HTTP/1.1\r\nHost: x\r\n\r\n",
 * ];
 * for (const piece of pieces) {
 *   parser.push(new TextEncoder().encode(piece));
 *   for (let part = parser.next(); part !== null; part = parser.next()) {
 *     kinds.push(part.kind);
 *   }
 * }
 * assertEquals(kinds, ["head", "data", "data", "end", "head", "end"]);
 * assertEquals(parser.end(), null); // It ended between two requests.
 * ```
 */
export class RequestParser extends HttpParser<RequestHead> {
  /** Decodes a head, and determines how the body after it ends. */
  protected override decode(
    bytes: Uint8Array,
    limits: Required<HttpLimits>,
  ): { head: RequestHead; framing: BodyFraming } {
    const head = decodeRequestHead(bytes, limits);
    return { head, framing: requestFraming(head) };
  }

  /** Returns whether a request may start with a byte. */
  protected override mayBegin(byte: number): boolean {
    // A visible character. TLS, for example, starts with 16.
    return byte > 0x20 && byte < 0x7f;
  }
}

/**
 * Reads responses, as a client does.
 *
 * The length of a response depends on its request, so announce each request
 * with `expect`, in order.
 *
 * @example A response to HEAD has no body, despite its Content-Length
 * ```ts
 * import { ResponseParser } from "./parser.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const parser = new ResponseParser();
 * parser.expect("HEAD");
 * parser.push(
 *   new TextEncoder().encode("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"),
 * );
 * assertEquals(parser.next()?.kind, "head");
 * assertEquals(parser.next()?.kind, "end");
 * ```
 */
export class ResponseParser extends HttpParser<ResponseHead> {
  readonly #methods: string[] = [];

  /**
   * Announces a response.
   *
   * @param method The method of the request that was sent.
   */
  expect(method: string): void {
    this.#methods.push(method);
  }

  /** Decodes a head, and determines how the body after it ends. */
  protected override decode(
    bytes: Uint8Array,
    limits: Required<HttpLimits>,
  ): { head: ResponseHead; framing: BodyFraming } {
    const head = decodeResponseHead(bytes, limits);
    if (this.#methods.length === 0) {
      throw new HttpError("a response", 0, "nothing: no request was sent");
    }
    const framing = responseFraming(head, this.#methods[0]);
    // `100 Continue` and other 1xx responses come before the final response.
    if (head.status >= 200) this.#methods.shift();
    return { head, framing };
  }

  /** Returns whether a response may start with a byte. */
  protected override mayBegin(byte: number): boolean {
    return byte === 0x48; // "H"
  }
}

const CR = 0x0d;
const LF = 0x0a;
