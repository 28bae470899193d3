/** The types of lesson 22's exercises. */

/** Reads a stream piece by piece, and takes back bytes you don't need. */
export interface ByteReader {
  /**
   * Reads the next bytes: one or more, in a new array, or `null` if the peer has
   * closed its write side.
   */
  read(): Promise<Uint8Array | null>;
  /** Puts bytes back in front: the next `read` returns them again. */
  unread(bytes: Uint8Array): void;
}

/** The type of 22.1. */
export type ReadCommand = (reader: ByteReader) => Promise<Uint8Array[] | null>;

/** The options of a store. */
export interface StoreOptions {
  /** Returns the time, in milliseconds. @default Date.now */
  now?: () => number;
}

/** A store that runs commands. */
export interface CommandStore {
  /** Runs a command of one or more strings, and returns its reply in RESP. */
  run(command: Uint8Array[]): Uint8Array;
}

/** The type of 22.2: a class. */
export type StoreClass = new (options?: StoreOptions) => CommandStore;
