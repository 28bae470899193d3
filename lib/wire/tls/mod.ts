/**
 * The parts of TLS that can be read without a key.
 *
 * @module
 */
export * from "./alert.ts";
export * from "./client_hello.ts";
export * from "./names.ts";
export * from "./record.ts";
export * from "./record_parser.ts";
