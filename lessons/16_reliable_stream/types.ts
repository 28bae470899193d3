/** Bytes, and the sequence number of the first one. */
export interface Piece {
  seq: number;
  data: Uint8Array;
}

/** The type of 16.1. */
export type ReceiverClass = new (initialSeq: number, capacity: number) => {
  accept(seq: number, data: Uint8Array): Uint8Array;
  readonly ack: number;
  readonly window: number;
};

/** The type of 16.2. */
export type RetransmitTimerClass = new () => {
  sample(rttMs: number): void;
  backOff(): void;
  readonly rtoMs: number;
};

/** The type of 16.3. */
export type SendWindowClass = new (
  initialSeq: number,
  segmentSize: number,
) => {
  push(data: Uint8Array): void;
  takeNext(peerWindow: number): Piece | undefined;
  acknowledge(ack: number): void;
  retransmit(): Piece | undefined;
  readonly inFlight: number;
};
