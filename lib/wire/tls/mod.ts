/**
 * TLS, as far as it can be read without a key.
 *
 * @module
 */
export * from "./record.ts";
