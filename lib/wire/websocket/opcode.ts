/**
 * The kinds of WebSocket frames (RFC 6455, section 11.8).
 *
 * @module
 */

/** The opcodes. Opcodes from 8 on are those of control frames. */
export const WEBSOCKET_OPCODES = {
  /** The next fragment of a message. */
  continuation: 0x0,
  /** A message of UTF-8 text, or its first fragment. */
  text: 0x1,
  /** A message of bytes, or its first fragment. */
  binary: 0x2,
  /** The sender won't send anything else. */
  close: 0x8,
  /** Asks for a pong. */
  ping: 0x9,
  /** Answers a ping. */
  pong: 0xa,
} as const;

/** The name of a known opcode. */
export type OpcodeName = keyof typeof WEBSOCKET_OPCODES;

const NAMES = new Map<number, OpcodeName>(
  Object.entries(WEBSOCKET_OPCODES).map((
    [name, code],
  ) => [code, name as OpcodeName]),
);

/**
 * Returns the name of an opcode.
 *
 * @param opcode A number from 0 to 15.
 * @returns Its name, or `undefined` if it's reserved.
 *
 * @example A text frame
 * ```ts
 * import { opcodeName } from "./opcode.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(opcodeName(1), "text");
 * assertEquals(opcodeName(3), undefined);
 * ```
 */
export function opcodeName(opcode: number): OpcodeName | undefined {
  return NAMES.get(opcode);
}

/**
 * Returns whether an opcode is that of a control frame, known or not.
 *
 * @param opcode A number from 0 to 15.
 * @returns Whether the opcode is 8 or above.
 */
export function isControlOpcode(opcode: number): boolean {
  return opcode >= 0x8;
}
