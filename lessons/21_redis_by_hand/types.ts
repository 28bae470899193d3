/** What the exercises of lesson 21 are given. */

/** Reads a stream piece by piece, and takes back what was too much. */
export interface ByteReader {
  /**
   * Reads what comes next: one byte or more, in a new buffer, or `null` when
   * the peer has ended its side.
   */
  read(): Promise<Uint8Array | null>;
  /** Puts bytes back in front: the next `read` gives them again. */
  unread(bytes: Uint8Array): void;
}

/** How a store is made. */
export interface StoreOptions {
  /** The time, in milliseconds. @default Date.now */
  now?: () => number;
}

/** A store that runs commands. */
export interface CommandStore {
  /** Runs one command, of one string or more, and gives its reply in RESP. */
  run(command: Uint8Array[]): Uint8Array;
}
