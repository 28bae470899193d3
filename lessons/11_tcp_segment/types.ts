/** The eight flags, in the order in which they stand in the header. */
export interface Flags {
  cwr: boolean;
  ece: boolean;
  urg: boolean;
  ack: boolean;
  psh: boolean;
  rst: boolean;
  syn: boolean;
  fin: boolean;
}

/** A TCP segment: its header, field by field, and the data behind it. */
export interface Segment {
  sourcePort: number;
  destinationPort: number;
  /** The number of the first byte of data, or of the SYN. */
  sequence: number;
  /** The number of the next byte that the sender waits for. */
  acknowledgment: number;
  /** Bytes of header, from 20 to 60. */
  headerBytes: number;
  flags: Flags;
  window: number;
  checksum: number;
  urgentPointer: number;
  /** What lies between byte 20 and the end of the header, as it is. */
  options: Uint8Array;
  /** The data. */
  payload: Uint8Array;
}

/** The type of 11.1. */
export type DecodeSegment = (bytes: Uint8Array) => Segment;

/** The type of 11.2. */
export type Checksum = (bytes: Uint8Array) => number;

/** The type of 11.3. */
export type SeqLess = (a: number, b: number) => boolean;
