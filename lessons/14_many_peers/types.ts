/** A message to be sent, and where to. */
export interface Letter {
  to: Deno.NetAddr;
  message: Uint8Array;
}

/** Options of 14.1. */
export interface RollCallOptions {
  /** Whoever is silent for so long is gone, in milliseconds. */
  expireMs: number;
  /** The time, in milliseconds. The default is the real one. */
  now?: () => number;
}

/** What 14.1 makes. */
export interface CallingRoll {
  /** Takes a message, and gives those that it leads to. */
  handle(message: Uint8Array, from: Deno.NetAddr): Letter[];
  /** The names of all who are present, sorted. */
  present(): string[];
}

/** The type of 14.1: a class. */
export type RollCallClass = new (options: RollCallOptions) => CallingRoll;
