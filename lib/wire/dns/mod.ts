/**
 * DNS messages.
 *
 * @module
 */
export * from "./message.ts";
export * from "./name.ts";
export * from "./recognize.ts";
