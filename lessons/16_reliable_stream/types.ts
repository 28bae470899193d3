/** Bytes, and the number of the first of them in the stream. */
export interface Piece {
  seq: number;
  data: Uint8Array;
}

/** The shape of 16.1. */
export interface Receiving {
  accept(seq: number, data: Uint8Array): Uint8Array;
  readonly ack: number;
  readonly window: number;
}
/** The class of 16.1. */
export type ReceiverClass = new (
  initialSeq: number,
  capacity: number,
) => Receiving;

/** The shape of 16.2. */
export interface Timing {
  sample(rttMs: number): void;
  backOff(): void;
  readonly rtoMs: number;
}
/** The class of 16.2. */
export type TimerClass = new () => Timing;

/** The shape of 16.3. */
export interface Sending {
  push(data: Uint8Array): void;
  takeNext(peerWindow: number): Piece | undefined;
  acknowledge(ack: number): void;
  retransmit(): Piece | undefined;
  readonly inFlight: number;
}
/** The class of 16.3. */
export type SendWindowClass = new (
  initialSeq: number,
  segmentSize: number,
) => Sending;
