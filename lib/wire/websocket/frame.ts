/**
 * One WebSocket frame (RFC 6455, section 5.2):
 *
 * ```text
 * | FIN 1 | RSV 3 | opcode 4 | MASK 1 | length 7 | length 16 or 64 | key 32 |
 * ```
 *
 * and then the payload. The extended length is there if the first length is 126
 * or 127, and the key is there if MASK is set.
 *
 * @module
 */

import { concat, readUint16, readUint32 } from "../bytes.ts";
import { writeUint16, writeUint32 } from "../bytes.ts";
import { WebSocketError } from "./error.ts";
import { isControlOpcode, opcodeName } from "./opcode.ts";

/** The most bytes in the payload of a control frame. */
export const MAX_CONTROL_BYTES = 125;

/** The part of a frame before its payload. */
export interface WebSocketFrameHeader {
  /** Whether this is the last fragment of its message. */
  fin: boolean;
  /** The kind of frame, one of `WEBSOCKET_OPCODES`. */
  opcode: number;
  /** The masking key, four bytes; `null` if the payload isn't masked. */
  mask: Uint8Array | null;
  /** The length of the header, from 2 to 14 bytes. */
  headerBytes: number;
  /** The length of the payload, in bytes. It isn't exact over 2^53. */
  payloadBytes: number;
}

/** Options for {@linkcode encodeWebSocketFrame}. */
export interface WebSocketFrameOptions {
  /**
   * Whether this is the last fragment of its message.
   *
   * @default true
   */
  fin?: boolean;
  /**
   * The masking key, four bytes. Clients must mask, and servers must not.
   *
   * @default the payload isn't masked
   */
  mask?: Uint8Array;
}

/**
 * Decodes the header of a frame, and checks all rules that don't depend on
 * other frames.
 *
 * @param bytes The frame, or its first bytes.
 * @param offset The index of the frame's first byte in `bytes`.
 * @param base The index of `bytes[0]` in the stream, for errors.
 * @returns The header, or `null` if it isn't complete yet.
 * @throws {WebSocketError} As soon as the available bytes can't be valid: an
 * RSV bit, an unknown opcode, a control frame that is fragmented or longer than
 * 125 bytes, a length that isn't in its shortest form, or a length of 2^63 or
 * more.
 *
 * @example Five bytes of text, masked
 * ```ts
 * import { decodeWebSocketHeader } from "./frame.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = Uint8Array.fromHex("818537fa213d7f9f4d5158");
 * assertEquals(decodeWebSocketHeader(bytes), {
 *   fin: true,
 *   opcode: 1,
 *   mask: Uint8Array.fromHex("37fa213d"),
 *   headerBytes: 6,
 *   payloadBytes: 5,
 * });
 * assertEquals(decodeWebSocketHeader(bytes.subarray(0, 5)), null);
 * ```
 */
export function decodeWebSocketHeader(
  bytes: Uint8Array,
  offset = 0,
  base = 0,
): WebSocketFrameHeader | null {
  const fail = (at: number, expected: string): never => {
    throw new WebSocketError("a frame", base + offset + at, expected);
  };
  const there = bytes.length - offset;
  if (there < 1) return null;
  const first = bytes[offset];
  const fin = (first & 0x80) !== 0;
  const opcode = first & 0x0f;
  if (first & 0x70) {
    fail(0, "RSV bits of 0, found 1: no extension is agreed on");
  }
  if (opcodeName(opcode) === undefined) {
    fail(0, `a known opcode, found ${opcode}`);
  }
  if (isControlOpcode(opcode) && !fin) fail(0, "a control frame in one piece");
  if (there < 2) return null;
  const second = bytes[offset + 1];
  const short = second & 0x7f;
  if (isControlOpcode(opcode) && short > MAX_CONTROL_BYTES) {
    fail(1, `at most ${MAX_CONTROL_BYTES} bytes in a control frame`);
  }
  const lengthBytes = short === 126 ? 2 : short === 127 ? 8 : 0;
  if (there < 2 + lengthBytes) return null;
  let payloadBytes = short;
  if (lengthBytes === 2) {
    payloadBytes = readUint16(bytes, offset + 2);
    if (payloadBytes < 126) fail(2, `${payloadBytes} bytes in 7 bits`);
  } else if (lengthBytes === 8) {
    const high = readUint32(bytes, offset + 2);
    if (high >= 2 ** 31) fail(2, "a length below 2^63");
    payloadBytes = high * 2 ** 32 + readUint32(bytes, offset + 6);
    if (payloadBytes < 2 ** 16) fail(2, `${payloadBytes} bytes in 16 bits`);
  }
  const isMasked = (second & 0x80) !== 0;
  const headerBytes = 2 + lengthBytes + (isMasked ? 4 : 0);
  if (there < headerBytes) return null;
  const end = offset + headerBytes;
  const mask = isMasked ? bytes.slice(end - 4, end) : null;
  return { fin, opcode, mask, headerBytes, payloadBytes };
}

