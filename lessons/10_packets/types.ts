/** A piece of a message that says where it belongs. */
export interface Packet {
  /** The position of its first byte in the message, in bytes from 0. */
  offset: number;
  /** The number of bytes in the whole message. */
  total: number;
  /** The bytes of this piece. */
  data: Uint8Array;
}

/** The function that exercise 10.1 asks for. */
export type Split = (message: Uint8Array, size: number) => Packet[];

/** Bytes of a message, from `start` up to, but not including, `end`. */
export type Range = [start: number, end: number];

/** Puts one message back together from its packets. */
export interface Reassembling {
  add(packet: Packet): void;
  missing(): Range[];
  message(): Uint8Array;
}

/** The class that exercise 10.2 asks for. */
export type ReassemblerClass = new () => Reassembling;
