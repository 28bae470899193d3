/**
 * Describes the frames of a WebSocket.
 *
 * @module
 */

import {
  applyMask,
  decodeClosePayload,
  decodeWebSocketHeader,
  isControlOpcode,
  opcodeName,
  WEBSOCKET_OPCODES,
  type WebSocketFrameHeader,
} from "../wire/websocket/mod.ts";
import { counted } from "./counted.ts";
import { printable, truncateVisible } from "./text.ts";

/**
 * The most conversations to remember. If there are more, the oldest is dropped.
 */
const MAX_REMEMBERED = 10_000;
/** The width for all frames together, and for the text of one, in columns. */
const MAX_WORDS = 60;
const MAX_TEXT = 26;
/** The most frames to describe; further frames are only counted. */
const MAX_FRAMES = 2;

const ACCEPTED =
  /^HTTP\/1\.1 101 (?=[^]*?\r\nupgrade:[ \t]*websocket[ \t]*\r\n)/i;

/** The place where data was observed. */
export interface WebSocketPlace {
  /** The sender's address, or any name for it. */
  source: string;
  /** The receiver's address, or any name for it. */
  destination: string;
  /** The size of all the data; only its start may be available. */
  bytes: number;
}

/**
 * Describes the data of a WebSocket. It recognizes the response that turns a
 * connection into a WebSocket, and ignores all data before it.
 *
 * It doesn't reassemble segments: it ignores data that doesn't start with a
 * frame, such as the rest of a long frame.
 *
 * @example A response, and a frame after it
 * ```ts
 * import { encodeWebSocketFrame } from "../wire/mod.ts";
 * import { WebSocketWords } from "./websocket_words.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const words = new WebSocketWords();
 * const say = (data: Uint8Array, source: string, destination: string) =>
 *   words.of(data, { source, destination, bytes: data.length });
 * const accepted = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n";
 * const mask = Uint8Array.of(1, 2, 3, 4);
 * const frame = encodeWebSocketFrame(1, "hello", { mask });
 * assertEquals(say(frame, "client", "server"), undefined);
 * assertEquals(
 *   say(new TextEncoder().encode(accepted), "server", "client"),
 *   undefined,
 * );
 * assertEquals(say(frame, "client", "server"), 'WebSocket text "hello"');
 * ```
 */
export class WebSocketWords {
  /** Each direction of a WebSocket, and whether its frames are masked. */
  readonly #masked = new Map<string, boolean>();

  /**
   * Describes some data.
   *
   * @param data The data, or its first bytes.
   * @param place The place where it was observed.
   * @returns A few words, or `undefined` if it isn't the start of a frame.
   */
  of(data: Uint8Array, place: WebSocketPlace): string | undefined {
    const { source, destination, bytes } = place;
    if (data.length > 8 && data[0] === 0x48) this.#notice(data, place);
    const isMasked = this.#masked.get(`${source} ${destination}`);
    if (isMasked === undefined) return undefined;
    const frames = framesIn(data, isMasked);
    if (frames === undefined) return undefined;
    const words = frames.slice(0, MAX_FRAMES).map(frameWords);
    const more = frames.length - words.length;
    if (more > 0) {
      const isAll = data.length === bytes;
      words.push(isAll ? `and ${more} more` : "and more");
    }
    return truncateVisible(`WebSocket ${words.join(", ")}`, MAX_WORDS);
  }

  #notice(data: Uint8Array, { source, destination }: WebSocketPlace): void {
    if (!ACCEPTED.test(latin1.decode(data))) return;
    for (
      const [way, isMasked] of [
        [`${source} ${destination}`, false],
        [`${destination} ${source}`, true],
      ] as const
    ) {
      this.#masked.delete(way);
      this.#masked.set(way, isMasked);
      if (this.#masked.size > MAX_REMEMBERED) {
        this.#masked.delete(this.#masked.keys().next().value!);
      }
    }
  }
}

interface Frame {
  header: WebSocketFrameHeader;
  /** The available part of the payload, unmasked. */
  payload: Uint8Array;
}

/**
 * Decodes all frames, of which the last may be cut off; returns an empty array
 * if any of the data isn't a frame.
 */
function framesIn(data: Uint8Array, isMasked: boolean): Frame[] | undefined {
  const frames: Frame[] = [];
  for (let at = 0; at < data.length;) {
    let header: WebSocketFrameHeader | null;
    try {
      header = decodeWebSocketHeader(data, at);
    } catch {
      return undefined;
    }
    if (header === null) break;
    const { mask, headerBytes, payloadBytes } = header;
    if ((mask !== null) !== isMasked) return undefined;
    const start = at + headerBytes;
    const part = data.subarray(start, start + payloadBytes);
    const payload = mask === null ? part : applyMask(part, mask);
    frames.push({ header, payload });
    at = start + payloadBytes;
  }
  return frames.length === 0 ? undefined : frames;
}

function frameWords({ header, payload }: Frame): string {
  const { opcode, fin, payloadBytes } = header;
  const name = opcodeName(opcode)!;
  const isWhole = payload.length === payloadBytes;
  if (opcode === WEBSOCKET_OPCODES.close && isWhole) return closeWords(payload);
  const kind = isControlOpcode(opcode) || fin && opcode !== 0
    ? name
    : fin
    ? "last fragment"
    : `${opcode === 0 ? "" : `${name} `}fragment`;
  if (payloadBytes === 0) return kind;
  const isText = opcode !== WEBSOCKET_OPCODES.binary && isUtf8(payload);
  if (!isText) return `${kind} of ${counted(payloadBytes, "byte")}`;
  const text = printable(payload, { max: MAX_TEXT });
  return `${kind} ${text}${isWhole || text.endsWith("…") ? "" : "…"}`;
}

function closeWords(payload: Uint8Array): string {
  try {
    const { code, reason } = decodeClosePayload(payload);
    if (code === 1005) return "close";
    const words = reason === ""
      ? ""
      : ` ${printable(payload.subarray(2), { max: MAX_TEXT })}`;
    return `close ${code}${words}`;
  } catch {
    return "close with an invalid code";
  }
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    // The last character may be cut off.
    new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}

const latin1 = new TextDecoder("latin1");
