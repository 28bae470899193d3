/** A piece of a message, which says where it belongs. */
export interface Packet {
  /** Where its first byte belongs in the message: a count of bytes, from 0. */
  offset: number;
  /** The number of bytes in the whole message. */
  total: number;
  /** The bytes themselves. */
  data: Uint8Array;
}

/** What 10.1 asks for. */
export type Split = (message: Uint8Array, size: number) => Packet[];

/** Bytes of a message, from `start` up to `end`, without the byte at `end`. */
export type Range = [start: number, end: number];

/** Puts one message together from its packets. */
export interface Reassembling {
  add(packet: Packet): void;
  missing(): Range[];
  message(): Uint8Array;
}

/** What 10.2 asks for. */
export type ReassemblerClass = new () => Reassembling;
