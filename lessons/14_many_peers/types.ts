/** A message to send, and the address to send it to. */
export interface OutgoingMessage {
  to: Deno.NetAddr;
  message: Uint8Array;
}

/** Options of 14.1. */
export interface RollCallOptions {
  /** A peer that has been silent for this long is gone, in milliseconds. */
  expireMs: number;
  /**
   * Returns the time, in milliseconds.
   *
   * @default {() => performance.now()}
   */
  now?: () => number;
}

/** Exercise 14.1: a list of the peers that are present. */
export interface RollCallInstance {
  /** Takes a message, and returns the messages to send because of it. */
  handle(message: Uint8Array, from: Deno.NetAddr): OutgoingMessage[];
  /** Returns the names of all present peers, sorted. */
  present(): string[];
}

/** The class of 14.1. */
export type RollCallClass = new (options: RollCallOptions) => RollCallInstance;
