/**
 * WebSocket frames and messages (RFC 6455).
 *
 * | file         | what it is about                                         |
 * | ------------ | -------------------------------------------------------- |
 * | `accept.ts`  | the key of the upgrade, and the proof that it was read   |
 * | `opcode.ts`  | the kinds of frames                                      |
 * | `frame.ts`   | one frame: header, masking, encoding                     |
 * | `close.ts`   | close codes, and the payload of a Close frame            |
 * | `parser.ts`  | a stream of bytes, as messages                           |
 * | `error.ts`   | what is wrong, and the close code that says so           |
 *
 * @module
 */
export * from "./accept.ts";
export * from "./close.ts";
export * from "./error.ts";
export * from "./frame.ts";
export * from "./opcode.ts";
export * from "./parser.ts";