/**
 * Masks or unmasks a payload; the two are the same operation.
 *
 * @param bytes A part of the payload.
 * @param mask The masking key, four bytes.
 * @param at The index of the part's first byte in the payload.
 * @returns A new array, in which each byte is XORed with one of the key's.
 *
 * @example A payload that arrives in two parts
 * ```ts
 * import { applyMask } from "./frame.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const mask = Uint8Array.fromHex("37fa213d");
 * const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
 * assertEquals(text(applyMask(Uint8Array.fromHex("7f9f4d"), mask)), "Hel");
 * assertEquals(text(applyMask(Uint8Array.fromHex("5158"), mask, 3)), "lo");
 * ```
 */
export function applyMask(
  bytes: Uint8Array,
  mask: Uint8Array,
  at = 0,
): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) {
    result[i] = bytes[i] ^ mask[(at + i) % 4];
  }
  return result;
}

/**
 * Encodes one frame, with its length in the shortest form.
 *
 * @param opcode The kind of frame, one of `WEBSOCKET_OPCODES`.
 * @param payload The payload; text is encoded as UTF-8.
 * @param options The mask, and whether it's the last fragment.
 * @returns The frame.
 * @throws {RangeError} If the opcode isn't an integer from 0 to 15, the mask
 * isn't four bytes, or a control frame is fragmented or longer than 125 bytes.
 *
 * @example An unmasked text frame
 * ```ts
 * import { encodeWebSocketFrame, WEBSOCKET_OPCODES } from "./mod.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(encodeWebSocketFrame(WEBSOCKET_OPCODES.text, "Hello").toHex(), "810548656c6c6f");
 * ```
 */
export function encodeWebSocketFrame(
  opcode: number,
  payload: Uint8Array | string,
  options: WebSocketFrameOptions = {},
): Uint8Array<ArrayBuffer> {
  const { fin = true, mask } = options;
  const data = typeof payload === "string"
    ? new TextEncoder().encode(payload)
    : payload;
  if (!(Number.isInteger(opcode) && opcode >= 0 && opcode <= 15)) {
    throw new RangeError(`Cannot encode a frame: opcode ${opcode}`);
  }
  if (isControlOpcode(opcode) && (!fin || data.length > MAX_CONTROL_BYTES)) {
    throw new RangeError(
      `Cannot encode a control frame: it must be one fragment of at most ` +
        `${MAX_CONTROL_BYTES} bytes, not ${data.length}`,
    );
  }
  if (mask !== undefined && mask.length !== 4) {
    throw new RangeError(
      `Cannot encode a frame: a mask has 4 bytes, not ${mask.length}`,
    );
  }
  const head = encodeLength(data.length);
  head[0] = (fin ? 0x80 : 0) | opcode;
  if (mask === undefined) return concat([head, data]);
  head[1] |= 0x80;
  return concat([head, mask, applyMask(data, mask)]);
}

/**
 * Creates the first bytes of a frame, up to its length, with only the length
 * set.
 */
function encodeLength(size: number): Uint8Array {
  if (size < 126) return Uint8Array.of(0, size);
  if (size < 2 ** 16) {
    const head = Uint8Array.of(0, 126, 0, 0);
    writeUint16(head, 2, size);
    return head;
  }
  const head = new Uint8Array(10);
  head[1] = 127;
  writeUint32(head, 2, Math.floor(size / 2 ** 32));
  writeUint32(head, 6, size % 2 ** 32);
  return head;
}
