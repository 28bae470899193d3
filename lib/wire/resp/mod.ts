/**
 * RESP, the protocol of Redis.
 *
 * @module
 */
export * from "./command.ts";
export * from "./reply.ts";
