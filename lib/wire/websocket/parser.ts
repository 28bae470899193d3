/**
 * A parser that reads WebSocket messages from a stream of bytes (RFC 6455,
 * section 6.2).
 *
 * @module
 */

import { concat } from "../bytes.ts";
import { BodyBuffer } from "../http/body.ts";
import { decodeClosePayload } from "./close.ts";
import { WebSocketError } from "./error.ts";
import {
  applyMask,
  decodeWebSocketHeader,
  type WebSocketFrameHeader,
} from "./frame.ts";
import { isControlOpcode, WEBSOCKET_OPCODES } from "./opcode.ts";

/** A message or a control frame from the peer. */
export type WebSocketMessage =
  | { kind: "text"; text: string }
  | { kind: "binary"; data: Uint8Array }
  | { kind: "ping" | "pong"; data: Uint8Array }
  | { kind: "close"; code: number; reason: string };

/** Options for {@linkcode WebSocketParser}. */
export interface WebSocketParserOptions {
  /**
   * The end that sends the bytes. A client must mask its frames, and a server
   * must not.
   *
   * @default "client"
   */
  from?: "client" | "server";
  /**
   * The largest message, in bytes, with all its fragments together.
   *
   * @default 1048576
   */
  maxBytes?: number;
}

/**
 * Parses messages from a stream, however the reads split it.
 *
 * It keeps only bytes that have arrived, and never allocates for a length that
 * a header claims. A message that never ends takes at most `maxBytes`.
 *
 * @example A ping between two fragments
 * ```ts
 * import { encodeWebSocketFrame, WEBSOCKET_OPCODES, WebSocketParser } from "./mod.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const mask = Uint8Array.of(1, 2, 3, 4);
 * const parser = new WebSocketParser();
 * parser.push(encodeWebSocketFrame(WEBSOCKET_OPCODES.text, "Hel", { mask, fin: false }));
 * parser.push(encodeWebSocketFrame(WEBSOCKET_OPCODES.ping, "", { mask }));
 * parser.push(encodeWebSocketFrame(WEBSOCKET_OPCODES.continuation, "lo", { mask }));
 * assertEquals(parser.next()?.kind, "ping");
 * assertEquals(parser.next(), { kind: "text", text: "Hello" });
 * assertEquals(parser.next(), null);
 * ```
 */
export class WebSocketParser {
  readonly #isMasked: boolean;
  readonly #maxBytes: number;
  #rest: Uint8Array = new Uint8Array(0);
  /** The offset of `#rest` in the stream. */
  #base = 0;
  /** The current frame, and how much of its payload has arrived. */
  #header: WebSocketFrameHeader | null = null;
  #taken = 0;
  /** The kind of the current message, and the fragments received so far. */
  #opcode: number | null = null;
  #size = 0;
  readonly #body = new BodyBuffer();
  #validator = new TextDecoder("utf-8", { fatal: true });
  #isClosed = false;
  #error?: WebSocketError;

  /**
   * Creates a parser for the bytes after the handshake.
   *
   * @param options The sender and the limit.
   * @throws {RangeError} If the limit isn't a number >= 0.
   */
  constructor(options: WebSocketParserOptions = {}) {
    const { from = "client", maxBytes = 1024 * 1024 } = options;
    if (!(maxBytes >= 0)) {
      throw new RangeError(
        `Cannot limit messages: maxBytes ${maxBytes} is not a number >= 0`,
      );
    }
    this.#isMasked = from === "client";
    this.#maxBytes = maxBytes;
  }

