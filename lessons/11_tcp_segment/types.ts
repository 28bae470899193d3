/** The eight flags, in the order of the header: CWR is the highest bit. */
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

/** A TCP segment: the fields of its header, and its data. */
export interface Segment {
  sourcePort: number;
  destinationPort: number;
  /** The sequence number of the first byte of data, or of the SYN. */
  sequence: number;
  /** The sequence number of the next byte that the sender expects. */
  acknowledgment: number;
  /** The length of the header, in bytes: from 20 to 60. */
  headerBytes: number;
  flags: Flags;
  window: number;
  checksum: number;
  urgentPointer: number;
  /** The bytes from 20 to the end of the header. */
  options: Uint8Array;
  /** The data: the bytes after the header. */
  payload: Uint8Array;
}

/** The type of 11.1. */
export type DecodeSegment = (bytes: Uint8Array) => Segment;

/** The type of 11.2. */
export type Checksum = (bytes: Uint8Array) => number;

/** The type of 11.3. */
export type SeqLess = (a: number, b: number) => boolean;
