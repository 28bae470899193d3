/**
 * TCP headers, sequence numbers, and the state machine.
 *
 * @module
 */
export * from "./flags.ts";
export * from "./gaps.ts";
export * from "./header.ts";
export * from "./options.ts";
export * from "./sequence.ts";
export * from "./state.ts";
export * from "./stream_progress.ts";
export * from "./walk.ts";
