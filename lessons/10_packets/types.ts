/** A piece of a message, which says where it belongs. */
export interface Packet {
  /** Where its first byte belongs in the message: a count of bytes, from 0. */
  offset: number;
  /** How many bytes the whole message has. */
  total: number;
  /** The bytes themselves. */
  data: Uint8Array;
}

/** The type of 10.1. */
export type Split = (message: Uint8Array, size: number) => Packet[];

/** What 10.2 makes. */
export interface Reassembling {
  add(packet: Packet): void;
  missing(): [start: number, end: number][];
  message(): Uint8Array;
}

/** The type of 10.2: a class. */
export type ReassemblerClass = new () => Reassembling;
