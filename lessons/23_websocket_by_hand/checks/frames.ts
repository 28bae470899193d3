/** Makes frames of a client, valid and invalid, for the checks of lesson 23. */
import { encodeWebSocketFrame } from "../../../lib/wire/mod.ts";

export const TEXT = 0x1;
export const BINARY = 0x2;
export const CLOSE = 0x8;
export const PING = 0x9;
export const PONG = 0xa;

/** All four bytes differ, so a mask that starts over is noticed. */
export const MASK = Uint8Array.of(0x37, 0xfa, 0x21, 0x3d);

/**
 * Makes a frame as a client sends it.
 *
 * @param opcode Its opcode; 0 for a continuation.
 * @param payload Its payload.
 * @param fin Whether it's the last fragment.
 * @returns The frame, masked.
 */
export function sent(
  opcode: number,
  payload: Uint8Array | string = "",
  fin = true,
): Uint8Array {
  const frame = encodeWebSocketFrame(opcode, payload, { mask: MASK });
  // By hand: the encoder makes no fragment of a control frame.
  if (!fin) frame[0] &= 0x7f;
  return frame;
}

/** Makes a first fragment, or one in the middle. */
export function part(
  opcode: number,
  payload: Uint8Array | string,
): Uint8Array {
  return sent(opcode, payload, false);
}

/** Makes a Close frame's payload, with any code. */
export function closePayload(code: number, reason = ""): Uint8Array {
  return join(
    Uint8Array.of(code >> 8, code & 0xff),
    new TextEncoder().encode(reason),
  );
}

/** Makes a header with a length in any of the three forms, and the mask. */
export function header(
  opcode: number,
  short: number,
  long: number[] = [],
): Uint8Array {
  return Uint8Array.of(0x80 | opcode, 0x80 | short, ...long, ...MASK);
}

/** Joins pieces into one array. */
export function join(...pieces: Uint8Array[]): Uint8Array {
  return Uint8Array.from(pieces.flatMap((piece) => [...piece]));
}

/** Sets more bits in the first byte of a frame. */
export function withBits(bits: number, frame: Uint8Array): Uint8Array {
  const changed = frame.slice();
  changed[0] |= bits;
  return changed;
}
