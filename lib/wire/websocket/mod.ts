/**
 * WebSocket frames and messages (RFC 6455).
 *
 * | file         | contents                                                 |
 * | ------------ | -------------------------------------------------------- |
 * | `accept.ts`  | the key of the handshake, and the value that answers it  |
 * | `opcode.ts`  | the kinds of frames                                      |
 * | `frame.ts`   | one frame: header, masking, encoding                     |
 * | `close.ts`   | close codes, and the payload of a Close frame            |
 * | `parser.ts`  | a parser from a stream of bytes to messages              |
 * | `error.ts`   | the error for invalid bytes, with a close code           |
 *
 * @module
 */
export * from "./accept.ts";
export * from "./close.ts";
export * from "./error.ts";
export * from "./frame.ts";
export * from "./opcode.ts";
export * from "./parser.ts";