  /** Whether no frame and no message is incomplete. */
  get isBetween(): boolean {
    return this.#opcode === null && this.#header === null &&
      (this.#isClosed || this.#rest.length === 0);
  }

  /**
   * Appends bytes. Call `next` until it returns `null` before the next push.
   *
   * @param chunk The bytes; they are copied.
   */
  push(chunk: Uint8Array): void {
    if (this.#isClosed || this.#error !== undefined) return;
    this.#rest = concat([this.#rest, chunk]);
  }

  /**
   * Returns the next message or control frame.
   *
   * @returns The message, or `null` if it isn't complete yet. After a Close
   * frame, it's always `null`.
   * @throws {WebSocketError} If the bytes aren't valid, or if the message is
   * too large. Each later call throws the same error.
   */
  next(): WebSocketMessage | null {
    if (this.#error !== undefined) throw this.#error;
    try {
      while (!this.#isClosed) {
        if (this.#header === null && !this.#takeHeader()) return null;
        const message = isControlOpcode(this.#header!.opcode)
          ? this.#takeControl()
          : this.#takeData();
        if (message !== undefined) return message;
      }
      return null;
    } catch (error) {
      if (error instanceof WebSocketError) this.#error = error;
      throw error;
    }
  }

  /**
   * Handles the end of the stream.
   *
   * @throws {WebSocketError} If the stream ended in the middle of a frame or a
   * message.
   */
  end(): void {
    if (this.#error !== undefined) throw this.#error;
    if (this.isBetween) return;
    this.#fail("a message", "the rest of it, found the end", 1006);
  }

  #takeHeader(): boolean {
    const header = decodeWebSocketHeader(this.#rest, 0, this.#base);
    this.#checkOrder();
    if (header === null) return false;
    const { opcode, payloadBytes } = header;
    if (!isControlOpcode(opcode)) {
      if (opcode !== WEBSOCKET_OPCODES.continuation) this.#opcode = opcode;
      this.#size += payloadBytes;
      if (this.#size > this.#maxBytes) {
        const most = `at most ${this.#maxBytes} bytes`;
        this.#fail("a message", `${most}, found ${this.#size}`, 1009);
      }
    }
    this.#header = header;
    this.#taken = 0;
    this.#take(header.headerBytes);
    return true;
  }

  /**
   * Checks the order of the frames and the mask, as soon as the bytes are
   * there.
   */
  #checkOrder(): void {
    const [first, second] = this.#rest;
    if (first === undefined) return;
    const opcode = first & 0x0f;
    const isFirst = opcode !== WEBSOCKET_OPCODES.continuation;
    const isUnderWay = this.#opcode !== null;
    if (!isControlOpcode(opcode) && isFirst === isUnderWay) {
      this.#fail(
        "a frame",
        isFirst
          ? "the rest of the last message, found a new one"
          : "the start of a message, found a continuation",
      );
    }
    if (second === undefined || (second >= 0x80) === this.#isMasked) return;
    const isMissing = this.#isMasked;
    this.#fail(
      "a frame",
      isMissing ? "a mask, found none" : "no mask, found one",
    );
  }

  /** Returns a control frame; `null` if it isn't complete. */
  #takeControl(): WebSocketMessage | null {
    const { opcode, mask, payloadBytes } = this.#header!;
    if (this.#rest.length < payloadBytes) return null;
    const offset = this.#base;
    const data = unmasked(this.#take(payloadBytes), mask, 0);
    this.#header = null;
    if (opcode === WEBSOCKET_OPCODES.ping) return { kind: "ping", data };
    if (opcode === WEBSOCKET_OPCODES.pong) return { kind: "pong", data };
    const close = decodeClosePayload(data, offset);
    this.#isClosed = true;
    this.#rest = new Uint8Array(0);
    return { kind: "close", ...close };
  }

  /**
   * Returns a message; `null` if its frame isn't complete, or `undefined` if
   * the frame is complete but the message isn't.
   */
  #takeData(): WebSocketMessage | null | undefined {
    const { fin, mask, payloadBytes } = this.#header!;
    const size = Math.min(this.#rest.length, payloadBytes - this.#taken);
    const data = unmasked(this.#take(size), mask, this.#taken);
    this.#taken += size;
    const isFrame = this.#taken === payloadBytes;
    if (this.#opcode === WEBSOCKET_OPCODES.text) {
      this.#validate(data, fin && isFrame);
    }
    this.#body.add(data);
    if (!isFrame) return null;
    this.#header = null;
    if (!fin) return undefined;
    const isText = this.#opcode === WEBSOCKET_OPCODES.text;
    const body = this.#body.take();
    this.#opcode = null;
    this.#size = 0;
    return isText
      ? { kind: "text", text: decoder.decode(body) }
      : { kind: "binary", data: body };
  }

  /**
   * Validates the next bytes of a text. A character may be split between
   * fragments, so the decoder keeps its state.
   */
  #validate(data: Uint8Array, isLast: boolean): void {
    try {
      this.#validator.decode(data, { stream: !isLast });
    } catch {
      this.#fail("a text", "UTF-8", 1007);
    }
  }

  #take(size: number): Uint8Array {
    const taken = this.#rest.subarray(0, size);
    this.#rest = this.#rest.subarray(size);
    this.#base += size;
    return taken;
  }

  #fail(what: string, expected: string, code = 1002): never {
    this.#rest = new Uint8Array(0);
    this.#error = new WebSocketError(what, this.#base, expected, code);
    throw this.#error;
  }
}

function unmasked(
  bytes: Uint8Array,
  mask: Uint8Array | null,
  at: number,
): Uint8Array {
  return mask === null ? bytes.slice() : applyMask(bytes, mask, at);
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
