/**
 * HTTP/1.1 messages.
 *
 * @module
 */
export * from "./body.ts";
export * from "./chunked.ts";
export * from "./connection.ts";
export * from "./error.ts";
export * from "./fields.ts";
export * from "./framing.ts";
export * from "./head.ts";
export * from "./limits.ts";
export * from "./parser.ts";
export * from "./request.ts";
export * from "./response.ts";
export * from "./status.ts";
